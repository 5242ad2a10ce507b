"""The results as JSON: the model is the published schema, names in it do not change, and no person has a row."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ita_stats.opinions.labels import notes
from ita_stats.opinions.model import Kind, Taken
from ita_stats.opinions.results import Answered, Figures, Means, Part, Question, Results, Row

Count = Annotated[int, Field(ge=0)]
Protected = Annotated[
    Count | None, Field(description="null: not shown, to protect who answered; it is not zero")
]
Mean = Annotated[float, Field(ge=1, le=5)] | None


class Piece(BaseModel):
    """A piece of what is published: nothing in it is unknown, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class FiguresJson(Piece):
    """Voices: all, by chat account, by the web page without one."""

    all: Protected
    account: Protected
    web: Protected


class MeansJson(Piece):
    """Mean scores; null where not every figure that they come from is shown."""

    all: Mean
    account: Mean
    web: Mean


class RowJson(Piece):
    """One possible answer; label is empty where the code says it (a score, agree, disagree, pass)."""

    code: str
    label: str
    voices: FiguresJson
    percent: Annotated[
        float | None,
        Field(
            ge=0,
            le=100,
            description="of those who answered; of all voices where `answered` is null; null: not shown",
        ),
    ]


class PartJson(Piece):
    """A question, or one statement of it, which is its label."""

    code: str
    label: str
    answered: FiguresJson
    rows: tuple[RowJson, ...]
    mean: MeansJson


class QuestionJson(Piece):
    """A question; one in people's own words has no parts."""

    code: str
    kind: Kind
    title: str
    parts: tuple[PartJson, ...]


class ThemeJson(Piece):
    """What several people wrote, and the office's answer; days are Bangkok's, in the Christian calendar."""

    name: str
    voices: Protected
    quotes: tuple[str, ...]
    taken: Taken | None
    reason: str
    by: date | None
    done: date | None


class NoteJson(Piece):
    """A sentence on how people were heard and counted."""

    th: str
    en: str


class ResultsJson(Piece):
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
    voices: Annotated[FiguresJson | None, Field(description="null: fewer than `least` in all")]
    questions: tuple[QuestionJson, ...]
    themes: tuple[ThemeJson, ...]
    notes: tuple[NoteJson, ...]


def of(found: Results) -> ResultsJson:
    """The results as they are published in JSON."""
    said = [{"th": th, "en": en} for th, en in notes(found)]
    return ResultsJson.model_validate({**asdict(found), "notes": said})


def written(found: Results) -> bytes:
    """The results as JSON text, the same bytes each time."""
    return (of(found).model_dump_json(indent=1) + "\n").encode()


def schema() -> bytes:
    """The JSON Schema of `written`."""
    return (json.dumps(ResultsJson.model_json_schema(), ensure_ascii=False, indent=1) + "\n").encode()


def read(text: bytes) -> Results:
    """Results that were written before, to be shown again as they were. Raises ValueError where they are not ours."""
    found = ResultsJson.model_validate_json(text)
    return Results(
        **{name: getattr(found, name) for name in ("office_th", "office_en", "code", "title", "background")},
        link=found.link,
        opens=found.opens,
        closes=found.closes,
        least=found.least,
        voices=None if found.voices is None else _figures(found.voices),
        questions=tuple(
            Question(q.code, q.kind, q.title, tuple(map(_part, q.parts))) for q in found.questions
        ),
        themes=tuple(Answered(**theme.model_dump()) for theme in found.themes),
    )


def _figures(found: FiguresJson) -> Figures:
    return Figures(found.all, found.account, found.web)


def _part(found: PartJson) -> Part:
    rows = tuple(Row(row.code, row.label, _figures(row.voices), row.percent) for row in found.rows)
    return Part(found.code, found.label, _figures(found.answered), rows, Means(**found.mean.model_dump()))
