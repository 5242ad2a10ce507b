"""What a button below something that is shown before it is done says, and to which prompt it belongs."""

import pytest

from handlers.staff.command import make_prompt_buttons
from handlers.staff.parse import PromptAnswer, parse_prompt_answer
from handlers.staff.permissions import CommandName


@pytest.mark.parametrize(
    ("rest", "answer", "to_12"),
    [
        ("y12", PromptAnswer("y", "12", ""), True),
        ("n12", PromptAnswer("n", "12", ""), True),
        ("c12 2", PromptAnswer("c", "12", "2"), True),
        ("y1", PromptAnswer("y", "1", ""), False),
        ("y012", PromptAnswer("y", "012", ""), False),
        ("y 12", PromptAnswer("y", "", "12"), False),
        ("", PromptAnswer("", "", ""), False),
    ],
)
def test_a_button_belongs_to_its_prompt(rest: str, answer: PromptAnswer, to_12: bool) -> None:
    assert parse_prompt_answer(rest) == answer
    assert answer.is_to(12) == to_12
    assert not answer.is_to(None)


def test_what_the_buttons_send_is_read_back() -> None:
    yes, no = make_prompt_buttons(CommandName.CONFIRM, 12, "staff.confirm.yes", "staff.confirm.no")
    answers = [parse_prompt_answer(one.data.partition(" ")[2]) for one in (yes, no)]
    assert [(one.is_yes, one.is_to(12)) for one in answers] == [(True, True), (False, True)]
