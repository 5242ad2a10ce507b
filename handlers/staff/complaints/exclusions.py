"""Exclude a colleague from a case for a conflict of interest, or lift a false match: with a reason, by a supervisor.

The supervisor must not be excluded from the case themselves.
"""

from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH, can_change_exclusion
from handlers.complaints.messages import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, raw_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.find_case import make_case_command
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.enrolment.people import number_same_names
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text


def exclude_colleague(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Exclude a colleague from a case: `/bar 12 name reason`."""
    return _set_exclusion(cmd, found, ExclusionGround.BARRED)


def readmit_colleague(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Lift a colleague's exclusion from a case that seemed to concern them: `/lift 12 name reason`."""
    return _set_exclusion(cmd, found, ExclusionGround.LIFTED)


def _set_exclusion(cmd: ComplaintsCommandContext, found: OfficerCase, why: ExclusionGround) -> Decision:
    known = yield from run_query(ListExclusions(found.id))
    barred = {one.staff for one in known if one.ground is not ExclusionGround.LIFTED}
    able = [
        one
        for one in (yield from _list_colleagues(cmd))
        if (one.id in barred) is (why is ExclusionGround.LIFTED)
    ]
    person, reason = _match_colleague(cmd.command.rest, able)
    if person is None:
        return _ask_whom(cmd, found, why, able)
    if not can_change_exclusion(cmd.staff, known, reason):
        again = make_case_command(cmd.command.name, found, person.short_id)
        return cmd.await_text_for(again).reply(
            "bar.why", OF_CASE, number=found.register_number, name=person.name, fewest=MIN_REASON_LENGTH
        )
    act = SetExclusion(
        found.id, Exclusion(person.id, why, cmd.staff.id, reason), to_bangkok_date(cmd.ctx.now)
    )
    back = (make_command_button(CommandName.CASE, found),)
    return cmd.reply(f"bar.{why}", OF_CASE, back, (act,), number=found.register_number, name=person.name)


def _list_colleagues(cmd: ComplaintsCommandContext) -> QueryGenerator[list[StaffMember]]:
    """Return everybody else of the staff: nobody excludes or readmits themselves."""
    everybody = yield from run_query(ListStaff())
    return [one for one in everybody if one.id != cmd.staff.id]


def _ask_whom(
    cmd: ComplaintsCommandContext, found: OfficerCase, why: ExclusionGround, able: list[StaffMember]
) -> TurnResult:
    called = number_same_names(able)
    names = tuple(
        make_command_button(cmd.command.name, found, one.short_id, raw_text(called[one.id])) for one in able
    )
    return cmd.reply(
        f"bar.whom_{why}" if able else "bar.nobody", OF_CASE, names, number=found.register_number
    )


def _match_colleague(rest: str, able: list[StaffMember]) -> tuple[StaffMember | None, str]:
    """Return the colleague whose id or name begins the text, and the text after it; None where nobody's does.

    Of two names of which one begins the other, the longer one is meant.
    """
    plain = rest.strip()
    fitting = [
        (called, one)
        for one in able
        for called in (one.id, one.short_id, one.name)
        if called and plain.casefold().startswith(called.casefold())
    ]
    if not fitting:
        return None, ""
    called, person = max(fitting, key=lambda pair: len(pair[0]))
    return person, clean_text(plain[len(called) :]).text
