"""The register of public opinion: what may be asked of it, and what may be written into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.dialog.effects import Act, Query
from handlers.questions.messages import ReplyAddress


class ConsultationQuestionKind(StrEnum):
    """How a question of a consultation is answered."""

    CHOICE = "choice"  # one of its options
    CHOICES = "choices"  # several of its options
    SCALE = "scale"  # 1 to 5
    TEXT = "text"  # in one's own words
    STATEMENTS = "statements"  # each of its options: agree, disagree or pass


class ConsultationPhase(StrEnum):
    """Where a consultation stands."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class ConsultationQuestion:
    """One question. options: the choices or statements by their keys, in the order in which they are shown."""

    key: str
    kind: ConsultationQuestionKind
    title: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation: what is asked, and when. code: as in its address; instants in UTC."""

    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    questions: tuple[ConsultationQuestion, ...]
    phase: ConsultationPhase = ConsultationPhase.COMING

    def is_open(self, now: datetime) -> bool:
        """Whether a voice is still taken. The clock closes it in the minute after."""
        return (
            self.phase in {ConsultationPhase.COMING, ConsultationPhase.OPEN}
            and self.opens <= now < self.closes
        )


@dataclass(frozen=True, slots=True)
class ListConsultations(Query[tuple[Consultation, ...]]):
    """All consultations, the newest first."""


@dataclass(frozen=True, slots=True)
class FindConsultation(Query[Consultation | None]):
    """The consultation of a code."""

    code: str


@dataclass(frozen=True, slots=True)
class FindResponse(Query[Mapping[str, str] | None]):
    """What a person answered, as long as the consultation is open; None where they did not."""

    code: str
    person_id: bytes


@dataclass(frozen=True, slots=True)
class AnnounceConsultation(Act):
    """Announce a consultation. paper: the PDF of its background, or nothing. A conflict where the code is taken."""

    consultation: Consultation
    by: str
    background_pdf: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class CloseConsultation(Act):
    """Close a consultation: who said what can no longer be told from then on, by nobody."""

    code: str
    by: str


@dataclass(frozen=True, slots=True)
class SubmitResponse(Act):
    """Keep what a person answers, in the place of what they answered before. A conflict where it has closed.

    answers: by question key; several options with commas between, statements as `q3.s1`, and `q3+` for one that
    the person adds. back: where the person wishes to hear of the result.
    """

    code: str
    person_id: bytes = field(repr=False)
    has_account: bool
    answers: Mapping[str, str] = field(repr=False)
    reply_address: ReplyAddress | None = None


@dataclass(frozen=True, slots=True)
class PendingStatement:
    """A statement that a citizen added and nobody has read yet."""

    id: str
    code: str
    question: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListPendingStatements(Query[tuple[PendingStatement, ...]]):
    """Statements that wait for an officer."""


@dataclass(frozen=True, slots=True)
class ModerateStatement(Act):
    """Let a statement join its consultation, or put it away."""

    id: str
    accepted: bool
    by: str


class OfficeDecision(StrEnum):
    """What the office does with what many said."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class FreeText:
    """What was written in a consultation that is closed. number: counts the texts, and stays.

    many: how many people wrote the same in the same words.
    """

    number: int
    question: str
    text: str = field(repr=False)
    writers: int = 1


@dataclass(frozen=True, slots=True)
class Theme:
    """What several people wrote, as an officer put it together. texts: by their numbers; voices: of how many people.

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
    """What people wrote in their own words; empty while it is open."""

    code: str


@dataclass(frozen=True, slots=True)
class ListThemes(Query[tuple[Theme, ...]]):
    """The themes of a consultation, in their order."""

    code: str


@dataclass(frozen=True, slots=True)
class SaveTheme(Act):
    """Write a theme, new or in the place of the one in its place."""

    code: str
    theme: Theme
    by: str


@dataclass(frozen=True, slots=True)
class ConsultationResult:
    """The results as they would be published, and where they will stand; address is empty where no site is known."""

    content: bytes = field(repr=False)
    responses: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class GetConsultationResult(Query[ConsultationResult | None]):
    """The results of a consultation that is closed; None where it is not, or where they were published."""

    code: str


@dataclass(frozen=True, slots=True)
class ConsultationLinks:
    """Where people find a consultation: its page, and its talk in Telegram; each empty where it has none."""

    page: str = ""
    telegram: str = ""


@dataclass(frozen=True, slots=True)
class GetConsultationLinks(Query[ConsultationLinks]):
    """Where people find a consultation."""

    code: str


@dataclass(frozen=True, slots=True)
class PublishConsultationResult(Act):
    """Publish the results, once, and tell who wished to hear. A conflict where they were published before."""

    code: str
    result: ConsultationResult
    title: str
    by: str
