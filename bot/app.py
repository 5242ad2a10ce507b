"""Builds everything once: the only place that wires settings, office, keys, storage, talk and doors together."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot import log, offices, settings
from bot.engine import Engine, utc_now
from bot.settings import DeskName, Misconfigured, Settings
from handlers.office import Office
from handlers.router import Complaints, Service
from storage import keys, store
from storage.errors import KeyTrouble
from storage.keys import Place
from storage.store import Store


@dataclass(frozen=True)
class Desk:
    """A desk at work."""

    name: DeskName
    place: Place
    store: Store
    engine: Engine


@dataclass(frozen=True)
class House:
    """Everything that runs."""

    settings: Settings
    office: Office
    desks: Mapping[DeskName, Desk]


@asynccontextmanager
async def opened(names: Iterable[DeskName], now: datetime | None = None) -> AsyncIterator[House]:
    """Open desks; all that is written is on the disk when this ends. Raises Misconfigured."""
    chosen = settings.load()
    office = offices.load(chosen.office)
    places = {name: chosen.place(name) for name in names}
    try:
        rings = {name: keys.opened(place) for name, place in places.items()}
        keys.assert_distinct(rings.values())
        async with AsyncExitStack() as stack:
            desks: dict[DeskName, Desk] = {}
            for name, ring in rings.items():
                kept = await stack.enter_async_context(store.opened(ring, now or utc_now()))
                desks[name] = Desk(
                    name, places[name], kept, Engine(_router(name, office, chosen), kept, fault=log.fault)
                )
            yield House(chosen, office, desks)
    except KeyTrouble as trouble:
        raise Misconfigured(str(trouble)) from None


def _router(name: DeskName, office: Office, chosen: Settings) -> Complaints | Service:
    if name == "complaints":
        return Complaints(office)
    return Service(office, chosen.complaints.public_url or "")
