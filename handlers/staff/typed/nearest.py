"""Names of commands near a mistyped one: typing errors, a missing space, the keyboard in the wrong language."""

import re
from collections.abc import Iterable

from handlers.thai.matching import normalize_for_matching
from handlers.thai.typing_errors import strip_tones

MAX_ERRORS = 2
"""Signs that may be wrong in a name; one in a name of up to `SHORT_NAME` signs."""

SHORT_NAME = 4
_LATIN_KEYS = (
    "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
)
_THAI_KEYS = '_ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝ%+๑๒๓๔ู฿๕๖๗๘๙๐"ฎฑธํ๊ณฯญฐ,ฅฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_TO_THAI = str.maketrans(_LATIN_KEYS, _THAI_KEYS)
_TO_LATIN = str.maketrans(_THAI_KEYS, _LATIN_KEYS)
"""What a key types in the other language, by the Kedmanee layout (TIS 820)."""

_GLUED_NUMBER = re.compile(r"(\D+?)(\d.*)", re.DOTALL)


def split_glued_number(typed: str) -> tuple[str, str]:
    """Return a word and the number that follows it without a space, which is empty where there is none."""
    found = _GLUED_NUMBER.fullmatch(typed)
    return (found[1], found[2]) if found else (typed, "")


def list_nearest_names(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names, as they are compared, that a word may be meant for, the nearest first."""
    readings = {
        normalize_for_matching(one) for one in (typed, typed.translate(_TO_THAI), typed.translate(_TO_LATIN))
    } - {""}
    distances: dict[str, int] = {}
    for name in names:
        allowed = 1 if len(strip_tones(name)) <= SHORT_NAME else MAX_ERRORS
        near = [
            errors
            for one in readings
            if (errors := _count_errors(one, name)) <= (allowed if one[0] == name[0] else 1)
        ]
        if near and min(near) < len(name) - 1:
            distances[name] = min(near)
    return sorted(distances, key=lambda name: (distances[name], abs(len(name) - len(typed))))


def _count_errors(one: str, other: str) -> int:
    """Return how many signs were left out, added, changed or swapped with the next (optimal string alignment)."""
    one, other = strip_tones(one), strip_tones(other)
    if abs(len(one) - len(other)) > MAX_ERRORS:
        return MAX_ERRORS + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for place, meant in enumerate(other, start=1):
            costs = [before[place] + 1, row[-1] + 1, before[place - 1] + (sign != meant)]
            if at > 1 and place > 1 and sign == other[place - 2] and one[at - 2] == meant:
                costs.append(earlier[place - 2] + 1)
            row.append(min(costs))
    return row[-1]
