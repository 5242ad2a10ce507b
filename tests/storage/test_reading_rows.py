"""Rows that cannot be read: named in the log, never with their content, and the others are read."""

import logging

import pytest

from storage.errors import TamperedError, UnreadableRowError
from storage.unreadable_rows import UNREADABLE_ROW_ATTRIBUTE, decode_rows, log_unreadable_row, reading_row


@pytest.mark.parametrize(
    "error", [TamperedError("secret"), ValueError("secret"), UnicodeDecodeError("utf-8", b"s", 0, 1, "s")]
)
def test_a_damaged_value_is_an_unreadable_row_without_its_cause(error: Exception) -> None:
    with pytest.raises(UnreadableRowError) as caught, reading_row("cases", "12/2570"):
        raise error
    assert (caught.value.table, caught.value.number) == ("cases", "12/2570")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "secret" not in str(caught.value)


def test_any_other_error_stays_what_it_is() -> None:
    with pytest.raises(KeyError), reading_row("cases", "1"):
        raise KeyError("a fault of the program")


def test_the_rows_that_can_be_read_are_and_the_others_are_numbered(caplog: pytest.LogCaptureFixture) -> None:
    rows = ["1", "content of a complaint", "3", "another"]
    with caplog.at_level(logging.WARNING):
        found, unreadable = decode_rows("cases", rows, int, lambda row: str(rows.index(row)))
    assert (found, unreadable) == ([1, 3], ["1", "3"])
    assert [record.getMessage() for record in caplog.records] == [
        "unreadable row: cases 1",
        "unreadable row: cases 3",
    ]
    assert all(
        isinstance(getattr(record, UNREADABLE_ROW_ATTRIBUTE), UnreadableRowError) for record in caplog.records
    )


def test_no_rows_at_all() -> None:
    assert decode_rows("cases", [], int, str) == ([], [])


def test_the_log_names_the_row_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    log_unreadable_row(UnreadableRowError("addresses", ""))
    assert caplog.messages == ["unreadable row: addresses "]
