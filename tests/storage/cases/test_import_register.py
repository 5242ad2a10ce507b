"""An old register in the database: all or nothing, each file once, and new cases are numbered after it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from handlers.staff.complaints.messages import FindCaseByNumber
from storage.cases.import_register import RegisterImporter
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

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
    importer = RegisterImporter(one.committer)
    await importer.import_cases(content, cases, lambda on: on + timedelta(days=15), NOW.date(), NOW)


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
