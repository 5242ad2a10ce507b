"""The accused does not read the case, however their name is spelt; and nobody decides on themselves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import i18n as wording
from handlers.complaints import conflict_of_interest as concerned
from handlers.complaints.conflict_of_interest import found, is_named, left, may_change, names_of, under
from handlers.complaints.exclusions import Exclusion, ExclusionGround
from handlers.complaints.messages import AddHistoryEntry
from handlers.complaints.name_matching import TITLES, readings, untitled
from handlers.staff.members import StaffMember, StaffProfile
from handlers.staff.permissions import Role
from tests.play import OFFICE, InMemoryDesk

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


def staff(
    id_: str, name: str, role: Role = Role.OFFICER, chief: str = "", **more: tuple[str, ...]
) -> StaffMember:
    return StaffMember(id_, role, StaffProfile(name, chief=chief, **more), b"w", date(2026, 1, 1))


TEAM = (
    staff("head", "นายประเสริฐ มั่นคง", Role.SUPERVISOR),
    staff("deputy", "นางวิไล ทองคำ", Role.SUPERVISOR, chief="head"),
    staff("clerk", "นางสาวสมศรี ดวงแก้ว", chief="deputy", aliases=("Somsri", "หมวย"), units=("กลุ่มอำนวยการ",)),
    staff("free", "นายอนันต์ บุญมา"),
)


def barred(**answers: str) -> dict[str, ExclusionGround]:
    return {one.staff: one.why for one in found(answers, TEAM)}


@given(st.sampled_from(NAMES), st.randoms(), st.sampled_from(("", *TITLES)), st.booleans())
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
    assert is_named(untitled(name), text)
    assert is_named(name.split()[0], text)


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
    assert untitled(name) == bare


def test_whom_it_names_and_who_is_under_them() -> None:
    assert barred(story="ผอ.ประเสริด เรียกเงิน") == {}  # another name: ด is not ฐ
    assert barred(story="ผอ.ประเสริฐเรียกเงิน") == {
        "head": ExclusionGround.NAMED,
        "deputy": ExclusionGround.COMMAND,
        "clerk": ExclusionGround.COMMAND,
    }
    assert barred(story="เงินหาย", accused="คุณวิไล") == {
        "deputy": ExclusionGround.NAMED,
        "clerk": ExclusionGround.COMMAND,
    }
    assert barred(story="SOMSRI took it") == {"clerk": ExclusionGround.NAMED}
    assert barred(story="ไม่รู้ว่าใคร") == {}


def test_a_unit_is_meant_where_it_is_accused() -> None:
    assert barred(accused="เจ้าหน้าที่กลุ่ม อำนวยการ") == {"clerk": ExclusionGround.UNIT}
    assert barred(story="จ่ายที่กลุ่มอำนวยการ") == {}


def test_a_short_name_must_be_a_word() -> None:
    short = staff("s", "นายดี มา")
    assert is_named("ดี", "นาย ดี มาเอง")
    assert is_named("ดี", "นายดี")
    assert not is_named("ดี", "เขาทำดีมาก")
    assert names_of(short) == ("ดี มา", "ดี", "มา")


def test_marked_by_the_reporter_only_the_alternate_reads() -> None:
    answers = {"story": "เงินหาย"}
    nobody = found(answers, TEAM, marked=True)
    assert {one.staff for one in nobody} == {"head", "deputy", "clerk", "free"}
    assert left(nobody, TEAM) == ()
    some = found(answers, TEAM, marked=True, alternates=("อนันต์  บุญมา",))
    assert [p.id for p in left(some, TEAM)] == ["free"]
    named = found({"story": "อนันต์ บุญมา"}, TEAM, marked=True, alternates=("อนันต์ บุญมา",))
    assert left(named, TEAM) == ()


def test_command_may_go_in_circles() -> None:
    ring = (staff("a", "ก", chief="b"), staff("b", "ข", chief="a"), staff("c", "ค", chief="c"))
    assert under({"a"}, ring) == {"b"}
    assert under({"c"}, ring) == set()


def test_who_may_lift_and_bar() -> None:
    head, deputy, clerk, _ = TEAM
    excluded = (Exclusion("head", ExclusionGround.NAMED), Exclusion("deputy", ExclusionGround.LIFTED))
    reason = "คนละคนกับที่ถูกร้อง ชื่อซ้ำกัน"
    assert not may_change(head, excluded, reason)  # concerned
    assert may_change(deputy, excluded, reason)  # not any more
    assert not may_change(deputy, excluded, "  ไม่ใช่  ")
    assert not may_change(clerk, (), reason)
    assert [p.id for p in left(excluded, TEAM)] == ["deputy", "clerk", "free"]


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str, name: str) -> None:
    is_named(name, text)
    untitled(name)
    assert readings(text) == readings(text.upper()) or not text.isascii()


def test_what_is_filed_says_who_must_not_read_it() -> None:
    stage = InMemoryDesk(staff=TEAM)
    stage.person().reports()
    (case,) = stage.filed
    assert OFFICE.alternate.officers == ()
    assert {one.staff: one.why for one in case.excluded} == {"clerk": ExclusionGround.UNIT}


def test_a_later_message_says_so_too() -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.person()
    person.reports()
    person.does(text=person.receipt)
    person.picks("ส่งข้อความ")
    person.says("คนที่รับเงินคือคุณอนันต์")
    (entry,) = [act for act in stage.acts if isinstance(act, AddHistoryEntry)]
    assert [one.staff for one in entry.excluded] == ["free"]


def test_what_is_shown_instead() -> None:
    say = concerned.instead("12/2570", (Exclusion("head", ExclusionGround.NAMED),), TEAM, OFFICE, "th")
    assert say.key == "staff.concerned.hidden"
    everybody = tuple(Exclusion(p.id, ExclusionGround.NAMED) for p in TEAM)
    told = wording.text(concerned.instead("12/2570", everybody, TEAM, OFFICE, "th"), "th")
    assert "12/2570" in told
    assert "• สำนักงาน ป.ป.ช." in told
