"""A dialogue session: where a person stands between two messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from handlers.dialog.events import DEFAULT_LANG, File, Lang
from handlers.dialog.receipt import Receipt
from handlers.staff.state import NO_OFFICER, OfficerState

SESSION_IDLE_TIMEOUT = timedelta(minutes=30)
"""A draft that nobody touched for this long lapses (as GlobaLeaks' sessions do)."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


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
    """Where a talk stands. Sealed when stored; lapses `SESSION_IDLE_TIMEOUT` after `at`.

    version: of the stored row, 0 when there is none; prompt_number: of the last question, which tells a choice of
    an older one; editing: an answer is being changed from the review; resume: the question to return to when a
    cancel is called off; message_origins: what each message of the platform brought, by its id; officer: where an
    officer's work stands. A session that holds a `receipt` would link a person to a case, so it lives in memory
    only and its stored row is deleted. An alias is the name under which earlier versions stored a field, and this one.
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


def advance_prompt(session: Session, **changes: Any) -> Session:  # noqa: ANN401 - as dataclasses.replace
    """The session with one more question asked, so that choices of older ones are told apart."""
    return session.replace(prompt_number=session.prompt_number + 1, **changes)
