"""Every field of the form has its wording, is part of the review, and is filed for its audience."""

import string
from typing import get_args

import pytest

from handlers.complaints.conflict_of_interest import ACCUSED_FIELD
from handlers.complaints.form import build_complaint_form
from handlers.complaints.messages import FileCase
from handlers.dialog.events import Lang
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import WORDING
from tests.in_memory_desk import OFFICE, InMemoryDesk

FORM = build_complaint_form(OFFICE)
FIELDS = FORM.fields
LANGS: tuple[Lang, ...] = get_args(Lang)


def list_wording_keys(field: FormField) -> set[str]:
    """All keys of a field's wording."""
    keys = {f"{FORM.name}.{field.name}"}
    if field.kind is FieldKind.LONG:
        keys.add(f"{FORM.name}.{field.name}_more")
    if field.only_if is None:
        keys.add(f"choice.field_{field.name}")
    if field.audience is FieldAudience.CASE:
        keys.add(field.staff_label_key)
    return keys | {f"choice.{option.value}" for option in field.options if option.name is None}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_has_all_its_words_and_stands_in_the_review(field: FormField, lang: Lang) -> None:
    assert list_wording_keys(field) - WORDING[lang].keys() == set()
    places = {name for _, name, _, _ in string.Formatter().parse(WORDING[lang]["report.review"]) if name}
    assert field.name in places


def test_what_opens_and_fills_the_envelope_hangs_together() -> None:
    (consent,) = [field for field in FIELDS if field.audience is FieldAudience.CONSENT]
    apart = {field.name for field in FIELDS if field.audience is FieldAudience.ENVELOPE}
    assert apart == {field.name for field in FIELDS if field.only_if and field.only_if[0] == consent.name}
    assert apart == {"name", "contact"}
    assert FORM.find_field(ACCUSED_FIELD) is not None


def fill_in(field: FormField) -> str:
    """A distinct answer to a field: typed, or the last of its choices."""
    return field.options[-1].value if field.kind is FieldKind.PICK else f"answer to {field.name}"


def test_every_answer_is_filed_once_where_its_audience_finds_it() -> None:
    desk = InMemoryDesk()
    person = desk.new_user()
    answers = {field.text_name: fill_in(field) for field in FIELDS}
    desk.sessions[person.who] = Session(1, desk.now, topic=DialogTopic.REPORT, step="review", answers=answers)
    person.say("ส่งเรื่อง")
    (act,) = [act for act in desk.acts if isinstance(act, FileCase)]
    apart = {field.text_name for field in FIELDS if field.audience is FieldAudience.ENVELOPE}
    assert act.identity == {name: answers[name] for name in apart}
    assert act.answers == {name: answer for name, answer in answers.items() if name not in apart}


def test_the_review_repeats_every_answer() -> None:
    desk = InMemoryDesk()
    person = desk.new_user()
    answers = {field.text_name: fill_in(field) for field in FIELDS}
    desk.sessions[person.who] = Session(1, desk.now, topic=DialogTopic.REPORT, step="review", answers=answers)
    review = person.say("?")
    assert [answers[f.text_name] for f in FIELDS if f.kind is not FieldKind.PICK] == [
        line.partition(": ")[2] for line in review.splitlines() if "answer to" in line
    ]
