"""The rules around a case: reminders, who must not read it, what two agree to, links to a page, imports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    _of_a_case("reminders", [_named("name", 60), _day()], key=("case_id", "name"))
    _of_a_case(
        "concerned",
        [_named("staff_id", 32), _named("why", 20), _named("by", 32), _sealed()],
        key=("case_id", "staff_id"),
    )
    _of_a_case(
        "approvals",
        [
            _named("id", 32),
            _named("what", 20),
            _named("asked_by", 32),
            sa.Column("approved_by", sa.String(length=32)),
            _number("until"),
            _sealed(),
        ],
        key=("id",),
    )
    _of_a_case(
        "keyholes",
        [
            _mark("mark"),
            _named("staff_id", 32),
            _named("kind", 10),
            _number("until"),
            _number("proved"),
        ],
        key=("mark",),
    )
    op.create_table(
        "imports",
        _mark("digest"),
        _day(),
        _number("rows"),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )


def _of_a_case(name: str, columns: list[sa.Column[object]], key: tuple[str, ...]) -> None:
    op.create_table(
        name,
        _named("case_id", 32),
        *columns,
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint(*key),
        sqlite_with_rowid=False,
    )


def _named(name: str, length: int) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _mark(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(length=32), nullable=False)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _day() -> sa.Column[object]:
    return sa.Column("on", sa.Date(), nullable=False)


def _sealed() -> sa.Column[object]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)
