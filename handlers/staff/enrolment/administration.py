"""Staff administration in the chat of both desks: who is on the staff, dismissals, and resets by one or two persons.

A person is named by place, id or name; of several of a name each is offered. Each act asks for the second factor and is
confirmed by a button that holds the id.
"""

from collections.abc import Sequence

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import Phrase, raw_text
from handlers.staff.command import SURE, CommandContext, QueryGenerator, make_command_button
from handlers.staff.enrolment.invitations import MAX_STAFF_NAME_LENGTH, reply_about_staff, tell_invitation
from handlers.staff.enrolment.messages import (
    DismissStaff,
    FindResetRequest,
    HasCases,
    ListCaseHolders,
    NewInvitation,
    RequestReset,
    ResetStaff,
)
from handlers.staff.enrolment.people import find_people, load_staff_list, number_same_names
from handlers.staff.members import StaffMember
from handlers.staff.parse import NameT
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import WorkT
from handlers.thai.dates import to_bangkok_date


def show_staff_list(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """List everybody on the staff, by place: the number that the other commands take.

    Who has no unit is marked: a report that accuses their unit, or their chief, is not kept from them by itself.
    """
    staff = yield from load_staff_list()
    called = number_same_names(staff)
    lines = tuple(
        Phrase(
            "staff.people.line" if one.profile.units else "staff.people.line_no_unit",
            {
                "place": place,
                "name": called[one.id],
                "role": Phrase(f"staff.role.{one.role}"),
                "state": Phrase("staff.people.joined" if one.active else "staff.people.invited"),
            },
        )
        for place, one in enumerate(staff, 1)
    )
    are_all_known = all(one.profile.units for one in staff)
    return reply_about_staff(cmd, "all" if are_all_known else "all_some_no_unit", lines=lines)


def dismiss_person(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """End somebody's rights: `/dismiss 3`. Nobody ends their own so: that is `/leave`.

    An admin's, and those of the last supervisor, end by a reset first, which takes two persons.
    """
    found = yield from _choose_person(cmd)
    if isinstance(found, TurnResult):
        return found
    person, called, is_sure = found
    if person.active and (
        person.role is Role.ADMIN or _is_last_supervisor(person, (yield from load_staff_list()))
    ):
        return reply_about_staff(cmd, "reset_first", name=called)
    if not is_sure:
        count = dict((yield from run_query(ListCaseHolders()))).get(person.id, 0)
        return (
            _ask_to_dismiss_holder(cmd, person, called, count)
            if count
            else _ask_to_confirm(cmd, person, called)
        )
    act = DismissStaff(person.id, to_bangkok_date(cmd.ctx.now), cmd.staff.id)
    return reply_about_staff(cmd, "dismissed", acts=(act,), name=called)


def reset_person(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """End somebody's access and let them join again: `/reset 3`.

    It takes two different persons where somebody could come in by it in another's place: of who has joined, of an
    admin, and of who has cases. An admin alone renews the invitation of somebody who has nothing yet.
    """
    found = yield from _choose_person(cmd)
    if isinstance(found, TurnResult):
        return found
    person, called, is_sure = found
    takes_two = person.active or person.role is Role.ADMIN or (yield from run_query(HasCases(person.id)))
    if not takes_two and cmd.staff.role is not Role.ADMIN:
        return reply_about_staff(cmd, "admins_only", name=called)
    if not is_sure:
        return _ask_to_confirm(cmd, person, called)
    asked_by = ""
    if takes_two:
        asked_by = yield from run_query(FindResetRequest(person.id))
        if asked_by in {"", cmd.staff.id}:
            return reply_about_staff(
                cmd, "second_person", acts=(RequestReset(person.id, cmd.staff.id),), name=called
            )
    invitation = yield from run_query(NewInvitation())
    act = ResetStaff(person.id, invitation, cmd.staff.id, asked_by)
    return (yield from tell_invitation(cmd, invitation, called, act, digits_to=asked_by))


def _is_last_supervisor(person: StaffMember, staff: Sequence[StaffMember]) -> bool:
    return [one.id for one in staff if one.active and one.role is Role.SUPERVISOR] == [person.id]


def _choose_person(
    cmd: CommandContext[NameT, WorkT],
) -> QueryGenerator[tuple[StaffMember, str, bool] | TurnResult]:
    """Return the person who was named, what they are called, and whether it was confirmed; else whom one may mean."""
    word = cmd.command.rest.strip()
    staff = yield from load_staff_list()
    called = number_same_names(staff)
    meant = find_people(word.removesuffix(SURE), staff)
    others = [one for one in meant or staff if one.id != cmd.staff.id]
    if len(meant) == 1 and others:
        person = meant[0]
        return person, called[person.id], word == f"{person.short_id}{SURE}"
    key = "whom" if not word else "no_such_person" if not meant else "several" if others else "not_own"
    others = others or [one for one in staff if one.id != cmd.staff.id]
    names = tuple(
        make_command_button(cmd.command.name, rest=one.short_id, label=raw_text(called[one.id]))
        for one in others
    )
    shown = word.removesuffix(SURE)[:MAX_STAFF_NAME_LENGTH]
    return reply_about_staff(cmd, key, names, order=Phrase(cmd.command.name.label_key), name=shown)


def _ask_to_confirm(cmd: CommandContext[NameT, WorkT], person: StaffMember, called: str) -> TurnResult:
    sure = make_command_button(
        cmd.command.name, rest=f"{person.short_id}{SURE}", label=Phrase("staff.people.sure")
    )
    role = Phrase(f"staff.role.{person.role}")
    return reply_about_staff(cmd, f"ask_{cmd.command.name}", (sure,), name=called, role=role)


def _ask_to_dismiss_holder(
    cmd: CommandContext[NameT, WorkT], person: StaffMember, called: str, count: int
) -> TurnResult:
    """Ask to confirm a dismissal of who still has open cases: how many, and the button that hands them over first."""
    first = make_command_button(
        CommandName.HAND_OVER, rest=person.short_id, label=Phrase("staff.people.handover_first")
    )
    sure = make_command_button(
        cmd.command.name, rest=f"{person.short_id}{SURE}", label=Phrase("staff.people.sure_dismiss")
    )
    role = Phrase(f"staff.role.{person.role}")
    return reply_about_staff(cmd, "ask_dismiss_cases", (first, sure), name=called, role=role, count=count)
