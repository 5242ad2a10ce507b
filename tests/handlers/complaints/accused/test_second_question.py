"""The second question of who names the head and says “no”: once, and their word counts."""

import pytest

from handlers.complaints.accused.head_post import find_accused_head
from handlers.complaints.accused.second_question import SECOND_QUESTION_STEP, find_sharer
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.dialog.session import Session
from tests.handlers.complaints.draft_steps import FORM, FULL, at, decide, moved
from tests.in_memory_desk import OFFICE, SHORT_OFFICE, ChatUser, InMemoryDesk
from tests.run_decision import make_event, pick

STORY = "ผอ. เรียกเงินจากผู้รับเหมาเองทุกงวดงาน"


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ({"story": STORY}, "ผู้อำนวยการ"),
        ({"story": "ท่านศึกษาธิการเรียกเงินจากผู้รับเหมา"}, "ศึกษาธิการ"),
        ({"story": "เงินหายทุกเดือน", "accused": "ผอ."}, "ผู้อำนวยการ"),
        ({"story": "ท่านศึกษาธิการจังหวัดรู้เรื่องด้วยค่ะ ได้ส่วนแบ่ง"}, "ศึกษาธิการจังหวัด"),
        ({"story": "ศึกษาธิการจังหวัดก็ได้ส่วนแบ่ง"}, "ศึกษาธิการจังหวัด"),
        ({"story": "ศึกษาธิการจังหวัดมีเอี่ยว"}, "ศึกษาธิการจังหวัด"),
        ({"story": "ศึกษาธิการจังหวัดไม่ได้รู้เห็น"}, ""),
        ({"story": "ศึกษาธิการจังหวัดไม่รู้เรื่องด้วย"}, ""),
        ({"story": "เงินหายทุกเดือน", "wish": "ผอ. โกงเงินเด็ก ขอให้ตรวจสอบ"}, "ผู้อำนวยการ"),
        ({"story": "แจ้ง ผอ. แล้ว ท่านไม่ทำอะไร"}, ""),
        ({"story": "ผอ.โรงเรียนเก็บเงินค่ารับเด็ก"}, ""),
        ({"story": STORY, "accused": "ผอ.โรงเรียนแห่งหนึ่ง"}, ""),
        ({"story": "รองผู้อำนวยการเรียกเงินจากผู้รับเหมา"}, ""),
        ({"message": STORY}, ""),
    ],
)
def test_who_is_told_of_as_the_one_who_did_it(told: dict[str, str], called: str) -> None:
    assert find_accused_head(OFFICE, told) == called


def test_the_question_names_the_post_and_the_head() -> None:
    before = at("head", answers={**FULL, "story": STORY})
    outcome = decide(pick(before, "no"), before)
    assert outcome.session == moved(before, SECOND_QUESTION_STEP, asked_again=("head",))
    assert dict(outcome.replies[-1].args) == {"post": "ผู้อำนวยการ", "head": OFFICE.head.th}
    assert outcome.acts == ()


def test_a_no_that_takes_the_head_in_again_is_asked_about() -> None:
    before = at("head", answers={**FULL, "story": "ผอ.โรงเรียนเก็บเงินค่ารับเด็ก"})
    outcome = decide(make_event("ไม่ใช่ท่านหรอก ผอ.โรงเรียนค่ะ แต่ท่านรู้เห็นด้วย"), before)
    assert (outcome.kept.step, outcome.keys[-1]) == (SECOND_QUESTION_STEP, "unasked.ask")
    added = decide(pick(outcome.kept, "add_story"), outcome.kept)
    assert dict(added.replies[-1].args)["post"] == "ท่านรู้เห็น"
    dropped = decide(pick(outcome.kept, "drop_text"), outcome.kept)
    assert dict(dropped.replies[-1].args)["post"] == OFFICE.head.th


@pytest.mark.parametrize(
    ("text", "sharer"),
    [
        ("ไม่ใช่ แต่ท่านก็ได้ส่วนแบ่ง", "ท่านก็ได้ส่วนแบ่ง"),
        ("ไม่ใช่ค่ะ แต่เขาร่วมด้วย", "เขาร่วม"),
        ("ไม่ใช่ค่ะ แต่ครูใหญ่ก็เรียกเงิน", ""),
        ("ไม่ใช่ค่ะ ท่านไม่รู้", ""),
        ("", ""),
    ],
)
def test_who_shares_in_it(text: str, sharer: str) -> None:
    assert find_sharer(text) == sharer


@pytest.mark.parametrize(
    ("typed", "answer", "step"),
    [
        ("ใช่ค่ะ", "yes", "no_reader"),
        ("1", "yes", "no_reader"),
        ("ไม่ใช่ครับ เป็นคนอื่น", "no", "named"),
        ("ไม่ใช่", "no", "named"),
        ("๒", "no", "named"),
        ("ไม่แน่ใจ", "unsure", "no_reader"),
    ],
)
def test_what_is_answered_then_is_the_answer(typed: str, answer: str, step: str) -> None:
    before = at(SECOND_QUESTION_STEP, answers={**FULL, "story": STORY}, asked_again=("head",))
    outcome = decide(make_event(typed), before)
    assert (outcome.kept.answers["head"], outcome.kept.step) == (answer, step)


def test_going_back_asks_the_first_question_and_never_the_second_again() -> None:
    before = at(SECOND_QUESTION_STEP, answers={**FULL, "story": STORY}, asked_again=("head",))
    asked = decide(pick(before, "back"), before).kept
    assert asked.step == "head"
    assert decide(pick(asked, "no"), asked).kept.step == "named"


def test_a_tap_that_comes_twice_takes_nothing_else() -> None:
    before = at("head", answers={**FULL, "story": STORY})
    once = decide(pick(before, "no"), before).kept
    again = decide(pick(before, "no"), once)
    assert (again.kept.step, again.keys) == (SECOND_QUESTION_STEP, ("pick.stale", "report.head_again"))


def test_a_text_that_comes_there_waits() -> None:
    before = at(SECOND_QUESTION_STEP, answers={**FULL, "story": STORY}, asked_again=("head",))
    outcome = decide(make_event("เรื่องนี้มีคนเห็นหลายคนเลยนะคะ"), before)
    assert outcome.kept.unconfirmed is not None
    assert outcome.kept.answers == before.answers


def begin_short() -> ChatUser:
    person = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    person.fill_report("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]")
    return person


def test_who_names_the_head_at_the_review_is_asked_before_it() -> None:
    person = begin_short()
    person.fill_report("เรียกเงินจากผู้รับเหมาทุกงวดงาน ตั้งแต่ต้นปี", "[ไม่ใช่]", "[เพิ่ม ใคร]")
    assert "ท่านเล่าถึง “ผู้อำนวยการ”" in person.fill_report("ผอ.")
    assert "โปรดตรวจก่อนส่ง" in person.fill_report("[ไม่ใช่ เป็นคนอื่น]")
    person.fill_report("[แก้ ใคร]")
    assert "โปรดตรวจก่อนส่ง" in person.fill_report("ผอ. เจ้าเก่า")


def test_the_guided_questions_are_not_asked_again_after_it() -> None:
    before = at("named", answers={**FULL, "accused": "ผอ."})
    asked = decide(pick(before, "anonymous"), before).kept
    assert asked.step == SECOND_QUESTION_STEP
    assert decide(pick(asked, "means_other"), asked).kept.step == "review"


def test_a_session_of_an_earlier_version_was_not_asked_yet() -> None:
    assert Session().asked_again == ()
    assert SECOND_QUESTION_STEP in FORM.own_steps
