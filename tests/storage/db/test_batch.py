"""The rows of one transaction: in an order that the database accepts, numbered, audited, and written together."""

from datetime import date

import pytest
from sqlalchemy import bindparam, delete, update

from handlers.complaints.lifecycle import STATUS_RULES, CaseStatus
from ita_stats.cases.fact import FactField
from storage import tables
from storage.db.batch import (
    DELETE_DRAFT_FILE,
    INSERT_BY_TABLE,
    WriteBatch,
    compile_statement,
    encode_case_status,
)
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staffed_desk import write_batch

DAY = date(2026, 11, 22)


def add_case(batch: WriteBatch, case: str, number: int) -> None:
    batch.insert(
        "cases",
        id=case,
        fiscal_year=2570,
        number=number,
        receipt_mark=case.encode(),
        **encode_case_status(CaseStatus.RECEIVED),
        outcome=None,
        seq=1,
        received_on=DAY,
        touched_on=DAY,
        answer_by=DAY,
        alternate=False,
        notice="1",
        key=b"k",
        report=b"r",
        opened=None,
        officer=None,
        avoid=None,
        appointed_by=None,
        announce_at=None,
    )


def add_line(batch: WriteBatch, case: str, seq: int = 1) -> None:
    state = dict.fromkeys(("status", "outcome", "reason"))
    batch.insert("history", case_id=case, seq=seq, on=DAY, kind="filed", by="reporter", sealed=b"s", **state)


@pytest.mark.parametrize("status", list(CaseStatus))
def test_a_status_decides_whether_a_case_is_open(status: CaseStatus) -> None:
    assert encode_case_status(status) == {"status": status.value, "open": STATUS_RULES[status].is_open}


def test_referenced_tables_come_first_and_inserts_before_updates_and_deletes(ground: StoredDesk) -> None:
    move = update(tables.cases).where(tables.cases.c.id == bindparam("case")).values(officer=bindparam("to"))
    drop = delete(tables.history).where(tables.history.c.case_id == bindparam("case"))

    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            batch.add_statement(drop, case="b")
            batch.add_statement(move, case="a", to="officer")
            add_line(batch, "a")
            add_line(batch, "b")
            add_case(batch, "a", 1)
            add_case(batch, "b", 2)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT id, officer FROM cases ORDER BY id") == [("a", "officer"), ("b", None)]
    assert ground.execute_sql("SELECT case_id FROM history") == [("a",)]


def test_numbers_of_a_year_go_on_where_they_stopped(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            assert [await batch.allocate_number(year) for year in (2570, 2570, 2571)] == [1, 2, 1]
        async with write_batch(one) as batch:
            assert [await batch.allocate_number(year) for year in (2570, 2571, 2569)] == [3, 2, 1]

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT fiscal_year, last FROM counters ORDER BY 1")
    assert rows == [(2569, 1), (2570, 3), (2571, 2)]


async def write_known_case(one: Store) -> None:
    """Write a new case, and one whose id is known already."""
    async with write_batch(one) as batch:
        add_case(batch, "b", await batch.allocate_number(2570))
        add_case(batch, "a", 9)
        await batch.audit("clock", "never", "b")


def test_what_fails_writes_nothing_and_takes_no_number(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            add_case(batch, "a", await batch.allocate_number(2570))
        with pytest.raises(ConflictError):
            await write_known_case(one)
        async with write_batch(one) as batch:
            assert await batch.allocate_number(2570) == 2
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT id FROM cases") == [("a",)]
    assert ground.execute_sql("SELECT count(*) FROM audit WHERE what = 'never'") == [(0,)]


def test_audit_lines_are_one_chain_over_batches(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            await batch.audit("clock", "one", "")
            await batch.audit("staff:a", "two", "c1")
        async with write_batch(one) as batch:
            await batch.audit("reporter", "three", "c1")
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT seq, hour, actor, what, ref FROM audit ORDER BY seq")
    hour = int(NOW.timestamp()) // 3600
    assert rows == [
        (1, hour, "clock", "one", ""),
        (2, hour, "staff:a", "two", "c1"),
        (3, hour, "reporter", "three", "c1"),
    ]
    assert ground.execute_sql("SELECT count FROM audit_head") == [(3,)]


def test_facts_are_numbered_after_the_last_one(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            assert await batch.load_last_fact_seq("x") == 0
            batch.add_facts("x", 0, DAY, DAY, {FactField.RECEIVED: "1", FactField.STATUS: "received"})
        async with write_batch(one) as batch:
            assert await batch.load_last_fact_seq("x") == 2
            batch.add_facts("x", 2, DAY, DAY, {FactField.STATUS: "closed"})

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT seq, field, value FROM facts ORDER BY seq")
    assert rows == [(1, "received", "1"), (2, "status", "received"), (3, "status", "closed")]


def test_an_upsert_replaces_the_row_of_its_key(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for last in (4, 7):
            async with write_batch(one) as batch:
                batch.upsert("counters", fiscal_year=2570, last=last)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT last FROM counters") == [(7,)]


def test_an_insert_of_a_known_key_is_a_conflict(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            batch.insert("counters", fiscal_year=2570, last=1)
        with pytest.raises(ConflictError):
            async with write_batch(one) as batch:
                batch.insert("counters", fiscal_year=2570, last=2)

    ground.run_scenario(scene)


def test_the_sql_of_a_statement_is_made_once() -> None:
    assert compile_statement(DELETE_DRAFT_FILE) is compile_statement(DELETE_DRAFT_FILE)
    assert (
        compile_statement(INSERT_BY_TABLE["counters"])
        == "INSERT INTO counters (fiscal_year, last) VALUES (:fiscal_year, :last)"
    )


def test_every_table_can_be_inserted_into() -> None:
    assert {*tables.metadata.tables} <= {*INSERT_BY_TABLE}
