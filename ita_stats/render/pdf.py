"""The report as PDF, for the file and for paper, and the picture for social media; both set in Sarabun.

Their charts are drawn by Typst itself: its reader of SVG images parts ำ from the letter that bears it.
"""

import re
from collections.abc import Mapping
from datetime import UTC

from ita_stats.render import svg_chart as chart
from ita_stats.render import typst as press
from ita_stats.render.document import Cell, PrintedTable, StatisticsDocument, Words, heading, shown
from ita_stats.render.svg_chart import COLOURS, BarChart

Data = Mapping[str, object]
_SAID = {"cutoff"}
"""Notes of which the head of the report says the same."""
NARROW, WIDE = 8, 12
"""Letters: a column is as wide as its name, within these bounds."""


def as_pdf(document: StatisticsDocument, signatory: str | None = None) -> bytes:
    """The report. signatory: the title of who signs, for a block to sign in; None leaves it out."""
    return press.pdf("report.typ", _report(document, signatory), document.tables.cutoff)


def as_pages(document: StatisticsDocument, signatory: str | None = None, ppi: float = 80.0) -> list[bytes]:
    """The report's pages as PNG pictures, to be looked at."""
    return press.pictures("report.typ", _report(document, signatory), document.tables.cutoff, ppi)


def as_card(document: StatisticsDocument) -> bytes:
    """The picture: 1080 x 1080 pixels, the total and where it stands."""
    total = document.tables.total
    states = [
        {
            "label": heading(name)[0],
            "text": shown(getattr(total, name)),
            "share": (getattr(total, name) or 0) / (total.received or 1),
            "colour": colour,
        }
        for name, colour in COLOURS.items()
    ]
    received = {"label": heading("received")[0], "text": shown(total.received)}
    data = {**_common(document), "received": received, "states": states, "unit": heading("unit")[0]}
    return press.pictures("card.typ", data, document.tables.cutoff)[0]


def _common(document: StatisticsDocument) -> Data:
    tables = document.tables
    at = tables.cutoff.astimezone(UTC)  # Typst writes a time of day as UTC's
    return {
        "title": document.title,
        "office": (tables.office_th, tables.office_en),
        "period": document.period,
        "as_of": document.as_of,
        "numbered": document.numbered,
        "statement": tables.statement,
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
    }


def _report(document: StatisticsDocument, signatory: str | None) -> Data:
    issue, tables = document.issue, document.tables
    brought, carried = tables.brought_forward, tables.carried_over
    return {
        **_common(document),
        "main": _grid(document.main),
        "weights": _weights(document.main),
        "under": [(*heading("brought_forward"), shown(brought)), (*heading("carried_over"), shown(carried))],
        "others": [_grid(grid) for grid in document.others],
        "charts": [_chart(one) for one in chart.charts(document)],
        "notes": [(note.th, note.en) for note in tables.notes if note.code not in _SAID],
        "changes": [(note.th, note.en) for note in issue.changes],
        "why": issue.why,
        "notes_title": heading("notes"),
        "changes_title": heading("changes", number=issue.before),
        "page": heading("page"),
        "signed": heading("signed"),
        "signatory": signatory,
    }


def _chart(one: BarChart) -> Data:
    return {
        "title": one.title,
        "series": one.series if len(one.series) > 1 else (),
        "colours": [colour for _, colour in one.series],
        "bars": [{"label": bar.label, "parts": bar.parts, "text": bar.text} for bar in one.bars],
        "most": one.most,
        "above": one.above,
        "alt": f"{one.title[0]}: {one.told}",
    }


def _grid(grid: PrintedTable) -> Data:
    return {
        "title": grid.title,
        "head": grid.head,
        "body": [[_cell(cell) for cell in line] for line in grid.body],
        "foot": [_cell(cell) for cell in grid.foot],
        "span": grid.span,
        "spanned": grid.spanned,
    }


def _weights(grid: PrintedTable) -> list[int]:
    """How wide the columns after the first are, against each other, so that many names fit on one sheet."""
    longest = [max(map(chart.letters, re.split(r"\s+", thai))) for thai, _ in grid.head[1:]]
    return [min(max(width, NARROW), WIDE) for width in longest]


def _cell(cell: Cell) -> Data:
    words: Words = cell if isinstance(cell, tuple) else (shown(cell), shown(cell))
    return {"figure": not isinstance(cell, str | tuple), "words": words}
