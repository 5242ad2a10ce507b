"""Settings of the office that were changed while the program runs."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add the table. Everything is as office.toml has it."""
    op.create_table(
        "office_settings",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
