"""Rendering for LINE: every reply is accepted, no text is lost, and every choice can be tapped or typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.line.flex import replace_cards_with_text
from bot.platforms.line.render import (
    LIMITS,
    render_payload_batches,
)
from handlers.dialog.replies import NEUTRAL, OF_CASE, Message
from tests.bot.platforms.line.api_rules import (
    find_reference_violations,
    load_line_rules,
    needs_contracts,
)
from tests.properties import examples

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)
lines = st.lists(words | words.map(": ".__add__) | words.map("{}: ".format), max_size=9).map("\n".join)
long = st.builds(lambda text, times: (text + " ") * times, words, st.integers(1, 300))
choices = st.lists(st.tuples(words.filter(str.strip), st.from_regex(r"\A\d\.[a-z]{1,9}\Z")), max_size=15)
message = st.builds(
    Message,
    words | lines | long,
    st.just(NEUTRAL),
    choices.map(tuple),
    st.sampled_from([None, "0123-4567-89AB-CDEF-V"]),
    expects_text=st.booleans(),
    is_card=st.booleans(),
)


@needs_contracts
@examples(150)
@given(st.lists(message, min_size=1, max_size=4))
def test_line_takes_whatever_is_said(several: list[Message]) -> None:
    reply = load_line_rules().find_operation("POST", "/v2/bot/message/reply")
    assert reply is not None
    batches = render_payload_batches(several)
    assert batches
    for batch in batches:
        assert load_line_rules().find_violations(reply[0], {"replyToken": "t", "messages": batch}) == []
    shown = "".join(
        "".join(one.get("text") or one.get("altText") for batch in batches for one in batch).split()
    )
    for one in several:
        assert "".join(one.text.split()) in shown
        assert all("".join(label.split()) in shown for label, _ in one.choices)


@pytest.mark.parametrize("text", ["หัวข้อ\n: )\nจบ", "หัวข้อ\nก: ", "หัวข้อ\n:  ", "\n".join("5" * 450)])
def test_a_card_that_line_would_refuse_is_none(text: str) -> None:
    (batch,) = render_payload_batches([Message(text, OF_CASE, is_card=True)])
    assert list(find_reference_violations({"messages": batch})) == []
    assert "".join(text.split()) in "".join((batch[0].get("text") or batch[0]["altText"]).split())


def test_a_card_in_plain_words_keeps_its_choices() -> None:
    (batch,) = render_payload_batches(
        [Message("ก่อน", NEUTRAL), Message("หัวข้อ\nตัว", OF_CASE, (("ข้าม", "1.skip"),), is_card=True)]
    )
    words = replace_cards_with_text(batch)
    assert words is not None
    assert [one["type"] for one in words] == ["text", "text"]
    assert words[-1]["text"] == batch[-1]["altText"]
    assert words[-1]["quickReply"] == batch[-1]["quickReply"]
    assert replace_cards_with_text(words) is None


def test_much_goes_in_several_batches_with_the_choices_at_the_end() -> None:
    several = [Message("ก" * LIMITS.text_units, NEUTRAL)] * 6 + [Message("ถาม", NEUTRAL, (("ตอบ", "1.a"),))]
    batches = render_payload_batches(several)
    assert [len(batch) for batch in batches] == [5, 2]
    assert "quickReply" not in str(batches[0])
    assert batches[1][-1]["quickReply"]["items"][0]["action"]["data"] == "1.a"


def test_what_tells_of_a_matter_is_not_shown_as_the_persons_words() -> None:
    (batch,) = render_payload_batches(
        [Message("ถาม", NEUTRAL, (("รับสินบน", "3.bribe"), ("ข้าม", "3.skip"), ("เมนู", "/start")))]
    )
    actions = [item["action"] for item in batch[0]["quickReply"]["items"]]
    assert [action.get("displayText") for action in actions] == [None, "ข้าม", "เมนู"]
