"""Cases that only the appointed officer may open, and the supervisor who said so."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column; no earlier case is such a one."""
    op.add_column("cases", sa.Column("appointed_by", sa.String(32), nullable=True))
