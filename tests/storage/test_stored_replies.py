"""Replies stored by versions up to 0.5.1 have no delivery policy: they are read with the one that applied then."""

import json

import pytest
from pydantic import TypeAdapter

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
from storage.stored_replies import StoredReply

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
    ("key", "certain", "policy"),
    [
        ("", False, NEUTRAL),
        ("menu.again", False, NEUTRAL),
        ("menu.hello", False, NEUTRAL),
        ("inquiry.line", False, NEUTRAL),
        ("inquiry.one", False, NEUTRAL),
        ("news.off", False, NEUTRAL),
        ("report.story", False, NEUTRAL),
        ("thread.more", False, NEUTRAL),
        ("confirm.wrong", False, OF_CASE),
        ("news.on", False, OF_CASE),
        ("report.review", False, OF_CASE),
        ("staff.help.all", False, OF_CASE),
        ("staff.line", False, OF_CASE),
        ("thread.held", False, OF_CASE),
        ("track.ask", False, OF_CASE),
        ("inquiry.opinion_contact", False, OFFICER_CONTENT),
        ("staff.facts", False, OFFICER_CONTENT),
        ("staff.history", False, OFFICER_CONTENT),
        ("staff.join.secret", False, OFFICER_CONTENT),
        ("report.filed", True, MUST_ARRIVE),
        ("track.status", True, MUST_ARRIVE),
        ("staff.facts", True, MUST_ARRIVE.combine(OFFICER_CONTENT)),
    ],
)
def test_the_policy_of_an_old_reply_follows_its_key(key: str, certain: bool, policy: ReplyPolicy) -> None:
    old = json.dumps({"00": {"lang": "th", "says": [{"key": key, "certain": certain}]}}).encode()
    assert decode_answers(old)["00"].replies[0].policy == policy


@pytest.mark.parametrize(
    ("key", "asks", "presentation"),
    [
        ("", False, AS_USUAL),
        ("menu.again", False, AS_USUAL),
        ("ask.too_long", False, AS_USUAL),
        ("ask.suspect", False, AS_USUAL),
        ("report.story", True, AS_USUAL),
        ("ask.suspect", True, ASKS_FOR_QUESTION),
        ("thread.status", True, ASKS_FOR_QUESTION),
        ("help.text", False, AS_SECTION),
        ("notice.about", False, AS_SECTION),
        ("notice.rule", False, AS_PLAIN_SECTION),
        ("report.filed", False, AS_RECEIPT),
        ("ask.filed", False, AS_RECEIPT),
        ("ask.filed_code", False, AS_SECTION),
        ("report.review", False, AS_REVIEW),
        ("report.review", True, AS_REVIEW),
        ("track.status", True, AS_CASE_STATUS),
        ("staff.too_long", False, KEEPS_TEXT),
        ("staff.confirm.ask", False, Presentation(officer_page=OfficerPageAction.CONFIRM)),
        ("staff.held.now", False, Presentation(officer_page=OfficerPageAction.RELOAD)),
        ("officer.closed", False, Presentation(officer_page=OfficerPageAction.CLOSE)),
        ("officer.title", False, Presentation(officer_page=OfficerPageAction.ENTER)),
    ],
)
def test_an_old_reply_is_shown_as_its_version_showed_it(
    key: str, asks: bool, presentation: Presentation
) -> None:
    choices = [{"data": "1.yes", "key": "choice.yes"}] if asks else []
    old = json.dumps({"00": {"lang": "th", "says": [{"key": key, "choices": choices}]}}).encode()
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


def test_a_reply_that_is_one_already_stays_as_it_is() -> None:
    codec, reply = TypeAdapter(StoredReply), Reply("report.filed", NEUTRAL, {"n": 1})
    assert codec.validate_python(reply) is reply
    assert codec.validate_json(codec.dump_json(reply)) == reply
