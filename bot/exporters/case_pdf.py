"""One case as an encrypted PDF, for a committee or another body; its password goes another way than the file."""

import asyncio
import io
import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import pikepdf

from handlers.complaints.messages import ActorKind
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.staff.complaints.case_view import list_report_answers
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    CaseReport,
    FindCaseByNumber,
    GetCaseHistory,
    GetCaseReport,
    OfficerCase,
)
from handlers.thai import format_date, to_bangkok_date
from ita_stats.render.typst import render_plain_pdf
from storage.staff.page_access import generate_export_password
from storage.store import Store

CASE_PDF_LANG: Lang = "th"
"""What goes to a Thai committee is Thai."""


async def export_case_pdf(
    store: Store, office: Office, number: int, year: int, now: datetime
) -> tuple[bytes, str] | None:
    """The PDF of a case and its password; None for a number that is not there. That it was made is audited first.

    The reporter's name is not in it, nor what officers wrote to themselves about who had the case.
    """
    found: OfficerCase | None = await store.answer_query(FindCaseByNumber(number, year, ""), now)
    if found is None:
        return None
    await store.staff_admin.audit("exported", found.id, now)
    password = generate_export_password()
    return await render_case_pdf(store, office, found, password, now), password


async def render_case_pdf(
    store: Store, office: Office, found: OfficerCase, password: str, now: datetime
) -> bytes:
    """The PDF of a case under a password. Setting it takes a moment, in which nobody else waits."""
    told: CaseReport = await store.answer_query(GetCaseReport(found.id), now)
    lines: tuple[CaseHistoryLine, ...] = await store.answer_query(GetCaseHistory(found.id), now)
    data = build_case_document(found, told, lines, office, now)
    return await asyncio.to_thread(lambda: encrypt_pdf(typeset_case(data, now), password))


def build_case_document(
    found: OfficerCase, told: CaseReport, lines: tuple[CaseHistoryLine, ...], office: Office, now: datetime
) -> Mapping[str, object]:
    """All that stands on the paper, in words."""
    category = office.find_category(found.category)
    facts = {
        "number": found.register_number,
        "received": format_date(found.received_on, CASE_PDF_LANG),
        "category": category.name.in_lang(CASE_PDF_LANG) if category else found.category,
        "source": _format_text(f"staff.source.{found.source}"),
        "status": _format_text(f"staff.status.{found.status}"),
        "made": format_date(to_bangkok_date(now), CASE_PDF_LANG),
    }
    return {
        "title": _format_text("casefile.title", number=found.register_number),
        "secret": _format_text("casefile.secret"),
        "office": office.name.in_lang(CASE_PDF_LANG),
        "facts": [(_format_text(f"casefile.{name}"), value) for name, value in facts.items()],
        "told": [
            (render_text(one.label, CASE_PDF_LANG), render_text(one.value, CASE_PDF_LANG))
            for one in list_report_answers(told, office)
        ],
        "history_title": _format_text("casefile.history"),
        "history": [_format_history_line(line) for line in lines],
        "files_title": _format_text("casefile.files"),
        "files": [file.name for file in told.files],
        "note": _format_text("casefile.note"),
    }


def _format_history_line(line: CaseHistoryLine) -> tuple[str, str, str]:
    entry = line.entry
    what = entry.status if entry.status else entry.kind
    reporter = line.by == ActorKind.REPORTER
    who = _format_text("casefile.by_reporter" if reporter else "casefile.by_office")
    words = "" if entry.kind.value == "assigned" else line.words
    return (
        format_date(entry.on, CASE_PDF_LANG),
        who,
        _format_text(f"staff.did.{what}") + (f": {words}" if words else ""),
    )


def _format_text(key: str, **args: str) -> str:
    return render_text(Phrase(key, args), CASE_PDF_LANG)


def typeset_case(data: Mapping[str, object], now: datetime) -> bytes:
    """The paper as a PDF, in Sarabun alone. What a citizen wrote is data, never markup."""
    return render_plain_pdf((files("bot") / "typeset" / "case.typ").read_bytes(), data, now)


def encrypt_pdf(clear: bytes, password: str) -> bytes:
    """A PDF that opens with a password only: AES-256 (revision 6, ISO 32000-2), the words about it too."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(clear)) as pdf:
        lock = pikepdf.Encryption(
            owner=secrets.token_urlsafe(24), user=password, R=6, aes=True, metadata=True
        )
        pdf.save(out, encryption=lock)
    return out.getvalue()
