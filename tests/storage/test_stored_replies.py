"""Replies stored by versions up to 0.5.1 have no delivery policy: they are read with the one that applied then."""

import json

import pytest

from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel
from handlers.dialog.replies import (
    AS_CASE_STATUS,
    AS_PLAIN_SECTION,
    AS_RECEIPT,
    AS_REVIEW,
    AS_SECTION,
    AS_USUAL,
    ASKS_FOR_QUESTION,
    KEEPS_TEXT,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    ExpectedInput,
    OfficerPageAction,
    Phrase,
    Presentation,
    Reply,
    ReplyPolicy,
    TextLabel,
)
from storage.serialization import (
    OUTBOX_MESSAGE_CODEC,
    OutboxMessage,
    decode_answers,
    encode_answers,
    encode_outbox_message,
)

OLD_LETTER = """{"channel": "line", "back": "YmFjaw==", "lang": "th", "says": [
    {"key": "thread.answer", "args": {"question": {"key": "thread.taken_back"}, "answer": "ได้"},
     "choices": [{"data": "/answer.1", "key": "choice.more"}], "certain": true, "wants": "pick"},
    {"key": "staff.notice.new", "args": {"number": "1/2570", "due": "7 ธันวาคม 2569"}, "certain": true}]}"""

OLD_ANSWERS = b"""{"00ff": {"lang": "en", "says": [
    {"key": "track.status", "choices": [], "certain": true, "wants": null, "args": {
        "status": {"key": "status.open", "args": {}, "choices": [], "certain": false, "wants": null},
        "count": 3,
        "timeline": [
            {"key": "entry.filed", "args": {"on": "1"}, "choices": [], "certain": false, "wants": null},
            {"key": "literal", "args": {"text": "x"}, "choices": [], "certain": false, "wants": null}]}},
    {"key": "pick.stale", "args": {}, "choices": [], "certain": false, "wants": null}]}}"""


def test_an_old_letter_is_read() -> None:
    assert OUTBOX_MESSAGE_CODEC.validate_json(OLD_LETTER) == OutboxMessage(
        Channel.LINE,
        b"back",
        "th",
        (
            Reply(
                "thread.answer",
                MUST_ARRIVE,
                {"question": Phrase("thread.taken_back"), "answer": "ได้"},
                (Choice("/answer.1", "choice.more"),),
                ExpectedInput.PICK,
                ASKS_FOR_QUESTION,
            ),
            Reply("staff.notice.new", MUST_ARRIVE, {"number": "1/2570", "due": "7 ธันวาคม 2569"}),
        ),
    )


def test_old_answers_are_read() -> None:
    timeline = (Phrase("entry.filed", {"on": "1"}), Phrase("literal", {"text": "x"}))
    status = {"status": Phrase("status.open"), "count": 3, "timeline": timeline}
    says = (
        Reply("track.status", MUST_ARRIVE, status, presentation=AS_CASE_STATUS),
        Reply("pick.stale", NEUTRAL),
    )
    assert decode_answers(OLD_ANSWERS) == {"00ff": Answer(says, "en", duplicate=True)}


@pytest.mark.parametrize(
    ("key", "policy"),
    [
        ("menu.again", NEUTRAL),
        ("inquiry.one", NEUTRAL),
        ("thread.more", NEUTRAL),
        ("report.review", OF_CASE),
        ("thread.held", OF_CASE),
        ("staff.help.all", OF_CASE),
        ("staff.facts", OFFICER_CONTENT),
        ("staff.history", OFFICER_CONTENT),
        ("staff.join.secret", OFFICER_CONTENT),
        ("inquiry.opinion_contact", OFFICER_CONTENT),
    ],
)
def test_the_policy_of_an_old_reply_follows_its_key(key: str, policy: ReplyPolicy) -> None:
    old = json.dumps({"00": {"lang": "th", "says": [{"key": key, "certain": False}]}}).encode()
    assert decode_answers(old)["00"].replies[0].policy == policy


@pytest.mark.parametrize(
    ("key", "presentation"),
    [
        ("menu.again", AS_USUAL),
        ("ask.too_long", AS_USUAL),
        ("help.text", AS_SECTION),
        ("notice.rule", AS_PLAIN_SECTION),
        ("report.filed", AS_RECEIPT),
        ("ask.filed", AS_RECEIPT),
        ("ask.filed_code", AS_SECTION),
        ("report.review", AS_REVIEW),
        ("staff.too_long", KEEPS_TEXT),
        ("staff.confirm.ask", Presentation(officer_page=OfficerPageAction.CONFIRM)),
        ("staff.held.now", Presentation(officer_page=OfficerPageAction.RELOAD)),
        ("officer.closed", Presentation(officer_page=OfficerPageAction.CLOSE)),
        ("officer.title", Presentation(officer_page=OfficerPageAction.ENTER)),
    ],
)
def test_an_old_reply_is_shown_as_its_version_showed_it(key: str, presentation: Presentation) -> None:
    old = json.dumps({"00": {"lang": "th", "says": [{"key": key}]}}).encode()
    assert decode_answers(old)["00"].replies[0].presentation == presentation


def test_the_titles_of_found_answers_stand_on_buttons_in_an_old_reply_too() -> None:
    old = {"key": "ask.found", "choices": [{"data": "1.m1", "key": "literal"}], "wants": "pick"}
    stored = json.dumps({"0": {"lang": "th", "says": [old]}}).encode()
    (reply,) = decode_answers(stored)["0"].replies
    assert reply.presentation == Presentation(text_label=TextLabel.QUESTION, args_as_buttons="titles")


@pytest.mark.parametrize("policy", [NEUTRAL, OF_CASE, OFFICER_CONTENT, MUST_ARRIVE])
def test_a_reply_keeps_what_it_says_whatever_its_key(policy: ReplyPolicy) -> None:
    letter = OutboxMessage(
        Channel.WEB, b"", "th", (Reply("staff.facts", policy, {"why": Phrase("x")}, presentation=AS_REVIEW),)
    )
    assert OUTBOX_MESSAGE_CODEC.validate_json(encode_outbox_message(letter)) == letter


def test_an_answer_is_read_as_the_one_to_an_event_that_occurs_again() -> None:
    says = (Reply("track.status", OF_CASE, {"status": Phrase("status.open")}, presentation=AS_CASE_STATUS),)
    stored = encode_answers({"00": Answer(says, "en", outbox_ids=("row",))})
    assert json.loads(stored)["00"].keys() == {"lang", "says"}
    assert decode_answers(stored) == {"00": Answer(says, "en", duplicate=True)}
