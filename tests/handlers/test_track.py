"""Following a case: the receipt, the guesses, messages both ways, evidence, withdrawal."""

from datetime import timedelta

import pytest

from handlers.complaints.lifecycle import CaseOutcome, NonAcceptanceReason, Transition, TransitionRequest
from handlers.complaints.messages import ActorKind, AddHistoryEntry, Attempts, FindCase, HistoryEntryKind
from handlers.dialog import attempts as guesses
from handlers.dialog.events import FileProblem
from handlers.dialog.receipt import made_of
from tests.play import MORNING, ChatUser, InMemoryDesk

CANARY = "ร้อยละสิบ"  # stands in the complaint of tests.play


def filed() -> ChatUser:
    person = InMemoryDesk().person()
    person.reports()
    return person


def following() -> ChatUser:
    person = filed()
    person.says(person.receipt)
    return person


def test_the_case_is_found_from_any_channel_by_its_receipt_alone() -> None:
    person = filed()
    other = person.stage.person("อีกคน")
    said = other.files("ติดตาม", person.receipt.lower().replace("-", " "))
    assert "สถานะ: รับเรื่องแล้ว" in said
    assert "22 พฤศจิกายน 2569" in said


def test_the_complaint_is_never_echoed_and_the_number_never_told() -> None:
    person = following()
    person.stage.move(person.receipt, TransitionRequest(Transition.SCREEN))
    for label in ("ดูล่าสุด", "ส่งข้อความ", "ไม่ กลับไปดูเรื่อง", "ถอนเรื่อง", "ไม่ กลับไปดูเรื่อง", "ส่งหลักฐานเพิ่ม"):
        said = person.picks(label)
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
    person = following()
    for step in steps:
        person.stage.move(person.receipt, step, "เหตุผลของสำนักงาน")
    said = person.picks("ดูล่าสุด")
    assert f"สถานะ: {words}" in said
    assert ("เหตุผลของสำนักงาน" in said) == bool(steps)
    assert ("ถอนเรื่อง" in person.labels) == (words not in {"แล้วเสร็จ", "ไม่รับเรื่อง"})


def test_messages_go_both_ways() -> None:
    person = following()
    case = next(iter(person.stage.cases.values()))
    told = AddHistoryEntry(
        case.id, 2, case.received_on, HistoryEntryKind.OFFICE, ActorKind.OFFICE, "ขอทราบวันที่ให้ชัดขึ้น"
    )
    person.stage.write(told)
    assert "ขอทราบวันที่ให้ชัดขึ้น" in person.picks("ดูล่าสุด")
    person.picks("ส่งข้อความ")
    said = person.says("ประมาณวันที่ห้า")
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in said
    assert person.stage.acts[-1].text == "ประมาณวันที่ห้า"  # type: ignore[attr-defined]


def test_a_message_nobody_asked_for_is_offered_first() -> None:
    person = following()
    before = len(person.stage.acts)
    assert "ต้องการส่งข้อความนี้" in person.says("มีข้อมูลเพิ่มเติม")
    assert len(person.stage.acts) == before
    person.picks("ไม่ กลับไปดูเรื่อง")
    assert len(person.stage.acts) == before
    person.says("มีข้อมูลเพิ่มเติม")
    assert "แล้ว" in person.picks("ส่งข้อความนี้")
    assert len(person.stage.acts) == before + 1


def test_more_evidence() -> None:
    person = following()
    assert "แนบไฟล์ “ภาพ.jpg” ในเรื่องแล้ว" in person.sends()
    assert "ยังไม่ได้เก็บ" in person.sends(problem=FileProblem.EMPTY)
    person.picks("ส่งหลักฐานเพิ่ม")
    assert "แนบไฟล์" in person.sends("เสียง.m4a")


def test_withdraw_asks_first_and_only_once() -> None:
    person = following()
    assert "ถอนแล้วเรื่องจะปิด" in person.picks("ถอนเรื่อง")
    assert "สถานะ: แล้วเสร็จ" in person.picks("ยืนยันถอนเรื่อง")
    assert "ถอนเรื่อง" not in person.labels
    case = next(iter(person.stage.cases.values()))
    assert case.outcome is CaseOutcome.WITHDRAWN


def test_withdraw_of_a_case_that_ended_meanwhile() -> None:
    person = following()
    person.picks("ถอนเรื่อง")
    person.stage.move(person.receipt, TransitionRequest(Transition.SCREEN))
    person.stage.move(
        person.receipt, TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY)
    )
    assert "จึงถอนไม่ได้" in person.picks("ยืนยันถอนเรื่อง")


def test_words_before_the_receipt_are_offered_for_the_case() -> None:
    person = filed()
    other = person.stage.person("อีกคน")
    other.says("มีหลักฐานเพิ่มในเรื่องเดิมที่เคยแจ้ง")
    other.sends("ใบเสร็จ.jpg")
    said = other.files("[ติดตามเรื่อง]", person.receipt)
    assert "แนบไฟล์ “ใบเสร็จ.jpg”" in said
    assert "ต้องการส่งข้อความนี้" in said
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in other.picks("ส่งข้อความนี้")


def test_a_wrong_check_symbol_is_mistyped_and_asks_nothing_of_the_register(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = filed()
    asked = []
    answer = InMemoryDesk.answer
    monkeypatch.setattr(InMemoryDesk, "answer", lambda s, q: asked.append(q) or answer(s, q))
    good = person.receipt
    wrong = good[:-1] + ("2" if good[-1] != "2" else "3")
    for typed in (wrong, wrong[:-1], "ABC"):
        assert "ไม่พบ" not in person.files("ติดตาม", typed)
    assert not [q for q in asked if isinstance(q, FindCase)]
    assert "พิมพ์ผิด" in person.says(wrong)
    assert "17 ตัว" in person.says(wrong[:-1])


def test_never_issued_erased_and_guessed_get_one_answer() -> None:
    person = filed()
    erased = person.receipt
    person.stage.cases.clear()
    stranger = person.stage.person("คนอื่น")
    never = made_of(12345).shown
    assert stranger.files("ติดตาม", erased) == stranger.says(never)


def test_five_guesses_close_the_look_up_for_longer_and_longer() -> None:
    person = filed()
    stage, mine = person.stage, person.receipt
    guesser = stage.person("คนเดา")
    guesser.says("ติดตาม")
    for level, minutes in enumerate((15, 30, 60, 60)):
        for guess in range(4):
            assert "ลองใหม่ได้หลัง" not in guesser.says(made_of(level * 100 + guess).shown)
        assert "ลองใหม่ได้หลังเวลา" in guesser.says(made_of(level * 100 + 99).shown)
        # Even the right receipt is not looked up now: else the refusal would be an oracle.
        assert "ลองใหม่ได้หลังเวลา" in guesser.says(mine)
        stage.wait(minutes=minutes - 1, seconds=59)
        assert "ลองใหม่ได้หลังเวลา" in guesser.files("ติดตาม", mine)
        stage.wait(seconds=1)
    assert "สถานะ" in guesser.files("ติดตาม", mine)


def test_the_time_that_is_said_has_truly_come() -> None:
    guesser = InMemoryDesk().person()
    guesser.stage.wait(seconds=30)
    guesser.says("ติดตาม")
    said = [guesser.says(made_of(n).shown) for n in range(5)][-1]
    assert "09:16 น." in said  # 09:00:30 and 15 minutes, and not before


def test_guesses_fade_after_the_window() -> None:
    tries = Attempts()
    for _ in range(4):
        tries = guesses.missed(tries, MORNING)
    later = guesses.missed(tries, MORNING + timedelta(minutes=15))
    assert later.wrong == 1
    assert guesses.missed(tries, MORNING + timedelta(minutes=14)).until == MORNING + timedelta(minutes=29)


def test_leaving_and_lapsing_forget_the_receipt() -> None:
    person = following()
    assert "ออกจากเรื่องแล้ว" in person.picks("ออก")
    assert person.session.receipt is None
    person.says(person.receipt)
    assert person.session.receipt is not None
    person.stage.wait(minutes=30)
    assert "ออกจากเรื่องให้แล้ว" in person.says("มีใครอยู่ไหม")
    assert person.session.receipt is None


def test_a_case_erased_while_it_is_followed() -> None:
    person = following()
    person.stage.cases.clear()
    assert "ไม่พบเรื่องของรหัสนี้" in person.picks("ดูล่าสุด")
    assert person.session.receipt is None
    person.says("English")


def test_too_long_a_message_is_not_cut() -> None:
    person = following()
    assert "ยังไม่ได้ส่ง" in person.says("ก" * 20_001)
    assert "ว่างเปล่า" in person.says(" ")


def test_old_buttons_and_languages_while_following() -> None:
    person = following()
    old = dict(person.heard[-1].choices)["ถอนเรื่อง"]
    person.picks("ส่งข้อความ")
    assert "คำถามก่อนหน้า" in person.does(choice=old)
    assert "State: Received" in person.says("English")
    assert "Please type the tracking code" in person.files("track", "English")
    assert "คำถามก่อนหน้า" in person.files("ภาษาไทย") or person.does(choice="0.leave")
    assert "ต้องการทำอะไร" in person.says("[ออก]")


def test_the_five_last_symbols() -> None:
    person = InMemoryDesk().person()
    person.files()
    person.picks("ส่งเรื่อง")
    five = person.receipt.replace("-", "")[-5:]
    # Whoever has not written the receipt down yet finds it beside the question each time.
    for told in (
        person.says("00000"),
        person.does(choice="0.skip"),
        person.says("English"),
        person.says("help"),
    ):
        assert person.receipt in told
    assert "Not yet right" in person.says("00000")
    assert "That is right" in person.says(f" {five[:4].lower()}-{five[4]} ")
    assert person.session.receipt is None


def test_a_text_instead_of_the_five_symbols_is_meant_for_the_case() -> None:
    person = InMemoryDesk().person()
    person.files()
    person.picks("ส่งเรื่อง")
    assert "ต้องการส่งข้อความนี้" in person.says("ลืมบอกไปว่ามีภาพถ่ายด้วย")
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in person.picks("ส่งข้อความนี้")


def test_a_file_at_the_code_question_is_kept() -> None:
    person = InMemoryDesk().person()
    assert "พักไว้" in person.files("ติดตาม") + person.sends()
    other = person.stage.person("ข")
    assert "พักไว้" in other.files("ติดตาม", "เจ้าหน้าที่เรียกรับเงินจากผู้ปกครอง")


def test_cancel_calls_off_a_message_and_stays_with_the_case() -> None:
    person = following()
    person.picks("ส่งข้อความ")
    before = len(person.stage.acts)
    assert "สถานะ: รับเรื่องแล้ว" in person.says("ยกเลิก")
    assert person.session.receipt is not None
    assert len(person.stage.acts) == before
