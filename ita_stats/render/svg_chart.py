"""The charts of a release: what they show, and their SVG: real text, told to who cannot see it, no script or style."""

from dataclasses import dataclass
from html import escape
from unicodedata import category

from ita_stats.cases.model import StatisticsRow
from ita_stats.render.document import StatisticsDocument, Words, both, heading, shown

WIDTH = 400
"""Units of the SVG's width: little more than a phone's, so that its words can be read there."""
LEFT, RIGHT = 100, 56
"""Room for short labels before the bars, and for the figure after them."""
COLOURS = {"done": "#1f3f77", "in_progress": "#c8790c", "not_accepted": "#7a8594"}
"""They differ in lightness as well as in hue, so that they are told apart in grey print."""
INK, PALE = "#1d2430", "#4b5566"
SHORT, LONG = 12, 44
"""Letters that have room before a bar, and above it."""


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A label, how many cases of each of the chart's series, and what is written after them."""

    label: str
    parts: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Level bars. series: names and colours, one where the bars have no parts; told: the chart in words."""

    code: str
    title: Words
    series: tuple[tuple[Words, str], ...]
    bars: tuple[ChartBar, ...]
    told: str

    @property
    def most(self) -> int:
        """The length of the longest bar, at least 1."""
        return max((sum(bar.parts) for bar in self.bars), default=0) or 1

    @property
    def above(self) -> bool:
        """Whether a label is too long to stand before its bar, and so all stand above."""
        return any(letters(bar.label) > SHORT for bar in self.bars)


def charts(document: StatisticsDocument) -> tuple[BarChart, ...]:
    """The rows by where they stand, and the categories; none where nothing was received."""
    return (rows(document), categories(document)) if document.tables.total.received else ()


def rows(document: StatisticsDocument) -> BarChart:
    """What each row received, in three parts: done, in progress, not accepted."""
    series = tuple((heading(name), colour) for name, colour in COLOURS.items())
    bars = tuple(
        ChartBar(row.label_th, _parts(row), shown(row.figures.received)) for row in document.tables.rows
    )
    told = (f"{row.label_th} {_told(row)}" for row in document.tables.rows)
    return BarChart("rows", heading("chart_rows"), series, bars, ", ".join(told))


def categories(document: StatisticsDocument) -> BarChart:
    """What was received, by category; a protected figure has no bar, and a dash."""
    title = heading("chart_categories")
    bars = tuple(
        ChartBar(s.name_th, (s.figures.received or 0,), shown(s.figures.received))
        for s in document.tables.categories
    )
    told = ", ".join(f"{bar.label} {bar.text}" for bar in bars)
    return BarChart("categories", title, ((title, COLOURS["done"]),), bars, told)


def letters(text: str) -> int:
    """How many letters stand side by side: marks above and below take no room."""
    return sum(category(letter) != "Mn" for letter in text)


def shortened(text: str, most: int) -> str:
    """A long text cut between letters, never between a letter and its marks; the tables have it whole."""
    if letters(text) <= most:
        return text
    cut = next(i for i in range(len(text), 0, -1) if letters(text[:i]) < most)
    while cut and (category(text[cut]) == "Mn" or text[cut] == "ำ" or text[cut - 1] in "เแโใไ"):
        cut -= 1
    return text[:cut].rstrip() + "…"


def svg(chart: BarChart) -> str:
    """The chart as SVG, for a page and as a file of its own. Ids begin with the chart's code."""
    inside, top = _legend(chart), 52 + (20 * len(chart.series) + 8) * (len(chart.series) > 1)
    step = 50 if chart.above else 28
    inside += "".join(_bar(chart, bar, top + place * step) for place, bar in enumerate(chart.bars))
    height = top + step * len(chart.bars) + 8
    code, (thai, english) = escape(chart.code), chart.title
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" lang="th" '
        f'aria-labelledby="{code}-title" aria-describedby="{code}-desc" fill="{INK}" font-size="15" '
        'font-family="Sarabun, TH Sarabun New, Noto Sans Thai, Leelawadee UI, Thonburi, sans-serif">'
        f'<title id="{code}-title">{escape(both(chart.title))}</title>'
        f'<desc id="{code}-desc">{escape(chart.told)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="0" y="20" font-weight="bold">{escape(shortened(thai, LONG))}</text>'
        f'<text x="0" y="38" font-size="12" fill="{PALE}" lang="en">{escape(english)}</text>{inside}</svg>\n'
    )


def _parts(row: StatisticsRow) -> tuple[int, ...]:
    return tuple(figure or 0 for figure in row.figures.cells[1:])


def _told(row: StatisticsRow) -> str:
    names = ("received", *COLOURS)
    return " ".join(
        f"{heading(name)[0]} {shown(n)}" for name, n in zip(names, row.figures.cells, strict=True)
    )


def _legend(chart: BarChart) -> str:
    if len(chart.series) == 1:
        return ""
    return "".join(
        f'<rect x="0" y="{y}" width="13" height="13" fill="{colour}"/>'
        f'<text x="20" y="{y + 12}" font-size="13">{escape(both(words))}</text>'
        for y, (words, colour) in zip(range(52, 1000, 20), chart.series, strict=False)
    )


def _bar(chart: BarChart, bar: ChartBar, y: int) -> str:
    x = 0.0 if chart.above else float(LEFT)
    scale = (WIDTH - RIGHT - x) / chart.most
    if chart.above:
        drawn = f'<text x="0" y="{y + 14}">{escape(shortened(bar.label, LONG))}</text>'
        y += 22
    else:
        drawn = f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(bar.label)}</text>'
    for length, (_, colour) in zip(bar.parts, chart.series, strict=True):
        width = length * scale
        drawn += (
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="19" fill="{colour}"/>' if length else ""
        )
        x += width
    return f'{drawn}<text x="{x + 7:.1f}" y="{y + 15}" font-weight="bold">{escape(bar.text)}</text>'
