"""Commands about one case: finding it, showing it, taking and assigning it, links, holds, notes and pages."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseSource, CaseStatus
from handlers.complaints.messages import (
    Exclusion,
    ExclusionGround,
    HistoryEntry,
    HistoryEntryKind,
    ListExclusions,
)
from handlers.dialog.effects import Listing
from handlers.dialog.events import Channel
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Choice, ExpectedInput, Phrase, Reply, raw_text
from handlers.staff.complaints.case_view import list_report_answers
from handlers.staff.complaints.find_case import can_see_case
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    AssignCase,
    CaseAuditLine,
    CaseHistoryLine,
    CaseListPage,
    CaseReport,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListCases,
    ListLinkedCases,
    RecordCaseAccess,
)
from handlers.staff.members import AuditRefusal, ListStaff, StaffMember
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import AwaitingCaseChoice, AwaitingText
from tests.handlers.staff.officer_commands import (
    CASE,
    FILED,
    OFFICER,
    OPENED,
    SEND_AT,
    STAFF,
    SUPERVISOR,
    TODAY,
    give,
    list_commands,
    make_member,
    with_status,
)
from tests.in_memory_desk import OFFICE
from tests.run_decision import make_file

LINK = AccessLink("secret", "https://desk.example/o/secret")
OTHER = replace(CASE, id="c15", number=15)
ACTIONS = [
    "/facts 12/2570",
    "/files 12/2570",
    "/history 12/2570",
    "/page 12/2570",
    "/take 12/2570",
    "/screen 12/2570",
]
TEXTS = ["/reply 12/2570", "/ask 12/2570", "/note 12/2570"]


# Rights, and finding the case.


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("/assign 12 สมชาย", Role.OFFICER),
        ("/hold 12 ฟ้องศาลแล้ว", Role.OFFICER),
        ("/bar 12 สมชาย ใจดี เป็นญาติกัน", Role.OFFICER),
        ("/log 12", Role.OFFICER),
        ("/case 12", Role.AUDITOR),
        ("/facts 12", Role.ADMIN),
        ("/identity 12", Role.AUDITOR),
        ("/here", Role.OFFICER),
        ("/import", Role.AUDITOR),
        ("/release", Role.ADMIN),
    ],
)
def test_a_command_of_another_role_is_refused_and_audited(words: str, role: Role) -> None:
    outcome = give(words, staff=make_member("s9", role))
    name = words[1:].partition(" ")[0]
    assert outcome.acts == (AuditRefusal(CommandName(name), "s9"),)
    assert (outcome.keys, outcome.queries) == (("staff.refused",), ())


@pytest.mark.parametrize(
    ("words", "year", "exact"),
    [("/case 12", 2570, False), ("/case 12/69", 2569, True), ("/เรื่อง ๑๒/๒๕๖๙", 2569, True)],
)
def test_a_case_is_looked_up_in_its_year_or_in_this_one(words: str, year: int, exact: bool) -> None:
    assert give(words).queries[0] == FindCaseByNumber(12, year, "s1", exact)


@pytest.mark.parametrize(("words", "shown"), [("/case 99", "99"), ("/case 99/2569", "99/2569")])
def test_an_unknown_case_is_named_and_recent_ones_are_offered(words: str, shown: str) -> None:
    outcome = give(words, case=None)
    buttons = (Choice("/case 12/2570", "literal", {"text": "12/2570"}),)
    assert outcome.replies == (
        Reply("staff.unknown", OF_CASE, {"number": shown}, buttons, wants=ExpectedInput.REGISTER),
    )
    assert outcome.acts == ()


def test_where_there_is_no_case_at_all_nothing_is_said_to_be_below() -> None:
    outcome = give("/case 99", case=None, answers={ListCases: CaseListPage(())})
    assert outcome.keys == ("staff.unknown_alone",)


@pytest.mark.parametrize(
    ("staff", "changes", "seen"),
    [
        (OFFICER, {}, True),
        (OFFICER, {"officer": "s1"}, True),
        (OFFICER, {"officer": "s2"}, False),
        (SUPERVISOR, {"officer": "s2"}, True),
        (OFFICER, {"hidden": True}, False),
        (SUPERVISOR, {"hidden": True}, False),
        (SUPERVISOR, {"avoid_officer": "s3"}, False),
        (make_member("s4", Role.AUDITOR), {"officer": "s2"}, True),
    ],
)
def test_who_may_see_a_case(staff: StaffMember, changes: dict[str, Any], seen: bool) -> None:
    assert can_see_case(staff, replace(CASE, **changes)) is seen


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"officer": "s2"}, "staff.not_yours"), ({"avoid_officer": "s1"}, "staff.not_yours_again")],
)
@pytest.mark.parametrize(
    "words", ["/case 12", "/facts 12", "/reply 12 สวัสดี", "/close 12 insufficient", "/identity 12"]
)
def test_a_case_of_somebody_else_is_not_shown(words: str, changes: dict[str, Any], key: str) -> None:
    outcome = give(words, case=replace(CASE, **changes))
    assert (outcome.keys, outcome.acts) == ((key,), ())


def test_a_case_that_is_kept_from_the_officer_is_number_state_and_days_and_nothing_is_asked_about_them() -> (
    None
):
    outcome = give("/facts 12", case=replace(CASE, hidden=True))
    assert (outcome.keys, outcome.acts, len(outcome.queries)) == (("staff.hidden",), (), 1)
    assert set(outcome.replies[0].args) == {"number", "status", "received", "due"}
    assert outcome.replies[0].args["number"] == "12/2570"


def test_without_a_number_recent_cases_are_offered_and_the_text_is_kept() -> None:
    outcome = give("/reply กำลังตรวจสอบค่ะ")
    pending = outcome.kept.officer.complaints.pending
    assert pending == AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="กำลังตรวจสอบค่ะ"))
    assert list_commands(outcome.replies[0].choices) == ["/reply 12/2570"]
    assert outcome.queries == (ListCases("s1", limit=6, kept=False),)
    picked = give("/reply 12/2570", session=outcome.session)
    assert picked.keys == ("staff.confirm.ask",)
    assert give("/case", staff=SUPERVISOR).queries == (
        ListCases("s3", all_officers=True, limit=6, kept=False),
    )
    assert give("/case", answers={ListCases: CaseListPage(())}).keys == ("staff.none_yet",)


# Showing a case.


@pytest.mark.parametrize(
    ("channel", "key", "actions"),
    [
        (Channel.TELEGRAM, "staff.case.summary", [*ACTIONS, *TEXTS]),
        (Channel.LINE, "staff.case.brief", [*ACTIONS[3:], *TEXTS]),
    ],
)
def test_the_summary_says_what_is_known_and_what_may_be_done(
    channel: Channel, key: str, actions: list[str]
) -> None:
    outcome = give(
        "/case 12", channel=channel, answers={ListLinkedCases: (OTHER,)}, case=replace(CASE, legal_hold=True)
    )
    (reply,) = outcome.replies
    assert (reply.key, reply.policy, list_commands(reply.choices)) == (key, OF_CASE, actions)
    assert reply.args == {
        "number": "12/2570",
        "status": Phrase("staff.status.received"),
        "category": "ทุจริตต่อหน้าที่",
        "source": Phrase("staff.source.web"),
        "received": "20 พฤศจิกายน 2569",
        "due": Phrase("staff.due_by", {"day": "5 ธันวาคม 2569"}),
        "officer": Phrase("staff.whose.nobodys"),
        "more": (Phrase("staff.case.links", {"numbers": "15/2570"}), Phrase("staff.case.kept")),
    }
    assert outcome.acts == ()


@pytest.mark.parametrize(
    ("changes", "part", "value"),
    [
        ({"officer": "s1"}, "officer", raw_text("สมหญิง ใจกล้า")),
        ({"officer": "gone"}, "officer", Phrase("staff.whose.nobodys")),
        ({"category": "removed"}, "category", "removed"),
        ({"answer_by": date(2026, 11, 21)}, "due", Phrase("staff.due_late", {"day": "21 พฤศจิกายน 2569"})),
        ({"answer_by": TODAY}, "due", Phrase("staff.due_by", {"day": "22 พฤศจิกายน 2569"})),
        ({"scheduled": (ScheduledAct("s2", SEND_AT),)}, "more", (Phrase("staff.case.held"),)),
        ({"source": CaseSource.LETTER}, "source", Phrase("staff.source.letter")),
    ],
)
def test_each_part_of_the_summary(changes: dict[str, Any], part: str, value: Any) -> None:
    case = replace(CASE, **changes)
    staff = SUPERVISOR if case.officer == "gone" else OFFICER
    assert give("/case 12", staff=staff, case=case).replies[0].args[part] == value


@pytest.mark.parametrize(
    ("status", "moves"),
    [
        (CaseStatus.RECEIVED, ["screen"]),
        (CaseStatus.SCREENING, ["investigate", "close", "forward", "notaccept"]),
        (CaseStatus.INVESTIGATING, ["close", "forward"]),
        (CaseStatus.CLOSED, ["reopen"]),
        (CaseStatus.NOT_ACCEPTED, ["reopen"]),
    ],
)
def test_the_buttons_fit_the_state_and_the_role(status: CaseStatus, moves: list[str]) -> None:
    case = with_status(status, officer="s1")
    (mine,) = give("/case 12", case=case).replies
    shown = [one for one in moves if one != "reopen"]  # only a supervisor may
    assert list_commands(mine.choices) == [*ACTIONS[:4], *(f"/{one} 12/2570" for one in shown), *TEXTS]
    (theirs,) = give("/case 12", case=case, staff=SUPERVISOR).replies
    assert list_commands(theirs.choices) == [*ACTIONS[:5], *(f"/{one} 12/2570" for one in moves), *TEXTS]


# Content: shown where it can be deleted, and audited.


@pytest.mark.parametrize(("lines", "seq"), [((FILED,), 4), ((FILED, OPENED), 0), ((), 0)])
def test_the_first_who_opens_a_case_is_seen_by_its_reporter(
    lines: tuple[CaseHistoryLine, ...], seq: int
) -> None:
    outcome = give("/facts 12", answers={GetCaseHistory: Listing(lines)})
    assert outcome.acts == (RecordCaseAccess("c12", "s1", "facts", TODAY, seq),)


def test_the_facts_are_the_answers_of_the_form_in_its_order() -> None:
    report = CaseReport(
        {"wish": "ขอให้ตรวจสอบ", "story": "เรียกรับเงิน", "head": "no", "category": "x", "named": "anonymous"}
    )
    (reply,) = give("/facts 12", answers={GetCaseReport: report}).replies
    assert (reply.key, reply.policy) == ("staff.facts", OFFICER_CONTENT)
    lines = reply.args["lines"]
    assert lines == tuple(
        Phrase("staff.fact", {"name": Phrase(f"staff.answer.{name}"), "value": value})
        for name, value in (
            ("story", raw_text("เรียกรับเงิน")),
            ("wish", raw_text("ขอให้ตรวจสอบ")),
            ("head", Phrase("choice.no")),
        )
    )


def test_files_are_listed_with_a_link_to_open_them() -> None:
    files = (
        make_file(1, "ก.jpg"),
        replace(make_file(2, "ข.pdf"), size=3 * 1024 * 1024, kind=""),
        make_file(3, coming=True),
    )
    answers = {GetCaseReport: CaseReport({}, files), NewAccessLink: LINK}
    outcome = give("/files 12", answers=answers)
    (reply,) = outcome.replies
    sizes = (raw_text("1 KB"), raw_text("3,072 KB"), Phrase("staff.file.coming"))
    kinds = ("image/jpeg", "-", "image/jpeg")
    assert reply.args["lines"] == tuple(
        Phrase("staff.file.line", {"name": file.name, "kind": kind, "size": size})
        for file, kind, size in zip(files, kinds, sizes, strict=True)
    )
    assert reply.args["where"] == raw_text(LINK.url)
    assert outcome.acts == (
        CreateAccessLink("secret", PageKind.CASE, "s1", "c12"),
        RecordCaseAccess("c12", "s1", "files", TODAY),
    )
    nowhere = give("/files 12", answers={GetCaseReport: CaseReport({}, files)})
    assert nowhere.replies[0].args["where"] == Phrase("staff.files.nowhere")
    assert give("/files 12").keys == ("staff.files.none",)


def test_the_history_names_who_did_what() -> None:
    moved = CaseHistoryLine(
        HistoryEntry(3, TODAY, HistoryEntryKind.MOVED, CaseStatus.SCREENING), "office", "s2"
    )
    assigned = CaseHistoryLine(HistoryEntry(4, TODAY, HistoryEntryKind.ASSIGNED), "office", "s3", "s1")
    wrote = CaseHistoryLine(HistoryEntry(5, TODAY, HistoryEntryKind.REPORTER), "reporter", "", "มีหลักฐานเพิ่ม")
    outcome = give(
        "/history 12", answers={GetCaseHistory: Listing((OPENED, moved, assigned, wrote), ("12/2570#9",))}
    )
    assert outcome.replies[0] == Reply("staff.unreadable", OF_CASE, {"numbers": "12/2570#9"})
    lines = outcome.replies[1].args["lines"]
    assert isinstance(lines, tuple)
    assert [(line.args["what"], line.args["who"], line.args["words"]) for line in lines[1:]] == [
        (Phrase("staff.did.screening"), raw_text("สมชาย ใจดี"), raw_text("")),
        (Phrase("staff.did.assigned"), raw_text("หัวหน้า"), raw_text(": สมหญิง ใจกล้า")),
        (Phrase("staff.did.reporter"), Phrase("staff.by.reporter"), raw_text(": มีหลักฐานเพิ่ม")),
    ]


@pytest.mark.parametrize("words", ["/facts 12", "/files 12", "/history 12"])
@pytest.mark.parametrize("link", [None, LINK])
def test_where_messages_cannot_be_deleted_content_is_on_the_page_only(
    words: str, link: AccessLink | None
) -> None:
    outcome = give(words, channel=Channel.LINE, answers={NewAccessLink: link})
    (reply,) = outcome.replies
    assert (reply.key, reply.policy) == ("staff.elsewhere", OFFICER_CONTENT)
    assert reply.args["where"] == (
        raw_text(f"{LINK.url}?openExternalBrowser=1") if link else Phrase("staff.elsewhere_nowhere")
    )
    assert outcome.acts == ((CreateAccessLink("secret", PageKind.CASE, "s1", "c12"),) if link else ())


def test_the_log_says_the_day_only_of_what_the_reporter_did() -> None:
    hour = 496177  # 2026-08-09 01:00 UTC
    log = (CaseAuditLine(hour, "reporter", "filed", by_staff=False),)
    (reply,) = give("/log 12", staff=SUPERVISOR, answers={GetCaseAuditLog: log}).replies
    (line,) = reply.args["lines"]  # type: ignore[misc]
    assert isinstance(line, Phrase)
    assert line.args["at"] == "9 สิงหาคม 2569"


def test_the_log_says_who_opened_a_case_within_the_hour() -> None:
    hour = 496177  # 2026-08-09 01:00 UTC
    log = (CaseAuditLine(hour, "staff:s2", "read-facts", by_staff=True),)
    (reply,) = give("/log 12", staff=SUPERVISOR, answers={GetCaseAuditLog: log}).replies
    (line,) = reply.args["lines"]  # type: ignore[misc]
    assert isinstance(line, Phrase)
    assert line.args["at"] == "9 สิงหาคม 2569 08:00-09:00"
    asked = give("/log", staff=SUPERVISOR)
    assert asked.keys == ("staff.log.ask",)
    assert asked.kept.officer.complaints.pending == AwaitingText(ParsedCommand(CommandName.LOG))


# Taking and assigning.


def test_taking_a_case() -> None:
    outcome = give("/take 12")
    assert outcome.acts == (AssignCase("c12", 4, TODAY, "s1", "s1"),)
    assert outcome.replies[0] == Reply(
        "staff.take.done", OF_CASE, {"number": "12/2570", "name": "สมหญิง ใจกล้า"}
    )
    assert outcome.replies[1].args["officer"] == raw_text("สมหญิง ใจกล้า")
    again = give("/take 12", case=replace(CASE, officer="s1"))
    assert (again.keys, again.acts) == (("staff.take.yours", "staff.case.summary"), ())


@pytest.mark.parametrize("typed", ["สมชาย ใจดี", "สมชาย", " ใจดี ", "s2"])
def test_assigning_a_case_by_name_or_id(typed: str) -> None:
    outcome = give(f"/assign 12 {typed}", staff=SUPERVISOR)
    assert outcome.acts == (AssignCase("c12", 4, TODAY, "s2", "s3"),)
    assert outcome.keys == ("staff.assign.done", "staff.case.summary")


def test_an_id_with_a_letter_three_times_is_found() -> None:
    """Ids are random, and no letter of theirs is repeated for emphasis."""
    colleague = replace(OFFICER, id="0aaa" + "1" * 28)
    outcome = give(
        f"/assign 12 {colleague.id}", staff=SUPERVISOR, answers={ListStaff: (colleague, SUPERVISOR)}
    )
    assert outcome.keys == ("staff.assign.done", "staff.case.summary")


@pytest.mark.parametrize(
    ("typed", "key", "offered"),
    [
        ("", "staff.assign.ask", ["s1", "s2", "s3"]),
        ("ใจ", "staff.assign.several", ["s1", "s2"]),
        ("ไม่มีใคร", "staff.assign.nobody", ["s1", "s2", "s3"]),
    ],
)
def test_an_unclear_name_offers_the_colleagues(typed: str, key: str, offered: list[str]) -> None:
    outcome = give(f"/assign 12 {typed}", staff=SUPERVISOR)
    assert (outcome.keys, outcome.acts) == ((key,), ())
    assert list_commands(outcome.replies[0].choices) == [f"/assign 12/2570 {one}" for one in offered]


def test_nobody_gets_a_case_that_concerns_them_or_that_they_closed() -> None:
    auditor, gone = make_member("s5", Role.AUDITOR), replace(make_member("s6"), removed=TODAY)
    invited = replace(make_member("s7"), joined=None)
    answers = {
        ListStaff: (*STAFF, auditor, gone, invited),
        ListExclusions: (Exclusion("s1", ExclusionGround.NAMED), Exclusion("s3", ExclusionGround.LIFTED)),
    }
    outcome = give("/assign 12", staff=SUPERVISOR, case=replace(CASE, avoid_officer="s2"), answers=answers)
    assert list_commands(outcome.replies[0].choices) == ["/assign 12/2570 s3"]


def test_officers_read_which_notice_the_reporter_was_shown_and_of_letters_none() -> None:
    shown = list_report_answers(CaseReport({"story": "ครูเก็บเงิน"}, (), "2570-1+0a1b2c3d"), OFFICE)
    assert (shown[-1].label.key, shown[-1].value.args["text"]) == ("staff.answer.notice", "2570-1+0a1b2c3d")
    assert len(list_report_answers(CaseReport({"story": "ครูเก็บเงิน"}), OFFICE)) == 1
