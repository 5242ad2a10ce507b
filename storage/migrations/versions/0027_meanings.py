"""Vectors of what is answered: of entries of the FAQ, and of published questions."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import follow

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the table. A published question that is taken back takes its vectors along."""
    op.create_table(
        "meanings",
        sa.Column("id", sa.String(62), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    follow("meanings_follow_board", "DELETE", "board", "DELETE FROM meanings WHERE id = 'b.' || OLD.id")
