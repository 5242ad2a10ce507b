"""Export of one case as an encrypted PDF, for a committee or another authority.

The password is to be sent by another way than the file.
"""

import asyncio
import io
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.effects import Listing
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.dialog.text import disarm_links
from handlers.i18n import render_text
from handlers.office import Office
from handlers.staff.complaints.case_view import list_report_answers
from handlers.staff.complaints.checklist.items import format_check_words
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
from ita_stats.render.typst import MISSING_CHARACTER, find_missing_characters, render_plain_pdf
from storage.staff.page_access import generate_export_password
from storage.store import Store

CASE_PDF_LANG: Lang = "th"
"""The language of the document, whatever the officer's: it goes to a Thai committee."""

TEXT_ATTACHMENT = "case.txt"
"""The attachment of the document: the same as plain text, with the characters that its fonts do not have."""

MAX_LISTED_CHARACTERS = 30


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
    store: Store,
    office: Office,
    case: OfficerCase,
    password: str,
    now: datetime,
    evidence: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Render the PDF of a case, encrypted with a password, in a thread. evidence: names and files that go with it."""
    report: CaseReport = await store.answer_query(GetCaseReport(case.id), now)
    lines: Listing[CaseHistoryLine] = await store.answer_query(GetCaseHistory(case.id), now)
    data = build_case_document(case, report, lines, office, now)
    return await asyncio.to_thread(
        lambda: encrypt_pdf(typeset_case(data, now), password, format_as_text(data), evidence)
    )


def build_case_document(
    case: OfficerCase, report: CaseReport, lines: Listing[CaseHistoryLine], office: Office, now: datetime
) -> Mapping[str, object]:
    """Build the data of the typst template: all texts of the document."""
    category = office.find_category(case.category)
    facts = {
        "number": case.register_number,
        "received": format_date(case.received_on, CASE_PDF_LANG),
        "category": category.name.in_lang(CASE_PDF_LANG)
        if category
        else case.category or _format_text("staff.case.no_kind"),
        "source": _format_text(f"staff.source.{case.source}"),
        "status": _format_text(f"staff.status.{case.status}"),
        "made": format_date(to_bangkok_date(now), CASE_PDF_LANG),
    }
    data = {
        "title": _format_text("casefile.title", number=case.register_number),
        "secret": _format_text("casefile.secret"),
        "office": office.name.in_lang(CASE_PDF_LANG),
        "facts": [(_format_text(f"casefile.{name}"), value) for name, value in facts.items()],
        "told": [
            (render_text(answer.label, CASE_PDF_LANG), render_text(answer.value, CASE_PDF_LANG))
            for answer in list_report_answers(report, office)
        ],
        "history_title": _format_text("casefile.history"),
        "history": [
            *(_format_history_line(one, office) for one in lines.rows),
            *_list_unreadable_lines(lines.unreadable),
        ],
        "files_title": _format_text("casefile.files"),
        "files": [file.name for file in report.files],
        "note": _format_text("casefile.note"),
    }
    return {**data, "missing": _describe_missing_characters(data)}


def _describe_missing_characters(data: Mapping[str, object]) -> str:
    """Say which characters the paper cannot show, and that its attachment has them; empty where there are none."""
    missing = find_missing_characters(data)
    if not missing:
        return ""
    codes = [f"U+{ord(character):04X}" for character in missing]
    more = ["…"] if len(codes) > MAX_LISTED_CHARACTERS else []
    return _format_text(
        "casefile.missing",
        shown=MISSING_CHARACTER,
        codes=", ".join(codes[:MAX_LISTED_CHARACTERS] + more),
        name=TEXT_ATTACHMENT,
    )


def format_as_text(data: Mapping[str, Any]) -> str:
    """Return what a paper says as plain text, with every character, to be attached to it."""
    answers = [f"{name}\n{value}" for name, value in data["told"]]
    history = [" · ".join(filter(None, line)) for line in data["history"]]
    files = [data["files_title"], *data["files"]] if data["files"] else []
    parts = [
        data["title"],
        *answers,
        "\n".join((data["history_title"], *history)),
        "\n".join(files),
        data["note"],
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _list_unreadable_lines(numbers: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """A last row of the history that says which of its lines cannot be read."""
    return [("", "", _format_text("staff.unreadable", numbers=", ".join(numbers)))] if numbers else []


def _format_history_line(line: CaseHistoryLine, office: Office) -> tuple[str, str, str]:
    entry = line.entry
    what = entry.status if entry.status else entry.kind
    reporter = line.by == ActorKind.REPORTER
    who = _format_text("casefile.by_reporter" if reporter else "casefile.by_office")
    text = "" if entry.kind is HistoryEntryKind.ASSIGNED else disarm_links(line.words)
    if entry.kind is HistoryEntryKind.KIND_SET:
        kinds = {kind.code: kind.name.in_lang(CASE_PDF_LANG) for kind in office.categories}
        text = kinds.get(line.words, line.words)
    if entry.kind is HistoryEntryKind.CHECKED:
        text = format_check_words(line.words, office, CASE_PDF_LANG)
    return (
        format_date(entry.on, CASE_PDF_LANG),
        who,
        _format_text(f"staff.did.{what}") + (f": {text}" if text else ""),
    )


def _format_text(key: str, **args: str) -> str:
    return render_text(Phrase(key, args), CASE_PDF_LANG)


def typeset_case(data: Mapping[str, object], now: datetime) -> bytes:
    """Typeset the document with the fonts of the package. What a citizen wrote is passed as data, never as markup."""
    return render_plain_pdf((files("bot") / "typeset" / "case.typ").read_bytes(), data, now)


def encrypt_pdf(clear: bytes, password: str, text: str, evidence: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Encrypt a PDF with a password: AES-256 (revision 6, ISO 32000-2), metadata and attachments included.

    text: attached as `TEXT_ATTACHMENT`; evidence: attached under its names, with a number before each.
    """
    import pikepdf  # takes 5 MB, so only when a case is exported

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(clear)) as pdf:
        pdf.attachments[TEXT_ATTACHMENT] = pikepdf.AttachedFileSpec(
            pdf,
            text.encode(),
            description="",
            filename=TEXT_ATTACHMENT,
            mime_type="text/plain",
            creation_date="",
            mod_date="",
        )
        for place, (name, content) in enumerate(evidence, start=1):
            called = f"{place:02}-{name}"
            pdf.attachments[called] = pikepdf.AttachedFileSpec(
                pdf, content, description="", filename=called, mime_type="", creation_date="", mod_date=""
            )
        encryption = pikepdf.Encryption(
            owner=secrets.token_urlsafe(24), user=password, R=6, aes=True, metadata=True
        )
        pdf.save(out, encryption=encryption)
    return out.getvalue()
