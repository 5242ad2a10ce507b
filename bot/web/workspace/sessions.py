"""The view of where a person is signed in: each of their sessions, which they can end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

from starlette.responses import Response

from bot.web.workspace.open_session import OpenWorkspace, ShownReply, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.passkeys.pages import PasskeyPages
from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import Phrase
from handlers.staff.command import QueryGenerator
from handlers.staff.workspace.messages import ListWorkspaceSessions, WorkspaceSession
from handlers.staff.workspace.passkeys import MAX_PASSKEYS
from handlers.staff.workspace.sign_in import WorkspaceRequest, sign_out
from handlers.staff.workspace.views import WorkspaceView
from handlers.thai.dates import format_date, format_time, to_bangkok_date

RunSubmission: TypeAlias = Callable[[Callable[[WorkspaceRequest], Decision]], Awaitable[object]]


class SessionsView:
    """Lists and ends sessions. A session is named by the first half of its mark, which opens nothing."""

    def __init__(self, pages: WorkspacePages, passkeys: PasskeyPages) -> None:
        self._pages, self._passkeys = pages, passkeys

    async def render(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """List the sessions of the person, this one first named as such."""
        if opened.form is not None and opened.form.get_text("end"):
            ended = self._pages.translate(Phrase("workspace.session_ended"), opened.lang)
            outcome = WorkspaceOutcome((ShownReply(ended),))
        listed = await opened.actions.decide(lambda _: _list_sessions(opened.found.staff.id))
        rows = [
            (one.mark.hex()[:32], one.mark == opened.found.mark, self._describe(one, opened))
            for one in listed
        ]
        return self._pages.render(
            "workspace/sessions.html",
            opened,
            WorkspaceView.SESSIONS,
            outcome,
            sessions=rows,
            own=await self._passkeys.describe_passkeys(opened),
            most=MAX_PASSKEYS,
            has_passkeys=self._passkeys.are_offered,
            remove_address=self._passkeys.remove_address,
            passkey=await self._passkeys.offer_creation(opened),
        )

    def _describe(self, one: WorkspaceSession, opened: OpenWorkspace) -> str:
        args = {
            "day": format_date(to_bangkok_date(one.begun_at), opened.lang),
            "from": format_time(one.begun_at),
            "until": format_time(one.begun_at + timedelta(hours=1)),
        }
        return self._pages.responses.translate_reply(Phrase("workspace.session_line", args), opened.lang)

    async def end(self, opened: OpenWorkspace, name: str, run: RunSubmission) -> bool:
        """End one of the person's sessions; whether it was this one. name: as it is listed. Raises StorageError."""
        listed = await opened.actions.decide(lambda _: _list_sessions(opened.found.staff.id))
        mark = next((one.mark for one in listed if one.mark.hex()[:32] == name), None)
        if mark is not None:
            await run(lambda v: sign_out(v, mark))
        return mark == opened.found.mark


def _list_sessions(staff: str) -> QueryGenerator[tuple[WorkspaceSession, ...]]:
    return (yield from run_query(ListWorkspaceSessions(staff)))
