"""Standing opinions, which anybody gives at any time: what may be asked of them, and what may be entered."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dialog.effects import Act, Query


@dataclass(frozen=True, slots=True)
class Feedback:
    """A standing opinion as an officer sees it. like: how many others said the same in the same words.

    reachable: its author left a contact.
    """

    fiscal_year: int
    number: int
    topic: str
    score: int | None
    on: date
    text: str = field(repr=False)
    wish: str = field(default="", repr=False)
    has_contact: bool = False
    same_text_count: int = 0

    @property
    def register_number(self) -> str:
        """Its number as the office and the person know it: 12/2570."""
        return f"{self.number}/{self.fiscal_year}"


@dataclass(frozen=True, slots=True)
class NewFeedbackNumber(Query[int]):
    """The next number of an opinion in a fiscal year; nobody else gets it, and one that is not used is left out."""

    fiscal_year: int


@dataclass(frozen=True, slots=True)
class SubmitFeedback(Act):
    """Enter a standing opinion. The same words of the same person on one day are entered once.

    who: for that, under the key of the day, else not kept.
    """

    fiscal_year: int
    number: int
    topic: str
    score: int | None
    on: date
    person_id: bytes = field(repr=False)
    text: str = field(default="", repr=False)
    wish: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ListFeedback(Query[tuple[Feedback, ...]]):
    """Standing opinions, the newest first; of those in the same words the newest."""

    offset: int = 0
    limit: int = 8


@dataclass(frozen=True, slots=True)
class FindFeedback(Query[Feedback | None]):
    """The opinion of a number, whole; of the newest year that has it where the year is 0."""

    number: int
    fiscal_year: int = 0


@dataclass(frozen=True, slots=True)
class FindFeedbackContact(Query[str]):
    """Where the author of an opinion may be reached; empty where nothing was left."""

    number: int
    fiscal_year: int


@dataclass(frozen=True, slots=True)
class RecordContactAccess(Act):
    """Somebody read where the author of an opinion may be reached. staff: id of who."""

    number: int
    fiscal_year: int
    staff: str
