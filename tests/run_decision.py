"""Run one decision of a handler by hand: an event in, an outcome out; no event loop, no storage, no mock."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, Query, TurnResult
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import Choice, Reply
from handlers.dialog.session import Session
from handlers.office import Office
from tests.in_memory_desk import MORNING, OFFICE

PERSON = b"p" * 32
"""The person who sends the events of exact tests."""

Answers = Mapping[type[Query[Any]], object]
"""The answer to each type of query; `by_query` makes one that depends on the query."""


@dataclass(frozen=True)
class Outcome:
    """What a decision came to, compared by value: the session, the replies, the acts, and the queries it asked."""

    session: Session | None
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()
    queries: tuple[Query[Any], ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The wording keys of the replies."""
        return tuple(reply.key for reply in self.replies)

    @property
    def kept(self) -> Session:
        """The session, where there has to be one."""
        assert self.session is not None
        return self.session


@dataclass(frozen=True)
class AnswerByQuery:
    """An answer that depends on the query."""

    find: Callable[[Any], object]


def run_queries(
    generator: Generator[Query[Any], Any, Any], answers: Answers | None = None
) -> tuple[Any, tuple[Query[Any], ...]]:
    """Drive what asks queries to its end: its result, and the queries. One without an answer fails the test."""
    known = answers or {}
    queries: list[Query[Any]] = []
    answer: object = None
    while True:
        try:
            query = generator.send(answer)
        except StopIteration as done:
            return done.value, tuple(queries)
        queries.append(query)
        assert type(query) in known, f"no answer for {query!r}"
        answer = known[type(query)]
        if isinstance(answer, AnswerByQuery):
            answer = answer.find(query)


def run_decision(decision: Decision | TurnResult, answers: Answers | None = None) -> Outcome:
    """Drive a decision to its end (`run_queries`)."""
    result: TurnResult
    result, queries = (decision, ()) if isinstance(decision, TurnResult) else run_queries(decision, answers)
    return Outcome(result.session, result.replies, result.acts, queries)


def make_event(text: str | None = None, *, channel: Channel = Channel.WEB, **parts: Any) -> Event:
    """Make an event of `PERSON`."""
    return Event("e1", PERSON, channel, text, **parts)


def pick(session: Session, value: str, **parts: Any) -> Event:
    """Make the tap on a button of the session's present question."""
    return make_event(choice=f"{session.prompt_number}.{value}", **parts)


def make_file(number: int = 1, name: str = "ภาพ.jpg", **parts: Any) -> File:
    """Make a file as a channel delivers it: stored already, under an id."""
    return File(f"{number:032x}", name, "image/jpeg", 1000, **parts)


def make_context(event: Event, session: Session | None = None, office: Office = OFFICE) -> Context:
    """Make the context in which a handler gets an event: the session was used a minute ago."""
    return Context(event, (session or Session()).replace(at=MORNING), office, MORNING)


def begin_session(**parts: Any) -> Session:
    """Make a session that was used a minute ago."""
    return Session(**{"version": 3, "at": MORNING - timedelta(minutes=1), "prompt_number": 7, **parts})


def make_buttons(session: Session, *values: str) -> tuple[Choice, ...]:
    """The buttons of a question with labels from the wording."""
    return tuple(Choice(f"{session.prompt_number}.{value}", f"choice.{value}") for value in values)


def make_menu(*commands: str) -> tuple[Choice, ...]:
    """The buttons of a menu: commands, with labels from the wording."""
    return tuple(Choice(f"/{command}", f"choice.{command}") for command in commands)
