"""The receipt: the only thing by which a reporter and a case find each other.

16 symbols of Crockford's base 32 (80 random bits) and a check symbol: the sum of position x value, modulo 31.
It finds every single wrong symbol and every swap of neighbours, save 0 for Z.
"""

import re
import unicodedata
from dataclasses import dataclass

RECEIPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 17
MAX_RECEIPT_TEXT = 200
"""Characters in which a receipt is looked for: the most generous way of writing one is a third of it."""

_SYMBOL_VALUES = {symbol: value for value, symbol in enumerate(RECEIPT_ALPHABET)}
_LOOKALIKE = str.maketrans("OIL๐๑๒๓๔๕๖๗๘๙", "0110123456789")
_THAI_LETTER = re.compile("[ก-ฮ]")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u200b\u00ad]+")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose check symbol is right. A secret: its repr tells nothing."""

    symbols: str

    def __post_init__(self) -> None:
        """Raise ValueError unless these are 17 symbols with the right check symbol."""
        if not is_receipt_shaped(self.symbols) or compute_check_symbol(self.symbols[:16]) != self.symbols[16]:
            raise ValueError("not a receipt")

    def __repr__(self) -> str:
        return "Receipt(****)"

    @property
    def formatted(self) -> str:
        """As people read it: `XXXX-XXXX-XXXX-XXXX-C`."""
        s = self.symbols
        return f"{s[0:4]}-{s[4:8]}-{s[8:12]}-{s[12:16]}-{s[16]}"

    @property
    def last_five(self) -> str:
        """What the person types back after filing."""
        return self.symbols[-5:]


def compute_check_symbol(symbols: str) -> str:
    """The check symbol of 16 symbols."""
    return RECEIPT_ALPHABET[sum(place * _SYMBOL_VALUES[s] for place, s in enumerate(symbols, start=1)) % 31]


def make_receipt(number: int) -> Receipt:
    """The receipt of a random number of 80 bits."""
    if not 0 <= number < 1 << 80:
        raise ValueError("80 bits make a receipt")
    symbols = "".join(RECEIPT_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return Receipt(symbols + compute_check_symbol(symbols))


def normalize_receipt(text: str) -> str:
    """What a person typed, as receipt symbols: case, Thai digits, O, I, L, spaces and hyphens folded.

    Of a long text the first `LONGEST_TYPED` characters, which are no receipt any more.
    """
    upright = unicodedata.normalize("NFKC", text.strip()[:MAX_RECEIPT_TEXT]).upper()
    return _SEPARATORS.sub("", upright).translate(_LOOKALIKE)


def is_receipt_shaped(symbols: str) -> bool:
    """Whether this has a receipt's length and letters, be its check symbol right or wrong."""
    return len(symbols) == RECEIPT_LENGTH and all(s in _SYMBOL_VALUES for s in symbols)


def parse_receipt(text: str) -> Receipt | None:
    """The receipt in a text, or None where it is none or is mistyped."""
    if _THAI_LETTER.search(text):  # most of what is typed, and told at its first letter
        return None
    symbols = normalize_receipt(text)
    if is_receipt_shaped(symbols) and compute_check_symbol(symbols[:16]) == symbols[16]:
        return Receipt(symbols)
    return None
