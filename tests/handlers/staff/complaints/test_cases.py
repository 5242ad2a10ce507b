"""Which case a command is about, the lists of cases, and what is shown of one."""

from dataclasses import replace
from datetime import date, timedelta

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
from handlers.dialog.events import Channel, File
from handlers.dialog.replies import OFFICER_CONTENT, Choice, Phrase, raw_text
from handlers.staff.complaints.case_view import MAX_HISTORY_LINES
from handlers.staff.complaints.lists import CASES_PER_PAGE
from handlers.staff.complaints.messages import (
    CaseAuditLine,
    CaseHistoryLine,
    CaseListPage,
    CaseReport,
    CaseSearchResult,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListCases,
    ListLinkedCases,
    RecordCaseAccess,
    SearchCases,
)
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import (
    AwaitingCaseChoice,
    AwaitingText,
    ComplaintsWork,
    NothingPending,
    SearchProgress,
)
from tests.handlers.staff.complaints.officer_commands import (
    AUDITOR,
    CASE,
    CHIEF,
    OTHER,
    SCREENED,
    TODAY,
    get_reply,
    get_work,
    give,
    list_buttons,
    make_session,
)

# Which case.


@pytest.mark.parametrize(
    ("words", "year", "exact"),
    [("/case 12/2569", 2569, True), ("/case 12/69", 2569, True), ("/case 12", 2570, False)],
)
def test_a_number_without_a_year_is_of_this_fiscal_year(words: str, year: int, exact: bool) -> None:
    outcome = give(words)
    assert outcome.queries[1] == FindCaseByNumber(12, year, "s1", exact)
    assert outcome.keys == ("staff.case.summary",)


@pytest.mark.parametrize(("words", "shown"), [("/case 9", "9"), ("/reply 9/2560 ขอบคุณ", "9/2560")])
def test_recent_cases_are_offered_for_an_unknown_number(words: str, shown: str) -> None:
    outcome = give(words, case=None)
    assert get_reply(outcome).args == {"number": shown}
    assert outcome.keys == ("staff.unknown",)
    assert list_buttons(outcome) == ["/case 12/2570", "/case 15/2570"]
    assert get_work(outcome).pending == NothingPending()


def test_recent_cases_are_offered_for_a_missing_number_and_the_text_is_kept() -> None:
    outcome = give("/reply ขอบคุณ")
    assert outcome.keys == ("staff.which",)
    assert outcome.queries[1] == ListCases("s1", limit=6)
    assert get_reply(outcome).choices == (
        Choice("/reply 12/2570", "literal", {"text": "12/2570"}),
        Choice("/reply 15/2570", "literal", {"text": "15/2570"}),
    )
    assert get_work(outcome).pending == AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="ขอบคุณ"))
    assert get_work(give("/reply")).pending == NothingPending()
    assert give("/case", {ListCases: CaseListPage(())}).keys == ("staff.none_yet",)
    assert give("/case", staff=CHIEF).queries[1] == ListCases("s3", all_officers=True, limit=6)


def test_a_text_that_nobody_asked_for_is_a_reply_to_some_case() -> None:
    outcome = give("ขอบคุณครับ")
    assert outcome.keys == ("staff.which",)
    assert get_work(outcome).pending == AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="ขอบคุณครับ"))
    assert give("ขอบคุณครับ", staff=AUDITOR).keys == ("staff.help.all",)


def test_nothing_is_shown_of_a_colleague_s_case() -> None:
    theirs = replace(CASE, officer="s2")
    assert give("/case 12", case=theirs).keys == ("staff.not_yours",)
    assert give("/case 12", case=theirs, staff=CHIEF).keys == ("staff.case.summary",)
    assert give("/case 12", case=replace(CASE, officer="s1")).keys == ("staff.case.summary",)
    closed = replace(CASE, avoid_officer="s1")
    assert give("/case 12", case=closed).keys == ("staff.not_yours_again",)
    assert give("/case 12", case=closed, staff=CHIEF).keys == ("staff.case.summary",)


def test_nothing_is_shown_of_a_case_that_concerns_who_asks() -> None:
    barred = {ListExclusions: (Exclusion("s3", ExclusionGround.BARRED, "s1"),)}
    outcome = give("/case 12", barred, case=replace(CASE, hidden=True), staff=CHIEF)
    assert outcome.keys == ("staff.concerned.hidden",)
    assert outcome.acts == ()


# Lists.


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("/inbox", date.min, date.max),
        ("/due", TODAY, TODAY + timedelta(days=7)),
        ("/overdue", date.min, TODAY - timedelta(days=1)),
    ],
)
def test_what_a_list_asks_for(words: str, since: date, until: date) -> None:
    assert give(words).queries[1] == ListCases("s1", 0, CASES_PER_PAGE, False, since, until)
    assert give(f"{words} 3", staff=CHIEF).queries[1] == ListCases(
        "s3", 16, CASES_PER_PAGE, True, since, until
    )
    assert give(words, {ListCases: CaseListPage(())}).keys == (f"staff{words.replace('/', '.')}.none",)
    assert give(f"{words} 2", {ListCases: CaseListPage(())}).keys == ("staff.no_more",)


def test_a_page_of_a_list() -> None:
    late = replace(OTHER, officer="s2", answer_by=date(2026, 11, 1))
    outcome = give("/inbox 2", {ListCases: CaseListPage((CASE, late), True, ("7/2570",))})
    assert outcome.keys == ("staff.unreadable", "staff.inbox.some")
    assert list_buttons(outcome) == ["/case 12/2570", "/case 15/2570", "/inbox 3"]
    first, second = outcome.replies[1].args["cases"]  # type: ignore[misc]
    assert first == Phrase(
        "staff.line",
        {
            "number": "12/2570",
            "status": Phrase("staff.status.received"),
            "due": Phrase("staff.due_by", {"day": "20 ธันวาคม 2569"}),
            "whose": Phrase("staff.whose.nobodys"),
        },
    )
    assert (second.args["due"].key, second.args["whose"].key) == ("staff.due_late", "staff.whose.others")


# Search.


def test_a_search_goes_on_where_it_stopped() -> None:
    found = CaseSearchResult((CASE,), 50, (2569, 4), True)
    outcome = give("/search ถนน 12", {SearchCases: found})
    assert outcome.queries[1] == SearchCases("ถนน 12", "s1", False, CASES_PER_PAGE, (0, 0))
    assert outcome.acts == (RecordCaseAccess("c1", "s1", "search", TODAY),)
    assert list_buttons(outcome) == ["/case 12/2570", "/search »"]
    left = SearchProgress("ถนน 12", (2569, 4), 50)
    assert get_work(outcome).search == left
    rest = CaseSearchResult((), 1_000, (2560, 1), False, ("3/2561",))
    outcome = give(
        "/search »", {SearchCases: rest}, session=make_session(ComplaintsWork(search=left)), staff=CHIEF
    )
    assert outcome.queries[1] == SearchCases("ถนน 12", "s3", True, CASES_PER_PAGE, (2569, 4))
    assert outcome.keys == ("staff.unreadable", "staff.search.none")
    assert outcome.replies[1].args == {"searched": "1,050", "left": Phrase("staff.search.all")}
    assert get_work(outcome).search is None


@pytest.mark.parametrize("words", ["/search", "/search กข", "/search »"])
def test_a_text_that_is_too_short_is_not_searched(words: str) -> None:
    outcome = give(words)
    assert outcome.keys == ("staff.search.short",)
    assert get_work(outcome).pending == AwaitingText(ParsedCommand(CommandName.SEARCH))


# One case.


def test_the_summary_of_a_case() -> None:
    case = replace(
        SCREENED,
        officer="s5",
        category="corruption",
        source=CaseSource.LETTER,
        legal_hold=True,
        scheduled_by="s1",
    )
    outcome = give("/case 12", {ListLinkedCases: (OTHER,)}, case=case, staff=CHIEF)
    args = get_reply(outcome).args
    assert args["officer"] == raw_text("ประสิทธิ์")
    assert args["source"] == Phrase("staff.source.letter")
    assert args["more"] == (
        Phrase("staff.case.links", {"numbers": "15/2570"}),
        Phrase("staff.case.kept"),
        Phrase("staff.case.held"),
    )
    assert list_buttons(outcome) == [
        f"/{name} 12/2570"
        for name in (
            *("facts", "files", "history", "page", "take"),
            *("investigate", "close", "forward", "notaccept", "reply", "ask", "note"),
        )
    ]


def test_an_officer_s_buttons() -> None:
    mine = replace(CASE, status=CaseStatus.CLOSED, officer="s1")
    assert list_buttons(give("/case 12", case=mine)) == [
        f"/{name} 12/2570" for name in ("facts", "files", "history", "page", "reply", "ask", "note")
    ]
    assert "/reopen 12/2570" in list_buttons(give("/case 12", case=mine, staff=CHIEF))
    line = give("/case 12", case=mine, channel=Channel.LINE)
    assert line.keys == ("staff.case.brief",)
    assert list_buttons(line) == [f"/{name} 12/2570" for name in ("page", "reply", "ask", "note")]


FILED = CaseHistoryLine(HistoryEntry(1, TODAY, HistoryEntryKind.FILED), "reporter")
OPENED = CaseHistoryLine(HistoryEntry(2, TODAY, HistoryEntryKind.OPENED), "office", "s1")
REPORT = CaseReport(
    {"where": "ห้องพัสดุ", "name": "คานารี"},
    (File("f", "ภาพ.jpg", "", 100), File("g", "คลิป.mp4", "video/mp4", 9, coming=True)),
)


def test_the_facts_are_the_answers_of_the_case_and_opening_them_is_recorded() -> None:
    outcome = give("/facts 12", {GetCaseReport: REPORT, GetCaseHistory: Listing((FILED,))})
    reply = get_reply(outcome)
    assert reply.policy == OFFICER_CONTENT
    assert [line.args["value"] for line in reply.args["lines"]] == [raw_text("ห้องพัสดุ")]  # type: ignore[union-attr]
    assert outcome.acts == (RecordCaseAccess("c1", "s1", "facts", TODAY, 2),)
    again = give("/facts 12", {GetCaseReport: REPORT, GetCaseHistory: Listing((FILED, OPENED))})
    assert again.acts == (RecordCaseAccess("c1", "s1", "facts", TODAY),)


def test_the_files_are_listed_with_a_link() -> None:
    link = AccessLink("secret", "https://ita.example/officer/secret")
    outcome = give("/files 12", {GetCaseReport: REPORT, NewAccessLink: link})
    reply = get_reply(outcome)
    assert reply.args["where"] == raw_text(link.url)
    assert [line.args for line in reply.args["lines"]] == [  # type: ignore[union-attr]
        {"name": "ภาพ.jpg", "kind": "-", "size": raw_text("1 KB")},
        {"name": "คลิป.mp4", "kind": "video/mp4", "size": Phrase("staff.file.coming")},
    ]
    assert outcome.acts == (
        CreateAccessLink("secret", PageKind.CASE, "s1", "c1"),
        RecordCaseAccess("c1", "s1", "files", TODAY),
    )
    bare = give("/files 12", {GetCaseReport: REPORT})
    assert get_reply(bare).args["where"] == Phrase("staff.files.nowhere")
    assert give("/files 12", {GetCaseReport: CaseReport({})}).keys == ("staff.files.none",)


def test_the_last_lines_of_the_history() -> None:
    lines = (
        *[FILED] * MAX_HISTORY_LINES,
        CaseHistoryLine(HistoryEntry(2, TODAY, HistoryEntryKind.ASSIGNED), "office", "s3", "s5"),
        CaseHistoryLine(
            HistoryEntry(3, TODAY, HistoryEntryKind.MOVED, CaseStatus.SCREENING), "office", "s9", "ก"
        ),
    )
    outcome = give("/history 12", {GetCaseHistory: Listing(lines, ("4",))})
    assert outcome.keys == ("staff.unreadable", "staff.history")
    shown = outcome.replies[1].args["lines"]
    assert isinstance(shown, tuple)
    assert len(shown) == MAX_HISTORY_LINES
    assert [one.args for one in shown[-2:]] == [
        {
            "on": "22 พฤศจิกายน 2569",
            "who": raw_text("มาลี"),
            "what": Phrase("staff.did.assigned"),
            "words": raw_text(": ประสิทธิ์"),
        },
        {
            "on": "22 พฤศจิกายน 2569",
            "who": Phrase("staff.by.office"),
            "what": Phrase("staff.did.screening"),
            "words": raw_text(": ก"),
        },
    ]


@pytest.mark.parametrize("words", ["/facts 12", "/files 12", "/history 12"])
def test_content_is_not_shown_where_messages_cannot_be_deleted(words: str) -> None:
    session = make_session().replace(officer=replace(make_session().officer, verified_at=None))
    outcome = give(words, session=session, channel=Channel.LINE)
    assert outcome.keys == ("staff.elsewhere",)
    assert get_reply(outcome).args["where"] == Phrase("staff.elsewhere_nowhere")
    assert outcome.acts == ()
    link = AccessLink("secret", "https://ita.example/officer/secret")
    linked = give(words, {NewAccessLink: link}, session=session, channel=Channel.LINE)
    assert get_reply(linked).args["where"] == raw_text(link.url)
    assert linked.acts == (CreateAccessLink("secret", PageKind.CASE, "s1", "c1"),)


def test_the_audit_log_of_a_case() -> None:
    asked = give("/log", staff=AUDITOR)
    assert asked.keys == ("staff.log.ask",)
    assert get_work(asked).pending == AwaitingText(ParsedCommand(CommandName.LOG))
    lines = (CaseAuditLine(496_000, "staff:s1", "read-facts"), CaseAuditLine(496_001, "clock", "hidden:s5"))
    outcome = give("/log 12", {GetCaseAuditLog: lines}, staff=AUDITOR)
    shown = get_reply(outcome).args["lines"]
    assert isinstance(shown, tuple)
    assert [one.args for one in shown] == [
        {
            "at": "1 สิงหาคม 2569 23:00-00:00",
            "who": raw_text("สมหญิง"),
            "what": Phrase("staff.what.read-facts"),
        },
        {
            "at": "2 สิงหาคม 2569 00:00-01:00",
            "who": Phrase("staff.by.clock"),
            "what": Phrase("staff.what.hidden", {"whom": "ประสิทธิ์"}),
        },
    ]
