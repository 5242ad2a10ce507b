"""The web: which address shows what, the headers of everything that leaves, and pages in Thai for what goes wrong."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.bootstrap import App
from bot.consultations.public_view import build_public_opinion
from bot.engine import utc_now
from bot.log import log_exception
from bot.publishing.releases import ReleaseContext
from bot.web.chat.routes import SERVICE_COOKIE, SERVICE_PATHS, SERVICE_TOPIC_PATHS, WebChat
from bot.web.html import text_to_html
from bot.web.officer.routes import OfficerPages
from bot.web.opinions import OpinionPages
from bot.web.qna_board import QnaBoard
from bot.web.statistics import StatisticsPages
from bot.web.templating import PageRenderer, get_requested_lang
from handlers.complaints.form import build_privacy_notice
from handlers.dialog.context import Context
from handlers.dialog.events import Channel, Event
from handlers.dialog.session import Session
from handlers.i18n import render_text
from handlers.service_desk import build_service_privacy_reply

STATIC_DIR = Path(__file__).parents[1] / "static"
_ERROR_PAGE_KEYS = {404: "lost", 405: "verb"}


def build_web_app(house: App, doors: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application of a house; doors: the routes that platforms call."""
    pages = PageRenderer(house.office)
    front = StaticPages(house, pages)
    routes: list[BaseRoute] = [
        Route("/", front.show_home),
        Route("/privacy", front.show_privacy),
        Route("/healthz", front.check_liveness),
        Route("/readyz", front.check_readiness),
        Mount("/static", StaticFiles(directory=STATIC_DIR)),
        *doors,
    ]
    chats = _build_chats(house, pages)
    routes += _build_public_routes(house, pages)
    for chat in chats:
        routes += [Route(path, chat.handle_request, methods=["GET", "POST"]) for path in chat.paths]
    if chats:
        routes.append(Route("/exit", _make_quick_exit_handler(house, chats)))
    if "complaints" in house.desks:
        desk = house.desks["complaints"]
        routes += OfficerPages(desk, pages).routes()
        routes += StatisticsPages(ReleaseContext(desk.paths, desk.store, house.office), pages).routes()
    application = Starlette(
        routes=routes,
        exception_handlers={HTTPException: front.handle_http_error, 500: front.handle_server_error},
    )
    application.router.redirect_slashes = False  # it would repeat the Host that was asked for
    return application


def _build_chats(house: App, pages: PageRenderer) -> list[WebChat]:
    """The talks of the desks that are here, each under its own paths and with its own cookie."""
    chats = []
    if "complaints" in house.desks:
        chats.append(WebChat(house.desks["complaints"], pages))
    if "service" in house.desks:
        own = {
            "paths": SERVICE_PATHS,
            "topic_paths": SERVICE_TOPIC_PATHS,
            "cookie_name": SERVICE_COOKIE,
            "offers_files": False,
        }
        chats.append(WebChat(house.desks["service"], pages, **own))  # type: ignore[arg-type]
    return chats


def _build_public_routes(house: App, pages: PageRenderer) -> list[BaseRoute]:
    """The public board and the results of public opinion, where the service desk is."""
    if "service" not in house.desks:
        return []
    board = QnaBoard(house, pages)
    return [
        Route("/qna", board.show_board),
        Route("/qna/feed.xml", board.serve_feed),
        Route("/qna/{id:str}", board.show_question),
        *OpinionPages(build_public_opinion(house), pages).routes(),
    ]


def _make_quick_exit_handler(
    house: App, chats: Sequence[WebChat]
) -> Callable[[Request], Awaitable[Response]]:
    """The quick exit: away at once, and the cookies of every desk with it."""

    async def handle_quick_exit(request: Request) -> Response:
        gone = RedirectResponse(house.office.exit_to, 303)
        for chat in chats:
            chat.delete_cookies(request, gone)
        return gone

    return handle_quick_exit


class StaticPages:
    """The pages that are only read."""

    def __init__(self, house: App, pages: PageRenderer) -> None:
        self._house = house
        self._pages = pages

    async def show_home(self, request: Request) -> Response:
        """The landing page. Until an address is set this is a trial, and the terminal is explained too."""
        address = self._house.settings.complaints.public_url
        here = "complaints" in self._house.desks
        return self._pages.render(
            "home.html",
            get_requested_lang(request),
            address=(address or "").rstrip("/"),
            reports=here or address is not None,
            trial=here and address is None,
            asks="service" in self._house.desks,
            alone="service" in self._house.desks and not here,
        )

    async def show_privacy(self, request: Request) -> Response:
        """The privacy notice of each desk that is here, as the web gives it, and what the pages leave behind."""
        lang = get_requested_lang(request)
        moment = Context(Event("", b"", Channel.WEB), Session(lang=lang), self._house.office, utc_now())
        desks = self._house.desks
        told = [build_privacy_notice(moment)] if "complaints" in desks or "service" not in desks else []
        told += [build_service_privacy_reply(moment)] if "service" in desks else []
        parts = [render_text(say, lang).partition("\n")[::2] for say in told]
        notices = [(heading, text_to_html(notice)) for heading, notice in parts]
        return self._pages.render("privacy.html", lang, notices=notices)

    async def check_liveness(self, _: Request) -> Response:
        """Say that the process is alive."""
        return PlainTextResponse("ok\n")

    async def check_readiness(self, _: Request) -> Response:
        """Say whether every desk's database answers."""
        try:
            for desk in self._house.desks.values():
                await desk.store.is_ready()
        except Exception as trouble:  # whatever it is, the answer to monitoring is no
            log_exception(trouble)
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ready\n")

    async def handle_http_error(self, request: Request, trouble: Exception) -> Response:
        """A page for what is not there or not allowed."""
        status = trouble.status_code if isinstance(trouble, HTTPException) else 500
        shown = self._pages.render_error(
            get_requested_lang(request), _ERROR_PAGE_KEYS.get(status, "fault"), status
        )
        shown.headers.update(getattr(trouble, "headers", None) or {})  # 405 must name what is allowed
        return shown

    async def handle_server_error(self, request: Request, trouble: Exception) -> Response:
        """A page for what broke; what it was goes to the log, without its words."""
        log_exception(trouble)
        return self._pages.render_error(get_requested_lang(request), "fault", 500)
