"""The rows of the review on a page, and their buttons."""

from dataclasses import replace

from bot.web.chat.review_view import ReviewView, build_file_rows, build_review_view, list_placed_file_buttons
from handlers.dialog.events import LANGS
from handlers.dialog.form import build_question
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import DialogTopic
from handlers.i18n import render_label
from tests.handlers.complaints.draft_steps import FORM
from tests.in_memory_desk import SHORT_OFFICE
from tests.run_decision import begin_session, make_context, make_event, make_file

TOLD = {"story": "ครูเก็บเงิน", "head": "no"}


def show(**parts: object) -> tuple[ReviewView, Reply]:
    """The review of a draft in the short way."""
    session = begin_session(
        topic=DialogTopic.REPORT, step="review", is_short=True, **{"answers": TOLD, **parts}
    )
    question = build_question(FORM, make_context(make_event(), session, SHORT_OFFICE))
    view = build_review_view(question, "th", session.prompt_number)
    assert view is not None
    return view, question


def list_buttons(view: ReviewView) -> list[tuple[str, ...]]:
    return [(row.name, *(button.data.partition(".")[2] for button in row.buttons)) for row in view.rows]


def test_each_row_is_changed_in_the_row_and_what_was_understood_is_taken_out_there() -> None:
    view, _ = show(understood={"when": "12 มีนาคม 2569", "amount": "5,000 บาท"})
    assert list_buttons(view) == [
        ("เรื่องที่เล่า", "field_story"),
        ("เมื่อไร", "field_when", "remove_when"),
        ("จำนวนเงิน", "remove_amount"),
        ("เป็นหัวหน้าหรือผู้ดูแลช่องทางนี้", "field_head"),
    ]


def test_what_the_office_asks_for_has_buttons_and_the_rest_is_folded() -> None:
    view, question = show(understood={"when": "12 มีนาคม 2569"})
    assert [label for label, _ in view.wanted] == ["เพิ่ม ใคร", "เพิ่ม ที่ไหน", "เพิ่ม หลักฐาน", "เพิ่ม พยาน"]
    assert [label for label, _ in view.more] == [
        "เพิ่ม ประเภท",
        "เพิ่ม เคยแจ้งที่อื่น",
        "เพิ่ม สิ่งที่อยากให้ทำ",
        "เพิ่ม ชื่อและทางติดต่อ",
    ]
    others = [choice.data for choice in question.choices if choice.data not in view.placed]
    assert [data.partition(".")[2] for data in others] == ["submit", "cancel"]


def test_the_label_and_what_it_is_about_say_what_a_chat_says() -> None:
    _, question = show()
    for lang in LANGS:
        view = build_review_view(question, lang, 7)
        assert view is not None
        labels = {choice.data: render_label(choice, lang) for choice in question.choices}
        for button in (button for row in view.rows for button in row.buttons):
            assert button.label
            assert button.about
            assert button.label + button.about == labels[button.data]


def test_a_file_has_its_buttons_in_its_row() -> None:
    session = begin_session(files=(make_file(1), make_file(2, "สลิปสมชาย.jpg")))
    rows = build_file_rows(session, "th")
    assert [(row.name, *(b.label + b.about for b in row.buttons)) for row in rows] == [
        ("ภาพ.jpg", "ลบไฟล์ 1"),
        ("สลิปสมชาย.jpg", "เปลี่ยนชื่อไฟล์ 2", "ลบไฟล์ 2"),
    ]
    assert list_placed_file_buttons(rows) == {"7.drop_file_1", "7.drop_file_2", "7.rename_file_2"}


def test_other_replies_and_reviews_of_earlier_versions_have_no_rows() -> None:
    _, question = show()
    assert build_review_view(Reply("menu.again", NEUTRAL), "th", 1) is None
    old = tuple(
        replace(row, args={k: row.args[k] for k in ("name", "answer")}) for row in _get_rows(question)
    )
    assert build_review_view(replace(question, args={**question.args, "rows": old}), "th", 1) is None


def _get_rows(question: Reply) -> tuple:  # type: ignore[type-arg]
    rows = question.args["rows"]
    assert isinstance(rows, tuple)
    return rows
