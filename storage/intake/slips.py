"""Slips: hashes of one-time codes, and when they were used, under the key of their case. No person is in a row."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from handlers.complaints.messages import CaseOpening
from handlers.complaints.slips.messages import (
    SLIP_REMEMBERED,
    SLIP_TTL,
    FindSlip,
    FindVoidedCode,
    GetWrittenReport,
    IssueSlip,
    NewOneTimeCode,
    Slip,
    SlipStatus,
    UseSlip,
    VoidSlip,
)
from handlers.dialog.codes.one_time_code import ONE_TIME_CODE_NUMBERS, OneTimeCode, make_one_time_code
from handlers.dialog.effects import Act, Query
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.cases.reporter_queries import load_report
from storage.cases.subscriptions import DELETE_CASE_SUBSCRIPTION, hash_case_subscription
from storage.crypto.aead import HMAC_BYTES, Cipher
from storage.db.batch import WriteBatch
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.tables.rules import slips
from storage.unreadable_rows import reading_row

SLIP_TABLE = slips
_SLIP = SLIP_TABLE.c
_INSERT_SLIP = insert(SLIP_TABLE)
_DELETE_SLIP = delete(SLIP_TABLE).where(_SLIP.mark == bindparam("of_code"))
_UPDATE_SLIP = (
    update(SLIP_TABLE)
    .where(_SLIP.mark == bindparam("of_code"))
    .values(sealed=bindparam("to_sealed"), voided_mark=bindparam("to_voided"))
)
_SET_RECEIPT = (
    update(tables.cases)
    .where(tables.cases.c.id == bindparam("case"))
    .values(receipt_mark=bindparam("to_mark"))
)
_SELECT_SLIPS = select(SLIP_TABLE, tables.cases.c.key.label("case_key"), tables.cases.c.seq).join(
    tables.cases, tables.cases.c.id == _SLIP.case_id
)


@dataclass(frozen=True, slots=True)
class SlipUse:
    """The encrypted part of a slip: when it was used, and when what was made with it was voided."""

    used: CaseOpening | None = None
    voided_on: date | None = None

    def get_status(self, until: date, today: date) -> SlipStatus:
        """Return what can be done with the slip."""
        if self.voided_on is not None:
            return SlipStatus.VOIDED
        if today > until:
            return SlipStatus.ENDED
        return SlipStatus.UNUSED if self.used is None else SlipStatus.USED


SLIP_USE_CODEC = TypeAdapter(SlipUse)


def encrypt_slip_use(use: SlipUse, mark: bytes, cipher: Cipher) -> bytes:
    """Encrypt the use of a slip; that there was none as well, so that its size tells nothing."""
    return cipher.encrypt(SLIP_USE_CODEC.dump_json(use), "slips", mark.hex(), "use")


def _decrypt_slip_use(sealed: bytes, mark: bytes, cipher: Cipher) -> SlipUse:
    return SLIP_USE_CODEC.validate_json(cipher.decrypt(sealed, "slips", mark.hex(), "use"))


async def answer_new_one_time_code(query: NewOneTimeCode, context: ReadContext) -> OneTimeCode:  # noqa: ARG001
    """Return a new one-time code."""
    return make_one_time_code(secrets.randbelow(ONE_TIME_CODE_NUMBERS))


async def find_slip(query: FindSlip, context: ReadContext) -> Slip | None:
    """Find the slip of a one-time code, with what its holder may know."""
    marks = context.keyring.list_one_time_code_hashes(query.code)
    row = (await context.connection.execute(_SELECT_SLIPS.where(_SLIP.mark.in_(marks)))).first()
    if row is None:
        return None
    with reading_row(
        "slips", ""
    ):  # no number: the log would tell at which second the reporter of a case came
        cipher = context.keyring.unwrap_case_cipher(row.case_id, row.case_key)
        use = _decrypt_slip_use(row.sealed, row.mark, cipher)
    status = use.get_status(row.until, to_bangkok_date(context.now))
    return Slip(row.case_id, row.seq, status, row.until, use.used, use.voided_on)


async def find_voided_code(query: FindVoidedCode, context: ReadContext) -> date | None:
    """Return the day on which a tracking code was voided; None for any other code."""
    marks = context.keyring.list_receipt_hashes(query.receipt)
    row = (await context.connection.execute(_SELECT_SLIPS.where(_SLIP.voided_mark.in_(marks)))).first()
    if row is None:
        return None
    with reading_row("slips", ""):
        cipher = context.keyring.unwrap_case_cipher(row.case_id, row.case_key)
        return _decrypt_slip_use(row.sealed, row.mark, cipher).voided_on


async def get_written_report(query: GetWrittenReport, context: ReadContext) -> Mapping[str, str]:
    """Return what an officer wrote down, by field."""
    return (await load_report(query.case, context)).answers


async def issue_slip(act: IssueSlip, batch: WriteBatch) -> None:
    """Store a slip; the unused one of the case before it is deleted, and is found no more."""
    case = tables.cases.c
    key = await batch.connection.scalar(select(case.key).where(case.id == act.case))
    if key is None:
        raise ConflictError("the case was erased meanwhile")
    cipher = batch.keyring.unwrap_case_cipher(act.case, key)
    earlier = await batch.connection.execute(_SELECT_SLIPS.where(_SLIP.case_id == act.case))
    for row in earlier.all():
        if _decrypt_slip_use(row.sealed, row.mark, cipher).used is None:
            await batch.connection.execute(_DELETE_SLIP, {"of_code": row.mark})
    mark = batch.keyring.hash_one_time_code(act.code)
    slip = {"mark": mark, "case_id": act.case, "until": act.on + SLIP_TTL, "voided_mark": None}
    await batch.connection.execute(
        _INSERT_SLIP, {**slip, "sealed": encrypt_slip_use(SlipUse(), mark, cipher)}
    )


async def use_slip(act: UseSlip, batch: WriteBatch) -> None:
    """Let the case be opened by the new tracking code alone. Raises `ConflictError` where the slip is not unused."""
    mark, cipher, _ = await _load_for_write(act.case, act.code, SlipStatus.UNUSED, batch)
    await _save_use(mark, SlipUse(act.opening), None, cipher, batch)
    await batch.connection.execute(
        _SET_RECEIPT, {"case": act.case, "to_mark": batch.keyring.hash_receipt(act.receipt)}
    )


async def void_slip(act: VoidSlip, batch: WriteBatch) -> None:
    """Let no tracking code open the case, and end its news. Raises `ConflictError` where there is none to void."""
    mark, cipher, use = await _load_for_write(act.case, act.code, SlipStatus.USED, batch)
    case = tables.cases.c
    voided = await batch.connection.scalar(select(case.receipt_mark).where(case.id == act.case))
    await _save_use(mark, SlipUse(use.used, act.on), voided, cipher, batch)
    # A random mark: the hash of no code that there is.
    await batch.connection.execute(
        _SET_RECEIPT, {"case": act.case, "to_mark": secrets.token_bytes(HMAC_BYTES)}
    )
    batch.add_statement(DELETE_CASE_SUBSCRIPTION, of_case=hash_case_subscription(batch.keyring, act.case))


async def _load_for_write(
    case: str, code: OneTimeCode, wanted: SlipStatus, batch: WriteBatch
) -> tuple[bytes, Cipher, SlipUse]:
    """Return the mark, the cipher and the use of a slip. Raises `ConflictError` where its status is another."""
    marks = batch.keyring.list_one_time_code_hashes(code)
    query = _SELECT_SLIPS.where(_SLIP.mark.in_(marks), _SLIP.case_id == case)
    row = (await batch.connection.execute(query)).first()
    if row is None:
        raise ConflictError("the slip was replaced meanwhile")
    cipher = batch.keyring.unwrap_case_cipher(case, row.case_key)
    use = _decrypt_slip_use(row.sealed, row.mark, cipher)
    if use.get_status(row.until, to_bangkok_date(batch.now)) is not wanted:
        raise ConflictError("the slip was used meanwhile")
    return row.mark, cipher, use


async def _save_use(
    mark: bytes, use: SlipUse, voided: bytes | None, cipher: Cipher, batch: WriteBatch
) -> None:
    """Write the use at once: another turn of the same transaction must find it used."""
    row = {"of_code": mark, "to_sealed": encrypt_slip_use(use, mark, cipher), "to_voided": voided}
    await batch.connection.execute(_UPDATE_SLIP, row)


def build_forgotten_condition(today: date) -> ColumnElement[bool]:
    """Return the condition of the slips that ended long enough ago to be forgotten."""
    return _SLIP.until < today - SLIP_REMEMBERED


SLIP_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewOneTimeCode: answer_new_one_time_code,
    FindSlip: find_slip,
    FindVoidedCode: find_voided_code,
    GetWrittenReport: get_written_report,
}
SLIP_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    IssueSlip: issue_slip,
    UseSlip: use_slip,
    VoidSlip: void_slip,
}
