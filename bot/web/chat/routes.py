"""The web door: a talk page by page, by the same engine as everywhere, with JavaScript off."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.engine import EngineAnswer, sorry
from bot.web import multipart as formdata
from bot.web.chat.form_events import aside, events
from bot.web.chat.session import BrowserSession, FormToken, Opens
from bot.web.chat.unsent_text import UnsentTextCache
from bot.web.chat.view_model import arranged, together
from bot.web.multipart import FormData
from bot.web.rate_limit import RateLimiter
from bot.web.templating import PageRenderer, asked_lang
from bot.web.upload_limits import UploadError, UploadLimiter
from handlers import i18n as wording
from handlers.complaints_desk import TOUCH
from handlers.consultations import respond as consult
from handlers.dialog.events import Channel, DialogTopic, Event, File, FileProblem, Lang, Reply, Session
from storage.errors import StorageError

COOKIE = "c"
PATHS: Mapping[str, Opens] = {"/report": "report", "/track": "track"}
HOME: Mapping[DialogTopic, str] = {
    DialogTopic.REPORT: "/report",
    DialogTopic.CONFIRM: "/report",
    DialogTopic.TRACK: "/track",
}
"""The page that a talk belongs to. A menu belongs to none, and stays where it came up."""

SERVICE_COOKIE = "s"
SERVICE_PATHS: Mapping[str, Opens] = {"/ask": "ask", "/opinion": "opinion"}
SERVICE_HOME: Mapping[DialogTopic, str] = {
    DialogTopic.ASK: "/ask",
    DialogTopic.THREAD: "/ask",
    DialogTopic.OPINION: "/opinion",
}
"""The same of the service desk: other paths and another cookie, so that neither desk's pages see the other's."""

CODE = 6
"""Letters of a consultation's code."""

MOST_EVENTS = 9
"""Of one form: a command, a text, five files and what was left of them, and a choice."""


@dataclass
class PageState:
    """What goes on a page: an answer, the talk after it, and how it came to be."""

    answer: EngineAnswer
    session: Session | None
    opens: Opens = ""
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
    crowd: RateLimiter = field(default_factory=RateLimiter)
    unsent: UnsentTextCache = field(default_factory=UnsentTextCache)
    bodies: UploadLimiter = field(default_factory=UploadLimiter)
    paths: Mapping[str, Opens] = field(default_factory=lambda: PATHS)
    home: Mapping[DialogTopic, str] = field(default_factory=lambda: HOME)
    cookie: str = COOKIE
    attaches: bool = True

    async def talk(self, request: Request) -> Response:
        """One page of the talk, or one step of it."""
        if request.method != "POST":
            return await self._show(request)
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            # Another site's page sent it: nothing of it is shown, and this browser's own draft stays as it is.
            return self.pages.sorry(asked_lang(request), "garbled", 403)
        try:
            return await self._hear(request)
        except UploadError as trouble:
            shown = self.pages.sorry(asked_lang(request), trouble.key, trouble.status)
            shown.headers["connection"] = "close"
            return shown
        except ClientDisconnect:
            return Response(status_code=400)

    def forget(self, request: Request, response: Response) -> None:
        """Take the cookie back."""
        for path in self.paths:
            response.delete_cookie(self.cookie, path, secure=_secure(request), httponly=True, samesite="lax")

    async def _show(self, request: Request) -> Response:
        seat = BrowserSession.of(request, self.cookie) or BrowserSession.fresh()
        shown = None
        if "said" in request.query_params and seat.last.fresh(self.desk.engine.now()):
            shown = await self._said(seat)
        return self._page(
            request, seat, shown or await self._standing(request, seat, self.paths[request.url.path])
        )

    async def _said(self, seat: BrowserSession) -> PageState | None:
        """What was said to the form that this seat sent last, as long as it is kept."""
        answers = []
        for place in range(min(seat.last.count, MOST_EVENTS)):
            known = await self.desk.engine.said(seat.event(self.desk.store.seals, seat.last.form, place))
            if known is not None and known.says:
                answers.append(known)
        session = await self._session(seat)
        if not answers or (session and not asks(answers[-1], session)):
            return None
        return PageState(together(answers), session)

    async def _standing(self, request: Request, seat: BrowserSession, path: Opens) -> PageState:
        """The question that the talk stands at, if it belongs to this page; else what this page begins with."""
        who, session = seat.who(self.desk.store.seals), await self._session(seat)
        lang = session.lang if session else asked_lang(request)
        link = _link(request) if path == "opinion" else ""
        here = session is not None and self.paths.get(self.home.get(session.topic, "")) == path
        if session and here and (not link or consult.is_at(session, link)):
            answer = await self.desk.engine.recall(Event("", who, Channel.WEB))
            if answer.says:
                return PageState(answer, session)
        answer, after = await self.desk.engine.preview(
            Event("", who, Channel.WEB, choice=f"/{link or path}", lang=lang)
        )
        return PageState(answer, after, opens=link or path)

    async def _hear(self, request: Request) -> Response:
        seat, seals = BrowserSession.of(request, self.cookie), self.desk.store.seals
        wait = self.crowd.wait(request.client.host if request.client else None)

        def admits(fields: Mapping[str, str]) -> bool:
            return not wait and FormToken.read(fields.get("csrf", ""), seat, seals) is not None

        taken = FormFiles(self.desk)
        filled = await formdata.read(request, self.bodies, admits, taken.take)
        for fault in taken.faults:
            self.desk.engine.fault(fault)
            return await self._refused(request, seat, sorry("sorry.busy", asked_lang(request)), filled)
        ticket = FormToken.read(filled.words("csrf"), seat, seals)
        if seat is None or ticket is None or wait:
            return await self._returned(request, seat, filled, wait)
        if filled.words("choice") == TOUCH:
            return await self._touched(seat)
        return await self._step(request, seat, ticket, filled, ticket.form(filled, taken.digests))

    async def _touched(self, seat: BrowserSession) -> Response:
        """Somebody is at the page still, so that the draft must not lapse; nothing is shown."""
        if await self._session(seat):
            event = Event(secrets.token_hex(), seat.who(self.desk.store.seals), Channel.WEB, choice=TOUCH)
            await self.desk.engine.handle(event)
        return Response(status_code=204)

    async def _returned(
        self, request: Request, seat: BrowserSession | None, filled: FormData, wait: int
    ) -> Response:
        """A form that is not taken: everything that was typed stands on the page that comes back."""
        seat = seat or BrowserSession.fresh()
        shown = await self._standing(request, seat, self.paths[request.url.path])
        note = Reply("page.crowd", {"seconds": wait}) if wait else Reply("page.expired")
        shown.notes = (wording.text(note, shown.answer.lang),)
        shown.status, shown.typed = (429 if wait else 403), filled.words("text")
        page = self._page(request, seat, shown)
        if wait:
            page.headers["retry-after"] = str(wait)
        return page

    async def _refused(
        self, request: Request, seat: BrowserSession | None, why: EngineAnswer, filled: FormData
    ) -> Response:
        """A form that could not be saved: the excuse, the question once more, and what was typed."""
        seat = seat or BrowserSession.fresh()
        shown = await self._standing(request, seat, self.paths[request.url.path])
        shown.notes = tuple(message.text for message in why.messages)
        shown.status, shown.typed = 503, filled.words("text")
        return self._page(request, seat, shown)

    async def _step(
        self, request: Request, seat: BrowserSession, ticket: FormToken, filled: FormData, form: str
    ) -> Response:
        """Hand the form to the talk, and send the browser to the page that shows what was said."""
        who, before, answers = seat.who(self.desk.store.seals), await self._session(seat), 0
        for event in events(who, ticket, filled, self.desk.engine.now()):
            place = event.choice.partition(".")[0] if event.choice else ""
            if answers and place.isdecimal() and not await self._still(seat, form, answers, place):
                continue
            answer = await self.desk.engine.handle(
                replace(event, id=seat.event(self.desk.store.seals, form, answers))
            )
            if not answer.saved:
                return await self._refused(request, seat, answer, filled)
            answers += 1
        seat = seat.sent(form, answers, self.desk.engine.now())
        after = await self._session(seat)
        self._keep(who, filled, after if ticket.opens else before, after)
        path = self.home.get(after.topic, request.url.path) if after else request.url.path
        moved = RedirectResponse(f"{path}?said", 303)
        self._mark(request, seat, moved)
        return moved

    def _keep(self, who: bytes, filled: FormData, at: Session | None, after: Session | None) -> None:
        """Keep what was typed and not sent for the question it stood at; what belongs to no talk is forgotten."""
        if after is None or after.topic not in {DialogTopic.REPORT, DialogTopic.TRACK}:
            self.unsent.forget(who)
        elif aside(filled):
            step = at.step if at else after.step
            self.unsent.remember(who, step, filled.words("text"), self.desk.engine.now())
        elif filled.words("text"):
            self.unsent.forget(who)

    async def _still(self, seat: BrowserSession, form: str, place: int, prompt: str) -> bool:
        """Whether a choice beside words still belongs to the question asked, or was taken when it first came."""
        session = await self._session(seat)
        if session and str(session.prompt) == prompt:
            return True
        return await self.desk.engine.said(seat.event(self.desk.store.seals, form, place)) is not None

    async def _session(self, seat: BrowserSession) -> Session | None:
        session = await self.desk.store.session(seat.who(self.desk.store.seals))
        return None if session is None or session.lapsed(self.desk.engine.now()) else session

    def _page(self, request: Request, seat: BrowserSession, shown: PageState) -> Response:
        lang: Lang = shown.answer.lang
        who, step = seat.who(self.desk.store.seals), shown.session.step if shown.session else ""
        typed = shown.typed or self.unsent.at(who, step, self.desk.engine.now())
        arrangement = arranged(shown.answer.says, lang, shown.session, typed, notes=shown.notes)
        ticket = FormToken.to(shown.session, shown.opens, lang, arrangement.had, self.desk.engine.now())
        page = self.pages.shown(
            "talk.html",
            lang,
            shown.status,
            page=arrangement,
            path=request.url.path,
            kept=not shown.opens,
            attaches=self.attaches,
            csrf=ticket.written(seat, self.desk.store.seals),
        )
        self._mark(request, seat, page)
        return page

    def _mark(self, request: Request, seat: BrowserSession, response: Response) -> None:
        seat.mark(response, self.cookie, tuple(self.paths), secure=_secure(request))


@dataclass
class FormFiles:
    """The files of one form on their way into sealed storage; `digests` tell one filling of a form from another."""

    desk: RunningDesk
    digests: list[str] = field(default_factory=list)
    faults: list[StorageError] = field(default_factory=list)

    async def take(self, chunks: AsyncIterator[bytes], name: str) -> File:
        """Seal a file. Where that cannot be, the rest of the form is read all the same, for the words in it."""
        content = sha256()

        async def passing() -> AsyncIterator[bytes]:
            async for chunk in chunks:
                content.update(chunk)
                yield chunk

        try:
            file = await self.desk.store.evidence.take(passing(), name, self.desk.engine.now())
        except StorageError as fault:
            self.faults.append(fault)
            file = File("", name, "", 0, FileProblem.UNREADABLE)
        self.digests.append(content.hexdigest())
        return file


def asks(answer: EngineAnswer, session: Session) -> bool:
    """Whether the question of an answer is the one that a talk stands at, or both are at the menu."""
    prompts = {choice.data.partition(".")[0] for say in answer.says for choice in say.choices}
    numbered = {prompt for prompt in prompts if prompt.isdecimal()}
    return numbered == ({str(session.prompt)} if session.topic is not DialogTopic.MENU else set())


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _link(request: Request) -> str:
    """The command of a consultation that an address names: `/opinion?c=CODE`; empty where it names none."""
    code = request.query_params.get("c", "")
    return f"{consult.LINK}{code.upper()}" if code.isascii() and code.isalnum() and len(code) == CODE else ""
