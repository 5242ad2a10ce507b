"""Surveys: each kind of question with what people do at it, the review, and a suspected complaint."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.consultations.survey import (
    SurveyQuestion,
    SurveyState,
    ask_if_complaint,
    ask_next_question,
    ask_survey_question,
    find_previous_key,
    format_survey_answers,
    handle_complaint_check,
    handle_survey_answer,
    is_possible_complaint,
    parse_review_choice,
    show_survey_review,
)
from handlers.dialog.choices import STALE, Option, StaleChoice, make_options
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.replies import (
    ASKS_FOR_QUESTION,
    NEUTRAL,
    Choice,
    ExpectedInput,
    Phrase,
    Reply,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session
from handlers.office import Bilingual
from tests.in_memory_desk import MORNING
from tests.run_decision import begin_session, make_buttons, make_context, make_event, pick, run_decision

TOPIC = DialogTopic.OPINION
ONE = SurveyQuestion("one", Phrase("opinion.topic"), make_options(("agree", "pass")), optional=False)
MANY = SurveyQuestion(
    "many",
    raw_text("สีใด"),
    (Option("r", Bilingual(th="แดง")), Option("g", Bilingual(th="เขียว"))),
    multiple=True,
)
TEXT = SurveyQuestion("text", raw_text("เล่า"), short_title=raw_text("เล่าย่อ"))
MUST = SurveyQuestion("must", raw_text("ติดต่อ"), optional=False)
ITEMS = (ONE, MANY, TEXT, MUST)


def at(step: str, **answers: str) -> Session:
    return begin_session(topic=TOPIC, step=step, at=MORNING, answers=answers)


def give(event: Event, session: Session) -> TurnResult | SurveyState:
    return handle_survey_answer(make_context(event, session), TOPIC, ITEMS)


def values(turn: TurnResult) -> list[str]:
    return [choice.data.partition(".")[2] for choice in turn.replies[-1].choices]


@pytest.mark.parametrize(
    ("session", "offered"),
    [
        (at("one"), ["agree", "pass", "leave"]),
        (at("one", one="agree"), ["agree", "pass", "next", "leave"]),
        (at("many"), ["r", "g", "skip", "back", "leave"]),
        (at("many", many="g"), ["r", "g", "done", "back", "leave"]),
        (at("text"), ["skip", "back", "leave"]),
        (at("text", text="ก"), ["next", "back", "leave"]),
        (at("must"), ["back", "leave"]),
        (at("must", must="ก"), ["next", "back", "leave"]),
        (at("unknown"), ["agree", "pass", "leave"]),
    ],
)
def test_what_each_question_offers(session: Session, offered: list[str]) -> None:
    key = session.step if session.step != "unknown" else "one"
    assert values(ask_survey_question(make_context(make_event(), session), TOPIC, ITEMS, key)) == offered


def test_a_question_says_its_place_and_what_was_answered() -> None:
    before = at("many", text="ก", many="g")
    after = before.replace(step="text", prompt_number=8)
    reply = Reply(
        "poll.item",
        NEUTRAL,
        {"title": raw_text("เล่า"), "place": 3, "of": 4, "so_far": Phrase("poll.so_far", {"answer": "ก"})},
        make_buttons(after, "next", "back", "leave"),
        wants=ExpectedInput.TEXT,
    )
    note = Reply("pick.stale", NEUTRAL)
    asked = ask_survey_question(make_context(make_event(), before), TOPIC, ITEMS, "text", note)
    assert asked == TurnResult(after, (note, reply))
    assert ask_survey_question(make_context(make_event(), after), TOPIC, ITEMS, "text").session == after


def test_what_was_picked_of_several_is_ticked() -> None:
    turn = ask_survey_question(make_context(make_event(), at("many", many="g")), TOPIC, ITEMS, "many")
    assert turn.replies[0].choices[:2] == (
        Choice("7.r", "literal", {"text": "แดง"}),
        Choice("7.g", "literal", {"text": "✓ เขียว"}),
    )
    assert turn.replies[0].args["so_far"] == raw_text("")


@pytest.mark.parametrize(
    ("event", "session", "answers", "direction", "has_text"),
    [
        (pick(at("one"), "agree"), at("one"), {"one": "agree"}, "onward", False),
        (make_event("๒"), at("one"), {"one": "pass"}, "onward", False),
        (make_event("2"), at("one", one="agree"), {"one": "pass"}, "onward", False),
        (make_event("ข้าม"), at("many"), {}, "onward", False),
        (pick(at("many"), "done"), at("many", many="r"), {"many": "r"}, "onward", False),
        (make_event("เสร็จแล้ว"), at("many", many="r"), {"many": "r"}, "onward", False),
        (make_event("คิวยาว"), at("text"), {"text": "คิวยาว"}, "onward", True),
        (make_event("1"), at("text"), {"text": "1"}, "onward", True),
        (make_event("ข้าม"), at("text"), {}, "onward", False),
        (make_event("😡"), at("text"), {"text": "😡"}, "onward", True),
        (make_event("ก" * 2000), at("text"), {"text": "ก" * 2000}, "onward", True),
        (make_event("ใหม่"), at("text", text="เดิม"), {"text": "ใหม่"}, "onward", True),
        (make_event("ยกเลิก"), at("text", one="agree"), {"one": "agree"}, "leave", False),
        (pick(at("one"), "leave"), at("one"), {}, "leave", False),
    ],
)
def test_an_answer_goes_on_or_leaves(
    event: Event, session: Session, answers: dict[str, str], direction: str, has_text: bool
) -> None:
    state = give(event, session)
    after = make_context(event, session.replace(answers=answers))
    assert state == SurveyState(after, direction, has_text=has_text)


@pytest.mark.parametrize(
    ("event", "session", "step", "answers", "note"),
    [
        (pick(at("many"), "r"), at("many"), "many", {"many": "r"}, None),
        (pick(at("many"), "r"), at("many", many="r"), "many", {"many": ""}, None),
        (pick(at("many"), "r"), at("many", many="g"), "many", {"many": "r,g"}, None),
        (make_event("เขียว"), at("many"), "many", {"many": "g"}, None),
        (pick(at("many"), "back"), at("many", one="agree"), "one", {"one": "agree"}, None),
        (make_event("กลับ"), at("must"), "text", {}, None),
        (make_event("ขอบคุณ"), at("one"), "one", {}, "pick.unclear"),
        (make_event("ไม่ใช่ไม่มี"), at("text"), "text", {}, "pick.unclear"),
        (make_event("เอ๊ะ"), at("many"), "many", {}, "pick.unknown"),
        (make_event(choice="6.agree"), at("one"), "one", {}, "pick.stale"),
        (make_event(choice="7.back"), at("one"), "one", {}, "pick.stale"),
        (make_event(""), at("text"), "text", {}, "text.empty"),
        (make_event("ก" * 2001), at("text"), "text", {}, "ask.too_long"),
    ],
)
def test_what_asks_a_question_again(
    event: Event, session: Session, step: str, answers: dict[str, str], note: str | None
) -> None:
    turn = give(event, session)
    assert isinstance(turn, TurnResult)
    assert turn.session is not None
    assert (turn.session.step, turn.session.answers) == (step, answers)
    assert [reply.key for reply in turn.replies] == [*([note] if note else []), "poll.item"]


def test_a_text_that_is_too_long_goes_back_into_the_input() -> None:
    turn = give(make_event("ก" * 2001), at("text"))
    assert isinstance(turn, TurnResult)
    assert turn.replies[0].args == {"limit": "2,000", "count": "2,001", "unsent": "ก" * 2001}


def test_hidden_characters_are_mentioned() -> None:
    state = give(make_event("ก\u202e"), at("text"))
    assert isinstance(state, SurveyState)
    assert state.notes == (Reply("text.removed", NEUTRAL, {"count": 1}),)


@pytest.mark.parametrize(
    ("step", "following"), [("one", "many"), ("many", "text"), ("text", "must"), ("must", None), ("", "one")]
)
def test_the_next_question(step: str, following: str | None) -> None:
    turn = ask_next_question(make_context(make_event(), at(step)), TOPIC, ITEMS)
    assert (turn.session.step if turn and turn.session else None) == following


@pytest.mark.parametrize(
    ("step", "previous"), [("one", "one"), ("many", "one"), ("must", "text"), ("review", "must")]
)
def test_the_previous_question(step: str, previous: str) -> None:
    assert find_previous_key(ITEMS, step) == previous


def test_the_review_lists_every_answer() -> None:
    before = at("must", one="agree", many="r,g,gone", text="คิวยาว")
    after = before.replace(step="review", prompt_number=8)
    lines = (
        Phrase("poll.line", {"title": Phrase("opinion.topic"), "answer": (Phrase("choice.agree"),)}),
        Phrase("poll.line", {"title": raw_text("สีใด"), "answer": (raw_text("แดง"), raw_text("เขียว"))}),
        Phrase("poll.line", {"title": raw_text("เล่าย่อ"), "answer": raw_text("คิวยาว")}),
        Phrase("poll.line", {"title": raw_text("ติดต่อ"), "answer": Phrase("poll.nothing")}),
    )
    ctx = make_context(make_event(), before)
    assert format_survey_answers(ITEMS, before.answers, ctx) == lines
    buttons = make_buttons(after, "give", "back", "leave")
    reply = Reply("poll.review", NEUTRAL, {"lines": lines}, buttons, wants=ExpectedInput.PICK)
    assert show_survey_review(ctx, TOPIC, ITEMS) == TurnResult(after, (reply,))
    assert show_survey_review(make_context(make_event(), after), TOPIC, ITEMS).session == after
    assert values(show_survey_review(ctx, TOPIC, ITEMS, hears=True)) == ["give", "give_hear", "back", "leave"]


@pytest.mark.parametrize(
    ("event", "hears", "choice"),
    [
        (make_event(choice="7.give"), False, "give"),
        (make_event(choice="7.give_hear"), False, STALE),
        (make_event(choice="7.give_hear"), True, "give_hear"),
        (make_event("1"), False, "give"),
        (make_event("2"), False, "back"),
        (make_event("2"), True, "give_hear"),
        (make_event("ส่ง"), False, "give"),
        (make_event("กลับ"), True, "back"),
        (make_event("อะไร"), True, None),
        (make_event(choice="6.give"), True, STALE),
    ],
)
def test_what_is_picked_at_the_review(event: Event, hears: bool, choice: str | StaleChoice | None) -> None:
    assert parse_review_choice(make_context(event, at("review")), hears=hears) == choice


# A suspected complaint.

SUSPECT = at("suspect", text="ครูเรียกรับเงิน").replace(resume="text")


@pytest.mark.parametrize(
    ("session", "possible"),
    [
        (at("text", text="ครูเรียกรับเงิน"), True),
        (at("text", text="ครูเรียกรับเงิน", suspect="1"), False),
        (at("text", text="คิวยาว"), False),
        (at("wish", text="ครูเรียกรับเงิน"), False),
        (at("text"), False),
    ],
)
def test_when_an_answer_is_suspected_to_be_a_complaint(session: Session, possible: bool) -> None:
    assert is_possible_complaint(make_context(make_event(), session)) is possible


def test_asking_whether_it_is_a_complaint_keeps_the_session_off_the_disk() -> None:
    before = at("text", text="ครูเรียกรับเงิน")
    turn = ask_if_complaint(make_context(make_event(), before))
    after = before.replace(step="suspect", resume="text", prompt_number=8)
    reply = Reply(
        "ask.suspect",
        NEUTRAL,
        {},
        make_buttons(after, "complain", "mere", "leave"),
        wants=ExpectedInput.PICK,
        presentation=ASKS_FOR_QUESTION,
    )
    assert turn == TurnResult(after, (reply,))
    assert after.memory_only
    assert ask_if_complaint(make_context(make_event(), after)).session == after


def go_on(ctx: Context, *notes: Reply) -> Decision:
    yield from ()
    return TurnResult(ctx.session, notes)


@pytest.mark.parametrize(
    ("event", "keys", "answers"),
    [
        (pick(SUSPECT, "complain"), ("ask.handover", "welcome.again"), {}),
        (make_event("1"), ("ask.handover", "welcome.again"), {}),
        (pick(SUSPECT, "leave"), ("ask.forgotten", "welcome.again"), {}),
        (pick(SUSPECT, "mere"), (), {"text": "ครูเรียกรับเงิน", "suspect": "1"}),
        (make_event("ไม่ใช่นะ"), (), {"text": "ครูเรียกรับเงิน", "suspect": "1"}),
        (make_event("ไม่แน่ใจ"), ("pick.unclear", "ask.suspect"), SUSPECT.answers),
        (make_event("เอ๊ะ"), ("pick.unknown", "ask.suspect"), SUSPECT.answers),
        (make_event(choice="1.mere"), ("pick.stale", "ask.suspect"), SUSPECT.answers),
    ],
)
def test_the_answer_to_whether_it_is_a_complaint(
    event: Event, keys: tuple[str, ...], answers: dict[str, str]
) -> None:
    outcome = run_decision(
        handle_complaint_check(make_context(event, SUSPECT), "https://complaints.example", go_on)
    )
    assert (outcome.keys, outcome.kept.answers, outcome.acts) == (keys, answers, ())
    if not keys:
        assert (outcome.kept.step, outcome.kept.resume) == ("text", "")


EVENTS = st.one_of(
    st.builds(make_event, st.text(max_size=20)),
    st.builds(make_event, st.sampled_from(["ข้าม", "กลับ", "1", "๒", "คิวยาว", "ยกเลิก"])),
    st.builds(lambda data: make_event(choice=data), st.sampled_from(["7.r", "8.back", "9.skip", "x", ""])),
)


@given(st.sampled_from([item.key for item in ITEMS]), st.lists(EVENTS, max_size=8))
def test_no_answer_leaves_a_person_without_a_way_on(step: str, events: list[Any]) -> None:
    session = at(step)
    for event in events:
        turn = give(event, session)
        if isinstance(turn, SurveyState):
            turn = ask_next_question(turn.ctx, TOPIC, ITEMS) or show_survey_review(turn.ctx, TOPIC, ITEMS)
        assert turn.session is not None
        assert turn.replies[-1].choices
        session = turn.session
        if session.step == "review":
            break
