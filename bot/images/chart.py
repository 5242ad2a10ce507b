"""A chart as a picture, drawn off the loop's way, and as bars of letters where no picture can be shown."""

import asyncio

from handlers.dialog.replies import MonthlyChart
from handlers.dialog.session import NEVER
from ita_stats.render.svg_chart import count_letters
from ita_stats.render.typst import render_png_pages

MIN_MONTHS = 6
"""Months that have room: where fewer have begun, the others stand empty, so that no column is as wide as a door."""

MAX_BAR_WIDTH = 24
"""Letters of the longest bar."""


async def render_chart_png(chart: MonthlyChart) -> bytes:
    """A PNG picture of 1080 x 780 pixels. Typst lets go of the interpreter, so a thread keeps nobody waiting."""
    return await asyncio.to_thread(_render_chart_png, chart)


def _render_chart_png(chart: MonthlyChart) -> bytes:
    months = [{"label": one.label, "received": one.received, "done": one.done} for one in chart.months]
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
    """The chart in letters: a line for each figure of a month."""
    room = max((count_letters(month.label) for month in chart.months), default=0)
    lines = [f"{chart.title} (█ {chart.series[0]}  ▒ {chart.series[1]})"]
    for month in chart.months:
        label = month.label + " " * (room - count_letters(month.label))
        for head, sign, figure in ((label, "█", month.received), (" " * room, "▒", month.done)):
            lines.append(f"{head} {sign * round(figure / chart.max_value * MAX_BAR_WIDTH)} {figure}")
    return "\n".join(lines)
