"""Routes of the workspace: every request of a view is authorized anew, and every form is a command of the desk."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias, assert_never

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.decoding.pool import DecoderPool
from bot.web.case_files.viewing import FileViewing
from bot.web.multipart import FormData
from bot.web.officer.responses import OFFICER_PAGE_HEADERS, OfficerResponses, reject_files
from bot.web.officer.session import OfficerSession, delete_officer_cookie
from bot.web.request import get_requested_lang, handle_form_page
from bot.web.templating import PageRenderer
from bot.web.workspace.actions import WorkspaceActions, make_submission_id
from bot.web.workspace.addresses import (
    NEWS,
    WORKSPACE_COOKIE,
    WORKSPACE_PATH,
    find_shown_address,
    get_desk_path,
    get_view_path,
    make_shown_address,
)
from bot.web.workspace.case import CaseWorkPages
from bot.web.workspace.command_tables import get_command_table
from bot.web.workspace.inbox import InboxPages
from bot.web.workspace.office_views import OfficeViews
from bot.web.workspace.open_session import (
    FormResult,
    OpenWorkspace,
    ShownReply,
    WorkspaceOutcome,
    find_leads_to,
    has_page_action,
)
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers.activity_pictures import ActivityPictures
from bot.web.workspace.papers.case_papers import CasePapers
from bot.web.workspace.passkeys.ceremony import find_passkey_party
from bot.web.workspace.passkeys.pages import PasskeyPages
from bot.web.workspace.sent_forms import RecalledForms, make_sent_form, show_own_form
from bot.web.workspace.service_views import PICTURE_ROUTE, ServiceViews
from bot.web.workspace.sessions import SessionsView
from bot.web.workspace.sign_in import FORMER_LINK, MAX_SIGN_IN_CODE_LENGTH, SignInPages
from handlers.dialog.effects import Answer, Decision
from handlers.dialog.replies import OfficerPageAction, Phrase
from handlers.dialog.session import Session
from handlers.staff.workspace.commands import give_command, may_show_content
from handlers.staff.workspace.sent_forms import keep_sent_form
from handlers.staff.workspace.sign_in import (
    WorkspaceRequest,
    enter_factor,
    find_workspace_session,
    sign_out,
)
from handlers.staff.workspace.views import (
    WORKSPACE_VIEWS,
    WorkspaceDesk,
    WorkspaceView,
    list_menu,
    may_open_view,
)
from handlers.thai.dates import get_fiscal_year, to_bangkok_date
from storage.errors import StorageError

PageHandler: TypeAlias = Callable[[Request], Awaitable[Response]]
FORMER_PATH = "/officer/{rest:path}"
"""Where the pages of one case were that the workspace replaced."""


def build_workspace_routes(
    desks: Iterable[RunningDesk],
    pages: PageRenderer,
    decoders: DecoderPool,
    addresses: Mapping[WorkspaceDesk, str],
) -> list[BaseRoute]:
    """The routes of the workspaces of the desks that run here, and of the page that chooses one.

    addresses: the public address of each desk that has one.
    """
    responses, running = OfficerResponses(pages), tuple(desks)

    async def choose_desk(request: Request) -> Response:
        """Choose a desk. It reads no cookie, and says the same to everybody."""
        names = [desk.name for desk in running]
        return responses.render("workspace/choose.html", get_requested_lang(request), desks=names)

    async def lead_from_former_address(_: Request) -> Response:
        """Lead from the page that officers had before; nothing of its address is kept."""
        return RedirectResponse(f"{get_desk_path('complaints')}?{FORMER_LINK}", 303)

    routes: list[BaseRoute] = [Route(WORKSPACE_PATH, choose_desk)]
    if any(desk.name == "complaints" for desk in running):
        routes.append(Route(FORMER_PATH, lead_from_former_address, methods=["GET", "POST"]))
    for desk in running:
        routes += DeskWorkspace(desk, pages, responses, decoders, addresses.get(desk.name, "")).routes()
    return routes


class DeskWorkspace:
    """The workspace of one desk."""

    def __init__(
        self, desk: RunningDesk, renderer: PageRenderer, responses: OfficerResponses, decoders: DecoderPool,
        public_url: str,
    ) -> None:  # fmt: skip
        self._desk, self._renderer, self._responses = desk, renderer, responses
        self._pages = WorkspacePages(desk.name, responses)
        party = find_passkey_party(public_url)
        self._passkeys = PasskeyPages(desk, renderer.office, self._pages, party)
        self._sign_in = SignInPages(desk, renderer.office, self._pages, self._passkeys)
        self._table = get_command_table(desk.name)
        self._recall = RecalledForms(desk.name, self._table, self._pages)
        self._sessions, self._inbox = SessionsView(self._pages, self._passkeys), InboxPages(self._pages)
        viewing = FileViewing(desk, responses, decoders)
        self._cases = CaseWorkPages(self._pages, viewing)
        self._papers = CasePapers(desk, renderer.office, self._pages, viewing, public_url)
        self._pictures = ActivityPictures(desk, self._pages, decoders)
        self._service, self._office = ServiceViews(self._pages), OfficeViews(self._pages)

    def routes(self) -> list[BaseRoute]:
        """The routes below the desk's path."""
        path, both = get_desk_path(self._desk.name), ["GET", "POST"]
        pages: list[tuple[str, PageHandler, list[str]]] = [
            (path, self.show_home, ["GET"]),
            (f"{path}/open/{{secret:str}}", self._handle_link, both),
            (f"{path}/leave", self.leave, ["POST"]),
            (f"{path}/{NEWS}", self.count_news, ["GET"]),
            self._passkeys.make_route(self._open_now, self._sign_in.render_sign_in),
            (f"{path}/{{view:str}}", self.handle_view, both),
            (f"{path}/{{view:str}}/{{year:int}}/{{number:int}}", self.handle_view, both),
        ]
        if self._desk.name == "complaints":
            case = f"{path}/{WorkspaceView.CASE}/{{year:int}}/{{number:int}}"
            export = f"{path}/{WorkspaceView.EXPORT}/{{year:int}}/{{number:int}}"
            ways = (("file", "GET"), ("play", "GET"), ("picture", "GET"), ("original", "POST"))
            pages += [(f"{case}/{way}/{{key:str}}", self._serve_file, [method]) for way, method in ways]
            papers = (
                (f"{export}/paper", WorkspaceView.EXPORT, self._papers.serve_export),
                (f"{export}/letter", WorkspaceView.EXPORT, self._papers.serve_letter),
                (f"{path}/slip/print", WorkspaceView.SLIP, self._papers.serve_slip),
            )
            pages += [(at, self._serve_paper(view, serve), ["GET"]) for at, view, serve in papers]
            pages.insert(3, (f"{path}/{WorkspaceView.IMPORT}", self._handle_import, ["POST"]))
        if self._desk.name == "service":
            pages.append((f"{path}/{PICTURE_ROUTE}", self._handle_picture, both))
        return [Route(at, self._wrap_errors(handle), methods=methods) for at, handle, methods in pages]

    def _wrap_errors(self, page: PageHandler) -> PageHandler:
        async def handle_request(request: Request) -> Response:
            return await handle_form_page(request, page, self._renderer, "th")

        return handle_request

    def _read_cookie(self, request: Request) -> OfficerSession | None:
        return OfficerSession.from_request(request, WORKSPACE_COOKIE, self._desk.store.keyring)

    async def _open(
        self, http: Request, cookie: OfficerSession | None, form: FormData | None = None
    ) -> OpenWorkspace | None:
        """Return the session of a cookie, read anew; None where it has ended."""
        if cookie is None:
            return None
        mark = cookie.token_hash
        office = self._desk.store.get_office(self._renderer.office)
        actions = WorkspaceActions(self._desk.engine, office, mark, mark)
        found = await actions.decide(find_workspace_session)
        if found is None:
            return None
        return OpenWorkspace(http, form, cookie, actions, self._table, await actions.make_request(), found)

    async def _open_now(self, request: Request) -> OpenWorkspace | None:
        return await self._open(request, self._read_cookie(request))

    async def show_home(self, request: Request) -> Response:
        """Lead to the first view of the person's role, or show how to sign in."""
        opened = await self._open_now(request)
        if opened is None:
            return self._sign_in.render_sign_in(request)
        home = list_menu(self._desk.name, opened.found.staff.role)[0]
        return RedirectResponse(get_view_path(self._desk.name, home), 303)

    async def _handle_link(self, request: Request) -> Response:
        """Handle a link from a chat, which asks for no code where one was given in this session a while ago."""
        opened = await self._open_now(request)
        is_recent = opened is not None and may_show_content(opened.request)
        return await self._sign_in.handle_link(request, opened if is_recent else None)

    async def count_news(self, request: Request) -> Response:
        """Say how many things are new, to a page that asks once a minute. It only reads, and says no more."""
        opened = await self._open(request, self._read_cookie(request))
        if opened is None:
            return JSONResponse({}, 401, OFFICER_PAGE_HEADERS)
        return JSONResponse({"count": await opened.count_news(self._desk.name)}, headers=OFFICER_PAGE_HEADERS)

    async def handle_view(self, request: Request) -> Response:
        """Show a view, after the command of its form where one was sent."""
        cookie = self._read_cookie(request)
        filled = None
        if request.method == "POST":
            filled = await self._responses.read_form(request, cookie, reject_files)
        opened = await self._open(request, cookie, filled)
        if opened is None:
            return self._sign_in.render_sign_in(
                request, 401 if filled else 200, filled.get_text("text") if filled else ""
            )
        view = self._find_view(request, opened)
        if view is None:
            return self._pages.render("workspace/not_allowed.html", opened, status=403)
        if filled is None:
            return await self._show_view(view, *await self._recall.recall(opened, view))
        if leads_to := self._find_shown_address(filled):
            return RedirectResponse(leads_to, 303)
        return await self._send_form(view, opened, filled)

    async def _show_view(
        self, view: WorkspaceView, opened: OpenWorkspace, outcome: WorkspaceOutcome
    ) -> Response:
        opened = replace(opened, news=await opened.count_news(self._desk.name))
        if WORKSPACE_VIEWS[view].needs_factor and not may_show_content(opened.request):
            return self._ask_factor(view, opened, outcome)
        return await self._render_view(view, opened, outcome)

    def _ask_factor(self, view: WorkspaceView, opened: OpenWorkspace, outcome: WorkspaceOutcome) -> Response:
        offered = self._passkeys.offer_factor(opened)
        return self._pages.render("workspace/factor.html", opened, view, outcome, passkey=offered)

    async def _serve_file(self, request: Request) -> Response:
        """Serve a file of a case to who may read that case, within the time of the second factor."""
        opened = await self._open_now(request)
        if opened is None or not may_open_view(WorkspaceView.CASE, self._desk.name, opened.found.staff.role):
            given = (
                None
                if request.method == "GET"
                else await self._responses.read_form(request, None, reject_files)
            )
            return self._sign_in.render_sign_in(request, 401, given.get_text("text") if given else "")
        if not may_show_content(opened.request):
            return RedirectResponse(request.url.path.rsplit("/", 2)[0], 303)
        return await self._cases.serve_file(opened, request.url.path.rsplit("/", 2)[1])

    async def _handle_import(self, request: Request) -> Response:
        """Handle a form of the import of a register, whose file is read only where content may be shown."""
        opened = await self._open_now(request)
        may_import = opened is not None and may_open_view(
            WorkspaceView.IMPORT, self._desk.name, opened.found.staff.role
        )
        if opened is None or not may_import or not may_show_content(opened.request):
            return await self.handle_view(request)  # asks for the second factor, or takes it
        return await self._papers.imports.handle_form(opened)

    async def _handle_picture(self, request: Request) -> Response:
        """Handle a form of an activity's pictures."""
        opened = await self._open_now(request)
        if opened is None:
            return self._sign_in.render_sign_in(request, 401)
        return await self._pictures.handle_request(opened, self._service)

    def _serve_paper(
        self, view: WorkspaceView, serve: Callable[[OpenWorkspace], Awaitable[Response]]
    ) -> PageHandler:
        """Return the handler of what a view fetches: with the rights of the view, within the time of the factor.

        After that time it leads to the view, which asks for the factor, with what was chosen there.
        """

        async def handle_request(request: Request) -> Response:
            opened = await self._open_now(request)
            if opened is None:
                return self._sign_in.render_sign_in(request, 401)
            if not may_open_view(view, self._desk.name, opened.found.staff.role):
                return self._pages.render("workspace/not_allowed.html", opened, status=403)
            if not may_show_content(opened.request):
                at = request.url.path.rpartition("/")[0]
                return RedirectResponse(f"{at}?{request.url.query}".rstrip("?"), 303)
            return await serve(opened)

        return handle_request

    def _find_shown_address(self, filled: FormData) -> str:
        """Return the address of the view that a form's command only shows; empty where it does anything else."""
        command = self._table.parse(filled.get_text("given"))
        typed = filled.get_text("text").strip()
        whole = self._table.complete(command, typed) if command is not None and typed else command
        year = get_fiscal_year(to_bangkok_date(self._desk.engine.now()))
        return find_shown_address(self._desk.name, whole, year) if whole is not None else ""

    def _find_view(self, request: Request, opened: OpenWorkspace) -> WorkspaceView | None:
        """Return the view of an address; None where there is none that this person may open."""
        name = request.path_params["view"]
        view = next((one for one in WorkspaceView if one.value == name), None)
        if view is None or WORKSPACE_VIEWS[view].has_number is not ("number" in request.path_params):
            return None
        return view if may_open_view(view, self._desk.name, opened.found.staff.role) else None

    async def _render_view(
        self, view: WorkspaceView, opened: OpenWorkspace, outcome: WorkspaceOutcome
    ) -> Response:
        match view:
            case WorkspaceView.SESSIONS:
                return await self._sessions.render(opened, outcome)
            case WorkspaceView.INBOX:
                return await self._inbox.render(opened, outcome)
            case WorkspaceView.CASE:
                return await self._cases.render(opened, outcome)
            case (
                WorkspaceView.QUESTIONS
                | WorkspaceView.QUESTION
                | WorkspaceView.FAQ
                | WorkspaceView.FAQ_ENTRY
                | WorkspaceView.CONSULTATIONS
                | WorkspaceView.CONSULTATION
                | WorkspaceView.ACTIVITY
                | WorkspaceView.OPINIONS
            ):
                return await self._service.render(view, opened, outcome)
            case WorkspaceView.FIGURES | WorkspaceView.TRAIL | WorkspaceView.PEOPLE | WorkspaceView.SETTINGS:
                return await self._office.render(view, opened, outcome)
            case WorkspaceView.EXPORT | WorkspaceView.SLIP | WorkspaceView.DIGITS | WorkspaceView.IMPORT:
                return await self._papers.render(view, opened)
            case WorkspaceView.START:
                return self._pages.render("workspace/empty.html", opened, view, outcome)
            case _:
                assert_never(view)

    async def _send_form(self, view: WorkspaceView, opened: OpenWorkspace, filled: FormData) -> Response:
        """Do what a form asks for, and lead to the page that shows what came of it: a page to come back to."""
        given, text = filled.get_text("given"), filled.get_text("text")
        if not opened.cookie.has_issued(filled.get_text("csrf")):
            return await self._show_view(view, opened, self._note(opened, "officer.stale", 403, given, text))
        try:
            result = await self._run_form(opened, filled)
        except StorageError as error:
            self._desk.engine.on_error(error)
            return await self._show_view(
                view, opened, self._note(opened, "officer.unsaved", 503, given, text)
            )
        if result.leads_to:
            return RedirectResponse(f"{get_desk_path(self._desk.name)}/{result.leads_to}", 303)
        if not result.is_closed:
            return RedirectResponse(make_shown_address(opened.http, result.submission), 303)
        if text:
            return self._sign_in.render_sign_in(opened.http, 401, text)
        return RedirectResponse(get_desk_path(self._desk.name), 303)

    async def _run_form(self, opened: OpenWorkspace, filled: FormData) -> FormResult:
        """Run a form: a code of the second factor, the end of a session, a command, or a view's own form."""
        token, given, text = filled.get_text("csrf"), filled.get_text("given"), filled.get_text("text")
        code, ended = filled.get_text("code")[:MAX_SIGN_IN_CODE_LENGTH], filled.get_text("end")

        def run(
            name: str, build: Callable[[WorkspaceRequest], Decision]
        ) -> Awaitable[tuple[Answer, Session]]:
            form = make_sent_form(opened, filled, name)
            keep = partial(keep_sent_form, self._table, form)
            return opened.actions.execute_once(name, build, keep)

        if ended:
            name = f"{token} end {ended}"
            is_closed = await self._sessions.end(opened, ended, partial(run, name))
            return FormResult(make_submission_id(name), is_closed)
        if code:
            name = f"{token} factor {code}"
            answer, _ = await run(name, lambda v: enter_factor(v, code))
            if not has_page_action(answer, OfficerPageAction.ENTER):
                return FormResult(make_submission_id(name), has_page_action(answer, OfficerPageAction.CLOSE))
            if not given:
                return FormResult()
        if not given:  # a view has fields of its own
            name = f"{token} look {sorted(filled.fields.items())}"
            await run(name, show_own_form)
            return FormResult(make_submission_id(name))
        name = f"{token} {given} {text}"
        answer, _ = await run(name, lambda v: give_command(self._table, v, given, text))
        is_closed = has_page_action(answer, OfficerPageAction.CLOSE)
        return FormResult(make_submission_id(name), is_closed, find_leads_to(answer))

    def _note(self, opened: OpenWorkspace, key: str, status: int, given: str, text: str) -> WorkspaceOutcome:
        """An outcome that only says something; what was typed is given back."""
        words = self._pages.translate(Phrase(key), opened.lang)
        return WorkspaceOutcome((ShownReply(words),), None, given, text, status=status)

    async def leave(self, request: Request) -> Response:
        """Sign out: the session ends in every tab."""
        cookie = self._read_cookie(request)
        filled = await self._responses.read_form(request, cookie, reject_files)
        opened = await self._open(request, cookie)
        if opened is not None and cookie is not None and cookie.has_issued(filled.get_text("csrf")):
            token, mark = filled.get_text("csrf"), cookie.token_hash
            await opened.actions.execute_once(f"{token} leave", lambda v: sign_out(v, mark))
        page = RedirectResponse(get_desk_path(self._desk.name), 303)
        delete_officer_cookie(page, WORKSPACE_COOKIE, get_desk_path(self._desk.name), request)
        return page
