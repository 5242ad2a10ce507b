"""The accused cannot read the case, however their name is spelt, and nobody decides on themselves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.accused.readers import list_told_texts
from handlers.complaints.conflict_of_interest import (
    can_change_exclusion,
    find_conflicts,
    find_subordinates,
    is_name_in_text,
    list_able_staff,
    list_staff_names,
)
from handlers.complaints.form import list_complaint_fields
from handlers.complaints.messages import AddHistoryEntry, Exclusion, ExclusionGround
from handlers.complaints.name_matching import NAME_TITLES, compute_text_keys, strip_titles
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.session import Session, UnconfirmedText
from handlers.staff.members import StaffMember, StaffProfile
from handlers.staff.permissions import Role
from tests.in_memory_desk import OFFICE, InMemoryDesk

NAMES = ("สมชาย ใจดี", "ศักดิ์ชัย วงศ์ษา", "ณัฐพงษ์ พรหมศิริ", "จันทร์เพ็ญ ศรีสุวรรณ", "กิตติพัฒน์ เกษมสุข", "อรุณี แก้วมณี")
VARIANTS = {
    "ส": "ศษซ",
    "ศ": "สษ",
    "ษ": "สศ",
    "ณ": "น",
    "น": "ณ",
    "ท": "ธ",
    "ธ": "ท",
    "พ": "ภ",
    "ย": "ญ",
    "ี": "ิ",
    "ุ": "ู",
}


def make_staff(
    id_: str, name: str, role: Role = Role.OFFICER, chief: str = "", **more: tuple[str, ...]
) -> StaffMember:
    return StaffMember(id_, role, StaffProfile(name, chief=chief, **more), b"w", date(2026, 1, 1))


TEAM = (
    make_staff("head", "นายประเสริฐ มั่นคง", Role.SUPERVISOR),
    make_staff("deputy", "นางวิไล ทองคำ", Role.SUPERVISOR, chief="head"),
    make_staff(
        "clerk", "นางสาวสมศรี ดวงแก้ว", chief="deputy", aliases=("Somsri", "หมวย"), units=("กลุ่มอำนวยการ",)
    ),
    make_staff("free", "นายอนันต์ บุญมา"),
)


TOLD_IN = ("story", "accused", "where", "witnesses", "elsewhere", "wish", "evidence_note", "files", "message")
"""Where something may be told: answers, names of files, later messages."""


def find_excluded(**answers: str) -> dict[str, ExclusionGround]:
    return {one.staff: one.ground for one in find_conflicts(answers, TEAM)}


@given(st.sampled_from(NAMES), st.randoms(), st.sampled_from(("", *NAME_TITLES)), st.booleans())
def test_a_name_is_found_however_it_is_spelt(name: str, chance: object, title: str, tight: bool) -> None:
    import random

    assert isinstance(chance, random.Random)
    spelt = "".join(
        chance.choice(VARIANTS[c]) if c in VARIANTS and chance.random() < 0.4 else c
        for c in name
        if not ("\u0e48" <= c <= "\u0e4b" and chance.random() < 0.5)
        and not (c == "์" and chance.random() < 0.5)
    )
    text = f"เมื่อวาน {title}{spelt.replace(' ', '') if tight else spelt}เรียกเงินจากผู้รับเหมา"
    assert is_name_in_text(strip_titles(name), text)
    assert is_name_in_text(name.split()[0], text)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ว่าที่ ร.ต. สมชาย ใจดี", "สมชาย ใจดี"),
        ("นางสาวสมศรี", "สมศรี"),
        ("ผศ.ดร.อนันต์", "อนันต์"),
        ("Mr. Somchai", "Somchai"),
        ("นาย", "นาย"),
        ("  คุณ วิไล ", "วิไล"),
    ],
)
def test_titles_are_dropped(name: str, bare: str) -> None:
    assert strip_titles(name) == bare


@pytest.mark.parametrize("field", TOLD_IN)
def test_whom_it_names_and_who_is_under_them(field: str) -> None:
    assert find_excluded(**{field: "ผอ.ประเสริด เรียกเงิน"}) == {}  # a different name: ด is not ฐ
    assert find_excluded(**{field: "ผอ.ประเสริฐเรียกเงิน"}) == {
        "head": ExclusionGround.NAMED,
        "deputy": ExclusionGround.COMMAND,
        "clerk": ExclusionGround.COMMAND,
    }
    assert find_excluded(**{field: "เงินหาย คุณวิไล"}) == {
        "deputy": ExclusionGround.NAMED,
        "clerk": ExclusionGround.COMMAND,
    }
    assert find_excluded(**{field: "SOMSRI took it"}) == {"clerk": ExclusionGround.NAMED}
    assert find_excluded(**{field: "ไม่รู้ว่าใคร"}) == {}


@pytest.mark.parametrize("field", TOLD_IN)
def test_a_unit_is_accused_where_the_words_say_that_it_acted(field: str) -> None:
    for text in ("เจ้าหน้าที่กลุ่ม อำนวยการ", "กลุ่มอำนวยการเรียกเงิน", "หัวหน้ากลุ่มอำนวยการรับเงินทุกเดือน"):
        assert find_excluded(**{field: text}) == {"clerk": ExclusionGround.UNIT}


@pytest.mark.parametrize("field", [field for field in TOLD_IN if field != "accused"])
def test_a_unit_is_only_a_place_where_something_happened(field: str) -> None:
    for text in ("จ่ายที่กลุ่มอำนวยการ", "ผมไปยื่นเอกสารที่กลุ่มอำนวยการ แล้วมีคนเรียกเงิน", "ห้องพัสดุ กลุ่มอำนวยการ"):
        assert find_excluded(**{field: text}) == {}


def test_a_unit_in_the_answer_to_who_is_accused_however_it_is_put() -> None:
    assert find_excluded(accused="กลุ่มอำนวยการ") == {"clerk": ExclusionGround.UNIT}
    assert find_excluded(accused="คนที่กลุ่มอำนวยการ") == {"clerk": ExclusionGround.UNIT}


def test_a_short_name_must_be_a_word() -> None:
    short = make_staff("s", "นายดี มา")
    assert is_name_in_text("ดี", "นาย ดี มาเอง")
    assert is_name_in_text("ดี", "นายดี")
    assert not is_name_in_text("ดี", "เขาทำดีมาก")
    assert list_staff_names(short) == ("ดี มา", "ดี", "มา")


def test_marked_by_the_reporter_only_the_alternate_reads() -> None:
    answers = {"story": "เงินหาย"}
    nobody = find_conflicts(answers, TEAM, marked=True)
    assert {one.staff for one in nobody} == {"head", "deputy", "clerk", "free"}
    assert list_able_staff(nobody, TEAM) == ()
    some = find_conflicts(answers, TEAM, marked=True, alternates=("อนันต์  บุญมา",))
    assert [p.id for p in list_able_staff(some, TEAM)] == ["free"]
    named = find_conflicts({"story": "อนันต์ บุญมา"}, TEAM, marked=True, alternates=("อนันต์ บุญมา",))
    assert list_able_staff(named, TEAM) == ()


def test_command_may_go_in_circles() -> None:
    ring = (make_staff("a", "ก", chief="b"), make_staff("b", "ข", chief="a"), make_staff("c", "ค", chief="c"))
    assert find_subordinates({"a"}, ring) == {"b"}
    assert find_subordinates({"c"}, ring) == set()


def test_who_may_lift_and_bar() -> None:
    head, deputy, clerk, _ = TEAM
    excluded = (Exclusion("head", ExclusionGround.NAMED), Exclusion("deputy", ExclusionGround.LIFTED))
    reason = "คนละคนกับที่ถูกร้อง ชื่อซ้ำกัน"
    assert not can_change_exclusion(head, excluded, reason)  # concerned
    assert can_change_exclusion(deputy, excluded, reason)  # no longer
    assert not can_change_exclusion(deputy, excluded, "  ไม่ใช่  ")
    assert not can_change_exclusion(clerk, (), reason)
    assert [p.id for p in list_able_staff(excluded, TEAM)] == ["deputy", "clerk", "free"]


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str, name: str) -> None:
    is_name_in_text(name, text)
    strip_titles(name)
    assert compute_text_keys(text) == compute_text_keys(text.upper()) or not text.isascii()


def test_what_is_filed_says_who_must_not_read_it() -> None:
    stage = InMemoryDesk(staff=TEAM)
    stage.new_user().file_report()
    (case,) = stage.filed_cases
    assert OFFICE.alternate.officers == ()
    assert {one.staff: one.ground for one in case.exclusions} == {"clerk": ExclusionGround.UNIT}


@pytest.mark.parametrize(
    ("story", "head", "excluded"),
    [
        ("นายอนันต์เรียกเงินจากผู้รับเหมา", "ไม่ใช่", {"free": ExclusionGround.NAMED}),
        ("หัวหน้ากลุ่มอำนวยการเรียกเงินจากผู้รับเหมา", "ไม่ใช่", {"clerk": ExclusionGround.UNIT}),
        ("ผมไปยื่นเอกสารที่กลุ่มอำนวยการ แล้วมีคนเรียกเงิน", "ไม่ใช่", {}),
        ("ท่านศึกษาธิการเรียกเงินจากผู้รับเหมา", "ไม่ใช่", {}),
        ("มีคนเรียกเงินจากผู้รับเหมา ไม่รู้ว่าใคร", "ไม่แน่ใจ", {}),
        (
            "ท่านศึกษาธิการเรียกเงินจากผู้รับเหมา",
            "ไม่แน่ใจ",
            dict.fromkeys(("head", "deputy", "clerk", "free"), ExclusionGround.MARKED),
        ),
        (
            "นายอนันต์กับ ผอ. แบ่งเงินกัน",
            "ไม่แน่ใจ",
            {
                "free": ExclusionGround.NAMED,
                **dict.fromkeys(("head", "deputy", "clerk"), ExclusionGround.MARKED),
            },
        ),
        (
            "เงินหายจากห้องการเงินทุกเดือน",
            "ใช่",
            dict.fromkeys(("head", "deputy", "clerk", "free"), ExclusionGround.MARKED),
        ),
    ],
)
def test_who_is_accused_is_found_in_a_story_alone(
    story: str, head: str, excluded: dict[str, ExclusionGround]
) -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.new_user()
    person.fill_report("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]", story, "[เสร็จแล้ว]")
    told = person.fill_report(*["[ข้าม]"] * 3, "[ไม่มีหลักฐาน]", *["[ข้าม]"] * 3, f"[{head}]")
    nobody = len(excluded) == len(TEAM)
    if "ท่านเล่าถึง" in told:
        told = person.fill_report("[ไม่ใช่ เป็นคนอื่น]")
    assert ("รับดูแลเรื่องนี้ไม่ได้" in told) == nobody
    person.fill_report(*(["[ยังต้องการส่งที่นี่]"] if nobody else []), "[ไม่บอกชื่อ]", "[ส่งเรื่อง]")
    (case,) = stage.filed_cases
    assert {one.staff: one.ground for one in case.exclusions} == excluded
    assert case.concerns_head is nobody
    # What is only suspected changes nothing of what is filed.
    assert case.answers["head"] == {"ใช่": "yes", "ไม่ใช่": "no", "ไม่แน่ใจ": "unsure"}[head]


def test_a_text_that_waits_at_a_choice_keeps_out_whom_it_accuses() -> None:
    """It is never filed; it may only exclude."""
    held = UnconfirmedText("เรื่องนี้คุณอนันต์เป็นคนเรียกเงินครับ")
    fields = list_complaint_fields(OFFICE)
    told = list_told_texts(fields, Session(answers={"story": "เงินหาย"}, unconfirmed=held))
    assert [one.staff for one in find_conflicts(told, TEAM)] == ["free"]


def test_of_a_long_text_that_waits_as_much_is_read_as_a_story_holds() -> None:
    held = UnconfirmedText("ก" * (STORY_FIELD.limit + 1))
    told = list_told_texts(list_complaint_fields(OFFICE), Session(unconfirmed=held))
    assert told == {"unconfirmed": "ก" * STORY_FIELD.limit}


@pytest.mark.parametrize(
    ("message", "excluded"),
    [
        ("คนที่รับเงินคือคุณอนันต์", ["free"]),
        ("หัวหน้ากลุ่มอำนวยการเป็นคนเรียกเงิน", ["clerk"]),
        ("ผมไปถามที่กลุ่มอำนวยการแล้ว", []),
        ("ท่านศึกษาธิการได้รับเรื่องหรือยัง", []),
        ("ท่านศึกษาธิการเป็นคนเรียกเงิน", ["clerk", "deputy", "free", "head"]),
    ],
)
def test_a_later_message_says_so_too(message: str, excluded: list[str]) -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.new_user()
    person.file_report()
    person.send_event(text=person.receipt)
    person.pick("ส่งข้อความ")
    person.say(message)
    (entry,) = [act for act in stage.acts if isinstance(act, AddHistoryEntry)]
    assert [one.staff for one in entry.exclusions] == excluded


def test_who_sends_more_to_a_case_that_nobody_can_read_hears_so() -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.new_user()
    person.file_report()
    person.send_event(text=person.receipt)
    person.pick("ส่งข้อความ")
    assert "ไม่มีใครในสำนักงานนี้เปิดอ่าน" not in person.say("คนที่รับเงินคือคุณอนันต์")
    person.pick("ส่งข้อความ")
    told = person.say("ท่านศึกษาธิการเป็นคนสั่งให้เรียกเงิน")
    assert "ไม่มีใครในสำนักงานนี้เปิดอ่าน" in told
    assert "https://wbs.nacc.go.th 1205" in told
    assert "ไม่มีใครในสำนักงานนี้เปิดอ่าน" in person.send_file("ใบเสร็จ.jpg")


def test_the_name_of_a_file_that_is_sent_later_names_the_accused_too() -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.new_user()
    person.file_report()
    person.send_event(text=person.receipt)
    person.send_file("คุณอนันต์รับเงิน.jpg")
    (entry,) = [act for act in stage.acts if isinstance(act, AddHistoryEntry)]
    assert [one.staff for one in entry.exclusions] == ["free"]
