"""To which case a file belongs: the row holds an HMAC of the case and the line that brought it, and no case in clear.

The key is derived from the first pepper, which is never taken away, since receipts are hashed under it. So the files
of a case are found, and erased with it, also where the case itself cannot be read. Without keys nobody can tell whose
a file is; files that came with the same line have the same HMAC.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.crypto.keyring import Keyring

UNKNOWN_LINE = 0
"""Line of the files of earlier versions, which did not record it. Lines of a history begin at 1."""


def list_owner_hashes(keyring: Keyring, case: str, last_line: int) -> list[bytes]:
    """Return all HMACs that files of a case may have. last_line: the `seq` of the case."""
    return [keyring.hash_file_owner(case, line) for line in range(UNKNOWN_LINE, last_line + 1)]


async def list_case_files(
    connection: AsyncConnection, keyring: Keyring, case: str, last_line: int
) -> list[tuple[str, str]]:
    """Return row and place of each file of a case."""
    column = tables.files.c
    query = select(column.id, column.place).where(
        column.owner.in_(list_owner_hashes(keyring, case, last_line))
    )
    return [(row.id, row.place) for row in await connection.execute(query)]
