"""The facts of a desk as statistics read them: in order, up to a day, and case by case."""

from datetime import date, timedelta

import pytest

from ita_stats.cases.fact import FactField
from storage.facts import find_case_of_fact, load_facts, stream_grouped_facts
from storage.store import Store
from tests.storage.conftest import StoredDesk
from tests.storage.staffed_desk import write_batch

DAY = date(2026, 11, 22)
FILED = {FactField.RECEIVED: "1", FactField.CATEGORY: "corruption", FactField.STATUS: "received"}
CASES = [f"{n:x}" * 32 for n in (0, 1, 9, 10, 15)]


async def add_cases(one: Store, *cases: str, first: dict[FactField, str] = FILED) -> None:
    async with write_batch(one) as batch:
        for case in cases:
            batch.add_facts(case, 0, DAY, DAY, first)
            batch.add_facts(case, len(first), DAY, DAY + timedelta(days=1), {FactField.STATUS: "closed"})


def test_facts_come_in_order_up_to_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_cases(one, *reversed(CASES))
        async with one.committer.transaction() as connection:
            everything = await load_facts(connection)
            assert [(fact.about, fact.seq) for fact in everything] == [
                (c, n) for c in CASES for n in (1, 2, 3, 4)
            ]
            first_day = await load_facts(connection, DAY)
            assert [fact.seq for fact in first_day] == [1, 2, 3] * len(CASES)
            assert await load_facts(connection, DAY - timedelta(days=1)) == []

    ground.run_scenario(scene)


def test_the_case_of_a_fact(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_cases(one, CASES[0])
        async with one.committer.transaction() as connection:
            assert await find_case_of_fact(connection, FactField.STATUS, "closed") == CASES[0]
            assert await find_case_of_fact(connection, FactField.STATUS, "unknown") == ""
            assert await find_case_of_fact(connection, FactField.CATEGORY, "closed") == ""

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    "first", [FILED, {FactField.CATEGORY: "other", FactField.RECEIVED: "1", FactField.STATUS: "received"}]
)
def test_every_case_is_streamed_once_with_its_facts_in_order(
    ground: StoredDesk, first: dict[FactField, str]
) -> None:
    """Also where an earlier version or another program did not write `received` first."""

    async def scene(one: Store) -> None:
        await add_cases(one, *CASES[1:])
        await add_cases(one, CASES[0], first=first)
        async with one._reader.connect() as connection:
            found = [
                case for some in [[*part] async for part in stream_grouped_facts(connection)] for case in some
            ]
        assert len(found) == len(CASES)
        for days, fields, values in found:
            assert days.split("\n") == ["2026-11-22"] * 4
            names, words = fields.split("\n"), values.split("\n")
            assert (len(names), len(words)) == (4, 4)
            assert dict(zip(names[:3], words[:3], strict=True)) in (FILED, first)
            assert (names[3], words[3]) == ("status", "closed")

    ground.run_scenario(scene)


def test_a_desk_without_cases_streams_nothing(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with one._reader.connect() as connection:
            assert [part async for part in stream_grouped_facts(connection)] == []

    ground.run_scenario(scene)


def test_facts_recorded_in_disorder_stay_with_their_case(ground: StoredDesk) -> None:
    """As by a clock that was ahead for a while."""

    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            batch.add_facts("0" * 32, 0, DAY, DAY, FILED)
            batch.add_facts("0" * 31 + "1", 0, DAY, DAY + timedelta(days=3), FILED)
            batch.add_facts("0" * 31 + "1", len(FILED), DAY, DAY, {FactField.STATUS: "closed"})
        async with one._reader.connect() as connection:
            streamed = [case async for several in stream_grouped_facts(connection, DAY) for case in several]
        assert [fields.split("\n") for _, fields, _ in streamed] == [list(FILED), [FactField.STATUS]]

    ground.run_scenario(scene)
