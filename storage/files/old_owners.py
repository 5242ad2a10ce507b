"""Files of versions before 0019 named their case in clear; the first start seals that: a migration has no keys."""

from sqlalchemy import bindparam, delete, select, update

from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import MAX_PIECE_ROWS
from storage.files.owners import UNKNOWN_LINE

_SEAL_OWNER = (
    update(tables.files).where(tables.files.c.id == bindparam("file")).values(owner=bindparam("owned_by"))
)
_FORGET_CASE = delete(tables.unsealed_owners).where(tables.unsealed_owners.c.id == bindparam("file"))


async def seal_old_owners(committer: GroupCommitWriter, keyring: Keyring) -> int:
    """Replace the case ids of files of earlier versions by HMACs, in pieces; return their number.

    Done before anything else is served, so that all other code knows the new form only.
    """
    column, sealed = tables.unsealed_owners.c, 0
    while True:
        async with committer.transaction() as connection:
            piece = select(column.id, column.case_id).limit(MAX_PIECE_ROWS // 2)
            rows = (await connection.execute(piece)).all()
            if not rows:
                return sealed
            owners = [
                {"file": row.id, "owned_by": keyring.hash_file_owner(row.case_id, UNKNOWN_LINE)}
                for row in rows
            ]
            await connection.execute(_SEAL_OWNER, owners)
            await connection.execute(_FORGET_CASE, owners)
        sealed += len(rows)
