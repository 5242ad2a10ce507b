"""What a chat platform is: the protocol that a folder of this package implements, named by one line in `registry.py`.

What a platform does stands in five places:

- *set-up*: `Platform.open` connects a desk; `OpenPlatform` is what the desk needs of it from then on.
- *receive*: a webhook (`OpenPlatform.routes`), polling (a task that `open` runs) or lines of a terminal. What arrives
  becomes an `Event` for the engine, with the keyed hash of the platform's user id (`Keyring.hash_id`) and the encrypted
  address to answer to (`Keyring.encrypt_address`); a file comes through `DeliveryWorker.fetch_file`. What is delivered
  again has the same event id, which begins with the platform's name: an id is known to the whole desk. Where people
  can correct or take back what they wrote, the event says so. A webhook checks who calls it, bounds what it reads, and
  answers 200 only once the event is on the disk (`Answer.stored`). Who handles several events in one turn holds
  `Engine.lock_person` meanwhile.
- *render*: a function from `Message` to what the platform shows, within its limits (`handlers.dialog.text` cuts texts).
- *send*: a `Transport`, which sends what the delivery worker finds in the outbox. The platform sends answers by itself,
  and completes their outbox rows (`Answer.outbox_ids`) once they were accepted.
- *limits*: `Transport.limits` (the delivery worker applies those of files, the platform's own renderer the others), and
  `ChannelTraits` for what the dialogue has to know.

`tests/bot/platforms/in_memory.py` is a whole one in under a hundred lines. The simplest that people use is
`terminal.py`, which runs within the person's own program: it reads the outbox itself and has no account. Record:
docs/decisions/0025-a-platform.md.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr
from starlette.routing import BaseRoute

from bot.bootstrap import RunningDesk
from bot.delivery.transport import Transport
from bot.delivery.worker import DeliveryWorker
from bot.desk_names import DeskName
from bot.settings import DeskSettings, Settings
from handlers.dialog.events import Channel


@dataclass(frozen=True, slots=True)
class AccountSecret:
    """A setting of a desk's account. names_account: every account has its own, so no two desks may have the same."""

    setting: str
    value: SecretStr | None
    names_account: bool


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """What a platform is connected to. delivery_worker: of the desk; it has the transport once the platform is open."""

    desk: RunningDesk
    settings: Settings
    delivery_worker: DeliveryWorker
    on_error: Callable[[BaseException], None]

    @property
    def desk_settings(self) -> DeskSettings:
        """The settings of the desk."""
        return self.settings.desk(self.desk.name)


@dataclass(frozen=True, kw_only=True)
class OpenPlatform:
    """A platform that is connected to a desk.

    transport: sends and fetches; it may be a `Cleanup` too. routes: what the platform calls.
    """

    transport: Transport
    routes: Sequence[BaseRoute] = ()


class Platform(Protocol):
    """A chat platform. It is made at every start, so `open` imports what only a desk with an account needs."""

    channel: Channel

    @abstractmethod
    def get_secrets(self, desk_settings: DeskSettings) -> Sequence[AccountSecret]:
        """Return the secrets of a desk's account. Without the first, the token, no server opens the platform."""

    def iterate_warnings(self, prefix: str, desk_settings: DeskSettings) -> Iterator[str]:  # noqa: ARG002
        """Yield what the administrator is warned of at the start. prefix: of the names of the desk's settings."""
        yield from ()

    @abstractmethod
    def open(self, context: PlatformContext) -> AbstractAsyncContextManager[OpenPlatform]:
        """Connect a desk, without waiting for the platform to be reachable. Raises ConfigurationError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What a platform says of a desk's account, whose token it accepts.

    name: by which people find it. webhook: the address that it posts to; empty for none. failure: in the platform's own
    words why it could not deliver, which names no person; failed_at: when, None where it does not say. waiting: events
    that it keeps for us. quota: this month's limit of messages and how many were sent; None where there is none.
    answers_alone: people at the office cannot read and answer in the account beside the program.
    """

    name: str
    webhook: str = ""
    failure: str = ""
    failed_at: datetime | None = None
    waiting: int = 0
    quota: tuple[int, int] | None = None
    answers_alone: bool = True


class AccountPlatform(Platform, Protocol):
    """A platform on which a desk has an account: what `ita-bot init` sets up and `ita-bot doctor` looks at.

    title: its name as people write it. guide: the document that says how an account is made.
    """

    title: str
    guide: str

    def get_webhook_url(self, desk: DeskName, desk_settings: DeskSettings) -> str:
        """Return the address that the platform should post to; empty where it should to none."""
        address = (desk_settings.public_url or "").rstrip("/")
        return f"{address}/{self.channel}/{desk}" if address else ""

    @abstractmethod
    async def examine_account(self, desk: DeskName, settings: Settings) -> AccountState:
        """Ask the platform. Raises TransportError; TokenRefusedError for a wrong token."""

    @abstractmethod
    async def register_account(self, desk: DeskName, settings: Settings) -> None:
        """Set webhook, commands and menus. Raises TransportError."""
