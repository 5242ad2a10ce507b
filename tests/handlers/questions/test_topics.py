"""Topics are browsed: from a word or a button, page by page, to a question and its answer."""

from datetime import date

import pytest

from handlers.dialog.events import Event
from handlers.dialog.session import Session
from handlers.office import Office, OfficeContact
from handlers.questions.ask import handle_question
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry, GetFaqCatalogue, PublishedQuestion
from handlers.questions.messages import AnswerMatch, FindKnownAnswers
from handlers.questions.topics import TITLES_PER_PAGE, list_titles
from tests.handlers.questions.test_ask import HOURS, QUESTION, TENT, at
from tests.in_memory_desk import OFFICE
from tests.run_decision import Outcome, make_context, make_event, pick, run_decision

TODAY = date(2026, 11, 22)
AT_NONE = at("found", question=QUESTION)
CATALOGUE = FaqCatalogue(
    (
        FaqEntry("hours", "เปิดกี่โมง", "8 โมง", topic="ติดต่อ"),
        FaqEntry("off", "ปิดไว้", "-", topic="ที่ปิดไว้", off=True),
        *(FaqEntry(f"t{n}", f"ทุนที่ {n}", "มี", topic="ทุนการศึกษา") for n in range(1, 12)),
    ),
    (PublishedQuestion("p1", "ขอทุนซ้ำได้ไหม", "ได้", TODAY, TODAY, "ทุนการศึกษา"),),
)


def decide(event: Event, session: Session, matches: tuple[AnswerMatch, ...] = ()) -> Outcome:
    answers = {FindKnownAnswers: matches, GetFaqCatalogue: CATALOGUE}
    return run_decision(handle_question(make_context(event, session), ""), answers)


def list_labels(outcome: Outcome) -> list[object]:
    """Return the titles that are offered."""
    return [choice.args["text"] for choice in outcome.replies[0].choices if "text" in choice.args]


def test_topics_are_browsed_and_a_title_is_answered() -> None:
    outcome = decide(pick(AT_NONE, "topics"), AT_NONE)
    assert outcome.keys == ("ask.topics",)
    assert [choice.args.get("text") for choice in outcome.replies[0].choices[:2]] == ["ติดต่อ", "ทุนการศึกษา"]
    topics = outcome.kept
    outcome = decide(pick(topics, "m2"), topics)
    assert outcome.keys == ("ask.topic",)
    first = outcome.kept
    assert len(list_labels(outcome)) == TITLES_PER_PAGE
    outcome = decide(pick(first, "more_titles"), first)
    assert list_labels(outcome) == ["ทุนที่ 10", "ทุนที่ 11", "ขอทุนซ้ำได้ไหม"]
    second = outcome.kept
    outcome = decide(make_event("3"), second, (TENT,))
    assert outcome.keys == ("ask.told_example",)
    assert outcome.kept.answers["question"] == "ขอทุนซ้ำได้ไหม"
    again = decide(pick(second, "more_titles"), second)
    assert list_labels(again) == list_labels(decide(pick(topics, "m2"), topics))


@pytest.mark.parametrize("text", ["ทุนการศึกษา", " ทุนการศึกษา  ", "ทุนการศึกษา."])
def test_a_topic_that_is_typed_is_shown(text: str) -> None:
    outcome = decide(make_event(text), at("ask"))
    assert outcome.keys == ("ask.topic",)
    assert outcome.kept.answers == {"topic": "ทุนการศึกษา"}


def test_what_is_typed_among_topics_is_a_question() -> None:
    session = at("topics")
    outcome = decide(make_event(QUESTION), session, (HOURS,))
    assert outcome.keys == ("ask.found",)
    assert outcome.kept.answers == {"question": QUESTION}


def test_a_question_whose_answer_has_no_contact_is_not_listed() -> None:
    own = FaqCatalogue((FaqEntry("phone", "เบอร์อะไร", "{phone}", topic="ติดต่อ"), CATALOGUE.entries[-1]))
    silent = OFFICE.model_copy(update={"contact": OfficeContact()})

    def titles(office: Office) -> list[str]:
        listed = list_titles(make_context(make_event(""), at("topics"), office=office))
        try:
            next(listed)
            listed.send(own)
        except StopIteration as done:
            return [one.title for one in done.value]
        raise AssertionError

    assert titles(OFFICE) == ["ติดต่อ", "ทุนการศึกษา"]
    assert titles(silent) == ["ทุนการศึกษา"]
