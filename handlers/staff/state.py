"""The state of an officer's session: when they were verified, and the unfinished work of their desk.

Each situation is a class of its own, and a command that waits for something is kept parsed. `kind` tells the
situations apart when a stored session is read back.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from handlers.complaints.lifecycle import CaseSource
from handlers.dialog.events import File
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.permissions import CommandName, ServiceCommandName

ConsultationDraft: TypeAlias = tuple[tuple[str, str], ...]
"""The lines of an announcement in order: field and text. Each field occurs once, except `ask`: once per question."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody with an invitation is asked for the first code of the second factor that they set up.

    secret: of the factor, as it was shown in the chat; link: secret of the link to the page where it is shown instead.
    """

    invitation: str = field(repr=False)
    secret: str = field(default="", repr=False)
    link: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NothingPending:
    """Nothing is waited for: a text that is no command is new."""

    kind: Literal["nothing"] = "nothing"


@dataclass(frozen=True, slots=True)
class AwaitingText(Generic[NameT]):
    """The next text completes this command."""

    command: ParsedCommand[NameT] = field(repr=False)
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class AwaitingCaseChoice(Generic[NameT]):
    """A command came with a text but without the number of a case: the case that is picked gets the text."""

    command: ParsedCommand[NameT] = field(repr=False)
    kind: Literal["case"] = "case"


@dataclass(frozen=True, slots=True)
class AwaitingPurpose:
    """A text that nothing asked for: it goes nowhere until the officer says what it is."""

    text: str = field(repr=False)
    kind: Literal["purpose"] = "purpose"


@dataclass(frozen=True, slots=True)
class AwaitingMeaning(Generic[NameT]):
    """A command was mistyped, or typed without its slash: these may be meant. None of them has run.

    prompt: number of the prompt that offers them.
    """

    commands: tuple[ParsedCommand[NameT], ...] = field(repr=False)
    prompt: int
    kind: Literal["meaning"] = "meaning"


Interrupted: TypeAlias = (
    NothingPending
    | AwaitingText[NameT]
    | AwaitingCaseChoice[NameT]
    | AwaitingPurpose
    | AwaitingMeaning[NameT]
)
"""What may be waited for while the second factor is asked for."""


@dataclass(frozen=True, slots=True)
class AwaitingSecondFactor(Generic[NameT]):
    """The command runs once the second factor is given. interrupted: what was waited for before."""

    command: ParsedCommand[NameT] = field(repr=False)
    interrupted: Interrupted[NameT] = NothingPending()
    kind: Literal["factor"] = "factor"


PendingCommand: TypeAlias = Interrupted[NameT] | AwaitingSecondFactor[NameT]


@dataclass(frozen=True, slots=True)
class UnfinishedWork(Generic[NameT]):
    """The unfinished work of an officer: the command that waits for something, and what a desk adds to it."""

    pending: PendingCommand[NameT] = NothingPending()


WorkT = TypeVar("WorkT", bound=UnfinishedWork[Any])


@dataclass(frozen=True, slots=True)
class ProposedReply:
    """A command whose text was shown as the reporter, or a reader of the statistics, will see it.

    prompt: number of the prompt that asks to confirm.
    """

    command: ParsedCommand[CommandName] = field(repr=False)
    prompt: int


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """A search with older cases left. last_searched: year and number of the last case; searched_count: cases so far."""

    words: str = field(repr=False)
    last_searched: tuple[int, int]
    searched_count: int


@dataclass(frozen=True, slots=True)
class IntakeDraft:
    """A clerk's form that is being filled in. None: not told yet; an empty text: there is none.

    reference: the body and number of a letter; name, contact: of who told it, where they want them kept; files: what
    the clerk sent to it; prompt: number of the prompt that asks to confirm.
    """

    source: CaseSource
    received_on: date | None = None
    reference: str | None = field(default=None, repr=False)
    story: str = field(default="", repr=False)
    category: str | None = None
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    files: tuple[File, ...] = ()
    prompt: int = 0


@dataclass(frozen=True, slots=True)
class ComplaintsWork(UnfinishedWork[CommandName]):
    """The unfinished work of an officer of the complaints desk.

    proposal, search and intake outlast `pending`: a reply that was shown can be confirmed after another command, and
    a case that is entered for somebody else is filled in between commands. intake_source: of one that was begun in the
    version before, which had the citizen's form for it.
    """

    pending: PendingCommand[CommandName] = NothingPending()
    proposal: ProposedReply | None = None
    search: SearchProgress | None = None
    intake_source: CaseSource | None = None
    intake: IntakeDraft | None = None


@dataclass(frozen=True, slots=True)
class ProposedAnswer:
    """An answer that was shown as the asker will read it. number, year: of the question.

    seq: the last line of the thread when it was shown. prompt: number of the prompt that asks to confirm; None once
    that was answered. The text is kept, so that the officer gets it back after an undo. others: number, year and last
    line of each question that gets the same answer.
    """

    number: int
    year: int
    seq: int
    text: str = field(repr=False)
    prompt: int | None
    others: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedPublication:
    """A question and its answer as they would be published. found: the personal data that was redacted."""

    thread_id: str
    question: str = field(repr=False)
    answer: str = field(repr=False)
    topic: str = ""
    found: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether an edit left neither the question nor the answer empty."""
        return bool(self.question and self.answer)


@dataclass(frozen=True, slots=True)
class ProposedRemark:
    """A command whose remark was shown as it would be printed. prompt: number of the prompt that asks to confirm."""

    command: ParsedCommand[ServiceCommandName] = field(repr=False)
    prompt: int


@dataclass(frozen=True, slots=True)
class ProposedFaqEntry:
    """A new entry of the FAQ that is near others. near: ids of the entries that were shown, in their order.

    fields: what was typed besides, as `/faq set` takes it. prompt: number of the prompt that asks whether to change
    one of these or to add it all the same.
    """

    question: str = field(repr=False)
    answer: str = field(repr=False)
    near: tuple[str, ...]
    prompt: int
    fields: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ServiceWork(UnfinishedWork[ServiceCommandName]):
    """The unfinished work of an officer of the service desk; each part outlasts commands about the others.

    activity: what was told of an activity that lacks something, as its command takes it.
    """

    pending: PendingCommand[ServiceCommandName] = NothingPending()
    answer: ProposedAnswer | None = None
    publication: ProposedPublication | None = None
    consultation: ConsultationDraft = field(default=(), repr=False)
    remark: ProposedRemark | None = None
    faq_entry: ProposedFaqEntry | None = None
    activity: str = field(default="", repr=False)


class NumberUse(StrEnum):
    """What a number means that is typed below choices."""

    PLACE = "place"
    """The place of a choice in the list."""
    REGISTER = "register"
    """The register number of what is listed: with places beside them, a 1 could mean either."""
    NONE = "none"
    """Nothing by itself: a text is asked for."""


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A choice as an officer saw it. data: as a tap would bring it; label: as it was read.

    means: the option of `handlers.dialog.choices.OPTION_MEANINGS` whose everyday replies pick it, or empty.
    """

    data: str = field(repr=False)
    label: str = field(repr=False)
    means: str = ""


@dataclass(frozen=True, slots=True)
class ShownMenu:
    """The choices that an officer was shown last: they decide what a number, a label or a word means.

    text, sent_at: of the message that led to it, and when its platform received it (milliseconds since 1970, 0 where
    that is unknown): what was sent before, or is the same message sent twice, was not written for these choices.
    """

    choices: tuple[ShownChoice, ...] = ()
    numbers: NumberUse = NumberUse.PLACE
    text: str = field(default="", repr=False)
    sent_at: int = 0


TAKEN_BACK = "taken_back"
"""The argument of a reply with a text that was taken back: a page gives it back in its box."""


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form of the workspace that was sent: what its page needs to be shown once more.

    id: of the submission, in the address of the page that shows what came of it; path: of that page. fields: what was
    typed and pressed, without codes and tokens. asked: the command that asked for something next, as a button brings
    it; asks_factor: for the second factor. waits: its text was shown as others will read it, or was taken back, and
    neither sent nor dropped yet. prompt: number of the prompt that it led to; settled: how that was answered, `y`, `n`
    or `c`; empty while it is open.
    """

    id: str
    path: str
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    asked: str = field(default="", repr=False)
    asks_factor: bool = False
    waits: bool = False
    prompt: str = ""
    settled: str = ""

    def get_text(self, name: str) -> str:
        """Return what a field had; empty where it was not sent."""
        return dict(self.fields).get(name, "")


@dataclass(frozen=True, slots=True)
class OfficerState:
    """The state of an officer. verified_at: when the second factor was last given, in whole seconds.

    shown: what the officer was shown last; None where the citizens' dialog asked last, which then decides what is
    typed. A session has only the work of its own desk. sent: the forms of the workspace that were sent last, oldest
    first.
    """

    verified_at: datetime | None = None
    joining: Joining | None = None
    complaints: ComplaintsWork = ComplaintsWork()
    service: ServiceWork = ServiceWork()
    shown: ShownMenu | None = None
    sent: tuple[SentForm, ...] = field(default=(), repr=False)


NO_OFFICER = OfficerState()
"""The state of everybody who is no officer, and of an officer who has not done anything yet."""
