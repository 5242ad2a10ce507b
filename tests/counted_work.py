"""How much work something is, in counts that are the same on every machine: calls of functions, SQL statements."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from sqlalchemy import Engine, event

from storage.db.read_batcher import ReadBatcher


def count_calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included. What a regular expression does in one call is not seen."""
    calls = 0

    def count(_frame: FrameType, what: str, _detail: object) -> None:
        nonlocal calls
        calls += what in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def assert_grows_with_length(read: Callable[[str], object], part: str, times: int = 500) -> None:
    """Reading a part four times as often is at most four times as much work: no text can hold everybody up."""
    small, large = (count_calls(lambda text=part * length: read(text)) for length in (times, 4 * times))
    assert large <= 4.1 * small + 1000, f"{small} calls, and {large} for four times as much"


@contextmanager
def count_statements(counted: Counter[str]) -> Iterator[None]:
    """Count the SQL statements that are executed, through the database's toolkit and past it."""

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted[statement] += 1

    fetch = ReadBatcher.fetch

    async def count_and_fetch(self: ReadBatcher, sql: str, values: tuple[object, ...] = ()) -> object:
        counted[sql] += 1
        return await fetch(self, sql, values)

    event.listen(Engine, "before_cursor_execute", count)
    ReadBatcher.fetch = count_and_fetch  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        ReadBatcher.fetch = fetch  # type: ignore[method-assign]
