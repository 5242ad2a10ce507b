"""Taking part in a consultation: one voice an account, changed at will until it closes."""

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
from handlers.dialog.events import Channel
from handlers.dialog.replies import Reply, ReplyArg, raw_text
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
"""Where a session has the code of the consultation."""

CONSULTATION_LINK_PREFIX = "c-"
"""How a code begins that is typed, or comes by a deep link."""

SCALE_OPTIONS = tuple(f"score{n}" for n in (5, 4, 3, 2, 1))
STANCE_OPTIONS = ("agree", "disagree", "pass")
ACCOUNT_CHANNELS = frozenset({Channel.TELEGRAM, Channel.LINE})
"""Where a person has one account, as far as the platform sees to it."""


def is_in_consultation(m: Context) -> bool:
    """Whether the talk is about a consultation."""
    return CONSULTATION_KEY in m.session.answers


def is_at_consultation_link(session: Session, link: str) -> bool:
    """Whether a talk is about the consultation of a link."""
    return f"{CONSULTATION_LINK_PREFIX}{session.answers.get(CONSULTATION_KEY, '')}" == link


def begin_consultation(m: Context, code: str) -> Decision:
    """Say what is asked and begin; who answered before looks it over again."""
    ballot = yield from run_query(FindConsultation(code.upper()))
    if ballot is None:
        return show_service_menu(m.with_session(reset_session(m)), Reply("consult.unknown"))
    m = m.with_session(
        reset_session(m).replace(topic=DialogTopic.OPINION, answers={CONSULTATION_KEY: ballot.code})
    )
    if not ballot.is_open(m.now):
        return _reply_not_open(m, ballot)
    kept = yield from run_query(FindResponse(ballot.code, m.event.person_id))
    if kept is None:
        own = build_consultation_survey(ballot)
        return ask_survey_question(m, DialogTopic.OPINION, own, own[0].key, _format_welcome(m, ballot))
    m = m.replace_session(answers={CONSULTATION_KEY: ballot.code, **_restore_answers(ballot, kept)})
    return _show_review(
        m, ballot, Reply("consult.before", {"title": ballot.title, "closes": _format_closing_time(m, ballot)})
    )


def handle_consultation(m: Context, address: str) -> Decision:
    """Answer one message of a person who takes part. address: of the complaints desk, or empty."""
    ballot = yield from run_query(FindConsultation(m.session.answers[CONSULTATION_KEY]))
    if ballot is None or not ballot.is_open(m.now):
        return _reply_not_open(m, ballot)
    if m.session.step == SUSPECT_STEP:

        def continue_survey(after: Context, *notes: Reply) -> Decision:
            yield from ()
            return _ask_next(after, ballot, *notes)

        return (yield from handle_complaint_check(m, address, continue_survey))
    if m.session.step == REVIEW_STEP:
        return _handle_review(m, ballot)
    said = handle_survey_answer(m, DialogTopic.OPINION, build_consultation_survey(ballot))
    return said if isinstance(said, TurnResult) else _accept_answer(m, ballot, said)


def reprompt_consultation(m: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    ballot = yield from run_query(FindConsultation(m.session.answers[CONSULTATION_KEY]))
    if ballot is None or not ballot.is_open(m.now):
        return _reply_not_open(m, ballot, *before)
    if m.session.step == SUSPECT_STEP:
        return ask_if_complaint(m, *before)
    if m.session.step == REVIEW_STEP:
        return _show_review(m, ballot, *before)
    return ask_survey_question(
        m, DialogTopic.OPINION, build_consultation_survey(ballot), m.session.step, *before
    )


def build_consultation_survey(ballot: Consultation) -> tuple[SurveyQuestion, ...]:
    """The questions of a consultation, each statement one of its own."""
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
            Reply("consult.statement", {"title": title, "text": text}),
            make_options(STANCE_OPTIONS),
            optional=False,  # one of the stances is to have none
            short_title=Reply("consult.said", {"text": text}),
        )
        for key, text in question.options.items()
    )
    added = SurveyQuestion(
        f"{question.key}+", Reply("consult.add", {"title": title}), short_title=Reply("consult.added")
    )
    return (*each, added)


def _format_welcome(m: Context, ballot: Consultation) -> Reply:
    told: dict[str, ReplyArg] = {"title": ballot.title, "background": ballot.background}
    told["link"] = raw_text(f"\n{ballot.link}") if ballot.link else raw_text("")
    told["closes"] = _format_closing_time(m, ballot)
    told["voice"] = Reply("consult.once" if m.event.channel in ACCOUNT_CHANNELS else "consult.apart")
    return Reply("consult.hello", told)


def _format_closing_time(m: Context, ballot: Consultation) -> str:
    return f"{format_date(to_bangkok_date(ballot.closes), m.lang)} {format_time(ballot.closes)}"


def _reply_not_open(m: Context, ballot: Consultation | None, *before: Reply) -> TurnResult:
    """A voice that comes too early or too late: kindly, and with what was answered so far."""
    if ballot is None:
        return show_service_menu(m.with_session(reset_session(m)), *before, Reply("consult.unknown"))
    if ballot.phase is ConsultationPhase.COMING and m.now < ballot.opens:
        opens = f"{format_date(to_bangkok_date(ballot.opens), m.lang)} {format_time(ballot.opens)}"
        return show_service_menu(
            m.with_session(reset_session(m)), Reply("consult.early", {"title": ballot.title, "opens": opens})
        )
    given = _collect_answers(m, ballot)
    kept = format_survey_answers(
        [one for one in build_consultation_survey(ballot) if given.get(one.key)], m.session.answers, m
    )
    unsent = (Reply("consult.unsent", {"lines": kept}),) if kept else ()
    return show_service_menu(
        m.with_session(reset_session(m)), *before, Reply("consult.closed", {"title": ballot.title}), *unsent
    )


def _accept_answer(m: Context, ballot: Consultation, said: SurveyState) -> TurnResult:
    if said.direction == "leave":
        return show_service_menu(m.with_session(reset_session(m)), Reply("consult.left"))
    if said.has_text and is_possible_complaint(said.ctx):
        return ask_if_complaint(said.ctx, *said.notes)
    return _ask_next(said.ctx, ballot, *said.notes)


def _ask_next(m: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    turn = ask_next_question(m, DialogTopic.OPINION, build_consultation_survey(ballot), *before)
    return turn or _show_review(m, ballot, *before)


def _show_review(m: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    own = build_consultation_survey(ballot)
    if not _collect_answers(m, ballot):
        return ask_survey_question(
            m.replace_session(step=""),
            DialogTopic.OPINION,
            own,
            own[0].key,
            *before,
            Reply("consult.nothing"),
        )
    return show_survey_review(m, DialogTopic.OPINION, own, *before, hears=_can_notify(m))


def _handle_review(m: Context, ballot: Consultation) -> TurnResult:
    choice = parse_review_choice(m, hears=_can_notify(m))
    if choice in {"give", "give_hear"}:
        return _submit_response(m, ballot, hears=choice == "give_hear")
    if choice == "leave":
        return show_service_menu(m.with_session(reset_session(m)), Reply("consult.left"))
    if choice == "back":
        own = build_consultation_survey(ballot)
        return ask_survey_question(m, DialogTopic.OPINION, own, own[0].key)
    return _show_review(m, ballot, Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here"))


def _submit_response(m: Context, ballot: Consultation, *, hears: bool) -> TurnResult:
    back = make_reply_address(m.event.person_id, m.event.channel, m.event.reply_to, m.lang) if hears else None
    act = SubmitResponse(
        ballot.code, m.event.person_id, m.event.channel in ACCOUNT_CHANNELS, _collect_answers(m, ballot), back
    )
    key = "consult.thanks" if m.event.channel in ACCOUNT_CHANNELS else "consult.thanks_apart"
    thanks = Reply(key, {"title": ballot.title, "closes": _format_closing_time(m, ballot)}, certain=True)
    return replace(show_service_menu(m.with_session(reset_session(m)), thanks), acts=(act,))


def _can_notify(m: Context) -> bool:
    """Whether there is a way back to this person: a page has none."""
    return m.event.reply_to is not None


def _collect_answers(m: Context, ballot: Consultation) -> dict[str, str]:
    """What was answered, as it is kept."""
    own = {item.key for item in build_consultation_survey(ballot)}
    said = {key: answer for key, answer in m.session.answers.items() if key in own and answer}
    return {
        key: answer.removeprefix("score") if answer in SCALE_OPTIONS else answer
        for key, answer in said.items()
    }


def _restore_answers(ballot: Consultation, kept: Mapping[str, str]) -> dict[str, str]:
    """What was kept, as the talk has it. What a person added as a statement is not asked again."""
    scales = {one.key for one in ballot.questions if one.kind is ConsultationQuestionKind.SCALE}
    return {key: f"score{answer}" if key in scales else answer for key, answer in kept.items()}
