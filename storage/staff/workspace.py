"""Sessions of the officers' workspace, of which only hashes are stored."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, bindparam, delete, func, select

from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Lang
from handlers.staff.members import StaffMember
from handlers.staff.page_access import ACCESS_LINK_TTL, AccessLink, PageKind
from handlers.staff.workspace.messages import (
    WORKSPACE_SESSION_TTL,
    BeginWorkspaceSession,
    CountWorkspaceLinks,
    EndWorkspaceSession,
    FindWorkspaceSession,
    ListWorkspaceSessions,
    NewWorkspaceLink,
    SignInWay,
    WorkspaceSession,
)
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes
from storage.db.read_batcher import ReadContext
from storage.errors import ConflictError
from storage.staff.members import format_actor
from storage.staff.roster import decode_staff
from storage.tables.rules import keyholes
from storage.unreadable_rows import reading_row

_TABLE = tables.staff_sessions
_DELETE_SESSION = delete(_TABLE).where(
    _TABLE.c.mark == bindparam("of_mark"), _TABLE.c.staff_id == bindparam("of_staff")
)
_DELETE_LINK = delete(keyholes).where(keyholes.c.mark == bindparam("used"))


@dataclass(frozen=True, slots=True)
class WorkspaceSessionContent:
    """The encrypted part of a session. hour: in which it began, since 1970 in UTC; way: how."""

    hour: int
    way: SignInWay
    lang: Lang = "th"


WORKSPACE_SESSION_CODEC = TypeAdapter(WorkspaceSessionContent)


async def answer_new_workspace_link(query: NewWorkspaceLink, context: ReadContext) -> AccessLink | None:  # noqa: ARG001
    """Return no link: the server of the pages knows their address and creates links itself."""
    return None


async def count_workspace_links(query: CountWorkspaceLinks, context: ReadContext) -> int:
    """Count the links of a person that can be used, to whichever page but an invitation's digits.

    Those last for a day, are made by somebody's invitation, and may come from a colleague.
    """
    link = keyholes.c
    live = select(func.count()).select_from(keyholes)
    counted = (link.staff_id == query.staff, link.proved == 0, link.kind != PageKind.DIGITS.value)
    live = live.where(*counted)
    return int((await context.connection.execute(live.where(_is_live(link.until, context)))).scalar_one())


async def find_workspace_session(
    query: FindWorkspaceSession, context: ReadContext
) -> WorkspaceSession | None:
    """Return the session of a mark; None if it has ended or its owner is not active."""
    wanted = select(_TABLE).where(_TABLE.c.mark == query.mark, _is_live(_TABLE.c.until, context))
    row = (await context.connection.execute(wanted)).mappings().first()
    if row is None:
        return None
    staff = await _load_active_staff(row["staff_id"], context)
    return None if staff is None else _decode_session(row, staff, context.keyring)


async def list_workspace_sessions(
    query: ListWorkspaceSessions, context: ReadContext
) -> tuple[WorkspaceSession, ...]:
    """Return the sessions of a person that go on, oldest first."""
    staff = await _load_active_staff(query.staff, context)
    if staff is None:
        return ()
    wanted = select(_TABLE).where(_TABLE.c.staff_id == query.staff, _is_live(_TABLE.c.until, context))
    rows = (await context.connection.execute(wanted.order_by(_TABLE.c.until, _TABLE.c.mark))).mappings()
    return tuple([_decode_session(row, staff, context.keyring) for row in rows])


def _is_live(until: Any, context: ReadContext) -> Any:  # noqa: ANN401 - a column and a condition
    return until > to_epoch_minutes(context.now)


async def _load_active_staff(staff: str, context: ReadContext) -> StaffMember | None:
    whose = select(tables.staff).where(tables.staff.c.id == staff)
    row = (await context.connection.execute(whose)).mappings().first()
    member = decode_staff(row, context.keyring) if row is not None else None
    return member if member is not None and member.active else None


def _decode_session(row: RowMapping, staff: StaffMember, keyring: Keyring) -> WorkspaceSession:
    mark = row["mark"]
    with reading_row("staff_sessions", ""):
        content = WORKSPACE_SESSION_CODEC.validate_json(
            keyring.staff.decrypt(row["sealed"], "staff_sessions", mark.hex(), "told")
        )
    return WorkspaceSession(mark, staff, content.way, from_epoch_minutes(content.hour * 60), content.lang)


async def _use_up_link(act: BeginWorkspaceSession, now: int, batch: WriteBatch) -> None:
    link = keyholes.c
    wanted = select(link.until, link.staff_id, link.proved).where(link.mark == act.link)
    found = (await batch.connection.execute(wanted)).first()
    if found is None or found.until <= now or found.proved or found.staff_id != act.staff:
        raise ConflictError("this link was used meanwhile")
    batch.insert("spent", mark=act.link, until=to_epoch_minutes(batch.now + ACCESS_LINK_TTL))
    batch.add_statement(_DELETE_LINK, used=act.link)


async def begin_workspace_session(act: BeginWorkspaceSession, batch: WriteBatch) -> None:
    """Use up a link, if there was one, and store a session. Raises `ConflictError` where it was used or has expired."""
    now = to_epoch_minutes(batch.now)
    if act.link:
        await _use_up_link(act, now, batch)
    content = WorkspaceSessionContent(now // 60, act.way, act.lang)
    sealed = batch.keyring.staff.encrypt(
        WORKSPACE_SESSION_CODEC.dump_json(content), "staff_sessions", act.mark.hex(), "told"
    )
    until = to_epoch_minutes(batch.now + WORKSPACE_SESSION_TTL)
    batch.insert("staff_sessions", mark=act.mark, staff_id=act.staff, until=until, sealed=sealed)
    await batch.audit(format_actor(act.staff), "signed-in", act.staff)


async def end_workspace_session(act: EndWorkspaceSession, batch: WriteBatch) -> None:
    """Delete a session of a person."""
    batch.add_statement(_DELETE_SESSION, of_mark=act.mark, of_staff=act.staff)
    await batch.audit(format_actor(act.staff), "signed-out", act.staff)


WORKSPACE_READERS: Mapping[type[Query[Any]], Callable[[Any, ReadContext], Awaitable[Any]]] = {
    NewWorkspaceLink: answer_new_workspace_link,
    CountWorkspaceLinks: count_workspace_links,
    FindWorkspaceSession: find_workspace_session,
    ListWorkspaceSessions: list_workspace_sessions,
}
WORKSPACE_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    BeginWorkspaceSession: begin_workspace_session,
    EndWorkspaceSession: end_workspace_session,
}
