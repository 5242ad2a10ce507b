"""Releases of the statistics, and where each was published."""

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String

from storage.tables.schema import define_unordered_table

releases = define_unordered_table(
    "releases",
    Column("fiscal_year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),  # the order in which they were made
    Column("period", String(20), nullable=False),
    Column("layout", String(10), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("made_at", Integer, nullable=False),  # minute
    Column("held", Boolean, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("figures", LargeBinary, nullable=False),  # its statistics.json, deflated
)

postings = define_unordered_table(
    "postings",
    Column("fiscal_year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("place", String(20), primary_key=True),
    Column("due", Integer, nullable=False),  # minute
    Column("attempts", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("trouble", String(40), nullable=False),  # an error code, never a server's response
)
