"""The view of the inbox: lists of cases, and the way to one by its number."""

import re

from starlette.responses import RedirectResponse, Response

from bot.web.workspace.addresses import get_view_path
from bot.web.workspace.open_session import OpenWorkspace, ShownReply, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from handlers.dialog.replies import Phrase
from handlers.staff.parse import split_number
from handlers.staff.workspace.commands import may_show_content
from handlers.staff.workspace.inbox import InboxLine, read_inbox
from handlers.staff.workspace.views import WorkspaceView
from handlers.thai.dates import format_date, get_fiscal_year, to_bangkok_date
from handlers.thai.matching import normalize_for_matching


class InboxPages:
    """Shows the lists of cases."""

    def __init__(self, pages: WorkspacePages) -> None:
        self._pages, self._case_path = pages, get_view_path(pages.desk, WorkspaceView.CASE)

    async def render(self, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        """Show a page of a list; or lead to the case whose number was typed."""
        typed = normalize_for_matching(opened.form.get_text("open") if opened.form else "")[:40]
        number, year, _ = split_number(re.sub(r"^[^\d/]+", "", typed))
        if number:
            current = get_fiscal_year(to_bangkok_date(opened.request.now))
            return RedirectResponse(f"{self._case_path}/{year or current}/{number}", 303)
        if typed:
            words = self._pages.translate(Phrase("workspace.inbox.no_number", {"typed": typed}), opened.lang)
            outcome = WorkspaceOutcome((ShownReply(words),))
        asked, with_kinds = opened.http.query_params, may_show_content(opened.request)
        page = int(asked["page"]) if re.fullmatch("[0-9]{1,3}", asked.get("page", "")) else 1
        shown = await opened.read(
            lambda cmd: read_inbox(cmd, asked.get("list", ""), page, with_kinds=with_kinds)
        )
        return self._pages.render(
            "workspace/inbox.html",
            opened,
            WorkspaceView.INBOX,
            outcome,
            shown=shown,
            lines=[self._describe(line, opened) for line in shown.lines],
            with_kinds=with_kinds,
        )

    def _describe(self, line: InboxLine, opened: OpenWorkspace) -> dict[str, str]:
        case = line.case
        day = format_date(case.received_on, opened.lang)

        def say(phrase: Phrase) -> str:
            return self._pages.responses.translate_reply(phrase, opened.lang)

        return {
            "number": case.register_number,
            "path": "" if case.hidden else f"{self._case_path}/{case.year}/{case.number}",
            "status": say(line.status),
            "due": say(line.due),
            "whose": say(line.whose),
            "received": say(Phrase("workspace.inbox.received", {"day": day})),
            "kind": line.kind,
            "others": say(Phrase("workspace.inbox.others", {"count": line.others})) if line.others else "",
        }
