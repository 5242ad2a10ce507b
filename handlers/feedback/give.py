"""Opinions at any time: on which work, from 1 to 5, in one's own words, a wish; answered where the person asks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers import thai
from handlers.complaints.track import fresh
from handlers.consultations import respond as consult
from handlers.consultations.messages import Consultation, ListConsultations
from handlers.dialog import attempts as guesses
from handlers.dialog import survey as poll
from handlers.dialog.choices import STALE, Option, offered, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Act,
    Deciding,
    DialogTopic,
    ExpectedInput,
    NewReceipt,
    Reply,
    TurnResult,
    asked,
    read,
)
from handlers.dialog.survey import REVIEW, SUSPECT, Reading, SurveyQuestion, SurveyState
from handlers.feedback.messages import NewFeedbackNumber, SubmitFeedback
from handlers.office import Bilingual
from handlers.questions import menu as welcome
from handlers.questions.messages import GetQuestionRate, SaveQuestionRate, SubmitQuestion, ways_back

WHICH = "which"
GENERAL = "general"
"""The topic of an office that has named none."""
ANY = "any"
"""Picked by who wishes to say something about no consultation."""

SCORES = tuple(f"score{n}" for n in (5, 4, 3, 2, 1))
ANSWERS = ("no_answer", "by_code", "by_contact")
WORDS = frozenset({"text", "wish"})
"""Where a complaint of corruption might be told by mistake."""


def begin(m: Context, *before: Reply) -> Deciding:
    """Offer what is asked just now; where nothing is, begin at once."""
    ballots = yield from _open(m)
    if ballots:
        return _which(m, ballots, *before)
    return _first(m, *before)


def hear(m: Context, address: str) -> Deciding:
    """Answer one message of a person who gives an opinion. address: of the complaints desk, or empty."""
    if consult.at_one(m):
        return (yield from consult.hear(m, address))
    match m.session.step:
        case "which":
            return (yield from _picked(m))
        case poll.SUSPECT:
            return (yield from poll.at_suspicion(m, address, _onward))
        case poll.REVIEW:
            return (yield from _at_review(m))
    said = poll.heard(m, DialogTopic.OPINION, items(m))
    if isinstance(said, TurnResult):
        return said
    return (yield from _taken(m, said))


def again(m: Context, *before: Reply) -> Deciding:
    """Ask the present question once more."""
    if consult.at_one(m):
        return (yield from consult.again(m, *before))
    if m.session.step == WHICH:
        return (yield from begin(m, *before))
    if m.session.step == SUSPECT:
        return poll.suspected(m, *before)
    if m.session.step == REVIEW:
        return _review(m, *before)
    return poll.put(m, DialogTopic.OPINION, items(m), m.session.step, *before)


def items(m: Context) -> tuple[SurveyQuestion, ...]:
    """The questions, given the answers so far."""
    topics = tuple(Option(one.code, one.name) for one in m.office.topics)
    contact = m.session.answers.get("answer") == "by_contact"
    return (
        *((SurveyQuestion("topic", Reply("opinion.topic"), topics, optional=False),) if topics else ()),
        SurveyQuestion("score", Reply("opinion.score"), options(SCORES)),
        SurveyQuestion("text", Reply("opinion.text")),
        SurveyQuestion("wish", Reply("opinion.wish")),
        SurveyQuestion("answer", Reply("opinion.answer"), options(ANSWERS), optional=False),
        *((SurveyQuestion("contact", Reply("opinion.contact"), optional=False),) if contact else ()),
    )


def _open(m: Context) -> Reading[tuple[Consultation, ...]]:
    ballots = yield from read(ListConsultations())
    return tuple(one for one in ballots if one.is_open(m.now))


def _which(m: Context, ballots: Sequence[Consultation], *before: Reply) -> TurnResult:
    session = m.session if m.session.step == WHICH else asked(m.session, step=WHICH)
    session = session.with_(topic=DialogTopic.OPINION, answers={})
    choices = offered(_doors(ballots), session)
    return TurnResult(session, (*before, Reply("opinion.which", {}, choices, wants=ExpectedInput.PICK)))


def _doors(ballots: Sequence[Consultation]) -> tuple[Option, ...]:
    own = tuple(Option(one.code, Bilingual(th=one.title)) for one in ballots)
    return (*own, *options((ANY, "leave")))


def _picked(m: Context) -> Deciding:
    ballots = yield from _open(m)
    choice = picked(m.event, m.session, _doors(ballots), numbers=True)
    if choice == "leave":
        return welcome.again(m.on(fresh(m)))
    if choice == ANY:
        return _first(m)
    if isinstance(choice, str):
        return (yield from consult.begin(m, choice))
    note = Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here")
    return _which(m, ballots, note)


def _first(m: Context, *before: Reply) -> TurnResult:
    m = m.with_(answers={}, step="")
    return poll.put(m, DialogTopic.OPINION, items(m), items(m)[0].key, *before, Reply("opinion.hello"))


def _taken(m: Context, said: SurveyState) -> Deciding:
    if said.way == "leave":
        return welcome.again(m.on(fresh(m)), Reply("opinion.forgotten"))
    if said.typed and m.session.step in WORDS and poll.may_be_complaint(said.m):
        return poll.suspected(said.m, *said.notes)
    return (yield from _onward(said.m, *said.notes))


def _onward(m: Context, *before: Reply) -> Deciding:
    yield from ()
    return poll.onward(m, DialogTopic.OPINION, items(m), *before) or _review(m, *before)


def _review(m: Context, *before: Reply) -> TurnResult:
    if not m.session.answers.get("score") and not m.session.answers.get("text"):
        return poll.put(m, DialogTopic.OPINION, items(m), "text", *before, Reply("opinion.nothing"))
    return poll.review(m, DialogTopic.OPINION, items(m), *before)


def _at_review(m: Context) -> Deciding:
    choice = poll.looked_over(m)
    if choice == "give":
        return (yield from _send(m))
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Reply("opinion.forgotten"))
    if choice == "back":
        return poll.put(m, DialogTopic.OPINION, items(m), items(m)[-1].key)
    return _review(m, Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here"))


def _send(m: Context) -> Deciding:
    tries = yield from read(GetQuestionRate(m.event.who))
    if tries.until is not None and m.now < tries.until:
        return _review(m, Reply("ask.wait", {"until": guesses.until(tries.until)}))
    said, on = m.session.answers, thai.day(m.now)
    year = thai.fiscal_year(on)
    number = yield from read(NewFeedbackNumber(year))
    score = said.get("score", "")
    topic = said.get("topic", GENERAL)
    act = SubmitFeedback(
        year,
        number,
        topic,
        int(score.removeprefix("score")) if score else None,
        on,
        m.event.who,
        said.get("text", ""),
        said.get("wish", ""),
        said.get("contact", "") if said.get("answer") == "by_contact" else "",
    )
    acts: tuple[Act, ...] = (act, SaveQuestionRate(m.event.who, guesses.missed(tries, m.now)))
    thanks = Reply("opinion.thanks", {"number": f"{number}/{year}"}, certain=True)
    if said.get("answer") != "by_code":
        return replace(welcome.again(m.on(fresh(m)), thanks), acts=acts)
    return (yield from _asked(m, thanks, acts))


def _asked(m: Context, thanks: Reply, acts: tuple[Act, ...]) -> Deciding:
    """An opinion that wants an answer is a question to the officers as well, with its code and its day."""
    receipt = yield from read(NewReceipt())
    on = thai.day(m.now)
    due = on + timedelta(days=m.office.deadlines.first_answer_days)
    back = ways_back(m.event.who, m.event.channel, m.event.back, m.lang)
    said = m.session.answers
    text = "\n".join(filter(None, (said.get("text"), said.get("wish"), _score(said.get("score", "")))))
    act = SubmitQuestion(receipt, text, m.event.who, m.lang, on, due, back)
    key = "ask.filed" if back else "ask.filed_code"
    filed = Reply(key, {"receipt": receipt.shown, "answer_by": thai.shown(due, m.lang)}, certain=True)
    return replace(welcome.again(m.on(fresh(m)), thanks, filed), acts=(*acts, act))


def _score(score: str) -> str:
    return f"{score.removeprefix('score')}/5" if score else ""
