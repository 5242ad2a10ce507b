"""Whether the answer that a page shows again is still the one to the question at which a person is."""

import pytest

from bot.web.chat.shown_again import is_current_question
from handlers.dialog.effects import Answer
from handlers.dialog.replies import NEUTRAL, Choice, Reply
from handlers.dialog.session import DialogTopic, Session

COMMAND, NUMBERED = Choice("/report", "choice.report"), Choice("7.drop_text", "choice.drop_text")


@pytest.mark.parametrize(
    ("topic", "number", "choices", "is_current"),
    [
        (DialogTopic.MENU, 7, (), True),
        (DialogTopic.MENU, 7, (COMMAND,), True),
        (DialogTopic.MENU, 7, (COMMAND, NUMBERED), True),  # a text waits
        (DialogTopic.MENU, 8, (COMMAND, NUMBERED), False),
        (DialogTopic.MENU, 7, (NUMBERED,), False),  # of a question that was left
        (DialogTopic.REPORT, 7, (NUMBERED,), True),
        (DialogTopic.REPORT, 8, (NUMBERED,), False),
        (DialogTopic.REPORT, 7, (), False),
        (DialogTopic.REPORT, 7, (COMMAND, NUMBERED), False),
    ],
)
def test_an_answer_is_of_the_present_question(
    topic: DialogTopic, number: int, choices: tuple[Choice, ...], *, is_current: bool
) -> None:
    session = Session(topic=topic, prompt_number=number)
    assert is_current_question(Answer((Reply("x", NEUTRAL, {}, choices),)), session) is is_current
