"""ASGI middleware: security headers and limits around the pages, and webhooks that bypass them."""

from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.templating import PageRenderer, get_requested_lang


class WebhookBypass:
    """What platforms call, before the site: nobody looks at it, so it needs neither its layers nor its headers."""

    def __init__(self, routes: Iterable[BaseRoute], site: ASGIApp) -> None:
        self._ways = {route.path: route.app for route in routes if isinstance(route, Route)}
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        posted = scope["type"] == "http" and scope["method"] == "POST"
        way = self._ways.get(scope["path"], self._site) if posted else self._site
        await way(scope, receive, send)


SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MAX_CONCURRENT_REQUESTS = 400
"""Requests in work; who comes then is asked to wait a moment."""

_CACHEABLE_STATUSES = {200, 206, 304}


class SecurityMiddleware:
    """Puts the headers on everything that leaves, whatever made it, and asks who comes in a crowd to wait."""

    def __init__(
        self, inner: ASGIApp, pages: PageRenderer | None = None, most: int = MAX_CONCURRENT_REQUESTS
    ) -> None:
        self._inner = inner
        self._headers = [(k.encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]
        self._full = _make_busy_app(pages) if pages else inner
        self._most = most
        self._within = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""

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
        """The headers that a page does not bring itself: one that may be framed says by whom."""
        if b"content-security-policy" in own:
            own = own | {b"x-frame-options"}  # which its policy says more exactly
        return [(name, value) for name, value in self._headers if name not in own]


def build_bad_request_page(pages: PageRenderer) -> Response:
    """The page for what is no request at all, with the headers of every page."""
    shown = pages.render_error("th", "garbled", 400)
    shown.headers.update({**SECURITY_HEADERS, "cache-control": "no-store"})
    return shown


def _make_busy_app(pages: PageRenderer) -> ASGIApp:
    """What answers when too many ask at once."""

    async def respond_busy(scope: Scope, receive: Receive, send: Send) -> None:
        shown = pages.render_error(get_requested_lang(Request(scope)), "busy", 503)
        shown.headers.update({"retry-after": "5", "connection": "close"})
        await shown(scope, receive, send)

    return respond_busy
