"""`ita-bot consult`: a consultation from a TOML file of the office's hand, to the service desk."""

import json
import secrets
import sys
import tomllib
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Self

import typer
from pydantic import Field, StringConstraints, ValidationError, model_validator

from bot.consultations.queries import BACKGROUND_PDF_FILE, OPINIONS_PATH
from bot.office_file import format_toml_error
from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
    ListConsultations,
)
from handlers.dialog.events import Channel, Event, TurnResult
from handlers.dialog.receipt import RECEIPT_ALPHABET
from handlers.office import NonEmptyText, OfficeSection
from handlers.staff.service.consultation_text import MOST_OPTIONS, MOST_QUESTIONS, parse_bangkok_time
from handlers.staff.service.consultations import pick_consultation_code
from handlers.thai import BANGKOK
from storage.store import Store

CODE_LENGTH = 6
MAX_PDF_BYTES = 20 * 1024**2
"""Bytes."""

KINDS_WITH_OPTIONS = frozenset(
    {ConsultationQuestionKind.CHOICE, ConsultationQuestionKind.CHOICES, ConsultationQuestionKind.STATEMENTS}
)


class ConsultationFileQuestion(OfficeSection):
    """One question. options: of a choice, of several, and the statements."""

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
    """A consultation.

    pdf: in place of a link, a file beside this one, which is then found at the consultation's page.
    opens, closes: "31/12/2569 16.30", or a date and time of TOML; without a zone, Bangkok's.
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
        """The consultation, under a new code. Raises BadParameter for times that cannot be."""
        opens = _parse_instant(self.opens, time(0, 0)) if self.opens is not None else now
        closes = _parse_instant(self.closes, time(23, 59))
        if closes <= max(opens, now):
            raise typer.BadParameter(
                "closes: ต้องอยู่หลัง opens และหลังเวลานี้ / must be after opens, and after now"
            )
        questions = tuple(
            _build_question(one, f"q{place}") for place, one in enumerate(self.questions, start=1)
        )
        return Consultation(
            generate_consultation_code(), self.title, self.background, self.link, opens, closes, questions
        )


def generate_consultation_code() -> str:
    """A code with a letter in it, so that it is not taken for a number."""
    return pick_consultation_code("".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(3 * CODE_LENGTH)))


def _parse_instant(said: datetime | str, otherwise: time) -> datetime:
    at = said if isinstance(said, datetime) else parse_bangkok_time(said, otherwise)
    if at is None:
        raise typer.BadParameter(f"{said!r}: พิมพ์เช่น / write it as 31/12/2569 16.30")
    return at if at.tzinfo else at.replace(tzinfo=BANGKOK)


def _build_question(one: ConsultationFileQuestion, key: str) -> ConsultationQuestion:
    letter = "s" if one.kind is ConsultationQuestionKind.STATEMENTS else "o"
    own = {f"{letter}{place}": label for place, label in enumerate(one.options, start=1)}
    return ConsultationQuestion(key, one.kind, one.title, own)


def load_consultation_file(file: Path) -> ConsultationFile:
    """A file. Raises BadParameter with every mistake and its place."""
    try:
        text = file.read_text("utf-8-sig")
        return ConsultationFile.model_validate(tomllib.loads(text))
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file}: ไม่ใช่ UTF-8 / is not UTF-8") from None
    except tomllib.TOMLDecodeError as trouble:
        raise typer.BadParameter(f"{file}: {format_toml_error(trouble, text)}") from None
    except ValidationError as trouble:
        told = "\n".join(_format_error(error["loc"], error["msg"]) for error in trouble.errors())
        raise typer.BadParameter(f"{file}:\n{told}") from None


def _format_error(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in place) or 'file'}: {message}"


async def import_consultation(file: Path, *, dry_run: bool) -> int:
    """Announce what a file says; its code goes to standard output."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    now, said = utc_now(), load_consultation_file(file)
    ballot, pdf = said.to_consultation(now), load_background_pdf(file, said.pdf)
    if not dry_run:
        async with open_app(["service"]) as house:
            if pdf:
                address = _require_public_url(house.settings.service.public_url)
                ballot = replace(ballot, link=f"{address}{OPINIONS_PATH}/{ballot.code}/{BACKGROUND_PDF_FILE}")
            await _commit_as_admin(
                house.desks["service"].store, AnnounceConsultation(ballot, "admin", pdf), now
            )
        sys.stdout.write(f"{ballot.code}\n")
    return 0


def load_background_pdf(file: Path, named: str) -> bytes:
    """The PDF that a file names, from beside it; nothing where it names none. Raises BadParameter."""
    if not named:
        return b""
    try:
        content = (file.parent / named).read_bytes()
    except OSError:
        raise typer.BadParameter(f"pdf: {named}: เปิดไม่ได้ / cannot be read") from None
    if not content.startswith(b"%PDF-") or len(content) > MAX_PDF_BYTES:
        raise typer.BadParameter(
            f"pdf: {named}: ต้องเป็น PDF ไม่เกิน 20 MB / must be a PDF of no more than 20 MB"
        )
    return content


def _require_public_url(public_url: str | None) -> str:
    if not public_url:
        raise typer.BadParameter(
            "pdf: ตั้ง ITA_SERVICE__PUBLIC_URL ก่อน / set ITA_SERVICE__PUBLIC_URL first: where it is found"
        )
    return public_url.rstrip("/")


async def list_consultations() -> int:
    """All consultations: a JSON object for each."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    async with open_app(["service"]) as house:
        known: tuple[Consultation, ...] = await house.desks["service"].store.answer_query(
            ListConsultations(), utc_now()
        )
    for one in known:
        line = {"code": one.code, "title": one.title, "phase": one.phase.value}
        line |= {"opens": one.opens.isoformat(), "closes": one.closes.isoformat()}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


async def write_consultation_qr(code: str, out: Path) -> int:
    """Draw a QR code of where people find a consultation: its page, or its Telegram talk where no page is known."""
    from bot.bootstrap import open_app
    from bot.consultations.queries import build_consultation_links
    from bot.engine import utc_now
    from bot.images.qr import write_qr_file

    if out.suffix not in {".svg", ".png"}:
        raise typer.BadParameter(
            f"{out}: ใช้ชื่อที่ลงท้าย .svg หรือ .png / give it a name that ends in .svg or .png"
        )
    async with open_app(["service"]) as house:
        store = house.desks["service"].store
        known: tuple[Consultation, ...] = await store.answer_query(ListConsultations(), utc_now())
        if not any(one.code == code.upper() for one in known):
            raise typer.BadParameter(f"{code}: ไม่มีรหัสนี้ / no consultation has this code")
        ways = build_consultation_links(house.office, house.settings.service.public_url or "", code.upper())
    leads = ways.page or ways.telegram
    if not leads:
        raise typer.BadParameter(
            "ตั้ง ITA_SERVICE__PUBLIC_URL หรือ [chats.service] telegram ก่อน"
            " / set ITA_SERVICE__PUBLIC_URL, or telegram in [chats.service], first"
        )
    write_qr_file(leads, out)
    sys.stdout.write(f"{leads}\n")
    return 0


async def close_consultation(code: str) -> int:
    """Close a consultation before its time."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    async with open_app(["service"]) as house:
        store = house.desks["service"].store
        known: tuple[Consultation, ...] = await store.answer_query(ListConsultations(), utc_now())
        if not any(one.code == code.upper() and one.phase is ConsultationPhase.OPEN for one in known):
            raise typer.BadParameter(f"{code}: ไม่มีรหัสนี้ที่เปิดอยู่ / no open consultation has this code")
        await _commit_as_admin(store, CloseConsultation(code.upper(), "admin"), utc_now())
        await store.retention.checkpoint_wal()
    return 0


async def _commit_as_admin(
    store: Store, act: AnnounceConsultation | CloseConsultation, now: datetime
) -> None:
    who = store.keyring.hash_id("admin", secrets.token_hex())
    await store.commit(
        Event(secrets.token_hex(), who, Channel.TERMINAL), None, TurnResult(None, (), (act,)), now
    )
