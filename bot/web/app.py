"""The web: which address shows what, the headers of everything that leaves, and pages in Thai for what goes wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import log
from bot.bootstrap import App
from bot.consultations.public_view import hearing_at
from bot.engine import utc_now
from bot.publishing.releases import ReleaseContext
from bot.web import html as markup
from bot.web.chat.routes import SERVICE_COOKIE, SERVICE_HOME, SERVICE_PATHS, WebChat
from bot.web.officer.routes import OfficerPages
from bot.web.opinions import OpinionPages
from bot.web.qna_board import QnaBoard
from bot.web.statistics import StatisticsPages
from bot.web.templating import PageRenderer, asked_lang
from handlers import i18n as wording
from handlers import service_desk as counter
from handlers.complaints import form as complaint
from handlers.dialog.context import Context
from handlers.dialog.events import Channel, Event, Session

STATIC = Path(__file__).parents[1] / "static"
HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MOST_AT_ONCE = 400
"""Requests in work; who comes then is asked to wait a moment."""

_KEPT = {200, 206, 304}
_SORRY = {404: "lost", 405: "verb"}


def site(house: App, doors: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application of a house; doors: the routes that platforms call."""
    pages = PageRenderer(house.office)
    front = StaticPages(house, pages)
    routes: list[BaseRoute] = [
        Route("/", front.home),
        Route("/privacy", front.privacy),
        Route("/healthz", front.alive),
        Route("/readyz", front.ready),
        Mount("/static", StaticFiles(directory=STATIC)),
        *doors,
    ]
    chats = _chats(house, pages)
    routes += _boards(house, pages)
    for chat in chats:
        routes += [Route(path, chat.talk, methods=["GET", "POST"]) for path in chat.paths]
    if chats:
        routes.append(Route("/exit", _leaving(house, chats)))
    if "complaints" in house.desks:
        desk = house.desks["complaints"]
        routes += OfficerPages(desk, pages).routes()
        routes += StatisticsPages(ReleaseContext(desk.place, desk.store, house.office), pages).routes()
    application = Starlette(routes=routes, exception_handlers={HTTPException: front.sorry, 500: front.fault})
    application.router.redirect_slashes = False  # it would repeat the Host that was asked for
    return application


def _chats(house: App, pages: PageRenderer) -> list[WebChat]:
    """The talks of the desks that are here, each under its own paths and with its own cookie."""
    chats = []
    if "complaints" in house.desks:
        chats.append(WebChat(house.desks["complaints"], pages))
    if "service" in house.desks:
        own = {"paths": SERVICE_PATHS, "home": SERVICE_HOME, "cookie": SERVICE_COOKIE, "attaches": False}
        chats.append(WebChat(house.desks["service"], pages, **own))  # type: ignore[arg-type]
    return chats


def _boards(house: App, pages: PageRenderer) -> list[BaseRoute]:
    """The public board and the results of public opinion, where the service desk is."""
    if "service" not in house.desks:
        return []
    board = QnaBoard(house, pages)
    return [
        Route("/qna", board.page),
        Route("/qna/feed.xml", board.feed),
        Route("/qna/{id:str}", board.one),
        *OpinionPages(hearing_at(house), pages).routes(),
    ]


def _leaving(house: App, chats: Sequence[WebChat]) -> Callable[[Request], Awaitable[Response]]:
    """The quick exit: away at once, and the cookies of every desk with it."""

    async def leave(request: Request) -> Response:
        gone = RedirectResponse(house.office.exit_to, 303)
        for chat in chats:
            chat.forget(request, gone)
        return gone

    return leave


class StaticPages:
    """The pages that are only read."""

    def __init__(self, house: App, pages: PageRenderer) -> None:
        self._house = house
        self._pages = pages

    async def home(self, request: Request) -> Response:
        """The landing page. Until an address is set this is a trial, and the terminal is explained too."""
        address = self._house.settings.complaints.public_url
        here = "complaints" in self._house.desks
        return self._pages.shown(
            "home.html",
            asked_lang(request),
            address=(address or "").rstrip("/"),
            reports=here or address is not None,
            trial=here and address is None,
            asks="service" in self._house.desks,
            alone="service" in self._house.desks and not here,
        )

    async def privacy(self, request: Request) -> Response:
        """The privacy notice of each desk that is here, as the web gives it, and what the pages leave behind."""
        lang = asked_lang(request)
        moment = Context(Event("", b"", Channel.WEB), Session(lang=lang), self._house.office, utc_now())
        desks = self._house.desks
        told = [complaint.pdpa(moment)] if "complaints" in desks or "service" not in desks else []
        told += [counter.privacy(moment)] if "service" in desks else []
        parts = [wording.text(say, lang).partition("\n")[::2] for say in told]
        notices = [(heading, markup.html(notice)) for heading, notice in parts]
        return self._pages.shown("privacy.html", lang, notices=notices)

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
        shown = self._pages.sorry(asked_lang(request), _SORRY.get(status, "fault"), status)
        shown.headers.update(getattr(trouble, "headers", None) or {})  # 405 must name what is allowed
        return shown

    async def fault(self, request: Request, trouble: Exception) -> Response:
        """A page for what broke; what it was goes to the log, without its words."""
        log.fault(trouble)
        return self._pages.sorry(asked_lang(request), "fault", 500)


class SecurityMiddleware:
    """Puts the headers on everything that leaves, whatever made it, and asks who comes in a crowd to wait."""

    def __init__(self, inner: ASGIApp, pages: PageRenderer | None = None, most: int = MOST_AT_ONCE) -> None:
        self._inner = inner
        self._headers = [(k.encode(), v.encode()) for k, v in HEADERS.items()]
        self._full = _full(pages) if pages else inner
        self._most = most
        self._within = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message.get("headers", [])}
                message["headers"] = [*message.get("headers", []), *self._beside(own)]
                if b"cache-control" not in own and not (
                    scope["path"].startswith("/static/") and message["status"] in _KEPT
                ):
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        answering = self._inner if self._within < self._most else self._full
        self._within += 1
        try:
            await answering(scope, receive, guarded)
        finally:
            self._within -= 1

    def _beside(self, own: set[bytes]) -> list[tuple[bytes, bytes]]:
        """The headers that a page does not bring itself: one that may be framed says by whom."""
        if b"content-security-policy" in own:
            own = own | {b"x-frame-options"}  # which its policy says more exactly
        return [(name, value) for name, value in self._headers if name not in own]


def refusal(pages: PageRenderer) -> Response:
    """The page for what is no request at all, with the headers of every page."""
    shown = pages.sorry("th", "garbled", 400)
    shown.headers.update({**HEADERS, "cache-control": "no-store"})
    return shown


def _full(pages: PageRenderer) -> ASGIApp:
    """What answers when too many ask at once."""

    async def full(scope: Scope, receive: Receive, send: Send) -> None:
        shown = pages.sorry(asked_lang(Request(scope)), "busy", 503)
        shown.headers.update({"retry-after": "5", "connection": "close"})
        await shown(scope, receive, send)

    return full
