"""Which message of a platform went into which case: sealed, apart from the case, and for 48 hours at most.

The time at which a row goes is kept by the hour, so that no instant ties it to a case.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import FILE, TEXT, ActorKind, UnsendMessage, emptied
from handlers.questions.messages import ThreadLineKind
from storage import tables
from storage.crypto.aead import Cipher
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import TamperedError
from storage.serialization import BODY, ERRAND, IDENTITY, REPORT, HistoryContent, QueuedTask

KIND = "sent"
"""Of errand: to forget which message went where."""

CASE = "case"
"""The entry of a row that names the case; the others are the messages, whose ids are numbers."""

KEPT = timedelta(hours=48)

_CASES, _HISTORY, _ENVELOPES = tables.cases.c, tables.history.c, tables.envelopes.c
_REPORT = update(tables.cases).where(_CASES.id == bindparam("case")).values(report=bindparam("left"))
_LINE = delete(tables.history).where(_HISTORY.case_id == bindparam("case"), _HISTORY.seq == bindparam("line"))
_NAME = (
    update(tables.envelopes).where(_ENVELOPES.case_id == bindparam("case")).values(sealed=bindparam("left"))
)
_FILE = delete(tables.files).where(
    tables.files.c.id == bindparam("file"), tables.files.c.case_id == bindparam("case")
)
_MAP = update(tables.errands).where(tables.errands.c.id == bindparam("row")).values(sealed=bindparam("left"))


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """Where a message went. row: of the map; sent: all that the row knows."""

    row: str
    case: str
    sent: Mapping[str, str] = field(repr=False)


def remember(case: str, sent: Mapping[str, str], batch: WriteBatch) -> None:
    """Keep, with what is written, which message brought what into a case."""
    if not sent:
        return
    row, hour = secrets.token_hex(16), int(batch.now.timestamp()) // 3600 * 3600
    sealed = _sealed(batch.seals, row, {CASE: case, **sent})
    due = hour + int(KEPT.total_seconds())
    batch.insert("errands", id=row, kind=KIND, due=due, attempts=0, sealed=sealed)


async def found(message: str, connection: AsyncConnection, seals: Keyring) -> MessageOrigin | None:
    """Where a message went; every row is opened, since none may tell from outside what is in it."""
    column = tables.errands.c
    for row in await connection.execute(select(column.id, column.sealed).where(column.kind == KIND)):
        try:
            opened = seals.waiting.open(row.sealed, "errands", row.id, "errand")
            what = ERRAND.validate_json(opened).what
        except (TamperedError, ValueError):
            continue
        if message in what and message != CASE:
            return MessageOrigin(row.id, what[CASE], what)
    return None


async def unsay(act: UnsendMessage, batch: WriteBatch) -> None:
    """Take out of a case what one message brought."""
    known = await found(act.message, batch.connection, batch.seals)
    query = select(_CASES.key, _CASES.report).where(_CASES.id == act.case)
    case = (await batch.connection.execute(query)).first()
    if known is None:
        return  # forgotten meanwhile
    what = known.sent[act.message]
    if case is None:
        await _out_of_question(act.case, what.removeprefix(TEXT), batch)
    elif what.startswith(FILE):
        seal = batch.seals.of_case(act.case, case.key)
        await _without_file(act.case, what.removeprefix(FILE), case.report, seal, batch)
    else:
        seal = batch.seals.of_case(act.case, case.key)
        await _without_text(act.case, what.removeprefix(TEXT), case.report, seal, batch)
    left = {message: one for message, one in known.sent.items() if message != act.message}
    batch.add(_MAP, row=known.row, left=_sealed(batch.seals, known.row, left))
    await batch.note(ActorKind.REPORTER, "unsent", act.case)


async def _without_file(case: str, file: str, sealed: bytes, seal: Cipher, batch: WriteBatch) -> None:
    report = REPORT.validate_json(seal.open(sealed, "cases", case, "report"))
    if file in report.files:
        kept = replace(report, files=tuple(one for one in report.files if one != file))
        batch.add(_REPORT, case=case, left=seal.seal(REPORT.dump_json(kept), "cases", case, "report"))
    for line, body in await _lines(case, seal, batch):
        if file in body.files:
            left = replace(body, files=tuple(one for one in body.files if one != file))
            await _empty(line, left, seal, batch)
    batch.add(_FILE, file=file, case=case)
    batch.erased.append(file)


async def _without_text(case: str, text: str, sealed: bytes, seal: Cipher, batch: WriteBatch) -> None:
    report = REPORT.validate_json(seal.open(sealed, "cases", case, "report"))
    answers = emptied(report.answers, text)
    if answers != report.answers:
        kept = replace(report, answers=answers)
        batch.add(_REPORT, case=case, left=seal.seal(REPORT.dump_json(kept), "cases", case, "report"))
        return
    for line, body in await _lines(case, seal, batch):
        if body.text == text:
            await _empty(line, replace(body, text=""), seal, batch)
            return
    await _without_name(case, text, batch)


async def _out_of_question(question: str, text: str, batch: WriteBatch) -> None:
    """Leave an empty line where a question of the service desk was taken back; of one that was erased nothing is."""
    line = tables.question_lines.c
    own = select(tables.question_lines).where(
        line.question_id == question, line.kind != ThreadLineKind.ANSWER.value
    )
    for row in (await batch.connection.execute(own)).all():
        place = f"{question}/{row.seq}"
        if batch.seals.question.open(row.sealed, "question_lines", place, "text").decode() == text:
            empty = batch.seals.question.seal(b"", "question_lines", place, "text")
            left = update(tables.question_lines).where(line.question_id == question, line.seq == row.seq)
            await batch.connection.execute(left.values(sealed=empty))
            return


async def _without_name(case: str, text: str, batch: WriteBatch) -> None:
    query = select(_ENVELOPES.key, _ENVELOPES.sealed).where(_ENVELOPES.case_id == case)
    row = (await batch.connection.execute(query)).first()
    if row is None:
        return
    own = batch.seals.of_envelope(case, row.key)
    content = own.open(row.sealed, "envelopes", case, "identity")
    left = IDENTITY.dump_json(emptied(IDENTITY.validate_json(content), text)).ljust(len(content))
    batch.add(_NAME, case=case, left=own.seal(left, "envelopes", case, "identity"))


async def _lines(
    case: str, seal: Cipher, batch: WriteBatch
) -> list[tuple[Mapping[str, Any], HistoryContent]]:
    """The reporter's own lines of a case, as rows and opened."""
    query = select(tables.history).where(_HISTORY.case_id == case, _HISTORY.by == ActorKind.REPORTER.value)
    rows = [dict(row) for row in (await batch.connection.execute(query)).mappings()]
    return [
        (row, BODY.validate_json(seal.open(row["sealed"], "history", f"{case}/{row['seq']}", "body")))
        for row in rows
    ]


async def _empty(row: Mapping[str, Any], left: HistoryContent, seal: Cipher, batch: WriteBatch) -> None:
    """Put a line in the place of one that was taken back: the same day and kind, with what is left of it.

    History is never rewritten, and the database refuses it; erasing is allowed, and leaves a line that says so much.
    """
    case, line = row["case_id"], row["seq"]
    await batch.connection.execute(_LINE, {"case": case, "line": line})
    sealed = seal.seal(BODY.dump_json(left), "history", f"{case}/{line}", "body")
    batch.insert("history", **{**row, "sealed": sealed})


def _sealed(seals: Keyring, row: str, what: Mapping[str, str]) -> bytes:
    return seals.waiting.seal(ERRAND.dump_json(QueuedTask(KIND, what)), "errands", row, "errand")


async def forget(connection: AsyncConnection, now: datetime) -> int:
    """Forget what is to be forgotten by now; gives how many rows that were."""
    over = delete(tables.errands).where(
        tables.errands.c.kind == KIND, tables.errands.c.due <= int(now.timestamp())
    )
    return (await connection.execute(over)).rowcount
