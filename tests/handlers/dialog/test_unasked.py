"""What no question asked for, on both desks: a word, and the present question alone."""

import pytest

from handlers.dialog.events import UnreadableKind
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session
from handlers.dialog.unasked import describe_unreadable
from tests.handlers import test_complaints_desk as complaints
from tests.handlers import test_service_desk_decisions as service
from tests.run_decision import make_event


@pytest.mark.parametrize("kind", UnreadableKind)
def test_each_unreadable_kind_has_its_words(kind: UnreadableKind) -> None:
    assert describe_unreadable(kind) == Reply(f"unreadable.{kind}", NEUTRAL)


@pytest.mark.parametrize(
    ("session", "question"),
    [
        (complaints.AT_MENU, "menu.again"),
        (complaints.IN_DRAFT, "report.accused"),
        (complaints.IN_CASE, "track.message"),
        (complaints.CONFIRMING, "confirm.ask"),
    ],
)
def test_a_sticker_to_the_complaints_desk_gets_a_word_and_the_question(
    session: Session, question: str
) -> None:
    outcome = complaints.decide(make_event(unreadable=UnreadableKind.STICKER), session)
    assert (outcome.keys[0], outcome.keys[-1]) == ("unreadable.sticker", question)
    assert outcome.kept.replace(at=session.at) == session
    assert outcome.acts == ()


@pytest.mark.parametrize(
    ("session", "question"),
    [
        (service.AT_MENU, "welcome.again"),
        (service.AT_FOUND, "ask.found"),
        (service.AT_SUSPECT, "ask.suspect"),
        (service.AT_THREAD, "thread.status"),
        (service.AT_OPINION, "poll.item"),
    ],
)
def test_a_sticker_to_the_service_desk_gets_a_word_and_the_question(session: Session, question: str) -> None:
    outcome = service.decide(make_event(unreadable=UnreadableKind.STICKER), session)
    assert outcome.keys == ("unreadable.sticker", question)
    assert outcome.kept.answers == session.answers
    assert outcome.acts == ()


def test_whoever_begins_with_a_sticker_is_greeted() -> None:
    sticker = make_event(unreadable=UnreadableKind.STICKER)
    assert complaints.decide(sticker, None).keys == ("menu.hello",)
    assert service.decide(sticker, None).keys == ("welcome.hello",)
