"""Who handles a message that a desk screened: citizens' steps get what nobody of the staff wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.dialog.codes.typed_codes import ScreenedMessage, TypedCode
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.events import Channel, Event, Lang
from handlers.dialog.replies import NEUTRAL, Choice, Reply
from handlers.dialog.session import Session
from handlers.staff.by_role import DeskRoles
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.members import FindStaffMember
from handlers.staff.permissions import CommandName
from handlers.staff.state import ComplaintsWork
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import PERSON, run_queries

CHOICES = (Choice("/report", "menu.report"), Choice("/track", "menu.track"))
MENU: Mapping[Lang, tuple[Choice, ...]] = {"th": CHOICES, "en": CHOICES}


@dataclass
class Recorded:
    """A desk that notes what it is given to handle as a citizen's, and what is asked again."""

    roster: frozenset[bytes] = frozenset()
    commands: list[str | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def handle(self, text: str, too_long: Reply | None = None) -> tuple[object, ...]:
        """Handle a text at the menu; returns the types of the queries that were asked."""
        before = Session(at=MORNING)
        ctx = Context(Event("1", PERSON, Channel.TELEGRAM, text=text), before, OFFICE, MORNING)
        roles: DeskRoles[CommandName, ComplaintsWork] = DeskRoles(
            COMPLAINTS_COMMAND_TABLE, MENU, self.roster, self._again, self._handle_as_citizen
        )
        screened = ScreenedMessage(ctx, too_long=too_long)
        _, queries = run_queries(roles.handle(screened, None, before), {FindStaffMember: None})
        return tuple(type(query) for query in queries)

    def _again(self, ctx: Context, *before: Reply) -> Decision:
        self.notes.extend(reply.key for reply in before)
        yield from ()
        return TurnResult(ctx.session)

    def _handle_as_citizen(
        self, ctx: Context, command: str | None, _code: TypedCode | None, _before: Session
    ) -> Decision:
        self.commands.append(command)
        yield from ()
        return TurnResult(ctx.session)


def test_a_citizens_text_and_number_are_theirs_and_no_query_is_asked() -> None:
    desk = Recorded()
    assert [desk.handle(text) for text in ("สวัสดี", "2", "๑", "3")] == [()] * 4
    assert desk.commands == [None, "track", "report", None]


def test_a_text_that_is_too_long_is_kept_by_nobody() -> None:
    desk = Recorded(frozenset({PERSON}))
    assert desk.handle("/inbox", Reply("draft.too_long", NEUTRAL)) == ()
    assert (desk.commands, desk.notes) == ([], ["draft.too_long"])


def test_who_may_be_of_the_staff_is_looked_up_and_a_stranger_is_a_citizen() -> None:
    desk = Recorded(frozenset({PERSON}))
    assert FindStaffMember in desk.handle("2")
    assert desk.commands == ["track"]
    assert FindStaffMember in Recorded().handle("/inbox")
