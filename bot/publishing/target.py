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


class PublishTarget(Protocol):
    """A place where releases are published. Publishing the same releases again changes nothing."""

    @property
    def name(self) -> str:
        """Its code in [publish.place] of the wording."""

    async def publish(self, releases: Sequence[PublishedRelease]) -> str:
        """Publish all releases, given oldest first. Returns the address of the newest there.

        Raises PublishError.
        """
