"""Typing errors: whether a short text is a phrase with one sign left out, added, changed, or out of place."""

import re

NEGATION = re.compile(r"ไม่?|มิ|เปล|ปา|อยา|ยัง|หา|นึก|ลืม|no|don|nt")
"""What denies, in a text without tones."""
_TONES = re.compile("[็-์]")


def strip_tones(text: str) -> str:
    """Return a text without tone marks and other signs above that are often left out."""
    return _TONES.sub("", text)


def list_cuts(text: str) -> set[str]:
    """Return a text and all that it becomes by leaving out one sign."""
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def is_forgiven(typed: str, phrase: str) -> bool:
    """Whether a text without tones is a phrase with at most one error, negated as often as the phrase."""
    meant = strip_tones(phrase)
    return (
        typed[:1] == meant[:1]
        and len(NEGATION.findall(typed)) == len(NEGATION.findall(meant))
        and _is_one_edit(typed, meant)
    )


def _is_one_edit(one: str, other: str) -> bool:
    """Whether two texts are equal but for one sign that was added, left out or changed, or two that changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    swapped = one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    return (
        one[at + 1 :] in (other[at + 1 :], other[at:]) or one[at:] == other[at + 1 :] or swapped == other[at:]
    )
