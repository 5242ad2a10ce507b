"""Builds everything once: the only place that wires settings, office, keys, storage, talk and doors together."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot import log, settings
from bot import office_file as offices
from bot.engine import Engine, utc_now
from bot.importers import faq_file as knowledge
from bot.settings import ConfigurationError, DeskName, Settings
from bot.statistics import chat_queries as counting
from bot.web.officer import session as seats
from handlers.complaints_desk import ComplaintsDesk
from handlers.office import Office
from handlers.service_desk import ServiceDesk
from handlers.staff.page_access import NewAccessLink
from storage import store
from storage.crypto import key_files as keys
from storage.crypto.key_files import DeskPaths
from storage.errors import KeyFileError, SchemaTooNewError
from storage.store import Store


@dataclass(frozen=True)
class RunningDesk:
    """A desk at work."""

    name: DeskName
    paths: DeskPaths
    store: Store
    engine: Engine


@dataclass(frozen=True)
class App:
    """Everything that runs."""

    settings: Settings
    office: Office
    desks: Mapping[DeskName, RunningDesk]


@asynccontextmanager
async def open_app(names: Iterable[DeskName], now: datetime | None = None) -> AsyncIterator[App]:
    """Open desks; all that is written is on the disk when this ends. Raises Misconfigured."""
    chosen = settings.load_settings()
    office = offices.load_office(chosen.office)
    places = {name: chosen.desk_paths(name) for name in names}
    async with AsyncExitStack() as stack:
        desks: dict[DeskName, RunningDesk] = {}
        with _raise_configuration_errors():
            rings = {name: keys.load_or_create_keys(place) for name, place in places.items()}
            keys.assert_distinct_keys(rings.values())
            for name, ring in rings.items():
                kept = await stack.enter_async_context(store.open_store(ring, now or utc_now()))
                if name == "service" and offices.is_example_office(chosen.office):
                    await knowledge.store_example_faq(kept, now or utc_now())
                own = chosen.desk(name).public_url or ""
                answers = counting.build_query_handlers(kept, office, name, own)
                if own and name == "complaints":
                    answers[NewAccessLink] = seats.make_access_link_factory(own)
                engine = Engine(
                    _build_router(name, office, chosen, kept),
                    kept,
                    on_error=log.log_exception,
                    query_handlers=answers,
                )
                desks[name] = RunningDesk(name, places[name], kept, engine)
        yield App(chosen, office, desks)


@contextmanager
def _raise_configuration_errors() -> Iterator[None]:
    """Say what the administrator can mend where keys or data cannot be opened. Raises Misconfigured."""
    try:
        yield
    except (KeyFileError, SchemaTooNewError) as trouble:
        raise ConfigurationError(str(trouble)) from None
    except OSError as trouble:
        raise ConfigurationError(
            f"{trouble.filename}: เปิดหรือสร้างไม่ได้ ตรวจ ITA_HOME และสิทธิ์ของโฟลเดอร์"
            f" / cannot be opened or made ({trouble.strerror}); see to ITA_HOME and the folder's rights."
        ) from None


def _build_router(
    name: DeskName, office: Office, chosen: Settings, kept: Store
) -> ComplaintsDesk | ServiceDesk:
    if name == "complaints":
        return ComplaintsDesk(office, kept.roster, chosen.complaints.public_url or "")
    own = chosen.service.public_url
    board = f"{own.rstrip('/')}/qna" if own else ""
    return ServiceDesk(office, chosen.complaints.public_url or "", board, kept.roster)
