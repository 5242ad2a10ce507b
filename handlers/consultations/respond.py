"""Taking part in a consultation: one voice an account, changed at will until it closes."""

from collections.abc import Mapping
from dataclasses import replace

from handlers import thai
from handlers.complaints.track import fresh
from handlers.consultations.messages import (
    Ballot,
    BallotQuestion,
    FindBallot,
    FindVoice,
    GiveVoice,
    Kind,
    Phase,
)
from handlers.dialog import survey as poll
from handlers.dialog.choices import STALE, Option, options
from handlers.dialog.context import Moment
from handlers.dialog.events import Arg, Channel, Deciding, Say, Session, Topic, Turn, literal, read
from handlers.dialog.survey import REVIEW, SUSPECT, Item, Told
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


def at_one(m: Moment) -> bool:
    """Whether the talk is about a consultation."""
    return BALLOT in m.session.answers


def is_at(session: Session, link: str) -> bool:
    """Whether a talk is about the consultation of a link."""
    return f"{LINK}{session.answers.get(BALLOT, '')}" == link


def begin(m: Moment, code: str) -> Deciding:
    """Say what is asked and begin; who answered before looks it over again."""
    ballot = yield from read(FindBallot(code.upper()))
    if ballot is None:
        return welcome.again(m.on(fresh(m)), Say("consult.unknown"))
    m = m.on(fresh(m).with_(topic=Topic.OPINION, answers={BALLOT: ballot.code}))
    if not ballot.is_open(m.now):
        return _late(m, ballot)
    kept = yield from read(FindVoice(ballot.code, m.event.who))
    if kept is None:
        own = items(ballot)
        return poll.put(m, Topic.OPINION, own, own[0].key, _hello(m, ballot))
    m = m.with_(answers={BALLOT: ballot.code, **_picked_up(ballot, kept)})
    return _review(m, ballot, Say("consult.before", {"title": ballot.title, "closes": _closes(m, ballot)}))


def hear(m: Moment, address: str) -> Deciding:
    """Answer one message of a person who takes part. address: of the complaints desk, or empty."""
    ballot = yield from read(FindBallot(m.session.answers[BALLOT]))
    if ballot is None or not ballot.is_open(m.now):
        return _late(m, ballot)
    if m.session.step == SUSPECT:

        def onward(after: Moment, *notes: Say) -> Deciding:
            yield from ()
            return _onward(after, ballot, *notes)

        return (yield from poll.at_suspicion(m, address, onward))
    if m.session.step == REVIEW:
        return _at_review(m, ballot)
    said = poll.heard(m, Topic.OPINION, items(ballot))
    return said if isinstance(said, Turn) else _taken(m, ballot, said)


def again(m: Moment, *before: Say) -> Deciding:
    """Ask the present question once more."""
    ballot = yield from read(FindBallot(m.session.answers[BALLOT]))
    if ballot is None or not ballot.is_open(m.now):
        return _late(m, ballot, *before)
    if m.session.step == SUSPECT:
        return poll.suspected(m, *before)
    if m.session.step == REVIEW:
        return _review(m, ballot, *before)
    return poll.put(m, Topic.OPINION, items(ballot), m.session.step, *before)


def items(ballot: Ballot) -> tuple[Item, ...]:
    """The questions of a consultation, each statement one of its own."""
    return tuple(item for question in ballot.questions for item in _of(question))


def _of(question: BallotQuestion) -> tuple[Item, ...]:
    title = literal(question.title)
    own = tuple(Option(key, Bilingual(th=label)) for key, label in question.options.items())
    match question.kind:
        case Kind.CHOICE | Kind.CHOICES:
            return (Item(question.key, title, own, several=question.kind is Kind.CHOICES),)
        case Kind.SCALE:
            return (Item(question.key, title, options(SCORES)),)
        case Kind.TEXT:
            return (Item(question.key, title),)
    each = tuple(
        Item(
            f"{question.key}.{key}",
            Say("consult.statement", {"title": title, "text": text}),
            options(STANCES),
            optional=False,  # one of the stances is to have none
            brief=Say("consult.said", {"text": text}),
        )
        for key, text in question.options.items()
    )
    added = Item(f"{question.key}+", Say("consult.add", {"title": title}), brief=Say("consult.added"))
    return (*each, added)


def _hello(m: Moment, ballot: Ballot) -> Say:
    told: dict[str, Arg] = {"title": ballot.title, "background": ballot.background}
    told["link"] = literal(f"\n{ballot.link}") if ballot.link else literal("")
    told["closes"] = _closes(m, ballot)
    told["voice"] = Say("consult.once" if m.event.channel in ACCOUNTS else "consult.apart")
    return Say("consult.hello", told)


def _closes(m: Moment, ballot: Ballot) -> str:
    return f"{thai.shown(thai.day(ballot.closes), m.lang)} {thai.clock(ballot.closes)}"


def _late(m: Moment, ballot: Ballot | None, *before: Say) -> Turn:
    """A voice that comes too early or too late: kindly, and with what was answered so far."""
    if ballot is None:
        return welcome.again(m.on(fresh(m)), *before, Say("consult.unknown"))
    if ballot.phase is Phase.COMING and m.now < ballot.opens:
        opens = f"{thai.shown(thai.day(ballot.opens), m.lang)} {thai.clock(ballot.opens)}"
        return welcome.again(m.on(fresh(m)), Say("consult.early", {"title": ballot.title, "opens": opens}))
    given = _given(m, ballot)
    kept = poll.told([one for one in items(ballot) if given.get(one.key)], m.session.answers, m)
    unsent = (Say("consult.unsent", {"lines": kept}),) if kept else ()
    return welcome.again(m.on(fresh(m)), *before, Say("consult.closed", {"title": ballot.title}), *unsent)


def _taken(m: Moment, ballot: Ballot, said: Told) -> Turn:
    if said.way == "leave":
        return welcome.again(m.on(fresh(m)), Say("consult.left"))
    if said.typed and poll.may_be_complaint(said.m):
        return poll.suspected(said.m, *said.notes)
    return _onward(said.m, ballot, *said.notes)


def _onward(m: Moment, ballot: Ballot, *before: Say) -> Turn:
    turn = poll.onward(m, Topic.OPINION, items(ballot), *before)
    return turn or _review(m, ballot, *before)


def _review(m: Moment, ballot: Ballot, *before: Say) -> Turn:
    own = items(ballot)
    if not _given(m, ballot):
        return poll.put(m.with_(step=""), Topic.OPINION, own, own[0].key, *before, Say("consult.nothing"))
    return poll.review(m, Topic.OPINION, own, *before, hears=_may_hear(m))


def _at_review(m: Moment, ballot: Ballot) -> Turn:
    choice = poll.looked_over(m, hears=_may_hear(m))
    if choice in {"give", "give_hear"}:
        return _give(m, ballot, hears=choice == "give_hear")
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Say("consult.left"))
    if choice == "back":
        own = items(ballot)
        return poll.put(m, Topic.OPINION, own, own[0].key)
    return _review(m, ballot, Say("pick.stale") if choice is STALE else Say("pick.unknown_here"))


def _give(m: Moment, ballot: Ballot, *, hears: bool) -> Turn:
    back = ways_back(m.event.who, m.event.channel, m.event.back, m.lang) if hears else None
    act = GiveVoice(ballot.code, m.event.who, m.event.channel in ACCOUNTS, _given(m, ballot), back)
    key = "consult.thanks" if m.event.channel in ACCOUNTS else "consult.thanks_apart"
    thanks = Say(key, {"title": ballot.title, "closes": _closes(m, ballot)}, certain=True)
    return replace(welcome.again(m.on(fresh(m)), thanks), acts=(act,))


def _may_hear(m: Moment) -> bool:
    """Whether there is a way back to this person: a page has none."""
    return m.event.back is not None


def _given(m: Moment, ballot: Ballot) -> dict[str, str]:
    """What was answered, as it is kept."""
    own = {item.key for item in items(ballot)}
    said = {key: answer for key, answer in m.session.answers.items() if key in own and answer}
    return {key: answer.removeprefix("score") if answer in SCORES else answer for key, answer in said.items()}


def _picked_up(ballot: Ballot, kept: Mapping[str, str]) -> dict[str, str]:
    """What was kept, as the talk has it. What a person added as a statement is not asked again."""
    scales = {one.key for one in ballot.questions if one.kind is Kind.SCALE}
    return {key: f"score{answer}" if key in scales else answer for key, answer in kept.items()}
