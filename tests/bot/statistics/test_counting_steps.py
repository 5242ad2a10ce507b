"""Statistics are counted a little in each turn of the loop, and their files are rendered in a thread."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.publishing.releases import ReleaseContext, count_release_steps, make_release
from bot.statistics import splits, tables
from ita_stats.cases.timeline import TimelineBuilder
from storage import facts
from tests.bot.publishing.release_desk import NOW, make_busy_desk, make_release_request
from tests.loop_turns import count_turns

CASES = 60


def test_a_release_counts_in_steps_and_renders_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CASES_PER_STEP", 2)
    monkeypatch.setattr(facts, "RECEIPTS_PER_STEP", 7)
    add, built, threads, receipts = TimelineBuilder.add, list[int](), list[int](), list[int]()
    stream = facts.stream_receipts

    async def stream_and_count(connection: facts.AsyncConnection) -> object:
        async for several in stream(connection):
            receipts.append(len(several))
            yield several

    monkeypatch.setattr(facts, "stream_receipts", stream_and_count)

    async def scene(context: ReleaseContext) -> None:
        async with count_turns() as turns:

            def add_and_count(builder: TimelineBuilder, cases: Sequence[tuple[str, str, str]]) -> None:
                turns.add(len(cases))
                add(builder, cases)

            def build_and_count(*_: object) -> None:
                built.append(threading.get_ident())

            monkeypatch.setattr(TimelineBuilder, "add", add_and_count)
            public = splits.build_public_tables
            monkeypatch.setattr(
                splits, "build_public_tables", lambda *given: build_and_count() or public(*given)
            )
            await make_release(
                context, make_release_request(), NOW, lambda *_: threads.append(threading.get_ident())
            )
            assert sum(turns.done.values()) >= CASES
            assert turns.most <= 2

    make_busy_desk(tmp_path, CASES).run_scenario(scene)
    assert max(receipts) <= 7
    assert len(receipts) > CASES // 7
    # The first step is counting; each of the others is a file.
    assert len(threads) == count_release_steps()
    assert threads[0] == threading.get_ident()
    assert threading.get_ident() not in {*threads[1:], *built}
    assert built
