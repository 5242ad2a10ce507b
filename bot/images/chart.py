"""Render a monthly chart: as a PNG picture in a thread, or as text bars where no picture can be shown."""

import asyncio

from handlers.dialog.replies import MonthlyChart
from handlers.dialog.session import NEVER
from ita_stats.render.svg_chart import count_letters
from ita_stats.render.typst import render_png_pages

MIN_MONTHS = 6
"""Least number of columns; missing months are left empty, so that a few columns do not become too wide."""

MAX_BAR_WIDTH = 24
"""Characters of the longest text bar."""


async def render_chart_png(chart: MonthlyChart) -> bytes:
    """Render a PNG of 1080 x 780 pixels. Typst releases the GIL, so a thread does not block the event loop."""
    return await asyncio.to_thread(_render_chart_png, chart)


def _render_chart_png(chart: MonthlyChart) -> bytes:
    months = [
        {"label": month.label, "received": month.received, "done": month.done} for month in chart.months
    ]
    empty = MIN_MONTHS - len(months)
    data = {
        "title": chart.title,
        "series": chart.series,
        "months": months,
        "most": chart.max_value,
        "empty": max(0, empty),
    }
    return render_png_pages("months.typ", data, NEVER)[0]


def render_chart_text(chart: MonthlyChart) -> str:
    """Render the chart as text: a line for each of the two figures of a month."""
    room = max((count_letters(month.label) for month in chart.months), default=0)
    lines = [f"{chart.title} (█ {chart.series[0]}  ▒ {chart.series[1]})"]
    for month in chart.months:
        label = month.label + " " * (room - count_letters(month.label))
        for head, sign, figure in ((label, "█", month.received), (" " * room, "▒", month.done)):
            lines.append(f"{head} {sign * round(figure / chart.max_value * MAX_BAR_WIDTH)} {figure}")
    return "\n".join(lines)
