"""Statistics as JSON text, and read back from it; `json_schema.py` has the models."""

from collections.abc import Iterable
from datetime import date

from ita_stats.calendar import CalendarMonth
from ita_stats.cases.model import (
    UNKNOWN_COUNTS,
    Breakdown,
    DaysToClose,
    Footnote,
    MonthFigures,
    Period,
    ReleaseInfo,
    SplitsOrigin,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    StatusCounts,
    ToldMeasures,
    ToldSplits,
)
from ita_stats.disclosure.split_rule import MedianClass
from ita_stats.render.json_schema import (
    ConsultationJson,
    DaysClassJson,
    DaysJson,
    FiguresJson,
    IssueJson,
    MeasuresJson,
    MonthJson,
    NoteJson,
    PeriodJson,
    RowJson,
    ServiceJson,
    SplitJson,
    SplitsJson,
    StatisticsJson,
    ToldSplitsJson,
    TopicJson,
)
from ita_stats.service.model import ConsultationCount, ServiceFigures, TopicCount


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
        measures=_build_measures_json(tables.measures),
    )


def serialize_statistics(tables: StatisticsTables, issue: ReleaseInfo | None = None) -> str:
    """Serialize to JSON text with a final newline. The same tables give the same bytes."""
    return build_statistics_model(tables, issue).model_dump_json(by_alias=True, indent=2) + "\n"


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
        measures=_parse_measures(found.measures),
    )


def serialize_told_splits(told: ToldSplits) -> str:
    """Serialize the splits of a span, to be stored."""
    return ToldSplitsJson(
        splits=_build_splits_json(told.origin),
        categories=[_build_split_json(s) for s in told.categories],
        sources=[_build_split_json(s) for s in told.sources],
        outcomes=[_build_split_json(s) for s in told.outcomes],
        days=_build_days_json(told.days),
        measures=_build_measures_json(told.measures),
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
        _parse_measures(found.measures),
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


def _parse_measures(found: MeasuresJson | None) -> ToldMeasures | None:
    if found is None:
        return None
    return ToldMeasures(
        found.deadline_days,
        _parse_splits(found.first_answer),
        _parse_class(found.first_answer_class),
        _parse_splits(found.came_back),
        _parse_splits(found.satisfaction),
    )


def _build_measures_json(told: ToldMeasures | None) -> MeasuresJson | None:
    if told is None:
        return None
    return MeasuresJson(
        deadline_days=told.deadline,
        first_answer=[_build_split_json(s) for s in told.first_answer],
        first_answer_class=_build_class_json(told.answer_class),
        came_back=[_build_split_json(s) for s in told.came_back],
        satisfaction=[_build_split_json(s) for s in told.satisfaction],
    )


def _parse_class(found: DaysClassJson | None) -> MedianClass | None:
    return None if found is None else (found.from_, found.to)


def _build_class_json(middle: MedianClass | None) -> DaysClassJson | None:
    return None if middle is None else DaysClassJson.model_validate({"from": middle[0], "to": middle[1]})


def _parse_days(found: DaysJson) -> DaysToClose:
    return DaysToClose(
        found.median,
        found.within_deadline,
        found.deadline,
        found.protected,
        _parse_class(found.median_class),
    )


def _build_days_json(days: DaysToClose) -> DaysJson:
    return DaysJson(
        median=days.median,
        within_deadline=days.within_deadline,
        deadline=days.deadline,
        protected=days.protected,
        median_class=_build_class_json(days.median_class),
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
