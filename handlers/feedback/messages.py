"""Messages of feedback, which anybody can give at any time: queries and acts."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dialog.effects import Act, Listing, Query


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback as officers see it. `same_text_count`: how many others sent the same words.

    has_contact: its author left a contact.
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
        """The number that the office and the person know: number/year, such as 12/2570."""
        return f"{self.number}/{self.fiscal_year}"


@dataclass(frozen=True, slots=True)
class NewFeedbackNumber(Query[int]):
    """The next feedback number of a fiscal year. Nobody else gets it; an unused one is skipped."""

    fiscal_year: int


@dataclass(frozen=True, slots=True)
class SubmitFeedback(Act):
    """Submit feedback. The same words of the same person on one day are stored once.

    person_id: only for that, hashed under the daily key; else not stored.
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
class ListFeedback(Query[Listing[Feedback]]):
    """Feedback, newest first; of entries with the same words the newest."""

    offset: int = 0
    limit: int = 8


@dataclass(frozen=True, slots=True)
class FindFeedback(Query[Feedback | None]):
    """The feedback of a number; where `fiscal_year` is 0, of the newest year that has it."""

    number: int
    fiscal_year: int = 0


@dataclass(frozen=True, slots=True)
class FindFeedbackContact(Query[str]):
    """The contact of a feedback's author; empty where none was left."""

    number: int
    fiscal_year: int


@dataclass(frozen=True, slots=True)
class RecordContactAccess(Act):
    """Audit that somebody read the contact of a feedback's author. `staff`: id of who."""

    number: int
    fiscal_year: int
    staff: str
