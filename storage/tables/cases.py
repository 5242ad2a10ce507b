"""Talks, cases and what belongs to them, facts, the audit, and what waits to be done."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from storage.tables.schema import metadata, scattered

OPEN = text("status IN ('received', 'screening', 'investigating')")
"""What is still to be done; word for word as the index of it has it, since SQLite compares the words."""


meta = scattered(
    "meta", Column("name", String(40), primary_key=True), Column("value", LargeBinary, nullable=False)
)

sessions = scattered(
    "sessions",
    Column("who", LargeBinary(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("touched", Integer, nullable=False),  # minute
    Column("drafting", Boolean, nullable=False),
    Column("sealed", LargeBinary),  # null: swept, kept only to tell the person
)

day_keys = scattered(
    "day_keys", Column("day", Date, primary_key=True), Column("sealed", LargeBinary, nullable=False)
)

events = scattered(
    "events",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False),
    Column("answers", Integer),  # where its answer lies
)

answers = scattered(
    "answers",
    Column("id", Integer, primary_key=True, autoincrement=False),  # at random
    Column("day", Date, nullable=False),
    Column("until", Integer, nullable=False),  # minute
    Column("sealed", LargeBinary, nullable=False),  # of all events that were written together
)

tries = scattered(
    "tries",
    Column("bucket", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

counters = scattered(
    "counters", Column("fiscal_year", Integer, primary_key=True), Column("last", Integer, nullable=False)
)

cases = scattered(
    "cases",
    Column("id", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
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
    Column("officer", String(32)),  # who has it in hand, of `staff`
    Column("avoid", String(32)),  # who closed it before the reporter asked for another look
    UniqueConstraint("fiscal_year", "number"),
)
Index("ix_cases_due", cases.c.answer_by, sqlite_where=OPEN)
Index("ix_cases_open", cases.c.officer, cases.c.answer_by, sqlite_where=OPEN)

envelopes = scattered(
    "envelopes",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

history = scattered(
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

files = scattered(
    "files",
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), index=True),  # null: of a draft
    Column("until", Integer, nullable=False),  # minute, counts while there is no case
    Column("sealed", LargeBinary, nullable=False),  # its key, name, kind, size and SHA-256
)

facts = scattered(
    "facts",
    Column("about", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("effective", Date, nullable=False),
    Column("recorded", Date, nullable=False),
    Column("field", String(20), nullable=False),
    Column("value", String(60), nullable=False),
)


def _waiting(name: str) -> Table:
    return scattered(
        name,
        Column("id", String(32), primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("due", Integer, nullable=False, index=True),  # second: a message should not wait a minute
        Column("attempts", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )


outbox = _waiting("outbox")
errands = _waiting("errands")

traces = scattered(
    "traces",
    Column("id", String(32), primary_key=True),
    Column("bucket", LargeBinary(32), nullable=False, index=True),
    Column("day", Date, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

addresses = scattered(
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

audit_head = scattered(
    "audit_head",
    Column("id", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
)

chores = scattered(
    "chores", Column("name", String(40), primary_key=True), Column("due", String(40), primary_key=True)
)
