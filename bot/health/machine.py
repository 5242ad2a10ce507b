"""What the checks look at: settings, office, keys and stores of this machine. Nothing that is missing is created."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.desk_names import DESK_NAMES, DeskName
from bot.errors import ConfigurationError
from bot.guard import try_work
from bot.office_file import OfficeSource, find_office_source, load_office
from bot.settings import Settings, load_settings
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember
from storage.crypto.key_files import DeskPaths, KeyFiles, load_keys
from storage.db.integrity import DatabaseState, find_database_state
from storage.errors import KeyFileError
from storage.store import Store, open_store


@dataclass(frozen=True)
class ExaminedDesk:
    """A desk whose database is there.

    key_error: why its keys cannot be used. state: of its database. is_ours: this process runs as its owner. store: None
    where it could not be opened.
    """

    name: DeskName
    paths: DeskPaths
    keys: KeyFiles | None = None
    store: Store | None = None
    key_error: str = ""
    state: DatabaseState = DatabaseState.CURRENT
    is_ours: bool = True


@dataclass(frozen=True)
class Machine:
    """Where an error stands, the thing itself is None. folder: in which the command was given.

    asks_platforms: calls may be made; evidence_limit: bytes of evidence that are read; log_files: searched for
    traces of visitors.
    """

    now: datetime
    folder: Path
    settings: Settings | None = None
    settings_error: str = ""
    office: Office | None = None
    office_error: str = ""
    source: OfficeSource | None = None
    desks: tuple[ExaminedDesk, ...] = ()
    asks_platforms: bool = True
    evidence_limit: int = 0
    log_files: tuple[Path, ...] = field(default=())

    @property
    def open_desks(self) -> tuple[tuple[ExaminedDesk, Store], ...]:
        """The desks that could be opened."""
        return tuple((desk, desk.store) for desk in self.desks if desk.store is not None)

    def find_store(self, name: DeskName) -> Store | None:
        """Return the store of a desk that could be opened; None where it could not."""
        return next((store for desk, store in self.open_desks if desk.name == name), None)

    def require_settings(self) -> Settings:
        """Return the settings; a check calls it that needs them (`Need`)."""
        if self.settings is None:
            raise ConfigurationError(self.settings_error)
        return self.settings

    def require_office(self) -> Office:
        """Return the office; a check calls it that needs it (`Need`)."""
        if self.office is None:
            raise ConfigurationError(self.office_error)
        return self.office

    async def list_staff(self, store: Store) -> tuple[StaffMember, ...]:
        """Return the staff of a desk, joined or not."""
        staff: tuple[StaffMember, ...] = await store.answer_query(ListStaff(), self.now)
        return staff


@asynccontextmanager
async def examine_machine(
    now: datetime, *, asks_platforms: bool, evidence_limit: int, log_files: Iterable[Path] = ()
) -> AsyncIterator[Machine]:
    """Open what is there, as far as it can be opened. A database of another version is not migrated."""
    settings, settings_error = _load_settings()
    office_path = settings.office if settings else None
    source = find_office_source(office_path)
    office, office_error = _load_office(office_path)
    async with AsyncExitStack() as stack:
        desks = [
            await _examine_desk(name, settings.desk_paths(name), now, stack)
            for name in DESK_NAMES
            if settings and _has_database(settings, name)
        ]
        yield Machine(
            now,
            Path.cwd(),
            settings,
            settings_error,
            office,
            office_error,
            source,
            tuple(desks),
            asks_platforms,
            evidence_limit,
            tuple(log_files),
        )


def _load_settings() -> tuple[Settings | None, str]:
    try:
        settings = load_settings()
        for name in DESK_NAMES:
            settings.desk_paths(name)
    except ConfigurationError as trouble:
        return None, str(trouble)
    return settings, ""


def _load_office(path: Path | None) -> tuple[Office | None, str]:
    try:
        return load_office(path), ""
    except ConfigurationError as trouble:
        return None, str(trouble)


def _has_database(settings: Settings, name: DeskName) -> bool:
    try:
        return settings.desk_paths(name).database.exists()
    except OSError:
        return False


def is_owner(path: Path) -> bool:
    """Whether this process runs as the owner of a path: another would leave files that the server cannot open."""
    return os.name != "posix" or path.stat().st_uid == os.geteuid()


async def _examine_desk(
    name: DeskName, paths: DeskPaths, now: datetime, stack: AsyncExitStack
) -> ExaminedDesk:
    if not is_owner(paths.database):
        return ExaminedDesk(name, paths, is_ours=False)
    state = await asyncio.to_thread(find_database_state, paths.database)
    try:
        keys = load_keys(paths)
    except KeyFileError as error:
        return ExaminedDesk(name, paths, key_error=str(error), state=state)
    if state is not DatabaseState.CURRENT:
        return ExaminedDesk(name, paths, keys, state=state)
    opened = await try_work(stack.enter_async_context(open_store(keys, now)))
    match opened.error:
        case None:
            return ExaminedDesk(name, paths, keys, opened.value)
        case KeyFileError() as foreign_keys:
            return ExaminedDesk(name, paths, keys, key_error=str(foreign_keys))
        case _:
            return ExaminedDesk(name, paths, keys, state=DatabaseState.UNREADABLE)
