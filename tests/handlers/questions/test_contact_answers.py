"""The office's contact in answers: what is given is filled in, and what is not given leaves no empty place."""

import pytest

from handlers.office import Bilingual, OfficeContact
from handlers.questions.contact_answers import (
    fill_catalogue,
    fill_contact,
    find_unknown_places,
    is_told_by_office,
)
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry

PHONE = OfficeContact(phone="054 000 000")
WHOLE = OfficeContact(
    phone="1",
    email="a@b.c",
    map="https://m",
    hours=Bilingual(th="ท", en="h"),
    address=Bilingual(th="บ", en="d"),
)


@pytest.mark.parametrize(
    ("answer", "contact", "shown"),
    [
        ("โทร {phone}\nอีเมล {email}", PHONE, "โทร 054 000 000"),
        ("โทร {phone} หรือ {email}", PHONE, ""),
        ("ก่อนมา\nโทร {phone}", OfficeContact(), "ก่อนมา"),
        ("{email}", PHONE, ""),
        ("ไม่มีที่ว่าง\n\nสองย่อหน้า", OfficeContact(), "ไม่มีที่ว่าง\n\nสองย่อหน้า"),
        ("วงเล็บ {อื่น} {other}", OfficeContact(), "วงเล็บ {อื่น} {other}"),
        (
            "{phone} {email} {map} {hours} {hours_en} {address} {address_en}",
            WHOLE,
            "1 a@b.c https://m ท h บ d",
        ),
        ("{hours}\n{hours_en}", OfficeContact(hours=Bilingual(th="เช้า")), "เช้า"),
    ],
)
def test_a_line_without_its_fact_is_left_out(answer: str, contact: OfficeContact, shown: str) -> None:
    assert fill_contact(answer, contact) == shown


def test_an_answer_of_which_nothing_is_left_is_off() -> None:
    catalogue = FaqCatalogue((FaqEntry("a", "ก", "{email}"), FaqEntry("b", "ข", "{phone}")))
    assert [(one.answer, one.off) for one in fill_catalogue(catalogue, PHONE).entries] == [
        ("", True),
        ("054 000 000", False),
    ]


def test_what_says_more_than_the_contact_has_to_be_checked() -> None:
    assert is_told_by_office(FaqEntry("a", "ก", "โทร {phone}\n\nอีเมล {email}"))
    assert not is_told_by_office(FaqEntry("a", "ก", "โทร {phone}\nไม่เกินเที่ยง"))
    assert not is_told_by_office(FaqEntry("a", "ก", " "))


def test_other_words_in_braces_are_named() -> None:
    assert find_unknown_places("{phone} {telephone} {ก}") == ("telephone",)
