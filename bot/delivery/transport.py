"""What a platform offers to the delivery worker, and how a delivery can fail."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.errors import BotError
from handlers.dialog.events import FileProblem
from handlers.dialog.replies import Message


class TransportError(BotError):
    """A platform did not do what it was asked. No words of the platform's go along.

    permanent: whether trying again changes nothing; retry_after: seconds that the platform asks to wait, None where it
    says none; problem: what became of the file that was fetched.
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
    """The platform asks to wait."""

    retry_after: float

    def __init__(self, seconds: float) -> None:
        super().__init__(retry_after=seconds)


class QuotaExhaustedError(RetryLaterError):
    """The messages of this month are used up: no more are taken until the next, or until more are bought."""


class PermanentError(TransportError):
    """The platform refuses for good: the person left, the file is gone or too large. Trying again changes nothing."""

    def __init__(self, problem: FileProblem = FileProblem.UNREADABLE) -> None:
        super().__init__(permanent=True, problem=problem)


class MessageGoneError(TransportError):
    """The message that was to be changed is not there any more, or stands so already."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class ReplyTokenUsedError(TransportError):
    """The reply token was used already, or is too old."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class RejectedError(TransportError):
    """The platform refuses what we sent: our own mistake. It is tried a few times more, in case it is not."""


class TokenRefusedError(TransportError):
    """The platform does not know the token. The administrator's to mend; trying again is for when it was mended."""


class UpdatesConflictError(TransportError):
    """Another program takes this account's updates."""


class PlatformUnavailableError(TransportError):
    """The platform cannot be reached, or is broken. Whether the call has counted nobody knows."""


class Transport(Protocol):
    """A platform as the delivery worker sees it. Both methods raise TransportError."""

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:
        """Send messages to a sealed return address; when this returns, the platform has taken them all.

        letter: what tells them from all others, the same at each try.
        """

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The content of a file, piece by piece; `what` is what the platform's door gave to `DeliveryWorker.bring`."""


@runtime_checkable
class Cleanup(Protocol):
    """A platform that clears away what must not stay: what was shown, or what is remembered of persons."""

    async def clean_up(self, now: datetime) -> int:
        """Clear away what is due; gives how much."""
