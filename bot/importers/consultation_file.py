"""Load a consultation from a TOML file, for `ita-bot consult import`."""

import secrets
import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Self

import typer
from pydantic import Field, StringConstraints, ValidationError, model_validator

from bot.importers.faq_file import CODE_IN_FILE
from bot.office_errors import format_toml_error
from handlers.consultations.messages import (
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
)
from handlers.dialog.codes.code_finder import has_codes
from handlers.dialog.receipt import RECEIPT_ALPHABET
from handlers.office import NonEmptyText, OfficeSection
from handlers.staff.service.consultation_text import MOST_OPTIONS, MOST_QUESTIONS, parse_bangkok_time
from handlers.staff.service.consultations import pick_consultation_code
from ita_stats.calendar import BANGKOK

CODE_LENGTH = 6
MAX_PDF_BYTES = 20 * 1024**2

KINDS_WITH_OPTIONS = frozenset(
    {ConsultationQuestionKind.CHOICE, ConsultationQuestionKind.CHOICES, ConsultationQuestionKind.STATEMENTS}
)


class ConsultationFileQuestion(OfficeSection):
    """One question. options: the choices of a choice question, or the statements to be rated."""

    kind: ConsultationQuestionKind
    title: NonEmptyText
    options: Annotated[tuple[NonEmptyText, ...], Field(max_length=MOST_OPTIONS)] = ()

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        least = (
            0
            if self.kind not in KINDS_WITH_OPTIONS
            else 1
            if self.kind is ConsultationQuestionKind.STATEMENTS
            else 2
        )
        if len(self.options) < least or (self.options and not least):
            raise ValueError(f"options: {self.kind} takes {f'at least {least}' if least else 'none'}")
        return self


class ConsultationFile(OfficeSection):
    """A consultation as the office writes it.

    pdf: instead of a link, a file beside this one, which the consultation's page then offers.
    opens, closes: "31/12/2569 16.30", or a TOML date-time; in Bangkok if without a zone.
    """

    title: NonEmptyText
    background: Annotated[str, StringConstraints(max_length=2000)] = ""
    link: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")] = ""
    pdf: str = ""
    opens: datetime | str | None = None
    closes: datetime | str
    questions: Annotated[tuple[ConsultationFileQuestion, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]

    @model_validator(mode="after")
    def _check_one_background(self) -> Self:
        if self.link and self.pdf:
            raise ValueError("link, pdf: ใช้อย่างใดอย่างหนึ่ง / one of them")
        return self

    def to_consultation(self, now: datetime) -> Consultation:
        """Convert to a consultation with a new code. Raises BadParameter for impossible times."""
        opens = _parse_instant(self.opens, time(0, 0)) if self.opens is not None else now
        closes = _parse_instant(self.closes, time(23, 59))
        if closes <= max(opens, now):
            raise typer.BadParameter(
                "closes: ต้องอยู่หลัง opens และหลังเวลานี้ / must be after opens, and after now"
            )
        questions = tuple(
            _build_question(question, f"q{place}") for place, question in enumerate(self.questions, start=1)
        )
        return Consultation(
            generate_consultation_code(), self.title, self.background, self.link, opens, closes, questions
        )


def generate_consultation_code() -> str:
    """Generate a random code that contains a letter, so that it is not mistaken for a number."""
    return pick_consultation_code("".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(3 * CODE_LENGTH)))


def _parse_instant(value: datetime | str, otherwise: time) -> datetime:
    at = value if isinstance(value, datetime) else parse_bangkok_time(value, otherwise)
    if at is None:
        raise typer.BadParameter(f"{value!r}: พิมพ์เช่น / write it as 31/12/2569 16.30")
    return at if at.tzinfo else at.replace(tzinfo=BANGKOK)


def _build_question(question: ConsultationFileQuestion, key: str) -> ConsultationQuestion:
    letter = "s" if question.kind is ConsultationQuestionKind.STATEMENTS else "o"
    options = {f"{letter}{place}": label for place, label in enumerate(question.options, start=1)}
    return ConsultationQuestion(key, question.kind, question.title, options)


def load_consultation_file(file: Path) -> ConsultationFile:
    """Load a file. Raises BadParameter with all errors and their keys."""
    try:
        text = file.read_text("utf-8-sig")
        if has_codes(text):
            raise typer.BadParameter(f"{file}: {CODE_IN_FILE}")
        return ConsultationFile.model_validate(tomllib.loads(text))
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file}: ไม่ใช่ UTF-8 / is not UTF-8") from None
    except tomllib.TOMLDecodeError as trouble:
        raise typer.BadParameter(f"{file}: {format_toml_error(trouble, text)}") from None
    except ValidationError as trouble:
        errors = "\n".join(_format_error(error["loc"], error["msg"]) for error in trouble.errors())
        raise typer.BadParameter(f"{file}:\n{errors}") from None


def _format_error(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in location) or 'file'}: {message}"


def load_background_pdf(file: Path, name: str) -> bytes:
    """Load the PDF that a consultation file names, from the same directory; empty if none. Raises BadParameter."""
    if not name:
        return b""
    try:
        content = (file.parent / name).read_bytes()
    except OSError:
        raise typer.BadParameter(f"pdf: {name}: เปิดไม่ได้ / cannot be read") from None
    if not content.startswith(b"%PDF-") or len(content) > MAX_PDF_BYTES:
        raise typer.BadParameter(f"pdf: {name}: ต้องเป็น PDF ไม่เกิน 20 MB / must be a PDF of no more than 20 MB")
    return content
