"""The work of the `ita-bot consult` commands; in a module of its own, so that other commands start faster."""

import json
import secrets
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from bot.consultations.queries import BACKGROUND_PDF_FILE, OPINIONS_PATH
from bot.importers.consultation_file import load_background_pdf, load_consultation_file
from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationPhase,
    ListConsultations,
)
from handlers.dialog.effects import Listing, TurnResult
from handlers.dialog.events import Channel, Event
from storage.store import Store


async def import_consultation(file: Path, *, dry_run: bool) -> int:
    """Announce the consultation of a file; its code goes to standard output. Returns the exit code."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    now, parsed = utc_now(), load_consultation_file(file)
    consultation, pdf = parsed.to_consultation(now), load_background_pdf(file, parsed.pdf)
    if not dry_run:
        async with open_app(["service"]) as app:
            if pdf:
                address = _require_public_url(app.settings.service.public_url)
                consultation = replace(
                    consultation, link=f"{address}{OPINIONS_PATH}/{consultation.code}/{BACKGROUND_PDF_FILE}"
                )
            await _commit_as_admin(
                app.desks["service"].store, AnnounceConsultation(consultation, "admin", pdf), now
            )
        sys.stdout.write(f"{consultation.code}\n")
    return 0


def _require_public_url(public_url: str | None) -> str:
    if not public_url:
        raise typer.BadParameter(
            "pdf: ตั้ง ITA_SERVICE__PUBLIC_URL ก่อน / set ITA_SERVICE__PUBLIC_URL first: where it is found"
        )
    return public_url.rstrip("/")


async def list_consultations() -> int:
    """Print all consultations as JSON, one per line. Returns the exit code."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    async with open_app(["service"]) as app:
        consultations: Listing[Consultation] = await app.desks["service"].store.answer_query(
            ListConsultations(), utc_now()
        )
    for consultation in consultations.rows:
        line = {"code": consultation.code, "title": consultation.title, "phase": consultation.phase.value}
        line |= {"opens": consultation.opens.isoformat(), "closes": consultation.closes.isoformat()}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


async def write_consultation_qr(code: str, out: Path) -> int:
    """Write the QR code of a consultation's page, or of its Telegram link if no public URL is set, and print the link.

    Returns the exit code.
    """
    from bot.bootstrap import open_app
    from bot.consultations.queries import build_consultation_links
    from bot.engine import utc_now
    from bot.images.qr import write_qr_file

    if out.suffix not in {".svg", ".png"}:
        raise typer.BadParameter(
            f"{out}: ใช้ชื่อที่ลงท้าย .svg หรือ .png / give it a name that ends in .svg or .png"
        )
    async with open_app(["service"]) as app:
        store = app.desks["service"].store
        consultations: Listing[Consultation] = await store.answer_query(ListConsultations(), utc_now())
        if not any(consultation.code == code.upper() for consultation in consultations.rows):
            raise typer.BadParameter(f"{code}: ไม่มีรหัสนี้ / no consultation has this code")
        links = build_consultation_links(app.office, app.settings.service.public_url or "", code.upper())
    url = links.page or links.telegram
    if not url:
        raise typer.BadParameter(
            "ตั้ง ITA_SERVICE__PUBLIC_URL หรือ [chats.service] telegram ก่อน"
            " / set ITA_SERVICE__PUBLIC_URL, or telegram in [chats.service], first"
        )
    write_qr_file(url, out)
    sys.stdout.write(f"{url}\n")
    return 0


async def close_consultation(code: str) -> int:
    """Close a consultation before its time. Returns the exit code."""
    from bot.bootstrap import open_app
    from bot.engine import utc_now

    async with open_app(["service"]) as app:
        store = app.desks["service"].store
        consultations: Listing[Consultation] = await store.answer_query(ListConsultations(), utc_now())
        if not any(
            consultation.code == code.upper() and consultation.phase is ConsultationPhase.OPEN
            for consultation in consultations.rows
        ):
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
