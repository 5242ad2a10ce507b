"""The tables as grids of words and figures: what page, sheet and report print, each in its own form."""

from collections.abc import Iterator
from dataclasses import dataclass

from ita_stats import strings as words
from ita_stats.calendar import written
from ita_stats.cases.model import Breakdown, ReleaseInfo, StatisticsTables

DASH = "–"
"""What is printed for a figure that is protected: an en dash."""
Words = tuple[str, str]
"""Thai and English."""
Cell = Words | str | int | float | None
"""Words, a figure, or None for a protected figure."""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as it is printed. The first column holds names; `spanned` columns after it stand under `span`."""

    code: str
    title: Words
    head: tuple[Words, ...]
    body: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    span: Words | None = None
    spanned: int = 0


@dataclass(frozen=True, slots=True)
class StatisticsDocument:
    """Everything that is printed of a release, in order."""

    tables: StatisticsTables
    issue: ReleaseInfo
    title: Words
    period: Words
    as_of: Words
    numbered: Words
    main: PrintedTable
    others: tuple[PrintedTable, ...]

    @property
    def totals(self) -> tuple[tuple[Words, Cell], ...]:
        """Received, done, in progress and not accepted, with their names."""
        names = ("received", "done", "in_progress", "not_accepted")
        return tuple(zip(map(heading, names), self.tables.total.cells, strict=True))


def document(tables: StatisticsTables, issue: ReleaseInfo) -> StatisticsDocument:
    """The tables as they are printed."""
    return StatisticsDocument(
        tables=tables,
        issue=issue,
        title=heading("title" if tables.desk == "complaints" else "title_service"),
        period=(tables.period.label_th, tables.period.label_en),
        as_of=heading("as_of", day_th=written(tables.as_of), day_en=written(tables.as_of, "en")),
        numbered=heading("issue", number=issue.number),
        main=_main(tables),
        others=tuple(_others(tables)),
    )


def heading(name: str, **filled: object) -> Words:
    """A heading in Thai and English."""
    return words.pair("heading", name, **filled)


def shown(cell: Cell) -> str:
    """A cell as it is read: thousands with commas, a protected one as a dash."""
    if cell is None:
        return DASH
    if isinstance(cell, tuple):
        return both(cell)
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.1f}"


def both(words: Words) -> str:
    """Thai and English in one line; once where they are the same."""
    return " / ".join(dict.fromkeys(words))


def told(document: StatisticsDocument) -> str:
    """A release in one sentence, for who cannot see the picture of it."""
    tables = document.tables
    if tables.statement:
        return f"{tables.office_th} {tables.statement}"
    states = " ".join(f"{thai} {shown(figure)}" for (thai, _), figure in document.totals)
    return f"{tables.office_th} {document.title[0]} {document.period[0]} {states} {document.as_of[0]}"


def _main(tables: StatisticsTables) -> PrintedTable:
    """The table that the office is assessed on: received by category, and where the cases stand."""
    categories = tables.categories
    states = ("sum", "done", "in_progress", "not_accepted", "remark")
    head = (heading(tables.layout), *((c.name_th, c.name_en) for c in categories), *map(heading, states))
    body = tuple(
        (row.label_th, *(row.categories[c.code] for c in categories), *row.figures.cells, row.note)
        for row in tables.rows
    )
    foot = (heading("sum")[0], *(c.figures.received for c in categories), *tables.total.cells, "")
    return PrintedTable(
        "rows", heading("rows"), head, body, foot, heading("received_by_category"), len(categories)
    )


def _others(tables: StatisticsTables) -> Iterator[PrintedTable]:
    yield PrintedTable(
        "overview", heading("overview"), (heading("item"), heading("value")), tuple(_overview(tables))
    )
    states = tuple(map(heading, ("received", "done", "in_progress", "not_accepted")))
    for code, label, splits in (
        ("categories", "category", tables.categories),
        ("sources", "source", tables.sources),
    ):
        body = tuple((_name(s), *s.figures.cells) for s in splits)
        yield PrintedTable(code, heading(code), (heading(label), *states), body)
    ended = tuple((_name(s), s.figures.received) for s in tables.outcomes)
    yield PrintedTable("outcomes", heading("outcomes"), (heading("outcome"), heading("cases")), ended)


def _name(split: Breakdown) -> Words:
    return split.name_th, split.name_en


def _overview(tables: StatisticsTables) -> Iterator[tuple[Cell, ...]]:
    """Brought forward, carried over, percentages, days; what does not exist, for want of cases, is left out."""
    yield heading("brought_forward"), tables.brought_forward
    yield heading("carried_over"), tables.carried_over
    for state, share in tables.percentages.items():
        if share is not None:
            yield heading(f"percent_{state}"), share
    days = tables.days
    if days.median is not None or days.protected:
        yield heading("median"), days.median
        share = None if days.within_deadline is None else round(100 * days.within_deadline, 1)
        yield heading("within_deadline", deadline=days.deadline), share
