"""Taking part in a consultation: one response per account, which can be changed until it closes."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.complaints.track import reset_session
from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    FindConsultation,
    FindResponse,
    SubmitResponse,
)
from handlers.dialog.choices import STALE, Option, make_options
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Phrase, Reply, ReplyArg, raw_text
from handlers.dialog.session import DialogTopic, Session
from handlers.dialog.survey import (
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
)
from handlers.office import Bilingual
from handlers.questions.menu import show_service_menu
from handlers.questions.messages import make_reply_address
from handlers.thai import format_date, format_time, to_bangkok_date

CONSULTATION_KEY = "ballot"
"""Key of a session's answers for the code of the consultation."""

CONSULTATION_LINK_PREFIX = "c-"
"""Prefix of a code that is typed or comes with a deep link."""

SCALE_OPTIONS = tuple(f"score{n}" for n in (5, 4, 3, 2, 1))
STANCE_OPTIONS = ("agree", "disagree", "pass")


def is_in_consultation(ctx: Context) -> bool:
    """Whether the dialog is about a consultation."""
    return CONSULTATION_KEY in ctx.session.answers


def is_at_consultation_link(session: Session, link: str) -> bool:
    """Whether a dialog is about the consultation of a link."""
    return f"{CONSULTATION_LINK_PREFIX}{session.answers.get(CONSULTATION_KEY, '')}" == link


def begin_consultation(ctx: Context, code: str) -> Decision:
    """Introduce a consultation and begin. Who answered before reviews their answers."""
    ballot = yield from run_query(FindConsultation(code.upper()))
    if ballot is None:
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.unknown", NEUTRAL))
    ctx = ctx.with_session(
        reset_session(ctx).replace(topic=DialogTopic.OPINION, answers={CONSULTATION_KEY: ballot.code})
    )
    if not ballot.is_open(ctx.now):
        return _reply_not_open(ctx, ballot)
    kept = yield from run_query(FindResponse(ballot.code, ctx.event.person_id))
    if kept is None:
        own = build_consultation_survey(ballot)
        return ask_survey_question(ctx, DialogTopic.OPINION, own, own[0].key, _format_welcome(ctx, ballot))
    ctx = ctx.replace_session(answers={CONSULTATION_KEY: ballot.code, **_restore_answers(ballot, kept)})
    return _show_review(
        ctx,
        ballot,
        Reply(
            "consult.before", NEUTRAL, {"title": ballot.title, "closes": _format_closing_time(ctx, ballot)}
        ),
    )


def handle_consultation(ctx: Context, address: str) -> Decision:
    """Handle a message of somebody who takes part. `address`: of the complaints desk, or empty."""
    ballot = yield from run_query(FindConsultation(ctx.session.answers[CONSULTATION_KEY]))
    if ballot is None or not ballot.is_open(ctx.now):
        return _reply_not_open(ctx, ballot)
    if ctx.session.step == SUSPECT_STEP:

        def continue_survey(after: Context, *notes: Reply) -> Decision:
            yield from ()
            return _ask_next(after, ballot, *notes)

        return (yield from handle_complaint_check(ctx, address, continue_survey))
    if ctx.session.step == REVIEW_STEP:
        return _handle_review(ctx, ballot)
    said = handle_survey_answer(ctx, DialogTopic.OPINION, build_consultation_survey(ballot))
    return said if isinstance(said, TurnResult) else _accept_answer(ctx, ballot, said)


def reprompt_consultation(ctx: Context, *before: Reply) -> Decision:
    """Repeat the present question."""
    ballot = yield from run_query(FindConsultation(ctx.session.answers[CONSULTATION_KEY]))
    if ballot is None or not ballot.is_open(ctx.now):
        return _reply_not_open(ctx, ballot, *before)
    if ctx.session.step == SUSPECT_STEP:
        return ask_if_complaint(ctx, *before)
    if ctx.session.step == REVIEW_STEP:
        return _show_review(ctx, ballot, *before)
    return ask_survey_question(
        ctx, DialogTopic.OPINION, build_consultation_survey(ballot), ctx.session.step, *before
    )


def build_consultation_survey(ballot: Consultation) -> tuple[SurveyQuestion, ...]:
    """Return the questions of a consultation. Each statement is a question of its own."""
    return tuple(item for question in ballot.questions for item in _to_survey_questions(question))


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
            return (SurveyQuestion(question.key, title, make_options(SCALE_OPTIONS)),)
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


def _format_welcome(ctx: Context, ballot: Consultation) -> Reply:
    told: dict[str, ReplyArg] = {"title": ballot.title, "background": ballot.background}
    told["link"] = raw_text(f"\n{ballot.link}") if ballot.link else raw_text("")
    told["closes"] = _format_closing_time(ctx, ballot)
    told["voice"] = Phrase("consult.once" if ctx.channel_traits.has_account else "consult.apart")
    return Reply("consult.hello", NEUTRAL, told)


def _format_closing_time(ctx: Context, ballot: Consultation) -> str:
    return f"{format_date(to_bangkok_date(ballot.closes), ctx.lang)} {format_time(ballot.closes)}"


def _reply_not_open(ctx: Context, ballot: Consultation | None, *before: Reply) -> TurnResult:
    """Say that it is too early or too late, with the answers that were not sent."""
    if ballot is None:
        return show_service_menu(
            ctx.with_session(reset_session(ctx)), *before, Reply("consult.unknown", NEUTRAL)
        )
    if ballot.phase is ConsultationPhase.COMING and ctx.now < ballot.opens:
        opens = f"{format_date(to_bangkok_date(ballot.opens), ctx.lang)} {format_time(ballot.opens)}"
        return show_service_menu(
            ctx.with_session(reset_session(ctx)),
            Reply("consult.early", NEUTRAL, {"title": ballot.title, "opens": opens}),
        )
    given = _collect_answers(ctx, ballot)
    kept = format_survey_answers(
        [one for one in build_consultation_survey(ballot) if given.get(one.key)], ctx.session.answers, ctx
    )
    unsent = (Reply("consult.unsent", NEUTRAL, {"lines": kept}),) if kept else ()
    return show_service_menu(
        ctx.with_session(reset_session(ctx)),
        *before,
        Reply("consult.closed", NEUTRAL, {"title": ballot.title}),
        *unsent,
    )


def _accept_answer(ctx: Context, ballot: Consultation, said: SurveyState) -> TurnResult:
    if said.direction == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.left", NEUTRAL))
    if said.has_text and is_possible_complaint(said.ctx):
        return ask_if_complaint(said.ctx, *said.notes)
    return _ask_next(said.ctx, ballot, *said.notes)


def _ask_next(ctx: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    turn = ask_next_question(ctx, DialogTopic.OPINION, build_consultation_survey(ballot), *before)
    return turn or _show_review(ctx, ballot, *before)


def _show_review(ctx: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    own = build_consultation_survey(ballot)
    if not _collect_answers(ctx, ballot):
        return ask_survey_question(
            ctx.replace_session(step=""),
            DialogTopic.OPINION,
            own,
            own[0].key,
            *before,
            Reply("consult.nothing", NEUTRAL),
        )
    return show_survey_review(ctx, DialogTopic.OPINION, own, *before, hears=_can_notify(ctx))


def _handle_review(ctx: Context, ballot: Consultation) -> TurnResult:
    choice = parse_review_choice(ctx, hears=_can_notify(ctx))
    if choice in {"give", "give_hear"}:
        return _submit_response(ctx, ballot, hears=choice == "give_hear")
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("consult.left", NEUTRAL))
    if choice == "back":
        own = build_consultation_survey(ballot)
        return ask_survey_question(ctx, DialogTopic.OPINION, own, own[0].key)
    return _show_review(
        ctx, ballot, Reply("pick.stale", NEUTRAL) if choice is STALE else Reply("pick.unknown_here", NEUTRAL)
    )


def _submit_response(ctx: Context, ballot: Consultation, *, hears: bool) -> TurnResult:
    back = (
        make_reply_address(ctx.event.person_id, ctx.event.channel, ctx.event.reply_to, ctx.lang)
        if hears
        else None
    )
    act = SubmitResponse(
        ballot.code,
        ctx.event.person_id,
        ctx.channel_traits.has_account,
        _collect_answers(ctx, ballot),
        back,
    )
    key = "consult.thanks" if ctx.channel_traits.has_account else "consult.thanks_apart"
    thanks = Reply(key, MUST_ARRIVE, {"title": ballot.title, "closes": _format_closing_time(ctx, ballot)})
    return replace(show_service_menu(ctx.with_session(reset_session(ctx)), thanks), acts=(act,))


def _can_notify(ctx: Context) -> bool:
    """Whether this person can be notified: not on the web."""
    return ctx.event.reply_to is not None


def _collect_answers(ctx: Context, ballot: Consultation) -> dict[str, str]:
    """Return the answers in the form that is stored."""
    own = {item.key for item in build_consultation_survey(ballot)}
    said = {key: answer for key, answer in ctx.session.answers.items() if key in own and answer}
    return {
        key: answer.removeprefix("score") if answer in SCALE_OPTIONS else answer
        for key, answer in said.items()
    }


def _restore_answers(ballot: Consultation, kept: Mapping[str, str]) -> dict[str, str]:
    """Return stored answers in the form of the session. A statement that the person added is not asked again."""
    scales = {one.key for one in ballot.questions if one.kind is ConsultationQuestionKind.SCALE}
    return {key: f"score{answer}" if key in scales else answer for key, answer in kept.items()}
