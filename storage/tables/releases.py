"""Releases of the statistics, where each was published, the splits that they repeat, and remarks."""

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, false

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

split_spans = define_unordered_table(
    "split_spans",
    Column("first", Date, primary_key=True),  # a fiscal year's first day
    Column("last", Date, nullable=False),
    Column("hide_below", Integer, nullable=False),  # this and what follows: as on the first day
    Column("deadline_days", Integer, nullable=False),
    Column("categories", String, nullable=False),  # JSON: the codes that were in force throughout
    Column("others", Boolean, nullable=False),  # whether other codes were in force meanwhile
    Column("settled", Boolean, nullable=False),
    Column("told", String, nullable=False),  # JSON: the splits, lines folded; empty until it settles
    Column(
        "measured", Boolean, server_default=false(), nullable=False
    ),  # see `yearly_sums`: from its first case on
)

yearly_sums = define_unordered_table(
    "yearly_sums",
    Column("fiscal_year", Integer, primary_key=True),
    Column("name", String(20), primary_key=True),  # returned, or an answer of `Satisfaction`
    Column("count", Integer, nullable=False),
)

counting_years = define_unordered_table(
    "counting_years",
    Column("fiscal_year", Integer, primary_key=True),
    Column("forwarded_is_done", Boolean, nullable=False),
)

remarks = define_unordered_table(
    "remarks",
    Column("period", String(20), primary_key=True),  # 2569-11, fy2569
    Column("text", String, nullable=False),  # confirmed by a supervisor for publication
)
