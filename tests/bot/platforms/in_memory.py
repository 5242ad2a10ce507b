"""A whole platform, in memory: what was received and what was sent are lists. A test holds it under a hundred lines."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from bot.delivery.transport import PlatformLimits, PlatformUnavailableError
from bot.platforms.platform import AccountSecret, OpenPlatform, Platform, PlatformContext
from bot.settings import DeskSettings
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Message
from handlers.dialog.text import split_text

LIMITS = PlatformLimits(text_units=4096, file_wait=20)


@dataclass
class InMemoryPlatform(Platform):
    """A platform that people use by name.

    files: what people sent, by the number of the event. away: persons whom it cannot reach at present. limits, channel:
    it cuts texts as Telegram does, and the dialogue takes it for Telegram.
    """

    received: list[Event] = field(default_factory=list)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    limits: PlatformLimits = LIMITS
    channel = Channel.TELEGRAM

    def get_secrets(self, desk_settings: DeskSettings) -> Sequence[AccountSecret]:
        """Return a token that every desk has (`Platform.get_secrets`)."""
        return (AccountSecret("IN_MEMORY_TOKEN", SecretStr("any"), names_account=False),)

    @asynccontextmanager
    async def open(self, context: PlatformContext) -> AsyncIterator[OpenPlatform]:
        """Connect to a desk (`Platform.open`)."""
        self.engine, self.store, self.worker = (
            context.desk.engine,
            context.desk.store,
            context.delivery_worker,
        )
        yield OpenPlatform(transport=self)

    async def receive(self, number: str, person: str, *, file_name: str = "", **said: str) -> list[Message]:
        """Receive a text, a choice or a file, and answer it. The same number again is a repetition."""
        keyring = self.store.keyring
        event = Event(
            f"memory:{number}",
            keyring.hash_id(self.channel, person),
            self.channel,
            reply_to=keyring.encrypt_address(person),
            **said,  # type: ignore[arg-type] - text or choice
        )
        self.received.append(event)
        answer = await self.store.find_previous_answer(event.id) if file_name else None
        if file_name and answer is None:  # a file of a repetition is here already
            what, size = {"file": number}, len(self.files[number])
            event = replace(event, file=await self.worker.fetch_file(event, file_name, what, size))
        answer = answer or await self.engine.handle(event)
        shown = self.show(person, answer.messages)
        await self.store.outbox.complete(answer.outbox_ids)
        return shown

    def show(self, person: str, messages: Sequence[Message]) -> list[Message]:
        """Show messages to a person. Returns them as they were cut."""
        shown = [piece for message in messages for piece in self.render(message)]
        self.sent += [(person, piece) for piece in shown]
        return shown

    def render(self, message: Message) -> Iterator[Message]:
        """Cut a message so that its text fits; buttons and receipt are with the last piece."""
        *first, last = [*split_text(message.text, self.limits.text_units)] or [""]
        yield from (Message(text, message.policy) for text in first)
        yield replace(message, text=last)

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        """Show messages of the outbox (`Transport.deliver`)."""
        person = self.store.keyring.decrypt_address(back)
        if person in self.away:
            raise PlatformUnavailableError
        self.show(person, messages)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Yield a file in pieces (`Transport.fetch`)."""
        content = self.files[what["file"]]
        for at in range(0, len(content), 50_000):
            yield content[at : at + 50_000]
