"""Messages of consultations: queries and acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.dialog.effects import Act, Listing, Query
from handlers.questions.messages import ReplyAddress


class ConsultationQuestionKind(StrEnum):
    """How a question of a consultation is answered."""

    CHOICE = "choice"  # one of its options
    CHOICES = "choices"  # several of its options
    SCALE = "scale"  # 1 to 5
    TEXT = "text"  # in one's own words
    STATEMENTS = "statements"  # each of its options: agree, disagree or pass


class ConsultationPhase(StrEnum):
    """The phase of a consultation."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class ConsultationQuestion:
    """A question. `options`: choices or statements by key, in the order in which they are shown."""

    key: str
    kind: ConsultationQuestionKind
    title: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation: what is asked, and when. `code`: as in its address; instants in UTC."""

    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    questions: tuple[ConsultationQuestion, ...]
    phase: ConsultationPhase = ConsultationPhase.COMING

    def is_open(self, now: datetime) -> bool:
        """Whether responses are accepted. The scheduled job closes it within the minute after."""
        return (
            self.phase in {ConsultationPhase.COMING, ConsultationPhase.OPEN}
            and self.opens <= now < self.closes
        )


@dataclass(frozen=True, slots=True)
class ListConsultations(Query[Listing[Consultation]]):
    """All consultations, newest first."""


@dataclass(frozen=True, slots=True)
class FindConsultation(Query[Consultation | None]):
    """The consultation of a code."""

    code: str


@dataclass(frozen=True, slots=True)
class FindResponse(Query[Mapping[str, str] | None]):
    """What a person answered, while the consultation is open; None where they did not."""

    code: str
    person_id: bytes


@dataclass(frozen=True, slots=True)
class AnnounceConsultation(Act):
    """Announce a consultation. `background_pdf`: may be empty. A conflict where the code is taken."""

    consultation: Consultation
    by: str
    background_pdf: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class CloseConsultation(Act):
    """Close a consultation. From then on nobody can tell who answered what."""

    code: str
    by: str


@dataclass(frozen=True, slots=True)
class SubmitResponse(Act):
    """Store a person's response, replacing their former one. A conflict where it has closed.

    answers: by question key; several options comma-separated, statements as `q3.s1`, and `q3+` for a statement that the
    person adds. reply_address: where the person wants to be notified of the result.
    """

    code: str
    person_id: bytes = field(repr=False)
    has_account: bool
    answers: Mapping[str, str] = field(repr=False)
    reply_address: ReplyAddress | None = None


@dataclass(frozen=True, slots=True)
class PendingStatement:
    """A statement that a citizen added and nobody has moderated yet."""

    id: str
    code: str
    question: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListPendingStatements(Query[tuple[PendingStatement, ...]]):
    """Statements that wait for an officer."""


@dataclass(frozen=True, slots=True)
class ModerateStatement(Act):
    """Add a statement to its consultation, or reject it."""

    id: str
    accepted: bool
    by: str


class OfficeDecision(StrEnum):
    """What the office does about a theme."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class FreeText:
    """A text from a closed consultation. `number`: its stable number within the consultation.

    writers: how many people wrote the same words.
    """

    number: int
    question: str
    text: str = field(repr=False)
    writers: int = 1


@dataclass(frozen=True, slots=True)
class Theme:
    """What several people wrote, grouped by an officer. `texts`: their numbers; `voices`: number of people.

    quotes: cleared, as they are published; taken, reason, by, done: the office's answer, None and empty where not yet.
    """

    place: int
    name: str
    texts: tuple[int, ...] = ()
    voices: int = 0
    quotes: tuple[str, ...] = ()
    taken: OfficeDecision | None = None
    reason: str = ""
    by: date | None = None
    done: date | None = None


@dataclass(frozen=True, slots=True)
class ListFreeTexts(Query[tuple[FreeText, ...]]):
    """The free texts of a consultation; empty while it is open."""

    code: str


@dataclass(frozen=True, slots=True)
class ListThemes(Query[tuple[Theme, ...]]):
    """The themes of a consultation, in their order."""

    code: str


@dataclass(frozen=True, slots=True)
class SaveTheme(Act):
    """Insert a theme, or replace the one at its place."""

    code: str
    theme: Theme
    by: str


@dataclass(frozen=True, slots=True)
class ConsultationResult:
    """The results as they would be published, and their future URL; empty where no site is known."""

    content: bytes = field(repr=False)
    responses: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class GetConsultationResult(Query[ConsultationResult | None]):
    """The results of a closed consultation; None where it is not closed, or where they are published."""

    code: str


@dataclass(frozen=True, slots=True)
class ConsultationLinks:
    """Where people find a consultation: its page, and its dialog in Telegram; each may be empty."""

    page: str = ""
    telegram: str = ""


@dataclass(frozen=True, slots=True)
class GetConsultationLinks(Query[ConsultationLinks]):
    """Where people find a consultation."""

    code: str


@dataclass(frozen=True, slots=True)
class PublishConsultationResult(Act):
    """Publish the results and notify subscribers. A conflict where they are published already."""

    code: str
    result: ConsultationResult
    title: str
    by: str
