"""A supervisor who is not concerned bars a reader from a case, or lifts a false match, with a reason."""

from handlers import thai
from handlers.complaints import conflict_of_interest as concerned
from handlers.complaints.exclusions import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.events import Deciding, TurnResult, literal, read
from handlers.staff.command import ComplaintsCommandContext, Reading, button, the_case
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CommandName


def bar(c: ComplaintsCommandContext) -> Deciding:
    """Keep a colleague from a case: `/bar 12 name reason`."""
    return (yield from _set(c, ExclusionGround.BARRED))


def lift(c: ComplaintsCommandContext) -> Deciding:
    """Let a colleague read a case that seemed to concern them: `/lift 12 name reason`."""
    return (yield from _set(c, ExclusionGround.LIFTED))


def _set(c: ComplaintsCommandContext, why: ExclusionGround) -> Deciding:
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    known = yield from read(ListExclusions(found.id))
    barred = {one.staff for one in known if one.why is not ExclusionGround.LIFTED}
    able = [
        one for one in (yield from _colleagues(c)) if (one.id in barred) is (why is ExclusionGround.LIFTED)
    ]
    person, reason = _parted(c.given.rest, able)
    if person is None:
        return _asked(c, found, why, able)
    if not concerned.may_change(c.staff, known, reason):
        again = button(c.given.order, found, person.id).data
        return c.asking(again).tells("bar.why", number=found.shown, name=person.name, fewest=concerned.REASON)
    act = SetExclusion(found.id, Exclusion(person.id, why, c.staff.id, reason), thai.day(c.m.now))
    back = (button(CommandName.CASE, found),)
    return c.tells(f"bar.{why}", back, (act,), number=found.shown, name=person.name)


def _colleagues(c: ComplaintsCommandContext) -> Reading[list[StaffMember]]:
    """Everybody else: nobody bars or lifts themselves."""
    everybody = yield from read(ListStaff())
    return [one for one in everybody if one.id != c.staff.id]


def _asked(
    c: ComplaintsCommandContext, found: OfficerCase, why: ExclusionGround, able: list[StaffMember]
) -> TurnResult:
    names = tuple(button(c.given.order, found, one.id, literal(one.name)) for one in able)
    return c.tells(f"bar.whom_{why}" if able else "bar.nobody", names, number=found.shown)


def _parted(rest: str, able: list[StaffMember]) -> tuple[StaffMember | None, str]:
    """Who is meant at the beginning of what was typed, by id or name, and the words after it."""
    plain = rest.strip()
    for one in able:
        for called in (one.id, one.name):
            if called and plain.casefold().startswith(called.casefold()):
                return one, thai.clean(plain[len(called) :]).text
    return None, ""
