"""Sign in to the workspace: a link from the chat, and the second factor on the page that it opens."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers.dialog.attempts import SaveAttempts
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import NEUTRAL, OF_CASE, OFFICER_CONTENT, OfficerPageAction, Presentation, Reply
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.command import CommandContext, QueryGenerator
from handlers.staff.page_access import (
    CARRYING_PAGES,
    CloseAccessLink,
    CreateAccessLink,
    FindPageAccess,
    KeepPage,
    PageAccess,
    PageKind,
    UseAccessLink,
    derive_grant_hash,
)
from handlers.staff.state import OfficerState
from handlers.staff.two_factor import record_verification, verify_second_factor
from handlers.staff.workspace.messages import (
    MAX_WORKSPACE_LINKS,
    BeginWorkspaceSession,
    CountWorkspaceLinks,
    EndWorkspaceSession,
    FindWorkspaceSession,
    NewWorkspaceLink,
    SignInWay,
    WorkspaceSession,
)
from handlers.staff.workspace.views import find_page_address

WORKSPACE_CLOSED = Reply(
    "workspace.closed", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.CLOSE)
)
LINK_CLOSED = Reply(
    "workspace.link.shut", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.CLOSE)
)
"""To who gave the fifth wrong code at a link, which is gone with it."""

WORKSPACE_ENTERED = Reply(
    "workspace.title", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.ENTER)
)


@dataclass(frozen=True, slots=True)
class WorkspaceRequest:
    """A request to the workspace. mark: hash of the link or of the session's cookie.

    session: the officer's state as it is kept for this session, with the second factor and unfinished work.
    """

    mark: bytes = field(repr=False)
    session: Session
    office: Office
    now: datetime

    @property
    def context(self) -> Context:
        """The context in which a command of this session runs. Wrong codes are counted for it alone."""
        event = Event("", self.mark, Channel.WEB)
        return Context(event, self.session.replace(at=self.now), self.office, self.now)


def reply_with_workspace_link(cmd: CommandContext[Any, Any]) -> Decision:
    """Reply with a link that signs in to the workspace: single-use, for this person, for `ACCESS_LINK_TTL`."""
    link = yield from run_query(NewWorkspaceLink())
    if link is None:
        return cmd.reply_with(Reply("workspace.link.nowhere", OF_CASE))
    if (yield from run_query(CountWorkspaceLinks(cmd.staff.id))) >= MAX_WORKSPACE_LINKS:
        return cmd.reply_with(Reply("workspace.link.many", OF_CASE))
    act = CreateAccessLink(link.secret, PageKind.WORKSPACE, cmd.staff.id, lang=cmd.ctx.lang)
    address = cmd.ctx.channel_traits.complete_link(link.url)
    return cmd.reply_with(Reply("workspace.link.some", OFFICER_CONTENT, {"address": address}), acts=(act,))


def find_sign_in_link(mark: bytes) -> QueryGenerator[PageAccess | None]:
    """Return what a link leads to, and whose it is; None where it is none that can be used now."""
    access = yield from run_query(FindPageAccess(mark))
    return None if access is None or access.verified else access


def keep_page(access: PageAccess, session_mark: bytes) -> tuple[KeepPage, ...]:
    """Return what is written so that a session shows what a link brought; nothing where it only led somewhere."""
    if access.page not in CARRYING_PAGES:
        return ()
    grant = derive_grant_hash(session_mark, access.page)
    return (
        KeepPage(grant, access.page, access.staff.id, access.case, access.lang, access.password, access.name),
    )


def enter_page(access: PageAccess) -> Reply:
    """Return the reply that opens the page of a link."""
    at = find_page_address(access.page, access.year, access.number)
    return replace(WORKSPACE_ENTERED, args={"leads_to": at})


def open_link_in_session(request: WorkspaceRequest, link: bytes) -> Decision:
    """Use up a link in the session of its owner, without another code: the session shows what it brings.

    The caller has seen that the second factor of this session is recent.
    """
    found = yield from run_query(FindWorkspaceSession(request.mark))
    access = yield from find_sign_in_link(link)
    if found is None or access is None or access.staff.id != found.staff.id:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    acts = (UseAccessLink(link, found.staff.id), *keep_page(access, request.mark))
    return TurnResult(request.session, (enter_page(access),), acts, found.lang)


def redeem_sign_in_link(request: WorkspaceRequest, session_mark: bytes, code: str) -> Decision:
    """Check the second factor at a link, whose mark the request has: the right code begins a session.

    Wrong codes are counted for this link, so that who found one closes no other way of its owner. The fifth deletes it:
    a link that only rested would give who has it five guesses more, hour after hour.
    """
    access = yield from find_sign_in_link(request.mark)
    if access is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    ctx = request.context.replace_session(lang=access.lang)
    why, acts = yield from verify_second_factor(ctx, access.staff, code)
    if why is not None and _is_locked_out(acts):
        return TurnResult(
            None, (LINK_CLOSED,), (*acts, CloseAccessLink(request.mark, access.staff.id)), access.lang
        )
    if why is not None:
        return TurnResult(None, (why,), acts, access.lang)
    begin = BeginWorkspaceSession(session_mark, request.mark, access.staff.id, access.lang, SignInWay.LINK)
    session = Session(at=request.now, lang=access.lang)
    verified = record_verification(replace(ctx, session=session))
    acts = (*acts, begin, *keep_page(access, session_mark))
    return TurnResult(verified.session, (enter_page(access),), acts, access.lang)


def _is_locked_out(acts: tuple[Act, ...]) -> bool:
    """Whether a wrong code was the last that is taken for now."""
    return any(isinstance(act, SaveAttempts) and act.attempts.until is not None for act in acts)


def enter_factor(request: WorkspaceRequest, code: str) -> Decision:
    """Check the second factor in a session that goes on: content may then be opened for a while."""
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    ctx = request.context.replace_session(lang=found.lang)
    why, acts = yield from verify_second_factor(ctx, found.staff, code)
    if why is not None:
        return TurnResult(None, (why,), acts, found.lang)
    return TurnResult(record_verification(ctx).session, (WORKSPACE_ENTERED,), acts, found.lang)


def sign_out(request: WorkspaceRequest, mark: bytes) -> Decision:
    """End a session of the person whose session asks for it: this one, or another of theirs."""
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    left = request.session.replace(officer=OfficerState()) if mark == request.mark else None
    return TurnResult(left, (WORKSPACE_CLOSED,), (EndWorkspaceSession(mark, found.staff.id),), found.lang)


def find_workspace_session(request: WorkspaceRequest) -> QueryGenerator[WorkspaceSession | None]:
    """Return the session of a request, read anew: it ends at once where its owner left or was removed."""
    return (yield from run_query(FindWorkspaceSession(request.mark)))
