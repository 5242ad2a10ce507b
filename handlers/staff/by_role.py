"""A message that a desk screened is an officer's or a citizen's: who handles it, the same for both desks."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Generic

from handlers.dialog.codes.typed_codes import ScreenedMessage, TypedCode
from handlers.dialog.commands import parse_menu_number
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision
from handlers.dialog.events import Lang
from handlers.dialog.replies import Choice
from handlers.dialog.session import Session
from handlers.staff.command import CommandTable
from handlers.staff.incoming import AsCitizen, handle_staff_message, is_for_staff
from handlers.staff.parse import NameT
from handlers.staff.state import WorkT
from handlers.staff.typed.shown import remember_shown


@dataclass(frozen=True)
class DeskRoles(Generic[NameT, WorkT]):
    """The two sides of a desk.

    table: the officers' commands. menu: what citizens choose from. roster: person hashes of the staff. again: asks the
    session's present question again, after some notes. handle_as_citizen: handles what anybody may write; it is given
    the command that the message is, the code that was taken out of it, and the session as it was before.
    """

    table: CommandTable[NameT, WorkT]
    menu: Mapping[Lang, tuple[Choice, ...]]
    roster: Container[bytes]
    again: Callable[..., Decision]
    handle_as_citizen: Callable[[Context, str | None, TypedCode | None, Session], Decision]

    def handle(self, screened: ScreenedMessage, command: str | None, before: Session) -> Decision:
        """Handle a message. command: the one of citizens that it is; before: the session as it was."""
        ctx, event, code = screened.ctx, screened.ctx.event, screened.code
        if screened.too_long is not None:
            return (yield from self.again(ctx, screened.too_long))
        if event.person_id in self.roster or is_for_staff(self.table, ctx):
            outcome = yield from handle_staff_message(self.table, ctx, command, self.again, code)
            if isinstance(outcome, AsCitizen):
                turn = yield from self.handle_as_citizen(outcome.ctx, outcome.command, outcome.code, before)
                return remember_shown(turn.prepend(outcome.notes), event, as_citizen=True)
            if outcome is not None:
                return outcome
        command = command or parse_menu_number(event, ctx.session, before, self.menu)
        return (yield from self.handle_as_citizen(ctx, command, code, before))
