"""Test server for officers' pages: a whole server, officers in chats, and a plain HTTP browser."""

import html
import http.client
import re
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from bot.web.workspace.addresses import make_access_link_factory
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.events import File
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.end_to_end.server_process import MULTIPART_BOUNDARY, encode_multipart
from tests.end_to_end.threaded_server import WebServer

LINK_PATH = "/staff/complaints/open"
LINK_PATTERN = re.compile(rf"https?://[^\s/]+{LINK_PATH}/([\w-]+)")


@dataclass
class HttpResponse:
    """A response. headers: by lower-case name."""

    status: int
    headers: dict[str, str]
    content: bytes
    path: str

    @property
    def text(self) -> str:
        """The body with HTML entities unescaped."""
        return html.unescape(self.content.decode())

    @property
    def form_token(self) -> str:
        """The form token of the page; empty if there is none."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.content.decode())
        return found[1] if found else ""

    @property
    def file_links(self) -> list[str]:
        """The links to the files of the case, in order."""
        return re.findall(r'href="([^"]+/file/[^"]+)"', self.content.decode())

    @property
    def textbox_text(self) -> str:
        """The content of the text box."""
        found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", self.content.decode(), re.DOTALL)
        return html.unescape(found[1]) if found else ""


@dataclass
class HttpBrowser:
    """Keeps cookies by path and sends forms."""

    port: int
    cookie_jar: dict[tuple[str, str], str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    def request(
        self, path: str, body: bytes | None = None, method: str = "", kind: str = "", **headers: str
    ) -> HttpResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        cookies = [f"{name}={value}" for (at, name), value in self.cookie_jar.items() if path.startswith(at)]
        if cookies:
            sent["Cookie"] = "; ".join(cookies)
        if body is not None:
            sent.setdefault("Content-Type", kind or "application/x-www-form-urlencoded")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
            answer = connection.getresponse()
            headers_received = answer.getheaders()
            response = HttpResponse(
                answer.status, {k.lower(): v for k, v in headers_received}, answer.read(), path
            )
        for name, value in headers_received:
            if name.lower() == "set-cookie":
                self._store_cookie(value)
        return response

    def _store_cookie(self, cookie: str) -> None:
        self.set_cookies.append(cookie)
        for name, morsel in SimpleCookie(cookie).items():
            if morsel["max-age"] == "0":
                self.cookie_jar.pop((morsel["path"], name), None)
            else:
                self.cookie_jar[morsel["path"], name] = morsel.value

    def submit_form(
        self, page: HttpResponse, text: str = "", choice: str = "", path: str = "", **changed: str
    ) -> HttpResponse:
        """Submit a form of a page as a browser does, in the encoding that the page asks for; a redirect is followed."""
        waiting = re.search(r'name="pending" value="([^"]*)"', page.text)
        hidden = {"pending": waiting[1]} if waiting else {}
        fields = {"csrf": page.form_token, "text": text, "choice": choice, **hidden, **changed}
        if 'enctype="multipart/form-data"' in page.text:
            body, kind = encode_multipart(fields, {}), f"multipart/form-data; boundary={MULTIPART_BOUNDARY}"
            response = self.request(path or page.path, body, kind=kind)
        else:
            response = self.request(path or page.path, urlencode(fields).encode())
        return self.request(response.headers["location"]) if response.status == 303 else response

    def upload_file(
        self, page: HttpResponse, name: str, content: bytes, choice: str = "look"
    ) -> HttpResponse:
        """Send a file with a form."""
        fields = {"csrf": page.form_token, "choice": choice}
        body = encode_multipart(fields, {name: content})
        sent = self.request(page.path, body, kind=f"multipart/form-data; boundary={MULTIPART_BOUNDARY}")
        return self.request(sent.headers["location"]) if sent.status == 303 else sent


@dataclass
class OfficerServer:
    """A server with officers."""

    home: Path
    port: int = 0

    def __post_init__(self) -> None:
        self.server = WebServer(self.home, port=self.port)
        self.desk.engine.query_handlers[NewAccessLink] = make_access_link_factory(self.server.address)  # type: ignore[index]

    @property
    def desk(self) -> DeskHarness:
        return self.server.desk

    def file_case(self, number: int = 1) -> Receipt:
        return self.server.run(file_case(self.desk, number))

    def add_officer(self, name: str, role: Role = Role.OFFICER) -> Officer:
        return self.server.run(add_officer(self.desk, name, role))

    def send_chat_text(self, officer: Officer, words: str) -> str:
        """Send a text in an officer's chat; returns the answer."""
        return "\n".join(m.text for m in self.server.run(officer.say(words)))

    def request_link(self, officer: Officer, words: str = "/page 1") -> str:
        """The path of an access link that an officer asks for."""
        found = LINK_PATTERN.search(self.send_chat_text(officer, words))
        assert found is not None
        return f"{LINK_PATH}/{found[1]}"

    def new_browser(self) -> HttpBrowser:
        """A browser without cookies."""
        return HttpBrowser(self.server.port)

    def next_totp_code(self, officer: Officer) -> str:
        """An unused code of the second factor: the clock is advanced for it."""
        self.desk.clock_offset += timedelta(minutes=1)
        return officer.totp_code()

    def open_page(self, officer: Officer, browser: HttpBrowser, words: str = "/page 1") -> HttpResponse:
        """Ask for an access link, open it and enter the code."""
        form = browser.request(self.request_link(officer, words))
        assert form.status == 200
        return browser.submit_form(form, self.next_totp_code(officer))

    def attach_file(self, number: int, name: str, content: bytes) -> File:
        """Add a file to a case later."""

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), 65536):
                yield content[at : at + 65536]

        file = self.server.run(self.desk.store.evidence.store(chunks(), name, self.desk.now()))
        assert file.problem is None
        return self._add_evidence(number, file)

    def expect_file(self, number: int, name: str) -> File:
        """Announce a file that has not arrived yet."""
        return self._add_evidence(
            number, self.server.run(self.desk.store.evidence.reserve(name, self.desk.now()))
        )

    def _add_evidence(self, number: int, file: File) -> File:
        async def work() -> None:
            view = await self.desk.find_reporter_case(make_receipt(number).formatted)
            assert view is not None
            on = to_bangkok_date(self.desk.now())
            entry = AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(file,)
            )
            await self.desk.commit_office_act(entry)

        self.server.run(work())
        return file

    def load_audit_lines(self) -> list[tuple[str, str]]:
        """Actor and action of every audit entry, in order."""

        async def work() -> list[tuple[str, str]]:
            line = tables.audit.c
            async with self.desk.store._reader.connect() as connection:
                rows = await connection.execute(select(line.actor, line.what).order_by(line.seq))
                return [(row.actor, row.what) for row in rows]

        return self.server.run(work())

    def close(self) -> None:
        self.server.close()
