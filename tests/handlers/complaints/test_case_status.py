"""What the office waits for and does next, as the reporter of a case sees it."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.complaints.case_status import show_reporter_case
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import (
    Exclusion,
    ExclusionGround,
    HistoryEntry,
    HistoryEntryKind,
    ListExclusions,
    ReporterCase,
)
from handlers.complaints.track import drop_idle_promise
from handlers.dialog.replies import OF_CASE, Phrase, Reply
from handlers.i18n import render_reply
from handlers.office import Deadlines
from handlers.staff.members import ListStaff, Role, StaffMember, StaffProfile
from tests.handlers.complaints.followed_case import CASE, CLOSED, FILED, at
from tests.run_decision import make_context, make_event, run_queries

ON = date(2026, 11, 21)
ASKED = HistoryEntry(2, ON, HistoryEntryKind.ASKED, body="2026-12-01", text="เห็นกี่โมง")
WROTE = HistoryEntry(2, ON, HistoryEntryKind.OFFICE, text="กำลังตรวจสอบ")
REPLIED = HistoryEntry(3, ON, HistoryEntryKind.REPORTER, by_reporter=True)
SENT_FILE = HistoryEntry(3, ON, HistoryEntryKind.EVIDENCE, by_reporter=True)
SCREENED = HistoryEntry(2, ON, HistoryEntryKind.MOVED, CaseStatus.SCREENING)
REQUESTS = {"track.asked", "track.office"}


def show(case: ReporterCase, *before: Reply, limits: Deadlines | None = None) -> Reply:
    """The status of a case, which comes last."""
    ctx = make_context(make_event(), at("case"))
    if limits:
        ctx = replace(ctx, office=ctx.office.model_copy(update={"deadlines": limits}))
    return show_reporter_case(ctx, case, *before).replies[-1]


def list_lines(shown: Reply) -> list[str]:
    """The wordings of the lines above the timeline."""
    lines = shown.args["lines"]
    assert isinstance(lines, tuple)
    return [one.key for one in lines]


def with_entries(*entries: HistoryEntry, status: CaseStatus = CaseStatus.RECEIVED) -> ReporterCase:
    return replace(CASE, status=status, entries=(FILED, *entries))


@pytest.mark.parametrize(
    ("case", "key"),
    [
        (with_entries(ASKED), "track.asked"),
        (with_entries(WROTE), "track.office"),
        (with_entries(ASKED, replace(WROTE, seq=3)), "track.office"),
        (
            replace(CLOSED, entries=(*CLOSED.entries, replace(ASKED, seq=3))),
            "track.office",
        ),  # no answer is due any more
        (with_entries(ASKED, REPLIED), ""),
        (with_entries(ASKED, SENT_FILE), ""),
        (with_entries(), ""),
    ],
)
def test_what_the_office_asked_last_is_shown_first_until_it_is_answered(case: ReporterCase, key: str) -> None:
    shown = show(case)
    assert ([one for one in list_lines(shown) if one in REQUESTS] or [""]) == [key]
    assert shown.choices[0].key == ("choice.reply" if key else "choice.message")
    assert shown.choices[0].data.endswith(".message")


def test_the_question_stands_above_the_timeline_with_its_day() -> None:
    text = render_reply(show(with_entries(ASKED)), "th").text
    assert text.index("เจ้าหน้าที่ขอคำตอบจากท่านภายในวันที่ 1 ธันวาคม 2569") < text.index("“เห็นกี่โมง”")
    assert text.index("กด “ตอบ”") < text.index("• 20 พฤศจิกายน 2569 รับเรื่องแล้ว")


@pytest.mark.parametrize(
    ("case", "limits", "said"),
    [
        (CASE, Deadlines(), "สำนักงานจะตอบครั้งแรกภายในวันที่ 7 ธันวาคม 2569"),
        (
            with_entries(SCREENED, status=CaseStatus.SCREENING),
            Deadlines(),
            "สำนักงานจะตอบครั้งแรกภายในวันที่ 7 ธันวาคม 2569",
        ),
        (
            with_entries(SCREENED, replace(WROTE, seq=3), status=CaseStatus.SCREENING),
            Deadlines(screening_days=10),
            "ขั้นต่อไป: ตรวจสอบข้อเท็จจริงเบื้องต้นให้เสร็จ ภายในวันที่ 1 ธันวาคม 2569",
        ),
        (with_entries(WROTE), Deadlines(), "ขั้นต่อไป: สำนักงานพิจารณาว่าจะรับไว้ตรวจสอบหรือไม่\n"),
    ],
)
def test_the_next_step_and_its_day(case: ReporterCase, limits: Deadlines, said: str) -> None:
    assert said in render_reply(show(case, limits=limits), "th").text


@pytest.mark.parametrize("case", [CLOSED, replace(CASE, answer_by=None)])
def test_nothing_is_promised_for_a_case_that_ended_or_that_nobody_can_read(case: ReporterCase) -> None:
    assert list_lines(show(case))[-1:] == ["track.received"]
    assert not any(one.startswith("track.next") for one in list_lines(show(case)))


def test_the_next_step_is_not_repeated_after_each_thing_that_the_reporter_does() -> None:
    assert list_lines(show(CASE, Reply("track.sent", OF_CASE))) == ["track.received"]


def test_a_case_that_its_reporter_withdrew_says_so() -> None:
    withdrawn = replace(CLOSED, outcome=CaseOutcome.WITHDRAWN)
    assert show(withdrawn).args["status"] == Phrase("status.withdrawn")


@pytest.mark.parametrize("excluded", [True, False])
def test_the_day_of_the_first_answer_is_dropped_where_nobody_can_read_the_case(excluded: bool) -> None:
    officer = StaffMember("s1", Role.OFFICER, StaffProfile("นาง ข"), b"s1", date(2026, 1, 1))
    known = (Exclusion("s1", ExclusionGround.BARRED),) if excluded else ()
    case, _ = run_queries(drop_idle_promise(CASE), {ListExclusions: known, ListStaff: (officer,)})
    assert case.answer_by == (None if excluded else CASE.answer_by)


def test_an_answered_case_asks_nothing_of_the_register() -> None:
    assert run_queries(drop_idle_promise(with_entries(WROTE)), {}) == (with_entries(WROTE), ())
    assert run_queries(drop_idle_promise(CLOSED), {}) == (CLOSED, ())
