"""Export of one case as an encrypted PDF, for a committee or another authority.

The password is to be sent by another way than the file.
"""

import asyncio
import io
import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import pikepdf

from handlers.complaints.messages import ActorKind
from handlers.dialog.effects import Listing
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
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from ita_stats.render.typst import render_plain_pdf
from storage.staff.page_access import generate_export_password
from storage.store import Store

CASE_PDF_LANG: Lang = "th"
"""The language of the document, whatever the officer's: it goes to a Thai committee."""


async def export_case_pdf(
    store: Store, office: Office, number: int, year: int, now: datetime
) -> tuple[bytes, str] | None:
    """Return the PDF of a case and its password; None if there is no such number. The export is audited before.

    It contains neither the reporter's name nor the officers' notes on assignments.
    """
    case: OfficerCase | None = await store.answer_query(FindCaseByNumber(number, year, ""), now)
    if case is None:
        return None
    await store.staff_admin.audit("exported", case.id, now)
    password = generate_export_password()
    return await render_case_pdf(store, office, case, password, now), password


async def render_case_pdf(
    store: Store, office: Office, case: OfficerCase, password: str, now: datetime
) -> bytes:
    """Render the PDF of a case, encrypted with a password, in a thread."""
    report: CaseReport = await store.answer_query(GetCaseReport(case.id), now)
    lines: Listing[CaseHistoryLine] = await store.answer_query(GetCaseHistory(case.id), now)
    data = build_case_document(case, report, lines, office, now)
    return await asyncio.to_thread(lambda: encrypt_pdf(typeset_case(data, now), password))


def build_case_document(
    case: OfficerCase, report: CaseReport, lines: Listing[CaseHistoryLine], office: Office, now: datetime
) -> Mapping[str, object]:
    """Build the data of the typst template: all texts of the document."""
    category = office.find_category(case.category)
    facts = {
        "number": case.register_number,
        "received": format_date(case.received_on, CASE_PDF_LANG),
        "category": category.name.in_lang(CASE_PDF_LANG) if category else case.category,
        "source": _format_text(f"staff.source.{case.source}"),
        "status": _format_text(f"staff.status.{case.status}"),
        "made": format_date(to_bangkok_date(now), CASE_PDF_LANG),
    }
    return {
        "title": _format_text("casefile.title", number=case.register_number),
        "secret": _format_text("casefile.secret"),
        "office": office.name.in_lang(CASE_PDF_LANG),
        "facts": [(_format_text(f"casefile.{name}"), value) for name, value in facts.items()],
        "told": [
            (render_text(answer.label, CASE_PDF_LANG), render_text(answer.value, CASE_PDF_LANG))
            for answer in list_report_answers(report, office)
        ],
        "history_title": _format_text("casefile.history"),
        "history": [*map(_format_history_line, lines.rows), *_list_unreadable_lines(lines.unreadable)],
        "files_title": _format_text("casefile.files"),
        "files": [file.name for file in report.files],
        "note": _format_text("casefile.note"),
    }


def _list_unreadable_lines(numbers: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """A last row of the history that says which of its lines cannot be read."""
    return [("", "", _format_text("staff.unreadable", numbers=", ".join(numbers)))] if numbers else []


def _format_history_line(line: CaseHistoryLine) -> tuple[str, str, str]:
    entry = line.entry
    what = entry.status if entry.status else entry.kind
    reporter = line.by == ActorKind.REPORTER
    who = _format_text("casefile.by_reporter" if reporter else "casefile.by_office")
    text = "" if entry.kind.value == "assigned" else line.words
    return (
        format_date(entry.on, CASE_PDF_LANG),
        who,
        _format_text(f"staff.did.{what}") + (f": {text}" if text else ""),
    )


def _format_text(key: str, **args: str) -> str:
    return render_text(Phrase(key, args), CASE_PDF_LANG)


def typeset_case(data: Mapping[str, object], now: datetime) -> bytes:
    """Typeset the document with the font Sarabun only. What a citizen wrote is passed as data, never as markup."""
    return render_plain_pdf((files("bot") / "typeset" / "case.typ").read_bytes(), data, now)


def encrypt_pdf(clear: bytes, password: str) -> bytes:
    """Encrypt a PDF with a password: AES-256 (revision 6, ISO 32000-2), metadata included."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(clear)) as pdf:
        encryption = pikepdf.Encryption(
            owner=secrets.token_urlsafe(24), user=password, R=6, aes=True, metadata=True
        )
        pdf.save(out, encryption=encryption)
    return out.getvalue()
