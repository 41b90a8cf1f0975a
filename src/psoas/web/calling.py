"""Numbers to call, in sentences of the shelf, as links that a phone dials."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_NUMBER = re.compile(r"\d[\d ]+\d")  # at least three signs: a number of days or weeks is no number to call


@register.filter
def calling(sentence: str) -> SafeString:
    """The sentence, escaped, its numbers of three digits or more as links; for words about calling only."""
    return mark_safe(_NUMBER.sub(_link, conditional_escape(sentence)))


def _link(found: re.Match[str]) -> str:
    digits = found[0].replace(" ", "")
    return found[0] if len(digits) < 3 else f'<a class="call" href="tel:{digits}">{found[0]}</a>'
