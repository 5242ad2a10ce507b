"""The statistics as JSON: the model is the published schema, and names in it do not change."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ita_stats import table
from ita_stats.table import Layout, Tables

MonthCode = Annotated[
    str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="Buddhist year and month")
]
Count = Annotated[int, Field(ge=0)]
Protected = Annotated[
    Count | None, Field(description="null: hidden, to protect who reported; it is not zero")
]


class Part(BaseModel):
    """A part of what is published: nothing in it is unknown, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FiguresJson(Part):
    """received = done + in_progress + not_accepted."""

    received: Protected
    done: Protected
    in_progress: Protected
    not_accepted: Protected


class PeriodJson(Part):
    """The days in which cases were received, both included, Christian calendar; the label has Buddhist years."""

    from_: Annotated[date, Field(alias="from")]
    to: date
    label: str


class RowJson(FiguresJson):
    """A month, quarter or half year, and the categories received in it."""

    label: str
    months: list[MonthCode]
    categories: dict[str, Protected]


class MonthJson(Part):
    """One month; null figures where the office's layout shows no single month."""

    month: MonthCode
    received: Protected
    done: Protected
    in_progress: Protected
    not_accepted: Protected


class SplitJson(FiguresJson):
    """A category, source or outcome. Of an outcome, `received` is how many cases ended so."""

    code: str
    name: str
    name_en: str


class DaysJson(Part):
    """Calendar days from receipt to the last closing of what is done; within_deadline: share from 0 to 1."""

    median: Annotated[float, Field(ge=0)] | None
    within_deadline: Annotated[float, Field(ge=0, le=1)] | None
    deadline: int
    protected: bool


class NoteJson(Part):
    """A sentence printed under the tables."""

    code: str
    th: str
    en: str


class StatisticsJson(Part):
    """The statistics of a period as of a cut-off: `ita-bot stats --format json`, and `statistics.json` of a release."""

    office: str
    office_en: str
    desk: str
    period: PeriodJson
    cutoff: Annotated[datetime, Field(description="the instant up to which facts are counted, UTC")]
    layout: Layout
    total: FiguresJson
    brought_forward: Count
    carried_over: Count
    rows: list[RowJson]
    months: list[MonthJson]
    categories: list[SplitJson]
    sources: list[SplitJson]
    outcomes: list[SplitJson]
    days: DaysJson
    percentages: dict[str, float | None]
    statement: str | None
    notes: list[NoteJson]
    exact: Annotated[bool, Field(description="true: nothing is hidden; for officers only")]


def of(tables: Tables) -> StatisticsJson:
    """The tables as they are published in JSON."""
    return StatisticsJson(
        office=tables.office_th,
        office_en=tables.office_en,
        desk=tables.desk,
        period=PeriodJson(
            **{"from": tables.period.first}, to=tables.period.last, label=tables.period.label_th
        ),
        cutoff=tables.cutoff,
        layout=tables.layout,
        total=FiguresJson(**_figures(tables.total)),
        brought_forward=tables.brought_forward,
        carried_over=tables.carried_over,
        rows=[
            RowJson(
                label=r.label_th, months=list(r.months), categories=dict(r.categories), **_figures(r.figures)
            )
            for r in tables.rows
        ],
        months=[MonthJson(month=m.month, **_figures(m.figures)) for m in tables.months],
        categories=[_split(s) for s in tables.categories],
        sources=[_split(s) for s in tables.sources],
        outcomes=[_split(s) for s in tables.outcomes],
        days=DaysJson(
            median=tables.days.median,
            within_deadline=tables.days.within_deadline,
            deadline=tables.days.deadline,
            protected=tables.days.protected,
        ),
        percentages=dict(tables.percentages),
        statement=tables.statement,
        notes=[NoteJson(code=n.code, th=n.th, en=n.en) for n in tables.notes],
        exact=tables.exact,
    )


def written(tables: Tables) -> str:
    """The JSON text, with a line end; the same tables give the same bytes."""
    return of(tables).model_dump_json(by_alias=True, indent=2) + "\n"


def _figures(figures: table.Figures | None) -> dict[str, int | None]:
    names = ("received", "done", "in_progress", "not_accepted")
    return dict(zip(names, figures.cells if figures else (None,) * len(names), strict=True))


def _split(split: table.Split) -> SplitJson:
    return SplitJson(code=split.code, name=split.name_th, name_en=split.name_en, **_figures(split.figures))
