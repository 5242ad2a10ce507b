"""Public opinion: what is said at any time, consultations, and the voices in them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    _opinions()
    op.create_table(
        "ballots",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("result", sa.LargeBinary()),
        sa.Column("published_on", sa.Date()),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )
    voice: list[sa.Column[Any]] = [
        _mark("mark", nullable=True),
        sa.Column("account", sa.Boolean(), nullable=False),
    ]
    _of_a_ballot("voices", "id", voice, sa.UniqueConstraint("code", "mark"))
    _of_a_ballot("hearers", "mark", [_mark("person")])
    op.create_index("ix_hearers_person", "hearers", ["person"])
    waiting: list[sa.Column[Any]] = [
        sa.Column("question", sa.String(length=20), nullable=False),
        _mark("twin"),
    ]
    _of_a_ballot("statements", "id", waiting, sa.UniqueConstraint("code", "twin"))
    theme: list[sa.Column[Any]] = [
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("by", sa.Date()),
        sa.Column("done", sa.Date()),
    ]
    _of_a_ballot("themes", "id", theme, sa.UniqueConstraint("code", "place"))


def _opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("said_on", sa.Date(), nullable=False),
        _mark("twin"),
        _mark("sender", nullable=True),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("contact", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fiscal_year", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_opinions_twin", "opinions", ["twin"])
    op.create_index("ix_opinions_sender", "opinions", ["sender"])


def _mark(name: str, *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.LargeBinary(length=32), nullable=nullable)


def _of_a_ballot(name: str, key: str, columns: "list[sa.Column[Any]]", *rules: sa.UniqueConstraint) -> None:
    own = _mark("mark") if key == "mark" else sa.Column(key, sa.String(length=32), nullable=False)
    op.create_table(
        name,
        own,
        sa.Column("code", sa.String(length=6), nullable=False),
        *columns,
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["ballots.code"]),
        sa.PrimaryKeyConstraint(key),
        *rules,
        sqlite_with_rowid=False,
    )
