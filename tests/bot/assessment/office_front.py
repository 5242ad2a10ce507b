"""A website of an office and a front of its desks on loopback, whose pages a test can spoil."""

import http.client
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

SpoilPage = Callable[[str], str | None]
"""Turns a page into another one; None: the page answers 503."""


@dataclass
class LoopbackSite:
    """A site on loopback. pages: by path; ports: of servers behind it, by the first part of a path ("" for others)."""

    pages: dict[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    spoil: dict[str, SpoilPage] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def build_response(self, path: str) -> tuple[int, str, str]:
        """Return status, media type and body of a path."""
        kind = "text/html; charset=utf-8"
        if path in self.redirects:
            return 302, self.redirects[path], ""
        if path in self.pages:
            return 200, kind, self.pages[path]
        port = self.ports.get(path.split("/")[1], self.ports.get(""))
        if port is None:
            return 404, kind, ""
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("GET", path, headers={"host": "127.0.0.1"})
            answer = connection.getresponse()
            body = answer.read().decode("utf-8", "surrogateescape")  # fonts too
        if answer.status in {302, 303}:
            return answer.status, answer.headers["location"], ""
        changed: str | None = body
        for begin, spoil in self.spoil.items():
            if path.startswith(begin) and changed is not None:
                changed = spoil(changed)
        return (
            (503, kind, "") if changed is None else (answer.status, answer.headers["content-type"], changed)
        )


@contextmanager
def serve_site(site: LoopbackSite) -> Iterator[LoopbackSite]:
    """Serve a site on a free port, for as long as the context lasts."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            status, kind, body = site.build_response(self.path)
            self.send_response(status)
            self.send_header("location" if status in {302, 303} else "content-type", kind)
            self.send_header("set-cookie", "seen=1; Path=/")
            content = body.encode("utf-8", "surrogateescape")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
