"""A browser of the plainest sort, on the wire: it keeps cookies, reads forms, and can misbehave."""

import http.client
import json
import re
import resource
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

from tests.end import chat

EDGE = "edge-of-a-part"
VOID = {"input", "meta", "link", "br", "progress"}


@dataclass
class ServerProcess:
    """`ita-bot run`, in a process of its own."""

    home: Path
    process: subprocess.Popen[bytes]
    port: int

    def memory(self) -> int:
        """Bytes of memory that it holds now (VmRSS of Linux)."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """Bytes of memory that it held at most (VmHWM of Linux)."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Let the peak begin at what is held now."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def sockets(self) -> int:
        """How many connections it holds open, and what it listens at."""
        held = 0
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed just now
                held += link.readlink().name.startswith("socket:")
        return held

    def ends(self) -> list[str]:
        """End it as an administrator would; gives the lines of its log."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return log.decode().splitlines()

    def dies(self) -> None:
        """Kill it at this instant."""
        self.process.kill()
        self.process.communicate(timeout=20)


@contextmanager
def many_files(most: int) -> Iterator[None]:
    """Let this process, and those that it starts, open many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, hard)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def start(home: Path, **more: str) -> ServerProcess:
    """Start serving at any free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", "0"], cwd=home.parent,
        env=chat.surroundings(home, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    ready = re.fullmatch(r"ready http://127\.0\.0\.1:(\d+)\n", line)
    assert ready is not None, line
    return ServerProcess(home, process, int(ready[1]))


@dataclass
class HtmlPage(HTMLParser):
    """An answer: its status and headers, and what a person sees of its HTML."""

    status: int
    headers: list[tuple[str, str]]
    body: str
    cookies: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    heading: str = ""
    receipt: str = ""
    words: str = ""
    action: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(self.body)
        self.close()
        self.fields = {name: words.removeprefix("\n") for name, words in self.fields.items()}

    def header(self, name: str) -> str:
        """A header's value; empty where it is not."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def text(self) -> str:
        """What stands in its text box."""
        return self.fields["text"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = had["action"]
        if tag in ("input", "textarea") and "name" in had and had.get("type") != "file":
            self.fields[had["name"]] = had.get("value", "")
        if tag not in VOID:
            self._open.append((tag, had))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.words += data
        for tag, had in self._open:
            if tag == "textarea":
                self.fields[had["name"]] += data
            elif tag == "button" and had.get("name") == "choice":
                self.buttons[data.strip()] = had["value"]
            elif tag == "h1":
                self.heading += data
            elif "data-receipt" in had:
                self.receipt += data


def multipart(fields: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """A form as a browser encodes it."""
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{words}\r\n'.encode()
        for name, words in fields.items()
    ]
    parts += [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
        for name, content in files.items()
    ]  # fmt: skip
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


@dataclass
class Visitor:
    """A person with a browser. Headers stand for a proxy before the server."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    jar: dict[tuple[str, str], str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    page: HtmlPage = field(init=False)
    timeout: float = 15

    def asks(
        self, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **more: str
    ) -> HtmlPage:
        """One request and its answer; no redirect is followed."""
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        cookies = [
            f"{name}={v}" for (at, name), v in self.jar.items() if path.partition("?")[0].startswith(at)
        ]
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = HtmlPage(answer.status, answer.getheaders(), answer.read().decode())
        self._keep(page)
        return page

    def _keep(self, page: HtmlPage) -> None:
        page.cookies = [value for name, value in page.headers if name.lower() == "set-cookie"]
        self.set_cookies += page.cookies
        for cookie in page.cookies:
            for name, morsel in SimpleCookie(cookie).items():
                if morsel["max-age"] == "0":
                    self.jar.pop((morsel["path"], name), None)
                else:
                    self.jar[morsel["path"], name] = morsel.value

    def opens(self, path: str) -> HtmlPage:
        """Go to a page."""
        self.page = self._followed(self.asks(path))
        return self.page

    def _followed(self, page: HtmlPage) -> HtmlPage:
        return self.asks(page.header("location")) if page.status == 303 else page

    def sends(
        self, text: str = "", pick: str = "", files: Mapping[str, bytes] | None = None, **changed: str
    ) -> HtmlPage:
        """Send the form of the page that one looks at, and read what comes. pick: a choice, by its label."""
        self.page = self._followed(self.posts(text, pick, files, **changed))
        return self.page

    def posts(
        self, text: str = "", pick: str = "", files: Mapping[str, bytes] | None = None, **changed: str
    ) -> HtmlPage:
        """The same, without following to the page that shows the answer."""
        fields = {**self.page.fields, "text": text, **changed}
        if pick:
            fields["choice"] = self.page.buttons[pick]
        return self.asks(
            self.page.action,
            "POST",
            multipart(fields, files or {}),
            Content_Type=f"multipart/form-data; boundary={EDGE}",
        )

    def says(self, line: str) -> HtmlPage:
        """A line of a play: an answer, or a choice in brackets."""
        if line.startswith("["):
            label = line[1:-1]
            return self.sends(pick=next(b for b in self.page.buttons if b.startswith(label)))
        return self.sends(line)

    def other(self) -> "Visitor":
        """A second tab of the same browser."""
        return Visitor(self.port, self.headers, self.jar, self.set_cookies)


def wire(port: int, timeout: float = 10) -> socket.socket:
    """A bare connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def events(log: list[str]) -> list[str]:
    """What a log tells, event by event; what it advises is the administrator's."""
    return [event for line in log if (event := json.loads(line)["event"]) != "advice"]


def canary() -> str:
    """A word that stands nowhere else."""
    return f"KANARY{secrets.token_hex(6)}"
