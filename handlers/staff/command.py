"""What both desks' commands are made of: the table of a desk, the context in which a command runs, and buttons."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, Query, TurnResult
from handlers.dialog.events import File, Lang, select_by_lang
from handlers.dialog.replies import (
    AS_USUAL,
    OF_CASE,
    Choice,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
    ReplyPolicy,
)
from handlers.staff.members import StaffMember
from handlers.staff.parse import NameT, ParsedCommand, split_number
from handlers.staff.permissions import CommandName, DeskCommandName, Role, ServiceCommandName
from handlers.staff.state import (
    AwaitingSecondFactor,
    AwaitingText,
    ComplaintsWork,
    Interrupted,
    OfficerState,
    PendingCommand,
    ServiceWork,
    WorkT,
)
from handlers.staff.two_factor import is_recently_verified
from handlers.thai.matching import normalize_for_matching

MAX_NAME_LENGTH = 40
"""Characters of a command's name. A longer word is none and is not compared."""

SURE = "!"
"""What the button of a question adds to its command: it was asked, and is to be done."""

T = TypeVar("T")
QueryGenerator: TypeAlias = Generator[Query[Any], Any, T]


class SecondFactor(Enum):
    """When a command asks for the second factor. It does where it shows a person's own words."""

    NEVER = auto()
    IN_WORKSPACE = auto()
    """In the workspace only, which stays open for hours: its answer has words of a citizen."""
    WHERE_SHOWN = auto()
    """On channels where messages can be deleted. On others it shows no content, and gives a link that asks for it."""
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class CommandContext(Generic[NameT, WorkT]):
    """A command and who gave it. confirmed: the officer saw what others will read, and confirmed it."""

    ctx: Context
    staff: StaffMember
    command: ParsedCommand[NameT]
    table: "CommandTable[NameT, WorkT]" = field(repr=False)
    confirmed: bool = False

    @property
    def work(self) -> WorkT:
        """The officer's unfinished work at this desk, as kept in the session."""
        return self.table.get_work(self.ctx.session.officer)

    def with_work(self, work: WorkT) -> "CommandContext[NameT, WorkT]":
        """Return a copy with other work in the session."""
        officer = self.table.set_work(self.ctx.session.officer, work)
        return replace(self, ctx=self.ctx.replace_session(officer=officer))

    def with_pending(self, pending: PendingCommand[NameT]) -> "CommandContext[NameT, WorkT]":
        """Return a copy in which the session waits for something else."""
        return self.with_work(replace(self.work, pending=pending))

    def await_text_for(self, command: ParsedCommand[NameT]) -> "CommandContext[NameT, WorkT]":
        """Return a copy in which the next text that is typed completes a command."""
        return self.with_pending(AwaitingText(command))

    def ask_second_factor(self, command: ParsedCommand[NameT]) -> TurnResult:
        """Ask for the second factor, after which a command runs. What was waited for before is kept."""
        waiting = AwaitingSecondFactor(command, skip_second_factor(self.work.pending))
        return self.with_pending(waiting).reply_with(Reply("staff.factor.ask", OF_CASE))

    def reply_with(self, *replies: Reply, acts: tuple[Act, ...] = ()) -> TurnResult:
        """Return the result of the turn."""
        return TurnResult(self.ctx.session, replies, acts)

    def reply(
        self,
        key: str,
        policy: ReplyPolicy,
        choices: tuple[Choice, ...] = (),
        acts: tuple[Act, ...] = (),
        presentation: Presentation = AS_USUAL,
        wants: ExpectedInput | None = None,
        **args: ReplyArg,
    ) -> TurnResult:
        """Return the result of the turn with one reply. `key`: of the wording, below the desk's own part."""
        if wants is None and choices and isinstance(self.work.pending, AwaitingText):
            wants = ExpectedInput.TEXT  # a number that is typed belongs to the text
        reply = Reply(f"{self.table.wording}.{key}", policy, args, choices, wants, presentation)
        return TurnResult(self.ctx.session, (reply,), acts)

    @property
    def is_verified(self) -> bool:
        """Whether the second factor was given within `SECOND_FACTOR_TTL`."""
        return is_recently_verified(self.ctx)

    def may_give(self, name: NameT) -> bool:
        """Whether this person's role may give a command at all."""
        return self.staff.role in self.table.rows[name].roles


ComplaintsCommandContext: TypeAlias = CommandContext[CommandName, ComplaintsWork]
ServiceCommandContext: TypeAlias = CommandContext[ServiceCommandName, ServiceWork]
CommandHandler: TypeAlias = Callable[[CommandContext[NameT, WorkT]], Decision]


@dataclass(frozen=True, slots=True)
class CommandRow(Generic[NameT, WorkT]):
    """A command of a desk: what carries it out, and what holds before that.

    roles: who may give it at all; whether it fits the case and its state is the handler's matter. names: besides the
    enum's value; the first is Thai, and shown. takes_number: a number after the name is that of a case, a question or a
    page. in_help: people type it. is_public: citizens have it too, with another meaning, which it has for roles that
    may not give it. keeps_pending: what is waited for is not over with it, unless the handler says so.
    on_page: it can be given in the workspace; what is about a chat, or leads from one to a page, cannot.
    """

    handler: CommandHandler[NameT, WorkT]
    roles: frozenset[Role]
    factor: SecondFactor
    names: tuple[str, ...]
    takes_number: bool = True
    in_help: bool = True
    is_public: bool = False
    keeps_pending: bool = False
    on_page: bool = True


@dataclass(frozen=True)
class CommandTable(Generic[NameT, WorkT]):
    """The commands of a desk, in the order in which help lists them, and what else its officers' part differs in.

    join, help, inbox, item: the commands with which strangers join, officers find the others, work begins, and one
    of the register is opened. help_choices, menu: offered under the help, and by platforms that show a list of
    daily commands. only_show: those that change and send nothing, or ask first, which also run where the slash or a
    space is missing; others are then offered. about_one: those about one case or question, of which the one shown
    last is meant where no number is given. groups: the commands by what one wants to do, as help lists them; each
    that people type is in one. max_length: characters of a command with its arguments. wording: the first part of
    its wording keys.
    get_work, set_work: its part of an officer's state. greet: what a stranger sees who tried a command. handle_text: a
    text that nothing waits for. drop_draft: the work without what is cancelled together with a pending command.
    next_steps: by group, what is offered under the words of a command, where they have no buttons and no text
    is waited for. Raises KeyError where a command has no row.
    """

    names: type[NameT]
    rows: Mapping[NameT, CommandRow[NameT, WorkT]]
    join: NameT
    help: NameT
    inbox: NameT
    item: NameT
    help_choices: tuple[NameT, ...]
    menu: tuple[NameT, ...]
    only_show: frozenset[NameT]
    about_one: frozenset[NameT]
    groups: Mapping[str, tuple[NameT, ...]]
    max_length: int
    wording: str
    get_work: Callable[[OfficerState], WorkT]
    set_work: Callable[[OfficerState, WorkT], OfficerState]
    greet: Callable[[Context], TurnResult]
    handle_text: Callable[[CommandContext[NameT, WorkT], str], Decision]
    drop_draft: Callable[[WorkT], WorkT]
    take_file: Callable[[CommandContext[NameT, WorkT], File], TurnResult | None] = lambda _cmd, _file: None
    next_steps: Mapping[str, tuple[NameT, ...]] = field(default_factory=dict)
    _by_name: Mapping[str, NameT] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the names."""
        by_name = {
            normalize_for_matching(typed): name
            for name in self.names
            for typed in (name.value, *self.rows[name].names)
        }
        object.__setattr__(self, "_by_name", by_name)

    def is_allowed(self, role: Role, name: NameT) -> bool:
        """Whether a role may give a command."""
        return role in self.rows[name].roles

    def list_next_steps(self, name: NameT) -> tuple[NameT, ...]:
        """List what is offered after a command whose words have no buttons: by its group."""
        groups = [group for group, names in self.groups.items() if name in names]
        return self.next_steps.get(groups[0], ()) if groups else ()

    def parse(self, words: str) -> ParsedCommand[NameT] | None:
        """Parse a command; None for any other text."""
        if len(words) > self.max_length or not words.startswith("/"):
            return None
        typed, rest = (*words.removeprefix("/").split(maxsplit=1), "", "")[:2]
        name = self._by_name.get(normalize_for_matching(typed)) if len(typed) <= MAX_NAME_LENGTH else None
        return None if name is None else self._parse_number(name, rest.strip())

    def name_in(self, name: NameT, lang: Lang) -> str:
        """Return a command as it is typed in a language: its Thai name, or its English one, with the slash."""
        return f"/{select_by_lang(lang, th=self.rows[name].names[0], en=name.value)}"

    def make(self, name: NameT, rest: str) -> ParsedCommand[NameT]:
        """Return a command with what was typed after its name."""
        return self._parse_number(name, rest)

    def complete(self, command: ParsedCommand[NameT], text: str) -> ParsedCommand[NameT] | None:
        """Return a command with a text appended to its rest; None where that is too long.

        Where a number is missing, the text may begin with it.
        """
        whole = replace(command, rest=f"{command.rest} {text}".strip())
        if len(whole.to_command_text()) > self.max_length:
            return None
        return whole if command.number else self._parse_number(command.name, whole.rest)

    def _parse_number(self, name: NameT, rest: str) -> ParsedCommand[NameT]:
        if rest and self.rows[name].takes_number:
            return ParsedCommand(name, *split_number(rest))
        return ParsedCommand(name, rest=rest)


def skip_second_factor(pending: PendingCommand[NameT]) -> Interrupted[NameT]:
    """Return what is waited for besides the second factor."""
    return pending.interrupted if isinstance(pending, AwaitingSecondFactor) else pending


class Registered(Protocol):
    """A case, a question or an opinion: what has a register number, such as 12/2570."""

    @property
    def register_number(self) -> str:
        """The register number: number/year."""


def make_command_button(
    name: DeskCommandName, of: Registered | None = None, rest: str = "", label: Phrase | None = None
) -> Choice:
    """Return a button that gives a command, as if it were typed. label: instead of the command's own."""
    number = f" {of.register_number}" if of else ""
    data = f"/{name}{number}{' ' if rest else ''}{rest}"
    return Choice(data, name.label_key) if label is None else Choice(data, label.key, label.args)


def make_prompt_buttons(confirm: DeskCommandName, prompt: int, yes: str, no: str) -> tuple[Choice, Choice]:
    """Return the two buttons below what is shown before it is done. yes, no: keys of their labels.

    `parse_prompt_answer` reads what they send.
    """
    return (
        make_command_button(confirm, rest=f"y{prompt}", label=Phrase(yes)),
        make_command_button(confirm, rest=f"n{prompt}", label=Phrase(no)),
    )


def make_number_button(name: DeskCommandName, of: Registered) -> Choice:
    """Return a button that gives a command about something, labelled with its register number."""
    number = of.register_number
    return Choice(f"/{name} {number}", "literal", {"text": number})


def add_unreadable_notice(turn: TurnResult, numbers: tuple[str, ...]) -> TurnResult:
    """Return the turn of a list, preceded by a notice of the rows that cannot be read. numbers: of these rows."""
    if not numbers:
        return turn
    notice = Reply("staff.unreadable", OF_CASE, {"numbers": ", ".join(numbers)})
    return replace(turn, replies=(notice, *turn.replies))
