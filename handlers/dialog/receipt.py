"""The receipt: the only link between a reporter and a case.

16 symbols of Crockford's base 32 (80 random bits) and a check symbol: the sum of position x value, modulo 31. It
detects every single wrong symbol and every swap of neighbours, except 0 for Z.
"""

import re
from dataclasses import dataclass

from handlers.thai.matching import fold_characters

RECEIPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 17
LAST_SYMBOLS = 5
"""Symbols that are typed to confirm a receipt after filing."""
MAX_RECEIPT_TEXT = 200
"""Characters of a text in which a receipt is searched. The longest way of writing one takes a third of them."""

_SYMBOL_VALUES = {symbol: value for value, symbol in enumerate(RECEIPT_ALPHABET)}
LOOKALIKES = str.maketrans("OIL", "011")
"""What people read and type for the symbols 0 and 1."""

_THAI_LETTER = re.compile("[ก-ฮ]")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt with a valid check symbol. A secret: its repr does not show it."""

    symbols: str

    def __post_init__(self) -> None:
        """Raise ValueError unless these are 17 symbols with the right check symbol."""
        if not is_receipt_shaped(self.symbols) or not has_right_check_symbol(self.symbols):
            raise ValueError("not a receipt")

    def __repr__(self) -> str:
        return "Receipt(****)"

    @property
    def formatted(self) -> str:
        """The receipt as shown to people: `XXXX-XXXX-XXXX-XXXX-C`."""
        s = self.symbols
        return f"{s[0:4]}-{s[4:8]}-{s[8:12]}-{s[12:16]}-{s[16]}"

    @property
    def last_five(self) -> str:
        """The symbols that the person types to confirm the receipt after filing."""
        return self.symbols[-LAST_SYMBOLS:]


def compute_check_symbol(symbols: str) -> str:
    """Compute the check symbol of 16 symbols."""
    return RECEIPT_ALPHABET[sum(place * _SYMBOL_VALUES[s] for place, s in enumerate(symbols, start=1)) % 31]


def has_right_check_symbol(symbols: str) -> bool:
    """Whether the last of 17 symbols is the check symbol of the others."""
    return compute_check_symbol(symbols[:16]) == symbols[16]


def make_receipt(number: int) -> Receipt:
    """Make a receipt from a random number of 80 bits. Raises ValueError for a larger or negative one."""
    if not 0 <= number < 1 << 80:
        raise ValueError("80 bits make a receipt")
    symbols = "".join(RECEIPT_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return Receipt(symbols + compute_check_symbol(symbols))


def normalize_receipt(text: str) -> str:
    """Normalize a typed receipt: case, Thai digits, O, I, L, spaces and hyphens.

    Only the first `MAX_RECEIPT_TEXT` characters are used; what is left of a longer text is too long for a receipt.
    """
    upright = fold_characters(text.strip()[:MAX_RECEIPT_TEXT]).upper()
    return _SEPARATORS.sub("", upright).translate(LOOKALIKES)


def is_receipt_shaped(symbols: str) -> bool:
    """Whether symbols have a receipt's length and alphabet, whatever the check symbol."""
    return len(symbols) == RECEIPT_LENGTH and all(s in _SYMBOL_VALUES for s in symbols)


def is_receipt_end(text: str) -> bool:
    """Whether a whole text is what is asked for after filing, the last five symbols: “snp8v”, “SNP8-V”.

    With a letter and a digit, so that no word and no number is taken for it.
    """
    typed = _SEPARATORS.sub("", text) if len(text) <= 3 * LAST_SYMBOLS else ""
    if len(typed) != LAST_SYMBOLS or not typed.isascii() or not typed.isalnum():
        return False
    return (
        not typed.isalpha() and not typed.isdigit() and set(normalize_receipt(typed)) <= _SYMBOL_VALUES.keys()
    )


def parse_receipt(text: str) -> Receipt | None:
    """Return the receipt in a text; None where there is none or it is mistyped."""
    if _THAI_LETTER.search(text):  # fast path: most texts are Thai
        return None
    symbols = normalize_receipt(text)
    if is_receipt_shaped(symbols) and has_right_check_symbol(symbols):
        return Receipt(symbols)
    return None
