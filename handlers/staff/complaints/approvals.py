"""What two persons must agree to: the reporter's name, and to close a case as unfounded."""

from handlers import thai
from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.complaints.conflict_of_interest import REASON
from handlers.complaints.lifecycle import CaseOutcome, TransitionRequest
from handlers.dialog.events import Act, Deciding, Reply, TurnResult, literal, read
from handlers.office import TwoPersonRules
from handlers.staff.command import ComplaintsCommandContext, Reading, button, the_case
from handlers.staff.complaints.case_view import ELSEWHERE
from handlers.staff.complaints.messages import OfficerCase, RecordCaseAccess
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.permissions import CommandName


def identity(c: ComplaintsCommandContext) -> Deciding:
    """Open the reporter's name and contact, with a reason; where office.toml says so, once another approved."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    used: tuple[Act, ...] = ()
    if c.m.office.two_persons.identity:
        good = yield from _approved(c, found, ApprovalKind.IDENTITY)
        if isinstance(good, TurnResult):
            return good
        used = spent(c, good)
    if c.m.event.channel in ELSEWHERE:
        return (yield from elsewhere(c, found, used))
    pairs = yield from read(ReadIdentity(found.id))
    opened = RecordCaseAccess(found.id, c.staff.id, "identity", thai.day(c.m.now))
    back = (button(CommandName.CASE, found),)
    if not pairs:
        return c.tells("identity.none", back, (*used, opened), number=found.shown)
    lines = tuple(literal(value) for _, value in pairs)
    return c.tells("identity.some", back, (*used, opened), number=found.shown, lines=lines)


def elsewhere(c: ComplaintsCommandContext, found: OfficerCase, spent: tuple[Act, ...]) -> Deciding:
    """A link to the name, where nothing can be deleted; without a page nothing is opened, and nothing spent."""
    back, key = (button(CommandName.CASE, found),), (yield from read(NewAccessLink()))
    if key is None:
        return c.tells("identity.elsewhere", back, number=found.shown)
    act = CreateAccessLink(key.secret, PageKind.IDENTITY, c.staff.id, found.id, c.m.lang)
    return c.tells("identity.link", back, (*spent, act), number=found.shown, address=key.address)


def approve(c: ComplaintsCommandContext) -> Deciding:
    """Approve what a colleague asked for."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    asked = yield from read(ListApprovals(found.id))
    others = [one for one in asked if not one.approved_by and one.asked_by != c.staff.id]
    back = (button(CommandName.CASE, found),)
    if not others:
        return c.tells("approval.own" if asked else "approval.nothing", back, number=found.shown)
    one = others[0]
    if c.given.rest != one.id:
        yes = button(CommandName.APPROVE, found, one.id, Reply("staff.approval.yes"))
        what = Reply(f"staff.approval.{one.what}")
        return c.tells("approval.ask", (yes, *back), number=found.shown, what=what, reason=one.reason)
    return c.tells("approval.done", back, (GrantApproval(one.id, found.id, c.staff.id),), number=found.shown)


def needed(step: TransitionRequest | None, rule: TwoPersonRules) -> bool:
    """Whether a step of the lifecycle needs two persons."""
    return rule.unfounded and step is not None and step.outcome is CaseOutcome.UNSUBSTANTIATED


def unfounded(c: ComplaintsCommandContext, found: OfficerCase, reason: str) -> Reading[TurnResult | Approval]:
    """What is said where nobody approved yet; else what was approved: its reason is the one that the reporter reads."""
    return (yield from _approved(c, found, ApprovalKind.UNFOUNDED, reason))


def spent(c: ComplaintsCommandContext, approval: Approval) -> tuple[Act, ...]:
    """What is written when something that was approved is done."""
    return (UseApproval(approval.id, approval.case, c.staff.id),)


def _approved(
    c: ComplaintsCommandContext, found: OfficerCase, what: ApprovalKind, reason: str = ""
) -> Reading[Approval | TurnResult]:
    """The approval that serves this person, or what is said, and asked, where there is none."""
    asked = [one for one in (yield from read(ListApprovals(found.id))) if one.what is what]
    for one in asked:
        if one.serves(c.staff.id):
            return one
    back = (button(CommandName.CASE, found),)
    if any(one.asked_by == c.staff.id for one in asked):
        return c.tells("approval.waits", back, number=found.shown)
    why = reason or thai.clean(c.given.rest).text
    if thai.letters(why) < REASON:
        again = button(c.given.order, found).data
        return c.asking(again).tells("approval.why", back, number=found.shown, fewest=REASON)
    act = RequestApproval(found.id, found.shown, what, c.staff.id, why)
    return c.tells("approval.asked", back, (act,), number=found.shown)
