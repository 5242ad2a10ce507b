"""The dialogue on web pages, driven by the same engine as the chat platforms and usable without JavaScript."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.engine import build_error_answer, get_error_key
from bot.web.chat.form_events import follow_file, form_to_events, is_unsent_text
from bot.web.chat.renewed_cookies import NOTHING_OPEN, CookieRenewal, CookieRenewals, get_opened_code
from bot.web.chat.session import SERVED_TOPICS, BrowserSession, FormToken, StartCommand
from bot.web.chat.shown_again import has_code, may_show_again
from bot.web.chat.unsent_text import MAX_UNSENT_LENGTH, UnsentTextCache, find_given_back_text
from bot.web.chat.view_model import build_chat_view, merge_form_answers
from bot.web.limits.rate_limit import RateLimiter
from bot.web.limits.upload_limits import UploadLimiter
from bot.web.multipart import FormData, parse_form
from bot.web.request import get_requested_lang, handle_form_page, is_https_request
from bot.web.templating import PageRenderer
from handlers.consultations.respond import CONSULTATION_LINK_PREFIX, is_at_consultation_link
from handlers.dialog.commands import KEEPALIVE_CHOICE
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang
from handlers.dialog.replies import Phrase
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
"""The page that a topic belongs to. The menu belongs to none: it stays on the page where it came up."""

SERVICE_COOKIE = "s"
SERVICE_PATHS: Mapping[str, StartCommand] = {"/ask": "ask", "/opinion": "opinion"}
SERVICE_TOPIC_PATHS: Mapping[DialogTopic, str] = {
    DialogTopic.ASK: "/ask",
    DialogTopic.THREAD: "/ask",
    DialogTopic.OPINION: "/opinion",
}
"""The same for the service desk: other paths and another cookie, so that neither desk's pages see the other's."""

CONSULTATION_CODE_LENGTH = 6
"""Characters of a consultation's code."""

MAX_FORM_EVENTS = 9
"""Most events of one form: a command, a text, five files, one for the files above the limit, and a choice."""


@dataclass
class PageState:
    """What one page shows: an answer of the engine, the session after it, and notes and status."""

    answer: Answer
    session: Session | None
    start_command: StartCommand = ""
    status: int = 200
    typed: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class WebChat:
    """The dialogue pages of one desk, by default of the complaints desk."""

    desk: RunningDesk
    pages: PageRenderer
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    unsent_texts: UnsentTextCache = field(default_factory=UnsentTextCache)
    upload_limiter: UploadLimiter = field(default_factory=UploadLimiter)
    renewals: CookieRenewals = field(default_factory=CookieRenewals)
    paths: Mapping[str, StartCommand] = field(default_factory=lambda: COMPLAINTS_PATHS)
    topic_paths: Mapping[DialogTopic, str] = field(default_factory=lambda: COMPLAINTS_TOPIC_PATHS)
    cookie_name: str = COMPLAINTS_COOKIE

    async def handle_request(self, request: Request) -> Response:
        """Handle a GET (show the current page) or a POST (process a form)."""
        handle = self._handle_form if request.method == "POST" else self._handle_get
        return await handle_form_page(request, handle, self.pages, get_requested_lang(request))

    def delete_cookies(self, request: Request, response: Response) -> None:
        """Delete the session cookie on every path of this desk."""
        for path in self.paths:
            response.delete_cookie(
                self.cookie_name, path, secure=is_https_request(request), httponly=True, samesite="lax"
            )

    async def _handle_get(self, request: Request) -> Response:
        browser = BrowserSession.from_request(request, self.cookie_name) or BrowserSession.create()
        self.renewals.note_arrival(browser)
        state, renewal = None, self.renewals.find_new_code(browser)
        if renewal is not None:
            browser = renewal.after
        if "said" in request.query_params and browser.last_submission.is_fresh(self.desk.engine.now()):
            state = await self._load_submission_state(browser)
        return self._render_page(
            request,
            browser,
            state or await self._load_current_state(request, browser, self.paths[request.url.path]),
        )

    async def _load_submission_state(self, browser: BrowserSession) -> PageState | None:
        """The answers to the form that this browser sent last, as long as they are stored."""
        answers = []
        for event in browser.list_last_event_ids(self.desk.store.keyring, MAX_FORM_EVENTS):
            known = await self.desk.store.find_previous_answer(event)
            if known is not None and known.replies:
                answers.append(known)
        session = await self._load_session(browser)
        if not answers or not may_show_again(answers[-1], session, browser):
            return None
        answer = merge_form_answers(answers)
        if any(reply.memory_args for reply in answer.replies):
            answer = await self._restore_memory_args(browser, answer)
        return PageState(answer, session)

    async def _restore_memory_args(self, browser: BrowserSession, answer: Answer) -> Answer:
        """Return a stored answer with what is kept in memory only, as far as the present question repeats it."""
        event = Event("", browser.derive_person_id(self.desk.store.keyring), Channel.WEB)
        known = {reply.key: reply for reply in (await self.desk.engine.current_prompt(event)).replies}
        replies = tuple(known.get(r.key, r) if r.memory_args else r for r in answer.replies)
        return replace(answer, replies=replies)

    async def _load_current_state(
        self, request: Request, browser: BrowserSession, path: StartCommand
    ) -> PageState:
        """The session's current question if it belongs to this page, else the question that this page starts with."""
        who, session = browser.derive_person_id(self.desk.store.keyring), await self._load_session(browser)
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
        browser = BrowserSession.from_request(request, self.cookie_name)
        wait = self.rate_limiter.retry_after(request.client.host if request.client else None)

        def has_ticket(fields: Mapping[str, str]) -> bool:
            return self._find_page(fields.get("csrf", ""), browser) is not None

        form_files = FormFiles(self.desk)
        filled = await parse_form(
            request, self.upload_limiter, has_ticket, form_files.store_file, accepts_files=not wait
        )
        for error in form_files.errors:
            self.desk.engine.on_error(error)
            key = get_error_key(error, default="sorry.busy")
            return await self._return_unsaved_form(
                request, browser, build_error_answer(key, get_requested_lang(request)), filled
            )
        page = self._find_page(filled.get_text("csrf"), browser)
        if page is None or wait:
            return await self._return_rejected_form(request, browser, filled, wait)
        browser, token = page
        if filled.get_text("choice") == KEEPALIVE_CHOICE:
            return await self._keep_session_alive(browser)
        return await self._process_form(
            request, browser, token, filled, token.compute_form_id(filled, form_files.digests)
        )

    async def _keep_session_alive(self, browser: BrowserSession) -> Response:
        """Extend the session while the page is open, so that the draft does not expire. Shows nothing."""
        if await self._load_session(browser):
            event = Event(
                secrets.token_hex(),
                browser.derive_person_id(self.desk.store.keyring),
                Channel.WEB,
                choice=KEEPALIVE_CHOICE,
            )
            await self.desk.engine.handle(event)
        return Response(status_code=204)

    async def _return_rejected_form(
        self, request: Request, browser: BrowserSession | None, filled: FormData, wait: int
    ) -> Response:
        """A form that was rejected (rate limit, or an invalid token): show the page again with what was typed."""
        browser = browser or BrowserSession.create()
        state = await self._load_current_state(request, browser, self.paths[request.url.path])
        note = Phrase("page.crowd", {"seconds": wait}) if wait else Phrase("page.expired")
        state.notes = (render_text(note, state.answer.lang),)
        state.status, state.typed = (429 if wait else 403), filled.get_text("text")
        page = self._render_page(request, browser, state)
        if wait:
            page.headers["retry-after"] = str(wait)
        return page

    async def _return_unsaved_form(
        self, request: Request, browser: BrowserSession | None, why: Answer, filled: FormData
    ) -> Response:
        """A form that could not be saved: show the error, the question again, and what was typed."""
        browser = browser or BrowserSession.create()
        state = await self._load_current_state(request, browser, self.paths[request.url.path])
        state.notes = tuple(message.text for message in why.messages)
        state.status, state.typed = 503, filled.get_text("text")
        return self._render_page(request, browser, state)

    def _find_page(
        self, field: str, browser: BrowserSession | None
    ) -> tuple[BrowserSession, FormToken] | None:
        """The form token of a page, and the session that it was shown to; None if neither is this browser's.

        The page whose form made the cookie new was shown to the one before.
        """
        token = FormToken.parse(field, browser, self.desk.store.keyring)
        if browser is None or token is not None:
            return None if browser is None or token is None else (browser, token)
        renewal = self.renewals.find_by_new_cookie(browser)
        old = renewal and FormToken.parse(field, renewal.before, self.desk.store.keyring)
        return (renewal.before, old) if renewal and old and old.nonce == renewal.nonce else None

    async def _process_form(
        self, request: Request, browser: BrowserSession, token: FormToken, filled: FormData, form: str
    ) -> Response:
        """Handle a form, then redirect to the page that shows the answers.

        The cookie is made anew with the first form of a dialogue, and where a code was given out or opened something.
        """
        who = browser.derive_person_id(self.desk.store.keyring)
        async with self.desk.engine.lock_person(who):
            renewal = self.renewals.find_by_page(browser, token.nonce)
            if renewal is None:
                handled = await self._handle_events(request, browser, token, filled, form)
        if renewal is not None and renewal.form == form:  # sent twice
            return self._redirect(request, renewal.after, renewal.path)
        if renewal is not None:
            return await self._process_form(request, renewal.after, token, filled, form)
        if isinstance(handled, Answer):
            return await self._return_unsaved_form(request, browser, handled, filled)
        return self._redirect(request, *handled)

    async def _handle_events(
        self, request: Request, browser: BrowserSession, token: FormToken, filled: FormData, form: str
    ) -> Answer | tuple[BrowserSession, str]:
        """Pass the events of a form to the engine; the caller holds the person's lock.

        Returns the session, with the form, and the path of the page that shows the answers; or the answer of an error.
        """
        now, before, answers = self.desk.engine.now(), await self._load_session(browser), list[Answer]()
        is_next_file = False
        for event in form_to_events(browser.derive_person_id(self.desk.store.keyring), token, filled, now):
            place = event.choice.partition(".")[0] if event.choice else ""
            if (
                answers
                and place.isdecimal()
                and not await self._is_choice_current(browser, form, len(answers), place)
            ):
                continue
            if is_next_file:
                event = follow_file(event, before, await self._load_session(browser))
            event_id = browser.build_event_id(self.desk.store.keyring, form, len(answers))
            answer = await self.desk.engine.handle_locked(replace(event, id=event_id))
            if not answer.stored:
                return answer
            answers.append(answer)
            is_next_file = event.file is not None
        after = await self._load_session(browser)
        path = self.topic_paths.get(after.topic, request.url.path) if after else request.url.path
        sent, gives_code = browser.with_submission(form, len(answers), now), any(map(has_code, answers))
        # A browser has one voice in a consultation, which a cookie made anew would double; no code is given there.
        is_first = self.paths.get(request.url.path) != "opinion" and (
            before is None
            or (bool(token.start_command) and not self.renewals.was_made_for(browser, token.nonce))
        )
        was_open, is_open = get_opened_code(before), get_opened_code(after)
        if is_first or (gives_code if is_open == NOTHING_OPEN else is_open != was_open):
            sent = await self._renew_cookie(browser, sent)
            renewal = CookieRenewal(browser, sent, token.nonce, form, path, gives_code, now)
            self.renewals.record(renewal)
        who = sent.derive_person_id(self.desk.store.keyring)
        self._update_unsent_text(who, filled, after if token.start_command else before, after)
        given_back = next(filter(None, (find_given_back_text(a.replies) for a in reversed(answers))), "")
        if after and 0 < len(given_back) <= MAX_UNSENT_LENGTH:
            self.unsent_texts.save(who, after.step, given_back, now)
        return sent, path

    async def _renew_cookie(self, browser: BrowserSession, sent: BrowserSession) -> BrowserSession:
        """Move what a browser has open to a new cookie; whoever knows the old one has nothing then."""
        keyring, after = self.desk.store.keyring, sent.renew(self.desk.store.keyring)
        old = browser.derive_person_id(keyring)
        self.unsent_texts.delete(old)
        await self.desk.store.move_session(old, after.derive_person_id(keyring))
        return after

    def _redirect(self, request: Request, browser: BrowserSession, path: str) -> Response:
        """Lead to the page that shows the answers to the form that was sent last."""
        response = RedirectResponse(f"{path}?said", 303)
        self._set_cookie(request, browser, response)
        return response

    def _update_unsent_text(
        self, who: bytes, filled: FormData, at: Session | None, after: Session | None
    ) -> None:
        """Keep text that was typed but not sent, for the step that it was typed at; delete it outside a dialogue."""
        if after is None or after.topic not in {DialogTopic.REPORT, DialogTopic.TRACK}:
            self.unsent_texts.delete(who)
        elif is_unsent_text(filled):
            step = at.step if at else after.step
            self.unsent_texts.save(who, step, filled.get_text("text"), self.desk.engine.now())
        elif filled.get_text("text"):
            self.unsent_texts.delete(who)

    async def _is_choice_current(self, browser: BrowserSession, form: str, place: int, prompt: str) -> bool:
        """Whether a choice sent together with text still answers the current question, or was stored before."""
        session = await self._load_session(browser)
        if session and str(session.prompt_number) == prompt:
            return True
        return (
            await self.desk.store.find_previous_answer(
                browser.build_event_id(self.desk.store.keyring, form, place)
            )
            is not None
        )

    async def _load_session(self, browser: BrowserSession) -> Session | None:
        session = await self.desk.store.load_session(browser.derive_person_id(self.desk.store.keyring))
        return None if session is None or session.is_expired(self.desk.engine.now()) else session

    def _render_page(self, request: Request, browser: BrowserSession, state: PageState) -> Response:
        lang: Lang = state.answer.lang
        who, step = (
            browser.derive_person_id(self.desk.store.keyring),
            state.session.step if state.session else "",
        )
        typed = state.typed or self.unsent_texts.get(who, step, self.desk.engine.now())
        view = build_chat_view(state.answer.replies, lang, state.session, typed, notes=state.notes)
        token = FormToken.issue(
            state.session, state.start_command, lang, view.previous_answer, self.desk.engine.now()
        )
        page = self.pages.render(
            "talk.html",
            lang,
            state.status,
            page=view,
            path=request.url.path,
            kept=not state.start_command,
            served_topic=SERVED_TOPICS.get(state.start_command),
            csrf=token.serialize(browser, self.desk.store.keyring),
        )
        self._set_cookie(request, browser, page)
        return page

    def _set_cookie(self, request: Request, browser: BrowserSession, response: Response) -> None:
        browser.set_cookie(response, self.cookie_name, tuple(self.paths), secure=is_https_request(request))


@dataclass
class FormFiles:
    """Streams the files of one form into encrypted storage.

    `digests` are part of the form id: they tell two submissions of the same form apart.
    """

    desk: RunningDesk
    digests: list[str] = field(default_factory=list)
    errors: list[StorageError] = field(default_factory=list)

    async def store_file(self, chunks: AsyncIterator[bytes], name: str) -> File:
        """Encrypt and store a file.

        If that fails, the rest of the form is still read, so that its text can be shown again.
        """
        content = sha256()

        async def digest_chunks() -> AsyncIterator[bytes]:
            async for chunk in chunks:
                content.update(chunk)
                yield chunk

        try:
            file = await self.desk.store.evidence.store(digest_chunks(), name, self.desk.engine.now())
        except StorageError as error:
            self.errors.append(error)
            file = File("", name, "", 0, FileProblem.UNREADABLE)
        self.digests.append(content.hexdigest())
        return file


def _parse_consultation_command(request: Request) -> str:
    """The command of a consultation that a URL names (`/opinion?c=CODE`), else an empty string."""
    code = request.query_params.get("c", "")
    return (
        f"{CONSULTATION_LINK_PREFIX}{code.upper()}"
        if code.isascii() and code.isalnum() and len(code) == CONSULTATION_CODE_LENGTH
        else ""
    )
