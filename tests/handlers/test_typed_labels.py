"""The label of a menu button may be typed instead of tapped: not every chat program shows buttons."""

import pytest

from handlers.complaints.menu import COMPLAINTS_MENU
from handlers.complaints_desk import COMPLAINTS_COMMANDS
from handlers.dialog.replies import Choice
from handlers.i18n import render_label
from handlers.questions.menu import SERVICE_MENU
from handlers.service_desk import SERVICE_COMMAND_WORDS
from handlers.thai.matching import normalize_for_matching
from tests.in_memory_desk import InMemoryDesk
from tests.in_memory_service_desk import InMemoryServiceDesk

LABELS = [
    (stage, typed, lang, one)
    for stage, typed, offered in (
        (InMemoryDesk, COMPLAINTS_COMMANDS, COMPLAINTS_MENU),
        (InMemoryServiceDesk, SERVICE_COMMAND_WORDS, SERVICE_MENU),
    )
    for lang, choices in offered.items()
    for one in choices
]


@pytest.mark.parametrize(("stage", "typed", "lang", "one"), LABELS)
def test_a_label_that_is_typed_does_what_its_button_does(
    stage: type[InMemoryDesk], typed: dict[str, str], lang: str, one: Choice
) -> None:
    label = render_label(one, lang)  # type: ignore[arg-type]
    taps, types = stage().new_user(), stage().new_user()
    for person in (taps, types):
        person.say(f"/{lang}")
    assert types.say(label) == taps.send_event(choice=one.data)
    assert typed[normalize_for_matching(label)] == one.data[1:]


def test_every_word_that_is_a_command_is_understood_as_it_is_typed() -> None:
    for words in (COMPLAINTS_COMMANDS, SERVICE_COMMAND_WORDS):
        assert [word for word in words if normalize_for_matching(word) != word] == []


def test_a_code_is_kept_in_no_opinion() -> None:
    stage = InMemoryServiceDesk()
    person = stage.new_user()
    person.say("ขอยืมเต็นท์ของหน่วยงานไปจัดงานวัดได้ไหม")
    person.pick("ถามเจ้าหน้าที่")
    code = person.receipt
    person.say("/opinion")
    person.pick("การให้บริการของสำนักงาน")
    person.pick("2 ควรปรับปรุง")
    assert "นี่คือรหัสติดตาม" in person.say(code)
    assert code not in str(person.session.answers)
