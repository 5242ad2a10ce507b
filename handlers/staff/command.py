"""A command as it is carried out: who gives it, in which talk; and the ways of answering that all commands share."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from handlers import thai
from handlers.complaints import conflict_of_interest as concerned
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Arg, Choice, Deciding, Query, Reply, TurnResult, read
from handlers.staff import two_factor as factor
from handlers.staff.complaints.messages import CaseListPage, FindCaseByNumber, ListCases, OfficerCase
from handlers.staff.members import StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import MAY, CommandName, Role

MOST_DATA = 64
"""Bytes of a button's data: Telegram's limit, the smallest of all."""


@dataclass(frozen=True, slots=True)
class ComplaintsCommandContext:
    """A command, given by somebody at a moment. confirmed: what goes to the reporter was seen and confirmed."""

    m: Context
    staff: StaffMember
    given: ParsedCommand
    confirmed: bool = False

    def with_(self, **changes: str) -> "ComplaintsCommandContext":
        """The same with something kept in the talk, or with an empty text forgotten."""
        kept = {name: value for name, value in {**self.m.session.staff, **changes}.items() if value}
        return replace(self, m=self.m.with_(staff=kept))

    def asking(self, awaits: str) -> "ComplaintsCommandContext":
        """The same, where the next text that is typed completes a command."""
        return self.with_(awaits=awaits)

    def says(self, *says: Reply, acts: tuple[Act, ...] = ()) -> TurnResult:
        """The end of a turn."""
        return TurnResult(self.m.session, says, acts)

    def tells(
        self, key: str, choices: tuple[Choice, ...] = (), acts: tuple[Act, ...] = (), **args: Arg
    ) -> TurnResult:
        """The end of a turn with one thing to say."""
        return self.says(Reply(f"staff.{key}", args, choices), acts=acts)

    @property
    def proved(self) -> bool:
        """Whether the second factor was given lately."""
        return factor.holds(self.m.session.staff, self.m.now)


T = TypeVar("T")
Reading: TypeAlias = Generator[Query[Any], Any, T]
Handler: TypeAlias = Callable[[ComplaintsCommandContext], Deciding]


def button(
    order: CommandName, case: OfficerCase | None = None, rest: str = "", label: Reply | None = None
) -> Choice:
    """A button that gives a command, as if it were typed."""
    given = ParsedCommand(order, case.number, case.year, rest) if case else ParsedCommand(order, rest=rest)
    if label is None:
        return Choice(given.written(), f"staff.order.{order}")
    return Choice(given.written(), label.key, label.args)


def named(case: OfficerCase, order: CommandName = CommandName.CASE) -> Choice:
    """A button with the number of a case on it."""
    return Choice(ParsedCommand(order, case.number, case.year).written(), "literal", {"text": case.shown})


def is_open_to(staff: StaffMember, case: OfficerCase) -> bool:
    """Whether a person may see a case: their own and nobody's; a supervisor all; an auditor the log of all."""
    if case.hidden or case.avoid == staff.id:
        return False
    return staff.role in {Role.SUPERVISOR, Role.AUDITOR} or case.officer in {"", staff.id}


def the_case(c: ComplaintsCommandContext) -> Reading[OfficerCase | TurnResult]:
    """The case of a command, or what is said where there is none for this person."""
    if not c.given.number:
        return (yield from _which(c))
    today = thai.day(c.m.now)
    this_year = today.year + thai.BUDDHIST_ERA + (today.month >= 10)
    year = c.given.year or this_year
    case = yield from read(FindCaseByNumber(c.given.number, year, c.staff.id, bool(c.given.year)))
    if case is None:
        shown = f"{c.given.number}/{c.given.year}" if c.given.year else f"{c.given.number}"
        listed = yield from recent(c)
        return c.tells("unknown", _numbers(c, listed), number=shown)
    if not is_open_to(c.staff, case):
        if case.hidden:
            return c.says((yield from concerned.shown(case.id, case.shown, c.m.office, c.m.lang)))
        key = "not_yours_again" if case.avoid == c.staff.id else "not_yours"
        return c.tells(key, number=case.shown)
    return case


def _which(c: ComplaintsCommandContext) -> Reading[OfficerCase | TurnResult]:
    """No number was said: the last cases are offered, and what was typed is kept for the one that is picked."""
    listed = yield from recent(c)
    if not listed.cases:
        return c.tells("none_yet")
    kept = c.with_(rest=c.given.rest, rest_of=c.given.order.value if c.given.rest else "")
    return kept.tells("which", _numbers(c, listed), order=Reply(f"staff.order.{c.given.order}"))


def _numbers(c: ComplaintsCommandContext, listed: CaseListPage) -> tuple[Choice, ...]:
    order = CommandName.CASE if c.given.number else c.given.order
    return tuple(named(case, order) for case in listed.cases)


def recent(c: ComplaintsCommandContext) -> Reading[CaseListPage]:
    """The cases that this person most likely means."""
    page = yield from read(ListCases(c.staff.id, everybody=c.staff.role is Role.SUPERVISOR, most=6))
    return page


def may(staff: StaffMember, order: CommandName) -> bool:
    """Whether a person may give a command at all."""
    return staff.role in MAY[order]
