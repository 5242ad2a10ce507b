"""Staff administration in the chat: who is on the staff, invitations, dismissals, resets, and the cases of who leaves.

Names that occur twice are numbered. Each act asks for the second factor and is confirmed by a button that holds the id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.page_links import offer_page_link
from handlers.staff.enrolment.messages import (
    HANDED_OVER_AT_ONCE,
    CountCasesToHandOver,
    DismissStaff,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    NewInvitation,
    RequestReset,
    ResetStaff,
)
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.page_access import PageKind
from handlers.staff.parse import split_first_word
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.thai.dates import to_bangkok_date
from handlers.thai.numbers import read_place
from handlers.thai.text import clean_text

SURE = "!"
"""Ends each id of a button that confirms."""

MAX_STAFF_NAME_LENGTH = 100
TYPED_ROLES: Mapping[str, Role] = {
    "เจ้าหน้าที่": Role.OFFICER,
    "หัวหน้า": Role.SUPERVISOR,
    "ผู้ดูแล": Role.ADMIN,
    "ผู้ดูแลช่องทาง": Role.ADMIN,
    "ผู้ตรวจสอบ": Role.AUDITOR,
    **{role.value: role for role in Role},
}
"""The role of each word that admins type."""


def number_same_names(staff: Sequence[StaffMember]) -> Mapping[str, str]:
    """Return what each person is called, by id: names that occur twice are numbered in the order of the ids."""
    counts, seen, called = Counter(one.name for one in staff), Counter[str](), dict[str, str]()
    for one in sorted(staff, key=lambda person: person.id):
        seen[one.name] += 1
        called[one.id] = f"{one.name} ({seen[one.name]})" if counts[one.name] > 1 else one.name
    return called


def show_staff_list(cmd: ComplaintsCommandContext) -> Decision:
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
    return cmd.reply("people.all" if are_all_known else "people.all_some_no_unit", OF_CASE, lines=lines)


def invite_person(cmd: ComplaintsCommandContext) -> Decision:
    """Invite somebody: `/invite officer name`. The code may be sent anyhow; the digits are told.

    Unit, chief and aliases are given with `ita-bot staff add` alone; the answer says what is not kept from them.
    """
    word, rest = split_first_word(cmd.command.rest)
    role, name = TYPED_ROLES.get(word.casefold()), " ".join(clean_text(rest).text.split())
    if role is None or not name or len(name) > MAX_STAFF_NAME_LENGTH:
        return cmd.reply("people.how_invite", OF_CASE)
    invitation = yield from run_query(NewInvitation())
    return (
        yield from _tell_invitation(
            cmd,
            invitation,
            name,
            InviteStaff(invitation, role, name, cmd.staff.id),
            "people.invitation_no_unit",
        )
    )


def dismiss_person(cmd: ComplaintsCommandContext) -> Decision:
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
        return cmd.reply("people.reset_first", OF_CASE, name=called)
    if not is_sure:
        return _ask_to_confirm(cmd, person, called)
    act = DismissStaff(person.id, to_bangkok_date(cmd.ctx.now), cmd.staff.id)
    return cmd.reply("people.dismissed", OF_CASE, acts=(act,), name=called)


def reset_person(cmd: ComplaintsCommandContext) -> Decision:
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
        return cmd.reply("people.admins_only", OF_CASE, name=called)
    if not is_sure:
        return _ask_to_confirm(cmd, person, called)
    asked_by = ""
    if takes_two:
        asked_by = yield from run_query(FindResetRequest(person.id))
        if asked_by in {"", cmd.staff.id}:
            return cmd.reply(
                "people.second_person", OF_CASE, acts=(RequestReset(person.id, cmd.staff.id),), name=called
            )
    invitation = yield from run_query(NewInvitation())
    act = ResetStaff(person.id, invitation, cmd.staff.id, asked_by)
    return (yield from _tell_invitation(cmd, invitation, called, act))


def hand_over_cases(cmd: ComplaintsCommandContext) -> Decision:
    """Give the open cases of one person to another, in pieces: `/handover 3 5`.

    The answer has the same words whether or not some of them may not be read by the other.
    """
    words, staff = cmd.command.rest.replace(SURE, " ").split(), (yield from load_staff_list())
    picked = [_find_person(word, staff) for word in words[:2]]
    given, taking = (*picked, None, None)[:2]
    called = number_same_names(staff)
    if given is None or taking is None or given.id == taking.id:
        return cmd.reply("people.how_handover", OF_CASE)
    if not taking.active or taking.role not in CASE_WORKERS:
        return cmd.reply("people.no_case_worker", OF_CASE, name=called[taking.id])
    args: dict[str, ReplyArg] = {"name": called[given.id], "to": called[taking.id]}
    if not cmd.command.rest.endswith(SURE):
        sure = make_command_button(
            cmd.command.name,
            rest=f"{given.short_id}{SURE}{taking.short_id}{SURE}",
            label=Phrase("staff.people.sure"),
        )
        return cmd.reply_with(Reply("staff.people.ask_handover", OF_CASE, args, (sure,)))
    act = HandOverCases(given.id, taking.id, to_bangkok_date(cmd.ctx.now), cmd.staff.id)
    left = (yield from run_query(CountCasesToHandOver(given.id, taking.id))) - HANDED_OVER_AT_ONCE
    if left > 0:
        go_on = make_command_button(
            cmd.command.name, rest=cmd.command.rest, label=Phrase("staff.people.go_on")
        )
        part = Reply("staff.people.handed_over_part", OF_CASE, {**args, "left": left}, (go_on,))
        return cmd.reply_with(part, acts=(act,))
    return cmd.reply_with(Reply("staff.people.handed_over", OF_CASE, args), acts=(act,))


def _is_last_supervisor(person: StaffMember, staff: Sequence[StaffMember]) -> bool:
    return [one.id for one in staff if one.active and one.role is Role.SUPERVISOR] == [person.id]


def load_staff_list() -> QueryGenerator[list[StaffMember]]:
    """Return the staff in the order in which it is listed."""
    staff = yield from run_query(ListStaff())
    return sorted(staff, key=lambda one: (one.name, one.id))


def _find_person(word: str, staff: Sequence[StaffMember]) -> StaffMember | None:
    """Return the person with a shortened id, if it is one person's alone, or at a place of the list."""
    by_id = [one for one in staff if one.short_id == word]
    if by_id:
        return by_id[0] if len(by_id) == 1 else None
    place = read_place(word)
    return staff[place - 1] if place is not None and 1 <= place <= len(staff) else None


def _choose_person(
    cmd: ComplaintsCommandContext,
) -> QueryGenerator[tuple[StaffMember, str, bool] | TurnResult]:
    """Return the person who was named, what they are called, and whether it was confirmed; else whom one may mean."""
    word = cmd.command.rest.strip()
    staff = yield from load_staff_list()
    called = number_same_names(staff)
    person = _find_person(word.removesuffix(SURE), staff)
    if person is None or person.id == cmd.staff.id:
        others = [one for one in staff if one.id != cmd.staff.id]
        names = tuple(
            make_command_button(cmd.command.name, rest=one.short_id, label=raw_text(called[one.id]))
            for one in others
        )
        return cmd.reply("people.whom", OF_CASE, names, order=Phrase(cmd.command.name.label_key))
    return person, called[person.id], word == f"{person.short_id}{SURE}"


def _ask_to_confirm(cmd: ComplaintsCommandContext, person: StaffMember, called: str) -> TurnResult:
    sure = make_command_button(
        cmd.command.name, rest=f"{person.short_id}{SURE}", label=Phrase("staff.people.sure")
    )
    role = Phrase(f"staff.role.{person.role}")
    return cmd.reply(f"people.ask_{cmd.command.name}", OF_CASE, (sure,), name=called, role=role)


def _tell_invitation(
    cmd: ComplaintsCommandContext, invitation: Invitation, name: str, act: Act, key: str = "people.invitation"
) -> Decision:
    """Tell an admin the code, and a link to the digits; the digits only on a page, or where there is none."""
    digits = invitation.digits
    shown: ReplyArg = Phrase("staff.people.digits", {"digits": digits})
    acts: tuple[Act, ...] = (act,)
    if not cmd.ctx.channel_traits.is_page:
        offered = yield from offer_page_link(cmd, PageKind.DIGITS, password=digits)
        if offered is None and not cmd.ctx.channel_traits.can_delete_messages:
            return cmd.reply("page.nowhere", OF_CASE)
        if offered is not None and not offered.address:
            return cmd.reply_with(Reply("workspace.link.many", OF_CASE))
        if offered is not None:
            shown, acts = (
                Phrase("staff.people.digits_link", {"address": offered.address}),
                (act, *offered.acts),
            )
    return cmd.reply(key, OFFICER_CONTENT, acts=acts, name=name, code=invitation.code, digits=shown)
