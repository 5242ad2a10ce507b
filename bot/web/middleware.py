"""ASGI middleware: security headers and limits around the pages, and webhooks that bypass them."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.policies import PAGE_POLICY
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer


class WebhookBypass:
    """Route webhook calls past the site's middleware: no browser sees them, so they need no security headers."""

    def __init__(self, routes: Iterable[BaseRoute], site: ASGIApp) -> None:
        self._apps = {route.path: route.app for route in routes if isinstance(route, Route)}
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        posted = scope["type"] == "http" and scope["method"] == "POST"
        app = self._apps.get(scope["path"], self._site) if posted else self._site
        await app(scope, receive, send)


SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": f"{PAGE_POLICY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MAX_CONCURRENT_REQUESTS = 400
"""Requests handled at once; further ones get the "busy" page."""

_CACHEABLE_STATUSES = {200, 206, 304}


class SecurityMiddleware:
    """Add the security headers to every response, and answer 503 above the limit of concurrent requests."""

    def __init__(
        self, inner: ASGIApp, pages: PageRenderer | None = None, most: int = MAX_CONCURRENT_REQUESTS
    ) -> None:
        self._inner = inner
        self._headers = [(k.encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]
        self._full = _make_busy_app(pages) if pages else inner
        self._most = most
        self._within = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message.get("headers", [])}
                message["headers"] = [*message.get("headers", []), *self._select_missing_headers(own)]
                if b"cache-control" not in own and not (
                    scope["path"].startswith("/static/") and message["status"] in _CACHEABLE_STATUSES
                ):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        answering = self._inner if self._within < self._most else self._full
        self._within += 1
        try:
            await answering(scope, receive, send_with_headers)
        finally:
            self._within -= 1

    def _select_missing_headers(self, own: set[bytes]) -> list[tuple[bytes, bytes]]:
        """The headers that a page does not set itself. A page that may be framed sets its own policy."""
        if b"content-security-policy" in own:
            own = own | {b"x-frame-options"}  # its policy says this more exactly
        return [(name, value) for name, value in self._headers if name not in own]


def build_bad_request_page(pages: PageRenderer) -> Response:
    """The page for what is not an HTTP request, with the headers of every page."""
    page = pages.render_error("th", "garbled", 400)
    page.headers.update({**SECURITY_HEADERS, "cache-control": "no-store"})
    return page


def _make_busy_app(pages: PageRenderer) -> ASGIApp:
    """The ASGI app that answers above the limit of concurrent requests."""

    async def respond_busy(scope: Scope, receive: Receive, send: Send) -> None:
        page = pages.render_error(get_requested_lang(Request(scope)), "busy", 503)
        page.headers.update({"retry-after": "5", "connection": "close"})
        await page(scope, receive, send)

    return respond_busy
