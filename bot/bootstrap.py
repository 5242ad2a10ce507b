"""Composition root: builds settings, office, keys, storage, engines and query handlers of each desk."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bot.clock.outside_time import read_uptime
from bot.decoding.pool import DecoderPool
from bot.desk_names import DeskName
from bot.engine import Engine, utc_now
from bot.errors import ConfigurationError
from bot.importers.faq_file import store_example_faq, store_faq_drafts
from bot.log import log_exception
from bot.meaning.process import MeaningProcess
from bot.office_file import OfficeSource, find_office_source, load_office
from bot.settings import Settings, load_settings
from bot.statistics.chat_queries import build_query_handlers
from bot.web.officer.session import make_enrolment_link_factory
from bot.web.workspace.addresses import make_access_link_factory, make_workspace_link_factory
from handlers.complaints_desk import ComplaintsDesk
from handlers.office import Office
from handlers.questions.contact_answers import fill_catalogue
from handlers.service_desk import ServiceDesk
from handlers.staff.enrolment.messages import NewEnrolmentLink
from handlers.staff.page_access import NewAccessLink
from handlers.staff.workspace.messages import NewWorkspaceLink
from storage.crypto.key_files import DeskPaths, assert_distinct_keys, load_or_create_keys
from storage.errors import DatabaseDamagedError, KeyFileError, SchemaTooNewError, SchemaUpgradeError
from storage.store import Store, open_store


@dataclass(frozen=True)
class RunningDesk:
    name: DeskName
    paths: DeskPaths
    store: Store
    engine: Engine


@dataclass(frozen=True)
class App:
    """What runs. source: where the office was found; None where it was given. started_at: `read_uptime` then."""

    settings: Settings
    office: Office
    desks: Mapping[DeskName, RunningDesk]
    source: OfficeSource | None = None
    decoders: DecoderPool = field(default_factory=DecoderPool)
    started_at: float = field(default_factory=read_uptime)


@asynccontextmanager
async def open_app(
    names: Iterable[DeskName], now: datetime | None = None, settings: Settings | None = None
) -> AsyncIterator[App]:
    """Open desks. On exit, everything that was written is on disk. Raises ConfigurationError.

    settings: of the office; None: those of the environment.
    """
    settings = settings or load_settings()
    office, source = load_office(settings.office), find_office_source(settings.office)
    paths = {name: settings.desk_paths(name) for name in names}
    async with AsyncExitStack() as stack:
        desks: dict[DeskName, RunningDesk] = {}
        with _raise_configuration_errors():
            key_files = {name: load_or_create_keys(place) for name, place in paths.items()}
            assert_distinct_keys(key_files.values())
            for name, keys in key_files.items():
                store = await stack.enter_async_context(open_store(keys, now or utc_now()))
                if name == "service":
                    store.faq.fill_answers(partial(fill_catalogue, contact=office.contact))
                    store_entries = store_example_faq if source.is_example else store_faq_drafts
                    await store_entries(store, now or utc_now())
                public_url = settings.desk(name).public_url or ""
                query_handlers = build_query_handlers(store, office, name, public_url)
                if public_url:
                    query_handlers[NewEnrolmentLink] = make_enrolment_link_factory(public_url)
                    query_handlers[NewWorkspaceLink] = make_workspace_link_factory(public_url, name)
                    query_handlers[NewAccessLink] = make_access_link_factory(public_url, name)
                engine = Engine(
                    _build_router(name, office, settings, store),
                    store,
                    on_error=log_exception,
                    query_handlers=query_handlers,
                )
                if name == "service" and office.answers.meaning:
                    encoder = MeaningProcess()
                    store.faq.meaning = encoder
                    stack.push_async_callback(encoder.close)
                desks[name] = RunningDesk(name, paths[name], store, engine)
        app = App(settings, office, desks, source)
        stack.push_async_callback(app.decoders.close)
        yield app


@contextmanager
def _raise_configuration_errors() -> Iterator[None]:
    """Turn errors of keys, schema and files into ConfigurationError, which tells the administrator what to do."""
    try:
        yield
    except KeyFileError as trouble:
        raise ConfigurationError(
            "กุญแจของระบบใช้ไม่ได้ อย่าสร้างใหม่ ใส่ไฟล์กุญแจคืนจากที่สำรองไว้ หรือแก้ตามบรรทัดนี้ แล้วสั่ง ita-bot doctor"
            f" / {trouble}"
        ) from None
    except (DatabaseDamagedError, SchemaTooNewError, SchemaUpgradeError) as trouble:
        raise ConfigurationError(str(trouble)) from None
    except OSError as trouble:
        raise ConfigurationError(
            f"{trouble.filename}: เปิดหรือสร้างไม่ได้ ตรวจ ITA_HOME และสิทธิ์ของโฟลเดอร์"
            f" / cannot be opened or made ({trouble.strerror}); see to ITA_HOME and the folder's rights."
        ) from None


def _build_router(
    name: DeskName, office: Office, settings: Settings, store: Store
) -> ComplaintsDesk | ServiceDesk:
    if name == "complaints":
        return ComplaintsDesk(
            office, store.roster, settings.complaints.public_url or "", get_office=store.get_office
        )
    public_url = settings.service.public_url
    board = f"{public_url.rstrip('/')}/qna" if public_url else ""
    return ServiceDesk(
        office, settings.complaints.public_url or "", board, store.roster, get_office=store.get_office
    )
