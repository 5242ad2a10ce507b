"""A place where releases are published, and what may go wrong there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.errors import BotError
from storage.releases import StoredRelease


@dataclass(frozen=True, slots=True)
class PublishedRelease:
    """A release that may be read by everybody, and the folder of its files."""

    record: StoredRelease
    folder: Path


class PublishError(BotError):
    """A place could not be brought up to date; what stood there still does. It is tried again later.

    what: a code of [publish.trouble] in the wording, never words of an answer.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.code = what


class PublishTarget(Protocol):
    """A place. Posting the same releases again changes nothing."""

    @property
    def name(self) -> str:
        """What it is called in [publish.place] of the wording."""

    async def publish(self, releases: Sequence[PublishedRelease]) -> str:
        """Bring the place up to date with all releases, oldest first; gives the newest's address there.

        Raises Unposted.
        """
