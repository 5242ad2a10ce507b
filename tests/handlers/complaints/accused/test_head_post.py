"""The head of the office is suspected where a report names the post; the reporter's own "no" weighs more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.accused.head_post import list_head_titles, suspects_head
from handlers.complaints.form import list_complaint_fields
from handlers.dialog.form import FieldKind
from handlers.office import Bilingual
from tests.handlers.complaints.accused.sentences import iterate_spellings, load_sentences
from tests.in_memory_desk import OFFICE

SUSPECTING, OTHERS = ([sentence for _, sentence in part] for part in load_sentences("heads.txt"))
TEXT_FIELDS = [field.text_name for field in list_complaint_fields(OFFICE) if field.kind is not FieldKind.PICK]


@pytest.mark.parametrize("sentence", SUSPECTING)
def test_the_head_is_suspected(sentence: str) -> None:
    for spelling in iterate_spellings(sentence):
        assert suspects_head(OFFICE, {"story": spelling, "head": "unsure"}), spelling


@pytest.mark.parametrize("sentence", OTHERS)
def test_others_are_not_taken_for_the_head(sentence: str) -> None:
    for spelling in iterate_spellings(sentence):
        assert not suspects_head(OFFICE, {"story": spelling, "head": "unsure"}), spelling


@pytest.mark.parametrize("sentence", SUSPECTING)
def test_an_explicit_no_wins(sentence: str) -> None:
    assert not suspects_head(OFFICE, {"story": sentence, "accused": sentence, "head": "no"})


@pytest.mark.parametrize("field", [*TEXT_FIELDS, "files", "unconfirmed"])
def test_the_head_is_looked_for_in_everything_told(field: str) -> None:
    assert suspects_head(OFFICE, {"head": "unsure", field: "ผอ.เรียกเงินจากครู"})
    assert suspects_head(OFFICE, {field: "ผอ.เรียกเงินจากครู"})


@pytest.mark.parametrize("answer", ["no", "unsure", "yes"])
@pytest.mark.parametrize(
    ("message", "suspected"),
    [
        ("ผู้อำนวยการเป็นคนเรียกเงิน", True),
        ("คนที่สั่งคือผู้อำนวยการ", True),
        ("ท่าน ผอ. ได้รับเรื่องหรือยัง", False),
        ("ผู้อำนวยการอยู่ไหม", False),
        ("น้องชาย ผอ. มาถามผม", False),
        ("รอง ผอ. เรียกเงิน", False),
    ],
)
def test_a_later_message_must_say_it_plainly_and_is_newer_than_the_answer(
    message: str, answer: str, *, suspected: bool
) -> None:
    for field in ("message", "later"):
        assert suspects_head(OFFICE, {field: message, "head": answer}) is suspected


@pytest.mark.parametrize(
    ("title", "sentence", "suspected"),
    [
        ("นายกเทศมนตรีตำบลหนองหาร", "นายกเทศมนตรีเรียกเงิน", True),
        ("นายกองค์การบริหารส่วนตำบลสันทราย", "นายก อบต. ฮั้วกับผู้รับเหมา", True),
        ("นายกองค์การบริหารส่วนตำบลสันทราย", "นายกมลเรียกเงิน", False),
        ("ผู้อำนวยการโรงเรียนบ้านหนอง", "ผอ.โรงเรียนเรียกเงิน", True),
        ("ผู้อำนวยการโรงเรียนบ้านหนอง", "ผอ.เรียกเงิน", True),
        ("ผู้อำนวยการโรงเรียนบ้านหนอง", "ผอ.กลุ่มอำนวยการเรียกเงิน", True),
        ("ศึกษาธิการจังหวัดเชียงใหม่", "ผอ.โรงเรียนเรียกเงิน", False),
        ("นายอำเภอแม่ริม", "นายอำเภอรับเงิน", True),
        ("นายอำเภอแม่ริม", "ศึกษาธิการจังหวัดรับเงิน", False),
    ],
)
def test_the_offices_own_title_and_its_short_forms(title: str, sentence: str, *, suspected: bool) -> None:
    office = OFFICE.model_copy(update={"head": Bilingual(th=title)})
    assert title in list_head_titles(office)
    assert suspects_head(office, {"story": sentence}) is suspected


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text: str) -> None:
    suspects_head(OFFICE, {"story": text, "message": f"{text}ผู้อำนวยการ{text}"})
