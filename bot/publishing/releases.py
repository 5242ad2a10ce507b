"""Making a release: counted knowing all earlier ones, rendered, signed, put on the shelf, and remembered."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from bot.publishing import atomic_write as shelf
from bot.publishing import signing
from bot.statistics import tables as statistics
from handlers.complaints.messages import ActorKind
from handlers.office import Office
from ita_stats import release
from ita_stats.calendar import fiscal_year
from ita_stats.cases import tables as figures
from ita_stats.cases.correction import changes
from ita_stats.cases.model import Footnote, Layout, Period, ReleaseInfo, StatisticsTables
from ita_stats.release import ANCHOR, FIGURES, MANIFEST, SCHEMA
from ita_stats.render import json_schema as published
from storage.audit import AuditAnchor
from storage.crypto.key_files import DeskPaths
from storage.files import directories as folders
from storage.releases import RUN, StoredRelease
from storage.store import Store

Progress = Callable[[int, int, str], None]
"""Hears which step of how many is begun, and what it is."""
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """A desk that releases."""

    place: DeskPaths
    store: Store
    office: Office


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What is to be released. why: of a correction, in the office's words; run: the clock's, if it is one's."""

    period: Period
    as_of: date
    layout: Layout
    why: str | None = None
    by: ActorKind = ActorKind.OFFICE
    run: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A release, where its files are, and whether it was made now: the same order again finds the same release."""

    kept: StoredRelease
    folder: Path
    is_new: bool


class CorrectionReasonRequiredError(Exception):
    """The same period and cut-off was released before with other figures: that is a correction, and wants a reason."""

    def __init__(self, name: str, changed: Sequence[Footnote]) -> None:
        super().__init__(name)
        self.name, self.changed = name, tuple(changed)


class NoReleaseToCorrectError(Exception):
    """A reason was given, and nothing was released of this period and cut-off that it could correct."""


class ReleaseFilesLostError(Exception):
    """The files of a release are gone or altered, and this version would make others: they are in a backup only."""


def steps() -> int:
    """How many steps a release takes: counting, a step for each file, the manifest."""
    from ita_stats.render import TYPES

    return 2 + len(TYPES)


def folder_of(place: DeskPaths, kept: StoredRelease) -> Path:
    """Where the files of a release are: ITA_HOME/<desk>/releases/2570/3."""
    return place.folder / "releases" / str(kept.fiscal_year) / str(kept.number)


async def released(
    bench: ReleaseContext, order: ReleaseRequest, now: datetime, tell: Progress = lambda *_: None
) -> ReleaseResult:
    """Make the release that is ordered, or find it where it was made before.

    Raises Differs where a correction gives no reason, NothingToCorrect where a reason corrects nothing; OSError and
    DiskFull where there is no room, and then nothing is changed.
    """
    async with shelf.alone(bench.place.folder / "releases" / ".lock"):
        known = await bench.store.releases.all()
        before = next((k for k in reversed(known) if _is_same_cutoff(k, order)), None)
        if before is None and order.why is not None:
            raise NoReleaseToCorrectError
        tell(1, steps(), "ita-stats")
        if before is not None:
            changed = await _changed_since(bench, order, before, known)
            if not changed and order.why in {None, _issue(before).why}:
                if order.run:
                    await bench.store.retention.once(RUN, order.run)
                return ReleaseResult(before, await whole(bench, before, now), is_new=False)
            if order.why is None:
                raise CorrectionReasonRequiredError(before.name, changed)
        found = await _counted(bench, order, known)
        return await _made(bench, order, found, _numbered(order, found, known, before), now, tell)


async def whole(bench: ReleaseContext, kept: StoredRelease, now: datetime) -> Path:
    """The folder of a release; where its files are gone or altered they are made again. Raises Lost."""
    folder = folder_of(bench.place, kept)
    if not await asyncio.to_thread(_is_whole, folder, kept):
        audit, tables = await bench.store.anchor(now), published.read(kept.figures)
        pressing = ReleaseBuilder(bench, tables, _issue(kept), audit, kept)
        await asyncio.to_thread(folders.private, folder.parent)
        await asyncio.to_thread(shelf.put, folder, pressing.files())
    return folder


def _is_whole(folder: Path, kept: StoredRelease) -> bool:
    try:
        return not verified(folder) and (folder / MANIFEST).read_bytes() == kept.manifest
    except OSError:
        return False


async def _changed_since(
    bench: ReleaseContext, order: ReleaseRequest, before: StoredRelease, known: Sequence[StoredRelease]
) -> tuple[Footnote, ...]:
    """What an earlier release of the same cut-off would say otherwise if it were made now in its place."""
    again = await _counted(bench, order, known[: known.index(before)])
    return changes(published.read(before.figures), again)


async def _counted(
    bench: ReleaseContext, order: ReleaseRequest, known: Sequence[StoredRelease]
) -> StatisticsTables:
    """The tables, protected against all releases that are known."""
    earlier = [published.read(kept.figures) for kept in known]
    wish = figures.wish(order.period, order.as_of, order.layout, earlier)
    return await statistics.tables(bench.store, statistics.terms_of(bench.office, bench.place.desk), wish)


def _numbered(
    order: ReleaseRequest,
    found: StatisticsTables,
    known: Sequence[StoredRelease],
    before: StoredRelease | None,
) -> ReleaseInfo:
    year = fiscal_year(order.period.first)
    number = max((k.number for k in known if k.fiscal_year == year), default=0) + 1
    if before is None:
        return ReleaseInfo(number)
    return ReleaseInfo(
        number, changes(published.read(before.figures), found), order.why or "", corrects=before.number
    )


async def _made(
    bench: ReleaseContext,
    order: ReleaseRequest,
    found: StatisticsTables,
    issue: ReleaseInfo,
    now: datetime,
    tell: Progress,
) -> ReleaseResult:
    audit = await bench.store.anchor(now)
    pressing = ReleaseBuilder(bench, found, issue, audit, tell=tell)
    year = fiscal_year(order.period.first)
    folder = bench.place.folder / "releases" / str(year) / str(issue.number)
    await asyncio.to_thread(folders.private, folder.parent)
    # A folder without a row is one that was never released: killed in between, it is made again in its place.
    await asyncio.to_thread(shelf.put, folder, pressing.files())
    kept = StoredRelease(
        fiscal_year=year,
        number=issue.number,
        period=order.period.code,
        layout=order.layout,
        as_of=order.as_of,
        made_at=now.replace(second=0, microsecond=0),
        held=bench.office.statistics.hold,
        manifest=pressing.made[MANIFEST],
        figures=pressing.made[FIGURES],
    )
    await bench.store.releases.keep(kept, order.by, order.run)
    return ReleaseResult(kept, folder, is_new=True)


class ReleaseBuilder:
    """The files of a release as they are made, one after the other. made: those that are remembered too.

    expected: the release that must come out, where one is made again.
    """

    def __init__(
        self,
        bench: ReleaseContext,
        found: StatisticsTables,
        issue: ReleaseInfo,
        audit: AuditAnchor,
        expected: StoredRelease | None = None,
        tell: Progress = lambda *_: None,
    ) -> None:
        self.made: dict[str, bytes] = {}
        self._bench, self._tables, self._issue, self._audit = bench, found, issue, audit
        self._expected, self._tell = expected, tell

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The files; manifest.json, which names the others, and anchor.json come last."""
        from ita_stats.render import (  # Typst and XlsxWriter, so only where a release is made
            TYPES,
            rendered,
        )

        office, told = self._bench.office, list[release.FileJson]()
        signatory = office.head.th if office.statistics.signature else None
        making = rendered(self._tables, self._issue, signatory)
        for step, name in enumerate(TYPES, start=2):
            self._tell(step, steps(), name)
            _, content = next(making)
            told.append(release.file(name, content))
            if name == FIGURES:
                self.made[name] = content
            yield name, content
        self._tell(steps(), steps(), MANIFEST)
        told.append(release.file(SCHEMA, release.schema()))
        yield SCHEMA, release.schema()
        # As read back: what is printed may leave out signs that the office's names have.
        said = published.read(self.made[FIGURES]), published.read_issue(self.made[FIGURES]) or self._issue
        self.made[MANIFEST] = release.canonical(release.manifest(*said, told))
        if self._expected is not None and self._expected.manifest != self.made[MANIFEST]:
            raise ReleaseFilesLostError(self._expected.name)
        yield MANIFEST, self.made[MANIFEST]
        yield ANCHOR, signing.anchored(self._bench.store.seals, self.made[MANIFEST], self._audit)


async def let_go(
    bench: ReleaseContext, name: str, now: datetime, by: ActorKind = ActorKind.OFFICE
) -> StoredRelease:
    """Let a release that is held be published, by its name (3/2570). One that is not held stays as it is.

    Raises LookupError where there is no such release.
    """
    number, _, year = name.strip().translate(_THAI_DIGITS).partition("/")
    if not (number.isascii() and number.isdigit() and year.isascii() and year.isdigit() and len(name) < 20):
        raise LookupError(name)
    kept = await bench.store.releases.find(int(year), int(number))
    if kept is None:
        raise LookupError(name)
    await bench.store.releases.let_go(kept, by, now)
    return kept


def _is_same_cutoff(kept: StoredRelease, order: ReleaseRequest) -> bool:
    asked = (order.period.code, order.as_of, order.layout)
    return (kept.period, kept.as_of, kept.layout) == asked


def _issue(kept: StoredRelease) -> ReleaseInfo:
    return published.read_issue(kept.figures) or ReleaseInfo(kept.number)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder, by name. Raises OSError."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.read_bytes()


def verified(folder: Path, key: str = "") -> list[str]:
    """What is wrong with a release in a folder, wherever it came from; empty where it is whole and signed.

    key: the desk's public key, known from elsewhere. Raises OSError where the folder cannot be read.
    """
    strange = [p.name for p in sorted(folder.iterdir()) if not p.is_file() or p.is_symlink()]
    if strange:
        return [f"{name} is no file" for name in strange]
    found = {name: content for name, content in contents(folder) if name in {MANIFEST, ANCHOR, FIGURES}}
    missing = [name for name in (MANIFEST, ANCHOR, FIGURES) if name not in found]
    if missing:
        return [f"{name} is missing" for name in missing]
    hashes = {name: sha256(content).hexdigest() for name, content in contents(folder)}
    hashes = {name: one for name, one in hashes.items() if name not in {MANIFEST, ANCHOR}}
    wrong = release.findings(found[MANIFEST], hashes, found[FIGURES])
    return wrong + signing.findings(found[ANCHOR], found[MANIFEST], key)
