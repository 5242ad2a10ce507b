"""Whether the evidence files are what their rows say: each is decrypted and compared with its hash."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from storage import tables
from storage.errors import StorageError
from storage.files.evidence import EvidenceStore


@dataclass(frozen=True, slots=True)
class EvidenceInspection:
    """total: files that have come; checked: of them, as many as the bytes allowed; damaged: of these.

    missing: rows whose file is not there. orphans: files of which no row knows, and which are old enough to be left.
    """

    total: int
    checked: int
    damaged: int
    missing: int
    orphans: int


async def inspect_evidence(evidence: EvidenceStore, byte_limit: int) -> EvidenceInspection:
    """Inspect a random choice of the files, up to some bytes on disk; whether they are there, of all."""
    places = evidence.files.list_places()  # before the rows: what comes meanwhile is no orphan
    rows = await _list_rows(evidence)
    known = {place for _, place in rows}
    random.shuffle(rows)
    checked = damaged = missing = 0
    left = byte_limit
    for row, place in rows:
        size = evidence.files.get_size(place)
        if not size:
            missing += await _is_still_missing(evidence, row)
        elif left >= size:
            left -= size
            checked += 1
            damaged += not await _is_whole(evidence, row)
    orphans = len([place for place in places if place not in known and evidence.files.is_old(place)])
    return EvidenceInspection(len(rows), checked, damaged, missing, orphans)


async def _list_rows(evidence: EvidenceStore) -> list[tuple[str, str]]:
    column = tables.files.c
    async with evidence.reader.connect() as connection:
        rows: Sequence[tuple[str, str]] = [
            (row.id, row.place)
            for row in await connection.execute(select(column.id, column.place).where(column.place != ""))
        ]
    return list(rows)


async def _is_still_missing(evidence: EvidenceStore, row: str) -> bool:
    """Whether a file is gone while its row is there: it may have been deleted or written anew in between."""
    column = tables.files.c
    async with evidence.reader.connect() as connection:
        place = (await connection.execute(select(column.place).where(column.id == row))).scalar()
    return bool(place) and not evidence.files.get_size(str(place))


async def _is_whole(evidence: EvidenceStore, row: str) -> bool:
    digest = sha256()
    try:
        meta = await evidence.load_meta(row)
        async for chunk in evidence.read_chunks(row):
            digest.update(chunk)
    except (StorageError, OSError, ValueError):
        return not await _has_row(evidence, row)
    return digest.hexdigest() == meta.digest


async def _has_row(evidence: EvidenceStore, row: str) -> bool:
    column = tables.files.c
    async with evidence.reader.connect() as connection:
        return (await connection.execute(select(column.id).where(column.id == row))).first() is not None
