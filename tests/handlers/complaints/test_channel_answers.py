"""Questions about the channel are answered at any step, nothing of them is kept, and what was asked is asked again."""

import pytest

from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from tests.in_memory_desk import SHORT_OFFICE, ChatUser, InMemoryDesk

STORY = "ครูพละเก็บเงินผู้ปกครองคนละ 500 บาทเมื่อต้นเดือนพฤศจิกา ที่โรงเรียน"
CONTACT = "เจ้าหน้าที่ไม่เห็นว่าใครส่ง จึงโทรหรือทักหาท่านไม่ได้ เว้นแต่ท่านให้ชื่อและทางติดต่อไว้"
HEAD_ASKED = "หรือเป็นผู้ดูแลช่องทางนี้ หรือไม่"


def begin(*said: str) -> ChatUser:
    person = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    for one in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", *said):
        person.say(one)
    return person


def read_draft(person: ChatUser) -> dict[str, str]:
    return dict(person.desk.sessions[person.who].answers)


@pytest.mark.parametrize("said", [(), (STORY,), (STORY, "[ไม่ใช่]"), (STORY, "[ไม่ใช่]", "[เพิ่ม พยาน]")])
def test_who_asks_whether_somebody_gets_in_touch_hears_it_at_any_step(said: tuple[str, ...]) -> None:
    person = begin(*said)
    before, buttons = read_draft(person), [label for label, _ in person.messages[-1].choices]
    answer = person.say("แล้วจะมีใครติดต่อกลับไหมคะ")
    assert CONTACT in answer
    assert "คำถามนี้ไม่ได้เก็บไว้กับเรื่อง" in answer
    assert read_draft(person) == before
    assert [label for label, _ in person.messages[-1].choices] == buttons
    assert person.desk.sessions[person.who].unconfirmed is None


def test_it_is_answered_before_anything_was_chosen_and_in_english() -> None:
    person = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    assert CONTACT in person.say("จะมีใครติดต่อกลับไหม")
    person.say("English")
    assert "nobody can call or write to you" in person.say("will anyone contact me?")


def test_the_day_of_the_first_answer_is_the_offices_deadline_and_no_promise_about_the_head() -> None:
    person = begin()
    assert "จะตอบครั้งแรกภายในวันที่" in person.say("ถ้าแจ้งแล้วกี่วันรู้ผลคะ")
    person = begin(STORY, "[ไม่แน่ใจ]")
    answer = person.say("กี่วันรู้ผล")
    assert "มีแต่ผู้รับเรื่องแทนที่เปิดอ่านและตอบได้" in answer
    assert "จะตอบครั้งแรกภายในวันที่" not in answer


def test_a_question_at_the_end_of_an_account_is_answered_and_the_account_is_kept_whole() -> None:
    person = begin()
    told = f"{STORY} ถ้าแจ้งแล้วจะรู้ผลเมื่อไหร่"
    assert "จะตอบครั้งแรกภายในวันที่" in person.say(told)
    assert read_draft(person)["story"] == told


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("ไม่มีหลักฐานแจ้งได้ไหม", "ก็แจ้งได้"),
        ("ส่งแล้วแก้ได้ไหม", "ส่งเพิ่มหรือขอถอนเรื่องได้"),
        ("แจ้งแทนแม่ได้ไหม", "แจ้งแทนคนอื่น"),
        ("ฟรีไหม", "ไม่เสียเงิน"),
        ("ลืมรหัส", "ขอใหม่หรือกู้คืนไม่ได้"),
    ],
)
def test_other_questions_of_the_channel(text: str, heard: str) -> None:
    person = begin(STORY)
    before = read_draft(person)
    assert heard in person.say(text)
    assert read_draft(person) == before


@pytest.mark.parametrize(
    ("number", "head"), [("1", "yes"), ("2", "no"), ("๒", "no"), ("2 ค่ะ", "no"), ("3", "unsure")]
)
def test_a_number_answers_the_choice_that_is_asked_with_the_account(number: str, head: str) -> None:
    person = begin(STORY)
    person.say(number)
    assert read_draft(person) == {"story": STORY, "head": head}


def test_a_number_picks_the_other_options_of_that_list_and_a_higher_one_is_told() -> None:
    person = begin(STORY)
    shown = [label for label, _ in person.messages[-1].choices]
    person.say(str(shown.index("เล่าใหม่") + 1))
    assert "story" not in read_draft(person)
    person = begin(STORY)
    person.say("500")
    assert read_draft(person)["story"].endswith("\n500")
    assert "head" not in read_draft(person)


def test_a_correction_at_the_review_is_offered_to_the_question_it_is_about() -> None:
    person = begin(STORY, "[ไม่ใช่]")
    person.say("ขอแก้ เป็นเดือนตุลาไม่ใช่พฤศจิกา")
    assert "เป็นคำตอบข้อ “เมื่อไร”" in [label for label, _ in person.messages[-1].choices]


def test_the_row_of_the_head_is_changed_by_its_name() -> None:
    person = begin(STORY, "[ไม่ใช่]")
    assert HEAD_ASKED in person.say("แก้ เป็นหัวหน้า")
    person.say("ไม่แน่ใจ")
    assert read_draft(person)["head"] == "unsure"
