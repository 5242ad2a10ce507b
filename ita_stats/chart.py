"""Charts as SVG: real text, a title and a description for who cannot see them, no script and no inline style."""

from collections.abc import Iterator, Sequence
from html import escape

from ita_stats.grid import DASH, Document, heading, joined, shown
from ita_stats.table import Row

WIDTH = 720
LINE = 34
"""Height of one bar with the room about it, in the SVG's units."""
LEFT, RIGHT, TOP = 190, 90, 48
COLOURS = {"done": "#1f3f77", "in_progress": "#d98a1f", "not_accepted": "#7a8594"}
"""They differ in lightness as well as in hue, so that they are told apart in grey print."""
INK = "#1d2430"
Bar = tuple[str, tuple[tuple[int, str], ...], str]
"""A label, lengths with their colours, and what is written after them."""


def rows(document: Document) -> str:
    """The rows' figures as stacked bars: done, in progress, not accepted."""
    bars = [(row.label_th, _stack(row), shown(row.figures.received)) for row in document.tables.rows]
    legend = [(joined(heading(name)), colour) for name, colour in COLOURS.items()]
    return _svg("rows", joined(heading("chart_rows")), _told(bars), bars, legend)


def categories(document: Document) -> str:
    """What was received, by category; a protected figure has no bar, and a dash."""
    colour = COLOURS["done"]
    bars: list[Bar] = [
        (s.name_th, ((s.figures.received or 0, colour),), shown(s.figures.received))
        for s in document.tables.categories
    ]
    return _svg("categories", joined(heading("chart_categories")), _told(bars), bars, ())


def _stack(row: Row) -> tuple[tuple[int, str], ...]:
    figures = row.figures
    parts = (figures.done, figures.in_progress, figures.not_accepted)
    return tuple((part or 0, colour) for part, colour in zip(parts, COLOURS.values(), strict=True))


def _told(bars: Sequence[Bar]) -> str:
    return ", ".join(f"{label} {after}" for label, _, after in bars)


def _svg(code: str, title: str, told: str, bars: Sequence[Bar], legend: Sequence[tuple[str, str]]) -> str:
    """A chart of level bars. `code` makes the ids within a page differ."""
    height = TOP + LINE * len(bars) + 12
    most = max((sum(length for length, _ in lengths) for _, lengths, _ in bars), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    inside = "".join((*_legend(legend), *(_bar(i, bar, scale) for i, bar in enumerate(bars))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{code}-title {code}-desc" font-family="Sarabun, Noto Sans Thai, sans-serif" '
        f'font-size="16" fill="{INK}"><title id="{code}-title">{escape(title)}</title>'
        f'<desc id="{code}-desc">{escape(told)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{inside}</svg>\n'
    )


def _legend(legend: Sequence[tuple[str, str]]) -> Iterator[str]:
    for place, (text, colour) in enumerate(legend):
        x = 12 + place * (WIDTH - 24) // len(legend)
        yield f'<rect x="{x}" y="12" width="14" height="14" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="25" font-size="14">{escape(text)}</text>'


def _bar(place: int, bar: Bar, scale: float) -> str:
    label, lengths, after = bar
    y, x, parts = TOP + place * LINE, float(LEFT), []
    for length, colour in lengths:
        if length:
            width = length * scale
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="22" fill="{colour}"/>')
            x += width
    return (
        f'<text x="{LEFT - 10}" y="{y + 17}" text-anchor="end">{escape(_short(label))}</text>{"".join(parts)}'
        f'<text x="{x + 8:.1f}" y="{y + 17}">{escape(after or DASH)}</text>'
    )


def _short(label: str) -> str:
    """A long label cut before a mark could be parted from its letter; the tables have it whole."""
    if len(label) <= 24:
        return label
    cut = 23
    while cut and label[cut] in "ัิีึืฺุู็่้๊๋์ํ๎ำ":
        cut -= 1
    return label[:cut] + "…"
