"""Tables of the rules around a case: reminders, who must not read it, what two agree to, links, imports."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table

from storage.tables.schema import metadata


def _define_table(name: str, *columns: Column[object]) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _case_id_column(*, primary: bool = False) -> Column[object]:
    return Column("case_id", String(32), ForeignKey("cases.id"), primary_key=primary, nullable=False)


reminders = _define_table(
    "reminders",
    _case_id_column(primary=True),
    Column("name", String(60), primary_key=True),
    Column("on", Date, nullable=False),
)

concerned = _define_table(
    "concerned",
    _case_id_column(primary=True),
    Column("staff_id", String(32), primary_key=True),
    Column("why", String(20), nullable=False),  # handlers.concerned.Why
    Column("by", String(32), nullable=False),  # staff id, or empty: found by the program
    Column("sealed", LargeBinary, nullable=False),  # the reason in words
)

approvals = _define_table(
    "approvals",
    Column("id", String(32), primary_key=True),
    _case_id_column(),
    Column("what", String(20), nullable=False),  # handlers.approval.What
    Column("asked_by", String(32), nullable=False),
    Column("approved_by", String(32)),
    Column("until", Integer, nullable=False),  # minute
    Column("sealed", LargeBinary, nullable=False),  # the reason in words
)

keyholes = _define_table(
    "keyholes",
    Column("mark", LargeBinary(32), primary_key=True),  # of the link, then of the cookie
    Column("case_id", String(32), ForeignKey("cases.id")),  # null: it belongs to none
    Column("staff_id", String(32), nullable=False),
    Column("kind", String(10), nullable=False),  # handlers.staff.keyhole.Room
    Column("until", Integer, nullable=False),  # minute
    Column("proved", Integer, nullable=False),  # minute at which the second factor was given; 0: not yet
    Column("sealed", LargeBinary, nullable=False),  # language, and the password of a paper
)

imports = _define_table(
    "imports",
    Column("digest", LargeBinary(32), primary_key=True),
    Column("on", Date, nullable=False),
    Column("rows", Integer, nullable=False),
)

CASE_RULE_TABLES = (reminders, concerned, approvals, keyholes)
"""What goes when a case is erased."""

SCHEMA_METADATA = metadata
"""Every table of the schema, these among them: who takes it from here knows that they are in it."""
