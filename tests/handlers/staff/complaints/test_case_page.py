"""The officers' page, request by request: who has access now, what is shown, and what is written because of it."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from pyotp import HOTP

from handlers.complaints.approvals import ReadIdentity
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    HistoryEntry,
    HistoryEntryKind,
)
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import Listing
from handlers.dialog.replies import OfficerPageAction, Phrase, raw_text
from handlers.staff.complaints.case_page import (
    PAGE_CLOSED,
    PAGE_COMMANDS,
    PAGE_ENTERED,
    PageRequest,
    authorize_page,
    derive_file_slug,
    find_case_file,
    log_out,
    open_case_file,
    open_case_page,
    open_identity,
    open_original_file,
    record_export,
    record_import,
    redeem_link,
    reply_from_page,
    undo_from_page,
)
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    MAX_SCHEDULED_ACTS,
    CancelSend,
    CaseHistoryLine,
    CaseReport,
    GetCaseReport,
    OutgoingReply,
    RecordCaseAccess,
    ScheduleSend,
)
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, UseCode
from handlers.staff.page_access import (
    AuditPageAction,
    EndPageSession,
    FindPageAccess,
    PageAccess,
    PageKind,
    RedeemAccessLink,
)
from handlers.staff.permissions import Role
from handlers.staff.two_factor import derive_attempts_key
from tests.handlers.staff.officer_commands import (
    ANSWERS,
    CASE,
    FILED,
    OFFICER,
    OPENED,
    SEND_AT,
    SUPERVISOR,
    TODAY,
)
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import make_file, run_queries

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = int(MORNING.timestamp()) // 30
MEMBER = replace(OFFICER, secret=SECRET)
REQUEST = PageRequest(b"t" * 32, OFFICE, MORNING)
ACCESS = PageAccess(PageKind.CASE, MEMBER, verified=True, case="c12", number=12, year=2570)
FILE = make_file(1, "ใบเสร็จ.jpg")
SLUG = derive_file_slug(FILE)
REPORT = CaseReport(
    {"story": "คานารีหนึ่งแสนบาท"}, (FILE, make_file(2, coming=True), replace(make_file(3), kind=""))
)


def ask(generator: Generator[Any, Any, Any], access: PageAccess | None = ACCESS, **other: Any) -> Any:
    """The result of a request. other: what else is known, by the name of its query."""
    answers = {
        **ANSWERS,
        FindPageAccess: access,
        GetCaseReport: REPORT,
        GetAttempts: Attempts(),
        IsCodeUsed: False,
        IsRecoveryCode: False,
    }
    by_name = {query.__name__: query for query in answers}
    result, _ = run_queries(generator, {**answers, **{by_name[name]: value for name, value in other.items()}})
    return result


# Access.


@pytest.mark.parametrize("page", [PageKind.CASE, PageKind.EXPORT, PageKind.IDENTITY])
@pytest.mark.parametrize(
    ("access", "case", "granted"),
    [
        ({}, {}, True),
        ({"verified": False}, {}, False),
        ({"staff": replace(MEMBER, role=Role.AUDITOR)}, {}, False),
        ({"staff": replace(MEMBER, role=Role.SUPERVISOR)}, {"officer": "s2"}, True),
        ({}, {"officer": "s2"}, False),
        ({}, {"hidden": True}, False),
        ({}, {"avoid_officer": "s1"}, False),
        ({"number": 0, "year": 0, "case": ""}, {}, False),
    ],
)
def test_access_is_decided_on_what_holds_now(
    page: PageKind, access: dict[str, Any], case: dict[str, Any], granted: bool
) -> None:
    session = ask(
        authorize_page(REQUEST, verified=True),
        replace(ACCESS, page=page, **access),
        FindCaseByNumber=replace(CASE, **case),
    )
    assert (session is not None) is granted
    if granted:
        assert (session.command.command.name, session.case.id) == (PAGE_COMMANDS[page], "c12")


def test_an_unknown_token_or_an_erased_case_gives_no_access() -> None:
    assert ask(authorize_page(REQUEST, verified=True), None) is None
    assert ask(authorize_page(REQUEST, verified=True), FindCaseByNumber=None) is None
    assert {*PAGE_COMMANDS} == {*PageKind}


@pytest.mark.parametrize(
    "access", [None, replace(ACCESS, verified=False), replace(ACCESS, page=PageKind.IMPORT)]
)
def test_nothing_is_shown_or_done_without_access(access: PageAccess | None) -> None:
    for generator in (
        open_case_page(REQUEST),
        open_case_file(REQUEST, SLUG),
        find_case_file(REQUEST, SLUG),
        open_original_file(REQUEST, SLUG, "ต้องดูรายละเอียดของภาพ"),
        record_export(REQUEST),
        open_identity(REQUEST),
        record_import(REQUEST),
    ):
        assert ask(generator, access) is None
    for decision in (reply_from_page(REQUEST, "สวัสดี", confirmed=True), undo_from_page(REQUEST)):
        turn = ask(decision, access)
        assert (turn.replies, turn.acts) == ((PAGE_CLOSED,), ())


# The link.

LINK = replace(ACCESS, verified=False, lang="en")


def redeem(code: str, access: PageAccess | None = LINK, **other: Any) -> Any:
    return ask(redeem_link(REQUEST, b"s" * 32, code), access, **other)


def test_the_right_code_uses_up_the_link_and_begins_a_page_session() -> None:
    turn = redeem(HOTP(SECRET).at(STEP))
    assert turn.replies == (PAGE_ENTERED,)
    assert turn.acts == (UseCode("s1", STEP), RedeemAccessLink(b"t" * 32, b"s" * 32, "s1"))
    assert (turn.session, turn.lang) == (None, "en")


def test_a_wrong_code_keeps_the_link_and_counts() -> None:
    turn = redeem("000000")
    assert [reply.key for reply in turn.replies] == ["staff.factor.wrong"]
    assert turn.acts == (SaveAttempts(derive_attempts_key(b"s1"), Attempts(MORNING, 1)),)


@pytest.mark.parametrize("access", [None, ACCESS])
def test_a_link_that_is_unknown_or_used_asks_for_no_code(access: PageAccess | None) -> None:
    turn = redeem(HOTP(SECRET).at(STEP), access)
    assert (turn.replies, turn.acts) == ((PAGE_CLOSED,), ())


# The page of a case.


def test_the_page_shows_the_case_and_is_audited() -> None:
    moved = CaseHistoryLine(HistoryEntry(3, TODAY, HistoryEntryKind.NOTE), "office", "s2", "โทรแล้ว")
    wrote = CaseHistoryLine(HistoryEntry(4, TODAY, HistoryEntryKind.REPORTER), "reporter", "", "เพิ่มเติม")
    lines = Listing((FILED, moved, wrote), ("12/2570#9",))
    page = ask(open_case_page(REQUEST), GetCaseHistory=lines)
    assert page.case == CASE
    assert page.summary.key == "staff.case.summary"
    assert [answer.value for answer in page.content.facts] == [raw_text("คานารีหนึ่งแสนบาท")]
    assert [line.args["words"] for line in page.content.conversation] == [raw_text(": เพิ่มเติม")]
    assert [line.key for line in page.content.history] == [
        "staff.history_line",
        "staff.history_line",
        "staff.unreadable",
    ]
    assert page.content.files == REPORT.files
    assert page.acts == (RecordCaseAccess("c12", "s1", "page", TODAY, 4),)
    assert "คานารีหนึ่งแสนบาท" not in repr(page)


@pytest.mark.parametrize("page", [PageKind.EXPORT, PageKind.IDENTITY])
def test_a_session_of_another_page_does_not_open_the_case(page: PageKind) -> None:
    assert ask(open_case_page(REQUEST), replace(ACCESS, page=page)) is None


@pytest.mark.parametrize(
    ("key", "opened"),
    [
        (SLUG, True),
        (derive_file_slug(make_file(2)), False),
        (derive_file_slug(make_file(3)), False),
        ("", False),
        ("../x", False),
    ],
)
def test_a_file_is_opened_by_its_slug_and_audited(key: str, opened: bool) -> None:
    result = ask(open_case_file(REQUEST, key))
    assert (result.file, result.acts) == (
        (FILE, (RecordCaseAccess("c12", "s1", "file", TODAY),)) if opened else (None, ())
    )
    found = ask(find_case_file(REQUEST, key))
    assert found.acts == ()
    assert (found.file == FILE) is opened


def test_a_slug_does_not_tell_the_id() -> None:
    assert len(SLUG) == 16
    assert FILE.id not in SLUG
    assert derive_file_slug(make_file(2)) != SLUG


def test_an_original_is_opened_with_a_reason_that_becomes_a_note() -> None:
    reason = "ต้องดูรายละเอียดของภาพ"
    for lines, seq in (((FILED, OPENED), 4), ((FILED,), 5)):
        result = ask(open_original_file(REQUEST, SLUG, f" {reason}\x00"), GetCaseHistory=Listing(lines))
        access, note = result.acts
        assert access == RecordCaseAccess("c12", "s1", "original", TODAY, 4 if seq == 5 else 0)
        assert note == AddHistoryEntry(
            "c12", seq, TODAY, HistoryEntryKind.NOTE, ActorKind.OFFICE, f"“ใบเสร็จ.jpg”: {reason}", staff="s1"
        )
        assert (result.file, result.note) == (FILE, None)


@pytest.mark.parametrize("reason", ["", "สั้นไป", "😡" * 30, "\u200b" * 30])
def test_without_a_reason_no_original_is_opened(reason: str) -> None:
    result = ask(open_original_file(REQUEST, SLUG, reason))
    assert (result.acts, result.note) == ((), Phrase("officer.original_short", {"fewest": 10}))
    unknown = ask(open_original_file(REQUEST, "gone", "ต้องดูรายละเอียดของภาพ"))
    assert (unknown.file, unknown.note, unknown.acts) == (None, None, ())


# What is done on it.


def test_a_reply_is_shown_then_scheduled() -> None:
    shown = ask(reply_from_page(REQUEST, "กำลังตรวจสอบ", confirmed=False))
    assert [reply.presentation.officer_page for reply in shown.replies] == [OfficerPageAction.CONFIRM]
    assert shown.acts == ()
    sent = ask(reply_from_page(REQUEST, "กำลังตรวจสอบ", confirmed=True))
    assert sent.acts == (ScheduleSend(OutgoingReply("c12", "s1", "กำลังตรวจสอบ"), 3),)
    assert [reply.presentation.officer_page for reply in sent.replies] == [OfficerPageAction.RELOAD]


@pytest.mark.parametrize(
    ("text", "case", "key"),
    [
        ("", {}, "staff.reply.ask"),
        ("ก" * 3001, {}, "staff.too_long"),
        ("สวัสดี", {"scheduled": (ScheduledAct("s2", SEND_AT),) * MAX_SCHEDULED_ACTS}, "staff.held.already"),
    ],
)
def test_a_text_that_is_not_taken_stands_in_the_box_again(text: str, case: dict[str, Any], key: str) -> None:
    turn = ask(reply_from_page(REQUEST, text, confirmed=True), FindCaseByNumber=replace(CASE, **case))
    assert [(reply.key, reply.presentation.officer_page) for reply in turn.replies] == [
        (key, OfficerPageAction.KEEP_TEXT)
    ]
    assert turn.acts == ()


@pytest.mark.parametrize(("by", "acts"), [("s1", (CancelSend("c12", "s1"),)), ("s2", ()), ("", ())])
def test_a_scheduled_reply_is_taken_back(by: str, acts: tuple[Any, ...]) -> None:
    waiting = replace(CASE, scheduled=(ScheduledAct(by, SEND_AT),) if by else ())
    assert ask(undo_from_page(REQUEST), FindCaseByNumber=waiting).acts == acts


@pytest.mark.parametrize("access", [ACCESS, None])
def test_leaving_ends_the_session_in_any_case(access: PageAccess | None) -> None:
    turn = ask(log_out(REQUEST), access)
    assert turn.acts == (EndPageSession(b"t" * 32),)
    assert [reply.key for reply in turn.replies] == ["officer.left"]


# Export, identity, import.


def test_an_export_is_audited() -> None:
    result = ask(record_export(REQUEST), replace(ACCESS, page=PageKind.EXPORT))
    assert result.acts == (AuditPageAction("exported", "s1", "c12"),)


@pytest.mark.parametrize("pairs", [(), (("name", "สมหญิง"), ("contact", "081"))])
def test_the_identity_is_audited_also_where_there_is_none(pairs: tuple[tuple[str, str], ...]) -> None:
    shown = ask(
        open_identity(REQUEST), replace(ACCESS, page=PageKind.IDENTITY), **{ReadIdentity.__name__: pairs}
    )
    assert shown.lines == tuple(value for _, value in pairs)
    assert shown.acts == (RecordCaseAccess("c12", "s1", "identity", TODAY),)
    assert "สมหญิง" not in repr(shown)


@pytest.mark.parametrize(
    ("staff", "granted"), [(SUPERVISOR, True), (replace(MEMBER, role=Role.ADMIN), True), (MEMBER, False)]
)
def test_a_register_is_imported_by_who_keeps_the_channel(staff: Any, granted: bool) -> None:
    access = PageAccess(PageKind.IMPORT, staff, verified=True)
    result = ask(record_import(REQUEST), access)
    assert (result and result.acts) == ((AuditPageAction("imported", staff.id),) if granted else None)
