"""JSON codecs of everything that is stored encrypted: pydantic validates what is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import to_json

from handlers.complaints.lifecycle import CaseSource
from handlers.complaints.messages import CaseOpening
from handlers.dialog.attempts import Attempts
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Lang
from handlers.dialog.session import Session
from handlers.staff.complaints.messages import OutgoingReply
from handlers.staff.state import NO_OFFICER, OfficerState
from handlers.staff.state_upgrade import upgrade_officer_state
from storage.stored_replies import StoredReply


@dataclass(frozen=True, slots=True)
class _OldSessionFields:
    """What sessions held until version 0.5.1 and hold no more. staff: an officer's state as words by name."""

    staff: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The encrypted part of a case. `about`: the id of its facts, which is stored nowhere else."""

    about: str
    category: str
    channel: Channel
    answers: Mapping[str, str]
    files: tuple[str, ...] = ()
    source: CaseSource | Literal[""] = ""  # as an officer entered it; empty: that of the channel


@dataclass(frozen=True, slots=True)
class HistoryContent:
    """The encrypted part of a history line. `staff`: id of the officer who wrote it."""

    text: str = ""
    body: str = ""
    files: tuple[str, ...] = ()
    staff: str = ""


@dataclass(frozen=True, slots=True)
class FileMeta:
    """The encrypted part of a file's row. `key`: hex; `digest`: SHA-256 of the clear content, hex; `size`: bytes.

    A file that is still being fetched has no key yet. One that never arrived has no key, and `problem` says why.
    """

    key: str
    name: str
    kind: str
    size: int
    digest: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message in the outbox. `back`: the recipient's address, as the adapter encrypted it.

    until: seconds since 1970 after which it is given up where it cannot be delivered; 0 for never.
    """

    __pydantic_config__: ClassVar[ConfigDict] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    channel: Channel
    back: bytes = field(repr=False)
    lang: Lang
    says: tuple[StoredReply, ...] = field(repr=False)
    until: int = 0

    @property
    def has_code(self) -> bool:
        """Whether it gives out a tracking code, which stands nowhere else."""
        return any("receipt" in reply.args for reply in self.says)


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """An officer's reply in its undo window. due: second since 1970 from which it is sent."""

    due: int
    reply: OutgoingReply


@dataclass(frozen=True, slots=True)
class WaitingReplies:
    """The encrypted part of a case's row of `held`, since version 0.6: all that waits, in order."""

    waiting: tuple[WaitingReply, ...]


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """A file to fetch. `what`: the adapter's own parameters, encrypted with the row."""

    kind: str
    what: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _AnswerFields:
    """What is kept of an `Answer`, so that the same event gets the same one."""

    lang: Lang
    says: tuple[StoredReply, ...]


SESSION_CODEC = TypeAdapter(Session)
OFFICER_STATE_CODEC = TypeAdapter(OfficerState)
_OLD_SESSION_CODEC = TypeAdapter(_OldSessionFields)
_ANSWERS_CODEC = TypeAdapter(dict[str, _AnswerFields])
ATTEMPTS_CODEC = TypeAdapter(Attempts)
REPORT_CODEC = TypeAdapter(StoredReport)
HISTORY_CODEC = TypeAdapter(HistoryContent)
FILE_META_CODEC = TypeAdapter(FileMeta)
CASE_OPENING_CODEC = TypeAdapter(CaseOpening | None)
IDENTITY_CODEC = TypeAdapter(dict[str, str])
OUTBOX_MESSAGE_CODEC = TypeAdapter(OutboxMessage)
QUEUED_TASK_CODEC = TypeAdapter(QueuedTask)
WAITING_REPLIES_CODEC: TypeAdapter[WaitingReplies | OutgoingReply] = TypeAdapter(
    WaitingReplies | OutgoingReply
)
"""Until version 0.5.2 one reply of a case waited at a time, and its row had that alone."""


def encode_session(session: Session) -> bytes:
    """A session as it is sealed: without what stands in it by default, save in an officer's state.

    There the `kind` of a situation must be written, which is always its default.
    """
    if session.officer == NO_OFFICER:
        return SESSION_CODEC.dump_json(session, exclude_defaults=True, by_alias=True)
    fields = SESSION_CODEC.dump_python(
        session, mode="json", exclude_defaults=True, exclude={"officer"}, by_alias=True
    )
    return to_json({**fields, "officer": OFFICER_STATE_CODEC.dump_python(session.officer, mode="json")})


def decode_session(stored: bytes) -> Session:
    """A session as it was sealed, by this version or an earlier one, which kept an officer's state as words by name."""
    session = SESSION_CODEC.validate_json(stored)
    if b'"staff"' not in stored:
        return session
    kept = _OLD_SESSION_CODEC.validate_json(stored).staff
    return session.replace(officer=upgrade_officer_state(kept)) if kept else session


def encode_outbox_message(message: OutboxMessage) -> bytes:
    """Serialize an outbox message without fields that have their default, which are most of them."""
    return OUTBOX_MESSAGE_CODEC.dump_json(message, exclude_defaults=True)


def encode_answers(answers: Mapping[str, Answer]) -> bytes:
    """Serialize answers by the hex hash of their event, without fields that have their default."""
    fields = {
        event: _AnswerFields(answer.lang, tuple([reply.without_memory_args() for reply in answer.replies]))
        for event, answer in answers.items()
    }
    return _ANSWERS_CODEC.dump_json(fields, exclude_defaults=True)


def decode_answers(stored: bytes) -> dict[str, Answer]:
    """Read answers as `encode_answers` or an earlier version wrote them: those of events that occur again."""
    fields = _ANSWERS_CODEC.validate_json(stored)
    return {event: Answer(one.says, one.lang, duplicate=True) for event, one in fields.items()}
