"""Tables around a case: reminders, exclusions, approvals, access links, imports."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from storage.tables.schema import metadata


def _define_table(name: str, *columns: Column[object] | Index) -> Table:
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
    Column("why", String(20), nullable=False),  # ExclusionGround
    Column("by", String(32), nullable=False),  # staff id; empty: found by the program
    Column("sealed", LargeBinary, nullable=False),  # the reason as text
)

approvals = _define_table(
    "approvals",
    Column("id", String(32), primary_key=True),
    _case_id_column(),
    Column("what", String(20), nullable=False),  # ApprovalKind
    Column("asked_by", String(32), nullable=False),
    Column("approved_by", String(32)),
    Column("until", Integer, nullable=False),  # minute
    Column("sealed", LargeBinary, nullable=False),  # the reason as text
)

keyholes = _define_table(
    "keyholes",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the link's secret, later of the cookie's
    Column("case_id", String(32), ForeignKey("cases.id")),  # null: belongs to no case
    Column("staff_id", String(32), nullable=False),
    Column("kind", String(10), nullable=False),  # PageKind
    Column("until", Integer, nullable=False),  # minute
    Column("proved", Integer, nullable=False),  # minute at which the second factor was given; 0: not yet
    Column("sealed", LargeBinary, nullable=False),  # language, and the password of an export
)

imports = _define_table(
    "imports",
    Column("digest", LargeBinary(32), primary_key=True),
    Column("on", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("id", Integer),  # counted from 1; null: of a version that could not reverse imports, as all below
    Column("state", String(10)),  # ImportState
    Column("counters", String),  # JSON: by fiscal year the counter before and after
    Column("last_release", Integer),  # seq of the last release before it
    Column("kept", Integer),  # cases that were worked on while it was reversed, and stayed
    Column("undone_on", Date),
)

imported_cases = _define_table(
    "imported_cases",
    _case_id_column(primary=True),
    Column("import_id", Integer, nullable=False, index=True),
    Column("seq", Integer, nullable=False),  # of the case as it was imported: a higher one was worked on
)

# What somebody said that a word or heading of a register means.
register_words = _define_table(
    "register_words",
    Column("kind", String(20), primary_key=True),  # WordKind
    Column("mark", LargeBinary(32), primary_key=True),  # keyed hash of the folded word
    Column("value", String(60), nullable=False),
    Column("import_id", Integer),  # with which import it was told; null where an earlier version kept it
)

import_rows = _define_table(
    "import_rows",
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column(
        "digest", LargeBinary(32), nullable=False
    ),  # of the file, as in `imports` once the import is decided
    Column("sealed", LargeBinary, nullable=False),  # some of its cases
)

slips = _define_table(
    "slips",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the one-time code
    _case_id_column(),
    Column("until", Date, nullable=False),  # the last day on which it can be used
    Column("voided_mark", LargeBinary(32), index=True),  # hash of the tracking code that was voided with it
    Column("sealed", LargeBinary, nullable=False),  # under the key of the case: when it was used and voided
    Index("ix_slips_case", "case_id"),
)

# Reports of one matter, which officers work as one case.
matters = _define_table(
    "matters",
    _case_id_column(primary=True),
    Column(
        "matter", String(32), nullable=False, index=True
    ),  # random; the same for all reports of the matter
)

CASE_RULE_TABLES = (reminders, concerned, approvals, keyholes, slips, matters, imported_cases)
"""Tables whose rows are deleted with their case."""

SCHEMA_METADATA = metadata
"""Every table of the schema. Importing it from here makes sure that the tables above are registered."""
