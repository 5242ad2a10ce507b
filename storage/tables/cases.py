"""Sessions, cases and what belongs to them, facts, the audit trail, and queues."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    true,
)

from storage.tables.schema import WIDE_INTEGER, define_unordered_table, metadata

meta = define_unordered_table(
    "meta", Column("name", String(40), primary_key=True), Column("value", LargeBinary, nullable=False)
)

sessions = define_unordered_table(
    "sessions",
    Column("who", LargeBinary(32), primary_key=True),
    Column("version", WIDE_INTEGER, nullable=False),
    Column("touched", Integer, nullable=False),  # minute
    Column("drafting", Boolean, nullable=False),
    Column("sealed", LargeBinary),  # null: expired, kept only to tell the person
)

day_keys = define_unordered_table(
    "day_keys", Column("day", Date, primary_key=True), Column("sealed", LargeBinary, nullable=False)
)

events = define_unordered_table(
    "events",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False),
    Column("answers", WIDE_INTEGER),  # id of the row with its answer
)

answers = define_unordered_table(
    "answers",
    Column("id", WIDE_INTEGER, primary_key=True, autoincrement=False),  # random
    Column("day", Date, nullable=False),
    Column("until", Integer, nullable=False),  # minute
    Column("sealed", LargeBinary, nullable=False),  # the answers of all events that were written together
)

tries = define_unordered_table(
    "tries",
    Column("bucket", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

counters = define_unordered_table(
    "counters", Column("fiscal_year", Integer, primary_key=True), Column("last", Integer, nullable=False)
)

cases = define_unordered_table(
    "cases",
    Column("id", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", WIDE_INTEGER, nullable=False),
    Column("receipt_mark", LargeBinary(32), nullable=False, unique=True),
    Column("status", String(20), nullable=False),
    Column("outcome", String(20)),
    Column("seq", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("touched_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("alternate", Boolean, nullable=False),
    Column("notice", String(20), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("officer", String(32)),  # staff id of the assigned officer
    Column("avoid", String(32)),  # staff id of who closed it before the reporter reopened it
    # staff id of the supervisor who said that only the assigned officer and they may open it; null: the usual
    Column("appointed_by", String(32)),
    Column("opened", LargeBinary),  # under the key of the case: when it was opened with its receipt last
    Column("open", Boolean, nullable=False),  # set from the rules of the status on every write
    # The minute at which officers are told; null: they were. Until then the number is a random one below 0.
    Column("announce_at", LargeBinary),
    UniqueConstraint("fiscal_year", "number"),
)
IS_OPEN_CASE = cases.c.open == true()
"""Which cases are open. Written as in the partial indexes: SQLite takes one only where the conditions are alike."""
IS_ANNOUNCED_CASE = cases.c.announce_at.is_(None)
"""Which cases exist for officers. Nothing that an officer can ask for may tell of another."""
IS_CLOSED_CASE = cases.c.open == false()
"""Which cases are closed, written as in their index."""


def _index_cases(name: str, where: ColumnElement[bool], *columns: Column[Any]) -> None:
    """Define an index of the cases for which a condition holds."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index_cases("ix_cases_unannounced", cases.c.announce_at.is_not(None), cases.c.id)
# With `open`, though it is true in each: SQLite reads the row for a column that an index has not.
_index_cases("ix_cases_due", IS_OPEN_CASE, cases.c.answer_by, cases.c.officer, cases.c.open)
_index_cases("ix_cases_open", IS_OPEN_CASE, cases.c.officer, cases.c.answer_by)
_index_cases("ix_cases_closed", IS_CLOSED_CASE, cases.c.fiscal_year, cases.c.number, cases.c.officer)

envelopes = define_unordered_table(
    "envelopes",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

history = define_unordered_table(
    "history",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(20), nullable=False),
    Column("status", String(20)),
    Column("outcome", String(20)),
    Column("reason", String(40)),
    Column("sealed", LargeBinary, nullable=False),
)

files = define_unordered_table(
    "files",
    Column("id", String(32), primary_key=True),
    Column(
        "owner", LargeBinary(32), index=True
    ),  # hash of case and history line (storage.files.owners); null: a draft
    Column("place", String(32), nullable=False),  # random name on disk; empty: has not come
    Column("day", Date, index=True),  # of its writing, in Bangkok; null once it was written anew in a night
    Column("until", Integer, nullable=False),  # minute, of a whole hour; only while there is no case
    Column("sealed", LargeBinary, nullable=False),  # its key, name, type, size and SHA-256
)

# Files of versions before 0019 with their case in clear, until the first start seals them.
unsealed_owners = define_unordered_table(
    "unsealed_owners",
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False),
)

facts = define_unordered_table(
    "facts",
    Column("about", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("effective", Date, nullable=False),
    Column("recorded", Date, nullable=False),
    Column("field", String(20), nullable=False),
    Column("value", String(60), nullable=False),
)


def _define_queue_table(name: str) -> Table:
    return define_unordered_table(
        name,
        Column("id", String(32), primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("due", WIDE_INTEGER, nullable=False, index=True),  # second: a message should not wait a minute
        Column("attempts", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )


outbox = _define_queue_table("outbox")
errands = _define_queue_table("errands")

addresses = define_unordered_table(
    "addresses",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("person", LargeBinary(32), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("what", String(40), nullable=False),
    Column("ref", String(60), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
)

audit_head = define_unordered_table(
    "audit_head",
    Column("id", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
)

chores = define_unordered_table(
    "chores", Column("name", String(40), primary_key=True), Column("due", String(40), primary_key=True)
)
