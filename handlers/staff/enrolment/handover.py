"""Hand the open cases of one person over to another: of who leaves, has left, or is away."""

from collections.abc import Mapping

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import Phrase, raw_text
from handlers.staff.absences.messages import ListAbsences
from handlers.staff.command import SURE, ComplaintsCommandContext, make_command_button
from handlers.staff.enrolment.invitations import reply_about_staff
from handlers.staff.enrolment.messages import (
    HANDED_OVER_AT_ONCE,
    CountCasesToHandOver,
    HandOverCases,
    ListCaseHolders,
)
from handlers.staff.enrolment.people import load_staff_list, number_same_names, split_two_people
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CASE_WORKERS
from handlers.thai.dates import to_bangkok_date


def hand_over_cases(cmd: ComplaintsCommandContext) -> Decision:
    """Give the open cases of one person to another, in pieces: `/handover 3 5`. What is missing is asked for.

    Both are named by place or name; who was removed by name or the button, as long as cases are left. The answer has
    the same words whether or not some of them may not be read by the other.
    """
    typed, staff = cmd.command.rest.replace(SURE, " ").strip(), (yield from load_staff_list())
    everybody: tuple[StaffMember, ...] = yield from run_query(ListStaff(include_removed=True))
    called = number_same_names(everybody)
    giving, takers = split_two_people(typed, staff, everybody)
    if len(giving) != 1:
        return (yield from _ask_whose(cmd, everybody, giving))
    given = giving[0]
    takers = tuple(one for one in takers if one.id != given.id)
    if len(takers) != 1:
        return _ask_for_taker(cmd, given, [*(takers or staff)], called)
    taking = takers[0]
    if not taking.active or taking.role not in CASE_WORKERS:
        return reply_about_staff(cmd, "no_case_worker", name=called[taking.id])
    name, to = called[given.id], called[taking.id]
    confirming = f"{given.short_id}{SURE}{taking.short_id}{SURE}"
    if cmd.command.rest != confirming:
        sure = make_command_button(cmd.command.name, rest=confirming, label=Phrase("staff.people.sure"))
        count = dict((yield from run_query(ListCaseHolders()))).get(given.id, 0)
        return reply_about_staff(cmd, "ask_handover", (sure,), name=name, to=to, count=count)
    act = HandOverCases(given.id, taking.id, to_bangkok_date(cmd.ctx.now), cmd.staff.id)
    left = (yield from run_query(CountCasesToHandOver(given.id, taking.id))) - HANDED_OVER_AT_ONCE
    if left > 0:
        go_on = make_command_button(
            cmd.command.name, rest=cmd.command.rest, label=Phrase("staff.people.go_on")
        )
        return reply_about_staff(cmd, "handed_over_part", (go_on,), (act,), name=name, to=to, left=left)
    return reply_about_staff(cmd, "handed_over", acts=(act,), name=name, to=to)


def _ask_whose(
    cmd: ComplaintsCommandContext, everybody: tuple[StaffMember, ...], meant: tuple[StaffMember, ...]
) -> Decision:
    """Ask whose cases are meant: of those who have some, first who was removed, then who is away today.

    meant: several of the name that was typed, who are offered alone, as far as they have cases.
    """
    holders: tuple[tuple[str, int], ...] = yield from run_query(ListCaseHolders())
    today, by_id = to_bangkok_date(cmd.ctx.now), {one.id: one for one in everybody}
    absences = yield from run_query(ListAbsences(today))
    away = {one.staff for one in absences if one.first <= today}
    called = number_same_names(everybody)
    known = [(by_id[staff], count) for staff, count in holders if staff in by_id]
    known = [one for one in known if one[0] in meant] or known
    known.sort(key=lambda one: (one[0].removed is None, one[0].id not in away, called[one[0].id]))
    buttons = tuple(
        make_command_button(
            cmd.command.name,
            rest=one.short_id,
            label=Phrase(
                "staff.people.holder_removed"
                if one.removed
                else "staff.people.holder_away"
                if one.id in away
                else "staff.people.holder",
                {"name": called[one.id], "count": count},
            ),
        )
        for one, count in known
    )
    return reply_about_staff(cmd, "whose" if buttons else "how_handover", buttons)


def _ask_for_taker(
    cmd: ComplaintsCommandContext,
    given: StaffMember,
    staff: list[StaffMember],
    called: Mapping[str, str],
) -> TurnResult:
    """Ask who of some takes somebody's cases."""
    takers = tuple(
        make_command_button(
            cmd.command.name, rest=f"{given.short_id} {one.short_id}", label=raw_text(called[one.id])
        )
        for one in staff
        if one.active and one.role in CASE_WORKERS and one.id != given.id
    )
    return reply_about_staff(cmd, "who_takes" if takers else "how_handover", takers, name=called[given.id])
