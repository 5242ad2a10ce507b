"""Public opinion: what is said at any time, consultations, and the voices in them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)

from storage.tables.schema import define_unordered_table

# Month, topic and score outlive the words, for what is counted.
opinions = define_unordered_table(
    "opinions",
    Column("id", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("topic", String(32), nullable=False),
    Column("score", Integer),
    Column("said_on", Date, nullable=False),
    Column("twin", LargeBinary(32), nullable=False),  # of the words, folded: the same words are told together
    Column("sender", LargeBinary(32)),  # of the words and the person under the key of the day; wiped with it
    Column("sealed", LargeBinary),  # the words; null once their time is over
    Column("contact", LargeBinary),
    UniqueConstraint("fiscal_year", "number"),
    Index("ix_opinions_twin", "twin"),
    Index("ix_opinions_sender", "sender"),
)

# What is asked is public, and stands in clear. The key ties a voice to an account, until the consultation closes.
ballots = define_unordered_table(
    "ballots",
    Column("code", String(6), primary_key=True),
    Column("phase", String(10), nullable=False),
    Column("opens", Integer, nullable=False),  # minute
    Column("closes", Integer, nullable=False),  # minute
    Column("asked", Text, nullable=False),
    Column("key", LargeBinary),  # destroyed at closing
    Column("result", LargeBinary),  # as it was published, sealed
    Column("published_on", Date),
)


# The background of a consultation, as a PDF of the office's: public.
papers = define_unordered_table(
    "papers",
    Column("code", String(6), ForeignKey("ballots.code"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


def _consultation_code_column(*, primary: bool = False) -> Column[object]:
    return Column("code", String(6), ForeignKey("ballots.code"), primary_key=primary, nullable=False)


voices = define_unordered_table(
    "voices",
    Column("id", String(32), primary_key=True),
    _consultation_code_column(),
    Column("mark", LargeBinary(32)),  # of the person under the consultation's key; null after closing
    Column("account", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("code", "mark"),
)

hearers = define_unordered_table(
    "hearers",
    Column("mark", LargeBinary(32), primary_key=True),
    _consultation_code_column(),
    Column("person", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_hearers_person", "person"),
)

statements = define_unordered_table(
    "statements",
    Column("id", String(32), primary_key=True),
    _consultation_code_column(),
    Column("question", String(20), nullable=False),
    Column("twin", LargeBinary(32), nullable=False),  # the same words wait once
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("code", "twin"),
)

themes = define_unordered_table(
    "themes",
    Column("id", String(32), primary_key=True),
    _consultation_code_column(),
    Column("place", Integer, nullable=False),
    Column("by", Date),  # by when the office has promised something, and when it was done
    Column("done", Date),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("code", "place"),
)
