"""The published schema of statistics as JSON: models whose names and texts, docstrings included, must not change."""

import json
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ita_stats.cases.model import Layout

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


class MeasuresJson(PublishedModel):
    """How well the desk worked in the span of the splits, told once with them; lines without figures are not told.

    first_answer: received, by whether the first answer came within `deadline_days`; came_back: told online, by whether
    they were opened again with their code; satisfaction: what reporters answered.
    """

    deadline_days: int
    first_answer: list[SplitJson]
    first_answer_class: Annotated[
        DaysClassJson | None,
        Field(description="where the median lies; the highest has those without an answer too"),
    ]
    came_back: list[SplitJson]
    satisfaction: list[SplitJson]


class ToldSplitsJson(PublishedModel):
    """The splits of a span, as they are stored: every release repeats them."""

    splits: SplitsJson
    categories: list[SplitJson]
    sources: list[SplitJson]
    outcomes: list[SplitJson]
    days: DaysJson
    measures: MeasuresJson | None = None


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
    measures: Annotated[
        MeasuresJson | None, Field(description="null where no span that was measured has settled")
    ] = None


def build_statistics_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of that text, which is published beside it."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found |= StatisticsJson.model_json_schema(mode="serialization")
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
