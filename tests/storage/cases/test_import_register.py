"""An old register in the database: all or nothing, each file once, and new cases are numbered after it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from handlers.staff.complaints.messages import FindCaseByNumber
from storage.cases.import_register import CASES_PER_PIECE, _Decision
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import ConflictError
from storage.store import Store
from tests.counted_work import count_statements
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.transactions import count_rows_written

STATEMENTS_OF_A_PIECE = 2
"""Set down, and decided on with others: however many rows a piece has."""

FILE = b"the bytes of a register"
OPEN = ImportedCase(2, 2570, 7, date(2026, 10, 5), CaseSource.LETTER, "corruption", CaseStatus.RECEIVED)
CLOSED = ImportedCase(
    3,
    2569,
    40,
    date(2025, 11, 3),
    CaseSource.WALK_IN,
    "misconduct",
    CaseStatus.CLOSED,
    CaseOutcome.SUBSTANTIATED,
    date(2026, 2, 1),
)


async def bring(one: Store, *cases: ImportedCase, content: bytes = FILE) -> None:
    await one.register_importer.import_cases(
        content, cases, lambda on: on + timedelta(days=15), NOW.date(), NOW
    )


def test_cases_come_with_their_numbers_states_and_facts(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN, CLOSED)
        found: Any = await one.answer_query(FindCaseByNumber(40, 2569, "s1"), NOW)
        assert (found.status, found.outcome, found.category, found.seq) == (
            CaseStatus.CLOSED,
            CaseOutcome.SUBSTANTIATED,
            "misconduct",
            2,
        )
        assert (found.received_on, found.answer_by) == (date(2025, 11, 3), date(2025, 11, 18))
        assert (found.is_imported, found.source) == (True, CaseSource.WALK_IN)
        facts = [(f.field.value, f.value, f.effective, f.recorded) for f in await one.load_facts()]
        assert sorted(fact for fact in facts if fact[0] in {"status", "outcome", "source"}) == [
            ("outcome", "substantiated", date(2026, 2, 1), NOW.date()),
            ("source", "letter", date(2026, 10, 5), NOW.date()),
            ("source", "walk_in", date(2025, 11, 3), NOW.date()),
            ("status", "closed", date(2026, 2, 1), NOW.date()),
            ("status", "received", date(2025, 11, 3), NOW.date()),
            ("status", "received", date(2026, 10, 5), NOW.date()),
        ]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)


def test_a_file_is_known_by_its_content_and_its_numbers_are_taken(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importer = one.register_importer
        assert await importer.find_import_date(FILE) is None
        assert await importer.find_duplicates([OPEN, CLOSED]) == []
        await bring(one, OPEN)
        assert await importer.find_import_date(FILE) == NOW.date()
        assert await importer.find_import_date(FILE + b"\n") is None
        assert await importer.find_duplicates([CLOSED, OPEN, replace(OPEN, fiscal_year=2569)]) == [OPEN]
        with pytest.raises(ConflictError):
            await bring(one, CLOSED)  # the same file again
        with pytest.raises(ConflictError):
            await bring(one, CLOSED, OPEN, content=b"another file")  # one number is taken
        assert await importer.find_import_date(b"another file") is None
        assert FILE not in ground.read_all_bytes()

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT fiscal_year, number FROM cases") == [(2570, 7)]


@pytest.mark.parametrize(("imported", "following"), [(7, 8), (1, 2)])
def test_new_cases_are_numbered_after_the_imported_ones(
    ground: StoredDesk, imported: int, following: int
) -> None:
    async def scene(one: Store) -> None:
        await bring(one, replace(OPEN, number=imported))
        await ground.file_complaint(one)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT max(number) FROM cases") == [(following,)]


def test_an_older_number_does_not_set_the_counter_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number in (1, 2):
            await ground.file_complaint(one, number)
        await ground.commit_acts(one)
        ground.execute_sql(
            "DELETE FROM history", "DELETE FROM envelopes", "DELETE FROM cases WHERE number = 1"
        )
        await bring(one, replace(OPEN, number=1))
        await ground.file_complaint(one, 3)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT number FROM cases ORDER BY number") == [(1,), (2,), (3,)]


class StoppedError(Exception):
    """The program was stopped here."""


def make_register(count: int) -> list[ImportedCase]:
    """So many cases, half of them closed."""
    return [
        replace((OPEN, CLOSED)[place % 2], number=place + 1, fiscal_year=2569, line=place + 2)
        for place in range(count)
    ]


def stop_at_transaction(one: Store, number: int) -> None:
    """Let the transaction of that number, and all after it, fail without a trace, as where the program was killed."""
    inner, begun = one.committer.transaction, 0

    @asynccontextmanager
    async def stopping() -> AsyncIterator[AsyncConnection]:
        nonlocal begun
        begun += 1
        async with inner() as connection:
            yield connection
            if begun >= number:
                raise StoppedError

    one.committer.transaction = stopping  # type: ignore[method-assign]


def count_imported(ground: StoredDesk) -> tuple[int, ...]:
    """How much of an import can be seen: cases, lines, facts, audit lines, counters, imports; and what is set down."""
    tables = ("cases", "history", "facts", "audit", "counters", "imports", "import_rows")
    return tuple(ground.execute_sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def test_no_transaction_of_an_import_writes_many_rows(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        counts = count_rows_written(one)
        await bring(one, *make_register(1000))
        assert max(counts) <= MAX_PIECE_ROWS
        assert len(counts) > 1000 / CASES_PER_PIECE

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == 1000


def test_statements_of_an_import_grow_with_its_pieces_and_not_with_its_rows(ground: StoredDesk) -> None:
    register, counted = make_register(8 * CASES_PER_PIECE), list[int]()
    few, many = register[: 2 * CASES_PER_PIECE], register[2 * CASES_PER_PIECE :]

    async def scene(one: Store) -> None:
        for cases in (few, many):
            with count_statements(statements := Counter()):
                await bring(one, *cases, content=str(len(cases)).encode())
            counted.append(statements.total())

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == len(register)
    assert counted[1] - counted[0] <= 4 * STATEMENTS_OF_A_PIECE


def test_a_piece_that_cannot_be_read_keeps_back_no_other_and_no_later_import(
    ground: StoredDesk, caplog: pytest.LogCaptureFixture
) -> None:
    count = 3 * CASES_PER_PIECE

    async def stop(one: Store) -> None:
        stop_at_transaction(one, 4)  # all is set down and decided, and one piece of cases is made
        with pytest.raises(StoppedError):
            await bring(one, *make_register(count))

    async def finish(one: Store) -> None:
        for made in (count_left - CASES_PER_PIECE, 0):
            assert await one.register_importer.finish_interrupted(NOW) == made
        async with one.register_importer.hold_off(NOW):  # releases go on
            pass
        await bring(one, replace(OPEN, number=5000), content=b"another file")

    ground.run_scenario(stop)
    (place, count_left), *_ = ground.execute_sql(
        f"SELECT max(place), count(*) * {CASES_PER_PIECE} FROM import_rows"
    )
    assert count_left > CASES_PER_PIECE
    ground.execute_sql(f"UPDATE import_rows SET sealed = x'00' WHERE place = {place}")
    ground.run_scenario(finish)
    assert ground.execute_sql("SELECT count(*) FROM cases") == [(count - CASES_PER_PIECE + 1,)]
    assert ground.execute_sql("SELECT place FROM import_rows") == [(place,)]  # kept, for whoever can mend it
    assert [record.getMessage() for record in caplog.records].count(
        f"unreadable row: import_rows {place}"
    ) == 1


def test_who_writes_during_an_import_waits_for_one_piece(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        done = 0

        def count_case() -> None:
            nonlocal done
            done += 1

        importing = asyncio.create_task(
            one.register_importer.import_cases(
                FILE, make_register(600), lambda day: day, NOW.date(), NOW, count_case
            )
        )
        while not done:  # noqa: ASYNC110 - it only counts
            await asyncio.sleep(0)
        for number in range(5):
            before = done
            await ground.file_complaint(one, number)
            assert done - before <= 4 * CASES_PER_PIECE
        assert done < 600
        await importing
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == 605
    assert ground.execute_sql("SELECT min(number) FROM cases WHERE fiscal_year = 2570") == [(1,)]


@pytest.mark.parametrize("number", range(1, 12))
def test_wherever_an_import_is_killed_it_is_whole_or_was_never_there(ground: StoredDesk, number: int) -> None:
    cases = make_register(100)

    async def scene(one: Store) -> None:
        await one.committer.ensure_daily_key(NOW)
        stop_at_transaction(one, number)
        with suppress(StoppedError):
            await bring(one, *cases)

    async def start_again(one: Store) -> None:
        await one.register_importer.finish_interrupted(NOW)
        assert await one.verify_audit() == []
        is_known = await one.register_importer.find_import_date(FILE) is not None
        assert is_known is (await one.register_importer.find_duplicates(cases) == cases)
        if not is_known:
            await bring(one, *cases)

    ground.run_scenario(scene)
    seen = count_imported(ground)
    assert seen[5] or not any(seen[:6]), "before the marker nothing is there"
    ground.run_scenario(start_again)
    whole = count_imported(ground)
    assert whole[:2] == (100, 150)
    assert whole[5:] == (1, 0)
    ground.run_scenario(start_again)
    assert count_imported(ground) == whole


def test_a_number_that_was_given_meanwhile_stops_an_import_whole(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importer = one.register_importer
        known = await importer._load_counters()
        await ground.file_complaint(one)  # gets 1/2570
        decision = _Decision(1, b"d" * 32, (), NOW.date())
        with pytest.raises(ConflictError):
            await importer._decide(decision, [replace(OPEN, number=1)], known, NOW)
        assert await importer.find_import_date(FILE) is None

    ground.run_scenario(scene)


def test_an_import_that_runs_is_left_alone_by_the_next_start(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importing = asyncio.create_task(bring(one, *make_register(200)))
        while not count_imported(ground)[6]:  # noqa: ASYNC110 - the database knows, nobody else
            await asyncio.sleep(0)
        assert await one.register_importer.finish_interrupted(NOW) == 0
        async with one.register_importer.hold_off(NOW):
            assert count_imported(ground)[0] == 200
        await importing

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == 200
