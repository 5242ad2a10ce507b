"""Access to officers' pages: single-use links and browser sessions, of which only hashes are stored."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, bindparam, delete, select

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.dialog.receipt import RECEIPT_ALPHABET
from handlers.staff.members import StaffMember
from handlers.staff.page_access import (
    ACCESS_LINK_TTL,
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
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import format_actor
from storage.staff.roster import decode_staff
from storage.tables.rules import keyholes
from storage.unreadable_rows import reading_row

PASSWORD_GROUPS, PASSWORD_GROUP_SYMBOLS = 5, 4
"""Shape of an export password."""

PAGE_ACCESS_TABLE = keyholes
_DELETE_PAGE_ACCESS = delete(PAGE_ACCESS_TABLE).where(PAGE_ACCESS_TABLE.c.mark == bindparam("used"))


@dataclass(frozen=True, slots=True)
class PageAccessContent:
    """The encrypted part of a link or session."""

    lang: Lang = "th"
    password: str = field(default="", repr=False)


PAGE_ACCESS_CODEC = TypeAdapter(PageAccessContent)


def hash_access_secret(keyring: Keyring, secret: str) -> bytes:
    """Return the stored hash of the secret in a link or cookie."""
    return keyring.hash_id("keyhole", secret)


async def answer_new_access_link(query: NewAccessLink, context: ReadContext) -> AccessLink | None:  # noqa: ARG001
    """Return no link: the server of the pages knows their address and creates links itself."""
    return None


async def answer_new_export_password(query: NewExportPassword, context: ReadContext) -> str:  # noqa: ARG001
    """Return a new export password."""
    return generate_export_password()


def generate_export_password() -> str:
    """Return twenty symbols in five groups: 100 random bits."""
    groups = (
        "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(PASSWORD_GROUP_SYMBOLS))
        for _ in range(PASSWORD_GROUPS)
    )
    return "-".join(groups)


async def find_page_access(query: FindPageAccess, context: ReadContext) -> PageAccess | None:
    """Return what a link or cookie gives access to now; None if expired or its owner is not active."""
    row = await _find_access_row(query.token_hash, context)
    if row is None or row["until"] <= to_epoch_minutes(context.now):
        return None
    whose = select(tables.staff).where(tables.staff.c.id == row["staff_id"])
    person = (await context.connection.execute(whose)).mappings().first()
    if person is None or not (staff := decode_staff(person, context.keyring)).active:
        return None
    with reading_row("keyholes", ""):
        return _decode_access(row, staff, query.token_hash, context.keyring)


def _decode_access(row: RowMapping, staff: StaffMember, token_hash: bytes, keyring: Keyring) -> PageAccess:
    content = PAGE_ACCESS_CODEC.validate_json(
        keyring.staff.decrypt(row["sealed"], "keyholes", token_hash.hex(), "told")
    )
    return PageAccess(
        PageKind(row["kind"]),
        staff,
        bool(row["proved"]),
        row["case_id"] or "",
        row["number"] or 0,
        row["fiscal_year"] or 0,
        content.lang,
        content.password,
    )


async def _find_access_row(mark: bytes, context: ReadContext) -> RowMapping | None:
    case = tables.cases.c
    query = (
        select(PAGE_ACCESS_TABLE, case.number, case.fiscal_year)
        .outerjoin(tables.cases, case.id == PAGE_ACCESS_TABLE.c.case_id)
        .where(PAGE_ACCESS_TABLE.c.mark == mark)
    )
    return (await context.connection.execute(query)).mappings().first()


async def create_access_link(act: CreateAccessLink, batch: WriteBatch) -> None:
    """Store a link's hash, with what it gives access to."""
    mark = hash_access_secret(batch.keyring, act.secret)
    _insert_page_access(
        mark, act.page, act.staff, act.case, 0, PageAccessContent(act.lang, act.password), batch
    )
    await batch.audit(format_actor(act.staff), f"link-{act.page}", act.case)


async def redeem_access_link(act: RedeemAccessLink, batch: WriteBatch) -> None:
    """Replace a link by a browser session. Raises `ConflictError` where it was used or has expired."""
    now = to_epoch_minutes(batch.now)
    found = (
        (
            await batch.connection.execute(
                select(PAGE_ACCESS_TABLE).where(PAGE_ACCESS_TABLE.c.mark == act.link_hash)
            )
        )
        .mappings()
        .first()
    )
    if found is None or found["proved"] or found["until"] <= now or found["staff_id"] != act.staff:
        raise ConflictError("this link was used meanwhile")
    content = PAGE_ACCESS_CODEC.validate_json(
        batch.keyring.staff.decrypt(found["sealed"], "keyholes", act.link_hash.hex(), "told")
    )
    batch.insert("spent", mark=act.link_hash, until=to_epoch_minutes(batch.now + ACCESS_LINK_TTL))
    batch.add_statement(_DELETE_PAGE_ACCESS, used=act.link_hash)
    _insert_page_access(
        act.session_hash, PageKind(found["kind"]), act.staff, found["case_id"] or "", now, content, batch
    )
    await batch.audit(format_actor(act.staff), f"opened-{found['kind']}", found["case_id"] or "")


async def end_page_session(act: EndPageSession, batch: WriteBatch) -> None:
    """End a browser session: delete its hash."""
    batch.add_statement(_DELETE_PAGE_ACCESS, used=act.session_hash)


async def audit_page_action(act: AuditPageAction, batch: WriteBatch) -> None:
    """Audit what was done on a page."""
    await batch.audit(format_actor(act.staff), act.what, act.case)


def _insert_page_access(
    mark: bytes,
    room: PageKind,
    staff: str,
    case: str,
    proved: int,
    content: PageAccessContent,
    batch: WriteBatch,
) -> None:
    sealed = batch.keyring.staff.encrypt(PAGE_ACCESS_CODEC.dump_json(content), "keyholes", mark.hex(), "told")
    row = {"mark": mark, "case_id": case or None, "staff_id": staff, "kind": room.value, "proved": proved}
    batch.insert("keyholes", **row, until=to_epoch_minutes(batch.now + ACCESS_LINK_TTL), sealed=sealed)


PAGE_ACCESS_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewAccessLink: answer_new_access_link,
    NewExportPassword: answer_new_export_password,
    FindPageAccess: find_page_access,
}
PAGE_ACCESS_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    CreateAccessLink: create_access_link,
    RedeemAccessLink: redeem_access_link,
    EndPageSession: end_page_session,
    AuditPageAction: audit_page_action,
}
