"""Links into the workspace, and what its sessions keep of them: only hashes are stored.

The secrets of both are hashed under this desk's key.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, bindparam, delete, select

from handlers.complaints.messages import ActorKind
from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.dialog.receipt import RECEIPT_ALPHABET
from handlers.staff.members import StaffMember
from handlers.staff.page_access import (
    ACCESS_LINK_TTL,
    DIGITS_LINK_TTL,
    AccessLink,
    AuditPageAction,
    CloseAccessLink,
    CreateAccessLink,
    FindPageAccess,
    KeepPage,
    NewAccessLink,
    PageAccess,
    PageKind,
    UseAccessLink,
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

_PASSWORD_BITS = 100
PAGE_ACCESS_TABLE = keyholes
_DELETE_PAGE_ACCESS = delete(PAGE_ACCESS_TABLE).where(PAGE_ACCESS_TABLE.c.mark == bindparam("used"))


@dataclass(frozen=True, slots=True)
class PageAccessContent:
    """The encrypted part of a link, or of what a session keeps of one."""

    lang: Lang = "th"
    password: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


PAGE_ACCESS_CODEC = TypeAdapter(PageAccessContent)


def hash_access_secret(keyring: Keyring, secret: str) -> bytes:
    """Return the stored hash of the secret in a link or cookie."""
    return keyring.hash_id("keyhole", secret)


async def answer_new_access_link(query: NewAccessLink, context: ReadContext) -> AccessLink | None:  # noqa: ARG001
    """Return no link: the server of the pages knows their address and creates links itself."""
    return None


def generate_export_password() -> str:
    """Return twenty symbols in five groups: 100 random bits."""
    return _format_password(secrets.randbits(_PASSWORD_BITS))


def derive_export_password(keyring: Keyring, secret: str, case: str) -> str:
    """Return the export password of a case in a session: as long as a random one, and stored nowhere.

    secret: of the session's cookie, of which only a hash is stored.
    """
    bits = int.from_bytes(keyring.hash_id("export password", secret, case))
    return _format_password(bits >> (256 - _PASSWORD_BITS))


def _format_password(bits: int) -> str:
    symbols = [RECEIPT_ALPHABET[bits >> shift & 31] for shift in range(0, _PASSWORD_BITS, 5)]
    size = PASSWORD_GROUP_SYMBOLS
    return "-".join("".join(symbols[at : at + size]) for at in range(0, PASSWORD_GROUPS * size, size))


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
        content.name,
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
    content = PageAccessContent(act.lang, act.password, act.name)
    batch.insert("keyholes", **_build_row(mark, act.page, act.staff, act.case, 0, content, batch))
    await batch.audit(format_actor(act.staff), f"link-{act.page}", act.case)


async def use_access_link(act: UseAccessLink, batch: WriteBatch) -> None:
    """Use up a link. Raises `ConflictError` where it was used, has expired, or is somebody else's."""
    link = PAGE_ACCESS_TABLE.c
    wanted = select(link.until, link.staff_id, link.proved, link.kind, link.case_id)
    found = (await batch.connection.execute(wanted.where(link.mark == act.link_hash))).first()
    is_live = found is not None and not found.proved and found.until > to_epoch_minutes(batch.now)
    if found is None or not is_live or found.staff_id != act.staff:
        raise ConflictError("this link was used meanwhile")
    batch.insert("spent", mark=act.link_hash, until=to_epoch_minutes(batch.now + ACCESS_LINK_TTL))
    batch.add_statement(_DELETE_PAGE_ACCESS, used=act.link_hash)
    await batch.audit(format_actor(act.staff), f"opened-{found.kind}", found.case_id or "")


async def close_access_link(act: CloseAccessLink, batch: WriteBatch) -> None:
    """Delete a link, whoever gave the wrong codes; nothing is left of it."""
    batch.add_statement(_DELETE_PAGE_ACCESS, used=act.link_hash)
    await batch.audit(ActorKind.CLOCK, f"link-closed:{act.staff}", "")


async def keep_page(act: KeepPage, batch: WriteBatch) -> None:
    """Keep what a link brought, under the hash that its session finds it by."""
    content = PageAccessContent(act.lang, act.password, act.name)
    row = _build_row(
        act.grant_hash, act.page, act.staff, act.case, to_epoch_minutes(batch.now), content, batch
    )
    batch.upsert("keyholes", **row)


async def audit_page_action(act: AuditPageAction, batch: WriteBatch) -> None:
    """Audit what was done on a page."""
    await batch.audit(format_actor(act.staff), act.what, act.case)


def _build_row(
    mark: bytes,
    page: PageKind,
    staff: str,
    case: str,
    proved: int,
    content: PageAccessContent,
    batch: WriteBatch,
) -> dict[str, Any]:
    sealed = batch.keyring.staff.encrypt(PAGE_ACCESS_CODEC.dump_json(content), "keyholes", mark.hex(), "told")
    lasts = DIGITS_LINK_TTL if page is PageKind.DIGITS and not proved else ACCESS_LINK_TTL
    until = to_epoch_minutes(batch.now + lasts)
    return {
        "mark": mark,
        "case_id": case or None,
        "staff_id": staff,
        "kind": page.value,
        "proved": proved,
        "until": until,
        "sealed": sealed,
    }


PAGE_ACCESS_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewAccessLink: answer_new_access_link,
    FindPageAccess: find_page_access,
}
PAGE_ACCESS_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    CreateAccessLink: create_access_link,
    UseAccessLink: use_access_link,
    CloseAccessLink: close_access_link,
    KeepPage: keep_page,
    AuditPageAction: audit_page_action,
}
