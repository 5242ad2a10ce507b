"""The chart of the statistics: a column per month, as high as its figure, drawn without blocking the event loop."""

import asyncio
import io

from PIL import Image

from bot.images.chart import render_chart_png, render_chart_text
from handlers.dialog.replies import ChartMonth, MonthlyChart

LIGHT, DARK = (0x9F, 0xB3, 0xD1), (0x1F, 0x3F, 0x77)


def chart(*figures: tuple[int, int]) -> MonthlyChart:
    months = tuple(ChartMonth(f"เดือน {n}", *both) for n, both in enumerate(figures, 1))
    return MonthlyChart("เรื่องที่รับในแต่ละเดือน", ("รับไว้", "แล้วเสร็จ"), months)


def columns(content: bytes) -> dict[tuple[int, int, int], list[int]]:
    """Height of each column of each colour, from left to right, in pixels; without the legend."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    assert (picture.format, picture.size) == (None, (1080, 780))
    found: dict[tuple[int, int, int], list[int]] = {LIGHT: [], DARK: []}
    for colour, heights in found.items():
        before = 0
        for x in range(picture.width):
            high = sum(picture.getpixel((x, y)) == colour for y in range(130, picture.height))
            if high > 1 and before <= 1:
                heights.append(high)
            before = high
    return found


def test_the_columns_are_as_high_as_the_figures() -> None:
    found = columns(asyncio.run(render_chart_png(chart((10, 5), (20, 0), (5, 5)))))
    assert len(found[LIGHT]) == 3
    assert len(found[DARK]) == 2  # nothing is drawn for zero
    whole = found[LIGHT][1]
    assert whole > 400
    for high, share in zip((*found[LIGHT], *found[DARK]), (0.5, 1, 0.25, 0.25, 0.25), strict=True):
        assert abs(high - whole * share) <= 3


def test_a_year_of_nothing_and_a_year_without_months_can_be_drawn() -> None:
    for empty in (chart(*[(0, 0)] * 12), chart()):
        assert columns(asyncio.run(render_chart_png(empty))) == {LIGHT: [], DARK: []}
        assert empty.max_value == 1


def test_the_same_chart_is_the_same_picture_and_other_words_make_another() -> None:
    one, other = chart((1, 1)), MonthlyChart("อื่น", ("ก", "ข"), (ChartMonth("ค", 1, 1),))
    first, again, different = (asyncio.run(render_chart_png(c)) for c in (one, chart((1, 1)), other))
    assert first == again != different


def test_the_loop_goes_on_while_it_is_drawn() -> None:
    async def scene() -> int:
        drawing = asyncio.create_task(render_chart_png(chart(*[(n, n) for n in range(12)])))
        beats = 0
        while not drawing.done():
            await asyncio.sleep(0)
            beats += 1
        await drawing
        return beats

    assert asyncio.run(scene()) > 3


def test_bars_of_letters_stand_under_each_other() -> None:
    told = render_chart_text(
        MonthlyChart(
            "ชื่อ", ("รับไว้", "แล้วเสร็จ"), (ChartMonth("มี.ค. 2570", 24, 12), ChartMonth("ก.ย. 2570", 6, 0))
        )
    )
    head, *lines = told.split("\n")
    assert head == "ชื่อ (█ รับไว้  ▒ แล้วเสร็จ)"
    assert [(line.count("█"), line.count("▒"), line.rpartition(" ")[2]) for line in lines] == [
        (24, 0, "24"),
        (0, 12, "12"),
        (6, 0, "6"),
        (0, 0, "0"),
    ]
    assert render_chart_text(chart()).count("\n") == 0
