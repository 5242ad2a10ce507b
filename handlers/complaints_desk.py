"""Who answers: commands first, then whoever the talk is with."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from handlers import i18n as wording
from handlers import thai
from handlers.complaints import confirm_receipt as confirm
from handlers.complaints import draft, menu, track
from handlers.complaints import form as complaint
from handlers.complaints import subscriptions as news
from handlers.dialog import form, unsend
from handlers.dialog.context import Context
from handlers.dialog.events import (
    NEVER,
    Choice,
    Deciding,
    DeleteFiles,
    DialogTopic,
    Event,
    Lang,
    Now,
    Reply,
    Session,
    TurnResult,
    read,
)
from handlers.dialog.form import Form
from handlers.dialog.receipt import folded, is_whole, reads
from handlers.office import Office
from handlers.staff.complaints import dispatch as desk
from handlers.staff.complaints import intake


def understood(words: Mapping[str, str], offered: Mapping[Lang, tuple[Choice, ...]]) -> Mapping[str, str]:
    """What may be typed for commands: words, and what stands on the buttons, for not every program shows these."""
    labels = {wording.label(one, lang): one.data[1:] for lang, choices in offered.items() for one in choices}
    return {thai.folded(typed): command for typed, command in {**labels, **words}.items()}


WORDS: Mapping[str, str] = {
    "เริ่ม": "start", "เมนู": "menu", "menu": "menu", "start": "start",
    "แจ้งเรื่อง": "report", "แจ้งเรื่องทุจริต": "report", "report": "report",
    "ติดตาม": "track", "ติดตามเรื่อง": "track", "track": "track",
    "ช่วยเหลือ": "help", "help": "help", "ความเป็นส่วนตัว": "privacy", "privacy": "privacy",
    "ยกเลิก": "cancel", "cancel": "cancel", "หยุดแจ้งเตือน": "stop", "stop": "stop",
    "ไทย": "th", "ภาษาไทย": "th", "th": "th", "english": "en", "en": "en", "ภาษาอังกฤษ": "en",
}  # fmt: skip
"""Words that are commands when they are all that was typed; with a slash before them, too."""

TYPED = understood(WORDS, menu.CHOICES)

TOUCH = "/touch"
"""What a door sends while somebody still types: the draft does not lapse, and nothing is said."""

LONGEST_COMMAND = 40
"""Characters; what is longer is somebody's words, and is not even looked at."""


@dataclass(frozen=True)
class ComplaintsDesk:
    """The complaints desk: reports of corruption, the following of them, and officers who handle them.

    roster: the marks of the staff; who is not in it costs one look-up. site: where its web page is, or empty.
    """

    office: Office
    roster: Container[bytes] = frozenset()
    site: str = ""
    form: Form = field(init=False)

    def __post_init__(self) -> None:
        """Build the form of this office once."""
        object.__setattr__(self, "form", complaint.form(self.office))

    def decide(self, event: Event, session: Session | None) -> Deciding:
        """What one message leads to."""
        if event.unsent:
            return (yield from unsend.hear(event, session))
        if event.choice == TOUCH and session is not None:
            now = yield from read(Now())
            return TurnResult(session if session.lapsed(now) else session.with_(at=now))
        turn = yield from self._decide(event, session)
        return unsend.remembered(turn, event, session or Session())

    def _decide(self, event: Event, session: Session | None) -> Deciding:
        now = yield from read(Now())
        before = session or Session(lang=guessed(event))
        moment = Context(event, before.with_(at=now), self.office, now, self.site)
        m, notes, acts = arrived(moment, before)
        command = commanded(event) or numbered(event, m.session, before)
        turn = None
        if event.who in self.roster or desk.concerns(m):
            turn = yield from desk.hear(m, command, self._again)
        if turn is None:
            turn = yield from self._heard(m, command)
        if not notes and not acts:
            return turn
        return replace(turn, says=(*notes, *turn.says), acts=(*acts, *turn.acts))

    def _heard(self, m: Context, command: str | None) -> Deciding:
        event = m.event
        if m.session.topic is DialogTopic.REPORT and reads(event.text or "") is not None:
            return (yield from self._coded(m))
        if event.was is not None:
            return (yield from self._again(*draft.corrected(m, event.was)))
        if is_late(m) and not command:
            return (yield from self._again(m, *late(event)))
        return (yield from (self._obey(m, command) if command else self._listen(m)))

    def _coded(self, m: Context) -> Deciding:
        """A receipt that was typed while a report is written: kept there it would tie two cases, and be read."""
        if m.session.drafting:
            return (yield from self._again(m, Reply("draft.code")))
        return (yield from track.look_up(m.on(track.fresh(m)), m.event.text or ""))

    def recall(self, event: Event, session: Session) -> Deciding:
        """The question a talk stands at, for a door that was closed and opened again. Nothing of it is written."""
        now = yield from read(Now())
        return (yield from self._again(Context(event, session, self.office, now, self.site)))

    def _listen(self, m: Context) -> Deciding:
        if m.session.topic is DialogTopic.REPORT:
            return (yield from draft.hear(self.form, m))
        if m.session.topic is DialogTopic.TRACK:
            return (yield from track.hear(m))
        if m.session.topic is DialogTopic.CONFIRM:
            return (yield from confirm.hear(m))
        if is_receipt_like(m.event.text or ""):
            return (yield from track.look_up(m, m.event.text or ""))
        return (yield from menu.hear(m))

    def _obey(self, m: Context, command: str) -> Deciding:
        if command in {"th", "en"}:
            return (yield from self._again(m.with_(lang=command)))
        if command == "stop":
            return news.stopped(m, (yield from self._again(m)))
        if command in {"privacy", "help"}:
            told = Reply("help.text") if command == "help" else complaint.pdpa(m)
            return (yield from self._again(m, told))
        if m.session.topic is DialogTopic.REPORT and (m.session.drafting or command == "cancel"):
            return form.leave(self.form, m, "cancel" if command == "cancel" else "open")
        if command == "cancel" and m.session.receipt is not None:
            # Of what is being done in the case, not of the case.
            step = "" if m.session.topic is DialogTopic.TRACK else m.session.step
            return (yield from self._again(m.with_(answers={}, step=step)))
        free = m if m.session.receipt is None else m.on(track.fresh(m))
        if command == "report":
            return complaint.notice(intake.ended(free))
        if command == "track":
            return track.ask(free)
        return menu.greet(free)

    def _again(self, m: Context, *before: Reply) -> Deciding:
        """Say something and ask the present question once more."""
        if m.session.topic is DialogTopic.REPORT:
            return draft.again(self.form, m, *before)
        if m.session.topic is DialogTopic.TRACK:
            return (yield from track.again(m, *before))
        if m.session.topic is DialogTopic.CONFIRM:
            return confirm.again(m, *before)
        return menu.again(m, *before)


def arrived(m: Context, before: Session) -> tuple[Context, tuple[Reply, ...], tuple[DeleteFiles, ...]]:
    """The moment on a session that still holds: one that lapsed is begun anew, and the person is told."""
    if before.topic is DialogTopic.LAPSED:
        return m.on(track.fresh(m)), (Reply("draft.lapsed"),), ()
    if before.at == NEVER or not before.lapsed(m.now):
        return m, (), ()
    if before.receipt is not None:
        return m.on(track.fresh(m)), (Reply("track.lapsed"),), ()
    told = (Reply("draft.lapsed"),) if before.drafting else ()
    return m.on(track.fresh(m)), told, form.dropped(before)


def is_late(m: Context) -> bool:
    """Whether words were written, or a file sent, for a question that is no longer asked: in another tab, say.

    While a complaint is written a file is evidence wherever it comes; in a case it would go to the office at once.
    At the menu nothing is asked, so whatever comes is held there.
    """
    event, session = m.event, m.session
    if event.prompt in (None, session.prompt) or session.topic is DialogTopic.MENU:
        return False
    return event.text is not None or (event.file is not None and session.receipt is not None)


def late(event: Event) -> tuple[Reply, ...]:
    """What a person hears whose words were for another question: nothing was taken, nothing is lost."""
    if event.file is not None:
        return (Reply("file.late", {"name": event.file.name}),)
    return (Reply("text.late", {"unsent": event.text or ""}),) if event.text else ()


def commanded(event: Event, typed: Mapping[str, str] = TYPED) -> str | None:
    """The command in an event: a button of the menu, a word that stands alone, or /word."""
    if event.choice is not None:
        return event.choice[1:] if event.choice.startswith("/") else None
    if len(event.text or "") > LONGEST_COMMAND:
        return None
    words = thai.folded(event.text or "")
    if (event.text or "").startswith("/start "):  # a deep link: /start track
        words = words.removeprefix("start ")
    return typed.get(words)


def numbered(
    event: Event,
    session: Session,
    before: Session,
    offered: Mapping[Lang, tuple[Choice, ...]] = menu.CHOICES,
) -> str | None:
    """The command of a number that was typed where the menu is open: LINE on a PC shows no buttons."""
    if before.at == NEVER or session.topic is not DialogTopic.MENU or event.text is None:
        return None
    place, choices = thai.number(event.text), offered[session.lang]
    return choices[place - 1].data[1:] if place and 1 <= place <= len(choices) else None


def is_receipt_like(text: str) -> bool:
    """Whether a text that nobody asked for is a receipt, if perhaps a mistyped one."""
    symbols = folded(text)
    return reads(text) is not None or (is_whole(symbols) and any(s.isdigit() for s in symbols))


def guessed(event: Event) -> Lang:
    """The language to begin in: the page's, else English for one who writes only Latin letters, else Thai."""
    if event.lang is not None:
        return event.lang
    text = event.text or ""
    latin = text.isascii() and any(c.isalpha() for c in text)
    return "en" if latin and not text.startswith("/") and not is_receipt_like(text) else "th"
