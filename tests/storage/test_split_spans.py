"""Spans and counting years: noted once, changed until they settle, then frozen."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.split_spans import StoredSpan
from storage.store import Store, open_store
from tests.template_desk import copy_template_desk

SPAN = StoredSpan(date(2024, 10, 1), date(2027, 9, 30), 5, 15, ("corruption", "misconduct"), others=False)


def run_on_store(home: Path, scene: Callable[[Store], Awaitable[Any]]) -> Any:
    """Open a desk's store and run a coroutine on it."""
    paths = DeskPaths.under(home, "complaints")
    copy_template_desk(paths)

    async def run() -> Any:
        async with open_store(load_or_create_keys(paths), datetime(2026, 11, 30, tzinfo=UTC)) as store:
            return await scene(store)

    return asyncio.run(run())


def test_a_span_is_noted_once_and_narrowed_until_it_settles(tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        spans = store.split_spans
        assert await spans.list_all() == []
        await spans.begin(SPAN)
        await spans.begin(StoredSpan(SPAN.first, SPAN.last, 9, 30, (), others=True))
        assert await spans.list_all() == [SPAN]
        await spans.narrow_categories(SPAN.first, ("corruption",))
        await spans.settle(SPAN.first, "{}")
        settled = StoredSpan(SPAN.first, SPAN.last, 5, 15, ("corruption",), True, True, "{}")
        await spans.narrow_categories(SPAN.first, ())
        await spans.settle(SPAN.first, "other")
        assert await spans.list_all() == [settled]

    run_on_store(tmp_path, scene)


def test_how_a_year_counts_is_noted_for_ever(tmp_path: Path) -> None:
    async def scene(store: Store) -> None:
        spans = store.split_spans
        await spans.note_counting_year(2570, forwarded_is_done=True)
        await spans.note_counting_year(2570, forwarded_is_done=False)
        await spans.note_counting_year(2571, forwarded_is_done=False)
        assert await spans.load_counting_years() == {2570: True, 2571: False}

    run_on_store(tmp_path, scene)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM split_spans",
        "UPDATE split_spans SET told = ''",
        "DELETE FROM counting_years",
        "UPDATE counting_years SET forwarded_is_done = 0",
    ],
)
def test_the_database_refuses_to_change_what_was_told(tmp_path: Path, statement: str) -> None:
    async def scene(store: Store) -> None:
        await store.split_spans.begin(SPAN)
        await store.split_spans.settle(SPAN.first, "{}")
        await store.split_spans.note_counting_year(2570, forwarded_is_done=True)

    run_on_store(tmp_path, scene)
    database = DeskPaths.under(tmp_path, "complaints").database
    with closing(sqlite3.connect(database)) as raw, pytest.raises(sqlite3.IntegrityError, match="frozen"):
        raw.execute(statement)
