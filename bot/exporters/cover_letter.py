"""The covering letter with which a case goes to another body: an external letter of a Thai office, on A4.

Its parts and their places are those of an external letter (หนังสือภายนอก) of the regulation on correspondence B.E. 2526.
The emblem is the office's own file (`emblem` in office.toml); without one its place is left free, as are the number,
the day and the signature, for the office's own paper and hand. No word of the report is in it, so that it may
pass through a registry.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from bot.exporters.emblem import load_emblem_svg
from handlers.complaints.lifecycle import CaseOutcome
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.staff.complaints.messages import CaseHistoryLine, OfficerCase
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from ita_stats.render.typst import NotTypesetError, render_plain_pdf

LETTER_LANG: Lang = "th"


def find_recipient(lines: Iterable[CaseHistoryLine]) -> str:
    """Return the body that a case was forwarded to last; empty where it was to none."""
    bodies = [line.entry.body for line in lines if line.entry.outcome is CaseOutcome.FORWARDED]
    return bodies[-1] if bodies else ""


async def render_cover_letter(
    office: Office, case: OfficerCase, recipient: str, evidence_count: int, now: datetime
) -> bytes:
    """Render the covering letter, in a thread. evidence_count: files that the officer chose to send with it."""
    data = build_cover_letter(office, case, recipient, evidence_count, now)
    template = (files("bot") / "typeset" / "cover.typ").read_bytes()
    return await asyncio.to_thread(_render, template, data, office.emblem, now)


def _render(template: bytes, data: Mapping[str, object], emblem: str, now: datetime) -> bytes:
    """Render the letter. emblem: path of the office's file; empty where it has none.

    A picture that cannot be drawn leaves its place free: the letter is needed more.
    """
    picture = load_emblem_svg(Path(emblem)) if emblem else ""
    if picture:
        with suppress(NotTypesetError):
            return render_plain_pdf(template, {**data, "emblem": picture}, now)
    return render_plain_pdf(template, {**data, "emblem": ""}, now)


def build_cover_letter(
    office: Office, case: OfficerCase, recipient: str, evidence_count: int, now: datetime
) -> Mapping[str, object]:
    """Build the data of the typst template: all texts of the letter."""
    name, number = office.name.in_lang(LETTER_LANG), case.register_number
    enclosed = [_say("case_file")]
    if evidence_count:
        enclosed.append(_say("evidence", count=evidence_count))
    today = to_bangkok_date(now)
    return {
        "secret": render_text(Phrase("casefile.secret"), LETTER_LANG),
        "garuda": _say("garuda"),
        "number": _say("number"),
        "office": name,
        "day": _say("day", month_year=format_date(today, LETTER_LANG).partition(" ")[2]),
        "labels": {key: _say(f"label_{key}") for key in ("subject", "to", "enclosed")},
        "subject": _say("subject", number=number),
        "to": _say("to", body=recipient),
        "enclosed": enclosed,
        "paragraphs": [
            _say("cause", office=name, number=number, on=format_date(case.received_on, LETTER_LANG)),
            _say("content"),
            _say("end", website=office.website),
        ],
        "closing": _say("closing"),
        "signature": [_say("signature_name"), _say("signature_post", post=office.head.in_lang(LETTER_LANG))],
        "contact": [_say("unit"), _say("contact", website=office.website)],
    }


def _say(key: str, **args: str | int) -> str:
    return render_text(Phrase(f"cover.{key}", args), LETTER_LANG)
