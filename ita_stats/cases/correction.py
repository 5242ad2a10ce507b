"""What a correction changes: each printed figure that differs from the release that it corrects."""

from collections.abc import Iterator, Mapping

from ita_stats.cases.model import Footnote, StatisticsColumn, StatisticsTables
from ita_stats.render.document import SUPPRESSED_DASH, format_cell, get_desk_heading, get_heading
from ita_stats.strings import get_statistics_text

BilingualText = tuple[str, str]
FigureKey = tuple[str, str, str]
"""Table, line and column, by their codes."""
PrintedFigure = tuple[BilingualText, BilingualText, str]
"""The names of its line and column, and how it is printed."""


def describe_changes(before: StatisticsTables, after: StatisticsTables) -> tuple[Footnote, ...]:
    """What stands otherwise in two tables of the same period: a sentence for each figure, with the old and the new.

    Only exact figures are compared: that a case is of another kind than was written changes nothing that is printed. A
    figure that only one of them has is a dash in the other.
    """
    old, new = dict(_list_figures(before)), dict(_list_figures(after))
    places = [*new, *(place for place in old if place not in new)]
    return tuple(
        _build_change_note(place, old, new)
        for place in places
        if (old[place][2] if place in old else None) != (new[place][2] if place in new else None)
    )


def _build_change_note(
    place: FigureKey, old: Mapping[FigureKey, PrintedFigure], new: Mapping[FigureKey, PrintedFigure]
) -> Footnote:
    (row, row_en), (column, column_en), _ = (new if place in new else old)[place]
    was, is_ = (found[place][2] if place in found else SUPPRESSED_DASH for found in (old, new))
    filled = {"row": row, "row_en": row_en, "column": column, "column_en": column_en}
    return Footnote(
        "/".join(place), *get_statistics_text("heading", "change", **filled, before=was, after=is_)
    )


def _list_figures(tables: StatisticsTables) -> Iterator[tuple[FigureKey, PrintedFigure]]:
    """Every exact figure of the tables: what is assessed. Splits are told once, so nothing of them changes."""
    for row in (row for row in tables.rows if row.reached):
        name, code = (row.label_th, row.label_en), "..".join((row.months[0], row.months[-1]))
        for state, figure in zip(StatisticsColumn, row.figures.cells, strict=True):
            yield ("rows", code, state), (name, get_desk_heading(tables.desk, state), format_cell(figure))
    for state, figure in zip(StatisticsColumn, tables.total.cells, strict=True):
        yield (
            ("total", "", state),
            (get_heading("sum"), get_desk_heading(tables.desk, state), format_cell(figure)),
        )
    for what in ("brought_forward", "carried_over"):
        yield (
            ("overview", "", what),
            (
                get_heading("overview"),
                get_desk_heading(tables.desk, what),
                format_cell(getattr(tables, what)),
            ),
        )
