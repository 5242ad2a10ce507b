"""The rows of one transaction, collected first and then written statement by statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal_column, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from handlers.complaints.lifecycle import STATUS_RULES, CaseStatus
from ita_stats.cases.fact import Fact, FactField
from storage import tables
from storage.audit import AuditChain, AuditRecord, load_audit_chain
from storage.chat_messages import MessageOrigins
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.keyring import Keyring
from storage.db.sqlite import compile_sql, get_driver
from storage.staff.roster import Roster
from storage.tables.rules import SCHEMA_METADATA, keyholes, register_words

_UPSERT_BY_TABLE = {
    table.name: upsert(table).on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={c.name: upsert(table).excluded[c.name] for c in table.columns if not c.primary_key},
    )
    for table in (
        tables.sessions,
        tables.tries,
        tables.counters,
        tables.addresses,
        tables.hearers,
        tables.audit_head,
        tables.holds,
        tables.staff_requests,
        tables.groups,
        tables.knowledge,
        tables.board,
        tables.shelf,
        tables.remarks,
        register_words,
        keyholes,
    )
}
INSERT_BY_TABLE = {table.name: insert(table) for table in SCHEMA_METADATA.sorted_tables}
_SELECT_LAST_NUMBER = compile_sql(
    select(tables.counters.c.last).where(tables.counters.c.fiscal_year == bindparam("fiscal_year"))
)
DELETE_DRAFT_FILE = delete(tables.files).where(
    tables.files.c.id == bindparam("file"), tables.files.c.owner.is_(None)
)
ATTACH_FILE_TO_CASE = (
    update(tables.files)
    .where(tables.files.c.id == bindparam("file"), tables.files.c.owner.is_(None))
    .values(owner=bindparam("owned_by"), until=literal_column("0"))
)
UPDATE_CASE_STATUS = (
    update(tables.cases)
    .where(tables.cases.c.id == bindparam("case"))
    .values(
        seq=bindparam("to_seq"),
        status=bindparam("to_status"),
        open=bindparam("to_open"),
        outcome=bindparam("to_outcome"),
        touched_on=bindparam("on_day"),
    )
)
TOUCH_CASE = (
    update(tables.cases)
    .where(tables.cases.c.id == bindparam("case"))
    .values(seq=bindparam("to_seq"), touched_on=bindparam("on_day"))
)


def encode_case_status(status: CaseStatus) -> dict[str, str | bool]:
    """Return the columns of a case that its status decides. Every write of a status takes them from here."""
    return {"status": status.value, "open": STATUS_RULES[status].is_open}


@dataclass
class WriteBatch:
    """The rows of one transaction, and what must be read under its lock: register numbers and the audit chain."""

    connection: AsyncConnection
    keyring: Keyring
    daily_keys: DailyKeys
    now: datetime
    roster: Roster | None = None
    origins: MessageOrigins = field(default_factory=MessageOrigins)
    erased_files: list[str] = field(default_factory=list)
    """The places of files whose rows are deleted; the files are deleted after the commit."""

    recorded_messages: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """The case or question, and what each message brought to it; remembered in `origins` after the commit."""

    unsent_messages: list[str] = field(default_factory=list)
    """Ids of messages that were unsent; forgotten in `origins` after the commit."""

    _rows: dict[int, tuple[UpdateBase, list[Mapping[str, Any]]]] = field(default_factory=dict)
    _last_numbers: dict[int, int] = field(default_factory=dict)
    _last_facts: dict[str, int] = field(default_factory=dict)
    _chain: AuditChain | None = None

    def insert(self, table: str, **row: object) -> None:
        """Add a new row. An existing primary key makes the commit raise `ConflictError`."""
        self.add_statement(INSERT_BY_TABLE[table], **row)

    def upsert(self, table: str, **row: object) -> None:
        """Add a row that replaces the one with its primary key, if any."""
        self.add_statement(_UPSERT_BY_TABLE[table], **row)

    def add_statement(self, statement: UpdateBase, **row: object) -> None:
        """Add a row of parameters for a statement."""
        self._rows.setdefault(id(statement), (statement, []))[1].append(row)

    async def allocate_number(self, fiscal_year: int) -> int:
        """Return the next register number of a fiscal year."""
        if fiscal_year not in self._last_numbers:
            driver = await get_driver(self.connection)
            last = list(await driver.execute_fetchall(_SELECT_LAST_NUMBER, (fiscal_year,)))
            self._last_numbers[fiscal_year] = last[0][0] if last else 0
        self._last_numbers[fiscal_year] += 1
        return self._last_numbers[fiscal_year]

    async def audit(self, actor: str, what: str, ref: str) -> None:
        """Add a line to the audit trail, with the current hour."""
        if self._chain is None:
            self._chain = await load_audit_chain(self.connection, self.keyring.audit_keys)
        hour = int(self.now.timestamp()) // 3600
        self.insert("audit", **self._chain.add(AuditRecord(hour, actor, what, ref)))

    async def load_last_fact_seq(self, about: str) -> int:
        """Return the seq of the last fact about a case; 0 where there is none. `about`: the id of its facts."""
        if about in self._last_facts:  # added by an act before this one
            return self._last_facts[about]
        fact = tables.facts.c
        query = select(fact.seq).where(fact.about == about).order_by(fact.seq.desc()).limit(1)
        return (await self.connection.execute(query)).scalar() or 0

    def add_facts(
        self, about: str, after: int, effective: date, recorded: date, values: Mapping[FactField, str]
    ) -> None:
        """Add facts about a case, numbered after the seq `after`, in the order given."""
        for place, (name, value) in enumerate(values.items(), start=after + 1):
            one = Fact(about, place, effective, recorded, name, value)
            self.insert("facts", **{key: getattr(one, key) for key in one.__slots__})
        self._last_facts[about] = after + len(values)

    async def flush(self) -> None:
        """Execute everything: inserts before updates and deletes, referenced tables first."""
        for fiscal_year, last in self._last_numbers.items():
            self.upsert("counters", fiscal_year=fiscal_year, last=last)
        if self._chain is not None:
            self.upsert("audit_head", **self._chain.head_row())
        driver = await get_driver(self.connection)
        # Each waits for the one before: on a full disk SQLite rolls back at once, and a later one would stand alone.
        for statement, rows in sorted(self._rows.values(), key=lambda entry: _write_order(entry[0])):
            await driver.executemany(compile_statement(statement), rows)


_DIALECT = sqlite.dialect(paramstyle="named")
_TABLE_ORDER = {table.name: place for place, table in enumerate(tables.metadata.sorted_tables)}


@cache
def compile_statement(statement: UpdateBase) -> str:
    """Return the SQL of a statement, with named parameters. Cached for ever: pass statements that are made once."""
    return str(statement.compile(dialect=_DIALECT))


@cache
def _write_order(statement: UpdateBase) -> tuple[bool, int]:
    return not statement.is_insert, _TABLE_ORDER[str(statement.table)]
