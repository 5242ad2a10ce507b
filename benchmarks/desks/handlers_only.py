"""The handlers alone: decide and render, store nothing. The baseline for what the engine adds."""

import json
import secrets
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.desks.citizen import GUIDED_OFFICE_TOML, make_citizen_story
from benchmarks.desks.load import Story
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now, Query
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.dialog.session import Session
from handlers.i18n import render_reply
from handlers.office import Office
from handlers.staff.members import ListStaff

OFFICE = Office.model_validate(tomllib.loads(GUIDED_OFFICE_TOML))
"""The example, with the questions that the scripts of the benchmarks answer."""


def decode_event(body: bytes) -> Event:
    """Decode a message into an event."""
    message: dict[str, str] = json.loads(body)
    return Event(
        message["id"],
        bytes.fromhex(message["who"]),
        Channel.WEB,
        text=message.get("text"),
        choice=message.get("choice"),
    )


def encode_messages(messages: list[Message]) -> bytes:
    """Encode an answer as JSON."""
    out = [{"text": m.text, "choices": m.choices, "receipt": m.receipt} for m in messages]
    return json.dumps(out, ensure_ascii=False).encode()


class HandlersOnlyDesk:
    """A desk without storage: sessions are kept in a dictionary and acts are dropped."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, Session] = {}
        self._desk = ComplaintsDesk(OFFICE)

    async def handle_message(self, body: bytes) -> bytes:
        """Decide on one message and render the answer."""
        event = decode_event(body)
        decision = self._desk.decide(event, self._sessions.get(event.person_id))
        answer: Any = None
        while True:
            try:
                answer = _answer_query(decision.send(answer))
            except StopIteration as decided:
                turn = decided.value
                break
        self._sessions[event.person_id] = turn.session
        return encode_messages([render_reply(reply, turn.session.lang) for reply in turn.replies])


@asynccontextmanager
async def open_handlers_only(_folder: Path) -> AsyncIterator[Story]:
    """Citizens against a desk without storage."""
    yield make_citizen_story(HandlersOnlyDesk().handle_message)


def _answer_query(query: Query[Any]) -> Any:
    if isinstance(query, Now):
        return datetime.now(UTC)
    if isinstance(query, NewReceipt):
        return make_receipt(secrets.randbits(80))
    if isinstance(query, ListStaff):
        return ()
    raise NotImplementedError(query)
