"""The proof that a desk can keep something: a row is written as a message is, and read back from another connection."""

import asyncio
import secrets
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import tables
from storage.db.batch import INSERT_BY_TABLE
from storage.db.group_commit import GroupCommitWriter

PROBE_JOB = "probe"
"""Name of the row in the `chores` table. Its `due` is a random word, which tells nothing."""

_DELETE_PROBE = delete(tables.chores).where(tables.chores.c.name == bindparam("probe"))


@dataclass(frozen=True)
class ReadinessProbe:
    """Writes and reads the row of the proof."""

    committer: GroupCommitWriter
    reader: AsyncEngine

    async def run(self) -> bool:
        """Write a new row in place of the last one and read it. Raises StorageError where it cannot be written.

        False too where a page of the database was found damaged since the start: the row is then written beside what
        cannot be, as a report may be that somebody is about to finish.
        """
        word = secrets.token_hex(8)
        await asyncio.gather(  # both are queued, in this order, and written in one transaction
            self.committer.write(_DELETE_PROBE, {"probe": PROBE_JOB}),
            self.committer.write(INSERT_BY_TABLE["chores"], {"name": PROBE_JOB, "due": word}),
        )
        chores = tables.chores.c
        query = select(chores.name).where(chores.name == PROBE_JOB, chores.due == word)
        async with self.reader.connect() as connection:
            is_kept = (await connection.execute(query)).first() is not None
        return is_kept and not self.committer.met_damage
