"""Surveys, shared by feedback and consultations: questions that may be skipped, then a review of the answers."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from handlers.dialog.answers import list_text_warnings
from handlers.dialog.choices import (
    STALE,
    Option,
    ParsedChoice,
    UnclearChoice,
    explain_no_choice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, Query, TurnResult
from handlers.dialog.led_choices import split_led_choice
from handlers.dialog.replies import (
    ASKS_FOR_QUESTION,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session, UnconfirmedText, advance_prompt
from handlers.dialog.text import shorten_text
from handlers.dialog.unasked import (
    DROP_TEXT,
    MAX_QUOTE_LENGTH,
    describe_unknown_choice,
    drop_held_text,
    hold_text,
    is_slip_at_choice,
)
from handlers.office import Bilingual
from handlers.questions.ask import build_handover_reply
from handlers.questions.menu import show_service_menu
from handlers.questions.misdirected import is_complaint
from handlers.thai.text import clean_text

T = TypeVar("T")
QueryGenerator: TypeAlias = Generator[Query[Any], Any, T]

MAX_SURVEY_TEXT = 2000
"""Characters of a typed answer."""

TICK = "✓ "
REVIEW_STEP = "review"
SUSPECT_STEP = "suspect"


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question. options: what may be picked, empty where a text is asked for; multiple: several may be picked.

    short_title: its title in one line, where `title` is longer.
    """

    key: str
    title: Phrase
    options: tuple[Option, ...] = ()
    multiple: bool = False
    optional: bool = True
    short_title: Phrase | None = None

    @property
    def is_scale(self) -> bool:
        """Whether its options stand for points, so that a typed number is the points."""
        return any(option.points is not None for option in self.options)

    @property
    def expected_input(self) -> ExpectedInput:
        """The kind of answer that it expects."""
        if self.is_scale:
            return ExpectedInput.SCALE
        return ExpectedInput.PICK if self.options else ExpectedInput.TEXT


@dataclass(frozen=True, slots=True)
class SurveyState:
    """The result of a message that answers the question or leaves the survey. ctx: the context after it.

    direction: `onward` or `leave`; has_text: the message was a typed text.
    """

    ctx: Context
    direction: str
    notes: tuple[Reply, ...] = ()
    has_text: bool = False


def ask_survey_question(
    ctx: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], key: str, *before: Reply
) -> TurnResult:
    """Ask the question of a key. Asking the same one again keeps its earlier buttons valid."""
    session = ctx.session if ctx.session.step == key else advance_prompt(ctx.session, step=key)
    session = session.replace(topic=topic)
    item = _find_question(items, key)
    place = [one.key for one in items].index(key) + 1
    args: dict[str, ReplyArg] = {"title": item.title, "place": place, "of": len(items)}
    answer = session.answers.get(key, "")
    args["so_far"] = (
        Phrase("poll.so_far", {"answer": answer}) if answer and not item.options else raw_text("")
    )
    if session.unconfirmed is not None:
        return TurnResult(session, (*before, _build_text_question(session, items)))
    choices = to_choices(_list_options(items, item, session), session)
    question = Reply("poll.item", NEUTRAL, args, choices, wants=item.expected_input)
    return TurnResult(session, (*before, question))


def handle_survey_answer(
    ctx: Context, topic: DialogTopic, items: Sequence[SurveyQuestion]
) -> TurnResult | SurveyState:
    """Handle a message at the present question: return its result, or the turn that asks a question again."""
    item = _find_question(items, ctx.session.step)
    ctx, notes = _split_led_choice(items, ctx) or (ctx, ())
    choice = parse_choice(
        ctx.event, ctx.session, _list_options(items, item, ctx.session), numbers=bool(item.options)
    )
    if choice is STALE or isinstance(choice, UnclearChoice) or (choice is None and item.options):
        note = explain_no_choice(choice, _explain_unknown(item, ctx))
        return ask_survey_question(ctx, topic, items, item.key, note)
    if choice is None:
        return _accept_survey_text(ctx, topic, items, item)
    if choice == "leave":
        return SurveyState(ctx, "leave")
    if choice == "back":
        return ask_survey_question(ctx, topic, items, find_previous_key(items, item.key), *notes)
    if choice in {"skip", "next", "done"}:
        return SurveyState(ctx, "onward", notes)
    if item.multiple:
        return ask_survey_question(_toggle_option(ctx, item, choice), topic, items, item.key, *notes)
    return SurveyState(
        ctx.replace_session(answers={**ctx.session.answers, item.key: choice}), "onward", notes
    )


def _split_led_choice(
    items: Sequence[SurveyQuestion], ctx: Context
) -> tuple[Context, tuple[Reply, ...]] | None:
    """Split a choice from what is told after it, which may be a comment but no complaint of corruption."""
    item, target = _find_question(items, ctx.session.step), _find_text_key(items, ctx.session.step)
    if ctx.session.step == REVIEW_STEP or not (item.options and target) or is_complaint(ctx.event.text or ""):
        return None
    options = _list_options(items, item, ctx.session)
    if parse_choice(ctx.event, ctx.session, options, numbers=True) is not None:
        return None
    return split_led_choice(ctx, item.options, field=target)


def take_unasked_text(
    ctx: Context, items: Sequence[SurveyQuestion], address: str
) -> tuple[Context, tuple[Reply, ...]] | None:
    """Handle a text that came where a choice is asked: it waits until the person says whether it is a comment.

    Return the context and notes with which the present question is asked again; None where the message is handled as
    usual. What may be a complaint of corruption is not kept: the person is told where it is received, at `address`.
    """
    held, session = ctx.session.unconfirmed, ctx.session
    item = _find_question(items, session.step)
    is_review = session.step == REVIEW_STEP
    here = _REVIEW_OPTIONS_WITH_NEWS if is_review else _list_options(items, item, session)
    if held is not None:
        choice = parse_choice(ctx.event, session, _TEXT_OPTIONS, numbers=True)
        if isinstance(choice, str):
            return _decide_on_text(ctx, held, choice)
        picked = parse_choice(ctx.event, session, here, numbers=False)
        if picked in {"give", "give_hear"}:
            return ctx, (Reply("unasked.before_give", NEUTRAL),)
        if picked is not None:
            return None
    elif (
        not (is_review or item.options)
        or parse_choice(ctx.event, session, here, numbers=True) is not None
        or _split_led_choice(items, ctx) is not None
    ):
        return None
    if is_slip_at_choice(ctx.event):
        return ctx, (
            _explain_unknown(item, ctx) if not (is_review or held) else describe_unknown_choice(ctx.event),
        )
    if is_complaint(ctx.event.text or ""):
        return ctx, (build_handover_reply(ctx, address),)
    target = _find_text_key(items, session.step)
    return hold_text(ctx, field=target) if target else None


def _explain_unknown(item: SurveyQuestion, ctx: Context) -> Reply:
    """Say what may be given where a text picks nothing: points at a scale."""
    return Reply("pick.points", NEUTRAL) if item.is_scale else describe_unknown_choice(ctx.event)


def _find_text_key(items: Sequence[SurveyQuestion], step: str) -> str:
    """Return the question in words that is nearest before a step, else the first after it; empty for none."""
    keys = [one.key for one in items]
    place = keys.index(step) if step in keys else len(keys)
    before = [one.key for one in items[:place] if not one.options]
    after = [one.key for one in items[place:] if not one.options]
    return [*before[-1:], *after[:1], ""][0]


def _decide_on_text(ctx: Context, held: UnconfirmedText, choice: str) -> tuple[Context, tuple[Reply, ...]]:
    """Add the waiting text to the answer that it may be, or leave it out. What is too long for it is given back."""
    decided = ctx.with_session(drop_held_text(ctx.session))
    if choice == DROP_TEXT:
        return decided, (
            Reply("unasked.not_kept", OF_CASE, {"text": shorten_text(held.text, MAX_QUOTE_LENGTH)}),
        )
    answer = "\n".join(filter(None, (ctx.session.answers.get(held.field), held.text)))
    if len(answer) > MAX_SURVEY_TEXT:
        counts = {"limit": f"{MAX_SURVEY_TEXT:,}", "count": f"{len(answer):,}"}
        return decided, (Reply("ask.too_long", OF_CASE, {**counts, "unsent": held.text}),)
    answers = {**ctx.session.answers, held.field: answer}
    return ctx.replace_session(unconfirmed=None, answers=answers), (Reply("unasked.as_comment", NEUTRAL),)


def _build_text_question(session: Session, items: Sequence[SurveyQuestion]) -> Reply:
    held = session.unconfirmed or UnconfirmedText("")
    item = _find_question(items, held.field)
    args: dict[str, ReplyArg] = {
        "text": shorten_text(held.text, MAX_QUOTE_LENGTH),
        "title": item.short_title or item.title,
    }
    choices = to_choices(_TEXT_OPTIONS, session)
    return Reply("unasked.ask_survey", OF_CASE, args, choices, wants=ExpectedInput.PICK)


_TEXT_OPTIONS = make_options(("as_comment", DROP_TEXT))


def ask_next_question(
    ctx: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], *before: Reply
) -> TurnResult | None:
    """Ask the next question; return None after the last."""
    keys = [one.key for one in items]
    place = keys.index(ctx.session.step) + 1 if ctx.session.step in keys else 0
    return ask_survey_question(ctx, topic, items, keys[place], *before) if place < len(keys) else None


def find_previous_key(items: Sequence[SurveyQuestion], key: str) -> str:
    """Return the key of the previous question; the first one's for the first."""
    keys = [one.key for one in items]
    return keys[max(0, keys.index(key) - 1)] if key in keys else keys[-1]


def format_survey_answers(
    items: Sequence[SurveyQuestion], answers: Mapping[str, str], ctx: Context
) -> tuple[Phrase, ...]:
    """Format the answers for the review, one line each."""
    return tuple(
        Phrase(
            "poll.line",
            {"title": item.short_title or item.title, "answer": _format_answer(item, answers, ctx)},
        )
        for item in items
    )


def _format_answer(item: SurveyQuestion, answers: Mapping[str, str], ctx: Context) -> ReplyArg:
    answer = answers.get(item.key, "")
    if not answer:
        return Phrase("poll.nothing")
    if not item.options:
        return raw_text(answer)
    own = {option.value: option for option in item.options}
    picked = [own[value].to_choice(ctx.session) for value in answer.split(",") if value in own]
    return tuple(Phrase(choice.key, choice.args) for choice in picked)


def _find_question(items: Sequence[SurveyQuestion], key: str) -> SurveyQuestion:
    return next((one for one in items if one.key == key), items[0])


def _list_options(
    items: Sequence[SurveyQuestion], item: SurveyQuestion, session: Session
) -> tuple[Option, ...]:
    chosen = _split_picked(session, item.key)
    shown = item.options
    if item.multiple:
        shown = tuple(_tick_option(one, session) if one.value in chosen else one for one in shown)
    ways = []
    if item.multiple and chosen:
        ways.append("done")
    elif session.answers.get(item.key):
        ways.append("next")
    elif item.optional:
        ways.append("skip")
    if item.key != items[0].key:
        ways.append("back")
    return (*shown, *make_options((*ways, "leave")))


def _split_picked(session: Session, key: str) -> list[str]:
    return [value for value in session.answers.get(key, "").split(",") if value]


def _tick_option(option: Option, session: Session) -> Option:
    name = option.name.in_lang(session.lang) if option.name else option.value
    return replace(option, name=Bilingual(th=f"{TICK}{name}"))


def _toggle_option(ctx: Context, item: SurveyQuestion, value: str) -> Context:
    chosen = set(_split_picked(ctx.session, item.key)) ^ {value}
    kept = ",".join(option.value for option in item.options if option.value in chosen)
    return ctx.replace_session(answers={**ctx.session.answers, item.key: kept})


def _accept_survey_text(
    ctx: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], item: SurveyQuestion
) -> TurnResult | SurveyState:
    cleaned = clean_text(ctx.event.text or "")
    notes = list_text_warnings(cleaned)
    if not cleaned.text:
        return ask_survey_question(ctx, topic, items, item.key, *notes, Reply("text.empty", NEUTRAL))
    if len(cleaned.text) > MAX_SURVEY_TEXT:
        limits = {"limit": f"{MAX_SURVEY_TEXT:,}", "count": f"{len(cleaned.text):,}", "unsent": cleaned.text}
        return ask_survey_question(
            ctx, topic, items, item.key, *notes, Reply("ask.too_long", NEUTRAL, limits)
        )
    return SurveyState(
        ctx.replace_session(answers={**ctx.session.answers, item.key: cleaned.text}),
        "onward",
        notes,
        has_text=True,
    )


def show_survey_review(
    ctx: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], *before: Reply, hears: bool = False
) -> TurnResult:
    """Show all answers, to be sent, changed or discarded. hears: offer to notify the person of the results."""
    session = (
        ctx.session if ctx.session.step == REVIEW_STEP else advance_prompt(ctx.session, step=REVIEW_STEP)
    )
    session = session.replace(topic=topic)
    if session.unconfirmed is not None:
        return TurnResult(session, (*before, _build_text_question(session, items)))
    lines = format_survey_answers(items, session.answers, ctx.with_session(session))
    choices = to_choices(_REVIEW_OPTIONS_WITH_NEWS if hears else _REVIEW_OPTIONS, session)
    return TurnResult(
        session, (*before, Reply("poll.review", NEUTRAL, {"lines": lines}, choices, wants=ExpectedInput.PICK))
    )


def parse_review_choice(ctx: Context, *, hears: bool = False) -> ParsedChoice:
    """Parse what was picked at the review: give, give_hear, back or leave."""
    return parse_choice(
        ctx.event, ctx.session, _REVIEW_OPTIONS_WITH_NEWS if hears else _REVIEW_OPTIONS, numbers=True
    )


_REVIEW_OPTIONS = make_options(("give", "back", "leave"))
_REVIEW_OPTIONS_WITH_NEWS = make_options(("give", "give_hear", "back", "leave"))
_SUSPICION_OPTIONS = make_options(("complain", "mere", "leave"))


def is_possible_complaint(ctx: Context) -> bool:
    """Whether the present answer looks like a report of corruption, and the person has not denied it."""
    return not ctx.session.answers.get(SUSPECT_STEP) and is_complaint(
        ctx.session.answers.get(ctx.session.step, "")
    )


def ask_if_complaint(ctx: Context, *before: Reply) -> TurnResult:
    """Ask whether the answer is a complaint of corruption. Until that is known, the session is kept in memory only."""
    first = ctx.session.step != SUSPECT_STEP
    session = (
        advance_prompt(ctx.session, step=SUSPECT_STEP, resume=ctx.session.step) if first else ctx.session
    )
    choices = to_choices(_SUSPICION_OPTIONS, session)
    return TurnResult(
        session,
        (
            *before,
            Reply(
                "ask.suspect", NEUTRAL, {}, choices, wants=ExpectedInput.PICK, presentation=ASKS_FOR_QUESTION
            ),
        ),
    )


def handle_complaint_check(ctx: Context, address: str, onward: Callable[..., Decision]) -> Decision:
    """For a complaint, show the link to the complaints desk and store nothing of it; otherwise call `onward`."""
    choice = parse_choice(ctx.event, ctx.session, _SUSPICION_OPTIONS, numbers=True)
    if choice == "complain":
        return show_service_menu(ctx.with_session(reset_session(ctx)), build_handover_reply(ctx, address))
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("ask.forgotten", NEUTRAL))
    if choice == "mere":
        answers = {**ctx.session.answers, SUSPECT_STEP: "1"}
        return (yield from onward(ctx.replace_session(step=ctx.session.resume, resume="", answers=answers)))
    note = explain_no_choice(choice, describe_unknown_choice(ctx.event, memory_only=True))
    return ask_if_complaint(ctx, note)
