"""A roll-up as a page, a sheet and JSON."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ita_stats.calendar import format_calendar_date
from ita_stats.cases.model import STATE_COLUMNS, StatisticsColumn, StatusCounts
from ita_stats.render.html import STATISTICS_STYLE
from ita_stats.render.spreadsheet import render_list_xlsx
from ita_stats.render.standalone_page import TEMPLATES, PageStyle, render_standalone_page
from ita_stats.rollup.model import OfficeState, OfficeVerdict, ReleaseSummary, RollUp
from ita_stats.strings import BilingualText, fill_text, load_strings

ROLLUP_STRINGS = load_strings("ita_stats.rollup")
PAGE_FILE, SHEET_FILE, JSON_FILE = "index.html", "rollup.xlsx", "rollup.json"
COUNT_COLUMNS = (StatisticsColumn.RECEIVED, *STATE_COLUMNS)
ROLLUP_STYLE = PageStyle(
    STATISTICS_STYLE.css
    + "#offices~thead th:nth-child(2){min-width:10rem}#offices~thead th:nth-child(3){min-width:13rem}"
    "#offices~thead th:nth-child(5){min-width:7rem}\n"
)
"""The style of the statistics, with columns that names and verdicts fit in; a phone scrolls the table."""
TO_FOLLOW_UP = tuple(one for one in OfficeVerdict if one is not OfficeVerdict.PUBLISHED)


def get_rollup_text(group: str, name: str, **filled: object) -> BilingualText:
    """Return a text in Thai and English. Raises KeyError for an unknown one."""
    return fill_text(ROLLUP_STRINGS, group, name, **filled)


def render_rollup_files(rollup: RollUp, made: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a roll-up by their names. made: when, in UTC."""
    yield PAGE_FILE, render_rollup_page(rollup).encode()
    yield SHEET_FILE, render_list_xlsx(list_rollup_lines(rollup), made, LIST_HEAD_LINES, LIST_WIDTHS)
    yield JSON_FILE, serialize_rollup(rollup).encode()


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """The line of an office on the page. figures: of the year, in brackets where they are not added up."""

    name: BilingualText
    verdict: BilingualText
    why: BilingualText | None
    newest: BilingualText | None
    newest_name: str
    figures: tuple[str, ...]
    says_none: bool


def render_rollup_page(rollup: RollUp) -> str:
    """Render the page, which stands alone as one file."""
    follow_up = [
        (describe_verdict(verdict, rollup), [_name(one) for one in found])
        for verdict in TO_FOLLOW_UP
        if (found := rollup.list_in_state(verdict))
    ]
    content = TEMPLATES.get_template("rollup.html").render(
        heading=_bind_heading(rollup),
        publisher=(rollup.publisher, rollup.publisher_en),
        follow_up=follow_up,
        lines=(_build_line(one, rollup) for one in rollup.offices),
        total=[f"{cell:,}" for cell in rollup.total.cells if cell is not None],
        columns=[column.value for column in COUNT_COLUMNS],
    )
    title = get_rollup_text("heading", "title", offices=len(rollup.offices))[0]
    return render_standalone_page(title, content, ROLLUP_STYLE)


def _bind_heading(rollup: RollUp) -> Callable[[str], BilingualText]:
    def get_heading(name: str) -> BilingualText:
        return get_rollup_text(
            "heading",
            name,
            year=rollup.year,
            offices=f"{len(rollup.offices):,}",
            counted=f"{len(rollup.counted):,}",
            day_th=format_calendar_date(rollup.day),
            day_en=format_calendar_date(rollup.day, "en"),
        )

    return get_heading


def describe_verdict(verdict: OfficeVerdict, rollup: RollUp) -> BilingualText:
    """Return a verdict in words."""
    return get_rollup_text("verdict", verdict.value, year=rollup.year)


def _name(office: OfficeState) -> BilingualText:
    return office.name, office.name_en or office.name


def _build_line(office: OfficeState, rollup: RollUp) -> OfficeLine:
    of_year = office.of_year
    cells = of_year.counts.cells if of_year is not None else ()
    shown = tuple(f"{cell:,}" if office.is_counted else f"({cell:,})" for cell in cells if cell is not None)
    return OfficeLine(
        _name(office),
        describe_verdict(office.verdict, rollup),
        get_rollup_text("fault", office.fault.value) if office.fault is not None else None,
        _write_day(office.newest),
        office.newest.name if office.newest is not None else "",
        shown or ("",) * len(COUNT_COLUMNS),
        of_year is not None and of_year.says_none,
    )


def _write_day(release: ReleaseSummary | None) -> BilingualText | None:
    if release is None:
        return None
    return format_calendar_date(release.as_of), format_calendar_date(release.as_of, "en")


LIST_HEAD_LINES = 4
"""Lines of the sheet above the offices; the last of them are the headings of the columns."""
LIST_WIDTHS = (6, 44, 24, 40, 26, 44, 10, 14, 12, 14, 10, 10, 12, 10)


def list_rollup_lines(rollup: RollUp) -> list[list[str | int]]:
    """List the lines of the sheet: title, headings, an office a line, the totals."""
    say = _bind_heading(rollup)
    names = (
        "place",
        "office",
        "group",
        "address",
        "verdict",
        "why",
        "newest",
        "newest_day",
        "year_release",
        "year_day",
    )
    lines: list[list[str | int]] = [
        [" / ".join(say("title"))],
        [f"{rollup.publisher} · {say('year')[0]} · {say('day')[0]}"],
        [say("counted")[0]],
        [*(say(name)[0] for name in names), *(say(column.value)[0] for column in COUNT_COLUMNS)],
    ]
    for place, one in enumerate(rollup.offices, start=1):
        counts = one.of_year.counts if one.of_year is not None and one.is_counted else None
        lines.append([place, *_list_cells(one, rollup), *_list_counts(counts)])
    lines.append(["", say("total")[0], *[""] * (len(names) - 2), *_list_counts(rollup.total)])
    return lines


def _list_cells(office: OfficeState, rollup: RollUp) -> list[str | int]:
    newest, of_year = office.newest, office.of_year
    return [
        office.name,
        office.group,
        office.place,
        describe_verdict(office.verdict, rollup)[0],
        get_rollup_text("fault", office.fault.value)[0] if office.fault is not None else "",
        *((newest.name, str(newest.as_of)) if newest is not None else ("", "")),
        *((of_year.name, str(of_year.as_of)) if of_year is not None else ("", "")),
    ]


def _list_counts(counts: StatusCounts | None) -> list[str | int]:
    if counts is None:
        return [""] * len(COUNT_COLUMNS)
    return [cell if cell is not None else "" for cell in counts.cells]


def serialize_rollup(rollup: RollUp) -> str:
    """Serialize a roll-up to JSON with a final newline. The same roll-up gives the same bytes."""
    found = {
        "format": "ita-rollup-1",
        "publisher": rollup.publisher,
        "fiscal_year": rollup.year,
        "checked_on": rollup.day.isoformat(),
        "offices": [_describe_office(one) for one in rollup.offices],
        "verdicts": {verdict.value: rollup.verdicts[verdict] for verdict in OfficeVerdict},
        "counted": len(rollup.counted),
        "total": _describe_counts(rollup.total),
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _describe_office(office: OfficeState) -> dict[str, object]:
    return {
        "name": office.name,
        "name_en": office.name_en,
        "group": office.group,
        "place": office.place,
        "verdict": office.verdict.value,
        "fault": office.fault.value if office.fault is not None else None,
        "newest": _describe_release(office.newest),
        "of_year": _describe_release(office.of_year),
        "year_is_whole": office.is_year_whole,
    }


def _describe_release(release: ReleaseSummary | None) -> dict[str, object] | None:
    if release is None:
        return None
    return {
        "release": release.name,
        "period": release.period,
        "as_of": release.as_of.isoformat(),
        "layout": release.layout,
        "says_none": release.says_none,
        **_describe_counts(release.counts),
    }


def _describe_counts(counts: StatusCounts) -> dict[str, int | None]:
    return {column.value: cell for column, cell in zip(COUNT_COLUMNS, counts.cells, strict=True)}
