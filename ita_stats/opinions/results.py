"""The published results of a consultation: none of the figures reveals the answers of a few people."""

from dataclasses import dataclass
from datetime import date, datetime

from ita_stats.opinions.model import AnswerKind, ThemeDecision

VisibleCount = int | None
"""A number of responses, or None if it is suppressed. It may be zero."""


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """Numbers of responses: all, by chat account, by the web page. The last two are also None where not split."""

    all: VisibleCount = None
    account: VisibleCount = None
    web: VisibleCount = None


@dataclass(frozen=True, slots=True)
class ScoreMeans:
    """Means of a scale from 1 to 5, to two decimals; None where not every figure behind them is shown."""

    all: float | None = None
    account: float | None = None
    web: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One possible answer. `label`: from the question, or empty where our own text stands for the code.

    percent: 0 to 100, to one decimal, of those who answered, or of all responses where that number is suppressed; None
    where the figure is suppressed.
    """

    code: str
    label: str
    voices: ResponseCounts
    percent: float | None


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """A question, or one statement of it, which is then its label."""

    code: str
    label: str
    answered: ResponseCounts
    rows: tuple[AnswerRow, ...]
    mean: ScoreMeans = ScoreMeans()

    @property
    def has_hidden(self) -> bool:
        """Whether a figure of all responses is suppressed."""
        return self.answered.all is None or any(row.voices.all is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question. A free-text question has no parts: see the themes."""

    code: str
    kind: AnswerKind
    title: str
    parts: tuple[QuestionPart, ...]


@dataclass(frozen=True, slots=True)
class PublishedTheme:
    """What several people wrote, and what the office does about it. `voices`: how many wrote it."""

    name: str
    voices: VisibleCount
    quotes: tuple[str, ...]
    taken: ThemeDecision | None
    reason: str
    by: date | None
    done: date | None

    @property
    def is_promised(self) -> bool:
        """Whether the office promised something that is not done yet."""
        return self.taken in {ThemeDecision.ADOPTED, ThemeDecision.PARTLY} and self.done is None


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """The published results of a consultation. Instants in UTC; `least`: smaller groups are not shown.

    voices is None where there were fewer than `least` responses in all: then there are no figures and no themes.
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
        """Whether responses by account and by the web page are shown separately."""
        return self.voices is not None and bool(self.voices.account) and bool(self.voices.web)

    @property
    def has_hidden(self) -> bool:
        """Whether any figure is suppressed."""
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
