"""The FAQ as a TOML or CSV file that the office edits; every error is reported with its line."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from bot.errors import ImportFileError
from bot.office_errors import format_toml_error
from handlers.dialog.codes.code_finder import has_codes
from handlers.dialog.text import shorten_text
from handlers.questions.contact_answers import (
    CONTACT_PLACES,
    find_unknown_places,
    format_places,
    is_told_by_office,
)
from handlers.questions.faq_messages import FaqEntry
from handlers.thai.dates import parse_exact_day, to_bangkok_date
from ita_stats.formulas import escape_text, unescape_text
from storage.store import Store

EXAMPLE_FAQ_PATH = Path(__file__).parents[1] / "faq.example.toml"
FAQ_COLUMNS = ("id", "topic", "question", "also", "answer", "link", "source", "until", "checked", "off")
ALSO_SEPARATOR = "|"
MAX_QUOTED_LENGTH = 60  # characters of a wrong value that the error shows
"""Separates alternative questions in a cell of a CSV file."""

CODE_IN_FILE = "มีรหัสติดตามอยู่ โปรดเอาออก / has a tracking code in it, which must be taken out"
_ENTRY_HEADER = re.compile(r"^\s*\[\[\s*entry\s*\]\]")
_DAY_HINT = "เช่น “30/09/2570” / such as 2027-09-30"


class FaqFileError(ImportFileError):
    """A file is unusable; the text has one line per error. The office has to correct the file."""


def _parse_day(value: object) -> object:
    """Parse a date as people write it: 30/09/2570, 2027-09-30, 30 ก.ย. 2570; None if empty."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    day = parse_exact_day(value, datetime.now(UTC).date())
    if day is None:
        raise ValueError(f"ไม่ใช่วันที่ / is no day; {_DAY_HINT}")
    return day


def _split_also(value: object) -> object:
    return (
        [part.strip() for part in value.split(ALSO_SEPARATOR) if part.strip()]
        if isinstance(value, str)
        else value
    )


def _parse_flag(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"": False, "ใช่": True, "ปิด": True, "yes": True, "true": True, "1": True}.get(
        value.strip().lower(), value
    )


FaqText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


AlternativeQuestionText = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^|\n]+$", max_length=500)
]


class FaqRow(BaseModel):
    """A FAQ entry as the office writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]{0,58}$")]
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    answer: FaqText
    also: Annotated[tuple[AlternativeQuestionText, ...], BeforeValidator(_split_also)] = ()
    topic: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    link: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$", max_length=500)] = ""
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    until: Annotated[date | None, BeforeValidator(_parse_day)] = None
    checked: Annotated[date | None, BeforeValidator(_parse_day)] = None
    off: Annotated[bool, BeforeValidator(_parse_flag)] = False


def load_faq_file(path: Path) -> tuple[FaqEntry, ...]:
    """Load the entries of a file. Raises FaqFileError."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise FaqFileError(f"{path}: ไม่ใช่ UTF-8 / is not UTF-8") from None
    except OSError as trouble:
        raise FaqFileError(f"{path}: อ่านไม่ได้ / cannot be read ({trouble.strerror})") from None
    return parse_faq(text, str(path), is_csv=path.suffix.lower() == ".csv")


async def store_example_faq(store: Store, now: datetime) -> None:
    """Store the example entries if the FAQ was never written, so that a trial of the program gets answers."""
    if not await store.faq.is_initialized():
        await store.replace_faq(load_faq_file(EXAMPLE_FAQ_PATH), now)


async def store_faq_drafts(store: Store, now: datetime) -> None:
    """Store the example entries of an office of its own as drafts: nobody is answered with one that was not checked.

    Those that a trial left behind become drafts too. Answers that say nothing but the office's own contact are true
    from the first day.
    """
    if not await store.faq.is_initialized():
        examples = load_faq_file(EXAMPLE_FAQ_PATH)
        await store.replace_faq([_make_draft(one, now) for one in examples], now)
        return
    entries = (await store.faq.load_catalogue()).entries
    shown = [one for one in entries if one.example and not one.off]
    if shown:
        await store.save_faq_entries([_make_draft(one, now) for one in shown], now)


def _make_draft(entry: FaqEntry, now: datetime) -> FaqEntry:
    if is_told_by_office(entry):
        return replace(entry, example=False, checked=to_bangkok_date(now))
    return replace(entry, off=True)


def parse_faq(text: str, name: str, *, is_csv: bool) -> tuple[FaqEntry, ...]:
    """Parse entries. Raises FaqFileError with all errors, each with its line."""
    example, rows = (False, _parse_csv(text, name)) if is_csv else _parse_toml(text, name)
    entries, mistakes, seen = list[FaqEntry](), list[str](), dict[str, int]()
    for line, raw in rows:
        try:
            row = FaqRow.model_validate(raw)
        except ValidationError as trouble:
            mistakes += [f"{name}:{line}: {_format_error(error)}" for error in trouble.errors()]
            continue
        if row.id in seen:
            mistakes.append(
                f"{name}:{line}: id “{row.id}” ซ้ำกับบรรทัด {seen[row.id]} / stands at line {seen[row.id]} too"
            )
        if any(map(has_codes, (row.question, row.answer, *row.also, row.topic, row.link, row.source))):
            mistakes.append(f"{name}:{line}: {CODE_IN_FILE}")
        if unknown := find_unknown_places(row.answer):
            mistakes.append(
                f"{name}:{line}: answer: ไม่รู้จัก / unknown: {', '.join(unknown)};"
                f" ใช้ได้ / allowed: {format_places(CONTACT_PLACES)}"
            )
        seen[row.id] = line
        entries.append(FaqEntry(**row.model_dump(), example=example))
    if mistakes:
        raise FaqFileError("\n".join(mistakes))
    return tuple(entries)


def _parse_toml(text: str, name: str) -> tuple[bool, list[tuple[int, Any]]]:
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise FaqFileError(f"{name}: {format_toml_error(trouble, text)}") from None
    example, entries = parsed.pop("example", False), parsed.pop("entry", [])
    if parsed or not isinstance(entries, list):
        wrong = next(iter(parsed), "entry")
        raise FaqFileError(f"{name}: ไม่รู้จัก “{wrong}” / there is no such key; example, [[entry]]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _ENTRY_HEADER.match(line)]
    lines += [0] * (len(entries) - len(lines))
    return example is True, list(zip(lines, entries, strict=False))


def _parse_csv(text: str, name: str) -> list[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    unknown = [column for column in reader.fieldnames or [] if column not in FAQ_COLUMNS]
    if unknown or "id" not in (reader.fieldnames or []):
        raise FaqFileError(
            f"{name}:1: หัวตารางต้องเป็น / the columns are {', '.join(FAQ_COLUMNS)}"
            f" ไม่รู้จัก / unknown: {', '.join(unknown) or '-'}"
        )
    rows, last = list[tuple[int, Any]](), 1
    for row in reader:
        cells = {name: unescape_text(cell) for name, cell in row.items() if cell is not None}
        rows.append((last + 1, cells))
        last = reader.line_num
    return rows


def _format_error(error: Any) -> str:  # noqa: ANN401 - pydantic's details
    location = ".".join(str(part) for part in error["loc"])
    found = shorten_text(str(error.get("input", "")), MAX_QUOTED_LENGTH)
    if error["type"] == "extra_forbidden":
        return f"{location}: ไม่มีคีย์ชื่อนี้ / there is no such key; {', '.join(FAQ_COLUMNS)}"
    if error["type"] == "missing":
        return f"{location}: ต้องมีคีย์นี้ / this key is needed"
    return f"{location}: พบ / found “{found}”; ที่อนุญาต / allowed: {error['msg'].removeprefix('Value error, ')}"


def format_faq_file(entries: Iterable[FaqEntry], *, as_csv: bool) -> str:
    """Format entries as a file that `parse_faq` parses to the same entries.

    A question may be a citizen's, so no cell of the CSV is one that a spreadsheet program would run.
    """
    if not as_csv:
        all_entries = list(entries)
        head = "example = true\n\n" if all_entries and all(entry.example for entry in all_entries) else ""
        return head + "\n".join(_format_entry(entry) for entry in all_entries)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, FAQ_COLUMNS)
    writer.writeheader()
    for entry in entries:
        cells = {**_build_cells(entry), "also": ALSO_SEPARATOR.join(entry.also)}
        escaped = {name: escape_text(str(cell)) for name, cell in cells.items()}
        writer.writerow({**escaped, "off": "yes" if entry.off else ""})
    return out.getvalue()


def _build_cells(entry: FaqEntry) -> Mapping[str, Any]:
    days = {"until": entry.until, "checked": entry.checked}
    shown = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {**{name: getattr(entry, name) for name in FAQ_COLUMNS}, **shown}


def _format_entry(entry: FaqEntry) -> str:
    return "\n".join(("[[entry]]", *_format_fields(entry), ""))


def _format_fields(entry: FaqEntry) -> Iterator[str]:
    for name, value in _build_cells(entry).items():
        if name == "also" and value:
            yield f"also = [{', '.join(_quote_toml(text) for text in value)}]"
        elif name == "off" and value:
            yield "off = true"
        elif isinstance(value, str) and value:
            yield f"{name} = {_quote_toml(value)}"


def _quote_toml(text: str) -> str:
    """Quote a text for TOML; one of several lines as a multi-line string."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""\n{safe}"""'
