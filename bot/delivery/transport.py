"""What a platform offers to the delivery worker, and how a delivery can fail."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from handlers.dialog.events import FileProblem
from handlers.dialog.replies import Message


class RetryLaterError(Exception):
    """The platform asks to wait. Try again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class PermanentError(Exception):
    """The platform refuses for good: the person left, the file is gone or too large. Trying again changes nothing."""

    def __init__(self, problem: FileProblem = FileProblem.UNREADABLE) -> None:
        super().__init__()
        self.problem = problem


class RejectedError(Exception):
    """The platform refuses what we sent: our own mistake. It is tried a few times more, in case it is not."""


class Transport(Protocol):
    """A platform as the courier sees it. Both methods raise Later, Never, Mistaken, or anything for an outage."""

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
