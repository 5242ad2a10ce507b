"""The manifest of a release: it names every file by its SHA-256, and is serialized to canonical bytes."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ita_stats.calendar import CalendarMonth, format_calendar_date, get_fiscal_year
from ita_stats.cases.model import Layout, Period, ReleaseInfo, StatisticsTables
from ita_stats.period import MONTHS_PER_ROW, PeriodError
from ita_stats.render.json_schema import NoteJson, PeriodJson, PublishedModel
from ita_stats.render.json_text import (
    build_statistics_model,
    parse_release_info,
    parse_statistics,
)

MANIFEST_FILE, ANCHOR_FILE, MANIFEST_SCHEMA_FILE = "manifest.json", "anchor.json", "manifest.schema.json"
STATISTICS_FILE = "statistics.json"
Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, in hexadecimal")]
ReleaseFileName = Annotated[str, Field(pattern=r"^[a-z][a-z.]{0,60}$")]


class FileJson(PublishedModel):
    """A file of a release."""

    name: ReleaseFileName
    type: Annotated[str, Field(description="the media type that it is served as")]
    bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256Hex


class Manifest(PublishedModel):
    """What a release is, and every file of it but this one and anchor.json."""

    format: Literal["ita-release-1"] = "ita-release-1"
    desk: str
    office: str
    office_en: str
    fiscal_year: Annotated[int, Field(ge=2484, lt=2800, description="Buddhist; of the period's first day")]
    number: Annotated[int, Field(ge=1, description="counted by desk and fiscal year")]
    period: PeriodJson
    as_of: date
    cutoff: datetime
    layout: Layout
    corrects: Annotated[int | None, Field(description="the number of the release that this one corrects")]
    changes: list[NoteJson]
    why: str
    files: list[FileJson]

    @property
    def name(self) -> str:
        """The name that people use: number/year, such as 3/2570."""
        return f"{self.number}/{self.fiscal_year}"


def build_file_entry(name: str, content: bytes) -> FileJson:
    """Return the manifest's entry for a file."""
    from ita_stats.render import (
        RELEASE_FILE_TYPES,  # imports all renderers, which a process that only reads need not load
    )

    kind = RELEASE_FILE_TYPES.get(name, "application/schema+json")
    return FileJson(name=name, type=kind, bytes=len(content), sha256=sha256(content).hexdigest())


def build_manifest(tables: StatisticsTables, issue: ReleaseInfo, files: Iterable[FileJson]) -> Manifest:
    """Build the manifest of a release with these files. `issue`: as it was rendered."""
    figures = build_statistics_model(tables, issue)
    return Manifest(
        desk=tables.desk,
        office=tables.office_th,
        office_en=tables.office_en,
        fiscal_year=get_fiscal_year(tables.period.first),
        number=issue.number,
        period=figures.period,
        as_of=tables.as_of,
        cutoff=tables.cutoff,
        layout=tables.layout,
        corrects=issue.corrects,
        changes=figures.release.changes if figures.release else [],
        why=issue.why,
        files=list(files),
    )


def serialize_manifest(found: Manifest) -> bytes:
    """Serialize a manifest to its canonical bytes: UTF-8, sorted keys, indent of two, final newline."""
    content = found.model_dump(mode="json", by_alias=True)
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def build_manifest_schema() -> bytes:
    """Return the JSON Schema (draft 2020-12) of a manifest, which is a file of every release."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found |= Manifest.model_json_schema(mode="serialization")
    return (json.dumps(found, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def parse_manifest(content: bytes) -> Manifest:
    """Parse a manifest. Raises pydantic's ValidationError."""
    return Manifest.model_validate_json(content)


def find_release_errors(content: bytes, files: Mapping[str, str], figures: bytes) -> list[str]:
    """Return what is wrong with a release: its manifest, its files, its statistics.json. Empty if nothing.

    files: the SHA-256 (hex) of each file found, except the manifest and anchor.json.
    """
    try:
        found = parse_manifest(content)
    except ValidationError:
        return [f"{MANIFEST_FILE} is not the manifest of a release"]
    wrong = (
        []
        if serialize_manifest(found) == content
        else [f"{MANIFEST_FILE} is not written as this program writes it"]
    )
    listed = {one.name: one for one in found.files}
    if len(listed) < len(found.files):
        wrong.append(f"{MANIFEST_FILE} names a file twice")
    wrong += [f"{name} is missing" for name in listed if name not in files]
    wrong += [f"{name} is in no manifest" for name in files if name not in listed]
    changed = (name for name, one in listed.items() if name in files and files[name] != one.sha256)
    wrong += [f"{name} is not the one that was released" for name in changed]
    return wrong or _compare_figures(found, figures)


def _compare_figures(found: Manifest, figures: bytes) -> list[str]:
    """Check that statistics.json is of the release that the manifest describes."""
    try:
        tables, issue = parse_statistics(figures), parse_release_info(figures)
    except ValidationError:
        return [f"{STATISTICS_FILE} holds no statistics"]
    if issue is None or not describes_same_release(found, tables, issue):
        return [f"{MANIFEST_FILE} and {STATISTICS_FILE} are of different releases"]
    return []


def describes_same_release(found: Manifest, tables: StatisticsTables, issue: ReleaseInfo) -> bool:
    """Whether a manifest is the one of these tables, as they were rendered with `issue`."""
    return build_manifest(tables, issue, found.files) == found


def find_latest_cutoff(period: Period, layout: Layout, last: date) -> date:
    """Return the newest day up to `last` as of which a layout may be released: for months any, else the end of a row.

    Raises `PeriodError` where no row has ended yet, or where the period does not consist of whole rows: totals as of
    days between would reveal single months, which the office does not want to publish.
    """
    start, length = _get_row_cycle(period, layout)
    if length == 1:
        return last
    ends = (CalendarMonth.from_date(period.last) + 1).number
    if (CalendarMonth.from_date(period.first).number - start) % length or (ends - start) % length:
        raise PeriodError(
            f"{period.code} ไม่ใช่ช่วงที่ครบแถวของ layout = {layout!r} ซึ่งหน่วยงานตั้งไว้",
            f"{period.code} does not consist of whole rows of layout = {layout!r}, which the office has set",
        )
    month = CalendarMonth.from_date(last)
    if month.last != last:
        month = month + -1
    month = month + -((month.number - start + 1) % length)
    if month.last < period.first:
        raise PeriodError(
            f"{period.code} ยังไม่มีแถวใดสิ้นสุด ณ {format_calendar_date(last)}",
            f"no row of {period.code} has ended by {format_calendar_date(last, 'en')}",
        )
    return month.last


def validate_cutoff(period: Period, layout: Layout, as_of: date) -> None:
    """Check that a layout may be released as of a day. Raises `PeriodError`."""
    due = find_latest_cutoff(period, layout, as_of)
    if due != as_of:
        raise PeriodError(
            f"layout = {layout!r} เผยแพร่ได้ ณ สิ้นแถวเท่านั้น เช่น {due}",
            f"layout = {layout!r} is released as of the end of a row only, such as {due}",
        )


def _get_row_cycle(period: Period, layout: Layout) -> tuple[int, int]:
    """Return the month with which the first row of a year begins, and the months in a row."""
    return (1 if period.code.startswith("cy") else 10), MONTHS_PER_ROW[layout]
