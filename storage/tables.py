"""The schema, once. No column holds a platform id, a name, a text or a receipt in clear.

Tables whose row order would tell in which order people came are stored by their random keys (WITHOUT ROWID).
Instants are minutes since 1970 where a deadline needs them and hours where only people read them.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

metadata = MetaData()


OPEN = text("status IN ('received', 'screening', 'investigating')")
"""What is still to be done; word for word as the index of it has it, since SQLite compares the words."""


def _scattered(name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


meta = _scattered(
    "meta", Column("name", String(40), primary_key=True), Column("value", LargeBinary, nullable=False)
)

sessions = _scattered(
    "sessions",
    Column("who", LargeBinary(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("touched", Integer, nullable=False),  # minute
    Column("drafting", Boolean, nullable=False),
    Column("sealed", LargeBinary),  # null: swept, kept only to tell the person
)

day_keys = _scattered(
    "day_keys", Column("day", Date, primary_key=True), Column("sealed", LargeBinary, nullable=False)
)

events = _scattered(
    "events",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("until", Integer, nullable=False),  # minute
    Column("answer", LargeBinary),
)

tries = _scattered(
    "tries",
    Column("bucket", LargeBinary(32), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

counters = _scattered(
    "counters", Column("fiscal_year", Integer, primary_key=True), Column("last", Integer, nullable=False)
)

cases = _scattered(
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
Index("ix_cases_open", cases.c.officer, cases.c.answer_by, sqlite_where=OPEN)

envelopes = _scattered(
    "envelopes",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

history = _scattered(
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

files = _scattered(
    "files",
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), index=True),  # null: of a draft
    Column("until", Integer, nullable=False),  # minute, counts while there is no case
    Column("sealed", LargeBinary, nullable=False),  # its key, name, kind, size and SHA-256
)

facts = _scattered(
    "facts",
    Column("about", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("effective", Date, nullable=False),
    Column("recorded", Date, nullable=False),
    Column("field", String(20), nullable=False),
    Column("value", String(60), nullable=False),
)


def _waiting(name: str) -> Table:
    return _scattered(
        name,
        Column("id", String(32), primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("due", Integer, nullable=False, index=True),  # second: a message should not wait a minute
        Column("attempts", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )


outbox = _waiting("outbox")
errands = _waiting("errands")

traces = _scattered(
    "traces",
    Column("id", String(32), primary_key=True),
    Column("bucket", LargeBinary(32), nullable=False, index=True),
    Column("day", Date, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

addresses = _scattered(
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

audit_head = _scattered(
    "audit_head",
    Column("id", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("proof", LargeBinary(32), nullable=False),
)

chores = _scattered(
    "chores", Column("name", String(40), primary_key=True), Column("due", String(40), primary_key=True)
)

staff = _scattered(
    "staff",
    Column("id", String(32), primary_key=True),
    Column("who", LargeBinary(32), unique=True),  # null: has not joined yet, or left
    Column("role", String(20), nullable=False),
    Column("joined", Date),
    Column("removed", Date),
    Column("sealed", LargeBinary, nullable=False),  # name, aliases, units
    Column("factor", LargeBinary),  # the secret of the second factor
    Column("address", LargeBinary),  # where notices go
)

invitations = _scattered(
    "invitations",
    Column("mark", LargeBinary(32), primary_key=True),  # of the code
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
    Column("until", Integer, nullable=False),  # minute
)

recoveries = _scattered(
    "recoveries",
    Column("mark", LargeBinary(32), primary_key=True),  # of staff and code
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
)

# A code is taken once: whoever writes its mark second has lost.
spent = _scattered(
    "spent",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("until", Integer, nullable=False, index=True),  # minute
)

# What goes to a reporter waits here for a minute, in which it can be taken back.
held = _scattered(
    "held",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("due", Integer, nullable=False, index=True),  # second
    Column("sealed", LargeBinary, nullable=False),
)

holds = _scattered(
    "holds",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

links = _scattered(
    "links",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("other_id", String(32), ForeignKey("cases.id"), primary_key=True, index=True),
)

groups = _scattered(
    "groups",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("address", LargeBinary, nullable=False),
)

questions = _scattered(
    "questions",
    Column("id", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("receipt_mark", LargeBinary(32), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("answered_on", Date),
    Column("touched_on", Date, nullable=False),
    Column("rating", String(10)),
    Column("bucket", String(8), nullable=False),  # who sent several on one day; wiped with the key of the day
    Column("lang", String(2), nullable=False),
    Column("board", String(32), nullable=False),  # where it is published; empty where it is not
    UniqueConstraint("fiscal_year", "number"),
    Index("ix_questions_waiting", "state", "answer_by", "fiscal_year", "number"),
)

question_lines = _scattered(
    "question_lines",
    Column("question_id", String(32), ForeignKey("questions.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What is known, and shown to everybody: of the office's own hand (knowledge), and out of questions (board).
knowledge = _scattered(
    "knowledge",
    Column("id", String(60), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("until", Date),
    Column("off", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

board = _scattered(
    "board",
    Column("id", String(32), primary_key=True),
    Column("asked_on", Date, nullable=False),
    Column("answered_on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

shelf = _scattered(
    "shelf",
    Column("id", Integer, primary_key=True),
    Column("version", LargeBinary(16), nullable=False),  # another one after each change of what is known
)
