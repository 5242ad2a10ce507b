"""Rows whose values cannot be read: lists name them in the log and go on, a single one is an error."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from storage.errors import TamperedError, UnreadableRowError

R = TypeVar("R")
T = TypeVar("T")

UNREADABLE_ROW_ATTRIBUTE = "unreadable_row"
"""The attribute of a log record that holds the `UnreadableRowError`."""

_LOGGER = logging.getLogger(__name__)


@contextmanager
def reading_row(table: str, number: str) -> Iterator[None]:
    """Raise `UnreadableRowError` where a value is damaged, or of a kind that this version does not know.

    number: how the row is named in the log, such as 12/2570; never its content. The cause is dropped, since the text
    of such an error repeats the value.
    """
    try:
        yield
    except (TamperedError, ValueError):
        raise UnreadableRowError(table, number) from None


def decode_rows(
    table: str, rows: Iterable[R], decode: Callable[[R], T], number: Callable[[R], str]
) -> tuple[list[T], list[str]]:
    """Decode the rows of a list; return what could be read, and the numbers of the rows that could not.

    Those are logged.
    """
    found, unreadable = list[T](), list[str]()
    for row in rows:
        try:
            with reading_row(table, number(row)):
                found.append(decode(row))
        except UnreadableRowError as error:
            log_unreadable_row(error)
            unreadable.append(error.number)
    return found, unreadable


def log_unreadable_row(error: UnreadableRowError) -> None:
    """Log the table and number of a row that is skipped."""
    _LOGGER.warning(
        "unreadable row: %s %s", error.table, error.number, extra={UNREADABLE_ROW_ATTRIBUTE: error}
    )
