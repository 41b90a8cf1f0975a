"""A person who has only a keyboard: Tab to a thing by its name, and press."""

from typing import Any

MOST_TABS = 250
NAME = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return '';
  const label = at.labels && at.labels.length ? [...at.labels].map(each => each.textContent).join(' ') : '';
  const name = at.getAttribute('aria-label') || label || at.textContent || at.value || '';
  return name.replace(/\\s+/g, ' ').trim();
}"""


def tab_to(page: Any, name: str, *, back: bool = False) -> None:
    """Tab until what has the focus is called `name` (its beginning); fails where that never comes."""
    seen = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        seen.append(page.evaluate(NAME))
        if seen[-1].startswith(name):
            assert visible_focus(page), f"{name}: nothing shows that it has the focus"
            return
    raise AssertionError(f"no Tab leads to {name!r}; on the way: {list(dict.fromkeys(seen))}")


def press(page: Any, name: str, key: str = "Enter") -> None:
    """Tab to it, press, and wait for the page that follows."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press(key)


def visible_focus(page: Any) -> bool:
    """Whether the focused thing, or the pill that stands for it, is drawn with an outline or a thick edge."""
    return bool(
        page.evaluate(
            """() => {
              const at = document.activeElement, shown = each => {
                const style = each && getComputedStyle(each);
                return style && ((style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                  || parseFloat(style.strokeWidth) >= 2);
              };
              return shown(at) || shown(at.nextElementSibling);
            }"""
        )
    )
