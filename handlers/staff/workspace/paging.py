"""Pages of a list."""

from handlers.thai.matching import parse_number

ROWS_PER_PAGE = 20

MAX_PAGE = 5_000
"""The last page that can be asked for."""


def parse_page(text: str) -> int:
    """Return the number of a page as an address has it; the first where it is none."""
    number = parse_number(text)
    return number if number is not None and 1 <= number <= MAX_PAGE else 1


def get_offset(page: int, rows: int = ROWS_PER_PAGE) -> int:
    """Return how many rows are before a page."""
    return (page - 1) * rows
