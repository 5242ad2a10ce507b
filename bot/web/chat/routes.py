"""The web door: a talk page by page, by the same engine as everywhere, with JavaScript off."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.engine import EngineAnswer, build_error_answer
from bot.web.chat.form_events import form_to_events, is_unsent_text
from bot.web.chat.session import BrowserSession, FormToken, StartCommand
from bot.web.chat.unsent_text import UnsentTextCache
from bot.web.chat.view_model import build_chat_view, merge_form_answers
from bot.web.multipart import FormData, parse_form
from bot.web.rate_limit import RateLimiter
from bot.web.templating import PageRenderer, get_requested_lang
from bot.web.upload_limits import UploadError, UploadLimiter
from handlers.complaints_desk import KEEPALIVE_CHOICE
from handlers.consultations.respond import CONSULTATION_LINK_PREFIX, is_at_consultation_link
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang
from handlers.dialog.replies import Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import render_text
from storage.errors import StorageError

COMPLAINTS_COOKIE = "c"
COMPLAINTS_PATHS: Mapping[str, StartCommand] = {"/report": "report", "/track": "track"}
COMPLAINTS_TOPIC_PATHS: Mapping[DialogTopic, str] = {
    DialogTopic.REPORT: "/report",
    DialogTopic.CONFIRM: "/report",
    DialogTopic.TRACK: "/track",
}
"""The page that a talk belongs to. A menu belongs to none, and stays where it came up."""

SERVICE_COOKIE = "s"
SERVICE_PATHS: Mapping[str, StartCommand] = {"/ask": "ask", "/opinion": "opinion"}
SERVICE_TOPIC_PATHS: Mapping[DialogTopic, str] = {
    DialogTopic.ASK: "/ask",
    DialogTopic.THREAD: "/ask",
    DialogTopic.OPINION: "/opinion",
}
"""The same of the service desk: other paths and another cookie, so that neither desk's pages see the other's."""

CONSULTATION_CODE_LENGTH = 6
"""Letters of a consultation's code."""

MAX_FORM_EVENTS = 9
"""Of one form: a command, a text, five files and what was left of them, and a choice."""


@dataclass
class PageState:
    """What goes on a page: an answer, the talk after it, and how it came to be."""

    answer: EngineAnswer
    session: Session | None
    start_command: StartCommand = ""
    status: int = 200
    typed: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class WebChat:
    """The pages of a desk that write: the complaints desk's, unless it is said otherwise.

    attaches: whether files are offered to be sent. One that comes all the same is answered by the talk.
    """

    desk: RunningDesk
    pages: PageRenderer
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    unsent_texts: UnsentTextCache = field(default_factory=UnsentTextCache)
    upload_limiter: UploadLimiter = field(default_factory=UploadLimiter)
    paths: Mapping[str, StartCommand] = field(default_factory=lambda: COMPLAINTS_PATHS)
    topic_paths: Mapping[DialogTopic, str] = field(default_factory=lambda: COMPLAINTS_TOPIC_PATHS)
    cookie_name: str = COMPLAINTS_COOKIE
    offers_files: bool = True

    async def handle_request(self, request: Request) -> Response:
        """One page of the talk, or one step of it."""
        if request.method != "POST":
            return await self._handle_get(request)
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            # Another site's page sent it: nothing of it is shown, and this browser's own draft stays as it is.
            return self.pages.render_error(get_requested_lang(request), "garbled", 403)
        try:
            return await self._handle_form(request)
        except UploadError as trouble:
            shown = self.pages.render_error(get_requested_lang(request), trouble.page_key, trouble.status)
            shown.headers["connection"] = "close"
            return shown
        except ClientDisconnect:
            return Response(status_code=400)

    def delete_cookies(self, request: Request, response: Response) -> None:
        """Take the cookie back."""
        for path in self.paths:
            response.delete_cookie(
                self.cookie_name, path, secure=_is_https_request(request), httponly=True, samesite="lax"
            )

    async def _handle_get(self, request: Request) -> Response:
        seat = BrowserSession.from_request(request, self.cookie_name) or BrowserSession.create()
        shown = None
        if "said" in request.query_params and seat.last_submission.is_fresh(self.desk.engine.now()):
            shown = await self._load_submission_state(seat)
        return self._render_page(
            request,
            seat,
            shown or await self._load_current_state(request, seat, self.paths[request.url.path]),
        )

    async def _load_submission_state(self, seat: BrowserSession) -> PageState | None:
        """What was said to the form that this seat sent last, as long as it is kept."""
        answers = []
        for place in range(min(seat.last_submission.event_count, MAX_FORM_EVENTS)):
            known = await self.desk.engine.find_previous_answer(
                seat.build_event_id(self.desk.store.keyring, seat.last_submission.form_id, place)
            )
            if known is not None and known.replies:
                answers.append(known)
        session = await self._load_session(seat)
        if not answers or (session and not is_current_question(answers[-1], session)):
            return None
        return PageState(merge_form_answers(answers), session)

    async def _load_current_state(
        self, request: Request, seat: BrowserSession, path: StartCommand
    ) -> PageState:
        """The question that the talk stands at, if it belongs to this page; else what this page begins with."""
        who, session = seat.derive_person_id(self.desk.store.keyring), await self._load_session(seat)
        lang = session.lang if session else get_requested_lang(request)
        link = _parse_consultation_command(request) if path == "opinion" else ""
        here = session is not None and self.paths.get(self.topic_paths.get(session.topic, "")) == path
        if session and here and (not link or is_at_consultation_link(session, link)):
            answer = await self.desk.engine.current_prompt(Event("", who, Channel.WEB))
            if answer.replies:
                return PageState(answer, session)
        answer, after = await self.desk.engine.dry_run(
            Event("", who, Channel.WEB, choice=f"/{link or path}", lang=lang)
        )
        return PageState(answer, after, start_command=link or path)

    async def _handle_form(self, request: Request) -> Response:
        seat, seals = BrowserSession.from_request(request, self.cookie_name), self.desk.store.keyring
        wait = self.rate_limiter.retry_after(request.client.host if request.client else None)

        def can_accept_files(fields: Mapping[str, str]) -> bool:
            return not wait and FormToken.parse(fields.get("csrf", ""), seat, seals) is not None

        taken = FormFiles(self.desk)
        filled = await parse_form(request, self.upload_limiter, can_accept_files, taken.store_file)
        for fault in taken.errors:
            self.desk.engine.on_error(fault)
            return await self._return_unsaved_form(
                request, seat, build_error_answer("sorry.busy", get_requested_lang(request)), filled
            )
        ticket = FormToken.parse(filled.get_text("csrf"), seat, seals)
        if seat is None or ticket is None or wait:
            return await self._return_rejected_form(request, seat, filled, wait)
        if filled.get_text("choice") == KEEPALIVE_CHOICE:
            return await self._keep_session_alive(seat)
        return await self._process_form(
            request, seat, ticket, filled, ticket.compute_form_id(filled, taken.digests)
        )

    async def _keep_session_alive(self, seat: BrowserSession) -> Response:
        """Somebody is at the page still, so that the draft must not lapse; nothing is shown."""
        if await self._load_session(seat):
            event = Event(
                secrets.token_hex(),
                seat.derive_person_id(self.desk.store.keyring),
                Channel.WEB,
                choice=KEEPALIVE_CHOICE,
            )
            await self.desk.engine.handle(event)
        return Response(status_code=204)

    async def _return_rejected_form(
        self, request: Request, seat: BrowserSession | None, filled: FormData, wait: int
    ) -> Response:
        """A form that is not taken: everything that was typed stands on the page that comes back."""
        seat = seat or BrowserSession.create()
        shown = await self._load_current_state(request, seat, self.paths[request.url.path])
        note = Reply("page.crowd", {"seconds": wait}) if wait else Reply("page.expired")
        shown.notes = (render_text(note, shown.answer.lang),)
        shown.status, shown.typed = (429 if wait else 403), filled.get_text("text")
        page = self._render_page(request, seat, shown)
        if wait:
            page.headers["retry-after"] = str(wait)
        return page

    async def _return_unsaved_form(
        self, request: Request, seat: BrowserSession | None, why: EngineAnswer, filled: FormData
    ) -> Response:
        """A form that could not be saved: the excuse, the question once more, and what was typed."""
        seat = seat or BrowserSession.create()
        shown = await self._load_current_state(request, seat, self.paths[request.url.path])
        shown.notes = tuple(message.text for message in why.messages)
        shown.status, shown.typed = 503, filled.get_text("text")
        return self._render_page(request, seat, shown)

    async def _process_form(
        self, request: Request, seat: BrowserSession, ticket: FormToken, filled: FormData, form: str
    ) -> Response:
        """Hand the form to the talk, and send the browser to the page that shows what was said."""
        who, before, answers = (
            seat.derive_person_id(self.desk.store.keyring),
            await self._load_session(seat),
            0,
        )
        for event in form_to_events(who, ticket, filled, self.desk.engine.now()):
            place = event.choice.partition(".")[0] if event.choice else ""
            if (
                answers
                and place.isdecimal()
                and not await self._is_choice_current(seat, form, answers, place)
            ):
                continue
            answer = await self.desk.engine.handle(
                replace(event, id=seat.build_event_id(self.desk.store.keyring, form, answers))
            )
            if not answer.stored:
                return await self._return_unsaved_form(request, seat, answer, filled)
            answers += 1
        seat = seat.with_submission(form, answers, self.desk.engine.now())
        after = await self._load_session(seat)
        self._update_unsent_text(who, filled, after if ticket.start_command else before, after)
        path = self.topic_paths.get(after.topic, request.url.path) if after else request.url.path
        moved = RedirectResponse(f"{path}?said", 303)
        self._set_cookie(request, seat, moved)
        return moved

    def _update_unsent_text(
        self, who: bytes, filled: FormData, at: Session | None, after: Session | None
    ) -> None:
        """Keep what was typed and not sent for the question it stood at; what belongs to no talk is forgotten."""
        if after is None or after.topic not in {DialogTopic.REPORT, DialogTopic.TRACK}:
            self.unsent_texts.delete(who)
        elif is_unsent_text(filled):
            step = at.step if at else after.step
            self.unsent_texts.save(who, step, filled.get_text("text"), self.desk.engine.now())
        elif filled.get_text("text"):
            self.unsent_texts.delete(who)

    async def _is_choice_current(self, seat: BrowserSession, form: str, place: int, prompt: str) -> bool:
        """Whether a choice beside words still belongs to the question asked, or was taken when it first came."""
        session = await self._load_session(seat)
        if session and str(session.prompt) == prompt:
            return True
        return (
            await self.desk.engine.find_previous_answer(
                seat.build_event_id(self.desk.store.keyring, form, place)
            )
            is not None
        )

    async def _load_session(self, seat: BrowserSession) -> Session | None:
        session = await self.desk.store.load_session(seat.derive_person_id(self.desk.store.keyring))
        return None if session is None or session.is_expired(self.desk.engine.now()) else session

    def _render_page(self, request: Request, seat: BrowserSession, shown: PageState) -> Response:
        lang: Lang = shown.answer.lang
        who, step = (
            seat.derive_person_id(self.desk.store.keyring),
            shown.session.step if shown.session else "",
        )
        typed = shown.typed or self.unsent_texts.get(who, step, self.desk.engine.now())
        arrangement = build_chat_view(shown.answer.replies, lang, shown.session, typed, notes=shown.notes)
        ticket = FormToken.issue(
            shown.session, shown.start_command, lang, arrangement.previous_answer, self.desk.engine.now()
        )
        page = self.pages.render(
            "talk.html",
            lang,
            shown.status,
            page=arrangement,
            path=request.url.path,
            kept=not shown.start_command,
            attaches=self.offers_files,
            csrf=ticket.serialize(seat, self.desk.store.keyring),
        )
        self._set_cookie(request, seat, page)
        return page

    def _set_cookie(self, request: Request, seat: BrowserSession, response: Response) -> None:
        seat.set_cookie(response, self.cookie_name, tuple(self.paths), secure=_is_https_request(request))


@dataclass
class FormFiles:
    """The files of one form on their way into sealed storage; `digests` tell one filling of a form from another."""

    desk: RunningDesk
    digests: list[str] = field(default_factory=list)
    errors: list[StorageError] = field(default_factory=list)

    async def store_file(self, chunks: AsyncIterator[bytes], name: str) -> File:
        """Seal a file. Where that cannot be, the rest of the form is read all the same, for the words in it."""
        content = sha256()

        async def digest_chunks() -> AsyncIterator[bytes]:
            async for chunk in chunks:
                content.update(chunk)
                yield chunk

        try:
            file = await self.desk.store.evidence.store(digest_chunks(), name, self.desk.engine.now())
        except StorageError as fault:
            self.errors.append(fault)
            file = File("", name, "", 0, FileProblem.UNREADABLE)
        self.digests.append(content.hexdigest())
        return file


def is_current_question(answer: EngineAnswer, session: Session) -> bool:
    """Whether the question of an answer is the one that a talk stands at, or both are at the menu."""
    prompts = {choice.data.partition(".")[0] for say in answer.replies for choice in say.choices}
    numbered = {prompt for prompt in prompts if prompt.isdecimal()}
    return numbered == ({str(session.prompt)} if session.topic is not DialogTopic.MENU else set())


def _is_https_request(request: Request) -> bool:
    return request.url.scheme == "https"


def _parse_consultation_command(request: Request) -> str:
    """The command of a consultation that an address names: `/opinion?c=CODE`; empty where it names none."""
    code = request.query_params.get("c", "")
    return (
        f"{CONSULTATION_LINK_PREFIX}{code.upper()}"
        if code.isascii() and code.isalnum() and len(code) == CONSULTATION_CODE_LENGTH
        else ""
    )
