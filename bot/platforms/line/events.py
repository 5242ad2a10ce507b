"""Parse webhook bodies of LINE: each event on its own, and only the fields that are used.

Names and types are those of the Messaging API reference, "Webhook Event Objects".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field, ValidationError

from bot.errors import BotError
from bot.platforms.incoming_model import LENIENT, IncomingModel

MAX_EVENT_AGE = timedelta(hours=24)
"""An older event is a replay: LINE redelivers within hours."""

MAX_NUMBER_DIGITS = 20
"""Digits of a number. LINE's have 13; one of 5,000 would make Python refuse the whole body."""

MAX_TIMESTAMP_MS = 10**14
"""Upper limit of a timestamp, in milliseconds since 1970."""


class InvalidWebhookBodyError(BotError):
    """A webhook body is not JSON, or has no list of events."""


class EventSource(IncomingModel):
    """Where an event happened: a one-on-one chat (`user`), a group or a room."""

    type: str = ""
    userId: str | None = Field(default=None, min_length=1, max_length=100)  # noqa: N815
    groupId: str | None = Field(default=None, max_length=100)  # noqa: N815
    roomId: str | None = Field(default=None, max_length=100)  # noqa: N815


class ContentProvider(IncomingModel):
    """Where a file is stored. Only `line` is fetched, never a URL that somebody sent."""

    type: str = ""


class ImageSet(IncomingModel):
    """The set of pictures, sent together, that one belongs to."""

    id: str = Field(min_length=1, max_length=200)
    index: int | None = None
    total: int | None = None


class MessageContent(IncomingModel):
    id: str = Field(pattern=r"^\d{1,40}$")
    type: str
    text: str | None = None
    fileName: Annotated[str | None, LENIENT] = None  # noqa: N815
    fileSize: Annotated[int | None, LENIENT] = None  # noqa: N815
    contentProvider: ContentProvider | None = None  # noqa: N815
    imageSet: Annotated[ImageSet | None, LENIENT] = None  # noqa: N815
    title: Annotated[str | None, LENIENT] = None
    address: Annotated[str | None, LENIENT] = None
    latitude: Annotated[float | None, LENIENT] = None
    longitude: Annotated[float | None, LENIENT] = None


class Postback(IncomingModel):
    data: str = Field(max_length=300)


class Unsend(IncomingModel):
    """A message that was taken back."""

    messageId: str = Field(pattern=r"^\d{1,40}$")  # noqa: N815


class DeliveryContext(IncomingModel):
    """Whether LINE brings it again."""

    isRedelivery: bool = False  # noqa: N815


class WebhookEvent(IncomingModel):
    """One event of a webhook."""

    type: str
    mode: str = "active"
    timestamp: int = Field(default=0, ge=0, lt=MAX_TIMESTAMP_MS)
    webhookEventId: str | None = Field(default=None, min_length=1, max_length=200)  # noqa: N815
    source: EventSource | None = None
    replyToken: str | None = Field(default=None, min_length=1, max_length=500)  # noqa: N815
    deliveryContext: Annotated[DeliveryContext | None, LENIENT] = None  # noqa: N815
    message: MessageContent | None = None
    postback: Postback | None = None
    unsend: Unsend | None = None

    @property
    def event_key(self) -> str:
        """A key that identifies the event: from LINE's id, or from a hash of its content if it has none."""
        if self.webhookEventId is not None:
            return f"line:{self.webhookEventId}"
        content = self.model_dump_json(exclude={"deliveryContext", "replyToken"})
        return f"line:{sha256(content.encode('utf-8', 'replace')).hexdigest()}"

    @property
    def user_id(self) -> str | None:
        """The user id in a one-on-one chat, else None."""
        if self.source is None or self.source.type != "user":
            return None
        return self.source.userId

    @property
    def group(self) -> tuple[str, str] | None:
        """`group` or `room` with its id, else None."""
        if self.source is None:
            return None
        if self.source.type == "group" and self.source.groupId:
            return "group", self.source.groupId
        if self.source.type == "room" and self.source.roomId:
            return "room", self.source.roomId
        return None

    def age(self, now: float) -> timedelta:
        """Return how long ago it happened. now: seconds since 1970."""
        return timedelta(seconds=now - self.timestamp / 1000)


@dataclass(frozen=True, slots=True)
class WebhookBody:
    """A webhook body: user id of the bot it is for, events in order of time, and how many were unreadable."""

    destination: str
    events: tuple[WebhookEvent, ...]
    unreadable_count: int


def parse_webhook(body: bytes) -> WebhookBody:
    """Parse a body whose signature was verified. Unreadable events are skipped. Raises InvalidWebhookBodyError."""
    try:
        parsed = json.loads(body, parse_int=_parse_int)
    except (ValueError, RecursionError):
        raise InvalidWebhookBodyError from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("events"), list):
        raise InvalidWebhookBodyError
    events = list(_parse_events(parsed["events"]))
    readable = sorted((e for e in events if e is not None), key=lambda event: event.timestamp)
    destination = parsed.get("destination")
    return WebhookBody(
        destination if isinstance(destination, str) else "", tuple(readable), events.count(None)
    )


def _parse_int(digits: str) -> int | None:
    """Parse an integer of JSON; None if it is too long, which invalidates only the event that contains it."""
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else None


def _parse_events(raw: list[Any]) -> Iterator[WebhookEvent | None]:
    for item in raw:
        try:
            event = WebhookEvent.model_validate(item)
        except (ValidationError, RecursionError):
            yield None
        else:
            yield event
