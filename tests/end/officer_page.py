"""The officers' page under test: a whole server, officers in chats, and a browser of the plainest sort."""

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

from bot.web.officer import session as seats
from handlers import thai
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.events import File
from handlers.dialog.receipt import Receipt, made_of
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import Role
from storage import tables
from tests.end import web_server
from tests.end.desk import DeskHarness
from tests.end.officers import Officer, filed, hired
from tests.end.server import WebServer

LINK = re.compile(r"https?://\S+/officer/open/(\S+)")


@dataclass
class HttpResponse:
    """An answer. headers: by their names in small letters."""

    status: int
    headers: dict[str, str]
    content: bytes
    path: str

    @property
    def text(self) -> str:
        """Its words, with what was escaped as it was meant."""
        return html.unescape(self.content.decode())

    @property
    def csrf(self) -> str:
        """The ticket of its forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.content.decode())
        return found[1] if found else ""

    @property
    def files(self) -> list[str]:
        """Where its files are, in their order."""
        return re.findall(r'href="([^"]+/file/[^"]+)"', self.content.decode())

    @property
    def typed(self) -> str:
        """What stands in its text box."""
        found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", self.content.decode(), re.DOTALL)
        return html.unescape(found[1]) if found else ""


@dataclass
class HttpBrowser:
    """Keeps cookies by path, follows what it is told to."""

    port: int
    jar: dict[tuple[str, str], str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    def asks(
        self, path: str, body: bytes | None = None, method: str = "", kind: str = "", **headers: str
    ) -> HttpResponse:
        """One request."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        cookies = [f"{name}={value}" for (at, name), value in self.jar.items() if path.startswith(at)]
        if cookies:
            sent["Cookie"] = "; ".join(cookies)
        if body is not None:
            sent.setdefault("Content-Type", kind or "application/x-www-form-urlencoded")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
            answer = connection.getresponse()
            told = answer.getheaders()
            seen = HttpResponse(answer.status, {k.lower(): v for k, v in told}, answer.read(), path)
        for name, value in told:
            if name.lower() == "set-cookie":
                self._keep(value)
        return seen

    def _keep(self, cookie: str) -> None:
        self.set_cookies.append(cookie)
        for name, morsel in SimpleCookie(cookie).items():
            if morsel["max-age"] == "0":
                self.jar.pop((morsel["path"], name), None)
            else:
                self.jar[morsel["path"], name] = morsel.value

    def sends(
        self, page: HttpResponse, text: str = "", choice: str = "", path: str = "", **changed: str
    ) -> HttpResponse:
        """Send a form of a page; a redirect is followed."""
        fields = {"csrf": page.csrf, "text": text, "choice": choice, **changed}
        seen = self.asks(path or page.path, urlencode(fields).encode())
        return self.asks(seen.headers["location"]) if seen.status == 303 else seen

    def brings(self, page: HttpResponse, name: str, content: bytes, choice: str = "look") -> HttpResponse:
        """Send a file with a form."""
        fields = {"csrf": page.csrf, "choice": choice}
        body = web_server.multipart(fields, {name: content})
        return self.asks(page.path, body, kind=f"multipart/form-data; boundary={web_server.EDGE}")


@dataclass
class OfficerServer:
    """A server with officers."""

    home: Path

    def __post_init__(self) -> None:
        self.server = WebServer(self.home)
        self.desk.engine.answers[NewAccessLink] = seats.drawer(self.server.address)  # type: ignore[index]

    @property
    def desk(self) -> DeskHarness:
        """The desk behind it."""
        return self.server.desk

    def files(self, number: int = 1) -> Receipt:
        """A case comes."""
        return self.server.run(filed(self.desk, number))

    def hires(self, name: str, role: Role = Role.OFFICER) -> Officer:
        """Somebody joins."""
        return self.server.run(hired(self.desk, name, role))

    def says(self, officer: Officer, words: str) -> str:
        """An officer types something in their chat; gives what is said."""
        return "\n".join(m.text for m in self.server.run(officer.says(words)))

    def link(self, officer: Officer, words: str = "/page 1") -> str:
        """The path of a link that an officer asks for."""
        found = LINK.search(self.says(officer, words))
        assert found is not None
        return f"{seats.OPENING}/{found[1]}"

    def browser(self) -> HttpBrowser:
        """A browser that was nowhere before."""
        return HttpBrowser(self.server.port)

    def code(self, officer: Officer) -> str:
        """A code of the second factor that was not used: time passes for it."""
        self.desk.away += timedelta(minutes=1)
        return officer.code()

    def opens(self, officer: Officer, browser: HttpBrowser, words: str = "/page 1") -> HttpResponse:
        """An officer asks for a link and opens it."""
        form = browser.asks(self.link(officer, words))
        assert form.status == 200
        return browser.sends(form, self.code(officer))

    def attaches(self, number: int, name: str, content: bytes) -> File:
        """A file comes to a case later."""

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), 65536):
                yield content[at : at + 65536]

        file = self.server.run(self.desk.store.evidence.take(chunks(), name, self.desk.now()))
        assert file.problem is None
        return self._attached(number, file)

    def expects(self, number: int, name: str) -> File:
        """A file is announced, and has not come yet."""
        return self._attached(number, self.server.run(self.desk.store.evidence.expect(name, self.desk.now())))

    def _attached(self, number: int, file: File) -> File:
        async def work() -> None:
            view = await self.desk.view(made_of(number).shown)
            assert view is not None
            on = thai.day(self.desk.now())
            entry = AddHistoryEntry(
                view.id, view.seq + 1, on, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(file,)
            )
            await self.desk.office(entry)

        self.server.run(work())
        return file

    def audit(self) -> list[tuple[str, str]]:
        """Who did what, in order."""

        async def work() -> list[tuple[str, str]]:
            line = tables.audit.c
            async with self.desk.store._reader.connect() as connection:
                rows = await connection.execute(select(line.actor, line.what).order_by(line.seq))
                return [(row.actor, row.what) for row in rows]

        return self.server.run(work())

    def close(self) -> None:
        """End it; nothing went wrong in it."""
        self.server.close()
