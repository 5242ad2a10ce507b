"""Consultations are announced, listed and closed; apart from the commands, which start faster without the store."""

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
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from storage.store import Store


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
