"""What everybody may know: entries of the office's own hand, and questions that were answered and published."""

from dataclasses import dataclass
from datetime import date

from handlers.dialog.effects import Act, Query


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """An entry of the knowledge base. also: other ways to ask it; until: the last day on which it holds.

    example: it came with the system, and nobody in the office has checked it.
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

    @property
    def searchable_texts(self) -> tuple[str, ...]:
        """What a question may be near to, each text alone."""
        return (self.question, *self.also, self.answer)

    def is_valid_on(self, on: date) -> bool:
        """Whether it may be told on a day (Bangkok's)."""
        return not self.off and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """A question on the public board, with its answer and nothing about who asked. Days are Bangkok's."""

    id: str
    question: str
    answer: str
    asked_on: date
    answered_on: date
    topic: str = ""

    @property
    def days_to_answer(self) -> int:
        """How long the answer took."""
        return (self.answered_on - self.asked_on).days


@dataclass(frozen=True, slots=True)
class FaqCatalogue:
    """All that everybody may know, in the order in which it is shown: the newest of the board first."""

    entries: tuple[FaqEntry, ...] = ()
    published: tuple[PublishedQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class GetFaqCatalogue(Query[FaqCatalogue]):
    """All that is known, with what is turned off or out of date."""


@dataclass(frozen=True, slots=True)
class SaveFaqEntry(Act):
    """Write an entry, new or in place of the one with its id."""

    entry: FaqEntry


@dataclass(frozen=True, slots=True)
class UnpublishQuestion(Act):
    """Take a question from the board, and out of what is known."""

    published_id: str
    staff: str


@dataclass(frozen=True, slots=True)
class PublishQuestion(Act):
    """Publish a question with its answer; again for the same question, in place of the former text."""

    thread: str
    published: PublishedQuestion
