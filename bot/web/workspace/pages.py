"""Render the pages of who is signed in: the frame with its menu, the outcome of a form, and a view's own content."""

from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from bot.web.html import text_to_html
from bot.web.officer.responses import OFFICER_PAGE_HEADERS, OfficerResponses
from bot.web.workspace.addresses import NEWS, get_desk_path, get_view_path
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, Reply
from handlers.staff.workspace.news import counts_news
from handlers.staff.workspace.views import WorkspaceDesk, WorkspaceView, list_menu

POLICY_WITH_OWN_SCRIPT = (
    f"{OFFICER_PAGE_HEADERS['content-security-policy']}; script-src 'self'; connect-src 'self'"
)
"""Of the pages of who is signed in: a file of ours counts what is new. Everything works without it."""


class WorkspacePages:
    """Renders the templates of a desk's workspace.

    A view's template extends `workspace/frame.html`, and is rendered with `view`, `outcome` and what it needs besides.
    Its forms are made with the macros of `workspace/forms.html`, which post to the address of the page itself.
    """

    def __init__(self, desk: WorkspaceDesk, responses: OfficerResponses) -> None:
        self.desk: WorkspaceDesk = desk
        self.responses = responses

    def translate(self, words: Phrase | Reply, lang: Lang) -> Markup:
        """Words as HTML."""
        return text_to_html(self.responses.translate_reply(words, lang))

    def render(
        self,
        template: str,
        opened: OpenWorkspace,
        view: WorkspaceView | None = None,
        outcome: WorkspaceOutcome | None = None,
        status: int = 200,
        **more: Any,  # noqa: ANN401 - template
    ) -> Response:
        """Render a page of somebody who is signed in."""
        role = opened.found.staff.role
        shown = outcome or WorkspaceOutcome(status=status)
        page = self.responses.render(
            template,
            opened.lang,
            shown.status,
            desk_path=get_desk_path(self.desk),
            menu=[(one, get_view_path(self.desk, one)) for one in list_menu(self.desk, role)],
            view=view,
            outcome=shown,
            csrf=opened.cookie.issue_form_token(),
            person=opened.found.staff.name,
            role=role,
            news_count=opened.news,
            news=f"{get_desk_path(self.desk)}/{NEWS}" if counts_news(opened.found.staff) else "",
            **more,
        )
        page.headers["content-security-policy"] = POLICY_WITH_OWN_SCRIPT
        return page
