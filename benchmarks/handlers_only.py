"""The talk alone: decided and put into words, and nothing kept. What the rest of the engine is measured from."""

import json
import secrets
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.citizen import make_citizen_story
from benchmarks.load import Story
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now, Query
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.dialog.session import Session
from handlers.i18n import render_reply
from handlers.office import Office
from handlers.staff.members import ListStaff

OFFICE = Office.model_validate(
    tomllib.loads((Path(__file__).parents[1] / "office.example.toml").read_text("utf-8"))
)


def decode_event(body: bytes) -> Event:
    """A message as it came in."""
    heard: dict[str, str] = json.loads(body)
    return Event(
        heard["id"],
        bytes.fromhex(heard["who"]),
        Channel.WEB,
        text=heard.get("text"),
        choice=heard.get("choice"),
    )


def encode_messages(messages: list[Message]) -> bytes:
    """An answer as it goes out."""
    out = [{"text": m.text, "choices": m.choices, "receipt": m.receipt} for m in messages]
    return json.dumps(out, ensure_ascii=False).encode()


class HandlersOnlyDesk:
    """A desk that forgets: sessions in a dictionary, nothing written."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, Session] = {}
        self._desk = ComplaintsDesk(OFFICE)

    async def handle_message(self, body: bytes) -> bytes:
        """Decide on one message and put the answer into words."""
        heard = decode_event(body)
        deciding = self._desk.decide(heard, self._sessions.get(heard.person_id))
        answer: Any = None
        while True:
            try:
                answer = _answer_query(deciding.send(answer))
            except StopIteration as decided:
                turn = decided.value
                break
        self._sessions[heard.person_id] = turn.session
        return encode_messages([render_reply(say, turn.session.lang) for say in turn.says])


@asynccontextmanager
async def open_handlers_only(_folder: Path) -> AsyncIterator[Story]:
    """Citizens before a desk that forgets."""
    yield make_citizen_story(HandlersOnlyDesk().handle_message)


def _answer_query(query: Query[Any]) -> Any:
    if isinstance(query, Now):
        return datetime.now(UTC)
    if isinstance(query, NewReceipt):
        return make_receipt(secrets.randbits(80))
    if isinstance(query, ListStaff):
        return ()
    raise NotImplementedError(query)
