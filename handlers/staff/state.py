"""Where an officer stands in a talk: what is known of them, and the work of their desk that is under way.

Every situation is a class of its own, and a command that waits for something is kept as it was understood. Each
situation carries its `kind`, by which a stored one is read back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from handlers.staff.parse import ParsedCommand
from handlers.staff.service_parse import ParsedServiceCommand

ConsultationDraft: TypeAlias = tuple[tuple[str, str], ...]
"""The lines of an announcement in order: of which place, and what. Each place once; `ask` for each question."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody with an invitation was shown a secret, and owes the first code that it makes."""

    invitation: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NothingPending:
    """Nothing is waited for: a text without a command is new."""

    kind: Literal["nothing"] = "nothing"


@dataclass(frozen=True, slots=True)
class AwaitingText:
    """The next text completes this command."""

    command: ParsedCommand = field(repr=False)
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class AwaitingCaseChoice:
    """A command came with words and without the number of a case: the case that is picked for it gets the words."""

    command: ParsedCommand = field(repr=False)
    kind: Literal["case"] = "case"


@dataclass(frozen=True, slots=True)
class AwaitingSecondFactor:
    """The command is carried out once the second factor is given. interrupted: what was waited for before."""

    command: ParsedCommand = field(repr=False)
    interrupted: NothingPending | AwaitingText | AwaitingCaseChoice = NothingPending()
    kind: Literal["factor"] = "factor"


PendingCommand: TypeAlias = NothingPending | AwaitingText | AwaitingCaseChoice | AwaitingSecondFactor


@dataclass(frozen=True, slots=True)
class ProposedReply:
    """A command that was shown as the reporter will see it. prompt: the number of the question to confirm it."""

    command: ParsedCommand = field(repr=False)
    prompt: int


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """A search with older cases left. last_searched: year and number of the last case; searched_count: so far."""

    words: str = field(repr=False)
    last_searched: tuple[int, int]
    searched_count: int


@dataclass(frozen=True, slots=True)
class ComplaintsWork:
    """What an officer of the complaints desk has under way.

    proposal, search and intake_source outlive what is pending: a reply that was shown can be confirmed after
    another command, and a report that is entered for somebody else is filled in between commands.
    """

    pending: PendingCommand = NothingPending()
    proposal: ProposedReply | None = None
    search: SearchProgress | None = None
    intake_source: str = ""


@dataclass(frozen=True, slots=True)
class AwaitingServiceText:
    """The next text completes this command."""

    command: ParsedServiceCommand = field(repr=False)
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class AwaitingServiceSecondFactor:
    """The command is carried out once the second factor is given."""

    command: ParsedServiceCommand = field(repr=False)
    kind: Literal["factor"] = "factor"


PendingServiceCommand: TypeAlias = NothingPending | AwaitingServiceText | AwaitingServiceSecondFactor


@dataclass(frozen=True, slots=True)
class ProposedAnswer:
    """An answer that was shown as the asker will read it, of the question number/year.

    seq: the last line of the question when it was shown. prompt: the number of the question to confirm it; None
    once that was answered. The text stays, so that it comes back when the answer is taken back.
    """

    number: int
    year: int
    seq: int
    text: str = field(repr=False)
    prompt: int | None


@dataclass(frozen=True, slots=True)
class ProposedPublication:
    """A question and its answer as they would stand on the board. found: the personal data that was covered."""

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
class ServiceWork:
    """What an officer of the service desk has under way; each part outlives the commands about the others."""

    pending: PendingServiceCommand = NothingPending()
    answer: ProposedAnswer | None = None
    publication: ProposedPublication | None = None
    consultation: ConsultationDraft = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OfficerState:
    """Where an officer stands. verified_at: when the second factor was last given, in whole seconds.

    The sessions of a desk fill in only the work of that desk.
    """

    verified_at: datetime | None = None
    joining: Joining | None = None
    complaints: ComplaintsWork = ComplaintsWork()
    service: ServiceWork = ServiceWork()


NO_OFFICER = OfficerState()
"""Of everybody who is no officer, and of an officer who has not done anything yet."""
