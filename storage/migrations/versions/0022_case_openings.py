"""When a case was last opened with its receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the column; of earlier openings nothing is known."""
    op.add_column("cases", sa.Column("opened", sa.LargeBinary(), nullable=True))
