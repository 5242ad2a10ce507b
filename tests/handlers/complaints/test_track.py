"""Following a case: the receipt, limited guesses, messages both ways, evidence, withdrawal."""

from datetime import timedelta

import pytest

from handlers.complaints.lifecycle import CaseOutcome, NonAcceptanceReason, Transition, TransitionRequest
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    FindCase,
    HistoryEntryKind,
    RecordCaseOpening,
)
from handlers.dialog.attempts import Attempts, record_failure
from handlers.dialog.events import FileProblem
from handlers.dialog.receipt import make_receipt
from tests.in_memory_desk import MORNING, ChatUser, InMemoryDesk

CANARY = "ร้อยละสิบ"  # part of the complaint in tests.in_memory_desk


def file_report() -> ChatUser:
    person = InMemoryDesk().new_user()
    person.file_report()
    return person


def follow_case() -> ChatUser:
    person = file_report()
    person.say(person.receipt)
    return person


def test_the_case_is_found_from_any_channel_by_its_receipt_alone() -> None:
    person = file_report()
    other = person.desk.new_user("อีกคน")
    said = other.fill_report("ติดตาม", person.receipt.lower().replace("-", " "))
    assert "สถานะ: รับเรื่องแล้ว" in said
    assert "22 พฤศจิกายน 2569" in said


def test_the_complaint_is_never_echoed_and_the_number_never_told() -> None:
    person = follow_case()
    person.desk.move_case(person.receipt, TransitionRequest(Transition.SCREEN))
    for label in ("ดูความคืบหน้า", "ส่งข้อความ", "ไม่ กลับไปดูเรื่อง", "ถอนเรื่อง", "ไม่ กลับไปดูเรื่อง", "ส่งหลักฐานเพิ่ม"):
        said = person.pick(label)
        assert CANARY not in said
        assert "/2570" not in said


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((), "รับเรื่องแล้ว"),
        ((TransitionRequest(Transition.SCREEN),), "อยู่ระหว่างดำเนินการ"),
        (
            (TransitionRequest(Transition.SCREEN), TransitionRequest(Transition.INVESTIGATE)),
            "อยู่ระหว่างดำเนินการ",
        ),
        (
            (
                TransitionRequest(Transition.SCREEN),
                TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.IN_COURT),
            ),
            "ไม่รับเรื่อง",
        ),
        (
            (
                TransitionRequest(Transition.SCREEN),
                TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ช."),
            ),
            "แล้วเสร็จ",
        ),
        (
            (
                TransitionRequest(Transition.SCREEN),
                TransitionRequest(Transition.INVESTIGATE),
                TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED),
            ),
            "แล้วเสร็จ",
        ),
    ],
)
def test_the_four_public_states(steps: tuple[TransitionRequest, ...], words: str) -> None:
    person = follow_case()
    for step in steps:
        person.desk.move_case(person.receipt, step, "เหตุผลของสำนักงาน")
    said = person.pick("ดูความคืบหน้า")
    assert f"สถานะ: {words}" in said
    assert ("เหตุผลของสำนักงาน" in said) == bool(steps)
    assert ("ถอนเรื่อง" in person.labels) == (words not in {"แล้วเสร็จ", "ไม่รับเรื่อง"})


def test_messages_go_both_ways() -> None:
    person = follow_case()
    case = next(iter(person.desk.cases.values()))
    told = AddHistoryEntry(
        case.id, 2, case.received_on, HistoryEntryKind.OFFICE, ActorKind.OFFICE, "ขอทราบวันที่ให้ชัดขึ้น"
    )
    person.desk.apply_act(told)
    assert "ขอทราบวันที่ให้ชัดขึ้น" in person.pick("ดูความคืบหน้า")
    person.pick("ตอบ")
    said = person.say("ประมาณวันที่ห้า")
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in said
    assert person.desk.acts[-1].text == "ประมาณวันที่ห้า"  # type: ignore[attr-defined]


def test_a_message_nobody_asked_for_is_offered_first() -> None:
    person = follow_case()
    before = len(person.desk.acts)
    assert "ต้องการส่งข้อความนี้" in person.say("มีข้อมูลเพิ่มเติม")
    assert len(person.desk.acts) == before
    person.pick("ไม่ กลับไปดูเรื่อง")
    assert len(person.desk.acts) == before
    person.say("มีข้อมูลเพิ่มเติม")
    assert "แล้ว" in person.pick("ส่งข้อความนี้")
    assert len(person.desk.acts) == before + 1


@pytest.mark.parametrize(
    "typed", ["/report", "/track", "/start", "/cancel", "ยกเลิก", "ไว้คราวหน้า", "บายค่ะ", "code"]
)
def test_an_offered_text_that_is_left_behind_is_quoted_once_as_not_kept(typed: str) -> None:
    person = follow_case()
    person.say("มีข้อมูลเพิ่มเติม")
    before = len(person.desk.acts)
    said = person.say(person.receipt if typed == "code" else typed)
    assert said.count("ไม่ได้เก็บข้อความนี้: “มีข้อมูลเพิ่มเติม”") == 1
    assert all(isinstance(act, RecordCaseOpening) for act in person.desk.acts[before:])
    assert "มีข้อมูลเพิ่มเติม" not in person.say("/start")


def test_an_offered_text_is_quoted_where_another_case_of_the_person_opens() -> None:
    person = file_report()
    first = person.receipt
    person.say("/start")
    person.file_report()
    assert person.receipt != first
    person.say(person.receipt)
    person.say("มีข้อมูลเพิ่มเติม")
    assert "ไม่ได้เก็บข้อความนี้: “มีข้อมูลเพิ่มเติม”" in person.say(first)


def test_a_code_that_opens_nothing_leaves_the_offered_text_waiting() -> None:
    person = follow_case()
    person.say("มีข้อมูลเพิ่มเติม")
    assert "ไม่ได้เก็บข้อความนี้" not in person.say(make_receipt(9).formatted)
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in person.pick("ส่งข้อความนี้")


def test_more_evidence() -> None:
    person = follow_case()
    assert "แนบไฟล์ “ภาพ.jpg” ในเรื่องแล้ว" in person.send_file()
    assert "ยังไม่ได้เก็บ" in person.send_file(problem=FileProblem.EMPTY)
    person.pick("ส่งหลักฐานเพิ่ม")
    assert "แนบไฟล์" in person.send_file("เสียง.m4a")


def test_withdraw_asks_first_and_only_once() -> None:
    person = follow_case()
    assert "ถอนแล้วเรื่องจะปิด" in person.pick("ถอนเรื่อง")
    assert "สถานะ: ถอนเรื่องแล้ว" in person.pick("ยืนยันถอนเรื่อง")
    assert "ถอนเรื่อง" not in person.labels
    case = next(iter(person.desk.cases.values()))
    assert case.outcome is CaseOutcome.WITHDRAWN


def test_withdraw_of_a_case_that_ended_meanwhile() -> None:
    person = follow_case()
    person.pick("ถอนเรื่อง")
    person.desk.move_case(person.receipt, TransitionRequest(Transition.SCREEN))
    person.desk.move_case(
        person.receipt, TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY)
    )
    assert "จึงถอนไม่ได้" in person.pick("ยืนยันถอนเรื่อง")


def test_words_before_the_receipt_are_offered_for_the_case() -> None:
    person = file_report()
    other = person.desk.new_user("อีกคน")
    other.say("มีหลักฐานเพิ่มในเรื่องเดิมที่เคยแจ้ง")
    other.send_file("ใบเสร็จ.jpg")
    said = other.fill_report("[ติดตามเรื่อง]", person.receipt)
    assert "แนบไฟล์ “ใบเสร็จ.jpg”" in said
    assert "ต้องการส่งข้อความนี้" in said
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in other.pick("ส่งข้อความนี้")


def test_a_wrong_check_symbol_is_mistyped_and_asks_nothing_of_the_register(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = file_report()
    asked = []
    answer = InMemoryDesk.answer_query
    monkeypatch.setattr(InMemoryDesk, "answer_query", lambda s, q: asked.append(q) or answer(s, q))
    good = person.receipt
    wrong = good[:-1] + ("2" if good[-1] != "2" else "3")
    for typed in (wrong, wrong[:-1], "ABC"):
        assert "ไม่พบ" not in person.fill_report("ติดตาม", typed)
    assert not [q for q in asked if isinstance(q, FindCase)]
    assert "รหัสไม่ถูกต้อง" in person.say(wrong)
    assert "17 ตัว" in person.say(wrong[:-1])


def test_never_issued_erased_and_guessed_get_one_answer() -> None:
    person = file_report()
    erased = person.receipt
    person.desk.cases.clear()
    stranger = person.desk.new_user("คนอื่น")
    never = make_receipt(12345).formatted
    assert stranger.fill_report("ติดตาม", erased) == stranger.say(never)


def test_five_guesses_close_the_look_up_for_longer_and_longer() -> None:
    person = file_report()
    stage, mine = person.desk, person.receipt
    guesser = stage.new_user("คนเดา")
    guesser.say("ติดตาม")
    for level, minutes in enumerate((15, 30, 60, 60)):
        for guess in range(4):
            assert "ลองใหม่ได้หลัง" not in guesser.say(make_receipt(level * 100 + guess).formatted)
        assert "ลองใหม่ได้หลังเวลา" in guesser.say(make_receipt(level * 100 + 99).formatted)
        # Even the right receipt is not looked up now: otherwise the refusal would be an oracle.
        assert "ลองใหม่ได้หลังเวลา" in guesser.say(mine)
        stage.advance_clock(minutes=minutes - 1, seconds=59)
        assert "ลองใหม่ได้หลังเวลา" in guesser.fill_report("ติดตาม", mine)
        stage.advance_clock(seconds=1)
    assert "สถานะ" in guesser.fill_report("ติดตาม", mine)


def test_the_time_that_is_said_has_truly_come() -> None:
    guesser = InMemoryDesk().new_user()
    guesser.desk.advance_clock(seconds=30)
    guesser.say("ติดตาม")
    said = [guesser.say(make_receipt(n).formatted) for n in range(5)][-1]
    assert "09:16 น." in said  # 09:00:30 and 15 minutes, and not before


def test_guesses_fade_after_the_window() -> None:
    tries = Attempts()
    for _ in range(4):
        tries = record_failure(tries, MORNING)
    later = record_failure(tries, MORNING + timedelta(minutes=15))
    assert later.wrong == 1
    assert record_failure(tries, MORNING + timedelta(minutes=14)).until == MORNING + timedelta(minutes=29)


def test_leaving_and_lapsing_forget_the_receipt() -> None:
    person = follow_case()
    assert "ออกจากเรื่องแล้ว" in person.pick("ออก")
    assert person.session.receipt is None
    person.say(person.receipt)
    assert person.session.receipt is not None
    person.desk.advance_clock(minutes=30)
    assert "ออกจากเรื่องให้แล้ว" in person.say("มีใครอยู่ไหม")
    assert person.session.receipt is None


def test_a_case_erased_while_it_is_followed() -> None:
    person = follow_case()
    person.desk.cases.clear()
    assert "ไม่พบเรื่องของรหัสนี้" in person.pick("ดูความคืบหน้า")
    assert person.session.receipt is None
    person.say("English")


def test_too_long_a_message_is_not_cut() -> None:
    person = follow_case()
    assert "ยังไม่ได้ส่ง" in person.say("ก" * 20_001)
    assert "ว่างเปล่า" in person.say(" ")


def test_old_buttons_and_languages_while_following() -> None:
    person = follow_case()
    old = dict(person.messages[-1].choices)["ถอนเรื่อง"]
    person.pick("ส่งข้อความ")
    assert "คำถามก่อนหน้า" in person.send_event(choice=old)
    assert "State: Received" in person.say("English")
    assert "Please type the tracking code" in person.fill_report("track", "English")
    assert "คำถามก่อนหน้า" in person.fill_report("ภาษาไทย") or person.send_event(choice="0.leave")
    assert "ต้องการทำอะไร" in person.say("[ออก]")


def test_the_five_last_symbols() -> None:
    person = InMemoryDesk().new_user()
    person.fill_report()
    person.pick("ส่งเรื่อง")
    five = person.receipt.replace("-", "")[-5:]
    # Whoever has not written the receipt down yet sees it with the question each time.
    for told in (
        person.say("00000"),
        person.send_event(choice="0.skip"),
        person.say("English"),
        person.say("help"),
    ):
        assert person.receipt in told
    assert "Not yet right" in person.say("00000")
    assert "That is right" in person.say(f" {five[:4].lower()}-{five[4]} ")
    assert person.session.receipt is None


def test_a_text_instead_of_the_five_symbols_is_meant_for_the_case() -> None:
    person = InMemoryDesk().new_user()
    person.fill_report()
    person.pick("ส่งเรื่อง")
    assert "ต้องการส่งข้อความนี้" in person.say("ลืมบอกไปว่ามีภาพถ่ายด้วย")
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in person.pick("ส่งข้อความนี้")


def test_a_file_at_the_code_question_is_kept() -> None:
    person = InMemoryDesk().new_user()
    assert "พักไว้" in person.fill_report("ติดตาม") + person.send_file()
    other = person.desk.new_user("ข")
    assert "พักไว้" in other.fill_report("ติดตาม", "เจ้าหน้าที่เรียกรับเงินจากผู้ปกครอง")


def test_cancel_calls_off_a_message_and_stays_with_the_case() -> None:
    person = follow_case()
    person.pick("ส่งข้อความ")
    before = len(person.desk.acts)
    assert "สถานะ: รับเรื่องแล้ว" in person.say("ยกเลิก")
    assert person.session.receipt is not None
    assert len(person.desk.acts) == before
