"""Keyholes of the officers' page: of a link or a cookie only its mark is kept, and it is used up once."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, bindparam, delete, select

from handlers.dialog import receipt
from handlers.dialog.events import Act, Lang, Query
from handlers.staff.page_access import (
    LASTS,
    AccessLink,
    AuditPageAction,
    CreateAccessLink,
    EndPageSession,
    FindPageAccess,
    NewAccessLink,
    NewExportPassword,
    PageAccess,
    PageKind,
    RedeemAccessLink,
)
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.read_context import ReadContext
from storage.errors import ConflictError
from storage.staff.members import actor, minute
from storage.staff.roster import opened
from storage.tables import rules as ruling

GROUPS, SYMBOLS = 5, 4
"""Of a password."""

TABLE = ruling.keyholes
_DROP = delete(TABLE).where(TABLE.c.mark == bindparam("used"))


@dataclass(frozen=True, slots=True)
class PageAccessContent:
    """The sealed part of a keyhole."""

    lang: Lang = "th"
    password: str = field(default="", repr=False)


TOLD = TypeAdapter(PageAccessContent)


def keyhole_mark(seals: Keyring, secret: str) -> bytes:
    """What is stored of the secret in a link, or of the one in a cookie."""
    return seals.who("keyhole", secret)


async def no_key(query: NewAccessLink, sight: ReadContext) -> AccessLink | None:  # noqa: ARG001
    """No key: who serves the page knows its address and draws one."""
    return None


async def draw_password(query: NewExportPassword, sight: ReadContext) -> str:  # noqa: ARG001
    """A password that nobody guesses."""
    return new_password()


def new_password() -> str:
    """Twenty symbols in five groups: 100 random bits."""
    groups = ("".join(secrets.choice(receipt.ALPHABET) for _ in range(SYMBOLS)) for _ in range(GROUPS))
    return "-".join(groups)


async def find_keyhole(query: FindPageAccess, sight: ReadContext) -> PageAccess | None:
    """What a mark opens at this instant."""
    row = await _row(query.mark, sight)
    if row is None or row["until"] <= minute(sight.now):
        return None
    whose = select(tables.staff).where(tables.staff.c.id == row["staff_id"])
    person = (await sight.connection.execute(whose)).mappings().first()
    if person is None or not (staff := opened(person, sight.seals)).active:
        return None
    told = TOLD.validate_json(sight.seals.staff.open(row["sealed"], "keyholes", query.mark.hex(), "told"))
    return PageAccess(
        PageKind(row["kind"]),
        staff,
        bool(row["proved"]),
        row["case_id"] or "",
        row["number"] or 0,
        row["fiscal_year"] or 0,
        told.lang,
        told.password,
    )


async def _row(mark: bytes, sight: ReadContext) -> RowMapping | None:
    case = tables.cases.c
    query = (
        select(TABLE, case.number, case.fiscal_year)
        .outerjoin(tables.cases, case.id == TABLE.c.case_id)
        .where(TABLE.c.mark == mark)
    )
    return (await sight.connection.execute(query)).mappings().first()


async def cut_key(act: CreateAccessLink, batch: WriteBatch) -> None:
    """Keep the mark of a link."""
    mark = keyhole_mark(batch.seals, act.secret)
    _keep(mark, act.room, act.staff, act.case, 0, PageAccessContent(act.lang, act.password), batch)
    await batch.note(actor(act.staff), f"link-{act.room}", act.case)


async def turn_key(act: RedeemAccessLink, batch: WriteBatch) -> None:
    """Put a seat into the place of a link. Whoever comes second with the link has lost."""
    now = minute(batch.now)
    found = (await batch.connection.execute(select(TABLE).where(TABLE.c.mark == act.link))).mappings().first()
    if found is None or found["proved"] or found["until"] <= now or found["staff_id"] != act.staff:
        raise ConflictError("this link was used meanwhile")
    told = TOLD.validate_json(batch.seals.staff.open(found["sealed"], "keyholes", act.link.hex(), "told"))
    batch.insert("spent", mark=act.link, until=minute(batch.now + LASTS))
    batch.add(_DROP, used=act.link)
    _keep(act.seat, PageKind(found["kind"]), act.staff, found["case_id"] or "", now, told, batch)
    await batch.note(actor(act.staff), f"opened-{found['kind']}", found["case_id"] or "")


async def leave_seat(act: EndPageSession, batch: WriteBatch) -> None:
    """End a seat."""
    batch.add(_DROP, used=act.seat)


async def note_visit(act: AuditPageAction, batch: WriteBatch) -> None:
    """Say in the trail what was done."""
    await batch.note(actor(act.staff), act.what, act.case)


def _keep(
    mark: bytes,
    room: PageKind,
    staff: str,
    case: str,
    proved: int,
    told: PageAccessContent,
    batch: WriteBatch,
) -> None:
    sealed = batch.seals.staff.seal(TOLD.dump_json(told), "keyholes", mark.hex(), "told")
    row = {"mark": mark, "case_id": case or None, "staff_id": staff, "kind": room.value, "proved": proved}
    batch.insert("keyholes", **row, until=minute(batch.now + LASTS), sealed=sealed)


READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewAccessLink: no_key,
    NewExportPassword: draw_password,
    FindPageAccess: find_keyhole,
}
WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    CreateAccessLink: cut_key,
    RedeemAccessLink: turn_key,
    EndPageSession: leave_seat,
    AuditPageAction: note_visit,
}
