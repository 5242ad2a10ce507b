"""The view of a case, and its files: pictures as copies, others as downloads, each opening recorded."""

from typing import Any

from starlette.responses import Response

from bot.web.case_files.viewing import FileViewing
from bot.web.workspace.addresses import get_view_path
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome, show_replies
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers.case_actions import make_case_actions
from bot.web.workspace.papers.files import CaseFiles
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import Choice, Phrase, Reply
from handlers.i18n import render_label
from handlers.staff.complaints.checklist.items import CheckState, format_checked_item
from handlers.staff.permissions import CommandName
from handlers.staff.workspace.case import CaseView, open_case_view
from handlers.staff.workspace.views import WorkspaceView

GROUP_HINTS = {"workspace.group.read": "workspace.group.read_how"}
"""What is said below the heading of a group of buttons."""


class CaseWorkPages:
    """Shows a case with all that can be done with it."""

    def __init__(self, pages: WorkspacePages, viewing: FileViewing) -> None:
        self._pages, self._viewing = pages, viewing

    async def render(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """Show the case of the address; to whom it is kept from, what the chat says."""
        at = opened.http.path_params
        given = f"/case {at['number']}/{at['year']}"
        shown = await opened.actions.execute(lambda v: open_case_view(opened.make_command(v, given)))
        if isinstance(shown, TurnResult):
            told = {one.text for one in outcome.replies}
            found = show_replies(shown.replies, opened.lang, self._pages.desk, opened.table)
            replies = tuple(one for one in found if one.text not in told)
            return self._pages.render(
                "workspace/kept.html", opened, WorkspaceView.CASE, outcome, replies=replies
            )
        there = outcome.without_choices(shown.list_shown_anyway())
        if shown.takes_back is None:
            there = there.without_waiting(
                self._pages.translate(Phrase("workspace.case.waits_no_more"), opened.lang)
            )
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
            "files": await self._viewing.list_files(content.files, opened.lang),
            "steps": buttons(shown.next_steps),
            "groups": [
                (
                    say(Phrase(key)),
                    buttons(choices),
                    say(Phrase(hint)) if (hint := GROUP_HINTS.get(key)) else "",
                )
                for key, choices in shown.groups
            ],
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
        files = CaseFiles(self._viewing, self._pages.responses, opened.cookie, make_case_actions(opened))
        match way:
            case "picture":
                return await files.serve_picture(opened.http)
            case "play":
                return await files.serve_stream(opened.http)
            case "original":
                return await files.serve_original(opened.http)
            case _:
                return await files.serve_file(opened.http)
