"""Taking part in a consultation: one voice an account, changed at will until it closes."""

from collections.abc import Mapping
from dataclasses import replace

from handlers import thai
from handlers.complaints.track import fresh
from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    FindConsultation,
    FindResponse,
    SubmitResponse,
)
from handlers.dialog import survey as poll
from handlers.dialog.choices import STALE, Option, options
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Arg,
    Channel,
    Deciding,
    DialogTopic,
    Reply,
    Session,
    TurnResult,
    literal,
    read,
)
from handlers.dialog.survey import REVIEW, SUSPECT, SurveyQuestion, SurveyState
from handlers.office import Bilingual
from handlers.questions import menu as welcome
from handlers.questions.messages import ways_back

BALLOT = "ballot"
"""Where a session has the code of the consultation."""

LINK = "c-"
"""How a code begins that is typed, or comes by a deep link."""

SCORES = tuple(f"score{n}" for n in (5, 4, 3, 2, 1))
STANCES = ("agree", "disagree", "pass")
ACCOUNTS = frozenset({Channel.TELEGRAM, Channel.LINE})
"""Where a person has one account, as far as the platform sees to it."""


def at_one(m: Context) -> bool:
    """Whether the talk is about a consultation."""
    return BALLOT in m.session.answers


def is_at(session: Session, link: str) -> bool:
    """Whether a talk is about the consultation of a link."""
    return f"{LINK}{session.answers.get(BALLOT, '')}" == link


def begin(m: Context, code: str) -> Deciding:
    """Say what is asked and begin; who answered before looks it over again."""
    ballot = yield from read(FindConsultation(code.upper()))
    if ballot is None:
        return welcome.again(m.on(fresh(m)), Reply("consult.unknown"))
    m = m.on(fresh(m).with_(topic=DialogTopic.OPINION, answers={BALLOT: ballot.code}))
    if not ballot.is_open(m.now):
        return _late(m, ballot)
    kept = yield from read(FindResponse(ballot.code, m.event.who))
    if kept is None:
        own = items(ballot)
        return poll.put(m, DialogTopic.OPINION, own, own[0].key, _hello(m, ballot))
    m = m.with_(answers={BALLOT: ballot.code, **_picked_up(ballot, kept)})
    return _review(m, ballot, Reply("consult.before", {"title": ballot.title, "closes": _closes(m, ballot)}))


def hear(m: Context, address: str) -> Deciding:
    """Answer one message of a person who takes part. address: of the complaints desk, or empty."""
    ballot = yield from read(FindConsultation(m.session.answers[BALLOT]))
    if ballot is None or not ballot.is_open(m.now):
        return _late(m, ballot)
    if m.session.step == SUSPECT:

        def onward(after: Context, *notes: Reply) -> Deciding:
            yield from ()
            return _onward(after, ballot, *notes)

        return (yield from poll.at_suspicion(m, address, onward))
    if m.session.step == REVIEW:
        return _at_review(m, ballot)
    said = poll.heard(m, DialogTopic.OPINION, items(ballot))
    return said if isinstance(said, TurnResult) else _taken(m, ballot, said)


def again(m: Context, *before: Reply) -> Deciding:
    """Ask the present question once more."""
    ballot = yield from read(FindConsultation(m.session.answers[BALLOT]))
    if ballot is None or not ballot.is_open(m.now):
        return _late(m, ballot, *before)
    if m.session.step == SUSPECT:
        return poll.suspected(m, *before)
    if m.session.step == REVIEW:
        return _review(m, ballot, *before)
    return poll.put(m, DialogTopic.OPINION, items(ballot), m.session.step, *before)


def items(ballot: Consultation) -> tuple[SurveyQuestion, ...]:
    """The questions of a consultation, each statement one of its own."""
    return tuple(item for question in ballot.questions for item in _of(question))


def _of(question: ConsultationQuestion) -> tuple[SurveyQuestion, ...]:
    title = literal(question.title)
    own = tuple(Option(key, Bilingual(th=label)) for key, label in question.options.items())
    match question.kind:
        case ConsultationQuestionKind.CHOICE | ConsultationQuestionKind.CHOICES:
            return (
                SurveyQuestion(
                    question.key, title, own, several=question.kind is ConsultationQuestionKind.CHOICES
                ),
            )
        case ConsultationQuestionKind.SCALE:
            return (SurveyQuestion(question.key, title, options(SCORES)),)
        case ConsultationQuestionKind.TEXT:
            return (SurveyQuestion(question.key, title),)
    each = tuple(
        SurveyQuestion(
            f"{question.key}.{key}",
            Reply("consult.statement", {"title": title, "text": text}),
            options(STANCES),
            optional=False,  # one of the stances is to have none
            brief=Reply("consult.said", {"text": text}),
        )
        for key, text in question.options.items()
    )
    added = SurveyQuestion(
        f"{question.key}+", Reply("consult.add", {"title": title}), brief=Reply("consult.added")
    )
    return (*each, added)


def _hello(m: Context, ballot: Consultation) -> Reply:
    told: dict[str, Arg] = {"title": ballot.title, "background": ballot.background}
    told["link"] = literal(f"\n{ballot.link}") if ballot.link else literal("")
    told["closes"] = _closes(m, ballot)
    told["voice"] = Reply("consult.once" if m.event.channel in ACCOUNTS else "consult.apart")
    return Reply("consult.hello", told)


def _closes(m: Context, ballot: Consultation) -> str:
    return f"{thai.shown(thai.day(ballot.closes), m.lang)} {thai.clock(ballot.closes)}"


def _late(m: Context, ballot: Consultation | None, *before: Reply) -> TurnResult:
    """A voice that comes too early or too late: kindly, and with what was answered so far."""
    if ballot is None:
        return welcome.again(m.on(fresh(m)), *before, Reply("consult.unknown"))
    if ballot.phase is ConsultationPhase.COMING and m.now < ballot.opens:
        opens = f"{thai.shown(thai.day(ballot.opens), m.lang)} {thai.clock(ballot.opens)}"
        return welcome.again(m.on(fresh(m)), Reply("consult.early", {"title": ballot.title, "opens": opens}))
    given = _given(m, ballot)
    kept = poll.told([one for one in items(ballot) if given.get(one.key)], m.session.answers, m)
    unsent = (Reply("consult.unsent", {"lines": kept}),) if kept else ()
    return welcome.again(m.on(fresh(m)), *before, Reply("consult.closed", {"title": ballot.title}), *unsent)


def _taken(m: Context, ballot: Consultation, said: SurveyState) -> TurnResult:
    if said.way == "leave":
        return welcome.again(m.on(fresh(m)), Reply("consult.left"))
    if said.typed and poll.may_be_complaint(said.m):
        return poll.suspected(said.m, *said.notes)
    return _onward(said.m, ballot, *said.notes)


def _onward(m: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    turn = poll.onward(m, DialogTopic.OPINION, items(ballot), *before)
    return turn or _review(m, ballot, *before)


def _review(m: Context, ballot: Consultation, *before: Reply) -> TurnResult:
    own = items(ballot)
    if not _given(m, ballot):
        return poll.put(
            m.with_(step=""), DialogTopic.OPINION, own, own[0].key, *before, Reply("consult.nothing")
        )
    return poll.review(m, DialogTopic.OPINION, own, *before, hears=_may_hear(m))


def _at_review(m: Context, ballot: Consultation) -> TurnResult:
    choice = poll.looked_over(m, hears=_may_hear(m))
    if choice in {"give", "give_hear"}:
        return _give(m, ballot, hears=choice == "give_hear")
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Reply("consult.left"))
    if choice == "back":
        own = items(ballot)
        return poll.put(m, DialogTopic.OPINION, own, own[0].key)
    return _review(m, ballot, Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here"))


def _give(m: Context, ballot: Consultation, *, hears: bool) -> TurnResult:
    back = ways_back(m.event.who, m.event.channel, m.event.back, m.lang) if hears else None
    act = SubmitResponse(ballot.code, m.event.who, m.event.channel in ACCOUNTS, _given(m, ballot), back)
    key = "consult.thanks" if m.event.channel in ACCOUNTS else "consult.thanks_apart"
    thanks = Reply(key, {"title": ballot.title, "closes": _closes(m, ballot)}, certain=True)
    return replace(welcome.again(m.on(fresh(m)), thanks), acts=(act,))


def _may_hear(m: Context) -> bool:
    """Whether there is a way back to this person: a page has none."""
    return m.event.back is not None


def _given(m: Context, ballot: Consultation) -> dict[str, str]:
    """What was answered, as it is kept."""
    own = {item.key for item in items(ballot)}
    said = {key: answer for key, answer in m.session.answers.items() if key in own and answer}
    return {key: answer.removeprefix("score") if answer in SCORES else answer for key, answer in said.items()}


def _picked_up(ballot: Consultation, kept: Mapping[str, str]) -> dict[str, str]:
    """What was kept, as the talk has it. What a person added as a statement is not asked again."""
    scales = {one.key for one in ballot.questions if one.kind is ConsultationQuestionKind.SCALE}
    return {key: f"score{answer}" if key in scales else answer for key, answer in kept.items()}
