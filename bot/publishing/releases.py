"""Make, restore, approve and verify releases of the statistics.

A release is counted, with the splits that were told once, rendered, signed, written to a directory, and recorded in the
database.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.office_file import OfficeSource
from bot.publishing.signing import build_anchor_json, verify_anchor
from bot.statistics.desk_tables import count_desk_tables, count_exact_desk_tables
from bot.statistics.splits import SplitsDesk, settle_splits
from handlers.complaints.messages import ActorKind
from handlers.office import Office
from ita_stats.calendar import get_fiscal_year, to_arabic_digits, to_bangkok_date
from ita_stats.cases.correction import describe_changes
from ita_stats.cases.model import Footnote, Layout, Period, ReleaseInfo, StatisticsTables
from ita_stats.cases.tables import TableRequest
from ita_stats.period import parse_period, require_finished_day
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
from ita_stats.render.json_text import parse_release_info, parse_statistics
from ita_stats.service.count import SERVICE_DESK
from storage.audit import AuditAnchor
from storage.crypto.key_files import DeskPaths
from storage.files.atomic_write import replace_directory
from storage.files.directories import create_private_directory, wait_for_exclusive_lock
from storage.releases import RELEASE_JOB, StoredRelease
from storage.store import Store

if TYPE_CHECKING:
    from bot.bootstrap import App, RunningDesk

ProgressCallback = Callable[[int, int, str], None]
"""Called at the start of each step: its number, the number of steps, and its name."""


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """The desk whose statistics are released.

    source: where the office was found, None where it is given and never read again; public_folder: where the desk's
    releases are published, if that is a folder.
    """

    paths: DeskPaths
    store: Store
    office: Office
    source: OfficeSource | None = None
    public_folder: Path | None = None

    @property
    def splits_desk(self) -> SplitsDesk:
        """The same desk, whose splits are told."""
        return SplitsDesk(
            self.store,
            self.office,
            self.paths.desk,
            self.paths.folder / "releases",
            self.public_folder,
            self.source,
        )


def build_release_context(app: "App", desk: "RunningDesk") -> ReleaseContext:
    """Return the context of a running desk. In the folder of the settings, the service desk has one of its own."""
    public = app.settings.publish_folder
    if public is not None and desk.name != "complaints":
        public /= desk.name
    return ReleaseContext(desk.paths, desk.store, app.office, app.source, public)


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What is to be released. why: the reason of a correction, by the office; run: id of a scheduled run, or empty."""

    period: Period
    as_of: date
    layout: Layout
    why: str | None = None
    by: ActorKind = ActorKind.OFFICE
    run: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A release and its directory. is_new: false if the same request had been made before."""

    record: StoredRelease
    folder: Path
    is_new: bool


class ReleaseError(BotError):
    """A release of the statistics cannot be made as it was asked for."""


class CorrectionReasonRequiredError(ReleaseError):
    """The same period and cut-off was released with other figures, so this is a correction and needs a reason."""

    def __init__(self, name: str, changed: Sequence[Footnote]) -> None:
        super().__init__(name)
        self.name, self.changed = name, tuple(changed)


class NoReleaseToCorrectError(ReleaseError):
    """A reason was given, but there is no release of this period and cut-off to correct."""


class EarlierCutoffError(ReleaseError):
    """Months of the period were released up to a later day already. name, period, as_of: the newest such release."""

    def __init__(self, newest: StoredRelease) -> None:
        super().__init__(newest.name)
        self.name, self.period, self.as_of = newest.name, newest.period, newest.as_of


class CasesWaitingError(ReleaseError):
    """Officers are not told yet of all that came on days that are over, since `[notice] delay` was longer before."""


class ReleaseFilesLostError(ReleaseError):
    """Files of a release are missing or altered, and this version would make different ones; only a backup helps."""


def count_release_steps() -> int:
    """Return the number of steps of a release: counting, one per file, the manifest."""
    from ita_stats.render import RELEASE_FILE_TYPES

    return 2 + len(RELEASE_FILE_TYPES)


def get_release_folder(paths: DeskPaths, release: StoredRelease) -> Path:
    """Return the directory of a release: ITA_HOME/<desk>/releases/2570/3."""
    return paths.folder / "releases" / str(release.fiscal_year) / str(release.number)


async def make_release(
    context: ReleaseContext,
    request: ReleaseRequest,
    now: datetime,
    on_progress: ProgressCallback = lambda *_: None,
) -> ReleaseResult:
    """Make a release, or return the one that was made before by the same request.

    Raises CorrectionReasonRequiredError, NoReleaseToCorrectError, EarlierCutoffError, CasesWaitingError; PeriodError
    where the day of the cut-off is not over, or officers may not know yet of all that came on it; OSError and
    DiskFullError if there is no room, and then nothing was changed.
    """
    counted = to_bangkok_date(context.office.notice.get_counting_instant(now))
    require_finished_day(request.as_of, counted)
    await context.store.announcements.announce_due(now)
    if await context.store.announcements.has_waiting(counted, now):
        raise CasesWaitingError
    async with (
        wait_for_exclusive_lock(context.paths.folder / "releases" / ".lock"),
        context.store.register_importer.hold_off(now),
    ):
        if context.paths.desk != SERVICE_DESK:
            await settle_splits(context.splits_desk, now)
        known = await context.store.releases.list_all()
        before = next((release for release in reversed(known) if _is_same_cutoff(release, request)), None)
        if before is None:
            _require_new_cutoff(request, known)
        on_progress(1, count_release_steps(), "ita-stats")
        if before is not None:
            changed = await _find_changes(context, request, before)
            if not changed and request.why in {None, _read_release_info(before).why}:
                if request.run:
                    await context.store.retention.mark_done(RELEASE_JOB, request.run)
                return ReleaseResult(before, await ensure_release_files(context, before, now), is_new=False)
            if request.why is None:
                raise CorrectionReasonRequiredError(before.name, changed)
        year = get_fiscal_year(request.period.first)
        floor = await context.store.releases.load_number_floor(year)
        number = max([floor, *(release.number for release in known if release.fiscal_year == year)]) + 1
        tables = await count_desk_tables(
            context.splits_desk, _get_table_request(request), known, f"{number}/{year}"
        )
        return await _write_release(
            context, request, tables, _build_release_info(request, tables, number, before), now, on_progress
        )


async def ensure_release_files(context: ReleaseContext, release: StoredRelease, now: datetime) -> Path:
    """Return the directory of a release, made again if files are missing or altered. Raises ReleaseFilesLostError."""
    folder = get_release_folder(context.paths, release)
    if not await asyncio.to_thread(_has_intact_files, folder, release):
        audit, tables = await context.store.build_audit_anchor(now), parse_statistics(release.figures)
        builder = ReleaseBuilder(context, tables, _read_release_info(release), audit, release)
        await asyncio.to_thread(create_private_directory, folder.parent)
        await asyncio.to_thread(replace_directory, folder, builder.build_files())
    return folder


def _has_intact_files(folder: Path, release: StoredRelease) -> bool:
    try:
        return not verify_release_folder(folder) and (folder / MANIFEST_FILE).read_bytes() == release.manifest
    except OSError:
        return False


async def _find_changes(
    context: ReleaseContext, request: ReleaseRequest, before: StoredRelease
) -> tuple[Footnote, ...]:
    """Return what would differ in an earlier release of the same cut-off if it were made now in its place."""
    recounted = await count_exact_desk_tables(context.splits_desk, _get_table_request(request))
    return describe_changes(parse_statistics(before.figures), recounted)


def _get_table_request(request: ReleaseRequest) -> TableRequest:
    return TableRequest(request.period, request.as_of, request.layout)


def _build_release_info(
    request: ReleaseRequest, tables: StatisticsTables, number: int, before: StoredRelease | None
) -> ReleaseInfo:
    if before is None:
        return ReleaseInfo(number)
    return ReleaseInfo(
        number,
        describe_changes(parse_statistics(before.figures), tables),
        request.why or "",
        corrects=before.number,
    )


async def _write_release(
    context: ReleaseContext,
    request: ReleaseRequest,
    tables: StatisticsTables,
    info: ReleaseInfo,
    now: datetime,
    on_progress: ProgressCallback,
) -> ReleaseResult:
    audit = await context.store.build_audit_anchor(now)
    builder = ReleaseBuilder(context, tables, info, audit, on_progress=on_progress)
    year = get_fiscal_year(request.period.first)
    folder = context.paths.folder / "releases" / str(year) / str(info.number)
    await asyncio.to_thread(create_private_directory, folder.parent)
    # A directory without a database row was not released: after a crash in between, it is replaced.
    await asyncio.to_thread(replace_directory, folder, builder.build_files())
    release = StoredRelease(
        fiscal_year=year,
        number=info.number,
        period=request.period.code,
        layout=request.layout,
        as_of=request.as_of,
        made_at=now.replace(second=0, microsecond=0),
        held=context.office.statistics.hold,
        manifest=builder.stored_files[MANIFEST_FILE],
        figures=builder.stored_files[STATISTICS_FILE],
    )
    await context.store.releases.save(release, request.by, request.run)
    return ReleaseResult(release, folder, is_new=True)


class ReleaseBuilder:
    """Builds the files of a release one by one. stored_files: those that go into the database too.

    expected: the release that must result, if one is made again.
    """

    def __init__(
        self,
        context: ReleaseContext,
        tables: StatisticsTables,
        info: ReleaseInfo,
        audit: AuditAnchor,
        expected: StoredRelease | None = None,
        on_progress: ProgressCallback = lambda *_: None,
    ) -> None:
        self.stored_files: dict[str, bytes] = {}
        self._context, self._tables, self._info, self._audit = context, tables, info, audit
        self._expected, self._on_progress = expected, on_progress

    def build_files(self) -> Iterator[tuple[str, bytes]]:
        """Yield names and contents; manifest.json, which lists the others, and anchor.json come last.

        Raises ReleaseFilesLostError if the result differs from the expected release.
        """
        from ita_stats.render import (  # imports Typst and XlsxWriter, so only when a release is made
            RELEASE_FILE_TYPES,
            render_release_files,
        )

        office, entries = self._context.office, list[FileJson]()
        signatory = office.head.th if office.statistics.signature else None
        contents = render_release_files(self._tables, self._info, signatory)
        for step, name in enumerate(RELEASE_FILE_TYPES, start=2):
            self._on_progress(step, count_release_steps(), name)
            _, content = next(contents)
            entries.append(build_file_entry(name, content))
            if name == STATISTICS_FILE:
                self.stored_files[name] = content
            yield name, content
        self._on_progress(count_release_steps(), count_release_steps(), MANIFEST_FILE)
        entries.append(build_file_entry(MANIFEST_SCHEMA_FILE, build_manifest_schema()))
        yield MANIFEST_SCHEMA_FILE, build_manifest_schema()
        # Parsed from the file: serializing may drop characters that the office's names contain.
        parsed = (
            parse_statistics(self.stored_files[STATISTICS_FILE]),
            parse_release_info(self.stored_files[STATISTICS_FILE]) or self._info,
        )
        self.stored_files[MANIFEST_FILE] = serialize_manifest(build_manifest(*parsed, entries))
        if self._expected is not None and self._expected.manifest != self.stored_files[MANIFEST_FILE]:
            raise ReleaseFilesLostError(self._expected.name)
        yield MANIFEST_FILE, self.stored_files[MANIFEST_FILE]
        yield (
            ANCHOR_FILE,
            build_anchor_json(self._context.store.keyring, self.stored_files[MANIFEST_FILE], self._audit),
        )


async def approve_release(
    context: ReleaseContext, name: str, now: datetime, by: ActorKind = ActorKind.OFFICE
) -> StoredRelease:
    """Approve a release by its name (3/2570), so that it is published. No effect if it is not held.

    Raises LookupError if there is no such release.
    """
    number, _, year = to_arabic_digits(name.strip()).partition("/")
    if not (number.isascii() and number.isdigit() and year.isascii() and year.isdigit() and len(name) < 20):
        raise LookupError(name)
    release = await context.store.releases.find(int(year), int(number))
    if release is None:
        raise LookupError(name)
    await context.store.releases.approve(release, by, now)
    return release


def _is_same_cutoff(release: StoredRelease, request: ReleaseRequest) -> bool:
    requested = (request.period.code, request.as_of, request.layout)
    return (release.period, release.as_of, release.layout) == requested


def _require_new_cutoff(request: ReleaseRequest, known: Sequence[StoredRelease]) -> None:
    """Check that no month was released up to a later day. Raises EarlierCutoffError, NoReleaseToCorrectError."""
    own = request.period
    for release in sorted(known, key=_get_cutoff, reverse=True):
        if release.as_of <= request.as_of:
            break
        other = parse_period(release.period, release.as_of)
        if other.first <= own.last and own.first <= other.last:
            raise EarlierCutoffError(release)
    if request.why is not None:
        raise NoReleaseToCorrectError


def _get_cutoff(release: StoredRelease) -> date:
    return release.as_of


def _read_release_info(release: StoredRelease) -> ReleaseInfo:
    return parse_release_info(release.figures) or ReleaseInfo(release.number)


def read_folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a directory, sorted by name. Raises OSError."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.read_bytes()


def verify_release_folder(folder: Path, key: str = "") -> list[str]:
    """Return what is wrong with a release in a directory; empty if it is complete and signed.

    key: the desk's public key, known from elsewhere; empty to accept the release's own. Raises OSError.
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
    hashes = {name: digest for name, digest in hashes.items() if name not in {MANIFEST_FILE, ANCHOR_FILE}}
    wrong = find_release_errors(found[MANIFEST_FILE], hashes, found[STATISTICS_FILE])
    return wrong + verify_anchor(found[ANCHOR_FILE], found[MANIFEST_FILE], key)
