"""Public opinion: feedback (`opinions`), consultations (`ballots`), and the responses to them (`voices`)."""

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

# Month, topic and score outlive the text, for statistics.
opinions = define_unordered_table(
    "opinions",
    Column("id", String(32), primary_key=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("topic", String(32), nullable=False),
    Column("score", Integer),
    Column("said_on", Date, nullable=False),
    Column("twin", LargeBinary(32), nullable=False),  # hash of the normalized text: same texts are grouped
    Column("sender", LargeBinary(32)),  # hash of text and person under the daily key; cleared with that key
    Column("sealed", LargeBinary),  # the text; null once expired
    Column("contact", LargeBinary),
    UniqueConstraint("fiscal_year", "number"),
    Index("ix_opinions_twin", "twin"),
    Index("ix_opinions_sender", "sender"),
)

# What is asked is public, and stored in clear. The key links a response to an account until the consultation closes.
ballots = define_unordered_table(
    "ballots",
    Column("code", String(6), primary_key=True),
    Column("phase", String(10), nullable=False),
    Column("opens", Integer, nullable=False),  # minute
    Column("closes", Integer, nullable=False),  # minute
    Column("asked", Text, nullable=False),
    Column("key", LargeBinary),  # destroyed at closing
    Column("result", LargeBinary),  # as published, encrypted
    Column("published_on", Date),
)


# The background of a consultation, as a PDF of the office: public.
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
    Column("mark", LargeBinary(32)),  # hash of the person under the consultation's key; null after closing
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
    Column("twin", LargeBinary(32), nullable=False),  # hash of the normalized text: the same text waits once
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("code", "twin"),
)

themes = define_unordered_table(
    "themes",
    Column("id", String(32), primary_key=True),
    _consultation_code_column(),
    Column("place", Integer, nullable=False),
    Column("by", Date),  # the day the office promised; `done`: the day it was done
    Column("done", Date),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("code", "place"),
)
