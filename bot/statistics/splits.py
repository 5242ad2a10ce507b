"""Tell the splits of a desk once: note each span when it begins, count it when it has settled, and repeat it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from bot.errors import ConfigurationError
from bot.office_file import OfficeSource
from bot.statistics.measures import count_measures
from bot.statistics.tables import build_counting_rules, collect_timelines
from handlers.office import Office
from ita_stats.calendar import get_fiscal_year, to_bangkok_date
from ita_stats.cases.count import CountingRules
from ita_stats.cases.measures import build_measures, build_untold_measures
from ita_stats.cases.model import Period, SplitsOrigin, StatisticsTables, ToldSplits
from ita_stats.cases.splits import OTHER_CODE, SpanRules, build_untold_splits, count_splits, select_closings
from ita_stats.cases.tables import TableRequest, build_public_tables
from ita_stats.disclosure.spans import SplitSpan, get_block_start, list_spans
from ita_stats.release import STATISTICS_FILE
from ita_stats.render.json_text import (
    is_told_once,
    parse_statistics,
    parse_told_splits,
    serialize_told_splits,
)
from storage.db.pieces import iterate_pieces
from storage.facts import RECEIPTS_PER_STEP
from storage.releases import StoredRelease
from storage.split_spans import StoredSpan
from storage.store import Store


@dataclass(frozen=True, slots=True)
class SplitsDesk:
    """The desk whose splits are told.

    releases_folder, public_folder: where the files of its releases are, and where they are published; None where not
    known. source: where the office was found; None where it is given, and never read again.
    """

    store: Store
    office: Office
    desk: str
    releases_folder: Path | None = None
    public_folder: Path | None = None
    source: OfficeSource | None = None


class OfficeFileMissingError(ConfigurationError):
    """A desk that was run with an office.toml is without one now, so that the example's rules would count."""

    def __init__(self) -> None:
        super().__init__(
            "ไม่พบ office.toml ที่ช่องทางนี้เคยใช้ จึงไม่ออกสถิติตามแบบตัวอย่าง ให้เรียกจากโฟลเดอร์เดิม หรือตั้ง ITA_OFFICE"
            " / the office.toml with which this desk was run is not found, and no statistics are released by the"
            " example's rules; start in its folder, or set ITA_OFFICE"
        )


async def load_counting_rules(store: Store, office: Office, desk: str) -> CountingRules:
    """Return how a desk counts: by office.toml, and earlier fiscal years as was noted in them."""
    return build_counting_rules(office, desk, await store.split_spans.load_counting_years())


async def settle_splits(desk: SplitsDesk, now: datetime) -> None:
    """Note the fiscal year and the span that have begun, and count the splits of spans that have settled.

    Any time is right, and a second call changes nothing. What is known of office.toml holds from now on: the settings
    of a span that begins. Where a span has settled, the file is read again, for whether its splits are told at all.

    Without an office.toml nothing is noted, since the example's rules are nobody's. Raises OfficeFileMissingError where
    something was noted before, and ConfigurationError where the file has to be read and cannot be.
    """
    store, today = desk.store, to_bangkok_date(now)
    noted = await store.split_spans.list_all()
    if desk.source is not None and desk.source.is_example:
        if noted:
            raise OfficeFileMissingError
        return
    settings, year = desk.office.statistics, get_fiscal_year(today)
    if year not in await store.split_spans.load_counting_years():
        await store.split_spans.note_counting_year(
            year, forwarded_is_done=settings.forwarded_counts_as == "done"
        )
    if not noted or noted[-1].last < today:
        await _begin_spans(desk, noted, today)
        noted = await store.split_spans.list_all()
    await _narrow_spans(desk, noted, today)
    counted = to_bangkok_date(desk.office.notice.get_counting_instant(now))
    due = [span for span in noted if not span.settled and get_stored_span(span).settling_day < counted]
    if due:
        await store.announcements.announce_due(now)
    if due and not await store.announcements.has_waiting(counted, now):
        office = desk.office if desk.source is None else await asyncio.to_thread(desk.source.read)
        releases = await store.releases.list_all()
        for span in due:
            told = await _tell_span(desk, span, releases, is_wanted=office.statistics.splits != "never")
            await store.split_spans.settle(span.first, serialize_told_splits(told))


async def _narrow_spans(desk: SplitsDesk, noted: Sequence[StoredSpan], today: date) -> None:
    """Note where other codes came into force in a span: those that were so throughout stay, others are one line.

    After the last day, until it has settled, a late entry may still have an added code: then too there are others.
    """
    current = {category.code for category in desk.office.categories}
    # Where a report may be filed without a kind, one that nobody has set when the span settles counts as “other”.
    is_kind_open = desk.office.report.way == "short" and OTHER_CODE not in current
    for span in noted:
        if span.first <= today <= span.last:
            kept = tuple(code for code in span.categories if code in current)
            others = span.others or is_kind_open or current != set(span.categories)
        elif span.last < today <= get_stored_span(span).settling_day:
            kept = span.categories
            others = span.others or is_kind_open or not current <= set(span.categories)
        else:
            continue
        if (kept, others) != (span.categories, span.others):
            await desk.store.split_spans.narrow_categories(span.first, kept)


async def _begin_spans(desk: SplitsDesk, noted: Sequence[StoredSpan], today: date) -> None:
    """Note the spans from the last noted one to that of today, or from the first fiscal year with a record."""
    count_received, earliest = await _count_received_by_year(desk.store)
    year = get_fiscal_year(today)
    first_year = get_fiscal_year(earliest or today)
    start = get_fiscal_year(noted[-1].last) + 1 if noted else get_block_start(min(first_year, year))
    restored = await desk.store.split_spans.load_restore_day()
    settings, categories = desk.office.statistics, tuple(c.code for c in desk.office.categories)
    # Which codes were in force before is not known where a span began unseen, and somebody wrote in it.
    is_unseen = earliest is not None and earliest < today
    is_unwatched = is_unseen and not noted
    if noted and not noted[-1].others and set(noted[-1].categories) == set(categories):
        is_unseen = False  # they have not changed
    for span in list_spans(start, year, lambda number: count_received.get(number, 0)):
        await desk.store.split_spans.begin(
            StoredSpan(
                span.first,
                span.last,
                settings.hide_below,
                desk.office.deadlines.first_answer_days,
                categories,
                others=is_unseen and span.first < today,
                # One that has begun is measured where nobody had written yet, or where the desk ran until then.
                # Of one that had begun when a backup was restored, a part may be lost.
                measured=(not is_unwatched or span.first >= today)
                and not (restored is not None and span.first <= restored),
            )
        )


async def _count_received_by_year(store: Store) -> tuple[Mapping[int, int], date | None]:
    """Return the cases received in each fiscal year as recorded by its last day, and the first day of any record."""
    last: dict[tuple[str, int], tuple[date, str]] = {}
    first = None
    counts: dict[int, int] = {}
    async for several in store.stream_receipts():
        for about, received, recorded, value in several:
            year = get_fiscal_year(recorded)
            first = recorded if first is None else min(first, recorded)
            counts.setdefault(year, 0)
            last[about, year] = received, value
        await asyncio.sleep(0)
    for entries in iterate_pieces(last.items(), RECEIPTS_PER_STEP):
        for (_, year), (received, value) in entries:
            counts[year] += value == "1" and get_fiscal_year(received) == year
        await asyncio.sleep(0)
    return counts, first


async def _tell_span(
    desk: SplitsDesk, noted: StoredSpan, releases: Sequence[StoredRelease], *, is_wanted: bool
) -> ToldSplits:
    """Count the splits of a span that has settled; without a figure where none may be told, or none is wanted."""
    fixed = _get_rules(noted)
    rules = await load_counting_rules(desk.store, desk.office, desk.desk)
    is_told_before = any(_was_told_before(fixed.span, one) for one in releases)
    if not is_wanted or is_told_before or await asyncio.to_thread(_is_older_copy, desk, fixed.span, releases):
        untold = build_untold_splits(rules, fixed)
        return replace(untold, measures=build_untold_measures(fixed)) if noted.measured else untold
    timelines = await collect_timelines(desk.store, (noted.last,), fixed.span.settling_day)
    told = await asyncio.to_thread(count_splits, timelines, rules, fixed, desk.store.statistics_salt)
    if not noted.measured:
        return told
    closings = select_closings(timelines, rules, fixed.span)
    counts = await count_measures(desk.store, fixed.span, closings)
    return replace(told, measures=build_measures(counts, told.sources, fixed, desk.store.statistics_salt))


def _was_told_before(span: SplitSpan, release: StoredRelease) -> bool:
    """Whether readers may have other splits of a span already.

    A release of an earlier version split its period, with the closings up to its cut-off. And one that was made after
    the settling day has told the span: where it is not stored, this database is an older copy, which may lack what was
    counted then.
    """
    if to_bangkok_date(release.made_at) > span.settling_day:
        return True
    if is_told_once(release.figures):
        return False
    period = parse_statistics(release.figures).period
    return period.first <= span.last and span.first <= max(period.last, release.as_of)


def _is_older_copy(desk: SplitsDesk, span: SplitSpan, releases: Sequence[StoredRelease]) -> bool:
    """Whether the database was restored, by its files: then the span may have been told by what was lost.

    A release beside it, or where it is published, tells the span; or releases are stored and none has files here.
    """
    own, public = desk.releases_folder, desk.public_folder
    if own is None:
        return False
    if releases and not any((own / str(one.fiscal_year) / str(one.number)).is_dir() for one in releases):
        return True
    files = [*own.glob(f"*/*/{STATISTICS_FILE}")]
    files += public.glob(f"*/{STATISTICS_FILE}") if public is not None else ()
    return any(_tells_span(file, span) for file in files)


def _tells_span(file: Path, span: SplitSpan) -> bool:
    try:
        origin = parse_statistics(file.read_bytes()).splits
    except (OSError, ValidationError):
        return False  # no whole release
    return origin is not None and origin.span.first <= span.last and span.first <= origin.span.last


async def load_told_splits(desk: SplitsDesk, period: Period) -> tuple[ToldSplits, ...]:
    """Return the splits of settled spans that are not later than a period, or else of the first; newest first."""
    settled = [span for span in await desk.store.split_spans.list_all() if span.settled]
    wanted = [span for span in settled if span.first <= period.last] or settled[:1]
    rules = await load_counting_rules(desk.store, desk.office, desk.desk)
    return tuple(
        # Without a text it was settled by an earlier version, and tells none.
        parse_told_splits(span.told) if span.told else build_untold_splits(rules, _get_rules(span))
        for span in reversed(wanted)
    )


def find_first_telling(origin: SplitsOrigin, releases: Sequence[StoredRelease]) -> str | None:
    """Return the name of the release that told the splits of a span first, or that it tells none; None if none did."""
    for release in releases:
        if to_bangkok_date(release.made_at) <= origin.recorded_until:
            continue
        tables = parse_statistics(release.figures)
        if tables.splits is not None and tables.splits.span.code == origin.span.code:
            return tables.splits_from or release.name
    return None


async def count_public_tables(
    desk: SplitsDesk, request: TableRequest, releases: Sequence[StoredRelease], name: str | None = None
) -> StatisticsTables:
    """Count the tables of a desk as they may be published.

    releases: those that readers have; name: that of the release that is being made, None where it is none: then only
    splits that were released before are told.
    """
    rules = await load_counting_rules(desk.store, desk.office, desk.desk)
    timelines = await collect_timelines(desk.store, request.days)
    for told in await load_told_splits(desk, request.period):
        told_in = find_first_telling(told.origin, releases) or name
        if told_in is not None:
            return await asyncio.to_thread(build_public_tables, timelines, rules, request, told, told_in)
    return await asyncio.to_thread(build_public_tables, timelines, rules, request)


def get_stored_span(noted: StoredSpan) -> SplitSpan:
    """Return the fiscal years of a span that was noted."""
    year = get_fiscal_year(noted.first)
    return SplitSpan(year, get_fiscal_year(noted.last) - year + 1)


def _get_rules(noted: StoredSpan) -> SpanRules:
    return SpanRules(
        get_stored_span(noted), noted.hide_below, noted.deadline_days, noted.categories, noted.others
    )
