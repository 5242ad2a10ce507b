"""The search for known answers: typos, hasty questions, and questions without an answer."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.questions.search_index import IndexedEntry, NgramIndex, split_ngrams
from handlers.questions.stopwords import STOPWORD_WEIGHT, weigh_letters

BASE = (
    IndexedEntry("renew", ("ต่ออายุใบอนุญาตประกอบวิชาชีพครูต้องทำอย่างไร", "ใบประกอบวิชาชีพครูหมดอายุ ต้องยื่นที่ไหน")),
    IndexedEntry("move", ("ขอย้ายครูต้องยื่นคำร้องเมื่อไร", "ครูยื่นคำร้องขอย้ายได้ปีละ 1 ครั้ง ภายในเดือนมกราคม")),
    IndexedEntry("hours", ("สำนักงานเปิดกี่โมง", "สำนักงานเปิดทำการวันจันทร์ถึงวันศุกร์ 08.30-16.30 น.")),
    IndexedEntry("private", ("ขอจัดตั้งโรงเรียนเอกชนใช้เอกสารอะไรบ้าง", "ใบอนุญาตจัดตั้งโรงเรียนเอกชนนอกระบบ")),
    IndexedEntry("scholar", ("ขอทุนการศึกษาได้ที่ใด", "ทุนการศึกษาสำหรับนักเรียนยากจน")),
    IndexedEntry("line", ("มี LINE official ไหม", "ติดต่อทาง LINE @office หรือ e-mail ได้")),
)
INDEX = NgramIndex.build(BASE)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("ต่ออายุใบอนุญาตประกอบวิชาชีพครูต้องทำอย่างไร", "renew"),
        ("สวัสดีค่ะ ขอสอบถามเรื่องต่ออายุใบประกอบวิชาชีพครูหน่อยนะคะ", "renew"),
        ("ใบอนุญาดประกอบวิชาชีพครู หมดอายุ", "renew"),  # ด for ต
        ("ขอย้ายครู ยืนคำร้องเมื่อไหร่", "move"),  # a tone mark left out
        ("ครูยื่นย้ายได้ปีละ ๑ ครั้งใช่ไหม", "move"),
        ("เปิดกี่โมงงงงงครับ", "hours"),
        ("เปิดโรงเรียนเอกชน ใช้เอกสารอะไร", "private"),
        ("อยากขอทุน การ ศึกษา", "scholar"),
        ("มีline officialมั้ย", "line"),
        ("ติดต่อทาง email ได้ไหม", "line"),
        ("ทำ\u0e4d\u0e32การวันจันทร์ไหม", "hours"),
    ],
)
def test_people_find_what_they_mean(asked: str, expected: str) -> None:
    assert expected in [found.id for found in INDEX.search(asked)]
    assert INDEX.rank(asked, 1)[0].id == expected


def test_a_question_as_it_stands_is_sure_and_a_vague_one_is_not() -> None:
    first, *_ = INDEX.search("สำนักงานเปิดกี่โมง")
    assert (first.id, first.sure) == ("hours", True)
    assert first.share == pytest.approx(1)
    assert not any(found.sure for found in INDEX.search("ใบอนุญาต"))


@pytest.mark.parametrize("asked", ["ซื้อรถยนต์ไฟฟ้ายี่ห้อไหนดี", "how to cook rice", "12345", "", "ๆ", "ครับ", "😡😡"])
def test_who_knows_nothing_says_nothing(asked: str) -> None:
    assert INDEX.search(asked) == ()


def test_an_empty_base_knows_nothing() -> None:
    assert NgramIndex.build(()).search("สำนักงานเปิดกี่โมง") == ()
    assert NgramIndex.build([IndexedEntry("empty", ("", "..."))]).search("สำนักงานเปิดกี่โมง") == ()


def test_an_entry_is_found_once_by_its_nearest_text() -> None:
    found = INDEX.search("ใบอนุญาตประกอบวิชาชีพครู ใบประกอบวิชาชีพครูหมดอายุ")
    assert len(found) == len({one.id for one in found}) <= 3


def test_a_large_base_is_looked_at_in_part_and_finds_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [
        IndexedEntry(str(n), (f"คำถามที่ {n} เรื่องหนังสือราชการเลขที่ {n * 7919 % 10007}",)) for n in range(3000)
    ]
    index = NgramIndex.build([*many, *BASE])
    monkeypatch.setattr("handlers.questions.search_index.MAX_POSTINGS", 500)
    assert index.search("หนังสือราชการเลขที่ 7919")[0].id == "1"
    assert index.search("ขอทุนการศึกษาได้ที่ใด")[0].id == "scholar"


@given(st.text(max_size=60))
def test_any_text_has_runs_and_an_answer_or_none(text: str) -> None:
    assert all(run for run in split_ngrams(text))
    assert len(INDEX.search(text)) <= 3
    assert [one.share <= 1 + 1e-9 for one in INDEX.rank(text, 3)] == [True] * len(INDEX.rank(text, 3))


@given(st.lists(st.text("กขคงจ ่้า12ab", min_size=4, max_size=30), min_size=1, max_size=8, unique=True))
@example(["1จ้า", "11"])
def test_each_text_of_a_base_finds_itself(texts: list[str]) -> None:
    index = NgramIndex.build(IndexedEntry(str(number), (text,)) for number, text in enumerate(texts))
    for number, text in enumerate(texts):
        found = index.rank(text, len(texts))
        own = [one for one in found if one.id == str(number)]
        assert not split_ngrams(text) or own
        assert all(one.share == pytest.approx(1) for one in own if " " not in text.strip())


def test_words_of_asking_tell_little() -> None:
    tells = weigh_letters("ต่ออายุยังไงครับ")
    assert tells[:7] == [1.0] * 7
    assert set(tells[7:]) == {STOPWORD_WEIGHT}
    assert weigh_letters("can") == [STOPWORD_WEIGHT] * 3
    assert weigh_letters("canteen") == [1.0] * 7
    assert weigh_letters("ท\u0e4d\u0e32") == [STOPWORD_WEIGHT] * 3  # ำ as it is normalised
    plain, wordy = (INDEX.rank(asked, 1)[0] for asked in ("ขอทุนการศึกษา", "ทุนการศึกษาต้องทำยังไงถึงจะได้ครับผม"))
    assert plain.id == wordy.id == "scholar"
    assert wordy.share > 0.5


def test_what_many_have_is_nobodys_answer() -> None:
    many = NgramIndex.build([IndexedEntry(str(n), (f"ใบอนุญาตประเภทที่หมายเลข {n}{n}{n}",)) for n in range(20)])
    assert many.search("ใบอนุญาต") != ()
    assert not many.search("ใบอนุญาต")[0].sure
    assert many.search("ใบขับขี่รถยนต์ส่วนบุคคลประเภทใด") == ()


def test_a_question_word_for_word_is_answered_at_once_however_near_others_are() -> None:
    alike = NgramIndex.build(
        [
            IndexedEntry("renew", ("ต่ออายุใบประกอบวิชาชีพ", "ใบประกอบวิชาชีพหมดอายุ")),
            IndexedEntry("lost", ("ใบประกอบวิชาชีพหาย", "ทำใบประกอบวิชาชีพหาย")),
            IndexedEntry("name", ("แก้ชื่อในใบประกอบวิชาชีพ", "แจ้งหาย")),
            IndexedEntry("twice", ("แจ้งหาย",)),
        ]
    )
    first = alike.search("ใบประกอบวิชาชีพหมดอายุ")[0]
    assert (first.id, first.sure) == ("renew", True)
    assert not alike.search("ใบประกอบวิชาชีพ")[0].sure
    assert not any(one.sure for one in alike.search("แจ้งหาย"))  # two have it
