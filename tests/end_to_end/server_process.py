"""A plain HTTP browser: it keeps cookies, reads forms, and can misbehave."""

import http.client
import json
import os
import re
import resource
import secrets
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path

from tests.end_to_end.forkserver import ForkedProgram, start_forked_program
from tests.end_to_end.terminal_driver import build_environment, write_office_beside
from tests.template_desk import copy_template_desks

MULTIPART_BOUNDARY = "edge-of-a-part"
VOID_ELEMENTS = {"input", "meta", "link", "br", "progress"}


@dataclass
class ServerProcess:
    """`ita-bot run` in a process of its own."""

    home: Path
    process: ForkedProgram
    port: int

    def memory_bytes(self) -> int:
        """Bytes of memory that it holds now (VmRSS on Linux)."""
        return self._read_status("VmRSS")

    def peak_memory_bytes(self) -> int:
        """Peak bytes of memory (VmHWM on Linux)."""
        return self._read_status("VmHWM")

    def reset_peak_memory(self) -> None:
        """Reset the peak to what is held now."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _read_status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024

    def count_sockets(self) -> int:
        """How many sockets it has open, listening ones included."""
        count = 0
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed just now
                count += link.readlink().name.startswith("socket:")
        return count

    def stop(self) -> list[str]:
        """Stop it with SIGTERM; returns the lines of its log."""
        os.kill(self.process.pid, signal.SIGTERM)
        _, log = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return log.decode().splitlines()

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self.process.kill()
        self.process.communicate(timeout=60)


@contextmanager
def raise_file_limit(most: int) -> Iterator[None]:
    """Raise the limit of open files of this process and its children."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(most, hard)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def start_server(home: Path, *, has_own_office: bool = True, **more: str) -> ServerProcess:
    """Start serving on a free port. has_own_office: officers are told at once, and there are no known answers yet."""
    copy_template_desks(home)
    if has_own_office:
        write_office_beside(home)
    process = start_forked_program(("run", "--port", "0"), home.parent, build_environment(home, **more))
    line = process.stdout.readline().decode()
    ready = re.fullmatch(r"ready http://127\.0\.0\.1:(\d+)\n", line)
    assert ready is not None, line
    return ServerProcess(home, process, int(ready[1]))


@dataclass
class HtmlPage(HTMLParser):
    """A response: status, headers, and what a person sees of its HTML."""

    status: int
    headers: list[tuple[str, str]]
    body: str
    cookies: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    heading: str = ""
    receipt: str = ""
    visible_text: str = ""
    action: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(self.body)
        self.close()
        self.fields = {name: words.removeprefix("\n") for name, words in self.fields.items()}

    def get_header(self, name: str) -> str:
        """The value of a header; empty if it is missing."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)

    @property
    def textbox_text(self) -> str:
        """The content of the text box."""
        return self.fields.get("text", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = attributes["action"]
        if tag in ("input", "textarea") and "name" in attributes and attributes.get("type") != "file":
            self.fields[attributes["name"]] = attributes.get("value", "")
        if tag not in VOID_ELEMENTS:
            self._open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.visible_text += data
        for tag, attributes in self._open:
            if tag == "textarea":
                self.fields[attributes["name"]] += data
            elif tag == "button" and attributes.get("name") == "choice":
                self.buttons[data.strip()] = attributes["value"]
            elif tag == "h1":
                self.heading += data
            elif "data-receipt" in attributes:
                self.receipt += data


def encode_multipart(fields: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """Encode a form as a browser does."""
    parts = [
        f'--{MULTIPART_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{words}\r\n'.encode()
        for name, words in fields.items()
    ]
    parts += [
        f'--{MULTIPART_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
        for name, content in files.items()
    ]  # fmt: skip
    return b"".join(parts) + f"--{MULTIPART_BOUNDARY}--\r\n".encode()


@dataclass
class Visitor:
    """A person with a browser. headers: sent with every request, as a proxy in front of the server would."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    cookie_jar: dict[tuple[str, str], str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    page: HtmlPage = field(init=False)
    timeout: float = 15

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the server, which is not open yet."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)

    def request(
        self, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **more: str
    ) -> HtmlPage:
        """Make one request; no redirect is followed."""
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        cookies = [
            f"{name}={v}"
            for (at, name), v in self.cookie_jar.items()
            if path.partition("?")[0].startswith(at)
        ]
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        with closing(self.connect()) as connection:
            with suppress(ConnectionError):  # hung up on in the middle of a body; it was answered before
                connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = HtmlPage(answer.status, answer.getheaders(), answer.read().decode())
        self._store_cookies(page)
        return page

    def _store_cookies(self, page: HtmlPage) -> None:
        page.cookies = [value for name, value in page.headers if name.lower() == "set-cookie"]
        self.set_cookies += page.cookies
        for cookie in page.cookies:
            for name, morsel in SimpleCookie(cookie).items():
                if morsel["max-age"] == "0":
                    self.cookie_jar.pop((morsel["path"], name), None)
                else:
                    self.cookie_jar[morsel["path"], name] = morsel.value

    def open_page(self, path: str) -> HtmlPage:
        """Open a page."""
        self.page = self._follow_redirect(self.request(path))
        return self.page

    def _follow_redirect(self, page: HtmlPage) -> HtmlPage:
        return self.request(page.get_header("location")) if page.status == 303 else page

    def submit_form(
        self, text: str = "", pick: str = "", files: Mapping[str, bytes] | None = None, **changed: str
    ) -> HtmlPage:
        """Submit the form of the current page and follow the redirect. pick: the label of a choice."""
        self.page = self._follow_redirect(self.post_form(text, pick, files, **changed))
        return self.page

    def post_form(
        self, text: str = "", pick: str = "", files: Mapping[str, bytes] | None = None, **changed: str
    ) -> HtmlPage:
        """Submit the form without following the redirect."""
        fields = {**self.page.fields, "text": text, **changed}
        if pick:
            fields["choice"] = self.page.buttons[pick]
        return self.request(
            self.page.action,
            "POST",
            encode_multipart(fields, files or {}),
            Content_Type=f"multipart/form-data; boundary={MULTIPART_BOUNDARY}",
        )

    def say(self, line: str) -> HtmlPage:
        """Answer with a text, or with a choice in brackets."""
        if line.startswith("["):
            label = line[1:-1]
            return self.submit_form(pick=next(b for b in self.page.buttons if b.startswith(label)))
        return self.submit_form(line)

    def open_second_tab(self) -> "Visitor":
        """A second tab of the same browser."""
        return Visitor(self.port, self.headers, self.cookie_jar, self.set_cookies)


def open_socket(port: int, timeout: float = 10) -> socket.socket:
    """A plain TCP connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def parse_log_events(log: list[str]) -> list[str]:
    """The events of a log, without the "advice" events for the administrator."""
    return [event for line in log if (event := json.loads(line)["event"]) != "advice"]


def make_canary() -> str:
    """A random word that occurs nowhere else."""
    return f"KANARY{secrets.token_hex(6)}"
