"""Charts of a release, and their SVG: real text with a description for screen readers, no script or style."""

from dataclasses import dataclass
from html import escape
from unicodedata import category

from ita_stats.cases.model import StatisticsColumn, StatisticsRow, is_split_told
from ita_stats.render.document import (
    StatisticsDocument,
    build_span_title,
    format_cell,
    get_heading,
    join_languages,
)
from ita_stats.strings import BilingualText

SVG_WIDTH = 400
"""Units of the SVG's width: little more than a phone's, so that its text is legible there."""
LABEL_WIDTH, FIGURE_WIDTH = 100, 56
"""Width of the short labels before the bars, and of the figure after them."""
STATUS_COLOURS = {
    StatisticsColumn.DONE: "#1f3f77",
    StatisticsColumn.IN_PROGRESS: "#c8790c",
    StatisticsColumn.NOT_ACCEPTED: "#7a8594",
}
"""They differ in lightness as well as in hue, so that they can be told apart in grey print."""
TEXT_COLOUR, PALE_TEXT_COLOUR = "#1d2430", "#4b5566"
MAX_SIDE_LABEL, MAX_TOP_LABEL = 12, 44
"""Letters that fit before a bar, and above it."""


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A bar: its label, the cases of each series, and the text after it."""

    label: str
    parts: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A horizontal bar chart. `series`: names and colours, one if bars have no parts; `description`: chart as text."""

    code: str
    title: BilingualText
    series: tuple[tuple[BilingualText, str], ...]
    bars: tuple[ChartBar, ...]
    description: str

    @property
    def longest(self) -> int:
        """The length of the longest bar, at least 1."""
        return max((sum(bar.parts) for bar in self.bars), default=0) or 1

    @property
    def has_labels_above(self) -> bool:
        """Whether labels are above the bars, since one is too long to stand before its bar."""
        return any(count_letters(bar.label) > MAX_SIDE_LABEL for bar in self.bars)


def build_charts(document: StatisticsDocument) -> tuple[BarChart, ...]:
    """Build the charts of rows by state and of categories: where something was received, and categories are told."""
    tables = document.tables
    if tables.service is not None:
        charts = (build_row_chart(document), build_category_chart(document))
        return tuple(chart for chart in charts if any(sum(bar.parts) for bar in chart.bars))
    by_row = (build_row_chart(document),) if tables.total.received else ()
    return (*by_row, build_category_chart(document)) if is_split_told(tables.categories) else by_row


def build_row_chart(document: StatisticsDocument) -> BarChart:
    """Build the chart of each row's cases in three parts: done, in progress, not accepted. Rows reached only."""
    reached = [row for row in document.tables.rows if row.reached]
    series = tuple((document.get_heading(name), colour) for name, colour in STATUS_COLOURS.items())
    bars = tuple(
        ChartBar(row.label_th, _get_bar_parts(row), format_cell(row.figures.received)) for row in reached
    )
    descriptions = (f"{row.label_th} {_describe_row(document, row)}" for row in reached)
    return BarChart("rows", document.get_heading("chart_rows"), series, bars, ", ".join(descriptions))


def build_category_chart(document: StatisticsDocument) -> BarChart:
    """Build the chart of received cases by category; of the service desk, of opinions by topic.

    A suppressed figure has no bar, and a dash. The title names the fiscal years of a split that is not of the period.
    """
    service, origin = document.tables.service, document.tables.splits
    title = get_heading("chart_categories" if service is None else "chart_opinions")
    if origin is not None:
        title = build_span_title("categories", origin.span)
    if service is None:
        named = [(split.name_th, split.figures.received) for split in document.tables.categories]
    else:
        named = [(topic.th, topic.responses) for topic in service.opinions]
    bars = tuple(ChartBar(name, (figure or 0,), format_cell(figure)) for name, figure in named)
    descriptions = ", ".join(f"{bar.label} {bar.text}" for bar in bars)
    return BarChart(
        "categories", title, ((title, STATUS_COLOURS[StatisticsColumn.DONE]),), bars, descriptions
    )


def count_letters(text: str) -> int:
    """Return the number of letters that take width: marks above and below do not."""
    return sum(category(letter) != "Mn" for letter in text)


def shorten_to_letters(text: str, most: int) -> str:
    """Shorten a text to so many letters that take width; the last is an ellipsis where something was left out.

    It is cut neither before a mark nor after a vowel that is written first. The tables have it whole.
    """
    if count_letters(text) <= most:
        return text
    cut = next(i for i in range(len(text), 0, -1) if count_letters(text[:i]) < most)
    while cut and (category(text[cut]) == "Mn" or text[cut] == "ำ" or text[cut - 1] in "เแโใไ"):
        cut -= 1
    return text[:cut].rstrip() + "…"


def render_chart_svg(chart: BarChart) -> str:
    """Render the chart as SVG, for a page and as a file. Ids begin with the chart's code."""
    inside, top = _render_legend(chart), 52 + (20 * len(chart.series) + 8) * (len(chart.series) > 1)
    step = 50 if chart.has_labels_above else 28
    inside += "".join(_render_bar(chart, bar, top + place * step) for place, bar in enumerate(chart.bars))
    height = top + step * len(chart.bars) + 8
    code, (thai, english) = escape(chart.code), chart.title
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SVG_WIDTH} {height}" role="img" lang="th" '
        f'aria-labelledby="{code}-title" aria-describedby="{code}-desc" fill="{TEXT_COLOUR}" font-size="15" '
        'font-family="Sarabun, TH Sarabun New, Noto Sans Thai, Leelawadee UI, Thonburi, sans-serif">'
        f'<title id="{code}-title">{escape(join_languages(chart.title))}</title>'
        f'<desc id="{code}-desc">{escape(chart.description)}</desc>'
        f'<rect width="{SVG_WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="0" y="20" font-weight="bold">{escape(shorten_to_letters(thai, MAX_TOP_LABEL))}</text>'
        f'<text x="0" y="38" font-size="12" fill="{PALE_TEXT_COLOUR}" lang="en">'
        f"{escape(english)}</text>{inside}</svg>\n"
    )


def _get_bar_parts(row: StatisticsRow) -> tuple[int, ...]:
    return tuple(figure or 0 for figure in row.figures.cells[1:])


def _describe_row(document: StatisticsDocument, row: StatisticsRow) -> str:
    names = (StatisticsColumn.RECEIVED, *STATUS_COLOURS)
    return " ".join(
        f"{document.get_heading(name)[0]} {format_cell(n)}"
        for name, n in zip(names, row.figures.cells, strict=True)
    )


def _render_legend(chart: BarChart) -> str:
    if len(chart.series) == 1:
        return ""
    return "".join(
        f'<rect x="0" y="{y}" width="13" height="13" fill="{colour}"/>'
        f'<text x="20" y="{y + 12}" font-size="13">{escape(join_languages(words))}</text>'
        for y, (words, colour) in zip(range(52, 1000, 20), chart.series, strict=False)
    )


def _render_bar(chart: BarChart, bar: ChartBar, y: int) -> str:
    x = 0.0 if chart.has_labels_above else float(LABEL_WIDTH)
    scale = (SVG_WIDTH - FIGURE_WIDTH - x) / chart.longest
    if chart.has_labels_above:
        drawn = f'<text x="0" y="{y + 14}">{escape(shorten_to_letters(bar.label, MAX_TOP_LABEL))}</text>'
        y += 22
    else:
        drawn = f'<text x="{LABEL_WIDTH - 10}" y="{y + 15}" text-anchor="end">{escape(bar.label)}</text>'
    for length, (_, colour) in zip(bar.parts, chart.series, strict=True):
        width = length * scale
        drawn += (
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="19" fill="{colour}"/>' if length else ""
        )
        x += width
    return f'{drawn}<text x="{x + 7:.1f}" y="{y + 15}" font-weight="bold">{escape(bar.text)}</text>'
