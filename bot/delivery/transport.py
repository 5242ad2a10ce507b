"""The interface of a platform to the delivery worker, and the errors of platforms."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.errors import BotError
from handlers.dialog.events import FileProblem
from handlers.dialog.replies import Message
from storage.files.evidence import MAX_FILE_BYTES


class TransportError(BotError):
    """A call to a platform failed. It carries no text of the platform's.

    permanent: retrying is useless. retry_after: seconds that the platform asks to wait, if it does. problem: what a
    failed download means for the file.
    """

    def __init__(
        self,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        problem: FileProblem = FileProblem.UNREADABLE,
    ) -> None:
        super().__init__()
        self.permanent, self.retry_after, self.problem = permanent, retry_after, problem


class RetryLaterError(TransportError):
    """The platform asks to wait, which does not count as a failure."""

    retry_after: float

    def __init__(self, seconds: float) -> None:
        super().__init__(retry_after=seconds)


class QuotaExhaustedError(RetryLaterError):
    """The month's quota is used up: no push is accepted until next month, or until more messages are bought."""


class PushHeldBackError(RetryLaterError):
    """The month's pushes run low, and this message is not worth one: it comes with the next reply to the person."""


class PermanentError(TransportError):
    """The platform refuses for good, so do not retry: the person left, or the file is gone or too large."""

    def __init__(self, problem: FileProblem = FileProblem.UNREADABLE) -> None:
        super().__init__(permanent=True, problem=problem)


class MessageGoneError(TransportError):
    """The message to edit no longer exists or already reads so, or the callback query is too old."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class ReplyTokenUsedError(TransportError):
    """The reply token was used already or has expired."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class RejectedError(TransportError):
    """The platform refuses a malformed request: our fault. Retried a limited number of times, in case it is not."""


class TokenRefusedError(TransportError):
    """The platform does not accept the token. The administrator has to correct it; until then retries fail."""


class UpdatesConflictError(TransportError):
    """Another program polls this bot's updates, or a webhook is set (HTTP 409)."""


class PlatformUnavailableError(TransportError):
    """The platform cannot be reached or fails (5xx). Whether the call was carried out is unknown."""


NO_LIMIT = sys.maxsize
"""A limit that nothing comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLimits:
    """What one message may hold.

    text_units: UTF-16 units of a text. buttons: choices shown as buttons; the others are typed. label_graphemes: of a
    button. file_bytes: of a file that a person sends. file_wait: seconds that the handling of an event waits for its
    file; after that, the dialogue goes on without it.
    """

    text_units: int = NO_LIMIT
    buttons: int = NO_LIMIT
    label_graphemes: int = NO_LIMIT
    file_bytes: int = MAX_FILE_BYTES
    file_wait: float = 3.0


class Transport(Protocol):
    """A platform, as the delivery worker uses it. Both methods raise TransportError."""

    limits: PlatformLimits

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        """Send messages to an encrypted return address. On return, the platform has accepted all of them.

        delivery_id: identifies these messages, the same at each attempt (idempotency key).
        """

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Yield the content of a file. what: as the platform gave it to `DeliveryWorker.fetch_file`."""


@runtime_checkable
class Cleanup(Protocol):
    """A platform that has something to delete regularly: shown messages, or what it remembers of persons."""

    async def clean_up(self, now: datetime) -> int:
        """Delete what is due. Returns how much. now: UTC."""
