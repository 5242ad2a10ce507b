"""Give cases and envelopes new keys of their own, and encrypt what is under them anew.

Wrapping the old key of a case anew would leave what is added to it later open to whoever copied that key.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.crypto.aead import Cipher
from storage.crypto.keyring import Keyring
from storage.db.batch import INSERT_BY_TABLE
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import TamperedError
from storage.rotation.reseal_rows import ResealCount, reseal_in_pieces
from storage.rotation.sealed_columns import build_old_condition
from storage.store import Store
from storage.tables.rules import slips

_CASE, _LINE, _SLIP, _ENVELOPE = tables.cases.c, tables.history.c, slips.c, tables.envelopes.c


async def reseal_cases(store: Store, pause: float) -> ResealCount:
    """Give every case whose key is wrapped under an older one a new key; in transactions of `MAX_PIECE_ROWS` rows.

    A case with more lines than that has a transaction of its own. pause: seconds between two transactions.
    """
    total = ResealCount()
    while True:
        piece = await _reseal_pieces(store, pause)
        total = total.add_pass(piece)
        if not piece.changed:
            return total


async def _reseal_pieces(store: Store, pause: float) -> ResealCount:
    """Go through the old cases once. Of each piece the cases are changed that fit a transaction; the rest stays old."""

    async def reseal(connection: AsyncConnection, keys: Sequence[Row[Any]]) -> ResealCount:
        rows, total = 0, ResealCount()
        for (case,) in keys:
            rows += await _count_rows(connection, case)
            if rows > MAX_PIECE_ROWS and total.changed:
                break
            total += await _reseal_case(connection, store.keyring, case)
        return total

    condition = build_old_condition(_CASE.key, store.keyring.case)
    return await reseal_in_pieces(store, tables.cases, condition, MAX_PIECE_ROWS, reseal, pause)


async def _count_rows(connection: AsyncConnection, case: str) -> int:
    lines = await connection.scalar(select(func.count()).where(_LINE.case_id == case))
    own = await connection.scalar(select(func.count()).where(_SLIP.case_id == case))
    return 1 + 2 * (lines or 0) + (own or 0)  # a line is deleted and inserted


async def _reseal_case(connection: AsyncConnection, keyring: Keyring, case: str) -> ResealCount:
    old = build_old_condition(_CASE.key, keyring.case)
    query = select(_CASE.key, _CASE.report, _CASE.opened).where(_CASE.id == case, old)
    row = (await connection.execute(query)).first()
    if row is None:  # erased or changed meanwhile
        return ResealCount()
    try:
        own = keyring.unwrap_case_cipher(case, row.key)
    except TamperedError:
        return ResealCount(unreadable=1)
    try:
        wrapped, cipher = keyring.create_case_cipher(case)
        values = _move({"report": row.report, "opened": row.opened}, ("cases", case), own, cipher)
        await _reseal_lines(connection, case, own, cipher)
    except TamperedError:
        # A part of it is damaged: the key stays, so that a repair of that part can still be read.
        wrapped = keyring.rewrap_case_key(case, row.key)
        await connection.execute(update(tables.cases).where(_CASE.id == case).values(key=wrapped))
        return ResealCount(changed=1, damaged=1)
    await connection.execute(update(tables.cases).where(_CASE.id == case).values(key=wrapped, **values))
    return ResealCount(changed=1)


async def _reseal_lines(connection: AsyncConnection, case: str, own: Cipher, cipher: Cipher) -> None:
    """Encrypt the lines of a case and its slips anew. Raises TamperedError before it writes anything.

    A trigger forbids updates of history. Deleting is allowed, so the lines are deleted and inserted again.
    """
    lines = (await connection.execute(select(tables.history).where(_LINE.case_id == case))).mappings().all()
    used = (await connection.execute(select(_SLIP.mark, _SLIP.sealed).where(_SLIP.case_id == case))).all()
    of_lines = [
        {**row, "sealed": _reseal(row["sealed"], ("history", f"{case}/{row['seq']}", "body"), own, cipher)}
        for row in lines
    ]
    of_slips = [
        (row.mark, _reseal(row.sealed, ("slips", row.mark.hex(), "use"), own, cipher)) for row in used
    ]
    if of_lines:
        await connection.execute(delete(tables.history).where(_LINE.case_id == case))
        await connection.execute(INSERT_BY_TABLE["history"], of_lines)
    for mark, sealed in of_slips:
        await connection.execute(update(slips).where(_SLIP.mark == mark).values(sealed=sealed))


async def reseal_envelopes(store: Store, pause: float) -> ResealCount:
    """Give every envelope whose key is wrapped under an older one a new key. pause: seconds between transactions."""

    async def reseal(connection: AsyncConnection, keys: Sequence[Row[Any]]) -> ResealCount:
        total = ResealCount()
        for (case,) in keys:
            total += await _reseal_envelope(connection, store.keyring, case)
        return total

    condition = build_old_condition(_ENVELOPE.key, store.keyring.envelope)
    return await reseal_in_pieces(store, tables.envelopes, condition, MAX_PIECE_ROWS, reseal, pause)


async def _reseal_envelope(connection: AsyncConnection, keyring: Keyring, case: str) -> ResealCount:
    old = build_old_condition(_ENVELOPE.key, keyring.envelope)
    query = select(_ENVELOPE.key, _ENVELOPE.sealed).where(_ENVELOPE.case_id == case, old)
    row = (await connection.execute(query)).first()
    if row is None:
        return ResealCount()
    try:
        own = keyring.unwrap_envelope_cipher(case, row.key)
        wrapped, cipher = keyring.create_envelope_cipher(case)
        sealed = _reseal(row.sealed, ("envelopes", case, "identity"), own, cipher)
    except TamperedError:
        return ResealCount(unreadable=1)
    changed = update(tables.envelopes).where(_ENVELOPE.case_id == case)
    await connection.execute(changed.values(key=wrapped, sealed=sealed))
    return ResealCount(changed=1)


def _move(
    values: Mapping[str, bytes | None], place: tuple[str, str], own: Cipher, cipher: Cipher
) -> dict[str, bytes]:
    """Return the values of a row, by field, under another cipher; those that are null are left out."""
    return {
        name: _reseal(value, (*place, name), own, cipher)
        for name, value in values.items()
        if value is not None
    }


def _reseal(sealed: bytes, place: tuple[str, str, str], own: Cipher, cipher: Cipher) -> bytes:
    return cipher.encrypt(own.decrypt(sealed, *place), *place)
