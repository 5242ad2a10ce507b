"""The view of the staff: who is on it, and what may be done about each of them."""

from dataclasses import dataclass

from handlers.dialog.replies import Phrase
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.enrolment.people import load_staff_list, number_same_names
from handlers.staff.permissions import CASE_WORKERS, CommandName


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody on the staff. dismiss, reset: the commands about them, empty where this person may not give them.

    has_unit: whether their unit is known, so that a report that accuses it is kept from them; takes_cases: whether
    cases can be handed over to them.
    """

    short_id: str
    name: str
    role: Phrase
    state: Phrase
    has_unit: bool
    takes_cases: bool
    dismiss: str = ""
    reset: str = ""


@dataclass(frozen=True, slots=True)
class PeopleView:
    """The staff, and whether this person may invite somebody and hand cases over."""

    rows: tuple[PersonRow, ...]
    can_invite: bool
    can_hand_over: bool


def show_people(cmd: ComplaintsCommandContext) -> QueryGenerator[PeopleView]:
    """Return everybody on the staff by name; nobody dismisses or resets themself."""
    staff = yield from load_staff_list()
    called = number_same_names(staff)
    can_dismiss, can_reset = cmd.may_give(CommandName.DISMISS), cmd.may_give(CommandName.RESET)
    rows = tuple(
        PersonRow(
            one.short_id,
            called[one.id],
            Phrase(f"staff.role.{one.role}"),
            Phrase("staff.people.joined" if one.active else "staff.people.invited"),
            bool(one.profile.units),
            one.active and one.role in CASE_WORKERS,
            f"/dismiss {one.short_id}" if can_dismiss and one.id != cmd.staff.id else "",
            f"/reset {one.short_id}" if can_reset and one.id != cmd.staff.id else "",
        )
        for one in staff
    )
    return PeopleView(rows, cmd.may_give(CommandName.INVITE), cmd.may_give(CommandName.HAND_OVER))
