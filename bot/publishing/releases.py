"""Making a release: counted knowing all earlier ones, rendered, signed, put on the shelf, and remembered."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from bot.errors import BotError
from bot.publishing.atomic_write import acquire_exclusive_lock, replace_directory
from bot.publishing.signing import build_anchor_json, verify_anchor
from bot.statistics.tables import build_counting_rules, count_tables
from handlers.complaints.messages import ActorKind
from handlers.office import Office
from ita_stats.calendar import fiscal_year
from ita_stats.cases.correction import describe_changes
from ita_stats.cases.model import Footnote, Layout, Period, ReleaseInfo, StatisticsTables
from ita_stats.cases.tables import build_table_request
from ita_stats.release import (
    ANCHOR_FILE,
    MANIFEST_FILE,
    MANIFEST_SCHEMA_FILE,
    STATISTICS_FILE,
    FileJson,
    build_file_entry,
    build_manifest,
    build_manifest_schema,
    find_release_errors,
    serialize_manifest,
)
from ita_stats.render.json_schema import parse_release_info, parse_statistics
from storage.audit import AuditAnchor
from storage.crypto.key_files import DeskPaths
from storage.files.directories import create_private_directory
from storage.releases import RELEASE_JOB, StoredRelease
from storage.store import Store

ProgressCallback = Callable[[int, int, str], None]
"""Hears which step of how many is begun, and what it is."""
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """A desk that releases."""

    paths: DeskPaths
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

    record: StoredRelease
    folder: Path
    is_new: bool


class ReleaseError(BotError):
    """A release of the statistics cannot be made as it was asked for."""


class CorrectionReasonRequiredError(ReleaseError):
    """The same period and cut-off was released before with other figures: that is a correction, and wants a reason."""

    def __init__(self, name: str, changed: Sequence[Footnote]) -> None:
        super().__init__(name)
        self.name, self.changed = name, tuple(changed)


class NoReleaseToCorrectError(ReleaseError):
    """A reason was given, and nothing was released of this period and cut-off that it could correct."""


class ReleaseFilesLostError(ReleaseError):
    """The files of a release are gone or altered, and this version would make others: they are in a backup only."""


def count_release_steps() -> int:
    """How many steps a release takes: counting, a step for each file, the manifest."""
    from ita_stats.render import RELEASE_FILE_TYPES

    return 2 + len(RELEASE_FILE_TYPES)


def get_release_folder(place: DeskPaths, kept: StoredRelease) -> Path:
    """Where the files of a release are: ITA_HOME/<desk>/releases/2570/3."""
    return place.folder / "releases" / str(kept.fiscal_year) / str(kept.number)


async def make_release(
    bench: ReleaseContext, order: ReleaseRequest, now: datetime, tell: ProgressCallback = lambda *_: None
) -> ReleaseResult:
    """Make the release that is ordered, or find it where it was made before.

    Raises Differs where a correction gives no reason, NothingToCorrect where a reason corrects nothing; OSError and
    DiskFull where there is no room, and then nothing is changed.
    """
    async with acquire_exclusive_lock(bench.paths.folder / "releases" / ".lock"):
        known = await bench.store.releases.list_all()
        before = next((k for k in reversed(known) if _is_same_cutoff(k, order)), None)
        if before is None and order.why is not None:
            raise NoReleaseToCorrectError
        tell(1, count_release_steps(), "ita-stats")
        if before is not None:
            changed = await _find_changes(bench, order, before, known)
            if not changed and order.why in {None, _read_release_info(before).why}:
                if order.run:
                    await bench.store.retention.mark_done(RELEASE_JOB, order.run)
                return ReleaseResult(before, await ensure_release_files(bench, before, now), is_new=False)
            if order.why is None:
                raise CorrectionReasonRequiredError(before.name, changed)
        found = await _count_tables(bench, order, known)
        return await _write_release(
            bench, order, found, _build_release_info(order, found, known, before), now, tell
        )


async def ensure_release_files(bench: ReleaseContext, kept: StoredRelease, now: datetime) -> Path:
    """The folder of a release; where its files are gone or altered they are made again. Raises Lost."""
    folder = get_release_folder(bench.paths, kept)
    if not await asyncio.to_thread(_has_intact_files, folder, kept):
        audit, tables = await bench.store.build_audit_anchor(now), parse_statistics(kept.figures)
        pressing = ReleaseBuilder(bench, tables, _read_release_info(kept), audit, kept)
        await asyncio.to_thread(create_private_directory, folder.parent)
        await asyncio.to_thread(replace_directory, folder, pressing.build_files())
    return folder


def _has_intact_files(folder: Path, kept: StoredRelease) -> bool:
    try:
        return not verify_release_folder(folder) and (folder / MANIFEST_FILE).read_bytes() == kept.manifest
    except OSError:
        return False


async def _find_changes(
    bench: ReleaseContext, order: ReleaseRequest, before: StoredRelease, known: Sequence[StoredRelease]
) -> tuple[Footnote, ...]:
    """What an earlier release of the same cut-off would say otherwise if it were made now in its place."""
    again = await _count_tables(bench, order, known[: known.index(before)])
    return describe_changes(parse_statistics(before.figures), again)


async def _count_tables(
    bench: ReleaseContext, order: ReleaseRequest, known: Sequence[StoredRelease]
) -> StatisticsTables:
    """The tables, protected against all releases that are known."""
    earlier = [parse_statistics(kept.figures) for kept in known]
    wish = build_table_request(order.period, order.as_of, order.layout, earlier)
    return await count_tables(bench.store, build_counting_rules(bench.office, bench.paths.desk), wish)


def _build_release_info(
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
        number,
        describe_changes(parse_statistics(before.figures), found),
        order.why or "",
        corrects=before.number,
    )


async def _write_release(
    bench: ReleaseContext,
    order: ReleaseRequest,
    found: StatisticsTables,
    issue: ReleaseInfo,
    now: datetime,
    tell: ProgressCallback,
) -> ReleaseResult:
    audit = await bench.store.build_audit_anchor(now)
    pressing = ReleaseBuilder(bench, found, issue, audit, tell=tell)
    year = fiscal_year(order.period.first)
    folder = bench.paths.folder / "releases" / str(year) / str(issue.number)
    await asyncio.to_thread(create_private_directory, folder.parent)
    # A folder without a row is one that was never released: killed in between, it is made again in its place.
    await asyncio.to_thread(replace_directory, folder, pressing.build_files())
    kept = StoredRelease(
        fiscal_year=year,
        number=issue.number,
        period=order.period.code,
        layout=order.layout,
        as_of=order.as_of,
        made_at=now.replace(second=0, microsecond=0),
        held=bench.office.statistics.hold,
        manifest=pressing.stored_files[MANIFEST_FILE],
        figures=pressing.stored_files[STATISTICS_FILE],
    )
    await bench.store.releases.save(kept, order.by, order.run)
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
        tell: ProgressCallback = lambda *_: None,
    ) -> None:
        self.stored_files: dict[str, bytes] = {}
        self._context, self._tables, self._info, self._audit = bench, found, issue, audit
        self._expected, self._on_progress = expected, tell

    def build_files(self) -> Iterator[tuple[str, bytes]]:
        """The files; manifest.json, which names the others, and anchor.json come last."""
        from ita_stats.render import (  # Typst and XlsxWriter, so only where a release is made
            RELEASE_FILE_TYPES,
            render_release_files,
        )

        office, told = self._context.office, list[FileJson]()
        signatory = office.head.th if office.statistics.signature else None
        making = render_release_files(self._tables, self._info, signatory)
        for step, name in enumerate(RELEASE_FILE_TYPES, start=2):
            self._on_progress(step, count_release_steps(), name)
            _, content = next(making)
            told.append(build_file_entry(name, content))
            if name == STATISTICS_FILE:
                self.stored_files[name] = content
            yield name, content
        self._on_progress(count_release_steps(), count_release_steps(), MANIFEST_FILE)
        told.append(build_file_entry(MANIFEST_SCHEMA_FILE, build_manifest_schema()))
        yield MANIFEST_SCHEMA_FILE, build_manifest_schema()
        # As read back: what is printed may leave out signs that the office's names have.
        said = (
            parse_statistics(self.stored_files[STATISTICS_FILE]),
            parse_release_info(self.stored_files[STATISTICS_FILE]) or self._info,
        )
        self.stored_files[MANIFEST_FILE] = serialize_manifest(build_manifest(*said, told))
        if self._expected is not None and self._expected.manifest != self.stored_files[MANIFEST_FILE]:
            raise ReleaseFilesLostError(self._expected.name)
        yield MANIFEST_FILE, self.stored_files[MANIFEST_FILE]
        yield (
            ANCHOR_FILE,
            build_anchor_json(self._context.store.keyring, self.stored_files[MANIFEST_FILE], self._audit),
        )


async def approve_release(
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
    await bench.store.releases.approve(kept, by, now)
    return kept


def _is_same_cutoff(kept: StoredRelease, order: ReleaseRequest) -> bool:
    asked = (order.period.code, order.as_of, order.layout)
    return (kept.period, kept.as_of, kept.layout) == asked


def _read_release_info(kept: StoredRelease) -> ReleaseInfo:
    return parse_release_info(kept.figures) or ReleaseInfo(kept.number)


def read_folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder, by name. Raises OSError."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.read_bytes()


def verify_release_folder(folder: Path, key: str = "") -> list[str]:
    """What is wrong with a release in a folder, wherever it came from; empty where it is whole and signed.

    key: the desk's public key, known from elsewhere. Raises OSError where the folder cannot be read.
    """
    strange = [p.name for p in sorted(folder.iterdir()) if not p.is_file() or p.is_symlink()]
    if strange:
        return [f"{name} is no file" for name in strange]
    found = {
        name: content
        for name, content in read_folder_files(folder)
        if name in {MANIFEST_FILE, ANCHOR_FILE, STATISTICS_FILE}
    }
    missing = [name for name in (MANIFEST_FILE, ANCHOR_FILE, STATISTICS_FILE) if name not in found]
    if missing:
        return [f"{name} is missing" for name in missing]
    hashes = {name: sha256(content).hexdigest() for name, content in read_folder_files(folder)}
    hashes = {name: one for name, one in hashes.items() if name not in {MANIFEST_FILE, ANCHOR_FILE}}
    wrong = find_release_errors(found[MANIFEST_FILE], hashes, found[STATISTICS_FILE])
    return wrong + verify_anchor(found[ANCHOR_FILE], found[MANIFEST_FILE], key)
