"""Names are found however Thai people write them, and everyday words are rarely taken for a name."""

import random
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints import name_matching
from handlers.complaints.conflict_of_interest import is_name_in_text, list_staff_names
from handlers.complaints.name_matching import (
    MAX_SHORT_NAME,
    NAME_TITLES,
    compute_keys_after_titles,
    compute_name_keys,
    compute_text_keys,
    strip_titles,
)
from handlers.thai.matching import fold_characters
from tests.handlers.complaints.test_conflict_of_interest import make_staff

NAMES = (
    "สมชาย ใจดี", "สมหญิง รักเรียน", "ประเสริฐ มั่นคง", "วิไล ทองคำ", "สมศรี ดวงแก้ว", "อนันต์ บุญมา", "ศักดิ์ชัย วงศ์ษา",
    "ณัฐพงษ์ พรหมศิริ", "จันทร์เพ็ญ ศรีสุวรรณ", "กิตติพัฒน์ เกษมสุข", "อรุณี แก้วมณี", "พงษ์ศักดิ์ จักรวาล", "ฤทธิ์ชัย พฤกษา",
    "วรรณา ธรรมรักษ์", "ใจทิพย์ ไชยวงศ์", "สุทธิพันธุ์ อินทร์แก้ว", "ลักษณ์นารา เพชรรัตน์", "ณรงค์ฤทธิ์ กาญจนสิงห์",
    "ปรีชา ศาสตร์ศิลป์", "รัตนาภรณ์ สุริยวงศ์", "เฉลิมพล ภู่ทอง", "ทิพวรรณ์ แซ่ลิ้ม", "บุษบา ฤกษ์งาม", "เกรียงไกร สายสมร",
    "กัลยาณี ชูเกียรติ", "มนัส คำแสน", "ดวงใจ หอมหวล", "พิมพ์ใจ ณ เชียงใหม่", "ธัญญลักษณ์ ศรีประทุม", "วีรยุทธ์ โพธิ์ทอง",
)  # fmt: skip
SWAPS = {
    "ร": "ล", "ล": "ร", "ศ": "สษ", "ษ": "สศ", "ส": "ศษซ", "ซ": "ส", "ณ": "น", "น": "ณ", "ใ": "ไ", "ไ": "ใ",
    "ญ": "ย", "ย": "ญ", "ภ": "พผ", "พ": "ภ", "ธ": "ท", "ท": "ธ", "ี": "ิ", "ิ": "ี", "ู": "ุ", "ุ": "ู",
}  # fmt: skip
TONES = "\u0e48\u0e49\u0e4a\u0e4b"


def mangle_name(name: str, chance: random.Random) -> str:
    """A name as somebody may write it who only heard it: any of the variants, here and there."""
    spelt, at = "", 0
    while at < len(name):
        c, following = name[at], name[at + 1 : at + 3]
        at += 1
        if following[:1] == "์" or (following[1:] == "์" and following[0] in "ิุ"):
            silenced = name[at : at + 1 + (following[:1] != "์")]
            at += len(silenced)
            # The silenced letter stays, loses its sign, or is dropped with it.
            spelt += chance.choice((c + silenced, c + silenced[:-1], ""))
        elif c in TONES:
            spelt += c if chance.random() < 0.5 else ""
        elif c == "ฤ":
            spelt += chance.choice(("ฤ", "ริ", "รึ", "ลิ"))
        elif c == name[at : at + 1] and c not in "รเ":
            spelt += c if chance.random() < 0.5 else ""  # กิตติ, กิติ
        elif c in SWAPS and not (c == "ร" and "ร" in {following[:1], name[at - 2 : at - 1]}):
            spelt += chance.choice(SWAPS[c]) if chance.random() < 0.3 else c
        else:
            spelt += c
    if chance.random() < 0.3:
        spelt = spelt.replace("รร", chance.choice(("ั", "ร")))
    return spelt


@given(
    st.sampled_from(NAMES),
    st.randoms(use_true_random=False),
    st.sampled_from(("", *NAME_TITLES)),
    st.sampled_from((0, 1, 2)),
)
def test_a_name_is_found_however_it_is_written(
    name: str, chance: random.Random, title: str, how: int
) -> None:
    spelt = mangle_name(name, chance)
    spelt = (spelt, spelt.replace(" ", ""), spelt.split()[0])[
        how
    ]  # whole, without its space, without the surname
    text = f"เมื่อวาน {title}{spelt}เรียกเงินจากผู้รับเหมา"
    person = make_staff("x", f"นาย{name}")
    assert any(is_name_in_text(one, text) for one in list_staff_names(person)), (spelt, name)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("วิไล", "คุณวิไรรับเงิน"),
        ("ฤทธิ์", "นายริทรับเงิน"),
        ("ฤทธิ์ชัย", "รึทธิชัย"),
        ("วรรณา", "วันนา"),
        ("วรรณา", "วัณา"),
        ("จันทร์เพ็ญ", "จันเพ็ญ"),
        ("ลักษณ์นารา", "ลักนารา"),
        ("ใจทิพย์", "ไจทิพ"),
        ("แก้วมณี", "เเก้วมณี"),
        ("กิตติพัฒน์", "กิติพัฒ"),
        ("ดี", "เห็นนายดีรับเงิน"),
        ("ต้น", "พี่ต้นรับเงิน"),
        ("Somchai", "khun somchai took it"),
        ("คำแสน", "คําแสน"),
    ],
)
def test_each_way_of_writing(name: str, spelt: str) -> None:
    assert is_name_in_text(name, spelt)


FALSE_FRIENDS = (
    ("สมศรี", "สมสีสัน"), ("มาลี", "มะลิ"), ("วิไล", "วิลัย"), ("สุดา", "สุดท้าย"), ("อนันต์", "อนาคต"), ("ประเสริฐ", "ประสาน"),
    ("ประเสริฐ", "ประเสิด"), ("ชัยวัฒน์", "ชัยภูมิ"), ("สมชาย", "สมใจ"), ("สมหญิง", "ผู้หญิง"), ("ศักดิ์ชัย", "ศักดิ์ศรี"),
    ("จันทร์เพ็ญ", "วันจันทร์"), ("ดี", "เขาทำดีมาก"), ("ต้น", "ตั้งแต่ต้นปี"), ("มา", "ที่ผ่านมา"), ("บุญมา", "ทำบุญ"),
    ("ฤทธิ์ชัย", "อิทธิพล"), ("วรรณา", "วันนี้"), ("วงศ์", "อยู่ในวงการ"), ("อรุณี", "อรุณสวัสดิ์"), ("รัตนา", "ราชการ"),
    ("พิมพ์ใจ", "เครื่องพิมพ์"), ("ปรีชา", "ประชาชน"), ("กัลยา", "กันยายน"), ("ณรงค์", "โครงการ"), ("Ann", "annual report"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text"), FALSE_FRIENDS)
def test_false_friends_are_told_apart(name: str, text: str) -> None:
    assert not is_name_in_text(name, text)


FRAMES = ("เขาพูดเรื่อง{}กับผม", "ขอให้ตรวจสอบ{}ของสำนักงาน", "มีปัญหาเกี่ยวกับ{}มานานแล้ว", "เห็น{}ที่หน้าอาคาร")


def load_everyday_texts() -> list[str]:
    """A thousand everyday words and sentences without a name."""
    told = (Path(__file__).parent / "everyday.txt").read_text("utf-8").split("---\n")
    single = [word for line in told[0].splitlines() if not line.startswith("#") for word in line.split()]
    sentences = [*told[1].splitlines()]
    sentences += [frame.format(word) for frame, word in zip(cycle(FRAMES), single, strict=False)]
    whole = list(dict.fromkeys([*single, *sentences]))
    more = (f"{a} แล้ว{b}" for a, b in zip(told[1].splitlines(), reversed(told[1].splitlines()), strict=True))
    found = list(
        islice(
            dict.fromkeys([*whole, *more, *(f"{w}กับ{v}" for w, v in zip(single, single[7:], strict=False))]),
            1000,
        )
    )
    assert len(found) == 1000
    return found


def test_everyday_words_are_seldom_taken_for_a_name() -> None:
    """A figure of docs/rules-of-cases.md: of 1,000 everyday texts, how many are hidden from any of 30 people."""
    hidden = {
        text: [
            name
            for name in NAMES
            if any(is_name_in_text(n, text) for n in list_staff_names(make_staff("x", name)))
        ]
        for text in load_everyday_texts()
    }
    wrong = {text: names for text, names in hidden.items() if names}
    assert len(wrong) <= MOST_WRONG, wrong


MOST_WRONG = 5


@pytest.mark.parametrize("name", ["นายิกา", "คุณากร", "ดรุณี", "ครูเสด", "Drew", "Missaya", "พี่", "อ.", "ผอ"])
def test_what_only_looks_like_a_title_stays(name: str) -> None:
    assert strip_titles(name) in {name, name.removeprefix("ครู")}


@pytest.mark.parametrize(
    "name",
    [
        "พ.ต.อ.สมชาย",
        "ว่าที่ร้อยตรี สมชาย",
        "นายแพทย์สมชาย",
        "รศ.ดร.สมชาย",
        "ผอ. สมชาย",
        "พันตำรวจเอก ดร. สมชาย",
        "ปลัดสมชาย",
        "Dr. สมชาย",
    ],
)
def test_titles_and_ranks_are_dropped(name: str) -> None:
    assert strip_titles(name) == "สมชาย"


@pytest.mark.parametrize("text", ["นาย" * 3000, "ผอ" * 3000, "นาย แดง" * 2000, "พี่  " * 3000])
def test_a_text_of_many_titles_is_read_once_and_not_once_for_each_title(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is counted in characters: folded as a whole once, and of each title at most a short name after it."""
    folded, keyed = list[int](), list[int]()

    def count_folded(one: str) -> str:
        folded.append(len(one))
        return fold_characters(one)

    def count_keyed(one: str) -> frozenset[str]:
        keyed.append(len(one))
        return compute_text_keys(one)

    monkeypatch.setattr(name_matching, "fold_characters", count_folded)
    monkeypatch.setattr(name_matching, "compute_text_keys", count_keyed)
    compute_keys_after_titles.cache_clear()
    compute_keys_after_titles(text)
    assert max(keyed) <= MAX_SHORT_NAME
    assert len(keyed) <= MAX_SHORT_NAME  # what repeats is read once
    folded.clear()
    strip_titles(text)
    assert folded == [len(text.strip())]


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert compute_text_keys(text)
    assert (
        compute_name_keys(text) >= {min(compute_text_keys(text), key=len)}
        or "รร" in text
        or "์" in text
        or "ฤ" in text
    )
    compute_keys_after_titles(text)


def test_a_name_of_many_silenced_letters_has_few_spellings() -> None:
    assert len(compute_name_keys("ก์ข์ค์ง์จ์ฉ์ช์ซ์ฌ์ญ์" * 20)) < 100
