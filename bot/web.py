"""The web: the landing page, what monitoring asks, and pages in Thai for everything that goes wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import log
from bot.app import House
from handlers import wording
from handlers.turn import Lang, Say

HERE = Path(__file__).parent

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_SORRY = {404: "lost", 405: "verb"}


def site(opened: House, doors: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application of a house; doors: the routes that platforms call."""
    pages = Pages(opened)
    routes = [
        Route("/", pages.home),
        Route("/healthz", pages.alive),
        Route("/readyz", pages.ready),
        Mount("/static", StaticFiles(directory=HERE / "static")),
        *doors,
    ]
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: pages.sorry, 500: pages.fault},
    )


class Pages:
    """What is shown. Every word comes from the wording or from office.toml."""

    def __init__(self, opened: House) -> None:
        self._house = opened
        loader = FileSystemLoader(HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
        )

    async def home(self, request: Request) -> Response:
        """The landing page."""
        return self._page(request, "home.html", "page.title")

    async def alive(self, _: Request) -> Response:
        """Say that the process is alive."""
        return PlainTextResponse("ok\n")

    async def ready(self, _: Request) -> Response:
        """Say whether every desk's database answers."""
        try:
            for desk in self._house.desks.values():
                await desk.store.ready()
        except Exception as trouble:  # whatever it is, the answer to monitoring is no
            log.fault(trouble)
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ready\n")

    async def sorry(self, request: Request, trouble: Exception) -> Response:
        """A page for what is not there or not allowed."""
        status = trouble.status_code if isinstance(trouble, HTTPException) else 500
        shown = self._sorry(request, _SORRY.get(status, "fault"), status)
        shown.headers.update(getattr(trouble, "headers", None) or {})  # 405 must name what is allowed
        return shown

    async def fault(self, request: Request, trouble: Exception) -> Response:
        """A page for what broke; what it was goes to the log, without its words."""
        log.fault(trouble)
        return self._sorry(request, "fault", 500)

    def _sorry(self, request: Request, what: str, status: int) -> Response:
        return self._page(request, "sorry.html", f"page.{what}_title", status, words=f"page.{what}")

    def _page(self, request: Request, name: str, title: str, status: int = 200, **more: str) -> Response:
        lang: Lang = "en" if request.query_params.get("lang") == "en" else "th"

        def say(key: str) -> str:
            return wording.text(Say(key), lang)

        shown = self._templates.get_template(name).render(
            lang=lang,
            other="th" if lang == "en" else "en",
            office=self._house.office,
            title=say(title),
            say=say,
            **more,
        )
        return HTMLResponse(shown, status, headers={"cache-control": "no-store"})


class Guarded:
    """Puts the headers on everything that leaves, whatever made it."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._headers = [(k.encode(), v.encode()) for k, v in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._inner(scope, receive, guarded)
