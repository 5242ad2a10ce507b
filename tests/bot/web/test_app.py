"""The pages as a real server sends them, and the server's start and stop."""

import asyncio
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from jinja2 import UndefinedError

from bot.serve import Server
from bot.settings import Settings
from bot.web.app import build_web_app
from bot.web.middleware import SecurityMiddleware
from handlers.i18n import WORDING
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.terminal_driver import ChatProgram, build_environment, run_ita_bot, start_chat
from tests.in_memory_desk import OFFICE

STATIC = Path(__file__).parents[3] / "bot" / "static"
CANARY = "CANARYADDRESS"


@dataclass
class ServedProcess:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    def request(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            held = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, held, body.decode("utf-8", "replace")

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, and both outputs after the ready line."""
        self.process.send_signal(sign)
        out, errors = self.process.communicate(timeout=15)
        return self.process.returncode, out.decode(), errors.decode()


def start_serving(home: Path, *words: str) -> ServedProcess:
    """Start serving on a free port; returns when it is ready."""
    command = [sys.executable, "-m", "bot", "run", "--port", "0", *words]
    running = subprocess.Popen(
        command,
        cwd=home.parent,
        env=build_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    ready = re.fullmatch(r"ready http://127\.0\.0\.1:(\d+)\n", running.stdout.readline().decode())
    assert ready is not None
    return ServedProcess(running, int(ready[1]))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the server."""
    return tmp_path_factory.mktemp("web") / "var"


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[ServedProcess]:
    """A server for the pages; its whole log must contain no personal data."""
    one = start_serving(home)
    yield one
    code, out, errors = one.stop()
    assert (code, out) == (0, "")
    assert CANARY not in errors
    assert json.loads(errors.splitlines()[0])["event"] == "started"


PAGES = (
    "/",
    "/?lang=en",
    "/report",
    "/track",
    "/privacy",
    "/exit",
    "/nothing-here",
    "/static/page.css",
    "/static/nothing",
    "/healthz",
    "/readyz",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_guarded(served: ServedProcess, path: str) -> None:
    _, headers, _ = served.request(path)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert {"server", "x-powered-by"} & set(headers) == set()
    assert ("set-cookie" in headers) == (path in {"/report", "/track", "/exit"})
    if not path.startswith(("/static", "/healthz", "/readyz", "/exit")):
        assert headers["cache-control"] == "no-store"


def test_the_landing_page_says_what_a_citizen_needs(served: ServedProcess) -> None:
    status, headers, page = served.request("/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    needed = [OFFICE.name.th, OFFICE.guideline.how.th, OFFICE.guideline.unit.th, OFFICE.unsigned_letters.th]
    needed += [step.name.th for step in OFFICE.guideline.steps]
    needed += [
        "https://wbs.nacc.go.th",
        "tel:1206",
        '<html lang="th">',
        "/report",
        "/track",
    ]
    assert [words for words in needed if words not in page] == []
    assert [
        words for words in ("ita-bot", "เทอร์มินัล", "ITA_") if words in page
    ] == []  # nothing for administrators


@pytest.mark.full("real programs")
def test_a_page_without_the_complaints_desk_leads_to_no_dead_end(tmp_path: Path) -> None:
    alone = start_serving(tmp_path / "var", "--desk", "service")
    _, _, page = alone.request("/")
    assert 'href="/report' not in page
    assert "ita-bot chat" not in page
    assert "เปิดแยกไว้ต่างหาก" in page
    assert f"<h1>{WORDING['th']['page.service']}</h1>" in page
    assert page.index('href="/ask') < page.index("เปิดแยกไว้ต่างหาก")
    _, _, privacy = alone.request("/privacy")
    assert "ประกาศความเป็นส่วนตัวของช่องทางถามตอบ" in privacy
    assert "ตรวจสอบเรื่องร้องเรียนการทุจริต" not in privacy
    assert alone.request("/report")[0] == 404
    alone.stop()


def test_the_same_page_in_english(served: ServedProcess) -> None:
    _, _, page = served.request("/?lang=en")
    assert '<html lang="en">' in page
    assert OFFICE.name.en is not None
    assert OFFICE.name.en in page
    text = re.sub(r"<[^>]+>", " ", page.replace("ภาษาไทย", "").replace(OFFICE.name.th, ""))
    assert re.findall(r"[\u0e01-\u0e5b]{3,}", text) == []


@pytest.mark.parametrize(
    "path", ["/", "/?lang=en", "/report", "/report?lang=en", "/track", "/privacy", "/nothing-here"]
)
def test_a_page_needs_nobody_else_and_no_script_in_it(served: ServedProcess, path: str) -> None:
    _, _, page = served.request(path)
    assert re.findall(r"<(iframe|object|embed|style)\b|\bon[a-z]+=|javascript:| style=", page) == []
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/page.js" defer>']
    assert re.findall(r"<title>([^<]*)", page)[0] in {OFFICE.name.th, OFFICE.name.en}
    loaded = re.findall(r"""<(?:link|img|source|script)[^>]*(?:href|src)="([^"]+)""", page)
    assert loaded
    assert all(link.startswith("/static/") for link in loaded)
    assert [served.request(link)[0] for link in loaded] == [200] * len(loaded)
    assert page.count("<h1") == 1
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    named = re.findall(r'href="#([^"]+)"|aria-(?:labelledby|describedby)="([^"]+)"', page)
    assert {one for pair in named for one in " ".join(pair).split()} <= set(ids)


def test_links_of_the_page_lead_somewhere(served: ServedProcess) -> None:
    for path in ("/", "/?lang=en", "/nothing-here", "/nothing-here?lang=en"):
        _, _, page = served.request(path)
        for link in re.findall(r'<a [^>]*href="(/[^"]*)"', page):
            assert served.request(link)[0] == (303 if link == "/exit" else 200)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing-here", 404), ("POST", "/", 405), ("DELETE", "/healthz", 405)],
)
def test_what_cannot_be_had_is_told_in_thai_with_a_way_on(
    served: ServedProcess, method: str, path: str, status: int
) -> None:
    found, headers, page = served.request(path, method)
    assert found == status
    assert re.search(r"<h1>[^<]*[\u0e01-\u0e5b]", page)
    assert 'class="button" href="/' in page
    assert headers["cache-control"] == "no-store"
    if status == 405:
        assert "GET" in headers["allow"]


def test_what_was_asked_for_is_not_repeated(served: ServedProcess) -> None:
    status, _, page = served.request(
        f"/{CANARY}%3Cscript%3E?lang={CANARY}&x={CANARY}", **{"User-Agent": CANARY, "X-Forwarded-For": CANARY}
    )
    assert status == 404
    assert CANARY not in page


def test_monitoring_is_answered(served: ServedProcess) -> None:
    assert served.request("/healthz")[::2] == (200, "ok\n")
    assert served.request("/readyz")[::2] == (200, "ready\n")


@pytest.mark.full("real programs")
def test_a_person_may_chat_beside_the_server(served: ServedProcess, home: Path) -> None:
    program = ChatProgram(start_chat(home, "beside"))
    assert program.send_line("สวัสดี".encode())
    assert program.finish() == ""
    assert served.request("/readyz")[0] == 200


def test_fonts_are_ours_and_the_style_is_small(served: ServedProcess) -> None:
    _, headers, style = served.request("/static/page.css")
    assert headers["content-type"].startswith("text/css")
    assert len(style.encode()) < 20 * 1024
    fonts = re.findall(r"url\(([^)]+)\)", style)
    assert len(fonts) >= 4
    for font in fonts:
        status, held, _ = served.request(f"/static/{font}")
        assert (status, held["content-type"]) == (200, "font/woff2")
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text("utf-8")


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme: int) -> None:
    style = (STATIC / "page.css").read_text("utf-8")
    roots = re.findall(r":root \{([^}]*)\}", style)
    colours: dict[str, str] = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", roots[scheme]))
    on = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "sheet")]
    on += [
        ("on-royal", "royal"),
        ("open", "open-paper"),
        ("frame", "sheet"),
        ("frame", "paper"),
        ("ink", "note"),
    ]
    found = {(ink, ground): contrast(colours[ink], colours[ground]) for ink, ground in on}
    assert {pair: value for pair, value in found.items() if value < 4.5} == {}


class Broken:
    """A desk whose database does not answer."""

    name = "service"
    paths = DeskPaths.under(Path("nowhere"), "service")

    class store:  # noqa: N801
        class readiness:  # noqa: N801
            @staticmethod
            async def run() -> bool:
                raise OSError(CANARY)


def request_app(path: str, house: Any) -> tuple[int, str]:
    """Ask the application itself, without a server."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": [], "scheme": "http", "root_path": "",
        "server": ("x", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    try:
        asyncio.run(SecurityMiddleware(build_web_app(cast("Any", house)))(scope, receive, send))
    except UndefinedError:
        assert sent  # the page was sent before the server was notified
    assert b"content-security-policy" in dict(sent[0]["headers"])
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]).decode()


def test_a_database_that_does_not_answer_is_not_ready(capsys: pytest.CaptureFixture[str]) -> None:
    @dataclass
    class WithBroken:
        desks: Any
        office: Any = OFFICE
        source: str = ""
        decoders: Any = None
        settings: Settings = field(default_factory=lambda: Settings(_env_file=None))  # type: ignore[call-arg]

    assert request_app("/readyz", WithBroken({"service": Broken})) == (503, "not ready\n")
    assert CANARY not in capsys.readouterr().err


def test_a_fault_is_a_page_in_thai_and_a_line_without_words(capsys: pytest.CaptureFixture[str]) -> None:
    class Office:
        """An office that breaks the home page, but not the error page."""

        def __getattr__(self, name: str) -> Any:
            if name == "guideline":
                raise AttributeError(CANARY)
            return getattr(OFFICE, name)

    class Breaking:
        office, desks, decoders = Office(), dict[str, Any](), None
        settings = Settings(_env_file=None)  # type: ignore[call-arg]

    status, page = request_app("/", Breaking())
    assert status == 500
    assert re.search(r"<h1>[^<]*[\u0e01-\u0e5b]", page)
    written = capsys.readouterr().err
    assert CANARY not in written + page
    assert '"event": "fault"' in written


@pytest.mark.full("real programs")
def test_a_second_start_serves_and_both_signals_end_well(tmp_path: Path) -> None:
    first = start_serving(tmp_path / "var", "--desk", "complaints")
    assert first.stop(signal.SIGTERM)[:2] == (0, "")
    second = start_serving(tmp_path / "var", "--desk", "complaints")
    with socket.create_connection(("127.0.0.1", second.port), timeout=5) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(64).startswith(b"HTTP/1.1 200")
        assert second.stop(signal.SIGINT)[:2] == (0, "")  # although a connection is kept alive


def test_a_second_signal_does_not_cut_off_open_requests() -> None:
    server = Server(uvicorn.Config(lambda: None))
    for sign in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        server.handle_exit(sign, None)
    assert (server.should_exit, server.force_exit) == (True, False)


@pytest.mark.full("real programs")
def test_a_port_in_use_is_told(tmp_path: Path, served: ServedProcess) -> None:
    done = run_ita_bot(tmp_path / "var", "run", "--port", str(served.port))
    assert (done.returncode, done.stdout) == (78, "")
    assert f"127.0.0.1:{served.port}" in done.stderr
    assert "--port" in done.stderr
