"""The interface of a place where releases are published, and its error."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import BotError
from storage.releases import StoredRelease


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A public release and the directory of its files."""

    record: StoredRelease
    folder: Path


class PublishError(BotError):
    """A target could not be updated; what was published there stays. It is retried later.

    code: of [publish.trouble] in the wording, never text of a response.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that a place does not take, so that it is linked on our own site. code: as of PublishError."""

    file: str
    code: str


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """What was published: the address of the newest release there, and the files that the place refused."""

    address: str
    refused: tuple[RefusedFile, ...] = ()


class PublishTarget(Protocol):
    """A place where releases are published. Publishing the same releases again changes nothing."""

    @property
    def name(self) -> str:
        """Its code in [publish.place] of the wording."""

    async def publish(self, releases: Sequence[PublishedRelease]) -> PublishOutcome:
        """Publish all releases, given oldest first. Raises PublishError."""
