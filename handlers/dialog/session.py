"""The dialog session: the state kept for a person between two messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.events import DEFAULT_LANG, File, Lang
from handlers.dialog.receipt import Receipt
from handlers.staff.state import NO_OFFICER, OfficerState

SESSION_IDLE_TIMEOUT = timedelta(minutes=30)
"""A session without a message for this long expires (as GlobaLeaks' sessions do)."""

TEXT_PREFIX, FILE_PREFIX = "text:", "file:"
"""Prefixes of a message origin: the text that a platform's message brought, or a file's id in encrypted storage."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class DialogTopic(StrEnum):
    """What the dialog is about: decides which module handles the next message."""

    MENU = "menu"
    REPORT = "report"
    TRACK = "track"
    CONFIRM = "confirm"
    LAPSED = "lapsed"
    ASK = "ask"
    THREAD = "thread"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class UnconfirmedText:
    """A text that came where a choice was asked. Nothing of it is in a draft until the person says what it is.

    text: empty where it was kept in memory only and is lost; step: where the newest part of it was typed; field: the
    question whose answer it may be, or empty; messages: the platform's ids of the messages that it came in;
    memory_only: it came before the notice was acknowledged, so that it is never stored.
    """

    text: str
    step: str = ""
    field: str = ""
    messages: tuple[str, ...] = ()
    memory_only: bool = False


@dataclass(frozen=True, slots=True)
class DoubtfulText:
    """A text in which something looks like a mistyped tracking code. It waits for the person to say whether it is one.

    text: empty where it is lost, since it is kept in memory only; previous_text, message_id: of its event.
    """

    text: str = field(repr=False)
    previous_text: str | None = field(default=None, repr=False)
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class LongTextPiece:
    """One message of a long text. number: of the message; is_full: the next piece goes on within the word."""

    number: int
    text: str = field(repr=False)
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class LongText:
    """A text that comes in several messages, until no other comes: then it is handled as if it had come in one.

    pieces: in the order of the chat; sent_at: of the newest, in seconds since 1970; before: the session's `at` before
    it, so that who was greeted, and what has lapsed, is judged as if it had come at once. is_first: nobody was greeted
    yet, or a draft has lapsed; is_storable: it may be on disk before it is complete, which its desk decides anew with
    each part; else it waits in memory only.
    """

    pieces: tuple[LongTextPiece, ...]
    sent_at: int
    before: datetime = NEVER
    is_first: bool = False
    is_storable: bool = False

    @property
    def text(self) -> str:
        """The whole text: clients drop the space or line break where they cut, and cut words only at full length."""
        return "".join(
            piece.text if piece.is_full or piece is self.pieces[-1] else f"{piece.text}\n"
            for piece in self.pieces
        )


UNOPENED_CASE_STEP = "code"
"""The step of `DialogTopic.TRACK` at which the receipt is asked."""


@dataclass(frozen=True)
class Session:
    """The state of a dialog. Encrypted when stored; expires `SESSION_IDLE_TIMEOUT` after `at`.

    version: of the stored row, 0 where there is none; prompt_number: of the last question, so that a choice of an
    older one is recognized; editing: an answer is being changed from the review; resume: the step to return to when
    cancelling is called off; message_origins: what each message of the platform brought, by its id; officer: the state
    of an officer's dialog; unconfirmed: a text that is not part of the draft; doubtful: texts that wait until it is
    said whether they have a tracking code in them; long_text: a text of which more may come; is_short: the
    form asks by itself only what it cannot do without (`Form.short_steps`); understood: what the review showed as
    understood from the story, by field; removed_readings: of what kinds nothing is to be understood any more; declined:
    questions that the person was asked at their own wish and passed; asked_again: those that were asked a second time,
    as what was told spoke against the answer; may_rate: the open case ended since it was opened the last time, and how
    it was handled may be told.
    A session with a `receipt`, or the `one_time` code of a slip, would link a person to a case, so it is kept in memory
    only and its stored row is deleted; while it gathers a long text, there is a row with that text, and without the
    receipt. An alias is the name under which a field is stored, in earlier versions and in this one.
    """

    version: int = 0
    at: datetime = NEVER
    lang: Lang = DEFAULT_LANG
    topic: DialogTopic = DialogTopic.MENU
    step: str = ""
    prompt_number: Annotated[int, Field(alias="prompt")] = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    editing: bool = False
    resume: str = ""
    receipt: Receipt | None = None
    message_origins: Annotated[Mapping[str, str], Field(alias="sent")] = field(default_factory=dict)
    officer: OfficerState = NO_OFFICER
    unconfirmed: UnconfirmedText | None = None
    doubtful: tuple[DoubtfulText, ...] = ()
    long_text: LongText | None = None
    is_short: bool = False
    understood: Mapping[str, str] = field(default_factory=dict)
    removed_readings: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    asked_again: tuple[str, ...] = ()
    one_time: OneTimeCode | None = None
    may_rate: bool = False

    def replace(self, **changes: Any) -> "Session":  # noqa: ANN401 - as dataclasses.replace
        """Return a copy with changes. Raises TypeError for an unknown field.

        Like `dataclasses.replace`, which takes half as long again, since every message changes its session a few times.
        It needs `__dict__`, so the class has no slots.
        """
        return Session(**{**self.__dict__, **changes})

    @property
    def has_draft(self) -> bool:
        """Whether the session holds something that the person typed or sent."""
        return bool(self.answers or self.files or self.unconfirmed)

    @property
    def is_blank(self) -> bool:
        """Whether the person would miss nothing but the place in a menu and the language, were it forgotten."""
        tells = self.has_draft or self.doubtful or self.long_text or self.topic is DialogTopic.LAPSED
        opens = self.receipt is not None or self.one_time is not None
        return not (tells or opens) and self.officer == NO_OFFICER

    @property
    def memory_only(self) -> bool:
        """Whether the session must not be stored: it links a person to a case, or holds what may be a complaint.

        Nor is a blank one: a row would show who was here, and the fresh row of somebody at the menu who filed.
        """
        text = self.long_text
        if text is not None:
            return not text.is_storable and (text.is_first or self.replace(long_text=None).memory_only)
        opens = self.receipt is not None or self.one_time is not None
        return opens or self.step == "suspect" or self.is_blank

    def without_memory_only_text(self) -> "Session":
        """Return the session as it is stored: of a text that is kept in memory only, it tells that there was one.

        Of a long text it does not tell: the person has got no answer yet. Of one for an open case it does not tell
        which case it is: after a restart the person is asked for the receipt (`UNOPENED_CASE_STEP`).
        """
        if self.long_text is not None and not self.long_text.is_storable:
            return self.replace(long_text=None).without_memory_only_text()
        if self.receipt is not None and self.long_text is not None:
            return Session(
                version=self.version,
                at=self.at,
                lang=self.lang,
                topic=DialogTopic.TRACK,
                step=UNOPENED_CASE_STEP,
                prompt_number=self.prompt_number,
                long_text=self.long_text,
            )
        if self.doubtful:
            return self.replace(doubtful=()).without_memory_only_text().replace(doubtful=(DoubtfulText(""),))
        held = self.unconfirmed
        if held is None or not held.memory_only:
            return self
        stored = self.replace(unconfirmed=UnconfirmedText("", memory_only=True))
        return stored.replace(message_origins=list_held_origins(stored))

    def is_expired(self, now: datetime) -> bool:
        """Whether the person has been idle for `SESSION_IDLE_TIMEOUT`."""
        return now - self.at >= SESSION_IDLE_TIMEOUT


def list_held_origins(session: Session) -> dict[str, str]:
    """Return the message origins of what is in the answers, the files or the text that waits, and of nothing else.

    What the person typed besides, or what was dropped, must not stay on disk for having been a message.
    """
    waiting = session.unconfirmed.text if session.unconfirmed else ""
    lines = [f"\n{text}\n" for text in (*session.answers.values(), waiting)]
    files = {f"{FILE_PREFIX}{file.id}" for file in session.files}
    return {
        number: what
        for number, what in session.message_origins.items()
        if what in files
        or (
            what.startswith(TEXT_PREFIX)
            and any(f"\n{what.removeprefix(TEXT_PREFIX)}\n" in one for one in lines)
        )
    }


def advance_prompt(session: Session, **changes: Any) -> Session:  # noqa: ANN401 - as dataclasses.replace
    """Return the session with the next prompt number, by which choices of earlier questions are seen to be stale."""
    return session.replace(prompt_number=session.prompt_number + 1, **changes)
