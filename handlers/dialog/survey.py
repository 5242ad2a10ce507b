"""What an opinion and a consultation have in common: question after question, skipped or answered, then looked over."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from handlers import thai
from handlers.complaints.track import fresh
from handlers.dialog.answers import oddities
from handlers.dialog.choices import STALE, Option, StaleChoice, offered, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Arg,
    Deciding,
    DialogTopic,
    ExpectedInput,
    Query,
    Reply,
    Session,
    TurnResult,
    asked,
    literal,
)
from handlers.office import Bilingual
from handlers.questions import ask
from handlers.questions import menu as welcome
from handlers.questions.misdirected import is_complaint

T = TypeVar("T")
Reading: TypeAlias = Generator[Query[Any], Any, T]

LONGEST = 2000
"""Characters of an answer in one's own words."""

TICK = "✓ "
REVIEW = "review"
SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question. options: what may be picked, empty where words are asked for; several: more than one may be.

    brief: its title in one line, where the title has more.
    """

    key: str
    title: Reply
    options: tuple[Option, ...] = ()
    several: bool = False
    optional: bool = True
    brief: Reply | None = None


@dataclass(frozen=True, slots=True)
class SurveyState:
    """What a message was, once it is an answer or a way out: the moment after it.

    way: onward or leave; typed: whether it brought words.
    """

    m: Context
    way: str
    notes: tuple[Reply, ...] = ()
    typed: bool = False


def put(
    m: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], key: str, *before: Reply
) -> TurnResult:
    """Ask the question of a key. Asking the same one again keeps its old buttons alive."""
    session = m.session if m.session.step == key else asked(m.session, step=key)
    session = session.with_(topic=topic)
    item = _item(items, key)
    place = [one.key for one in items].index(key) + 1
    args: dict[str, Arg] = {"title": item.title, "place": place, "of": len(items)}
    answer = session.answers.get(key, "")
    args["so_far"] = Reply("poll.so_far", {"answer": answer}) if answer and not item.options else literal("")
    choices = offered(_ways(items, item, session), session)
    wants = ExpectedInput.PICK if item.options else ExpectedInput.TEXT
    return TurnResult(session, (*before, Reply("poll.item", args, choices, wants=wants)))


def heard(m: Context, topic: DialogTopic, items: Sequence[SurveyQuestion]) -> TurnResult | SurveyState:
    """What a message is to the question that the talk stands at: asked again, or an answer."""
    item = _item(items, m.session.step)
    choice = picked(m.event, m.session, _ways(items, item, m.session), numbers=bool(item.options))
    if choice is STALE:
        return put(m, topic, items, item.key, Reply("pick.stale"))
    if choice is None:
        if item.options:
            return put(m, topic, items, item.key, Reply("pick.unknown_here"))
        return _words(m, topic, items, item)
    if choice == "leave":
        return SurveyState(m, "leave")
    if choice == "back":
        return put(m, topic, items, before(items, item.key))
    if choice in {"skip", "next", "done"}:
        return SurveyState(m, "onward")
    if item.several:
        return put(_toggled(m, item, choice), topic, items, item.key)
    return SurveyState(m.with_(answers={**m.session.answers, item.key: choice}), "onward")


def onward(
    m: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], *before: Reply
) -> TurnResult | None:
    """The question after the present one; None after the last."""
    keys = [one.key for one in items]
    place = keys.index(m.session.step) + 1 if m.session.step in keys else 0
    return put(m, topic, items, keys[place], *before) if place < len(keys) else None


def before(items: Sequence[SurveyQuestion], key: str) -> str:
    """The question before one; the first is before itself."""
    keys = [one.key for one in items]
    return keys[max(0, keys.index(key) - 1)] if key in keys else keys[-1]


def told(items: Sequence[SurveyQuestion], answers: Mapping[str, str], m: Context) -> tuple[Reply, ...]:
    """The answers as they are looked over, a line each."""
    return tuple(
        Reply("poll.line", {"title": item.brief or item.title, "answer": _shown(item, answers, m)})
        for item in items
    )


def _shown(item: SurveyQuestion, answers: Mapping[str, str], m: Context) -> Arg:
    answer = answers.get(item.key, "")
    if not answer:
        return Reply("poll.nothing")
    if not item.options:
        return literal(answer)
    own = {option.value: option for option in item.options}
    said = [own[value].choice(m.session) for value in answer.split(",") if value in own]
    return tuple(Reply(one.key, one.args) for one in said)


def _item(items: Sequence[SurveyQuestion], key: str) -> SurveyQuestion:
    return next((one for one in items if one.key == key), items[0])


def _ways(items: Sequence[SurveyQuestion], item: SurveyQuestion, session: Session) -> tuple[Option, ...]:
    chosen = _chosen(session, item.key)
    shown = item.options
    if item.several:
        shown = tuple(_ticked(one, session) if one.value in chosen else one for one in shown)
    ways = []
    if item.several and chosen:
        ways.append("done")
    elif session.answers.get(item.key):
        ways.append("next")
    elif item.optional:
        ways.append("skip")
    if item.key != items[0].key:
        ways.append("back")
    return (*shown, *options((*ways, "leave")))


def _chosen(session: Session, key: str) -> list[str]:
    return [value for value in session.answers.get(key, "").split(",") if value]


def _ticked(option: Option, session: Session) -> Option:
    name = option.name.in_(session.lang) if option.name else option.value
    return replace(option, name=Bilingual(th=f"{TICK}{name}"))


def _toggled(m: Context, item: SurveyQuestion, value: str) -> Context:
    chosen = set(_chosen(m.session, item.key)) ^ {value}
    kept = ",".join(option.value for option in item.options if option.value in chosen)
    return m.with_(answers={**m.session.answers, item.key: kept})


def _words(
    m: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], item: SurveyQuestion
) -> TurnResult | SurveyState:
    cleaned = thai.clean(m.event.text or "")
    notes = oddities(cleaned)
    if not cleaned.text:
        return put(m, topic, items, item.key, *notes, Reply("text.empty"))
    if len(cleaned.text) > LONGEST:
        limits = {"limit": f"{LONGEST:,}", "count": f"{len(cleaned.text):,}", "unsent": cleaned.text}
        return put(m, topic, items, item.key, *notes, Reply("ask.too_long", limits))
    return SurveyState(
        m.with_(answers={**m.session.answers, item.key: cleaned.text}), "onward", notes, typed=True
    )


def review(
    m: Context, topic: DialogTopic, items: Sequence[SurveyQuestion], *before: Reply, hears: bool = False
) -> TurnResult:
    """All answers, to be sent, changed or thrown away. hears: the person may wish to hear what comes of it."""
    session = m.session if m.session.step == REVIEW else asked(m.session, step=REVIEW)
    session = session.with_(topic=topic)
    lines = told(items, session.answers, m.on(session))
    choices = offered(_OVER_HEARING if hears else _OVER, session)
    return TurnResult(
        session, (*before, Reply("poll.review", {"lines": lines}, choices, wants=ExpectedInput.PICK))
    )


def looked_over(m: Context, *, hears: bool = False) -> str | StaleChoice | None:
    """What was picked at the review: give, give_hear, back or leave."""
    return picked(m.event, m.session, _OVER_HEARING if hears else _OVER, numbers=True)


_OVER = options(("give", "back", "leave"))
_OVER_HEARING = options(("give", "give_hear", "back", "leave"))
_WAYS_OUT = options(("complain", "mere", "leave"))


def may_be_complaint(m: Context) -> bool:
    """Whether the words at the present question tell of corruption, and the person has not said otherwise."""
    return not m.session.answers.get(SUSPECT) and is_complaint(m.session.answers.get(m.session.step, ""))


def suspected(m: Context, *before: Reply) -> TurnResult:
    """Ask whether it is a complaint of corruption. Until it is known, the talk is held in memory only."""
    first = m.session.step != SUSPECT
    session = asked(m.session, step=SUSPECT, resume=m.session.step) if first else m.session
    choices = offered(_WAYS_OUT, session)
    return TurnResult(session, (*before, Reply("ask.suspect", {}, choices, wants=ExpectedInput.PICK)))


def at_suspicion(m: Context, address: str, onward: Callable[..., Deciding]) -> Deciding:
    """Hand a complaint over by a link and keep nothing of it, or go on with what is none."""
    choice = picked(m.event, m.session, _WAYS_OUT, numbers=True)
    if choice == "complain":
        return welcome.again(m.on(fresh(m)), ask.handover(m, address))
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Reply("ask.forgotten"))
    if choice == "mere":
        answers = {**m.session.answers, SUSPECT: "1"}
        return (yield from onward(m.with_(step=m.session.resume, resume="", answers=answers)))
    return suspected(m, Reply("pick.stale") if choice is STALE else Reply("pick.unknown_here"))
