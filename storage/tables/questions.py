"""Questions, the lines of their threads, and the FAQ with published questions."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

from storage.tables.schema import WIDE_INTEGER, define_unordered_table

questions = define_unordered_table(
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
    Column(
        "bucket", String(8), nullable=False
    ),  # same for a person's questions of a day; cleared with the daily key
    Column("lang", String(2), nullable=False),
    Column("board", String(32), nullable=False),  # id of its published version; empty where there is none
    Column("about", String(32), nullable=False),  # random: names its facts, which outlive it
    UniqueConstraint("fiscal_year", "number"),
    Index("ix_questions_waiting", "state", "answer_by", "fiscal_year", "number"),
)

question_lines = define_unordered_table(
    "question_lines",
    Column("question_id", String(32), ForeignKey("questions.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What the statistics count: nameless, append-only, kept when the question is erased.
question_facts = define_unordered_table(
    "question_facts",
    Column("about", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("step", String(10), nullable=False),  # QuestionStep
)

# An answer waits here for a minute, in which it can be cancelled.
held_answers = define_unordered_table(
    "held_answers",
    Column("question_id", String(32), ForeignKey("questions.id"), primary_key=True),
    Column("staff", String(32), nullable=False),
    Column("due", WIDE_INTEGER, nullable=False, index=True),  # second
    Column("sealed", LargeBinary, nullable=False),
)

# What everybody may read: the office's own FAQ (knowledge), and published questions (board).
knowledge = define_unordered_table(
    "knowledge",
    Column("id", String(60), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("until", Date),
    Column("off", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

board = define_unordered_table(
    "board",
    Column("id", String(32), primary_key=True),
    Column("asked_on", Date, nullable=False),
    Column("answered_on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Vectors of the texts of `knowledge` and `board` (storage/questions/meaning.py).
meanings = define_unordered_table(
    "meanings",
    Column(
        "id", String(62), primary_key=True
    ),  # k. and the id of an entry, b. and that of a published question
    Column("sealed", LargeBinary, nullable=False),
)

shelf = define_unordered_table(
    "shelf",
    Column("id", Integer, primary_key=True),
    Column(
        "version", LargeBinary(16), nullable=False
    ),  # random, new after each change of what everybody may read
)
