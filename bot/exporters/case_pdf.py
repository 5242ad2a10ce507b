"""One case as an encrypted PDF, for a committee or another body; its password goes another way than the file."""

import asyncio
import io
import secrets
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import pikepdf

from handlers import i18n as wording
from handlers import thai
from handlers.complaints.messages import ActorKind
from handlers.dialog.events import Lang, Reply
from handlers.office import Office
from handlers.staff.complaints.case_view import TOLD
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    CaseReport,
    FindCaseByNumber,
    GetCaseHistory,
    GetCaseReport,
    OfficerCase,
)
from ita_stats.render import typst as press
from storage.staff.page_access import new_password
from storage.store import Store

LANG: Lang = "th"
"""What goes to a Thai committee is Thai."""


async def written(
    store: Store, office: Office, number: int, year: int, now: datetime
) -> tuple[bytes, str] | None:
    """The PDF of a case and its password; None for a number that is not there. That it was made is audited first.

    The reporter's name is not in it, nor what officers wrote to themselves about who had the case.
    """
    found: OfficerCase | None = await store.answer(FindCaseByNumber(number, year, ""), now)
    if found is None:
        return None
    await store.personnel.note("exported", found.id, now)
    password = new_password()
    return await sealed(store, office, found, password, now), password


async def sealed(store: Store, office: Office, found: OfficerCase, password: str, now: datetime) -> bytes:
    """The PDF of a case under a password. Setting it takes a moment, in which nobody else waits."""
    told: CaseReport = await store.answer(GetCaseReport(found.id), now)
    lines: tuple[CaseHistoryLine, ...] = await store.answer(GetCaseHistory(found.id), now)
    data = paper(found, told, lines, office, now)
    return await asyncio.to_thread(lambda: encrypted(typeset(data, now), password))


def paper(
    found: OfficerCase, told: CaseReport, lines: tuple[CaseHistoryLine, ...], office: Office, now: datetime
) -> Mapping[str, object]:
    """All that stands on the paper, in words."""
    category = office.category(found.category)
    facts = {
        "number": found.shown,
        "received": thai.shown(found.received_on, LANG),
        "category": category.name.in_(LANG) if category else found.category,
        "source": _words(f"staff.source.{found.source}"),
        "status": _words(f"staff.status.{found.status}"),
        "made": thai.shown(thai.day(now), LANG),
    }
    return {
        "title": _words("casefile.title", number=found.shown),
        "secret": _words("casefile.secret"),
        "office": office.name.in_(LANG),
        "facts": [(_words(f"casefile.{name}"), value) for name, value in facts.items()],
        "told": [(_field(name), _value(told.answers[name])) for name in TOLD if told.answers.get(name)],
        "history_title": _words("casefile.history"),
        "history": [_line(line) for line in lines],
        "files_title": _words("casefile.files"),
        "files": [file.name for file in told.files],
        "note": _words("casefile.note"),
    }


def _field(name: str) -> str:
    return _words(f"staff.answer.{name}")


def _value(value: str) -> str:
    return _words(f"choice.{value}") if value in {"yes", "no", "unsure", "never"} else value


def _line(line: CaseHistoryLine) -> tuple[str, str, str]:
    entry = line.entry
    what = entry.status if entry.status else entry.kind
    reporter = line.by == ActorKind.REPORTER
    who = _words("casefile.by_reporter" if reporter else "casefile.by_office")
    words = "" if entry.kind.value == "assigned" else line.words
    return thai.shown(entry.on, LANG), who, _words(f"staff.did.{what}") + (f": {words}" if words else "")


def _words(key: str, **args: str) -> str:
    return wording.text(Reply(key, args), LANG)


def typeset(data: Mapping[str, object], now: datetime) -> bytes:
    """The paper as a PDF, in Sarabun alone. What a citizen wrote is data, never markup."""
    return press.paper((files("bot") / "typeset" / "case.typ").read_bytes(), data, now)


def encrypted(clear: bytes, password: str) -> bytes:
    """A PDF that opens with a password only: AES-256 (revision 6, ISO 32000-2), the words about it too."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(clear)) as pdf:
        lock = pikepdf.Encryption(
            owner=secrets.token_urlsafe(24), user=password, R=6, aes=True, metadata=True
        )
        pdf.save(out, encryption=lock)
    return out.getvalue()
