"""The results of a consultation as they are published: nothing in them tells the voices of a few people."""

from dataclasses import dataclass
from datetime import date, datetime

from ita_stats.opinions.model import AnswerKind, ThemeDecision

VisibleCount = int | None
"""A number of voices, or None for one that is not shown. It may be zero."""


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """Voices: all, those with an account, those by the web page. The last two are None, too, where not told apart."""

    all: VisibleCount = None
    account: VisibleCount = None
    web: VisibleCount = None


@dataclass(frozen=True, slots=True)
class ScoreMeans:
    """Means of a scale from 1 to 5, of all and apart, to two places; None where not every figure is shown."""

    all: float | None = None
    account: float | None = None
    web: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One possible answer. label: in the words of the question, or empty where our own words stand for the code.

    percent: 0 to 100 to one place, of those who answered, or of all voices where it is not shown how many answered;
    None where the figure is not shown.
    """

    code: str
    label: str
    voices: ResponseCounts
    percent: float | None


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One thing that was asked: a question, or one statement of it, which is its label."""

    code: str
    label: str
    answered: ResponseCounts
    rows: tuple[AnswerRow, ...]
    mean: ScoreMeans = ScoreMeans()

    @property
    def has_hidden(self) -> bool:
        """Whether a figure of all voices is not shown."""
        return self.answered.all is None or any(row.voices.all is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question. One in people's own words has no parts: what they wrote is in the themes."""

    code: str
    kind: AnswerKind
    title: str
    parts: tuple[QuestionPart, ...]


@dataclass(frozen=True, slots=True)
class PublishedTheme:
    """What several people wrote, and what the office does with it. voices: how many wrote of it."""

    name: str
    voices: VisibleCount
    quotes: tuple[str, ...]
    taken: ThemeDecision | None
    reason: str
    by: date | None
    done: date | None

    @property
    def is_promised(self) -> bool:
        """Whether the office said that it would do something, and has not done it yet."""
        return self.taken in {ThemeDecision.ADOPTED, ThemeDecision.PARTLY} and self.done is None


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """All that is published of a consultation. Instants in UTC; least: below how many voices nothing is told apart.

    voices is None where there were fewer than that in all: then there are no figures and no themes.
    """

    office_th: str
    office_en: str
    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    least: int
    voices: ResponseCounts | None
    questions: tuple[QuestionResult, ...]
    themes: tuple[PublishedTheme, ...]

    @property
    def is_split(self) -> bool:
        """Whether voices with an account and by the web page stand beside each other."""
        return self.voices is not None and bool(self.voices.account) and bool(self.voices.web)

    @property
    def has_hidden(self) -> bool:
        """Whether any figure is not shown."""
        parts = [part for question in self.questions for part in question.parts]
        return (
            any(p.has_hidden for p in parts)
            or any(t.voices is None for t in self.themes)
            or self._has_hidden_split
        )

    @property
    def _has_hidden_split(self) -> bool:
        rows = (row for q in self.questions for p in q.parts for row in p.rows)
        return self.is_split and any(row.voices.account is None for row in rows)
