"""The one-time code of a slip: with it, whom an officer wrote a case down for makes a tracking code of their own.

18 digits in six groups of three, since it is read out on the telephone: 16 random ones (53 bits) and two check digits
(ISO 7064, MOD 97-10, as of bank accounts), which find every wrong digit and every swap of neighbours. A tracking code
has 17 symbols, so that neither is ever read as the other.
"""

import re
from dataclasses import dataclass

ONE_TIME_CODE_LENGTH = 18
ONE_TIME_CODE_NUMBERS = 10**16
"""How many one-time codes there are."""

GROUP_DIGITS = 3
_MODULUS, _REMAINDER = 97, 1

_GROUPS = r"[ \-\n]{0,8}".join((r"[0-9OIL]{3}",) * (ONE_TIME_CODE_LENGTH // GROUP_DIGITS))
ONE_TIME_CODE_SIGNS = re.compile(rf"(?<![0-9A-Z])(?<![0-9]-){_GROUPS}(?![0-9A-Z])(?!-[0-9])")
"""18 digits, with dashes, spaces or line breaks only between groups of three; no part of a longer number.

O, I and L stand for 0 and 1, as in tracking codes.
"""

ONE_TIME_CODE_AS_SHOWN = re.compile(r"[0-9OIL]{3}(?:[ \n]*-[ \-\n]*[0-9OIL]{3}){5}")
"""The same with a dash between all groups: meant as such a code, also where its check digits are wrong."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A one-time code with right check digits. A secret: its repr does not show it."""

    digits: str

    def __post_init__(self) -> None:
        """Raise ValueError unless these are 18 digits with the right check digits."""
        if not has_right_check_digits(self.digits):
            raise ValueError("not a one-time code")

    def __repr__(self) -> str:
        return "OneTimeCode(****)"

    @property
    def groups(self) -> tuple[str, ...]:
        """The six groups of three digits."""
        return tuple(self.digits[at : at + GROUP_DIGITS] for at in range(0, len(self.digits), GROUP_DIGITS))

    @property
    def formatted(self) -> str:
        """The code as shown to people: `123-456-789-012-345-678`."""
        return "-".join(self.groups)


def has_right_check_digits(digits: str) -> bool:
    """Whether these are 18 digits (0 to 9) of which the last two are the check digits of the others."""
    return (
        len(digits) == ONE_TIME_CODE_LENGTH
        and digits.isascii()
        and digits.isdigit()
        and int(digits) % _MODULUS == _REMAINDER
    )


def make_one_time_code(number: int) -> OneTimeCode:
    """Make a one-time code from a random number. Raises ValueError for one outside 0 to `ONE_TIME_CODE_NUMBERS`."""
    if not 0 <= number < ONE_TIME_CODE_NUMBERS:
        raise ValueError("16 digits make a one-time code")
    check = (_MODULUS + _REMAINDER - number * 100 % _MODULUS) % _MODULUS
    return OneTimeCode(f"{number:016}{check:02}")


def parse_one_time_code(digits: str) -> OneTimeCode | None:
    """Return the one-time code of 18 digits; None where they are none or mistyped."""
    return OneTimeCode(digits) if has_right_check_digits(digits) else None
