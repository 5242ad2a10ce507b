"""Taking part in a consultation: one response per account, which can be changed until it closes."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    FindConsultation,
    FindResponse,
    SubmitResponse,
)
from handlers.consultations.survey import (
    REVIEW_STEP,
    SUSPECT_STEP,
    SurveyQuestion,
    SurveyState,
    ask_if_complaint,
    ask_next_question,
    ask_survey_question,
    format_survey_answers,
    handle_complaint_check,
    handle_survey_answer,
    is_possible_complaint,
    parse_review_choice,
    show_survey_review,
    take_unasked_text,
)
from handlers.dialog.choices import SCALE_OPTIONS, Option, explain_no_choice, make_options
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import AS_SECTION, MUST_ARRIVE, NEUTRAL, Phrase, Reply, ReplyArg, raw_text
from handlers.dialog.session import DialogTopic, Session
from handlers.dialog.unasked import describe_unknown_choice
from handlers.office import Bilingual
from handlers.questions.menu import show_service_menu
from handlers.questions.messages import make_reply_address
from handlers.thai.dates import format_date, format_time, to_bangkok_date

CONSULTATION_KEY = "ballot"
"""Key of a session's answers for the code of the consultation."""

CONSULTATION_LINK_PREFIX = "c-"
"""Prefix of a code that is typed or comes with a deep link."""

STANCE_OPTIONS = ("agree", "disagree", "pass")


def is_in_consultation(ctx: Context) -> bool:
    """Whether the dialog is about a consultation."""
    return CONSULTATION_KEY in ctx.session.answers


def is_at_consultation_link(session: Session, link: str) -> bool:
    """Whether a dialog is about the consultation of a link."""
    return f"{CONSULTATION_LINK_PREFIX}{session.answers.get(CONSULTATION_KEY, '')}" == link


def begin_consultation(ctx: Context, code: str) -> Decision:
    """Introduce a consultation and begin. Who answered before reviews their answers."""
    consultation = yield from run_query(FindConsultation(code.upper()))
    if consultation is None:
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.unknown", NEUTRAL))
    ctx = ctx.with_session(
        reset_session(ctx).replace(topic=DialogTopic.OPINION, answers={CONSULTATION_KEY: consultation.code})
    )
    if not consultation.is_open(ctx.now):
        return _reply_not_open(ctx, consultation)
    kept = yield from run_query(FindResponse(consultation.code, ctx.event.person_id))
    if kept is None:
        own = build_consultation_survey(consultation)
        return ask_survey_question(
            ctx, DialogTopic.OPINION, own, own[0].key, _format_welcome(ctx, consultation)
        )
    ctx = ctx.replace_session(
        answers={CONSULTATION_KEY: consultation.code, **_restore_answers(consultation, kept)}
    )
    return _show_review(
        ctx,
        consultation,
        Reply(
            "consult.before",
            NEUTRAL,
            {"title": consultation.title, "closes": _format_closing_time(ctx, consultation)},
        ),
    )


def handle_consultation(ctx: Context, address: str) -> Decision:
    """Handle a message of somebody who takes part. `address`: of the complaints desk, or empty."""
    consultation = yield from run_query(FindConsultation(ctx.session.answers[CONSULTATION_KEY]))
    if consultation is None or not consultation.is_open(ctx.now):
        return _reply_not_open(ctx, consultation)
    if ctx.session.step == SUSPECT_STEP:

        def continue_survey(after: Context, *notes: Reply) -> Decision:
            yield from ()
            return _ask_next(after, consultation, *notes)

        return (yield from handle_complaint_check(ctx, address, continue_survey))
    taken = take_unasked_text(ctx, build_consultation_survey(consultation), address)
    if taken is not None:
        return (yield from reprompt_consultation(taken[0], *taken[1]))
    if ctx.session.step == REVIEW_STEP:
        return _handle_review(ctx, consultation)
    state = handle_survey_answer(ctx, DialogTopic.OPINION, build_consultation_survey(consultation))
    return state if isinstance(state, TurnResult) else _accept_answer(ctx, consultation, state)


def reprompt_consultation(ctx: Context, *before: Reply) -> Decision:
    """Repeat the present question."""
    consultation = yield from run_query(FindConsultation(ctx.session.answers[CONSULTATION_KEY]))
    if consultation is None or not consultation.is_open(ctx.now):
        return _reply_not_open(ctx, consultation, *before)
    if ctx.session.step == SUSPECT_STEP:
        return ask_if_complaint(ctx, *before)
    if ctx.session.step == REVIEW_STEP:
        return _show_review(ctx, consultation, *before)
    return ask_survey_question(
        ctx, DialogTopic.OPINION, build_consultation_survey(consultation), ctx.session.step, *before
    )


def build_consultation_survey(consultation: Consultation) -> tuple[SurveyQuestion, ...]:
    """Return the questions of a consultation. Each statement is a question of its own."""
    return tuple(item for question in consultation.questions for item in _to_survey_questions(question))


def _to_survey_questions(question: ConsultationQuestion) -> tuple[SurveyQuestion, ...]:
    title = raw_text(question.title)
    own = tuple(Option(key, Bilingual(th=label)) for key, label in question.options.items())
    match question.kind:
        case ConsultationQuestionKind.CHOICE | ConsultationQuestionKind.CHOICES:
            return (
                SurveyQuestion(
                    question.key, title, own, multiple=question.kind is ConsultationQuestionKind.CHOICES
                ),
            )
        case ConsultationQuestionKind.SCALE:
            return (SurveyQuestion(question.key, title, SCALE_OPTIONS),)
        case ConsultationQuestionKind.TEXT:
            return (SurveyQuestion(question.key, title),)
    each = tuple(
        SurveyQuestion(
            f"{question.key}.{key}",
            Phrase("consult.statement", {"title": title, "text": text}),
            make_options(STANCE_OPTIONS),
            optional=False,  # "pass" is one of the stances
            short_title=Phrase("consult.said", {"text": text}),
        )
        for key, text in question.options.items()
    )
    added = SurveyQuestion(
        f"{question.key}+", Phrase("consult.add", {"title": title}), short_title=Phrase("consult.added")
    )
    return (*each, added)


def _format_welcome(ctx: Context, consultation: Consultation) -> Reply:
    args: dict[str, ReplyArg] = {"title": consultation.title, "background": consultation.background}
    args["link"] = raw_text(f"\n{consultation.link}") if consultation.link else raw_text("")
    args["closes"] = _format_closing_time(ctx, consultation)
    args["voice"] = Phrase("consult.once" if ctx.channel_traits.has_account else "consult.apart")
    return Reply("consult.hello", NEUTRAL, args, presentation=AS_SECTION)


def _format_closing_time(ctx: Context, consultation: Consultation) -> str:
    return f"{format_date(to_bangkok_date(consultation.closes), ctx.lang)} {format_time(consultation.closes)}"


def _reply_not_open(ctx: Context, consultation: Consultation | None, *before: Reply) -> TurnResult:
    """Say that it is too early or too late, with the answers that were not sent."""
    if consultation is None:
        return show_service_menu(
            ctx.with_session(reset_session(ctx)), *before, Reply("consult.unknown", NEUTRAL)
        )
    if consultation.phase is ConsultationPhase.COMING and ctx.now < consultation.opens:
        opens = (
            f"{format_date(to_bangkok_date(consultation.opens), ctx.lang)} {format_time(consultation.opens)}"
        )
        return show_service_menu(
            ctx.with_session(reset_session(ctx)),
            Reply("consult.early", NEUTRAL, {"title": consultation.title, "opens": opens}),
        )
    given = _collect_answers(ctx, consultation)
    kept = format_survey_answers(
        [one for one in build_consultation_survey(consultation) if given.get(one.key)],
        ctx.session.answers,
        ctx,
    )
    unsent = (Reply("consult.unsent", NEUTRAL, {"lines": kept}),) if kept else ()
    return show_service_menu(
        ctx.with_session(reset_session(ctx)),
        *before,
        Reply("consult.closed", NEUTRAL, {"title": consultation.title}),
        *unsent,
    )


def _accept_answer(ctx: Context, consultation: Consultation, state: SurveyState) -> TurnResult:
    if state.direction == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.left", NEUTRAL))
    if state.has_text and is_possible_complaint(state.ctx):
        return ask_if_complaint(state.ctx, *state.notes)
    return _ask_next(state.ctx, consultation, *state.notes)


def _ask_next(ctx: Context, consultation: Consultation, *before: Reply) -> TurnResult:
    turn = ask_next_question(ctx, DialogTopic.OPINION, build_consultation_survey(consultation), *before)
    return turn or _show_review(ctx, consultation, *before)


def _show_review(ctx: Context, consultation: Consultation, *before: Reply) -> TurnResult:
    own = build_consultation_survey(consultation)
    if not _collect_answers(ctx, consultation):
        return ask_survey_question(
            ctx.replace_session(step=""),
            DialogTopic.OPINION,
            own,
            own[0].key,
            *before,
            Reply("consult.nothing", NEUTRAL),
        )
    return show_survey_review(ctx, DialogTopic.OPINION, own, *before, hears=_can_notify(ctx))


def _handle_review(ctx: Context, consultation: Consultation) -> TurnResult:
    choice = parse_review_choice(ctx, hears=_can_notify(ctx))
    if choice in {"give", "give_hear"}:
        return _submit_response(ctx, consultation, hears=choice == "give_hear")
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.left", NEUTRAL))
    if choice == "back":
        own = build_consultation_survey(consultation)
        return ask_survey_question(ctx, DialogTopic.OPINION, own, own[0].key)
    return _show_review(
        ctx,
        consultation,
        explain_no_choice(choice, describe_unknown_choice(ctx.event)),
    )


def _submit_response(ctx: Context, consultation: Consultation, *, hears: bool) -> TurnResult:
    back = (
        make_reply_address(ctx.event.person_id, ctx.event.channel, ctx.event.reply_to, ctx.lang)
        if hears
        else None
    )
    act = SubmitResponse(
        consultation.code,
        ctx.event.person_id,
        ctx.channel_traits.has_account,
        _collect_answers(ctx, consultation),
        back,
    )
    key = "consult.thanks" if ctx.channel_traits.has_account else "consult.thanks_apart"
    thanks = Reply(
        key, MUST_ARRIVE, {"title": consultation.title, "closes": _format_closing_time(ctx, consultation)}
    )
    return replace(show_service_menu(ctx.with_session(reset_session(ctx)), thanks), acts=(act,))


def _can_notify(ctx: Context) -> bool:
    """Whether this person can be notified: not on the web."""
    return ctx.event.reply_to is not None


def _collect_answers(ctx: Context, consultation: Consultation) -> dict[str, str]:
    """Return the answers in the form that is stored."""
    own = {item.key for item in build_consultation_survey(consultation)}
    answers = {key: answer for key, answer in ctx.session.answers.items() if key in own and answer}
    points = {option.value: str(option.points) for option in SCALE_OPTIONS}
    return {key: points.get(answer, answer) for key, answer in answers.items()}


def _restore_answers(consultation: Consultation, kept: Mapping[str, str]) -> dict[str, str]:
    """Return stored answers in the form of the session. A statement that the person added is not asked again."""
    scales = {one.key for one in consultation.questions if one.kind is ConsultationQuestionKind.SCALE}
    return {key: f"score{answer}" if key in scales else answer for key, answer in kept.items()}
