"""Messages of the FAQ: entries that the office writes, and answered questions that were published."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialog.effects import Act, Query

FAQ_ENTRY_PREFIX, PUBLISHED_QUESTION_PREFIX = "k.", "b."
"""Prefixes of match ids: an entry of the office's FAQ, or a published question."""


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """An entry of the FAQ. `also`: other ways to ask it; `until`: the last day on which it is valid.

    source: what an officer checks the answer against; citizens do not see it. example: it came with the program, and
    nobody in the office has checked it. checked: the day on which an officer wrote or checked the answer; None where
    nobody noted it. Days are in Bangkok.
    """

    id: str
    question: str
    answer: str
    also: tuple[str, ...] = ()
    topic: str = ""
    link: str = ""
    until: date | None = None
    off: bool = False
    example: bool = False
    source: str = ""
    checked: date | None = None

    @property
    def searchable_texts(self) -> tuple[str, ...]:
        """The texts that a question is compared with, each by itself."""
        return (self.question, *self.also, self.answer)

    @property
    def is_draft(self) -> bool:
        """Whether it came with the program, and is turned off until an officer has checked it."""
        return self.off and self.example

    def needs_check(self, on: date, days: int) -> bool:
        """Whether an officer should look at it: a draft, or an answer that nobody has checked for so many days."""
        if self.off or self.example:
            return self.is_draft
        return self.checked is None or on - self.checked > timedelta(days=days)

    def is_valid_on(self, on: date) -> bool:
        """Whether it may be shown on a day (in Bangkok)."""
        return not self.off and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """A published question with its answer, and nothing about who asked. Days are in Bangkok."""

    id: str
    question: str
    answer: str
    asked_on: date
    answered_on: date
    topic: str = ""

    @property
    def days_to_answer(self) -> int:
        return (self.answered_on - self.asked_on).days


@dataclass(frozen=True, slots=True)
class FaqCatalogue:
    """Everything that everybody may read, in the order in which it is shown: published questions newest first."""

    entries: tuple[FaqEntry, ...] = ()
    published: tuple[PublishedQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class GetFaqCatalogue(Query[FaqCatalogue]):
    """All entries and published questions, with those that are disabled or expired."""


@dataclass(frozen=True, slots=True)
class SaveFaqEntry(Act):
    """Insert an entry, or replace the one with its id."""

    entry: FaqEntry


@dataclass(frozen=True, slots=True)
class ApproveFaqEntry(Act):
    """Save an entry that came with the program as one of the office, checked by an officer."""

    entry: FaqEntry
    staff: str


@dataclass(frozen=True, slots=True)
class DiscardFaqDraft(Act):
    """Delete an entry that came with the program and was not taken over."""

    entry_id: str
    staff: str


@dataclass(frozen=True, slots=True)
class UnpublishQuestion(Act):
    """Remove a published question, also from the search."""

    published_id: str
    staff: str


@dataclass(frozen=True, slots=True)
class PublishQuestion(Act):
    """Publish a question with its answer, or replace the published text of the same question."""

    thread: str
    published: PublishedQuestion
