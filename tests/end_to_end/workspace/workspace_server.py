"""Test server for the workspace: officers in chats who sign in with a plain HTTP browser."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.web.workspace.addresses import make_workspace_link_factory
from handlers.staff.workspace.messages import NewWorkspaceLink
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse, OfficerServer
from tests.end_to_end.officers import Officer

SIGN_IN_LINK = re.compile(r"https?://[^\s/]+(/staff/\w+/open/\S+)")


@dataclass
class WorkspaceServer(OfficerServer):
    """A server whose officers work on pages."""

    def __post_init__(self) -> None:
        super().__post_init__()
        create = make_workspace_link_factory(self.server.address, "complaints")
        self.desk.engine.query_handlers[NewWorkspaceLink] = create  # type: ignore[index]

    def request_sign_in(self, officer: Officer) -> str:
        """The path of a sign-in link that an officer asks for in the chat."""
        found = SIGN_IN_LINK.search(self.send_chat_text(officer, "/workspace"))
        assert found is not None
        return found[1]

    def sign_in(self, officer: Officer, browser: HttpBrowser | None = None) -> HttpBrowser:
        """A browser that is signed in."""
        browser = browser or self.new_browser()
        form = browser.request(self.request_sign_in(officer))
        assert form.status == 200
        entered = browser.submit_form(form, self.next_totp_code(officer))
        assert entered.status == 303
        return browser


def give(browser: HttpBrowser, page: HttpResponse, given: str, text: str = "", **more: str) -> HttpResponse:
    """Press a button of a page, or send its text; the page that it leads to."""
    fields = {"csrf": page.form_token, "given": given, "text": text, **more}
    sent = browser.request(page.path, urlencode(fields).encode())
    return browser.request(sent.headers["location"]) if sent.status == 303 else sent
