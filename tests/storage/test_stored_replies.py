"""Rows of versions up to 0.5.1 hold replies without a policy: they are read with the one that those versions gave."""

import json

import pytest

from handlers.dialog.events import Channel
from handlers.dialog.replies import (
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    ExpectedInput,
    Phrase,
    Reply,
    ReplyPolicy,
)
from storage.serialization import (
    OUTBOX_MESSAGE_CODEC,
    STORED_ANSWERS_CODEC,
    OutboxMessage,
    StoredAnswer,
    encode_outbox_message,
)

OLD_LETTER = """{"channel": "line", "back": "YmFjaw==", "lang": "th", "says": [
    {"key": "thread.answer", "args": {"question": {"key": "thread.taken_back"}, "answer": "ได้"},
     "choices": [{"data": "/answer.1", "key": "choice.more"}], "certain": true, "wants": "pick"},
    {"key": "staff.notice.new", "args": {"number": "1/2570", "due": "7 ธันวาคม 2569"}, "certain": true}]}"""

OLD_ANSWERS = """{"00ff": {"lang": "en", "says": [
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
            ),
            Reply("staff.notice.new", MUST_ARRIVE, {"number": "1/2570", "due": "7 ธันวาคม 2569"}),
        ),
    )


def test_old_answers_are_read() -> None:
    timeline = (Phrase("entry.filed", {"on": "1"}), Phrase("literal", {"text": "x"}))
    status = {"status": Phrase("status.open"), "count": 3, "timeline": timeline}
    says = (Reply("track.status", MUST_ARRIVE, status), Reply("pick.stale", NEUTRAL))
    assert STORED_ANSWERS_CODEC.validate_json(OLD_ANSWERS) == {"00ff": StoredAnswer("en", says)}


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
    old = json.dumps({"00": {"lang": "th", "says": [{"key": key, "certain": False}]}})
    assert STORED_ANSWERS_CODEC.validate_json(old)["00"].says == (Reply(key, policy),)


@pytest.mark.parametrize("policy", [NEUTRAL, OF_CASE, OFFICER_CONTENT, MUST_ARRIVE])
def test_a_reply_keeps_its_policy_whatever_its_key(policy: ReplyPolicy) -> None:
    letter = OutboxMessage(Channel.WEB, b"", "th", (Reply("staff.facts", policy, {"why": Phrase("x")}),))
    assert OUTBOX_MESSAGE_CODEC.validate_json(encode_outbox_message(letter)) == letter
