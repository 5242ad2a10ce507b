"""Random offices over five fiscal years, disturbed as real ones are, and everything that they print."""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.publishing.releases import ReleaseContext
from bot.statistics.splits import SplitsDesk, count_public_tables, load_counting_rules, settle_splits
from bot.statistics.tables import collect_timelines, count_exact_tables
from handlers.office import Category, Office
from ita_stats.calendar import get_fiscal_year
from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.measures import SatisfactionLine
from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.cases.splits import SpanRules, count_splits
from ita_stats.cases.tables import TableRequest, build_public_tables
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.disclosure.split_rule import MIN_LEAST
from ita_stats.period import parse_period
from ita_stats.render.json_text import parse_statistics, serialize_statistics
from storage.releases import StoredRelease
from tests.bot.publishing.release_desk import ReleaseDesk
from tests.ita_stats.cases.sample_facts import CaseFactsWriter

FIRST, LAST = date(2023, 10, 1), date(2028, 12, 1)
"""Fiscal year 2567 to the settling of the block 2568-2570 and of the year after it."""
KINDS = ("corruption", "misconduct", "other")
SOURCES = ("web", "line", "telegram", "letter", "delegated", "walk_in", "call")
OUTCOMES = ("substantiated", "unsubstantiated", "insufficient", "forwarded", "withdrawn")
LAYOUTS: tuple[Layout, ...] = ("month", "quarter", "half")


@dataclass
class DisturbedOffice:
    """An office, and the files that readers have.

    retelling: it splits a span anew in each release, as recorded then; least_by_span: below what lines are folded.
    """

    seed: int
    home: Path
    retelling: bool = False
    published: list[StatisticsTables] = field(default_factory=list)
    least_by_span: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.cases = self.chance.choice([1, 2, 5, 8, 13, 20, 30, 40, 50, 60, 75, 90, 120, 150, 200, 300])
        self.upgraded = date(2025, self.chance.randrange(1, 12), 1) if self.chance.random() < 0.1 else FIRST

    def run(self) -> "DisturbedOffice":
        """Live through the years month by month: facts, changed settings, releases, corrections."""
        desk = ReleaseDesk(self.home)
        office, facts = desk.office, sorted(self._make_facts(), key=lambda fact: fact.recorded)

        async def scene(context: ReleaseContext) -> None:
            written, now_office = 0, office
            for day in _list_release_days():
                known = [fact for fact in facts if fact.recorded < day]
                self._write_facts(context, known[written:])
                self._write_sums(context, day)
                written = len(known)
                now_office = self._change_office(office, now_office)
                own = SplitsDesk(context.store, now_office, "complaints")
                if day >= self.upgraded:
                    await settle_splits(own, datetime.combine(day, time(1), UTC))
                await self._release(own, day)

            for span in await context.store.split_spans.list_all():
                first, last = get_fiscal_year(span.first), get_fiscal_year(span.last)
                code = SplitSpan(first, last - first + 1).period.code
                self.least_by_span[code] = max(span.hide_below, MIN_LEAST)

        desk.run_scenario(scene, datetime(2023, 10, 1, 1, tzinfo=UTC))
        return self

    def _make_facts(self) -> Iterator[Fact]:
        chance, days = self.chance, (LAST - FIRST).days - 60
        kinds = chance.choice([(6, 3, 1), (1, 1, 1), (20, 1, 1), (1, 0, 0)])
        sources = chance.choice([(8, 6, 4, 2, 1, 1, 1), (1,) * 7, (20, 20, 10, 1, 0, 1, 0)])
        outcomes = chance.choice([(1, 6, 4, 1, 1), (1,) * 5, (0, 9, 3, 0, 1)])
        imported = FIRST + timedelta(chance.randrange(days))
        for number in range(self.cases):
            on = FIRST + timedelta(chance.randrange(days))
            case = CaseFactsWriter(f"{number:032x}").add_filing(
                on, chance.choices(KINDS, kinds)[0], chance.choices(SOURCES, sources)[0]
            )
            late = timedelta(chance.choice([0, 0, 0, 1, 7, 40, 120]))
            if on < imported and chance.random() < 0.1:
                late = imported - on
            step = on
            for _ in range(chance.choice([0, 1, 1, 1, 2])):
                step += timedelta(chance.randrange(1, 150))
                if chance.random() < 0.7:
                    case.add_fact(min(step, on + timedelta(chance.randrange(30))), FactField.ANSWERED, "1")
                if chance.random() < 0.2:
                    case.add_move(step, "not_accepted")
                    break
                case.add_move(step, "closed", chance.choices(OUTCOMES, outcomes)[0])
                if chance.random() < 0.3:
                    step += timedelta(chance.randrange(1, 100))
                    case.add_move(step, "investigating", "")
            if chance.random() < 0.15:
                step += timedelta(chance.randrange(200))
                case.add_fact(
                    on if chance.random() < 0.5 else step,
                    FactField.CATEGORY,
                    chance.choice([*KINDS, "former"]),
                    step,
                )
            if chance.random() < 0.05:
                case.add_fact(on, FactField.RECEIVED, "0", step + timedelta(chance.randrange(300)))
            yield from (
                replace(fact, recorded=max(fact.recorded, fact.effective) + late) for fact in case.facts
            )

    def _write_facts(self, context: ReleaseContext, facts: list[Fact]) -> None:
        rows = [
            (f.about, f.seq, f.effective.isoformat(), f.recorded.isoformat(), f.field, f.value) for f in facts
        ]
        with closing(sqlite3.connect(context.paths.database)) as raw, raw:
            raw.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?)", rows)

    def _write_sums(self, context: ReleaseContext, day: date) -> None:
        """Reporters come back and say how satisfied they are, as erased cases and answers leave it."""
        year, names = get_fiscal_year(day), ("returned", "returned", *SatisfactionLine)
        few = max(1, self.cases // 60)
        rows = [(year, self.chance.choice(names), 1) for _ in range(self.chance.randrange(2 * few))]
        with closing(sqlite3.connect(context.paths.database)) as raw, raw:
            raw.executemany(
                "INSERT INTO yearly_sums VALUES (?,?,?) ON CONFLICT DO UPDATE SET count = count + 1", rows
            )

    def _change_office(self, first: Office, now: Office) -> Office:
        """Change settings in some months, and back."""
        if self.chance.random() < 0.9:
            return now
        if self.chance.random() < 0.4:
            return first
        added = Category(code="leak", name=first.categories[0].name, definition=first.categories[0].name)
        statistics = now.statistics.model_copy(
            update={
                "hide_below": self.chance.choice([2, 5, 5, 8, 12]),
                "forwarded_counts_as": self.chance.choice(["done", "in_progress"]),
                "splits": self.chance.choice(["told"] * 9 + ["never"]),
            }
        )
        categories = self.chance.choice(
            [first.categories, first.categories[:2], (*first.categories, added), first.categories[1:]]
        )
        return first.model_copy(update={"statistics": statistics, "categories": categories})

    async def _release(self, desk: SplitsDesk, day: date) -> None:
        """Release the year so far; sometimes another period, layout or cut-off, or an older period once more."""
        eve, chance = day - timedelta(1), self.chance
        wanted = [(f"fy{get_fiscal_year(eve)}", eve, "month")]
        if chance.random() < 0.2:
            wanted.append((f"fy{get_fiscal_year(eve)}", eve - timedelta(chance.randrange(1, 60)), "month"))
        if chance.random() < 0.15:
            wanted.append((f"fy{get_fiscal_year(eve) - 1}", eve, chance.choice(LAYOUTS)))
        for code, as_of, layout in wanted:
            period = parse_period(code, date.max)
            if period.first > as_of or period.first < FIRST:
                continue
            releases = await desk.store.releases.list_all()
            name = f"{len(releases) + 1}/{get_fiscal_year(period.first)}"
            request = TableRequest(period, as_of, layout)  # type: ignore[arg-type]
            tables = await self._count(desk, request, releases, name, day)
            figures = serialize_statistics(tables)
            if day < self.upgraded:
                figures = _write_as_earlier_version(figures)
            self.published.append(parse_statistics(figures))
            await desk.store.releases.save(
                StoredRelease(
                    get_fiscal_year(period.first),
                    len(releases) + 1,
                    code,
                    layout,
                    as_of,
                    datetime.combine(day, time(1), UTC),
                    False,
                    b"{}",
                    figures.encode(),
                ),
                "office",
            )

    async def _count(
        self, desk: SplitsDesk, request: TableRequest, releases: list[StoredRelease], name: str, day: date
    ) -> StatisticsTables:
        if day < self.upgraded:
            rules = await load_counting_rules(desk.store, desk.office, "complaints")
            return replace(await count_exact_tables(desk.store, rules, request), exact=False)
        if not self.retelling:
            return await count_public_tables(desk, request, releases, name)
        span, rules = SplitSpan(2568, 3), await load_counting_rules(desk.store, desk.office, "complaints")
        fixed = SpanRules(span, 5, 15, ("corruption", "misconduct", "other"), can_have_others=False)
        told = count_splits(await collect_timelines(desk.store, (span.last,)), rules, fixed, b"salt")
        told = replace(told, origin=replace(told.origin, recorded_until=day))
        timelines = await collect_timelines(desk.store, request.days)
        return build_public_tables(timelines, rules, request, told, name)


def _write_as_earlier_version(figures: str) -> str:
    """The figures as an earlier version wrote them: with splits of their own, and nothing that says whose they are."""
    found = json.loads(figures)
    return json.dumps({key: value for key, value in found.items() if not key.startswith("splits")})


def _list_release_days() -> Iterator[date]:
    day = FIRST
    while day < LAST:
        day = (day + timedelta(32)).replace(day=1)
        yield day
