"""A short text at a choice: one that tells something waits like a longer one, a slip is only quoted."""

import pytest

from handlers.dialog.unasked import is_slip_at_choice
from tests.handlers.complaints.draft_steps import FULL, at, decide
from tests.run_decision import make_event, pick


@pytest.mark.parametrize("text", ["ห้าพัน", "นายก อบต", "ครูโกง", "สมชาย", "เงินทอน"])
@pytest.mark.parametrize("step", ["category", "head", "named", "review"])
def test_a_short_text_that_says_something_is_asked_about(text: str, step: str) -> None:
    answers = {name: answer for name, answer in FULL.items() if name != step}
    asked = decide(make_event(text), at(step, answers=answers))
    assert asked.keys[-1] == "unasked.ask"
    added = decide(pick(asked.kept, "add_story"), asked.kept)
    assert added.kept.answers["story"] == f"{FULL['story']}\n{text}"


@pytest.mark.parametrize("text", ["9", "99", "๑๒", "ก", "อะไรนะ", "เอ๊ะ", "ห๊ะ", "555", "...", "ฮะ"])
def test_a_slip_is_only_quoted(text: str) -> None:
    assert is_slip_at_choice(make_event(text))
    assert decide(make_event(text), at("head", answers=FULL)).kept.unconfirmed is None
