"""Words on their way to a person: marked here for translators, translated by the door that shows them.

The terminal shows English. A door that has languages (the pages) says once, by `speak_with`, how a sentence
is translated; clinic and exchange know no more of it. Sentences of the shelf do not pass here: a shelf is
translated as a whole (docs/how-to/add-a-language.md).
"""

from collections.abc import Callable
from dataclasses import dataclass

One = Callable[[str], str]
Plural = Callable[[str, str, int], str]


def _english(text: str) -> str:
    return text


def _english_plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


@dataclass(slots=True)
class _Speaker:
    one: One = _english
    plural: Plural = _english_plural


_speaker = _Speaker()


def speak_with(one: One, plural: Plural) -> None:
    """From now on translate by these two functions, as GNU gettext and ngettext have them."""
    _speaker.one, _speaker.plural = one, plural


def gettext(text: str) -> str:
    """The sentence in the language of whoever reads it."""
    return _speaker.one(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence in the form that goes with a number."""
    return _speaker.plural(one, many, count)


def gettext_noop(text: str) -> str:
    """The sentence as it is, marked so that translators find it; translated where it is shown."""
    return text
