"""Unsending: what one message brought is removed from its case or question (`storage.chat_messages` knows which)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from handlers.complaints.messages import (
    ActorKind,
    UnsendMessage,
    leave_out_understood,
    remove_text_from_answers,
)
from handlers.dialog.session import FILE_PREFIX, TEXT_PREFIX
from handlers.questions.messages import ThreadLineKind
from storage import tables
from storage.backup.taken_back import forget_backup_keys
from storage.cases.history import (
    decrypt_history_content,
    decrypt_report,
    encrypt_history_content,
    encrypt_report,
)
from storage.crypto.aead import Cipher
from storage.db.batch import INSERT_BY_TABLE, WriteBatch
from storage.files.owners import list_owner_hashes
from storage.serialization import (
    IDENTITY_CODEC,
    HistoryContent,
    StoredReport,
)

_CASES, _HISTORY, _ENVELOPES = tables.cases.c, tables.history.c, tables.envelopes.c
_UPDATE_REPORT = update(tables.cases).where(_CASES.id == bindparam("case")).values(report=bindparam("left"))
_DELETE_LINE = delete(tables.history).where(
    _HISTORY.case_id == bindparam("case"), _HISTORY.seq == bindparam("line")
)
_UPDATE_IDENTITY = (
    update(tables.envelopes).where(_ENVELOPES.case_id == bindparam("case")).values(sealed=bindparam("left"))
)
_DELETE_FILE = delete(tables.files).where(tables.files.c.id == bindparam("file"))


def record_message_origins(case: str, sent: Mapping[str, str], batch: WriteBatch) -> None:
    """Remember which messages brought which parts of a case or question, once it is on disk."""
    if sent:
        batch.recorded_messages.append((case, sent))


async def unsend_message(act: UnsendMessage, batch: WriteBatch) -> None:
    """Remove from a case what one message brought."""
    known = batch.origins.find(act.message_id)
    query = select(_CASES.key, _CASES.report, _CASES.seq, _CASES.announce_at).where(_CASES.id == act.case)
    case = (await batch.connection.execute(query)).first()
    if known is None:
        return  # forgotten meanwhile
    what = known.what
    if case is None:
        await _remove_from_question(act.case, what.removeprefix(TEXT_PREFIX), batch)
    elif what.startswith(FILE_PREFIX):
        cipher = batch.keyring.unwrap_case_cipher(act.case, case.key)
        file = what.removeprefix(FILE_PREFIX)
        await _remove_file(act.case, file, case.report, cipher, batch)
        await _delete_file_row(file, list_owner_hashes(batch.keyring, act.case, case.seq), batch)
    else:
        cipher = batch.keyring.unwrap_case_cipher(act.case, case.key)
        await _remove_text(act.case, what.removeprefix(TEXT_PREFIX), case.report, cipher, batch)
    # What is taken back is taken back from backups too: those up to now cannot open this case any more.
    forget_backup_keys(act.case, batch)
    batch.unsent_messages.append(act.message_id)
    if case is None or case.announce_at is None:
        # Of a case that officers are not told of yet nothing is in the audit trail, this neither.
        await batch.audit(ActorKind.REPORTER, "unsent", act.case)


async def _write_report(case: str, left: StoredReport, cipher: Cipher, batch: WriteBatch) -> None:
    """Store what is left of a report, at once: an act after it in the batch reads the report as it is now."""
    await batch.connection.execute(_UPDATE_REPORT, {"case": case, "left": encrypt_report(left, case, cipher)})


async def _remove_file(case: str, file: str, sealed: bytes, cipher: Cipher, batch: WriteBatch) -> None:
    report = decrypt_report(sealed, case, cipher)
    if file in report.files:
        kept = replace(report, files=tuple(one for one in report.files if one != file))
        await _write_report(case, kept, cipher, batch)
    for line, body in await _load_reporter_lines(case, cipher, batch):
        if file in body.files:
            left = replace(body, files=tuple(one for one in body.files if one != file))
            await _replace_line(line, left, cipher, batch)


async def _delete_file_row(file: str, owners: list[bytes], batch: WriteBatch) -> None:
    column = tables.files.c
    query = select(column.place).where(column.id == file, column.owner.in_(owners))
    place = (await batch.connection.execute(query)).scalar()
    if place is not None:
        batch.add_statement(_DELETE_FILE, file=file)
        batch.erased_files.append(place)


async def _remove_text(case: str, text: str, sealed: bytes, cipher: Cipher, batch: WriteBatch) -> None:
    report = decrypt_report(sealed, case, cipher)
    # What was understood from a story may be from the part that is taken back, and may be the very same words.
    told = leave_out_understood(report.answers)
    answers = remove_text_from_answers(told, text)
    if answers != told:
        kept = replace(report, answers=answers)
        await _write_report(case, kept, cipher, batch)
        return
    for line, body in await _load_reporter_lines(case, cipher, batch):
        if body.text == text:
            await _replace_line(line, replace(body, text=""), cipher, batch)
            return
    await _remove_from_identity(case, text, batch)


async def _remove_from_question(question: str, text: str, batch: WriteBatch) -> None:
    """Blank the line of a question that was unsent. Nothing to do where the question was deleted."""
    line = tables.question_lines.c
    own = select(tables.question_lines).where(
        line.question_id == question, line.kind != ThreadLineKind.ANSWER.value
    )
    for row in (await batch.connection.execute(own)).all():
        place = f"{question}/{row.seq}"
        if batch.keyring.question.decrypt(row.sealed, "question_lines", place, "text").decode() == text:
            empty = batch.keyring.question.encrypt(b"", "question_lines", place, "text")
            left = update(tables.question_lines).where(line.question_id == question, line.seq == row.seq)
            await batch.connection.execute(left.values(sealed=empty))
            return


async def _remove_from_identity(case: str, text: str, batch: WriteBatch) -> None:
    query = select(_ENVELOPES.key, _ENVELOPES.sealed).where(_ENVELOPES.case_id == case)
    row = (await batch.connection.execute(query)).first()
    if row is None:
        return
    own = batch.keyring.unwrap_envelope_cipher(case, row.key)
    content = own.decrypt(row.sealed, "envelopes", case, "identity")
    left = IDENTITY_CODEC.dump_json(
        remove_text_from_answers(IDENTITY_CODEC.validate_json(content), text)
    ).ljust(len(content))
    sealed = own.encrypt(left, "envelopes", case, "identity")
    await batch.connection.execute(_UPDATE_IDENTITY, {"case": case, "left": sealed})


async def _load_reporter_lines(
    case: str, cipher: Cipher, batch: WriteBatch
) -> list[tuple[Mapping[str, Any], HistoryContent]]:
    """Return the reporter's own lines of a case, as rows and decrypted."""
    query = select(tables.history).where(_HISTORY.case_id == case, _HISTORY.by == ActorKind.REPORTER.value)
    rows = [dict(row) for row in (await batch.connection.execute(query)).mappings()]
    return [(row, decrypt_history_content(row["sealed"], case, row["seq"], cipher)) for row in rows]


async def _replace_line(
    row: Mapping[str, Any], left: HistoryContent, cipher: Cipher, batch: WriteBatch
) -> None:
    """Replace a line by one of the same day and kind, with what is left of it.

    A trigger forbids updates of history. Deleting is allowed, so the line is deleted and inserted again.
    """
    case, line = row["case_id"], row["seq"]
    await batch.connection.execute(_DELETE_LINE, {"case": case, "line": line})
    sealed = encrypt_history_content(left, case, line, cipher)
    await batch.connection.execute(INSERT_BY_TABLE["history"], {**row, "sealed": sealed})
