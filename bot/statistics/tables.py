"""The statistics of a desk: counted from its facts, and shown as a table, JSON or CSV."""

import asyncio
import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from handlers.complaints.lifecycle import CaseOutcome
from handlers.office import Office
from ita_stats import period
from ita_stats import strings as words
from ita_stats.calendar import day_in_bangkok
from ita_stats.cases import tables as figures
from ita_stats.cases.count import CodeLabel, CountingRules
from ita_stats.cases.model import Breakdown, Layout, StatisticsTables
from ita_stats.cases.tables import TableRequest
from ita_stats.cases.timeline import TimelineBuilder, TimelineCounts
from ita_stats.render import json_schema as published
from storage.store import Store

Format = Literal["table", "json", "csv"]
DASH = "–"
COLUMNS = ("รับไว้ / received", "แล้วเสร็จ / done", "อยู่ระหว่าง / in progress", "ไม่รับเรื่อง / not accepted")


def terms_of(office: Office, desk: str) -> CountingRules:
    """How an office wants to be counted, from its office.toml."""
    return CountingRules(
        office_th=office.name.th,
        office_en=office.name.en or office.name.th,
        desk=desk,
        categories=tuple(CodeLabel(c.code, c.name.th, c.name.en or c.name.th) for c in office.categories),
        sources=tuple(CodeLabel(code, *words.pair("source", code)) for code in words.WORDS["source"]),
        outcomes=tuple(CodeLabel(o.value, *words.pair("outcome", o.value)) for o in CaseOutcome),
        deadline=office.deadlines.first_answer_days,
        forwarded_is_done=office.statistics.forwarded_counts_as == "done",
        threshold=office.statistics.hide_below,
    )


def wished(
    text: str, as_of: str, layout: Layout, now: datetime, releases: Sequence[StatisticsTables] | None = None
) -> TableRequest:
    """What is asked for in words. Raises NoPeriod, which says what was meant.

    releases: those that were published, as they stand; None where nobody kept them (see `figures.wish`).
    """
    today = day_in_bangkok(now)
    day = period.day(as_of, today) if as_of else today
    return figures.wish(period.parsed(text, day), day, layout, releases)


async def tables(
    store: Store, terms: CountingRules, wish: TableRequest, *, exact: bool = False
) -> StatisticsTables:
    """The tables of a desk, protected unless `exact`."""
    courses = await gathered(store, wish.days)
    if exact:
        return figures.exact(courses, terms, wish)
    return await asyncio.to_thread(figures.protected, courses, terms, wish, store.salt)


async def gathered(store: Store, days: Sequence[date]) -> TimelineCounts:
    """The courses of all cases on some days."""
    gathering = TimelineBuilder(TimelineCounts(tuple(days)))
    async for written in store.written_facts():
        gathering.add(written)
        await asyncio.sleep(0)  # others have their turn
    return gathering.gathered()


def shown(found: StatisticsTables, form: Format) -> str:
    """The tables as text."""
    if form == "json":
        return published.written(found)
    return _csv(found) if form == "csv" else _table(found)


def _lines(found: StatisticsTables) -> list[tuple[str, str, tuple[int | None, ...]]]:
    """Every line of figures: which table, its name, the four figures."""
    lines: list[tuple[str, str, tuple[int | None, ...]]] = [
        ("rows", row.label_th, row.figures.cells) for row in found.rows
    ]
    lines.append(("total", "รวม / total", found.total.cells))
    for name, splits in _named_splits(found):
        lines += [(name, split.name_th, split.figures.cells) for split in splits]
    return lines


def _named_splits(found: StatisticsTables) -> tuple[tuple[str, tuple[Breakdown, ...]], ...]:
    return (("categories", found.categories), ("sources", found.sources), ("outcomes", found.outcomes))


def _csv(found: StatisticsTables) -> str:
    """A line for each figure of every table, with the codes; a protected one is a dash."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(["table", "name", "received", "done", "in_progress", "not_accepted"])
    for table, name, cells in _lines(found):
        sheet.writerow([table, name, *map(_cell, cells)])
    for row in found.rows:
        for code, figure in row.categories.items():
            sheet.writerow([f"rows/{code}", row.label_th, _cell(figure), "", "", ""])
    sheet.writerow(["brought_forward", "", "", "", found.brought_forward, ""])
    sheet.writerow(["carried_over", "", "", "", found.carried_over, ""])
    return out.getvalue()


def _table(found: StatisticsTables) -> str:
    names = {split.code: split.name_th for split in found.categories}
    head = ["ประจำเดือน / months", *names.values(), *COLUMNS]
    body = [[r.label_th, *_cells(r.categories.values()), *_cells(r.figures.cells)] for r in found.rows]
    body.append(
        ["รวม / total", *_cells(s.figures.received for s in found.categories), *_cells(found.total.cells)]
    )
    parts = [f"{found.office_th}\n{found.period.label_th}", *([found.statement] if found.statement else [])]
    parts.append(_aligned([head, *body]))
    parts.append(f"ยกมา / brought forward {found.brought_forward}   ยกไป / carried over {found.carried_over}")
    titles = {"categories": "ประเภท / category", "sources": "ช่องทาง / source", "outcomes": "ผล / outcome"}
    for name, splits in _named_splits(found):
        lines = [[split.name_th, *_cells(split.figures.cells)] for split in splits]
        parts.append(_aligned([[titles[name], *COLUMNS], *lines]))
    days = found.days
    median = DASH if days.median is None else f"{days.median:g}"
    share = DASH if days.within_deadline is None else f"{days.within_deadline:.1%}"
    parts.append(
        f"มัธยฐาน / median {median} วัน   ภายใน {days.deadline} วัน / within {days.deadline} days {share}"
    )
    parts.append("\n".join(f"* {note.th}\n  {note.en}" for note in found.notes))
    return "\n\n".join(parts) + "\n"


def _cells(figures_: Iterable[int | None]) -> list[str]:
    return [str(_cell(figure)) for figure in figures_]


def _cell(figure: int | None) -> int | str:
    return DASH if figure is None else figure


def _aligned(lines: list[list[str]]) -> str:
    """Columns under each other: marks above and below a Thai letter take no room."""
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - _width(text)) if place == 0 else " " * (width - _width(text)) + text
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    return sum(unicodedata.category(letter) != "Mn" for letter in text)
