"""Giving feedback at any time: topic, score from 1 to 5, text, wish; answered if the person wants an answer."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.consultations.messages import Consultation, ListConsultations
from handlers.consultations.respond import (
    begin_consultation,
    handle_consultation,
    is_in_consultation,
    reprompt_consultation,
)
from handlers.consultations.survey import (
    REVIEW_STEP,
    SUSPECT_STEP,
    QueryGenerator,
    SurveyQuestion,
    SurveyState,
    ask_if_complaint,
    ask_next_question,
    ask_survey_question,
    handle_complaint_check,
    handle_survey_answer,
    is_possible_complaint,
    parse_review_choice,
    show_survey_review,
    take_unasked_text,
)
from handlers.dialog.attempts import find_lockout_end, record_failure
from handlers.dialog.choices import (
    SCALE_OPTIONS,
    Option,
    explain_no_choice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, ExpectedInput, Phrase, Reply
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.dialog.unasked import describe_unknown_choice
from handlers.feedback.messages import NewFeedbackNumber, SubmitFeedback
from handlers.office import Bilingual
from handlers.questions.ask import file_question
from handlers.questions.menu import show_service_menu
from handlers.questions.messages import GetQuestionRate, SaveQuestionRate
from handlers.thai.dates import get_fiscal_year, to_bangkok_date

WHICH_STEP = "which"
DEFAULT_TOPIC = "general"
"""The topic where an office defines none."""
NO_CONSULTATION = "any"
"""Picked to give feedback outside of any consultation."""

ANSWER_OPTIONS = ("no_answer", "by_code", "by_contact")
FREE_TEXT_STEPS = frozenset({"text", "wish"})
"""Steps where a complaint of corruption might be written by mistake."""


def begin_feedback(ctx: Context, *before: Reply) -> Decision:
    """Offer the open consultations; where there are none, ask the first question."""
    consultations = yield from _list_open_consultations(ctx)
    if consultations:
        return _ask_which(ctx, consultations, *before)
    return _ask_first_question(ctx, *before)


def handle_feedback(ctx: Context, address: str) -> Decision:
    """Handle a message of somebody who gives feedback. `address`: of the complaints desk, or empty."""
    if is_in_consultation(ctx):
        return (yield from handle_consultation(ctx, address))
    if ctx.session.step == WHICH_STEP:
        return (yield from _handle_which(ctx))
    if ctx.session.step == SUSPECT_STEP:
        return (yield from handle_complaint_check(ctx, address, _ask_next))
    taken = take_unasked_text(ctx, build_feedback_survey(ctx), address)
    if taken is not None:
        return (yield from reprompt_feedback(taken[0], *taken[1]))
    if ctx.session.step == REVIEW_STEP:
        return (yield from _handle_review(ctx))
    state = handle_survey_answer(ctx, DialogTopic.OPINION, build_feedback_survey(ctx))
    if isinstance(state, TurnResult):
        return state
    return (yield from _accept_answer(ctx, state))


def reprompt_feedback(ctx: Context, *before: Reply) -> Decision:
    """Repeat the present question."""
    if is_in_consultation(ctx):
        return (yield from reprompt_consultation(ctx, *before))
    if ctx.session.step == WHICH_STEP:
        return (yield from begin_feedback(ctx, *before))
    if ctx.session.step == SUSPECT_STEP:
        return ask_if_complaint(ctx, *before)
    if ctx.session.step == REVIEW_STEP:
        return _show_review(ctx, *before)
    return ask_survey_question(
        ctx, DialogTopic.OPINION, build_feedback_survey(ctx), ctx.session.step, *before
    )


def build_feedback_survey(ctx: Context) -> tuple[SurveyQuestion, ...]:
    """Return the questions, given the answers so far."""
    topics = tuple(Option(one.code, one.name) for one in ctx.office.topics)
    contact = ctx.session.answers.get("answer") == "by_contact"
    return (
        *((SurveyQuestion("topic", Phrase("opinion.topic"), topics, optional=False),) if topics else ()),
        SurveyQuestion("score", Phrase("opinion.score"), SCALE_OPTIONS),
        SurveyQuestion("text", Phrase("opinion.text")),
        SurveyQuestion("wish", Phrase("opinion.wish")),
        SurveyQuestion("answer", Phrase("opinion.answer"), make_options(ANSWER_OPTIONS), optional=False),
        *((SurveyQuestion("contact", Phrase("opinion.contact"), optional=False),) if contact else ()),
    )


def _list_open_consultations(ctx: Context) -> QueryGenerator[tuple[Consultation, ...]]:
    consultations = (yield from run_query(ListConsultations())).rows
    return tuple(one for one in consultations if one.is_open(ctx.now))


def _ask_which(ctx: Context, consultations: Sequence[Consultation], *before: Reply) -> TurnResult:
    session = ctx.session if ctx.session.step == WHICH_STEP else advance_prompt(ctx.session, step=WHICH_STEP)
    session = session.replace(topic=DialogTopic.OPINION, answers={})
    choices = to_choices(_build_which_options(consultations), session)
    return TurnResult(
        session, (*before, Reply("opinion.which", NEUTRAL, {}, choices, wants=ExpectedInput.PICK))
    )


def _build_which_options(consultations: Sequence[Consultation]) -> tuple[Option, ...]:
    own = tuple(Option(one.code, Bilingual(th=one.title)) for one in consultations)
    return (*own, *make_options((NO_CONSULTATION, "leave")))


def _handle_which(ctx: Context) -> Decision:
    consultations = yield from _list_open_consultations(ctx)
    choice = parse_choice(ctx.event, ctx.session, _build_which_options(consultations), numbers=True)
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)))
    if choice == NO_CONSULTATION:
        return _ask_first_question(ctx)
    if isinstance(choice, str):
        return (yield from begin_consultation(ctx, choice))
    note = explain_no_choice(choice, describe_unknown_choice(ctx.event))
    return _ask_which(ctx, consultations, note)


def _ask_first_question(ctx: Context, *before: Reply) -> TurnResult:
    ctx = ctx.replace_session(answers={}, step="")
    return ask_survey_question(
        ctx,
        DialogTopic.OPINION,
        build_feedback_survey(ctx),
        build_feedback_survey(ctx)[0].key,
        *before,
        Reply("opinion.hello", NEUTRAL),
    )


def _accept_answer(ctx: Context, state: SurveyState) -> Decision:
    if state.direction == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("opinion.forgotten", NEUTRAL))
    if state.has_text and ctx.session.step in FREE_TEXT_STEPS and is_possible_complaint(state.ctx):
        return ask_if_complaint(state.ctx, *state.notes)
    return (yield from _ask_next(state.ctx, *state.notes))


def _ask_next(ctx: Context, *before: Reply) -> Decision:
    yield from ()
    return ask_next_question(ctx, DialogTopic.OPINION, build_feedback_survey(ctx), *before) or _show_review(
        ctx, *before
    )


def _show_review(ctx: Context, *before: Reply) -> TurnResult:
    if not ctx.session.answers.get("score") and not ctx.session.answers.get("text"):
        return ask_survey_question(
            ctx,
            DialogTopic.OPINION,
            build_feedback_survey(ctx),
            "text",
            *before,
            Reply("opinion.nothing", NEUTRAL),
        )
    return show_survey_review(ctx, DialogTopic.OPINION, build_feedback_survey(ctx), *before)


def _handle_review(ctx: Context) -> Decision:
    choice = parse_review_choice(ctx)
    if choice == "give":
        return (yield from _submit_feedback(ctx))
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("opinion.forgotten", NEUTRAL))
    if choice == "back":
        return ask_survey_question(
            ctx, DialogTopic.OPINION, build_feedback_survey(ctx), build_feedback_survey(ctx)[-1].key
        )
    return _show_review(ctx, explain_no_choice(choice, describe_unknown_choice(ctx.event)))


def _submit_feedback(ctx: Context) -> Decision:
    tries = yield from run_query(GetQuestionRate(ctx.event.person_id))
    if until := find_lockout_end(tries, ctx.now):
        return _show_review(ctx, Reply("ask.wait", NEUTRAL, {"until": until}))
    answers, on = ctx.session.answers, to_bangkok_date(ctx.now)
    year = get_fiscal_year(on)
    number = yield from run_query(NewFeedbackNumber(year))
    score = answers.get("score", "")
    topic = answers.get("topic", DEFAULT_TOPIC)
    act = SubmitFeedback(
        year,
        number,
        topic,
        int(score.removeprefix("score")) if score else None,
        on,
        ctx.event.person_id,
        answers.get("text", ""),
        answers.get("wish", ""),
        answers.get("contact", "") if answers.get("answer") == "by_contact" else "",
    )
    acts: tuple[Act, ...] = (act, SaveQuestionRate(ctx.event.person_id, record_failure(tries, ctx.now)))
    thanks = Reply("opinion.thanks", MUST_ARRIVE, {"number": f"{number}/{year}"})
    if answers.get("answer") != "by_code":
        return replace(show_service_menu(ctx.with_session(reset_session(ctx)), thanks), acts=acts)
    return (yield from _submit_as_question(ctx, thanks, acts))


def _submit_as_question(ctx: Context, thanks: Reply, acts: tuple[Act, ...]) -> Decision:
    """Submit feedback that wants an answer as a question to the officers too, with a code and a due date."""
    answers = ctx.session.answers
    text = "\n".join(
        filter(None, (answers.get("text"), answers.get("wish"), _format_score(answers.get("score", ""))))
    )
    act, filed = yield from file_question(ctx, text)
    return replace(show_service_menu(ctx.with_session(reset_session(ctx)), thanks, filed), acts=(*acts, act))


def _format_score(score: str) -> str:
    return f"{score.removeprefix('score')}/5" if score else ""
