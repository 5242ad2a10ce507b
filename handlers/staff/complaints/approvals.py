"""Two-person rules: opening the reporter's identity, and closing a case as unfounded."""

from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.complaints.lifecycle import CaseOutcome, TransitionRequest
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, raw_text
from handlers.office import TwoPersonRules
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.find_case import make_case_command
from handlers.staff.complaints.messages import OfficerCase, RecordCaseAccess
from handlers.staff.complaints.page_links import offer_page_link
from handlers.staff.members import SHORT_ID_LENGTH
from handlers.staff.page_access import PageKind
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text, count_letters_and_digits


def reveal_identity(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Show the reporter's name and contact. Where office.toml demands it, a colleague must have approved the reason."""
    used: tuple[Act, ...] = ()
    if cmd.ctx.office.two_persons.identity:
        good = yield from _require_approval(cmd, found, ApprovalKind.IDENTITY)
        if isinstance(good, TurnResult):
            return good
        used = build_approval_use(cmd, good)
    if not cmd.ctx.channel_traits.can_delete_messages:
        return (yield from link_to_identity(cmd, found))
    pairs = yield from run_query(ReadIdentity(found.id))
    opened = RecordCaseAccess(found.id, cmd.staff.id, "identity", to_bangkok_date(cmd.ctx.now))
    back = (make_command_button(CommandName.CASE, found),)
    if not pairs:
        return cmd.reply("identity.none", OF_CASE, back, (*used, opened), number=found.register_number)
    lines = tuple(raw_text(value) for _, value in pairs)
    return cmd.reply(
        "identity.some", OF_CASE, back, (*used, opened), number=found.register_number, lines=lines
    )


def link_to_identity(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply with a link to the case's page, on channels where messages cannot be deleted: the name is opened there.

    Nothing is opened here, and no approval is used up.
    """
    back, offered = (
        (make_command_button(CommandName.CASE, found),),
        (yield from offer_page_link(cmd, PageKind.CASE, found)),
    )
    if offered is None:
        return cmd.reply("identity.elsewhere", OF_CASE, back, number=found.register_number)
    return cmd.reply(
        "page.many" if offered.is_beyond else "identity.link",
        OFFICER_CONTENT,
        back,
        offered.acts,
        number=found.register_number,
        address=offered.address,
    )


def approve_colleague_request(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Approve a colleague's request, after confirmation. Nobody approves their own."""
    asked = yield from run_query(ListApprovals(found.id))
    others = [one for one in asked if not one.approved_by and one.asked_by != cmd.staff.id]
    back = (make_command_button(CommandName.CASE, found),)
    if not others:
        key = "approval.own" if asked else "approval.nothing"  # their own, or approved already
        return cmd.reply(key, OF_CASE, back, number=found.register_number)
    one = others[0]
    short_id = one.id[:SHORT_ID_LENGTH]  # a whole one could be taken for a tracking code
    if cmd.command.rest not in {one.id, short_id}:
        yes = make_command_button(CommandName.APPROVE, found, short_id, Phrase("staff.approval.yes"))
        what = Phrase(f"staff.approval.{one.kind}")
        return cmd.reply(
            "approval.ask", OF_CASE, (yes, *back), number=found.register_number, what=what, reason=one.reason
        )
    return cmd.reply(
        "approval.done",
        OF_CASE,
        back,
        (GrantApproval(one.id, found.id, cmd.staff.id),),
        number=found.register_number,
    )


def needs_two_persons(step: TransitionRequest | None, rule: TwoPersonRules) -> bool:
    """Whether a transition needs a second person's approval."""
    return rule.unfounded and step is not None and step.outcome is CaseOutcome.UNSUBSTANTIATED


def require_unfounded_approval(
    cmd: ComplaintsCommandContext, found: OfficerCase, reason: str
) -> QueryGenerator[TurnResult | Approval]:
    """Return the approval to close as unfounded, or the reply where there is none yet.

    The approved reason is the one that the reporter reads.
    """
    return (yield from _require_approval(cmd, found, ApprovalKind.UNFOUNDED, reason))


def build_approval_use(cmd: ComplaintsCommandContext, approval: Approval) -> tuple[Act, ...]:
    """Return the act that uses up an approval."""
    return (UseApproval(approval.id, approval.case, cmd.staff.id),)


def _require_approval(
    cmd: ComplaintsCommandContext, found: OfficerCase, what: ApprovalKind, reason: str = ""
) -> QueryGenerator[Approval | TurnResult]:
    """Return the approval granted to this person, or the reply where there is none: it is requested with a reason."""
    asked = [one for one in (yield from run_query(ListApprovals(found.id))) if one.kind is what]
    for one in asked:
        if one.is_granted_to(cmd.staff.id):
            return one
    back = (make_command_button(CommandName.CASE, found),)
    if any(one.asked_by == cmd.staff.id for one in asked):
        return cmd.reply("approval.waits", OF_CASE, back, number=found.register_number)
    why = reason or clean_text(cmd.command.rest).text
    if count_letters_and_digits(why) < MIN_REASON_LENGTH:
        again = make_case_command(cmd.command.name, found)
        return cmd.await_text_for(again).reply(
            "approval.why", OF_CASE, back, number=found.register_number, fewest=MIN_REASON_LENGTH
        )
    act = RequestApproval(found.id, found.register_number, what, cmd.staff.id, why)
    return cmd.reply("approval.asked", OF_CASE, back, (act,), number=found.register_number)
