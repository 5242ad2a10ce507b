"""What pages of the workspace show of a case beside its view: who has access now, and what is written because of it."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.complaints.slips.messages import FindSlip, Slip, SlipStatus
from handlers.dialog.codes.one_time_code import make_one_time_code
from handlers.dialog.effects import Listing
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.case_page import (
    PAGE_COMMANDS,
    PageRequest,
    authorize_page,
    derive_file_slug,
    find_case_file,
    open_case_file,
    open_digits,
    open_original_file,
    open_slip,
    record_export,
    record_import,
)
from handlers.staff.complaints.messages import CaseReport, GetCaseReport, RecordCaseAccess
from handlers.staff.page_access import AuditPageAction, FindPageAccess, PageAccess, PageKind
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import FindWorkspaceSession, SignInWay, WorkspaceSession
from tests.handlers.staff.officer_commands import ANSWERS, CASE, FILED, OFFICER, OPENED, SUPERVISOR, TODAY
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import make_file, run_queries

MARK = b"t" * 32
REQUEST = PageRequest(MARK, OFFICE, MORNING, number=12, year=2570)
SESSION = WorkspaceSession(MARK, OFFICER, SignInWay.LINK, datetime(2026, 11, 22, 1, tzinfo=UTC))
ONE_TIME = make_one_time_code(1234567890123456)
KEPT = PageAccess(PageKind.SLIP, OFFICER, True, "c12", 12, 2570, password=ONE_TIME.digits)
FILE = make_file(1, "ใบเสร็จ.jpg")
SLUG = derive_file_slug(FILE)
REPORT = CaseReport(
    {"story": "คานารีหนึ่งแสนบาท"}, (FILE, make_file(2, coming=True), replace(make_file(3), kind=""))
)


def ask(generator: Generator[Any, Any, Any], session: WorkspaceSession | None = SESSION, **other: Any) -> Any:
    """The result of a request. other: what else is known, by the name of its query."""
    answers = {**ANSWERS, FindWorkspaceSession: session, FindPageAccess: None, GetCaseReport: REPORT}
    answers[FindSlip] = None
    by_name = {query.__name__: query for query in answers}
    result, _ = run_queries(generator, {**answers, **{by_name[name]: value for name, value in other.items()}})
    return result


@pytest.mark.parametrize("page", [PageKind.CASE, PageKind.EXPORT])
@pytest.mark.parametrize(
    ("staff", "number", "case", "granted"),
    [
        (OFFICER, 12, {}, True),
        (replace(OFFICER, role=Role.AUDITOR), 12, {}, False),
        (replace(OFFICER, role=Role.SUPERVISOR), 12, {"officer": "s2"}, True),
        (OFFICER, 12, {"officer": "s2"}, False),
        (OFFICER, 12, {"hidden": True}, False),
        (OFFICER, 12, {"avoid_officer": "s1"}, False),
        (OFFICER, 0, {}, False),
    ],
)
def test_access_is_decided_on_what_holds_now(
    page: PageKind, staff: Any, number: int, case: dict[str, Any], granted: bool
) -> None:
    session = ask(
        authorize_page(replace(REQUEST, page=page, number=number)),
        replace(SESSION, staff=staff),
        FindCaseByNumber=replace(CASE, **case),
    )
    assert (session is not None) is granted
    if granted:
        assert (session.command.command.name, session.case.id) == (PAGE_COMMANDS[page], "c12")


def test_an_ended_session_or_an_erased_case_gives_no_access() -> None:
    assert ask(authorize_page(REQUEST), None) is None
    assert ask(authorize_page(REQUEST), FindCaseByNumber=None) is None
    assert {*PAGE_COMMANDS} == {*PageKind}


def test_nothing_is_shown_without_a_session() -> None:
    for generator in (
        open_case_file(REQUEST, SLUG),
        find_case_file(REQUEST, SLUG),
        open_original_file(REQUEST, SLUG, "ต้องดูรายละเอียดของภาพ"),
        record_export(REQUEST),
        open_slip(REQUEST),
        open_digits(REQUEST),
        record_import(REQUEST),
    ):
        assert ask(generator, None) is None


@pytest.mark.parametrize(
    ("kept", "status", "shown"),
    [
        (KEPT, SlipStatus.UNUSED, True),
        (KEPT, SlipStatus.USED, False),
        (None, SlipStatus.UNUSED, False),
        (replace(KEPT, verified=False), SlipStatus.UNUSED, False),
        (replace(KEPT, staff=SUPERVISOR), SlipStatus.UNUSED, False),
    ],
)
def test_a_slip_is_shown_by_the_session_that_keeps_it(
    kept: PageAccess | None, status: SlipStatus, shown: bool
) -> None:
    slip = Slip("c12", 3, status, TODAY)
    found = ask(open_slip(REQUEST), FindPageAccess=kept, FindSlip=slip)
    assert (found is not None) is shown
    assert ONE_TIME.digits not in repr(found)


def test_digits_are_shown_to_who_may_invite() -> None:
    kept = PageAccess(PageKind.DIGITS, SUPERVISOR, True, password="123456")
    chief = replace(SESSION, staff=SUPERVISOR)
    assert ask(open_digits(REQUEST), chief, FindPageAccess=kept).access.password == "123456"
    own = replace(kept, staff=OFFICER)
    assert ask(open_digits(REQUEST), FindPageAccess=own) is None


# Files.


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


# Export and import.


def test_an_export_is_audited() -> None:
    result = ask(record_export(REQUEST))
    assert result.acts == (AuditPageAction("exported", "s1", "c12"),)


@pytest.mark.parametrize(
    ("staff", "granted"), [(SUPERVISOR, True), (replace(OFFICER, role=Role.ADMIN), True), (OFFICER, False)]
)
def test_a_register_is_imported_by_who_keeps_the_channel(staff: Any, granted: bool) -> None:
    result = ask(record_import(REQUEST), replace(SESSION, staff=staff))
    assert (result and result.acts) == ((AuditPageAction("imported", staff.id),) if granted else None)
