"""A store that keeps answers of events, and a handler that counts its decisions: for tests of what pages do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from handlers.dialog.effects import Act, Answer, DeleteFiles, Now, TurnResult, run_query
from handlers.dialog.events import Event
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MARK = b"hash of a token"
ACTS: tuple[Act, ...] = (DeleteFiles(("file",)),)


@dataclass
class FakeStore:
    """Keeps the answers of events. troubles: raised by the next commits."""

    troubles: list[Exception] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    sessions: dict[bytes, Session] = field(default_factory=dict)

    async def load_session(self, who: bytes) -> Session | None:
        return self.sessions.get(who)

    async def find_previous_answer(self, event_id: str) -> Answer | None:
        return self.answers.get(event_id)

    async def commit(self, event: Event, before: Session | None, turn: TurnResult, at: datetime) -> Answer:
        if self.troubles:
            raise self.troubles.pop(0)
        assert (turn.acts, at) == (ACTS, NOON)
        self.events.append(event)
        if turn.session is not None:
            self.sessions[event.person_id] = turn.session
        return self.answers.setdefault(event.id, turn.to_answer(before))


@dataclass
class Handler:
    """Decides on acts, and says how often it has decided."""

    acts: tuple[Act, ...] = ACTS
    requests: list[Any] = field(default_factory=list)

    def decide(self, request: Any) -> Any:
        assert (yield from run_query(Now())) == NOON
        self.requests.append(request)
        reply = Reply("literal", NEUTRAL, {"text": f"{len(self.requests)}"})
        return TurnResult(Session(), (reply,), self.acts, "en")


class NoRouter:
    """No chat takes place."""

    def decide(self, event: Event, session: Session | None) -> Any:
        raise NotImplementedError

    current_prompt = decide


def get_count(reply: Reply) -> int:
    return int(str(reply.args["text"]))
