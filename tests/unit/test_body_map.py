"""The figure to mark: regions cover it without overlap, and lie on the side that they name."""

import re
from typing import Any

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

pytestmark = pytest.mark.xdist_group("web")

Shape = list[tuple[float, float]]


def shape(path: str) -> Shape:
    return [tuple(map(float, point.split())) for point in re.findall(r"[-\d.]+ [-\d.]+", path)]  # type: ignore[misc]


def inside(shape: Shape, x: float, y: float) -> bool:
    """Even-odd rule."""
    odd = False
    for (x0, y0), (x1, y1) in zip(shape, shape[1:] + shape[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@pytest.fixture(scope="module")
def views(data: Any) -> Any:
    from psoas.web.presenters import body_map

    return body_map.views()


def test_no_two_regions_overlap_and_the_legs_are_covered(views: Any) -> None:
    for view in views:
        shapes = [(region.name, shape(region.path)) for region in view.regions]
        outline = shape(view.outlines[0])
        on_leg = covered = 0
        for k in range(120):
            for m in range(60):
                x, y = 4.03 + 112 * m / 60, 29.07 + 380 * k / 120
                held = {name for name, each in shapes if inside(each, x, y)}
                # Edges are drawn in pieces: what lies in two regions has to leave one within half a unit.
                assert len(held) <= 1 or any(
                    sum(inside(each, x + dx, y + dy) for _name, each in shapes) <= 1
                    for dx, dy in ((0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5))
                ), (view.id, x, y, held)
                if y > 150 and inside(outline, x, y):
                    on_leg += 1
                    covered += bool(held)
        assert on_leg > 500
        # The sides show the outer half of the limb; its front and back are marked on the other figures.
        assert covered / on_leg > (0.9 if view.id in ("front", "back") else 0.4), view.id


def test_right_is_where_the_word_says(views: Any) -> None:
    for view in (each for each in views if each.sides):
        for x, word in view.sides:
            end = f"_{str(word)[0].upper()}"
            for region in view.regions:
                if region.name.endswith(end):
                    middle = sum(px for px, _y in shape(region.path)) / len(shape(region.path))
                    assert (middle < 60) == (float(x) < 60), (view.id, region.name)
