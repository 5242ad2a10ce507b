"""The rows of the review: what was told, what was understood, and what is missing of the office's own rule."""

import pytest

from handlers.complaints.form import build_complaint_form
from handlers.complaints.review.rows import build_review_args
from handlers.dialog.replies import Phrase
from handlers.dialog.session import DialogTopic
from handlers.i18n import render_text
from tests.in_memory_desk import SHORT_OFFICE
from tests.run_decision import begin_session, make_context, make_event, make_file

FIELDS = build_complaint_form(SHORT_OFFICE).fields
TOLD = {"story": "เรียกรับเงิน", "head": "no"}


def show(answers: dict[str, str], **parts: object) -> tuple[list[str], str]:
    """The rows and the sentence about what is missing, as they are read."""
    session = begin_session(topic=DialogTopic.REPORT, step="review", answers=answers, is_short=True, **parts)
    args = build_review_args(FIELDS, make_context(make_event(), session, SHORT_OFFICE))
    rows, missing = args["rows"], args["missing"]
    assert isinstance(rows, tuple)
    assert isinstance(missing, Phrase)
    return [render_text(row, "th") for row in rows], render_text(missing, "th")


def test_only_what_was_told_has_a_row() -> None:
    rows, missing = show(TOLD)
    assert rows == ["เรื่องที่เล่า: เรียกรับเงิน", "เป็นหัวหน้าหรือผู้ดูแลช่องทางนี้: ไม่ใช่"]
    assert missing.startswith("ยังไม่ได้บอก: ใคร เมื่อไร ที่ไหน หลักฐาน พยาน\n")


def test_a_name_that_was_taken_back_has_no_row() -> None:
    rows, _ = show({**TOLD, "named": "anonymous", "name": "สมหญิง"})
    assert rows[2:] == ["ชื่อและทางติดต่อ: ไม่บอกชื่อ"]
    rows, _ = show({**TOLD, "named": "named", "name": "สมหญิง"})
    assert rows[2:] == ["ชื่อและทางติดต่อ: บอกชื่อ", "ชื่อ: สมหญิง"]


@pytest.mark.parametrize(
    ("answers", "parts", "missing"),
    [
        ({"accused": "ครู"}, {}, "เมื่อไร ที่ไหน หลักฐาน พยาน"),
        ({"accused": "ครู"}, {"files": (make_file(),)}, "เมื่อไร ที่ไหน พยาน"),
        ({}, {"declined": ("evidence", "witnesses")}, "ใคร เมื่อไร ที่ไหน"),
        ({"when": "unsure"}, {"understood": {"where": "ห้องธุรการ"}}, "ใคร หลักฐาน พยาน"),
    ],
)
def test_what_is_missing(answers: dict[str, str], parts: dict[str, object], missing: str) -> None:
    assert show({**TOLD, **answers}, **parts)[1].splitlines()[0] == f"ยังไม่ได้บอก: {missing}"


def test_when_all_is_told_that_is_said() -> None:
    told = {**TOLD, "accused": "ครู", "when": "เมื่อวาน", "where": "โรงเรียน", "witnesses": "ผู้ปกครอง"}
    assert show(told, declined=("evidence",))[1] == "บอกครบตามที่สำนักงานขอแล้ว"


def test_what_was_understood_is_marked_and_what_was_answered_is_not() -> None:
    understood = {"when": "12 มีนาคม 2569", "where": "ห้องธุรการ"}
    rows, _ = show({**TOLD, "where": "โรงอาหาร"}, understood=understood)
    assert rows[1:] == [
        "เมื่อไร: 12 มีนาคม 2569 (เข้าใจจากที่เล่า)",
        "ที่ไหน: โรงอาหาร",
        "เป็นหัวหน้าหรือผู้ดูแลช่องทางนี้: ไม่ใช่",
    ]


def test_a_sum_stands_before_the_question_of_safety() -> None:
    rows, _ = show(TOLD, understood={"amount": "5,000 บาท", "when": "12 มีนาคม 2569"})
    assert [row.partition(":")[0] for row in rows] == [
        "เรื่องที่เล่า",
        "เมื่อไร",
        "จำนวนเงิน",
        "เป็นหัวหน้าหรือผู้ดูแลช่องทางนี้",
    ]


def test_what_the_story_tells_is_not_said_to_be_missing() -> None:
    story = {**TOLD, "story": "คนเก็บเงิน ชื่อ สมชาย ครูสมใจเห็น มีใบเสร็จ"}
    assert show(story)[1].splitlines()[0] == "ยังไม่ได้บอก: เมื่อไร ที่ไหน"


WITH_NUMBER = {**TOLD, "story": "เรียกรับเงิน โทร ๐๘๑-๒๓๔-๕๖๗๘ หรือ a@b.co"}
WARNING = "ในเรื่องมี “๐๘๑-๒๓๔-๕๖๗๘”, “a@b.co” ถ้าเป็นของท่านเอง คนที่อ่านจะรู้ว่าท่านเป็นใคร"


def test_each_number_in_an_unsigned_report_is_warned_of() -> None:
    assert WARNING in show(WITH_NUMBER)[1]
    assert WARNING in show({**WITH_NUMBER, "named": "anonymous"})[1]


def test_who_gives_their_name_is_not_warned_and_a_sum_is_no_number() -> None:
    assert WARNING not in show({**WITH_NUMBER, "named": "named", "name": "สมหญิง"})[1]
    assert (
        "ถ้าเป็นของท่านเอง" not in show({**TOLD, "story": "รับเงิน 1,500,000 บาท วันที่ 12/03/2569 เลขที่ 045/2569"})[1]
    )
