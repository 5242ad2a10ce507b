"""Whatever stands on a button of a menu may be typed instead: not every program shows buttons."""

import pytest

from handlers import i18n as wording
from handlers import thai
from handlers.complaints import menu
from handlers.complaints_desk import TYPED
from handlers.dialog.events import Choice
from handlers.questions import menu as welcome
from handlers.service_desk import HEARD
from tests.counter import InMemoryServiceDesk
from tests.play import InMemoryDesk

LABELS = [
    (stage, typed, lang, one)
    for stage, typed, offered in (
        (InMemoryDesk, TYPED, menu.CHOICES),
        (InMemoryServiceDesk, HEARD, welcome.CHOICES),
    )
    for lang, choices in offered.items()
    for one in choices
]


@pytest.mark.parametrize(("stage", "typed", "lang", "one"), LABELS)
def test_a_label_that_is_typed_does_what_its_button_does(
    stage: type[InMemoryDesk], typed: dict[str, str], lang: str, one: Choice
) -> None:
    label = wording.label(one, lang)  # type: ignore[arg-type]
    taps, types = stage().person(), stage().person()
    for person in (taps, types):
        person.says(f"/{lang}")
    assert types.says(label) == taps.does(choice=one.data)
    assert typed[thai.folded(label)] == one.data[1:]


def test_every_word_that_is_a_command_is_understood_as_it_is_typed() -> None:
    for words in (TYPED, HEARD):
        assert [word for word in words if thai.folded(word) != word] == []


def test_a_code_is_kept_in_no_opinion() -> None:
    stage = InMemoryServiceDesk()
    person = stage.person()
    person.says("ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม")
    person.picks("ถามเจ้าหน้าที่")
    code = person.receipt
    person.says("/opinion")
    person.picks("การให้บริการของสำนักงาน")
    person.picks("2 ควรปรับปรุง")
    assert "นี่คือรหัสติดตาม" in person.says(code)
    assert code not in str(person.session.answers)
