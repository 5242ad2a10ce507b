"""With which import a word of a register was told, so that it is forgotten where that import is reversed."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the column. Words that an earlier version kept stay whatever is reversed."""
    op.add_column("register_words", sa.Column("import_id", sa.Integer(), nullable=True))
