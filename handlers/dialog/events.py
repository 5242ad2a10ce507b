"""The words of one turn: what came in, what is asked of the world, what is said, what is to be written."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from handlers.dialog.chart import MonthlyChart
from handlers.dialog.receipt import Receipt

Lang: TypeAlias = Literal["th", "en"]
OTHER_LANG: Mapping[Lang, Lang] = {"th": "en", "en": "th"}
T = TypeVar("T")

SESSION_IDLE_TIMEOUT = timedelta(minutes=30)
"""A draft that nobody touched for this long lapses (as GlobaLeaks' sessions do)."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Channel(StrEnum):
    """The door a message came through: how anonymous a person is depends on it."""

    TERMINAL = "terminal"
    WEB = "web"
    TELEGRAM = "telegram"
    LINE = "line"


class FileProblem(StrEnum):
    """Why a file was not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    BOMB = "bomb"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    TOO_MANY_AT_ONCE = "too_many_at_once"


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent, sealed in storage before anyone decides on it.

    id: its random name in sealed storage, 32 hex digits; empty when it was not kept.
    name: what the sender called it, cleaned. kind: media type by content, never by name.
    size: bytes. problem: why it was not kept, or None. coming: it is on its way, and its place is kept.
    """

    id: str
    name: str
    kind: str
    size: int
    problem: FileProblem | None = None
    misnamed: bool = False
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did: typed a text, picked a choice or sent a file.

    id: the platform's own id of the event, unique within the desk; kept only as a hash under a key of the day.
    who: HMAC-SHA256 of platform and user id (32 bytes).
    back: where an answer is sent, sealed by the adapter; None where the answer rides on the request itself.
    prompt: the number of the question that the words were written for, and lang: the language of the page they
    were written on; each where the door knows it.
    message: the platform's id of the message, where it can be taken back; unsent: of one that was taken back.
    was: what the text said before the person corrected it in the chat; empty when that is not known any more.
    """

    id: str
    person_id: bytes
    channel: Channel
    text: str | None = None
    choice: str | None = None
    file: File | None = None
    reply_to: bytes | None = None
    prompt_number: int | None = None
    lang: Lang | None = None
    message_id: str = ""
    unsent_message_id: str = ""
    previous_text: str | None = None


class ExpectedInput(StrEnum):
    """What sort of answer a question waits for, so that a door can offer the right thing to give it with."""

    PICK = "pick"
    TEXT = "text"
    LONG = "long"
    CODE = "code"
    FILES = "files"


TYPED_INPUTS = frozenset({ExpectedInput.TEXT, ExpectedInput.LONG, ExpectedInput.CODE})
"""Where words are waited for, so that a number that is typed is an answer and picks nothing."""


class DialogTopic(StrEnum):
    """What the talk is about, which tells who answers next."""

    MENU = "menu"
    REPORT = "report"
    TRACK = "track"
    CONFIRM = "confirm"
    LAPSED = "lapsed"
    ASK = "ask"
    THREAD = "thread"
    OPINION = "opinion"


@dataclass(frozen=True)
class Session:
    """Where a talk stands. Sealed when stored; lapses `IDLE` after `at`.

    version: of the stored row, 0 when there is none; prompt: the number of the last question, which tells a
    choice of an older one; editing: an answer is being changed from the review; resume: the question to
    return to when a cancel is called off; sent: what each message of the platform brought; staff: where an
    officer's work stands (`handlers.staff.call`). A session
    that holds a `receipt` would link a person to a case, so it lives in memory only and its stored row is deleted.
    """

    version: int = 0
    at: datetime = NEVER
    lang: Lang = "th"
    topic: DialogTopic = DialogTopic.MENU
    step: str = ""
    prompt: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    editing: bool = False
    resume: str = ""
    receipt: Receipt | None = None
    sent: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict, repr=False)

    def replace(self, **changes: Any) -> "Session":  # noqa: ANN401 - as dataclasses.replace
        """The same talk with changes. TypeError for one that a session does not have.

        As `dataclasses.replace` but at a tenth of its price, since every message changes its session a few times;
        so a session has no slots.
        """
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError("a session has no such part")
        changed = object.__new__(Session)
        changed.__dict__.update(self.__dict__, **changes)
        return changed

    @property
    def has_draft(self) -> bool:
        """Whether something that the person typed or sent would be lost with this session."""
        return bool(self.answers or self.files)

    @property
    def memory_only(self) -> bool:
        """Whether it lives in memory only: it would link a person to a case, or holds what may be one."""
        return self.receipt is not None or self.step == "suspect"

    def is_expired(self, now: datetime) -> bool:
        """Whether the person stayed away too long."""
        return now - self.at >= SESSION_IDLE_TIMEOUT


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person may pick. `data` comes back as `Event.choice`; the label is a wording key."""

    data: str
    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say, still without words: a wording key and what goes into it.

    certain: must arrive even through a crash, so it waits in the outbox until it did; everything of a case is.
    wants: what sort of answer is waited for, where something is asked.
    An argument called `receipt` is shown to the person as the receipt of the case, one called `status` as its
    public state, and one called `unsent` is what they wrote and must find again where they wrote it.
    """

    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    certain: bool = False
    wants: ExpectedInput | None = None


ReplyArg: TypeAlias = str | int | Reply | tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A `Reply` in words, for one person in one language. `choices` are (label, data) pairs.

    certain, key: as of the `Reply`. typed: it asks for words. guarded: of a case or of what was told, so a door
    that can keeps it from being passed on. fading: content before an officer, deleted after a while where it can be.
    qr: what a door that shows pictures draws as a QR code; chart: what it draws as a chart.
    """

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    receipt: str | None = None
    durable: bool = False
    protected: bool = False
    expects_text: bool = False
    key: str = ""
    expires: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None


class Query(Generic[T]):
    """A question to the world, answered with a T."""

    __slots__ = ()


class Act:
    """Something to be written with the turn."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a message leads to: the session afterwards (None: forget it), what is said, what is written.

    lang: the language of what is said, where no session tells it.
    """

    session: Session | None
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()
    lang: Lang = "th"


Decision: TypeAlias = Generator[Query[Any], Any, TurnResult]


def run_query(query: Query[T]) -> Generator[Query[T], T, T]:
    """Ask: `case = yield from read(FindCase(receipt))`."""
    answer: T = yield query
    return answer


@dataclass(frozen=True, slots=True)
class Now(Query[datetime]):
    """The instant, in UTC."""


@dataclass(frozen=True, slots=True)
class NewReceipt(Query[Receipt]):
    """A receipt that nobody has: 80 random bits."""


@dataclass(frozen=True, slots=True)
class StoreTextFile(Query[File]):
    """Seal a text as a file, for what exceeds the room of an answer."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteFiles(Act):
    """Erase files of a draft that will not be filed."""

    ids: tuple[str, ...]


def raw_text(text: str) -> Reply:
    """Words that are not ours: an office's own, or what the person typed."""
    return Reply("literal", {"text": text})


def advance_prompt(session: Session, **changes: Any) -> Session:  # noqa: ANN401 - as dataclasses.replace
    """The session with one more question asked, so that choices of older ones are told apart."""
    return session.replace(prompt=session.prompt + 1, **changes)
