"""The report as PDF, for the file and for paper, and the picture for social media; both set by Typst in Sarabun."""

from ita_stats import chart, press
from ita_stats.calendar import BANGKOK
from ita_stats.chart import COLOURS
from ita_stats.grid import Cell, Document, Grid, heading, shown

CARD = 1080
"""Pixels of the picture's sides."""


def as_pdf(document: Document, signature: str | None = None) -> bytes:
    """The report. signature: the title of who signs, for a block to sign in; None leaves it out."""
    data = {**_common(document), **_report(document), "signature": signature}
    return press.pdf("report.typ", data, document.tables.cutoff)


def as_pages(document: Document, signature: str | None = None, ppi: float = 80.0) -> list[bytes]:
    """The report's pages as PNG pictures, to be looked at."""
    data = {**_common(document), **_report(document), "signature": signature}
    return press.pictures("report.typ", data, document.tables.cutoff, ppi)


def as_card(document: Document) -> bytes:
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
    data = {**_common(document), "received": received, "states": states}
    return press.pictures("card.typ", data, document.tables.cutoff)[0]


def _common(document: Document) -> dict[str, object]:
    tables = document.tables
    at = tables.cutoff.astimezone(BANGKOK)
    return {
        "title": document.title,
        "office": (tables.office_th, tables.office_en),
        "period": document.period,
        "as_of": document.as_of,
        "numbered": document.numbered,
        "statement": tables.statement,
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
    }


def _report(document: Document) -> dict[str, object]:
    issue = document.issue
    main = document.main
    return {
        "main": _grid(main),
        "others": [_grid(grid) for grid in document.others],
        "charts": [
            _chart("chart_rows", chart.rows(document), main),
            _chart("chart_categories", chart.categories(document), document.others[1]),
        ],
        "notes": [(note.th, note.en) for note in document.tables.notes],
        "changes": [(note.th, note.en) for note in issue.changes],
        "why": issue.why,
        "notes_title": heading("notes"),
        "changes_title": heading("changes", number=issue.number - 1),
        "page": heading("page"),
        "signed": heading("signed"),
    }


def _chart(title: str, svg: str, grid: Grid) -> dict[str, object]:
    both = heading(title)
    column = 1 + grid.spanned
    told = ", ".join(f"{line[0]} {shown(line[column])}" for line in grid.body)
    return {"title": both, "svg": svg, "alt": f"{both[0]}: {told}"}


def _grid(grid: Grid) -> dict[str, object]:
    return {
        "title": grid.title,
        "head": grid.head,
        "body": [[_cell(cell) for cell in line] for line in grid.body],
        "foot": [_cell(cell) for cell in grid.foot],
        "span": grid.span,
        "spanned": grid.spanned,
        "header_rows": 2 if grid.spanned else 1,
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {"figure": not isinstance(cell, str), "text": shown(cell)}
