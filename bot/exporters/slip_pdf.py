"""A slip on paper (A5): the one-time code for whom an officer wrote a case down, and how to use it.

It names no case and no person: whoever finds it learns that somebody got one here.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from bot.images.qr import render_qr_svg
from handlers.complaints.slips.messages import SLIP_TTL
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.staff.complaints.intake.slips import spell_code
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from ita_stats.render.typst import render_plain_pdf

SLIP_LANG: Lang = "th"
"""The language of the slip, whatever the officer's; what to do stands in English below."""


async def render_slip_pdf(office: Office, code: OneTimeCode, site_url: str, now: datetime) -> bytes:
    """Render a slip, in a thread. site_url: of the desk's page; empty where it has none."""
    data = build_slip(office, code, site_url, now)
    template = (files("bot") / "typeset" / "slip.typ").read_bytes()
    return await asyncio.to_thread(render_plain_pdf, template, data, now)


def build_slip(office: Office, code: OneTimeCode, site_url: str, now: datetime) -> Mapping[str, object]:
    """Build the data of the typst template: all texts of the slip, and the QR code of the page to type it at."""
    address = f"{site_url.rstrip('/')}/track" if site_url else ""
    links = office.chats.complaints
    doors = [one for one in (address, links.line, links.telegram) if one]
    until = to_bangkok_date(now) + SLIP_TTL
    return {
        "office": office.name.in_lang(SLIP_LANG),
        "title": _say("title"),
        "code": code.formatted,
        "spoken": list(spell_code(code, SLIP_LANG)),
        "spoken_title": _say("spoken"),
        "steps": _say("steps").splitlines(),
        "doors_title": _say("doors"),
        "doors": doors,
        "until": _say("until", until=format_date(until, SLIP_LANG)),
        "warning": _say("warning"),
        "english": render_text(Phrase("slip_paper.english", {"until": format_date(until, "en")}), "en"),
        "qr": render_qr_svg(address) if address else "",
    }


def _say(key: str, **args: str) -> str:
    return render_text(Phrase(f"slip_paper.{key}", args), SLIP_LANG)
