"""The guideline of handling complaints (ITA item 25, O16 since 2569) as a page and a paper."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from bot.papers.paper import Heading, ItemList, Paper, PaperBlock, PaperTable, Paragraph
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.thai.dates import format_date


@dataclass(frozen=True, slots=True)
class DatedChange:
    """A change of the guideline in words. day: as it is written; iso: for machines."""

    day: str
    iso: str
    what: str


@dataclass(frozen=True, slots=True)
class GuidelineView:
    """All that the page and the paper say, in one language.

    version: the office's and a digest of the text, so that a text which was changed under the same version is another.
    """

    title: str
    version: str
    since: str
    since_iso: str
    ways: tuple[str, ...]
    time: tuple[str, ...]
    changes: tuple[DatedChange, ...]


def compute_guideline_version(office: Office) -> str:
    """Return the office's version, and eight hex digits of a digest of the text in both languages."""
    text = office.guideline.model_dump(mode="json", exclude={"version", "since", "changes"})
    said = json.dumps([text, office.unsigned_letters.model_dump()], sort_keys=True)
    digest = sha256(said.encode()).hexdigest()[:8]
    return f"{office.guideline.version}+{digest}" if office.guideline.version else digest


def build_guideline_view(office: Office, site_url: str, lang: Lang) -> GuidelineView:
    """Build what is said in a language. site_url: of the complaints desk; empty where it has none."""
    guideline = office.guideline
    return GuidelineView(
        _say(lang, "title"),
        compute_guideline_version(office),
        _say(lang, "since", day=format_date(guideline.since, lang)) if guideline.since else "",
        guideline.since.isoformat() if guideline.since else "",
        tuple(_list_ways(office, site_url, lang)),
        tuple(_list_times(office, lang)),
        tuple(
            DatedChange(format_date(one.on, lang), one.on.isoformat(), one.what.in_lang(lang))
            for one in sorted(guideline.changes, key=lambda one: one.on, reverse=True)
        ),
    )


def _list_ways(office: Office, site_url: str, lang: Lang) -> Iterator[str]:
    links = office.chats.complaints
    if site_url:
        yield _say(lang, "way_web", address=f"{site_url.rstrip('/')}/report")
    if links.line:
        yield _say(lang, "way_line", address=links.line)
    if links.telegram:
        yield _say(lang, "way_telegram", address=links.telegram)
    if office.contact.address:
        yield _say(lang, "way_letter", address=office.contact.address.in_lang(lang))


def _list_times(office: Office, lang: Lang) -> Iterator[str]:
    deadlines = office.deadlines
    kind = _say(lang, "working") if deadlines.counted_in == "working" else ""
    yield _say(lang, "time_first", days=str(deadlines.first_answer_days), kind=kind)
    yield _say(lang, "time_steps")


def build_guideline_paper(office: Office, site_url: str, lang: Lang) -> Paper:
    """Build the paper."""
    view = build_guideline_view(office, site_url, lang)
    version = _say(lang, "version", version=view.version)
    under = " · ".join(part for part in (version, view.since) if part)
    name = office.name.in_lang(lang)
    return Paper(name, view.title, (under,), tuple(_build_blocks(office, view, lang)), f"{name} · {under}")


def _build_blocks(office: Office, view: GuidelineView, lang: Lang) -> Iterator[PaperBlock]:
    guideline = office.guideline
    yield Heading(_page(lang, "how"))
    yield Paragraph(guideline.how.in_lang(lang))
    if view.ways:
        yield Paragraph(_say(lang, "ways"))
        yield ItemList(view.ways)
    yield Heading(_page(lang, "unsigned"), is_below=True)
    yield Paragraph(office.unsigned_letters.in_lang(lang))
    yield Heading(_page(lang, "steps"))
    rows = tuple((step.name.in_lang(lang), str(step.days)) for step in guideline.steps)
    yield PaperTable((_page(lang, "step"), _page(lang, "days")), rows, (5, 1), (False, True))
    yield Heading(_page(lang, "unit"))
    yield Paragraph(guideline.unit.in_lang(lang))
    yield Heading(_say(lang, "time"))
    yield ItemList(view.time)
    yield Heading(_say(lang, "protect"))
    yield Paragraph(_say(lang, "protect_text"))
    yield Heading(_say(lang, "outside"))
    yield ItemList(
        tuple(
            " ".join(part for part in (body.name.in_lang(lang), body.url, body.phone) if part)
            for body in office.bodies
        )
    )
    if view.changes:
        yield Heading(_say(lang, "changes"))
        yield ItemList(tuple(f"{one.day}: {one.what}" for one in view.changes))


def get_guideline_instant(office: Office, now: datetime) -> datetime:
    """Return the instant that the paper bears: the day from which it holds, or now where none is given."""
    since = office.guideline.since
    return now if since is None else datetime(since.year, since.month, since.day, 5, tzinfo=now.tzinfo)


def _say(lang: Lang, key: str, **args: str) -> str:
    return render_text(Phrase(f"guideline.{key}", args), lang)


def _page(lang: Lang, key: str) -> str:
    return render_text(Phrase(f"page.{key}"), lang)
