"""What an officer types of an activity is read whole, or it is said what is missing."""

from datetime import date

import pytest

from handlers.participation.activity_text import (
    ActivityIssue,
    ActivityPart,
    ActivityProblem,
    find_marked_data,
    parse_activity,
)
from handlers.participation.messages import ActivityKind, ActivityTakers, ActivityText

TODAY = date(2026, 11, 30)
WHOLE = """ประชุม 12 พ.ย. 2569
เรื่อง: ร่วมคิดแผนปฏิบัติการ
ผู้เข้าร่วม: ครู 20, ผู้ปกครอง ๑๕ คน
ผล: เพิ่มสองโครงการ
ปรับงบประมาณ"""


def test_an_activity_is_read_line_by_line() -> None:
    assert parse_activity(WHOLE, TODAY) == ActivityText(
        ActivityKind.MEETING,
        date(2026, 11, 12),
        "ร่วมคิดแผนปฏิบัติการ",
        (ActivityTakers("ครู", 20), ActivityTakers("ผู้ปกครอง", 15)),
        "เพิ่มสองโครงการ\nปรับงบประมาณ",
    )


def test_all_of_it_may_be_typed_in_one_line() -> None:
    one_line = WHOLE.replace("\n", " ")
    found, whole = parse_activity(one_line, TODAY), parse_activity(WHOLE, TODAY)
    assert isinstance(found, ActivityText)
    assert isinstance(whole, ActivityText)
    assert (found.title, found.takers, found.day) == (whole.title, whole.takers, whole.day)


def test_the_same_in_english_with_labels_in_any_order() -> None:
    text = "result: two more\nwho: teachers 1,200; parents 3\ntitle: Plan\ndate: 12 November 2026\nkind: planning"
    found = parse_activity(text, TODAY)
    assert isinstance(found, ActivityText)
    assert (found.kind, found.day, found.total) == (ActivityKind.PLANNING, date(2026, 11, 12), 1203)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("ร่วมวางแผน 1 พ.ย. 2569", ActivityKind.PLANNING),
        ("ร่วมติดตาม 1 พ.ย. 2569", ActivityKind.MONITORING),
        ("เวทีรับฟัง 1/11/2569", ActivityKind.MEETING),
        ("อื่น ๆ 1 พฤศจิกายน 2569", ActivityKind.OTHER),
    ],
)
def test_kinds_by_their_words(first: str, kind: ActivityKind) -> None:
    found = parse_activity(WHOLE.replace("ประชุม 12 พ.ย. 2569", first), TODAY)
    assert isinstance(found, ActivityText)
    assert (found.kind, found.day) == (kind, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("before", "after", "part", "problem"),
    [
        ("ประชุม 12 พ.ย. 2569", "ประชุม พ.ย. 2569", ActivityPart.DAY, ActivityProblem.MISSING),
        ("ประชุม 12 พ.ย. 2569", "ประชุม 12 ธ.ค. 2569", ActivityPart.DAY, ActivityProblem.FUTURE),
        ("ประชุม 12", "12", ActivityPart.KIND, ActivityProblem.MISSING),
        ("เรื่อง: ร่วมคิดแผนปฏิบัติการ\n", "", ActivityPart.TITLE, ActivityProblem.MISSING),
        ("ร่วมคิด", "ก" * 201, ActivityPart.TITLE, ActivityProblem.TOO_LONG),
        ("ครู 20", "ครู", ActivityPart.TAKERS, ActivityProblem.NO_COUNT),
        ("ครู 20", "ครู 0", ActivityPart.TAKERS, ActivityProblem.NO_COUNT),
        ("ครู 20", "20", ActivityPart.TAKERS, ActivityProblem.NO_COUNT),
        ("ครู 20", ", ".join(f"ก{n} 1" for n in range(13)), ActivityPart.TAKERS, ActivityProblem.TOO_MANY),
        ("ครู 20", f"{'ก' * 61} 20", ActivityPart.TAKERS, ActivityProblem.TOO_LONG),
        ("ผล: เพิ่มสองโครงการ\nปรับงบประมาณ", "ผล:", ActivityPart.OUTCOME, ActivityProblem.MISSING),
        ("เพิ่มสอง", "ก" * 2001, ActivityPart.OUTCOME, ActivityProblem.TOO_LONG),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    before: str, after: str, part: ActivityPart, problem: ActivityProblem
) -> None:
    found = parse_activity(WHOLE.replace(before, after), TODAY)
    assert not isinstance(found, ActivityText)
    (issue,) = found
    assert (issue.part, issue.problem) == (part, problem)
    assert bool(issue.words) is (
        issue.part is ActivityPart.TAKERS and problem is not ActivityProblem.TOO_MANY
    )


def test_what_a_group_lacks_is_said_of_that_group() -> None:
    found = parse_activity(WHOLE.replace("ครู 20", "ครู"), TODAY)
    assert found == (ActivityIssue(ActivityPart.TAKERS, ActivityProblem.NO_COUNT, "ครู"),)


def test_all_that_is_missing_is_named_at_once_in_order() -> None:
    found = parse_activity("สวัสดี", TODAY)
    assert not isinstance(found, ActivityText)
    assert [one.part for one in found] == list(ActivityPart)


def test_personal_data_is_marked_wherever_it_stands() -> None:
    text = WHOLE.replace("ครู 20", "นายสมชาย ใจดี 1").replace("เพิ่มสอง", "โทร 081 234 5678 เพิ่มสอง")
    found = parse_activity(text, TODAY)
    assert isinstance(found, ActivityText)
    assert "สมชาย" not in str(found)
    assert "081" not in str(found)
    assert find_marked_data(text)
