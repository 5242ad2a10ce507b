"""When officers are told of a case: until then it does not exist for them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column and its index. Of every case that there is officers were told."""
    op.add_column("cases", sa.Column("announce_at", sa.LargeBinary()))
    is_waiting = sa.text("announce_at IS NOT NULL")
    op.create_index(
        "ix_cases_unannounced", "cases", ["id"], sqlite_where=is_waiting, postgresql_where=is_waiting
    )
