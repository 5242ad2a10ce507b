"""The staff of a desk, their codes, and what they do around a case."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String

from storage.tables.schema import WIDE_INTEGER, define_unordered_table

staff = define_unordered_table(
    "staff",
    Column("id", String(32), primary_key=True),
    Column("who", LargeBinary(32), unique=True),  # null: has not joined yet, or left
    Column("role", String(20), nullable=False),
    Column("joined", Date),
    Column("removed", Date),
    Column("sealed", LargeBinary, nullable=False),  # name, aliases, units
    Column("factor", LargeBinary),  # the TOTP secret
    Column("address", LargeBinary),  # where notifications go
)

invitations = define_unordered_table(
    "invitations",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the code
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
    Column("until", Integer, nullable=False),  # minute
    Column("digits", LargeBinary(32)),  # hash of the six digits; null: none were told, so no page opens
)

enrolments = define_unordered_table(
    "enrolments",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the link's secret
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
    Column("invitation", LargeBinary(32), nullable=False),  # hash of its code
    Column("until", Integer, nullable=False),  # minute
    Column("opened", Boolean, nullable=False),  # the digits were given
    Column("sealed", LargeBinary, nullable=False),  # which chat enrols, second factor and recovery codes
)

# An admin's access is reset where two persons ask for it.
staff_requests = define_unordered_table(
    "staff_requests",
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("asked_by", String(32), nullable=False),
    Column("until", Integer, nullable=False),  # minute
)

# Who is away on which days, and who stands in.
absences = define_unordered_table(
    "absences",
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, nullable=False),
    Column("stand_in", String(32), nullable=False),  # staff id
)

recoveries = define_unordered_table(
    "recoveries",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of staff id and code
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
)

# Who is signed in to the workspace. The factor and unfinished work are a row of `sessions` with the same mark.
staff_sessions = define_unordered_table(
    "staff_sessions",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the cookie
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
    Column("until", Integer, nullable=False),  # minute
    Column("sealed", LargeBinary, nullable=False),  # since which hour, how it began, language
)

# Keys of who signs in to the workspace without a code: only public ones, which sign nothing.
passkeys = define_unordered_table(
    "passkeys",
    Column("mark", LargeBinary(32), primary_key=True),  # hash of the credential's id
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False, index=True),
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # its name, public key, count and id, and the day it was made
)

# A code is used once: the second insert of its hash is a conflict.
spent = define_unordered_table(
    "spent",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("until", Integer, nullable=False, index=True),  # minute
)

# What goes to a reporter waits here for a minute, in which it can be cancelled.
held = define_unordered_table(
    "held",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("due", WIDE_INTEGER, nullable=False, index=True),  # second
    Column("sealed", LargeBinary, nullable=False),
)

holds = define_unordered_table(
    "holds",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

links = define_unordered_table(
    "links",
    Column("case_id", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("other_id", String(32), ForeignKey("cases.id"), primary_key=True, index=True),
)

groups = define_unordered_table(
    "groups",
    Column("mark", LargeBinary(32), primary_key=True),
    Column("address", LargeBinary, nullable=False),
)

office_settings = define_unordered_table(
    "office_settings",
    Column("name", String(20), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # what it says instead of office.toml
    Column("changed_on", Date, nullable=False),
)
