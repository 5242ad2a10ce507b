"""Files name no case in clear and have names of their own on disk; the unused table of sent messages goes."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import write_zero_byte

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table of files anew.

    The cases of files that are there wait in a table of their own until the keys are at hand, which a migration has
    not. An old file is on disk under the id of its row, and is due to be written anew in the first night; one that has
    not come has no file, which only its encrypted part tells: the first night passes it by.
    """
    op.drop_table("traces")
    op.create_table(
        "unsealed_owners",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO unsealed_owners SELECT id, case_id FROM files WHERE case_id IS NOT NULL")
    op.create_table(
        "files_new",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.LargeBinary(length=32), nullable=True),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    # A zero is no hash: it only says that the file is of a case, until the hash replaces it.
    op.execute(
        f"INSERT INTO files_new SELECT id, CASE WHEN case_id IS NULL THEN NULL ELSE {write_zero_byte()} END, id,"  # noqa: S608
        " '2000-01-01', until, sealed FROM files"
    )
    op.drop_table("files")
    op.rename_table("files_new", "files")
    op.create_index(op.f("ix_files_owner"), "files", ["owner"], unique=False)
    op.create_index(op.f("ix_files_day"), "files", ["day"], unique=False)
