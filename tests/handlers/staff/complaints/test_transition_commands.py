"""Commands that move a case: at once, or with a reason that the reporter reads."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import ActorKind, ApplyTransition
from handlers.dialog.events import Channel
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply, raw_text
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    MAX_SCHEDULED_ACTS,
    OfficerCase,
    OutgoingReply,
    RecordCaseAccess,
    ScheduleSend,
)
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import AwaitingText
from tests.handlers.staff.officer_commands import (
    CASE,
    SEND_AT,
    SUPERVISOR,
    TODAY,
    give,
    list_commands,
    with_status,
)
from tests.in_memory_desk import OFFICE
from tests.run_decision import Outcome

REASON = "ตรวจสอบแล้วไม่พบข้อเท็จจริงตามที่แจ้ง"
SCREENING, INVESTIGATING = with_status(CaseStatus.SCREENING), with_status(CaseStatus.INVESTIGATING)
CLOSED = with_status(CaseStatus.CLOSED, outcome=CaseOutcome.INSUFFICIENT)
BACK = (Choice("/case 12/2570", "staff.order.case"),)


def pending(outcome: Outcome) -> Any:
    return outcome.kept.officer.complaints.pending


# At once.


@pytest.mark.parametrize(
    ("words", "case", "move", "status"),
    [
        ("/screen 12", CASE, Transition.SCREEN, CaseStatus.SCREENING),
        ("/ตรวจรับ 12", CASE, Transition.SCREEN, CaseStatus.SCREENING),
        ("/investigate 12", SCREENING, Transition.INVESTIGATE, CaseStatus.INVESTIGATING),
    ],
)
def test_a_step_without_a_reason_is_taken_at_once(
    words: str, case: OfficerCase, move: Transition, status: CaseStatus
) -> None:
    outcome = give(words, case=case)
    act = ApplyTransition("c12", 4, TODAY, TransitionRequest(move), status, ActorKind.OFFICE, staff="s1")
    assert outcome.acts == (act,)
    seen = Phrase(f"entry.moved.{status}", {"on": "22 พฤศจิกายน 2569", "why": raw_text("")})
    assert outcome.replies[0] == Reply("staff.moved", OF_CASE, {"number": "12/2570", "seen": seen})
    assert outcome.replies[1].args["status"] == Phrase(f"staff.status.{status}")


@pytest.mark.parametrize(
    ("words", "case", "legal"),
    [
        ("/investigate 12", CASE, "/screen"),
        ("/close 12 insufficient เหตุผล", CASE, "/screen"),
        ("/notaccept 12 policy เหตุผล", INVESTIGATING, "/close, /forward"),
        ("/screen 12", CLOSED, "/reopen"),
        ("/forward 12 nacc เหตุผล", CLOSED, "/reopen"),
    ],
)
def test_a_step_that_is_not_allowed_says_what_is(words: str, case: OfficerCase, legal: str) -> None:
    outcome = give(words, case=case)
    assert (outcome.keys, outcome.acts) == (("staff.forbidden",), ())
    args = outcome.replies[0].args
    thai = {"/screen": "/ตรวจรับ", "/close": "/ปิด", "/forward": "/ส่งต่อ", "/reopen": "/เปิดใหม่"}
    typed = ", ".join(thai[one] for one in legal.split(", "))
    assert (args["status"], args["legal"]) == (Phrase(f"staff.status.{case.status}"), raw_text(typed))
    assert args["holder"] == Phrase("staff.whose.nobodys")
    held = give(words, case=replace(case, officer="s1")).replies[0].args
    assert held["holder"] == raw_text("สมหญิง ใจกล้า")
    assert list_commands(outcome.replies[0].choices) == [f"{one} 12/2570" for one in legal.split(", ")]


def test_while_something_waits_a_transition_follows_it_in_order() -> None:
    waiting = (ScheduledAct("s2", SEND_AT), ScheduledAct("s1", SEND_AT + 90))
    outcome = give("/screen 12", case=replace(CASE, scheduled=waiting))
    screen = OutgoingReply("c12", "s1", "", TransitionRequest(Transition.SCREEN))
    assert outcome.acts == (ScheduleSend(screen, 3, 2),)
    assert [(reply.key, reply.args["seconds"]) for reply in outcome.replies] == [("staff.held.after", 120)]
    full = give("/screen 12", case=replace(CASE, scheduled=waiting[:1] * MAX_SCHEDULED_ACTS))
    assert (full.keys, full.acts) == (("staff.held.already",), ())


def test_what_may_follow_depends_on_what_waits() -> None:
    closing = ScheduledAct("s2", SEND_AT, TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT))
    investigating = ScheduledAct("s2", SEND_AT, TransitionRequest(Transition.INVESTIGATE))
    after = replace(SCREENING, scheduled=(investigating, closing))
    assert after.coming_status is CaseStatus.CLOSED
    refused = give(f"/close 12 insufficient {REASON}", case=after)
    assert (refused.keys, refused.acts) == (("staff.forbidden_after",), ())
    assert refused.replies[0].args["status"] == Phrase("staff.status.closed")
    assert give("/reply 12 ขอบคุณครับ", case=after).keys == ("staff.confirm.ask_after",)
    assert give("/screen 12", case=replace(SCREENING, scheduled=(closing,))).keys == (
        "staff.forbidden_after",
    )
    overtaken = replace(SCREENING, scheduled=(closing, investigating))
    assert overtaken.coming_status is CaseStatus.CLOSED


# With a reason.

CLOSE_INSUFFICIENT = TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT)


@pytest.mark.parametrize(
    ("words", "case", "step"),
    [
        (f"/close 12 insufficient {REASON}", SCREENING, CLOSE_INSUFFICIENT),
        (f"/close 12 หลักฐานไม่พอ {REASON}", INVESTIGATING, CLOSE_INSUFFICIENT),
        (f"/close 12 INSUFFICIENT {REASON}", INVESTIGATING, CLOSE_INSUFFICIENT),
        (f"/close 12 insufficient\n{REASON}", INVESTIGATING, CLOSE_INSUFFICIENT),
        (f"/close 12 insufficient   \n {REASON}", INVESTIGATING, CLOSE_INSUFFICIENT),
        (
            f"/ยุติ 12 มีมูล {REASON}",
            INVESTIGATING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED),
        ),
        (
            f"/notaccept 12 policy {REASON}",
            SCREENING,
            TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
        ),
        (
            f"/notaccept 12 policy\n{REASON}",
            SCREENING,
            TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
        ),
        (
            f"/forward 12 nacc {REASON}",
            SCREENING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."),
        ),
        (
            f"/forward 12 nacc\n{REASON}",
            SCREENING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."),
        ),
        (
            f"/forward 12 ปปช {REASON}",
            INVESTIGATING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."),
        ),
        (
            f"/ส่งต่อ 12 ป.ป.ท. {REASON}",
            INVESTIGATING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ท."),
        ),
        (
            f"/forward 12 NACC {REASON}",
            INVESTIGATING,
            TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."),
        ),
    ],
)
def test_a_decision_is_shown_and_scheduled_once_it_is_confirmed(
    words: str, case: OfficerCase, step: TransitionRequest
) -> None:
    shown = give(words, case=case)
    assert (shown.keys, shown.acts) == (("staff.confirm.ask",), ())
    prompt = shown.kept.prompt_number
    assert list_commands(shown.replies[0].choices) == [f"/confirm y{prompt}", f"/confirm n{prompt}"]
    done = give(f"/confirm y{prompt}", session=shown.session, case=case)
    assert done.acts == (ScheduleSend(OutgoingReply("c12", "s1", REASON, step), 3),)
    assert done.keys == ("staff.held.now",)
    assert done.kept.officer.complaints.proposal is None


def test_reopening_is_for_supervisors() -> None:
    shown = give(f"/reopen 12 {REASON}", case=CLOSED, staff=SUPERVISOR)
    done = give(f"/confirm y{shown.kept.prompt_number}", session=shown.session, case=CLOSED, staff=SUPERVISOR)
    step = TransitionRequest(Transition.REOPEN)
    assert done.acts == (ScheduleSend(OutgoingReply("c12", "s3", REASON, step), 3),)
    assert give(f"/reopen 12 {REASON}", case=CLOSED).keys == ("staff.refused",)


@pytest.mark.parametrize(
    ("words", "case", "key", "offered"),
    [
        ("/close 12", SCREENING, "staff.close.ask", ["insufficient"]),
        (
            "/close 12 อะไรก็ได้",
            INVESTIGATING,
            "staff.close.ask",
            ["substantiated", "unsubstantiated", "insufficient"],
        ),
        ("/notaccept 12", SCREENING, "staff.notaccept.ask", [one.value for one in NonAcceptanceReason]),
        (
            "/notaccept 12 เพราะไม่ชอบ",
            SCREENING,
            "staff.notaccept.ask",
            [one.value for one in NonAcceptanceReason],
        ),
        ("/forward 12", SCREENING, "staff.forward.ask", ["nacc", "pacc"]),
        (f"/forward 12 ปปฃ {REASON}", SCREENING, "staff.forward.ask", ["nacc", "pacc"]),
        (f"/forward 12 สำนักงาน {REASON}", SCREENING, "staff.forward.ask", ["nacc", "pacc"]),
    ],
)
def test_what_is_missing_of_a_decision_is_offered(
    words: str, case: OfficerCase, key: str, offered: list[str]
) -> None:
    outcome = give(words, case=case)
    name = words[1:].partition(" ")[0]
    assert (outcome.keys, outcome.acts) == ((key,), ())
    assert list_commands(outcome.replies[0].choices) == [f"/{name} 12/2570 {one}" for one in offered]


@pytest.mark.parametrize("reason", ["", "ok", "......................", "😡" * 20])
@pytest.mark.parametrize("start", ["close 12 insufficient", "notaccept 12 policy", "forward 12 nacc"])
def test_a_reason_that_explains_nothing_is_asked_for(start: str, reason: str) -> None:
    outcome = give(f"/{start} {reason}", case=SCREENING)
    name, _, argument = start.split(" ")
    assert (outcome.keys, outcome.acts) == (("staff.reason.ask",), ())
    assert pending(outcome) == AwaitingText(ParsedCommand(CommandName(name), 12, 2570, argument))


@pytest.mark.parametrize("start", ["close 12 insufficient", "notaccept 12 policy", "forward 12 nacc"])
def test_a_short_reason_on_a_line_of_its_own_does_not_become_the_argument(start: str) -> None:
    outcome = give(f"/{start}\nok", case=SCREENING)
    name, _, argument = start.split(" ")
    assert pending(outcome) == AwaitingText(ParsedCommand(CommandName(name), 12, 2570, argument))


def test_an_outcome_that_needs_an_investigation_offers_to_begin_it_and_what_is_possible_now() -> None:
    outcome = give(f"/close 12 substantiated {REASON}", case=SCREENING)
    assert (outcome.keys, outcome.acts) == (("staff.close.investigate_first",), ())
    offered = list_commands(outcome.replies[0].choices)
    assert offered == ["/investigate 12/2570", "/close 12/2570 insufficient"]
    for command in offered:  # each does what it says, or asks for the reason
        assert give(command, case=SCREENING).keys[0] in {"staff.moved", "staff.reason.ask"}


# Two persons.

STRICT = OFFICE.model_copy(
    update={"two_persons": OFFICE.two_persons.model_copy(update={"identity": True, "unfounded": True})}
)
LAX = OFFICE.model_copy(
    update={"two_persons": OFFICE.two_persons.model_copy(update={"identity": False, "unfounded": False})}
)
UNFOUNDED = f"/close 12 unsubstantiated {REASON}"


def approval(asked_by: str, approved_by: str = "", kind: ApprovalKind = ApprovalKind.UNFOUNDED) -> Approval:
    return Approval("a1", "c12", kind, asked_by, approved_by, "เหตุผลที่อนุมัติแล้ว")


def test_closing_as_unfounded_is_requested_first() -> None:
    outcome = give(UNFOUNDED, case=INVESTIGATING, office=STRICT)
    assert outcome.acts == (RequestApproval("c12", "12/2570", ApprovalKind.UNFOUNDED, "s1", REASON),)
    assert outcome.keys == ("staff.approval.asked",)
    waits = give(UNFOUNDED, case=INVESTIGATING, office=STRICT, answers={ListApprovals: (approval("s1"),)})
    assert (waits.keys, waits.acts) == (("staff.approval.waits",), ())


def test_the_approved_reason_is_the_one_that_is_sent_and_the_approval_is_used_up() -> None:
    answers = {ListApprovals: (approval("s1", "s3"),)}
    shown = give(UNFOUNDED, case=INVESTIGATING, office=STRICT, answers=answers)
    assert (shown.keys, shown.acts) == (("staff.confirm.ask",), ())
    words = f"/confirm y{shown.kept.prompt_number}"
    done = give(words, case=INVESTIGATING, office=STRICT, answers=answers, session=shown.session)
    step = TransitionRequest(Transition.CLOSE, CaseOutcome.UNSUBSTANTIATED)
    assert done.acts == (
        ScheduleSend(OutgoingReply("c12", "s1", "เหตุผลที่อนุมัติแล้ว", step), 3),
        UseApproval("a1", "c12", "s1"),
    )


def test_other_outcomes_need_nobody_else() -> None:
    assert give(f"/close 12 insufficient {REASON}", case=INVESTIGATING, office=STRICT).keys == (
        "staff.confirm.ask",
    )
    assert give(UNFOUNDED, case=INVESTIGATING, office=LAX).keys == ("staff.confirm.ask",)


@pytest.mark.parametrize("pairs", [(), (("name", "สมหญิง"), ("contact", "081"))])
def test_the_identity_is_shown_and_audited(pairs: tuple[tuple[str, str], ...]) -> None:
    outcome = give("/identity 12", office=LAX, answers={ReadIdentity: pairs})
    assert outcome.acts == (RecordCaseAccess("c12", "s1", "identity", TODAY),)
    lines = {"lines": tuple(raw_text(value) for _, value in pairs)} if pairs else {}
    key = "staff.identity.some" if pairs else "staff.identity.none"
    assert outcome.replies == (Reply(key, OF_CASE, {"number": "12/2570", **lines}, BACK),)


def test_the_identity_needs_a_colleague_where_the_office_says_so() -> None:
    asked = give("/identity 12 ต้องเรียกมาให้ถ้อยคำ", office=STRICT)
    assert asked.acts == (RequestApproval("c12", "12/2570", ApprovalKind.IDENTITY, "s1", "ต้องเรียกมาให้ถ้อยคำ"),)
    why = give("/identity 12", office=STRICT)
    assert (why.keys, why.acts) == (("staff.approval.why",), ())
    assert pending(why) == AwaitingText(ParsedCommand(CommandName.IDENTITY, 12, 2570))
    other_kind = give("/identity 12", office=STRICT, answers={ListApprovals: (approval("s1", "s3"),)})
    assert other_kind.keys == ("staff.approval.why",)
    granted = {ListApprovals: (approval("s1", "s3", ApprovalKind.IDENTITY),)}
    opened = give("/identity 12", office=STRICT, answers=granted)
    assert opened.acts == (
        UseApproval("a1", "c12", "s1"),
        RecordCaseAccess("c12", "s1", "identity", TODAY),
    )


def test_where_messages_cannot_be_deleted_the_identity_is_on_the_page_only() -> None:
    link = AccessLink("secret", "https://desk.example/o/secret")
    granted = {ListApprovals: (approval("s1", "s3", ApprovalKind.IDENTITY),)}
    outcome = give(
        "/identity 12", office=STRICT, channel=Channel.LINE, answers={**granted, NewAccessLink: link}
    )
    # The approval is used up where the name is seen.
    assert outcome.acts == (CreateAccessLink("secret", PageKind.CASE, "s1", "c12"),)
    nowhere = give("/identity 12", office=STRICT, channel=Channel.LINE, answers=granted)
    assert (nowhere.keys, nowhere.acts) == (("staff.identity.elsewhere",), ())  # the approval is not used up


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ((), "staff.approval.nothing"),
        ((approval("s1"),), "staff.approval.own"),
        ((approval("s2", "s3"),), "staff.approval.own"),
        ((approval("s2"),), "staff.approval.ask"),
        ((approval("s1"), replace(approval("s2"), id="a2")), "staff.approval.ask"),
    ],
)
def test_a_colleague_is_asked_to_approve_but_never_their_own(known: tuple[Approval, ...], key: str) -> None:
    outcome = give("/approve 12", answers={ListApprovals: known})
    assert (outcome.keys, outcome.acts) == ((key,), ())


def test_an_approval_is_confirmed() -> None:
    answers = {ListApprovals: (approval("s2"),)}
    asked = give("/approve 12", answers=answers)
    assert list_commands(asked.replies[0].choices) == ["/approve 12/2570 a1", "/case 12/2570"]
    assert asked.replies[0].args["reason"] == "เหตุผลที่อนุมัติแล้ว"
    done = give("/approve 12/2570 a1", answers=answers)
    assert (done.keys, done.acts) == (("staff.approval.done",), (GrantApproval("a1", "c12", "s1"),))
    assert give("/approve 12 a9", answers=answers).keys == ("staff.approval.ask",)
