"""Whether a case is open stands in its row, as the lifecycle says when it is written, and no more in the indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column, fill it by the states that there were until now, and rebuild the indexes of open cases."""
    # A column that may not be empty needs a default when it is added. The program always gives a value; what another
    # tool writes without one is shown rather than lost.
    op.add_column("cases", sa.Column("open", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE cases SET open = status IN ('received', 'screening', 'investigating')")
    for name, columns in (("ix_cases_due", ["answer_by"]), ("ix_cases_open", ["officer", "answer_by"])):
        op.drop_index(name, "cases")
        op.create_index(
            name, "cases", columns, sqlite_where=sa.text("open = 1"), postgresql_where=sa.text("open")
        )
