"""The view of a case, and its files: pictures as copies, others as downloads, each opening recorded."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.decoding.pool import DecoderPool
from bot.web.officer.actions import OfficerActions
from bot.web.officer.files import CaseFiles
from bot.web.officer.session import OfficerSession
from bot.web.templating import PageRenderer
from bot.web.workspace.actions import get_viewer_id
from bot.web.workspace.addresses import get_view_path
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome, show_replies
from bot.web.workspace.pages import WorkspacePages
from handlers.dialog.effects import Answer, Query, TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Choice, Phrase, Reply
from handlers.i18n import render_label
from handlers.staff.complaints.case_page import PageRequest
from handlers.staff.complaints.checklist.items import CheckState, format_checked_item
from handlers.staff.permissions import CommandName
from handlers.staff.workspace.case import CaseView, open_case_view
from handlers.staff.workspace.views import WorkspaceView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkspaceCaseActions(OfficerActions):
    """The reading of one case's files by a session of the workspace. case: number and year."""

    case: tuple[int, int] = (0, 0)

    async def decide(self, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, T]]) -> T:
        """Run a handler to its decision without writing anything."""
        request = PageRequest(self.token_hash, self.office, self.engine.now(), self.case)
        return await self.engine.run_decision(build_decision(request))

    async def commit_turn(self, id_: str, turn: TurnResult) -> Answer:
        """Commit the opening of a file, under an id of its own: the officer's state is left as it is."""
        event = Event(id_, get_viewer_id(self.token_hash), Channel.WEB)
        return await self.engine.store.commit(event, None, turn, self.engine.now())


class WorkspaceCaseFiles(CaseFiles):
    """Serves the files of one case to a session of the workspace."""

    def __init__(self, files: CaseFiles, decoders: DecoderPool, opened: OpenWorkspace) -> None:
        super().__init__(files.desk, files.pages, files.responses, decoders)
        self._opened = opened

    def find_session(self, request: object) -> OfficerSession | None:  # noqa: ARG002 - it is known already
        """The session of the workspace."""
        return self._opened.cookie

    def create_actions(self, session: OfficerSession) -> OfficerActions:
        """The actions of the session at the case of the address."""
        at = self._opened.http.path_params
        case = (at["number"], at["year"])
        return WorkspaceCaseActions(self.desk.engine, self.pages.office, session.token_hash, case)


class CaseWorkPages:
    """Shows a case with all that can be done with it."""

    def __init__(
        self, desk: RunningDesk, renderer: PageRenderer, pages: WorkspacePages, decoders: DecoderPool
    ) -> None:
        self._pages, self._decoders = pages, decoders
        self._files = CaseFiles(desk, renderer, pages.responses, decoders)

    async def render(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """Show the case of the address; to whom it is kept from, what the chat says."""
        at = opened.http.path_params
        given = f"/case {at['number']}/{at['year']}"
        shown = await opened.actions.execute(lambda v: open_case_view(opened.make_command(v, given)))
        if isinstance(shown, TurnResult):
            replies = show_replies(shown.replies, opened.lang, self._pages.desk, opened.table)
            return self._pages.render(
                "workspace/kept.html", opened, WorkspaceView.CASE, outcome, replies=replies
            )
        there = outcome.without_choices(shown.list_shown_anyway())
        return self._pages.render(
            "workspace/case.html", opened, WorkspaceView.CASE, there, **await self._describe(shown, opened)
        )

    async def _describe(self, shown: CaseView, opened: OpenWorkspace) -> dict[str, Any]:
        """The template values of a case."""

        def say(words: Phrase | Reply) -> str:
            return self._pages.responses.translate_reply(words, opened.lang)

        def buttons(choices: tuple[Choice, ...]) -> list[tuple[str, str]]:
            return [(choice.data, render_label(choice, opened.lang)) for choice in choices]

        content = shown.content
        return {
            "number": shown.case.register_number,
            "path": f"{get_view_path('complaints', WorkspaceView.CASE)}/{shown.case.year}/{shown.case.number}",
            "summary": [line for line in say(shown.summary).split("\n")[1:] if line],
            "facts": [(say(one.label), say(one.value)) for one in content.facts],
            "talk": [say(line) for line in content.conversation],
            "history": [say(line) for line in content.history],
            "files": await self._files.viewing.list_files(content.files, opened.lang),
            "steps": buttons(shown.next_steps),
            "groups": [(say(Phrase(key)), buttons(choices)) for key, choices in shown.groups],
            "texts": buttons(shown.texts),
            "checklist": [
                {
                    "words": say(format_checked_item(one, opened.lang)),
                    "given": f"/{CommandName.CHECK} {shown.case.register_number} {one.item.code}",
                    "is_open": one.state is CheckState.OPEN,
                }
                for one in shown.checklist
            ],
            "canned": buttons(shown.canned),
            "takes_back": buttons((shown.takes_back,) if shown.takes_back else ()),
        }

    async def serve_file(self, opened: OpenWorkspace, way: str) -> Response:
        """Serve a file of the case of the address. way: `file`, `play`, `picture` or `original`."""
        files = WorkspaceCaseFiles(self._files, self._decoders, opened)
        match way:
            case "picture":
                return await files.serve_picture(opened.http)
            case "play":
                return await files.serve_stream(opened.http)
            case "original":
                return await files.serve_original(opened.http)
            case _:
                return await files.serve_file(opened.http)
