"""Builds everything once: the only place that wires settings, office, keys, storage, talk and doors together."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.engine import Engine, utc_now
from bot.importers.faq_file import store_example_faq
from bot.log import log_exception
from bot.office_file import is_example_office, load_office
from bot.settings import ConfigurationError, DeskName, Settings, load_settings
from bot.statistics.chat_queries import build_query_handlers
from bot.web.officer.session import make_access_link_factory
from handlers.complaints_desk import ComplaintsDesk
from handlers.office import Office
from handlers.service_desk import ServiceDesk
from handlers.staff.page_access import NewAccessLink
from storage.crypto.key_files import DeskPaths, assert_distinct_keys, load_or_create_keys
from storage.errors import KeyFileError, SchemaTooNewError
from storage.store import Store, open_store


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
    chosen = load_settings()
    office = load_office(chosen.office)
    places = {name: chosen.desk_paths(name) for name in names}
    async with AsyncExitStack() as stack:
        desks: dict[DeskName, RunningDesk] = {}
        with _raise_configuration_errors():
            rings = {name: load_or_create_keys(place) for name, place in places.items()}
            assert_distinct_keys(rings.values())
            for name, ring in rings.items():
                kept = await stack.enter_async_context(open_store(ring, now or utc_now()))
                if name == "service" and is_example_office(chosen.office):
                    await store_example_faq(kept, now or utc_now())
                own = chosen.desk(name).public_url or ""
                answers = build_query_handlers(kept, office, name, own)
                if own and name == "complaints":
                    answers[NewAccessLink] = make_access_link_factory(own)
                engine = Engine(
                    _build_router(name, office, chosen, kept),
                    kept,
                    on_error=log_exception,
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
