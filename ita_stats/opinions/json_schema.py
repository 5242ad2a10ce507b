"""Results as JSON. The models are the published schema, docstrings included: names and texts must not change.

That holds for the enums in `ita_stats.opinions.model` too. No person has a row of their own.
"""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ita_stats.opinions.labels import build_results_notes
from ita_stats.opinions.model import AnswerKind, ThemeDecision
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
    ResponseCounts,
    ScoreMeans,
)

ResponseCount = Annotated[int, Field(ge=0)]
ProtectedResponseCount = Annotated[
    ResponseCount | None, Field(description="null: not shown, to protect who answered; it is not zero")
]
PublishedMean = Annotated[float, Field(ge=1, le=5)] | None


class PublishedResultsModel(BaseModel):
    """Base of published models: unknown fields are refused, and instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class ResponseCountsJson(PublishedResultsModel):
    """Voices: all, by chat account, by the web page without one."""

    all: ProtectedResponseCount
    account: ProtectedResponseCount
    web: ProtectedResponseCount


class MeansJson(PublishedResultsModel):
    """Mean scores; null where not every figure that they come from is shown."""

    all: PublishedMean
    account: PublishedMean
    web: PublishedMean


class AnswerRowJson(PublishedResultsModel):
    """One possible answer; label is empty where the code says it (a score, agree, disagree, pass)."""

    code: str
    label: str
    voices: ResponseCountsJson
    percent: Annotated[
        float | None,
        Field(
            ge=0,
            le=100,
            description="of those who answered; of all voices where `answered` is null; null: not shown",
        ),
    ]


class PartJson(PublishedResultsModel):
    """A question, or one statement of it, which is its label."""

    code: str
    label: str
    answered: ResponseCountsJson
    rows: tuple[AnswerRowJson, ...]
    mean: MeansJson


class QuestionJson(PublishedResultsModel):
    """A question; one in people's own words has no parts."""

    code: str
    kind: AnswerKind
    title: str
    parts: tuple[PartJson, ...]


class ThemeJson(PublishedResultsModel):
    """What several people wrote, and the office's answer; days are Bangkok's, in the Christian calendar."""

    name: str
    voices: ProtectedResponseCount
    quotes: tuple[str, ...]
    taken: ThemeDecision | None
    reason: str
    by: date | None
    done: date | None


class ResultsNoteJson(PublishedResultsModel):
    """A sentence on how people were heard and counted."""

    th: str
    en: str


class ResultsJson(PublishedResultsModel):
    """The results of a consultation: `results.json`. Instants are UTC."""

    office_th: str
    office_en: str
    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    least: Annotated[int, Field(ge=2, description="below how many voices nothing is told apart")]
    voices: Annotated[ResponseCountsJson | None, Field(description="null: fewer than `least` in all")]
    questions: tuple[QuestionJson, ...]
    themes: tuple[ThemeJson, ...]
    notes: tuple[ResultsNoteJson, ...]


def build_results_model(found: PublishedResults) -> ResultsJson:
    """Build the JSON model of results."""
    notes = [{"th": th, "en": en} for th, en in build_results_notes(found)]
    return ResultsJson.model_validate({**asdict(found), "notes": notes})


def serialize_results(found: PublishedResults) -> bytes:
    """Serialize results to JSON. The same results give the same bytes."""
    return (build_results_model(found).model_dump_json(indent=1) + "\n").encode()


def build_results_schema() -> bytes:
    """Return the JSON Schema of `serialize_results`."""
    return (json.dumps(ResultsJson.model_json_schema(), ensure_ascii=False, indent=1) + "\n").encode()


def parse_results(text: bytes) -> PublishedResults:
    """Parse published results, to render them again unchanged. Raises ValueError where they are not ours."""
    found = ResultsJson.model_validate_json(text)
    return PublishedResults(
        **{name: getattr(found, name) for name in ("office_th", "office_en", "code", "title", "background")},
        link=found.link,
        opens=found.opens,
        closes=found.closes,
        least=found.least,
        voices=None if found.voices is None else _parse_counts(found.voices),
        questions=tuple(
            QuestionResult(q.code, q.kind, q.title, tuple(map(_parse_part, q.parts))) for q in found.questions
        ),
        themes=tuple(PublishedTheme(**theme.model_dump()) for theme in found.themes),
    )


def _parse_counts(found: ResponseCountsJson) -> ResponseCounts:
    return ResponseCounts(found.all, found.account, found.web)


def _parse_part(found: PartJson) -> QuestionPart:
    rows = tuple(AnswerRow(row.code, row.label, _parse_counts(row.voices), row.percent) for row in found.rows)
    return QuestionPart(
        found.code, found.label, _parse_counts(found.answered), rows, ScoreMeans(**found.mean.model_dump())
    )
