"""The web application: routes, and error pages in Thai and English."""

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
from bot.publishing.releases import build_release_context
from bot.rollup.directory import ChannelDirectory
from bot.web.channels import ChannelPages
from bot.web.chat.routes import SERVICE_COOKIE, SERVICE_PATHS, SERVICE_TOPIC_PATHS, WebChat
from bot.web.guideline import GuidelinePages
from bot.web.html import text_to_html
from bot.web.limits.upload_limits import UploadLimiter
from bot.web.officer.enrolment import EnrolmentPages
from bot.web.opinions import OpinionPages
from bot.web.participation import ParticipationPages
from bot.web.policies import allow_framing
from bot.web.qna_board import QnaBoard
from bot.web.readiness import ReadinessCheck
from bot.web.request import get_requested_lang
from bot.web.statistics import StatisticsPages
from bot.web.templating import PageRenderer
from bot.web.workspace.routes import build_workspace_routes
from handlers.complaints.form import build_privacy_notice
from handlers.dialog.context import Context
from handlers.dialog.events import DEFAULT_LANG, Channel, Event, Lang
from handlers.dialog.session import Session
from handlers.i18n import render_text
from handlers.office_notices import list_office_notices
from handlers.service_desk import build_service_privacy_reply

STATIC_DIR = Path(__file__).parents[1] / "static"
_ERROR_PAGE_KEYS = {404: "lost", 405: "verb"}


def build_web_app(app: App, platform_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """Build the web application of an office.

    platform_routes: the webhook routes that the chat platforms call.
    """
    pages = PageRenderer(app.office)
    channels = ChannelPages(ChannelDirectory(app.office, app.settings), pages)
    front = StaticPages(app, pages, channels)
    routes: list[BaseRoute] = [
        Route("/", front.show_home),
        Route("/privacy", front.show_privacy),
        Route("/card", front.show_card),
        Route("/healthz", front.check_liveness),
        Route("/readyz", front.check_readiness),
        Mount("/static", StaticFiles(directory=STATIC_DIR)),
        *channels.routes(),
        *platform_routes,
    ]
    chats = _build_chats(app, pages)
    routes += GuidelinePages(pages, app.settings.complaints.public_url or "").routes()
    routes += _build_public_routes(app, pages)
    for chat in chats:
        routes += [Route(path, chat.handle_request, methods=["GET", "POST"]) for path in chat.paths]
    if chats:
        routes.append(Route("/exit", _make_quick_exit_handler(app, chats)))
    routes += EnrolmentPages(app.desks.values(), pages).routes()
    addresses = {name: app.settings.desk(name).public_url or "" for name in app.desks}
    routes += build_workspace_routes(app.desks.values(), pages, app.decoders, addresses)
    for desk in app.desks.values():
        routes += StatisticsPages(build_release_context(app, desk), pages).routes()
    application = Starlette(
        routes=routes,
        exception_handlers={HTTPException: front.handle_http_error, 500: front.handle_server_error},
    )
    application.router.redirect_slashes = False  # a redirect would repeat the Host header of the request
    return application


def _build_chats(app: App, pages: PageRenderer) -> list[WebChat]:
    """The chat pages of each desk that runs here, each with its own paths and its own cookie."""
    chats = []
    upload_limiter = UploadLimiter()  # of both: half of the requests of the whole server
    if "complaints" in app.desks:
        chats.append(WebChat(app.desks["complaints"], pages, upload_limiter=upload_limiter))
    if "service" in app.desks:
        own = {
            "paths": SERVICE_PATHS,
            "topic_paths": SERVICE_TOPIC_PATHS,
            "cookie_name": SERVICE_COOKIE,
            "upload_limiter": upload_limiter,
        }
        chats.append(WebChat(app.desks["service"], pages, **own))  # type: ignore[arg-type]
    return chats


def _build_public_routes(app: App, pages: PageRenderer) -> list[BaseRoute]:
    """The routes of the Q&A board and of the results of consultations, if the service desk runs here."""
    if "service" not in app.desks:
        return []
    board, opinion = QnaBoard(app, pages), build_public_opinion(app)
    return [
        Route("/qna", board.show_board),
        Route("/qna/feed.xml", board.serve_feed),
        Route("/qna/{id:str}", board.show_question),
        *OpinionPages(opinion, pages).routes(),
        *ParticipationPages(app.desks["service"].store, opinion, pages).routes(),
    ]


def _make_quick_exit_handler(app: App, chats: Sequence[WebChat]) -> Callable[[Request], Awaitable[Response]]:
    """The quick exit: redirect to the office's exit page and delete the cookies of every desk."""

    async def handle_quick_exit(request: Request) -> Response:
        response = RedirectResponse(app.office.exit_to, 303)
        for chat in chats:
            chat.delete_cookies(request, response)
        return response

    return handle_quick_exit


class StaticPages:
    """The pages without a dialogue, the health checks and the error pages."""

    def __init__(self, app: App, pages: PageRenderer, channels: ChannelPages) -> None:
        self._app = app
        self._pages, self._channels = pages, channels
        self._readiness = ReadinessCheck(tuple(app.desks.values()))

    async def show_home(self, request: Request) -> Response:
        """The home page."""
        lang = get_requested_lang(request)
        address = self._app.settings.complaints.public_url
        here = "complaints" in self._app.desks
        return self._pages.render(
            "home.html",
            lang,
            address=(address or "").rstrip("/"),
            reports=here or address is not None,
            asks="service" in self._app.desks,
            alone="service" in self._app.desks and not here,
            listed=await self._channels.load_view(lang),
            notices=self._list_notices(lang),
        )

    def _list_notices(self, lang: Lang) -> list[str]:
        """What the desks that run here say to everybody now, each notice once."""
        now = utc_now()
        offices = [desk.store.get_office(self._app.office) for desk in self._app.desks.values()]
        notices = [
            one for office in offices or [self._app.office] for one in list_office_notices(office, now, lang)
        ]
        return list(dict.fromkeys(render_text(one, lang) for one in notices))

    async def show_card(self, request: Request) -> Response:
        """Both desks' ways, small, for a frame of the office's website."""
        address, lang = self._app.settings.complaints.public_url, get_requested_lang(request)
        page = self._pages.render(
            "card.html",
            lang,
            address=(address or "").rstrip("/"),
            reports="complaints" in self._app.desks or address is not None,
            asks="service" in self._app.desks,
            more="" if lang == DEFAULT_LANG else f"?lang={lang}",
        )
        return allow_framing(page, self._app.office.website)

    async def show_privacy(self, request: Request) -> Response:
        """The privacy notice of each desk that runs here, and what the web pages themselves store."""
        lang = get_requested_lang(request)
        ctx = Context(Event("", b"", Channel.WEB), Session(lang=lang), self._app.office, utc_now())
        desks = self._app.desks
        replies = [build_privacy_notice(ctx)] if "complaints" in desks or "service" not in desks else []
        replies += [build_service_privacy_reply(ctx)] if "service" in desks else []
        parts = [render_text(reply, lang).partition("\n")[::2] for reply in replies]
        notices = [(heading, text_to_html(notice)) for heading, notice in parts]
        return self._pages.render("privacy.html", lang, notices=notices)

    async def check_liveness(self, _: Request) -> Response:
        """Answer that the process is alive (no database access)."""
        return PlainTextResponse("ok\n")

    async def check_readiness(self, _: Request) -> Response:
        """Answer 200 if something can be written and read on every desk, else 503."""
        if await self._readiness.is_ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", 503)

    async def handle_http_error(self, request: Request, error: Exception) -> Response:
        """Render an error page for an HTTP error such as 404 or 405."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        page = self._pages.render_error(
            get_requested_lang(request), _ERROR_PAGE_KEYS.get(status, "fault"), status
        )
        page.headers.update(getattr(error, "headers", None) or {})  # a 405 must carry its Allow header
        return page

    async def handle_server_error(self, request: Request, error: Exception) -> Response:
        """Render the page for an unhandled exception. The exception is logged without its message."""
        log_exception(error)
        return self._pages.render_error(get_requested_lang(request), "fault", 500)
