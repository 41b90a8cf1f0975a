"""Numbers to call become links that a phone dials; nothing else of a sentence does."""

import pytest

pytest.importorskip("django", reason="the extra `web` is not installed")

from psoas.web.calling import calling


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Call 112.", 'Call <a class="call" href="tel:112">112</a>.'),
        ("or 116 117 when", 'or <a class="call" href="tel:116117">116 117</a> when'),
        ("Look again after 2, 6 and 12 weeks.", "Look again after 2, 6 and 12 weeks."),
        ("Call <b> & 'us'.", "Call &lt;b&gt; &amp; &#x27;us&#x27;."),
    ],
)
def test_a_number_to_call_is_a_link(sentence: str, shown: str) -> None:
    assert calling(sentence) == shown
