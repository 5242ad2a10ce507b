"""What officers change in a case: assignment, transitions, texts to the reporter, approvals, exclusions, links."""

from dataclasses import replace
from datetime import date

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
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    Exclusion,
    ExclusionGround,
    HistoryEntry,
    HistoryEntryKind,
    ListExclusions,
    SetExclusion,
)
from handlers.dialog.effects import Listing
from handlers.dialog.events import Channel
from handlers.dialog.replies import OFFICER_CONTENT, Choice, Phrase, raw_text
from handlers.staff.complaints.messages import (
    AssignCase,
    CancelSend,
    CaseHistoryLine,
    FindCaseByNumber,
    GetCaseHistory,
    LinkCases,
    OfficerCase,
    OutgoingReply,
    RecordCaseAccess,
    ScheduleSend,
    SetLegalHold,
)
from handlers.staff.complaints.outgoing import MAX_REPLY_LENGTH
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import AwaitingText, ComplaintsWork, NothingPending, ProposedReply
from tests.handlers.staff.complaints.officer_commands import (
    CASE,
    CHIEF,
    OTHER,
    REASON,
    SCREENED,
    TODAY,
    get_reply,
    get_work,
    give,
    list_buttons,
    make_session,
)
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import AnswerByQuery, Outcome

TWO_PERSONS = OFFICE.model_copy(
    update={"two_persons": OFFICE.two_persons.model_copy(update={"identity": True, "unfounded": True})}
)
ONE_PERSON = OFFICE.model_copy(
    update={"two_persons": OFFICE.two_persons.model_copy(update={"identity": False, "unfounded": False})}
)


def confirm(shown: Outcome, case: OfficerCase = CASE, answer: str = "y", **parts: object) -> Outcome:
    """Press a button below what was shown."""
    session = shown.kept
    return give(f"/confirm {answer}{session.prompt_number}", case=case, session=session, **parts)  # type: ignore[arg-type]


# Assignment.


def test_a_case_is_taken() -> None:
    outcome = give("/take 12")
    assert outcome.keys == ("staff.take.done", "staff.case.summary")
    assert outcome.acts == (AssignCase("c1", 2, TODAY, "s1", "s1"),)
    mine = give("/take 12", case=replace(CASE, officer="s1"))
    assert mine.keys == ("staff.take.yours", "staff.case.summary")
    assert mine.acts == ()


@pytest.mark.parametrize("name", ["วิชัย", "วิช", "s2"])
def test_a_case_is_assigned_by_name(name: str) -> None:
    outcome = give(f"/assign 12 {name}", staff=CHIEF)
    assert outcome.keys == ("staff.assign.done", "staff.case.summary")
    assert outcome.acts == (AssignCase("c1", 2, TODAY, "s2", "s3"),)


@pytest.mark.parametrize(("name", "key"), [("", "ask"), (" ใคร", "nobody"), (" ม", "several")])
def test_who_is_meant_is_asked(name: str, key: str) -> None:
    outcome = give(f"/assign 12{name}", staff=replace(CHIEF, id="s0"))
    assert outcome.keys == (f"staff.assign.{key}",)
    offered = ["s1", "s3"] if key == "several" else ["s1", "s2", "s3"]
    assert list_buttons(outcome) == [f"/assign 12/2570 {one}" for one in offered]


def test_a_case_is_assigned_to_nobody_who_may_not_see_it() -> None:
    barred = {
        ListExclusions: (Exclusion("s1", ExclusionGround.BARRED), Exclusion("s3", ExclusionGround.LIFTED))
    }
    outcome = give("/assign 12", barred, case=replace(CASE, avoid_officer="s2"), staff=CHIEF)
    assert list_buttons(outcome) == ["/assign 12/2570 s3"]


# Transitions.


def test_a_step_without_words_is_made_at_once() -> None:
    outcome = give("/screen 12")
    assert outcome.keys == ("staff.moved", "staff.case.summary")
    step = TransitionRequest(Transition.SCREEN)
    assert outcome.acts == (
        ApplyTransition("c1", 2, TODAY, step, CaseStatus.SCREENING, ActorKind.OFFICE, staff="s1"),
    )
    assert give("/screen 12", case=replace(CASE, scheduled_by="s2")).keys == ("staff.held.already",)


@pytest.mark.parametrize("words", ["/screen 12", "/close 12 insufficient เหตุผล", "/reopen 12 เหตุผล"])
def test_a_step_that_is_not_allowed_names_those_that_are(words: str) -> None:
    case = replace(CASE, status=CaseStatus.NOT_ACCEPTED) if words != "/reopen 12 เหตุผล" else SCREENED
    moved = CaseHistoryLine(HistoryEntry(2, TODAY, HistoryEntryKind.MOVED, case.status), "office", "s5")
    outcome = give(words, {GetCaseHistory: Listing((moved,))}, case=case, staff=CHIEF)
    assert outcome.keys == ("staff.forbidden",)
    assert outcome.acts == ()
    assert get_reply(outcome).args["who"] == raw_text("ประสิทธิ์")
    legal = (
        ["reopen"]
        if case.status is CaseStatus.NOT_ACCEPTED
        else ["investigate", "close", "forward", "notaccept"]
    )
    assert list_buttons(outcome) == [f"/{name} 12/2570" for name in legal]
    assert give(words, case=case, staff=CHIEF).replies[0].args["who"] == Phrase("staff.by.somebody")


STEPS = {
    f"/close 12 insufficient {REASON}": TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT),
    f"/notaccept 12 policy {REASON}": TransitionRequest(
        Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY
    ),
    f"/forward 12 nacc {REASON}": TransitionRequest(
        Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."
    ),
    f"/ส่งต่อ 12 สตง {REASON}": TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สตง"),
}


@pytest.mark.parametrize("words", STEPS)
def test_a_step_with_words_is_shown_confirmed_and_scheduled(words: str) -> None:
    shown = give(words, case=SCREENED)
    assert shown.keys == ("staff.confirm.ask",)
    assert shown.acts == ()
    assert get_reply(shown).policy == OFFICER_CONTENT
    outcome = confirm(shown, SCREENED)
    assert outcome.keys == ("staff.held.now",)
    assert outcome.acts == (ScheduleSend(OutgoingReply("c1", "s1", REASON, STEPS[words]), 2),)
    assert list_buttons(outcome) == ["/undo 12/2570", "/case 12/2570"]
    assert get_work(outcome) == ComplaintsWork()


@pytest.mark.parametrize(
    ("words", "key", "first"),
    [
        ("/close 12", "close.ask", "/close 12/2570 "),
        ("/close 12 อะไร", "close.ask", "/close 12/2570 "),
        ("/notaccept 12", "notaccept.ask", "/notaccept 12/2570 "),
        ("/forward 12", "forward.ask", "/forward 12/2570 nacc"),
    ],
)
def test_what_is_missing_is_asked_for(words: str, key: str, first: str) -> None:
    outcome = give(words, case=SCREENED)
    assert outcome.keys == (f"staff.{key}",)
    assert list_buttons(outcome)[0].startswith(first)
    assert get_work(outcome).pending == NothingPending()


@pytest.mark.parametrize(
    ("words", "case", "waiting"),
    [
        ("/notaccept 12 policy", SCREENED, ParsedCommand(CommandName.NOT_ACCEPT, 12, 2570, "policy")),
        ("/forward 12 nacc สั้น", SCREENED, ParsedCommand(CommandName.FORWARD, 12, 2570, "nacc")),
        (
            "/reopen 12 สั้น",
            replace(CASE, status=CaseStatus.NOT_ACCEPTED),
            ParsedCommand(CommandName.REOPEN, 12, 2570),
        ),
    ],
)
def test_a_reason_that_says_nothing_is_asked_for_again(
    words: str, case: OfficerCase, waiting: ParsedCommand[CommandName]
) -> None:
    outcome = give(words, case=case, staff=CHIEF)
    assert outcome.keys == ("staff.reason.ask",)
    assert get_work(outcome).pending == AwaitingText(waiting)


UNFOUNDED = f"/close 12 unsubstantiated {REASON}"
INVESTIGATED = replace(CASE, status=CaseStatus.INVESTIGATING, seq=3)


def test_a_case_is_closed_as_unfounded_by_two() -> None:
    asked = give(UNFOUNDED, {ListApprovals: ()}, case=INVESTIGATED, office=TWO_PERSONS)
    assert asked.keys == ("staff.approval.asked",)
    assert asked.acts == (RequestApproval("c1", "12/2570", ApprovalKind.UNFOUNDED, "s1", REASON),)
    granted = Approval("a1", "c1", ApprovalKind.UNFOUNDED, "s1", "s3", "เหตุผลที่อนุมัติแล้วเท่านั้น")
    known = {ListApprovals: (granted,)}
    shown = give(UNFOUNDED, known, case=INVESTIGATED, office=TWO_PERSONS)
    assert shown.keys == ("staff.confirm.ask",)
    assert shown.acts == ()
    outcome = confirm(shown, INVESTIGATED, answers=known, office=TWO_PERSONS)
    step = TransitionRequest(Transition.CLOSE, CaseOutcome.UNSUBSTANTIATED)
    assert outcome.acts == (
        ScheduleSend(OutgoingReply("c1", "s1", granted.reason, step), 3),
        UseApproval("a1", "c1", "s1"),
    )
    assert give(UNFOUNDED, case=INVESTIGATED, office=ONE_PERSON).keys == ("staff.confirm.ask",)


# Texts to the reporter.


def test_a_reply_is_confirmed_once() -> None:
    shown = give("/reply 12 ขอบคุณ 12 ครับ")
    proposal = get_work(shown).proposal
    assert proposal == ProposedReply(ParsedCommand(CommandName.REPLY, 12, 0, "ขอบคุณ 12 ครับ"), 8)
    assert get_reply(shown).choices == (
        Choice("/confirm y8", "staff.confirm.yes"),
        Choice("/confirm n8", "staff.confirm.no"),
    )
    outcome = confirm(shown)
    assert outcome.acts == (ScheduleSend(OutgoingReply("c1", "s1", "ขอบคุณ 12 ครับ"), 1),)
    assert give("/confirm y8", session=outcome.kept).keys == ("staff.confirm.stale",)
    assert give("/confirm y7", session=shown.kept).keys == ("staff.confirm.stale",)
    declined = confirm(shown, answer="n")
    assert declined.keys == ("staff.confirm.dropped",)
    assert get_work(declined).proposal is None
    assert confirm(shown, replace(CASE, scheduled_by="s2")).keys == ("staff.held.already",)
    assert confirm(shown, replace(CASE, officer="s2")).keys == ("staff.not_yours",)


def test_a_stale_confirmation_keeps_what_is_waited_for() -> None:
    waiting = give("/note 12")
    stale = give("/confirm y1", session=waiting.kept)
    assert stale.keys == ("staff.confirm.stale",)
    assert get_work(stale).pending == AwaitingText(ParsedCommand(CommandName.NOTE, 12, 2570))
    shown = give("/reply 12 ขอบคุณ")
    assert get_work(confirm(Outcome(give("/note 12", session=shown.kept).kept))).pending == NothingPending()


def test_texts_that_are_too_long_or_empty() -> None:
    assert give("/reply 12 " + "ก" * MAX_REPLY_LENGTH).keys == ("staff.confirm.ask",)
    too_long = give("/reply 12 " + "ก" * (MAX_REPLY_LENGTH + 1))
    assert get_reply(too_long).key == "staff.too_long"
    assert get_reply(too_long).args == {"limit": "3,000", "count": "3,001"}
    for words, key, name in (
        ("/reply 12", "reply.ask", CommandName.REPLY),
        ("/note 12", "note.ask", CommandName.NOTE),
    ):
        outcome = give(words)
        assert outcome.keys == (f"staff.{key}",)
        assert get_work(outcome).pending == AwaitingText(ParsedCommand(name, 12, 2570))


@pytest.mark.parametrize(
    ("rest", "day", "text"),
    [
        ("๑๐ วัน เลขที่สัญญาเท่าใด", date(2026, 12, 2), "เลขที่สัญญาเท่าใด"),
        ("ภายใน 3 วัน เลขที่?", date(2026, 11, 25), "เลขที่?"),
        ("99 days Which?", date(2027, 2, 20), "Which?"),
        ("0 วัน ก", date(2026, 11, 23), "ก"),
        ("เลขที่สัญญาเท่าใด", date(2026, 11, 29), "เลขที่สัญญาเท่าใด"),
    ],
)
def test_a_question_has_a_day_to_answer_by(rest: str, day: date, text: str) -> None:
    outcome = confirm(give(f"/ask 12 {rest}"))
    assert outcome.acts == (ScheduleSend(OutgoingReply("c1", "s1", text, by=day), 1),)


def test_a_question_without_words_waits_for_them() -> None:
    outcome = give("/ask 12 5 วัน")
    assert outcome.keys == ("staff.ask.ask",)
    assert get_reply(outcome).args["days"] == 5
    assert get_work(outcome).pending == AwaitingText(ParsedCommand(CommandName.ASK, 12, 0, "5 วัน"))


def test_a_note_stays_in_the_office() -> None:
    outcome = give("/note 12 โทรหาพยาน")
    assert outcome.acts == (
        AddHistoryEntry("c1", 2, TODAY, HistoryEntryKind.NOTE, ActorKind.OFFICE, "โทรหาพยาน", staff="s1"),
    )


def test_canned_replies() -> None:
    assert list_buttons(give("/canned 12")) == ["/canned 12/2570 1", "/canned 12/2570 2"]
    for words in ("/canned 12 0", "/canned 12 3", "/canned 12 ก"):
        assert give(words).keys == ("staff.canned.ask",)
    text = OFFICE.canned[1].in_lang("th")
    assert confirm(give("/canned 12 ๒")).acts == (ScheduleSend(OutgoingReply("c1", "s1", text), 1),)
    assert give("/canned 12", office=OFFICE.model_copy(update={"canned": ()})).keys == ("staff.canned.none",)


SECONDS = int(MORNING.timestamp())


@pytest.mark.parametrize(
    ("author", "send_at", "key"),
    [
        ("", 0, "nothing"),
        ("s2", SECONDS + 60, "others"),
        ("s1", SECONDS, "late"),
        ("s1", SECONDS + 1, "done"),
    ],
)
def test_a_reply_is_called_back_by_its_author_in_time(author: str, send_at: int, key: str) -> None:
    outcome = give("/undo 12", case=replace(CASE, scheduled_by=author, send_at=send_at))
    assert outcome.keys == (f"staff.undo.{key}",)
    assert outcome.acts == ((CancelSend("c1", "s1"),) if key == "done" else ())


# Two persons, and identity.

ASKED = Approval("a1", "c1", ApprovalKind.IDENTITY, "s1", reason=REASON)
GRANTED = replace(ASKED, approved_by="s3")
NAME = {ReadIdentity: (("name", "คานารี"), ("phone", "081"))}
OPENED = RecordCaseAccess("c1", "s1", "identity", TODAY)


def test_the_identity_is_opened_with_a_colleague_s_approval() -> None:
    for words, key in ((f"/identity 12 {REASON}", "asked"), ("/identity 12 สั้น", "why")):
        outcome = give(words, {ListApprovals: ()}, office=TWO_PERSONS)
        assert outcome.keys == (f"staff.approval.{key}",)
    assert get_work(outcome).pending == AwaitingText(ParsedCommand(CommandName.IDENTITY, 12, 2570))
    waits = give("/identity 12", {ListApprovals: (ASKED,)}, office=TWO_PERSONS)
    assert waits.keys == ("staff.approval.waits",)
    assert waits.acts == ()
    opened = give("/identity 12", {ListApprovals: (GRANTED,), **NAME}, office=TWO_PERSONS)
    assert get_reply(opened).args["lines"] == (raw_text("คานารี"), raw_text("081"))
    assert opened.acts == (UseApproval("a1", "c1", "s1"), OPENED)
    mine = replace(GRANTED, asked_by="s3", approved_by="s2")
    assert give("/identity 12", {ListApprovals: (mine,)}, office=TWO_PERSONS).keys == ("staff.approval.why",)


def test_the_identity_is_opened_by_one_where_the_office_says_so() -> None:
    opened = give("/identity 12", NAME, office=ONE_PERSON)
    assert opened.keys == ("staff.identity.some",)
    assert opened.acts == (OPENED,)
    assert give("/identity 12", {ReadIdentity: ()}, office=ONE_PERSON).keys == ("staff.identity.none",)


def test_the_identity_is_behind_a_link_where_messages_cannot_be_deleted() -> None:
    granted = {ListApprovals: (GRANTED,)}
    nowhere = give("/identity 12", granted, office=TWO_PERSONS, channel=Channel.LINE)
    assert nowhere.keys == ("staff.identity.elsewhere",)
    assert nowhere.acts == ()
    known = {**granted, NewAccessLink: AccessLink("secret", "https://ita.example/x")}
    linked = give("/identity 12", known, office=TWO_PERSONS, channel=Channel.LINE)
    assert linked.acts == (
        UseApproval("a1", "c1", "s1"),
        CreateAccessLink("secret", PageKind.IDENTITY, "s1", "c1"),
    )


def test_nobody_approves_their_own_request() -> None:
    assert give("/approve 12", {ListApprovals: ()}).keys == ("staff.approval.nothing",)
    assert give("/approve 12", {ListApprovals: (ASKED,)}).keys == ("staff.approval.own",)
    assert give("/approve 12", {ListApprovals: (GRANTED,)}, staff=CHIEF).keys == ("staff.approval.nothing",)
    asked = give("/approve 12", {ListApprovals: (ASKED,)}, staff=CHIEF)
    assert asked.keys == ("staff.approval.ask",)
    assert list_buttons(asked) == ["/approve 12/2570 a1", "/case 12/2570"]
    done = give("/approve 12/2570 a1", {ListApprovals: (ASKED,)}, staff=CHIEF)
    assert done.acts == (GrantApproval("a1", "c1", "s3"),)


# Exclusions, links, legal hold.


@pytest.mark.parametrize(
    ("words", "ground", "known"),
    [
        ("bar", ExclusionGround.BARRED, ()),
        ("lift", ExclusionGround.LIFTED, (Exclusion("s2", ExclusionGround.NAMED),)),
    ],
)
def test_a_colleague_is_excluded_and_readmitted(
    words: str, ground: ExclusionGround, known: tuple[Exclusion, ...]
) -> None:
    answers = {ListExclusions: known}
    asked = give(f"/{words} 12", answers, staff=CHIEF)
    assert asked.keys == (f"staff.bar.whom_{ground}",)
    assert f"/{words} 12/2570 s2" in list_buttons(asked)
    assert f"/{words} 12/2570 s3" not in list_buttons(asked)
    why = give(f"/{words} 12/2570 s2", answers, staff=CHIEF)
    assert why.keys == ("staff.bar.why",)
    assert get_work(why).pending == AwaitingText(ParsedCommand(CommandName(words), 12, 2570, "s2"))
    done = give(f"/{words} 12 วิชัย {REASON}", answers, staff=CHIEF)
    assert done.keys == (f"staff.bar.{ground}",)
    assert done.acts == (SetExclusion("c1", Exclusion("s2", ground, "s3", REASON), TODAY),)
    assert give(f"/lift 12 มาลี {REASON}", staff=CHIEF).keys == ("staff.bar.nobody",)


def test_two_cases_of_one_matter_are_linked() -> None:
    def find(query: FindCaseByNumber) -> OfficerCase | None:
        return {12: CASE, 15: OTHER, 16: replace(OTHER, officer="s2")}.get(query.number)

    known = {FindCaseByNumber: AnswerByQuery(find)}
    outcome = give("/link 12 ๑๕", known)
    assert outcome.queries[2] == FindCaseByNumber(15, 2570, "s1", False)
    assert outcome.acts == (LinkCases("c1", "c2", "s1"),)
    assert list_buttons(outcome) == ["/case 12/2570", "/case 15/2570"]
    assert give("/link 12 15/69", known).queries[2] == FindCaseByNumber(15, 2569, "s1", True)
    for number in (9, 12, 16):
        assert give(f"/link 12 {number}", known).keys == ("staff.link.not",)
    asked = give("/link 12 อื่น", known)
    assert asked.keys == ("staff.link.ask",)
    assert get_work(asked).pending == AwaitingText(ParsedCommand(CommandName.LINK, 12, 2570))


def test_a_case_is_kept_from_erasure_with_a_reason() -> None:
    assert give("/hold 12 ศาลขอ", staff=CHIEF).acts == (SetLegalHold("c1", "s3", TODAY, "ศาลขอ"),)
    for off in ("off", "เลิก"):
        assert give(f"/hold 12 {off}", staff=CHIEF).acts == (SetLegalHold("c1", "s3", TODAY),)
    asked = give("/hold 12", staff=CHIEF)
    assert asked.keys == ("staff.hold.ask",)
    assert get_work(asked).pending == AwaitingText(ParsedCommand(CommandName.HOLD, 12, 2570))


def test_the_session_is_as_it_was() -> None:
    assert give("/note 12 ก", session=make_session()).kept.officer == make_session().officer
