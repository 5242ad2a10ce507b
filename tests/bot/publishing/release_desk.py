"""A complaints desk with a year of cases, and helpers to make its releases."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.office_file import OfficeSource
from bot.publishing import releases
from bot.publishing.releases import ReleaseContext, ReleaseRequest, ReleaseResult
from handlers.office import Category, Office
from ita_stats.cases.fact import Fact
from ita_stats.period import parse_period
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import open_store
from tests.bot.cli.test_statistics import write_facts
from tests.in_memory_desk import OFFICE
from tests.ita_stats.cases.sample_facts import CaseFactsWriter, make_year_of_facts
from tests.template_desk import copy_template_desk

NOW = datetime(2026, 10, 1, 2, tzinfo=UTC)  # 09:00 in Bangkok, the day after fiscal year 2569
END = date(2026, 9, 30)


def make_release_request(text: str = "fy2569", as_of: date = END, **more: Any) -> ReleaseRequest:
    """A request for a release, by period code."""
    return ReleaseRequest(parse_period(text, as_of), as_of, "month", **more)


def make_late_case(on: date = date(2026, 2, 10), case_id: str = "f" * 32) -> list[Fact]:
    """A case that was entered in the register afterwards."""
    return CaseFactsWriter(case_id).add_filing(on, "misconduct").facts


@dataclass
class ReleaseDesk:
    """A complaints desk in a folder."""

    home: Path
    office: Office = OFFICE
    source: OfficeSource | None = None
    public_folder: Path | None = None

    @property
    def paths(self) -> DeskPaths:
        return DeskPaths.under(self.home, "complaints")

    def write_facts(self, facts: Sequence[Fact]) -> "ReleaseDesk":
        """Write facts, as years of use would have left them."""
        write_facts(self.home, facts)
        return self

    def with_rules(self, **changed: Any) -> "ReleaseDesk":
        """The same desk of an office with other rules for its statistics."""
        rules = self.office.statistics.model_copy(update=changed)
        return replace(self, office=self.office.model_copy(update={"statistics": rules}))

    def with_categories(self, *codes: str) -> "ReleaseDesk":
        """The same desk of an office with these categories, whatever their names."""
        name = self.office.categories[0].name
        made = tuple(Category(code=code, name=name, definition=name) for code in codes)
        return replace(self, office=self.office.model_copy(update={"categories": made}))

    def run_scenario(self, scene: Callable[[ReleaseContext], Awaitable[Any]], now: datetime = NOW) -> Any:
        """Open the desk, run a coroutine on it, check the audit log and close; returns its result."""

        copy_template_desk(self.paths)

        async def run_in_loop() -> Any:
            async with (
                asyncio.timeout(60),
                open_store(load_or_create_keys(self.paths), now) as store,
            ):
                context = ReleaseContext(self.paths, store, self.office, self.source, self.public_folder)
                result = await scene(context)
                assert await store.verify_audit() == []
                return result

        return asyncio.run(run_in_loop())

    def make_release(self, request: ReleaseRequest | None = None, now: datetime = NOW) -> ReleaseResult:

        async def scene(context: ReleaseContext) -> ReleaseResult:
            return await releases.make_release(context, request or make_release_request(), now)

        made: ReleaseResult = self.run_scenario(scene, now)
        return made

    def list_release_folders(self) -> list[str]:
        """All folders among the releases, hidden ones too."""
        root = self.paths.folder / "releases"
        return (
            sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_dir()) if root.exists() else []
        )


def make_busy_desk(home: Path, cases: int = 60) -> ReleaseDesk:
    """A desk with a fiscal year of cases."""
    return ReleaseDesk(home).write_facts(make_year_of_facts(1, cases))


def iterate_months(first: date, count: int) -> Iterator[date]:
    """The first days of consecutive months."""
    for _ in range(count):
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


@contextmanager
def patch_attributes(owner: Any, **attributes: Any) -> Iterator[None]:
    """Set attributes of an object for a while."""
    before = {name: getattr(owner, name) for name in attributes}
    for name, value in attributes.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)
