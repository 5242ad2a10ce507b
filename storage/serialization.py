"""What is sealed, as JSON: pydantic stands at this border and reads back only what has the right shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

from handlers.complaints.messages import Attempts
from handlers.dialog.events import Channel, Lang
from handlers.dialog.replies import Reply
from handlers.dialog.session import Session
from handlers.staff.complaints.messages import OutgoingReply


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The sealed part of a case. about: the nameless case of its facts, which stands nowhere else."""

    about: str
    category: str
    channel: Channel
    answers: Mapping[str, str]
    files: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class HistoryContent:
    """The sealed part of a line of history. staff: id of the officer whose line it is."""

    text: str = ""
    body: str = ""
    files: tuple[str, ...] = ()
    staff: str = ""


@dataclass(frozen=True, slots=True)
class FileMeta:
    """The sealed part of a file. key: hex; digest: SHA-256 of the clear content, hex; size: bytes.

    A file that is on its way has no key yet; one that never came has none, and `problem` says why.
    """

    key: str
    name: str
    kind: str
    size: int
    digest: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """What waits in the outbox. back: where it goes, as the adapter sealed it."""

    __pydantic_config__: ClassVar[ConfigDict] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    channel: Channel
    back: bytes = field(repr=False)
    lang: Lang
    says: tuple[Reply, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """What waits to be fetched. what: the adapter's own words for it, sealed with it."""

    kind: str
    what: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was said to an event, so that the same event gets the same answer. lang: the language it was said in."""

    lang: Lang
    says: tuple[Reply, ...]


SESSION_CODEC = TypeAdapter(Session)
STORED_ANSWERS_CODEC = TypeAdapter(dict[str, StoredAnswer])
"""By the marks of their events, in hex digits."""
ATTEMPTS_CODEC = TypeAdapter(Attempts)
REPORT_CODEC = TypeAdapter(StoredReport)
HISTORY_CODEC = TypeAdapter(HistoryContent)
FILE_META_CODEC = TypeAdapter(FileMeta)
IDENTITY_CODEC = TypeAdapter(dict[str, str])
OUTBOX_MESSAGE_CODEC = TypeAdapter(OutboxMessage)
QUEUED_TASK_CODEC = TypeAdapter(QueuedTask)
OUTGOING_REPLY_CODEC = TypeAdapter(OutgoingReply)


def encode_outbox_message(letter: OutboxMessage) -> bytes:
    """A letter as it is sealed: without what stands in it by default, which is most of it."""
    return OUTBOX_MESSAGE_CODEC.dump_json(letter, exclude_defaults=True)
