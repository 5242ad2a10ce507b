"""Statistics as JSON. The models are the published schema, docstrings included: names and texts must not change."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ita_stats.calendar import CalendarMonth
from ita_stats.cases.model import (
    UNKNOWN_COUNTS,
    Breakdown,
    DaysToClose,
    Footnote,
    Layout,
    MonthFigures,
    Period,
    ReleaseInfo,
    SplitsOrigin,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    StatusCounts,
    ToldSplits,
)
from ita_stats.service.model import ConsultationCount, ServiceFigures, TopicCount

MonthCode = Annotated[
    str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="Buddhist year and month")
]
CaseCount = Annotated[int, Field(ge=0)]
ProtectedCaseCount = Annotated[
    CaseCount | None, Field(description="null: hidden, to protect who reported; it is not zero")
]


class PublishedModel(BaseModel):
    """Base of published models: unknown fields are refused, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FiguresJson(PublishedModel):
    """received = done + in_progress + not_accepted."""

    received: ProtectedCaseCount
    done: ProtectedCaseCount
    in_progress: ProtectedCaseCount
    not_accepted: ProtectedCaseCount


class PeriodJson(PublishedModel):
    """The days in which cases were received, both included, Christian calendar; the label has Buddhist years."""

    from_: Annotated[date, Field(alias="from")]
    to: date
    label: str
    label_en: str
    code: Annotated[str, Field(description="as it is asked for: fy2570, 2570H1, 2569-11")]


class RowJson(FiguresJson):
    """A month, quarter or half year, and the categories received in it; all null where it was not reached.

    note: what the office remarks on it.
    """

    label: str
    label_en: str
    months: list[MonthCode]
    categories: dict[str, ProtectedCaseCount]
    note: str
    reached: Annotated[bool, Field(description="false: it begins after the cut-off")] = True


class MonthJson(PublishedModel):
    """One month; null figures where the office's layout shows no single month, or where it was not reached."""

    month: MonthCode
    received: ProtectedCaseCount
    done: ProtectedCaseCount
    in_progress: ProtectedCaseCount
    not_accepted: ProtectedCaseCount
    reached: Annotated[bool, Field(description="false: it begins after the cut-off")] = True


class SplitJson(FiguresJson):
    """A line of a split. Of an outcome, `received` is how many cases ended so.

    code `rest`: all lines whose `received` is null, together. The other figures are null, save in exact statistics.
    """

    code: str
    name: str
    name_en: str


class DaysClassJson(PublishedModel):
    """The class of days in which the median lies, both included; `to` is null in the highest."""

    from_: Annotated[int, Field(ge=0, alias="from")]
    to: int | None


class DaysJson(PublishedModel):
    """Calendar days from receipt to the last closing of what is done; within_deadline: share from 0 to 1.

    median: in exact statistics only; others tell its class.
    """

    median: Annotated[float, Field(ge=0)] | None
    within_deadline: Annotated[float, Field(ge=0, le=1)] | None
    deadline: int
    protected: bool
    median_class: DaysClassJson | None = None


class NoteJson(PublishedModel):
    """A sentence printed under the tables."""

    code: str
    th: str
    en: str


class IssueJson(PublishedModel):
    """Which release of a desk this is; of a correction, what changed and why."""

    number: Annotated[int, Field(ge=1)]
    corrects: Annotated[int, Field(ge=1)] | None
    changes: list[NoteJson]
    why: str


class SplitsJson(PublishedModel):
    """What categories, sources, outcomes and days are about: a span of fiscal years that is told once."""

    period: PeriodJson
    recorded_until: Annotated[date, Field(description="what was recorded later does not count")]


class ToldSplitsJson(PublishedModel):
    """The splits of a span, as they are stored: every release repeats them."""

    splits: SplitsJson
    categories: list[SplitJson]
    sources: list[SplitJson]
    outcomes: list[SplitJson]
    days: DaysJson


class TopicJson(PublishedModel):
    """Opinions on a topic in a part of a fiscal year. null: hidden, to protect who gave them."""

    code: str
    name: str
    name_en: str
    first: MonthCode
    last: MonthCode
    responses: ProtectedCaseCount
    mean: float | None


class ConsultationJson(PublishedModel):
    """A consultation that closed in the period. null: there were too few responses to be published."""

    code: str
    title: str
    closed_on: date
    responses: ProtectedCaseCount


class ServiceJson(PublishedModel):
    """What the service desk counts: questions in words of their own, opinions, consultations."""

    asked: CaseCount
    answered: CaseCount
    waiting: CaseCount
    closed_without_answer: CaseCount
    median_working_days: Annotated[float, Field(ge=0)] | None
    within_deadline: Annotated[float, Field(ge=0, le=1)] | None
    deadline_days: int
    opinions: list[TopicJson]
    consultations: list[ConsultationJson]


class StatisticsJson(PublishedModel):
    """The statistics of a period as of a cut-off: `ita-bot stats --format json`, and `statistics.json` of a release."""

    office: str
    office_en: str
    desk: str
    period: PeriodJson
    cutoff: Annotated[datetime, Field(description="the instant up to which facts are counted, UTC")]
    as_of: Annotated[date, Field(description="the last day that is counted, Bangkok's")]
    layout: Layout
    total: FiguresJson
    brought_forward: CaseCount
    carried_over: CaseCount
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
    release: Annotated[IssueJson | None, Field(description="null where it was asked for and not released")]
    service: Annotated[
        ServiceJson | None,
        Field(
            description="of the service desk only; there, received is asked, done is answered, in_progress is waiting,"
            " not_accepted is closed without an answer, and days are working days"
        ),
    ] = None
    splits_from: Annotated[
        str | None, Field(description="the release that told the splits first; null where none are told yet")
    ] = None
    splits: Annotated[
        SplitsJson | None, Field(description="what the splits are about; null where no span has settled yet")
    ] = None
    remark: Annotated[str, Field(description="what the office remarks on the whole period")] = ""


def build_statistics_model(tables: StatisticsTables, issue: ReleaseInfo | None = None) -> StatisticsJson:
    """Build the JSON model of the tables. `issue`: the release that they are, if any."""
    return StatisticsJson(
        office=tables.office_th,
        office_en=tables.office_en,
        desk=tables.desk,
        period=_build_period_json(tables.period),
        cutoff=tables.cutoff,
        as_of=tables.as_of,
        layout=tables.layout,
        total=FiguresJson(**_to_count_fields(tables.total)),
        brought_forward=tables.brought_forward,
        carried_over=tables.carried_over,
        rows=[_build_row_json(row) for row in tables.rows],
        months=[
            MonthJson(month=m.month, **_to_count_fields(m.figures), reached=m.reached) for m in tables.months
        ],
        categories=[_build_split_json(s) for s in tables.categories],
        sources=[_build_split_json(s) for s in tables.sources],
        outcomes=[_build_split_json(s) for s in tables.outcomes],
        days=_build_days_json(tables.days),
        percentages=dict(tables.percentages),
        statement=tables.statement,
        notes=_build_note_json(tables.notes),
        exact=tables.exact,
        service=_build_service_json(tables),
        release=_build_release_json(issue) if issue is not None else None,
        splits_from=tables.splits_from,
        splits=_build_splits_json(tables.splits) if tables.splits is not None else None,
        remark=tables.remark,
    )


def serialize_statistics(tables: StatisticsTables, issue: ReleaseInfo | None = None) -> str:
    """Serialize to JSON text with a final newline. The same tables give the same bytes."""
    return build_statistics_model(tables, issue).model_dump_json(by_alias=True, indent=2) + "\n"


def build_statistics_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of that text, which is published beside it."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found |= StatisticsJson.model_json_schema(mode="serialization")
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def parse_statistics(text: str | bytes) -> StatisticsTables:
    """Parse a JSON text back into tables. Raises pydantic's ValidationError."""
    found = StatisticsJson.model_validate_json(text)
    period = found.period
    return StatisticsTables(
        office_th=found.office,
        office_en=found.office_en,
        desk=found.desk,
        period=_parse_period(period),
        cutoff=found.cutoff,
        as_of=found.as_of,
        layout=found.layout,
        total=_parse_counts(found.total),
        brought_forward=found.brought_forward,
        carried_over=found.carried_over,
        rows=tuple(_parse_row(row, found.as_of) for row in found.rows),
        months=tuple(_parse_month(month, found.as_of) for month in found.months),
        categories=_parse_splits(found.categories),
        sources=_parse_splits(found.sources),
        outcomes=_parse_splits(found.outcomes),
        days=_parse_days(found.days),
        statement=found.statement,
        notes=tuple(Footnote(n.code, n.th, n.en) for n in found.notes),
        exact=found.exact,
        splits=_parse_origin(found.splits) if found.splits is not None else None,
        splits_from=found.splits_from,
        service=_parse_service(found.service),
        remark=found.remark,
    )


def serialize_told_splits(told: ToldSplits) -> str:
    """Serialize the splits of a span, to be stored."""
    return ToldSplitsJson(
        splits=_build_splits_json(told.origin),
        categories=[_build_split_json(s) for s in told.categories],
        sources=[_build_split_json(s) for s in told.sources],
        outcomes=[_build_split_json(s) for s in told.outcomes],
        days=_build_days_json(told.days),
    ).model_dump_json(by_alias=True)


def parse_told_splits(text: str) -> ToldSplits:
    """Parse the stored splits of a span. Raises pydantic's ValidationError."""
    found = ToldSplitsJson.model_validate_json(text)
    return ToldSplits(
        _parse_origin(found.splits),
        _parse_splits(found.categories),
        _parse_splits(found.sources),
        _parse_splits(found.outcomes),
        _parse_days(found.days),
    )


def is_told_once(text: str | bytes) -> bool:
    """Whether the JSON text of a release is of a version that tells splits once.

    Earlier ones counted them anew in each release. Raises pydantic's ValidationError.
    """
    return "splits_from" in StatisticsJson.model_validate_json(text).model_fields_set


def parse_release_info(text: str | bytes) -> ReleaseInfo | None:
    """Return which release a JSON text is; None if it is not one. Raises pydantic's ValidationError."""
    found = StatisticsJson.model_validate_json(text).release
    if found is None:
        return None
    return ReleaseInfo(
        found.number, tuple(Footnote(n.code, n.th, n.en) for n in found.changes), found.why, found.corrects
    )


def _build_service_json(tables: StatisticsTables) -> ServiceJson | None:
    if tables.service is None:
        return None
    asked, answered, waiting, closed = (cell or 0 for cell in tables.total.cells)
    return ServiceJson(
        asked=asked,
        answered=answered,
        waiting=waiting,
        closed_without_answer=closed,
        median_working_days=tables.days.median,
        within_deadline=tables.days.within_deadline,
        deadline_days=tables.days.deadline,
        opinions=[
            TopicJson(
                code=one.code,
                name=one.th,
                name_en=one.en,
                first=one.first,
                last=one.last,
                responses=one.responses,
                mean=one.mean,
            )
            for one in tables.service.opinions
        ],
        consultations=[
            ConsultationJson(code=one.code, title=one.title, closed_on=one.closed_on, responses=one.responses)
            for one in tables.service.consultations
        ],
    )


def _parse_service(found: ServiceJson | None) -> ServiceFigures | None:
    if found is None:
        return None
    return ServiceFigures(
        tuple(
            TopicCount(t.code, t.name, t.name_en, t.first, t.last, t.responses, t.mean)
            for t in found.opinions
        ),
        tuple(ConsultationCount(c.code, c.title, c.closed_on, c.responses) for c in found.consultations),
    )


def _parse_row(row: RowJson, as_of: date) -> StatisticsRow:
    """Parse a row. Up to 2.1 there was no `reached`, and rows that were not reached held zeros."""
    labels, months = (row.label, row.label_en), tuple(row.months)
    if months[0] > CalendarMonth.from_date(as_of).code:
        unknown = dict.fromkeys(row.categories)
        return StatisticsRow(*labels, months, UNKNOWN_COUNTS, unknown, row.note, reached=False)
    return StatisticsRow(*labels, months, _parse_counts(row), dict(row.categories), row.note)


def _parse_month(found: MonthJson, as_of: date) -> MonthFigures:
    reached = found.month <= CalendarMonth.from_date(as_of).code
    figures = _parse_counts(found) if reached and found.received is not None else None
    return MonthFigures(found.month, figures, reached)


def _parse_counts(part: FiguresJson | MonthJson) -> StatusCounts:
    return StatusCounts(part.received, part.done, part.in_progress, part.not_accepted)


def _parse_splits(lines: Iterable[SplitJson]) -> tuple[Breakdown, ...]:
    return tuple(Breakdown(s.code, s.name, s.name_en, _parse_counts(s)) for s in lines)


def _parse_period(found: PeriodJson) -> Period:
    return Period(found.code, found.from_, found.to, found.label, found.label_en)


def _parse_origin(found: SplitsJson) -> SplitsOrigin:
    return SplitsOrigin(_parse_period(found.period), found.recorded_until)


def _parse_days(found: DaysJson) -> DaysToClose:
    middle = found.median_class
    return DaysToClose(
        found.median,
        found.within_deadline,
        found.deadline,
        found.protected,
        None if middle is None else (middle.from_, middle.to),
    )


def _build_days_json(days: DaysToClose) -> DaysJson:
    middle = days.median_class
    return DaysJson(
        median=days.median,
        within_deadline=days.within_deadline,
        deadline=days.deadline,
        protected=days.protected,
        median_class=None
        if middle is None
        else DaysClassJson.model_validate({"from": middle[0], "to": middle[1]}),
    )


def _build_splits_json(origin: SplitsOrigin) -> SplitsJson:
    return SplitsJson(period=_build_period_json(origin.span), recorded_until=origin.recorded_until)


def _build_release_json(issue: ReleaseInfo) -> IssueJson:
    return IssueJson(
        number=issue.number, corrects=issue.corrects, changes=_build_note_json(issue.changes), why=issue.why
    )


def _build_note_json(notes: Iterable[Footnote]) -> list[NoteJson]:
    return [NoteJson(code=n.code, th=n.th, en=n.en) for n in notes]


def _build_period_json(period: Period) -> PeriodJson:
    own = {"from": period.first, "to": period.last, "label": period.label_th, "label_en": period.label_en}
    return PeriodJson.model_validate({**own, "code": period.code})


def _build_row_json(row: StatisticsRow) -> RowJson:
    return RowJson(
        label=row.label_th,
        label_en=row.label_en,
        months=list(row.months),
        categories=dict(row.categories),
        note=row.note,
        reached=row.reached,
        **_to_count_fields(row.figures),
    )


def _to_count_fields(figures: StatusCounts | None) -> dict[str, int | None]:
    cells = figures.cells if figures else (None,) * len(StatisticsColumn)
    return {column.value: cell for column, cell in zip(StatisticsColumn, cells, strict=True)}


def _build_split_json(split: Breakdown) -> SplitJson:
    return SplitJson(
        code=split.code, name=split.name_th, name_en=split.name_en, **_to_count_fields(split.figures)
    )
