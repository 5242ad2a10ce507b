"""The number of a page as an address has it."""

import pytest

from handlers.staff.workspace.paging import MAX_PAGE, get_offset, parse_page


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("", 1),
        ("2", 2),
        ("๓", 3),
        ("0", 1),
        ("-4", 1),
        ("x", 1),
        ("5000", MAX_PAGE),
        ("5001", 1),
        ("9" * 40, 1),
    ],
)
def test_a_page_is_within_its_bounds(typed: str, page: int) -> None:
    assert parse_page(typed) == page


def test_what_is_before_a_page() -> None:
    assert [get_offset(page) for page in (1, 2, 3)] == [0, 20, 40]
    assert get_offset(3, 10) == 20
