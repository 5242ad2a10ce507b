"""Replies that versions up to 0.5.1 stored: how each is sent and shown follows from its wording key."""

import pytest
from pydantic import TypeAdapter

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
    OfficerPageAction,
    Phrase,
    Presentation,
    Reply,
    ReplyPolicy,
)
from storage.stored_replies import StoredReply, derive_legacy_policy, derive_legacy_presentation

CODEC = TypeAdapter(StoredReply)


@pytest.mark.parametrize(
    ("key", "certain", "policy"),
    [
        ("menu.hello", False, NEUTRAL),
        ("report.story", False, NEUTRAL),
        ("report.review", False, OF_CASE),
        ("report.filed", True, MUST_ARRIVE),
        ("track.status", True, MUST_ARRIVE),
        ("track.ask", False, OF_CASE),
        ("confirm.wrong", False, OF_CASE),
        ("news.on", False, OF_CASE),
        ("news.off", False, NEUTRAL),
        ("thread.held", False, OF_CASE),
        ("thread.more", False, NEUTRAL),
        ("staff.line", False, OF_CASE),
        ("staff.facts", False, OFFICER_CONTENT),
        ("staff.join.secret", False, OFFICER_CONTENT),
        ("inquiry.opinion_contact", False, OFFICER_CONTENT),
        ("inquiry.line", False, NEUTRAL),
        ("staff.facts", True, MUST_ARRIVE.combine(OFFICER_CONTENT)),
        ("", False, NEUTRAL),
    ],
)
def test_the_policy_of_a_key(key: str, certain: bool, policy: ReplyPolicy) -> None:
    assert derive_legacy_policy(key, certain=certain) == policy


@pytest.mark.parametrize(
    ("key", "asks", "presentation"),
    [
        ("notice.about", False, AS_SECTION),
        ("notice.rule", False, AS_PLAIN_SECTION),
        ("report.filed", False, AS_RECEIPT),
        ("report.review", True, AS_REVIEW),
        ("track.status", True, AS_CASE_STATUS),
        ("ask.suspect", True, ASKS_FOR_QUESTION),
        ("ask.suspect", False, AS_USUAL),
        ("thread.status", True, ASKS_FOR_QUESTION),
        ("report.story", True, AS_USUAL),
        ("staff.too_long", False, KEEPS_TEXT),
        ("officer.closed", False, Presentation(officer_page=OfficerPageAction.CLOSE)),
        ("", False, AS_USUAL),
    ],
)
def test_the_presentation_of_a_key(key: str, asks: bool, presentation: Presentation) -> None:
    assert derive_legacy_presentation(key, asks=asks) == presentation


def test_a_reply_of_an_earlier_version_is_read_with_the_phrases_in_it() -> None:
    stored = {
        "key": "track.status",
        "args": {
            "status": {"key": "status.received", "args": {}},
            "timeline": [{"key": "entry.filed", "args": {"on": "1"}}],
        },
        "choices": [{"data": "7.leave", "key": "choice.leave", "args": {}}],
        "wants": "pick",
        "certain": True,
    }
    reply = CODEC.validate_python(stored)
    assert (reply.policy, reply.presentation) == (MUST_ARRIVE, AS_CASE_STATUS)
    assert reply.args == {
        "status": Phrase("status.received"),
        "timeline": (Phrase("entry.filed", {"on": "1"}),),
    }
    assert reply.choices[0].data == "7.leave"


def test_a_reply_of_today_says_it_itself() -> None:
    reply = Reply("report.filed", NEUTRAL, {"n": 1})
    assert CODEC.validate_json(CODEC.dump_json(reply)) == reply
    assert CODEC.validate_python(reply) is reply
