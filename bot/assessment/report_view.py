"""An evidence report in words of one language: what terminal, page and paper show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.assessment.findings import ElementFinding, ElementOutcome, EvidenceReport
from handlers.assessment.items import AssessedItem
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, ReplyArg
from handlers.i18n import render_text
from handlers.office import Office
from handlers.thai.dates import format_date
from ita_stats.calendar import BANGKOK, to_bangkok_date

DATE_ARGUMENTS = frozenset({"first", "last", "from", "as_of"})
"""Arguments of a fault's words that are days."""
SIGNS: Mapping[ElementOutcome, str] = {
    ElementOutcome.MET: "✓",
    ElementOutcome.NOT_MET: "✗",
    ElementOutcome.WAITING: "…",
    ElementOutcome.BY_HAND: "?",
}


@dataclass(frozen=True, slots=True)
class ElementLine:
    """An element. outcome: its code; said: in words, with what was found where it is checked by hand.

    as_of, fault, todo: empty where there is none.
    """

    code: str
    words: str
    outcome: ElementOutcome
    said: str
    address: str
    as_of: str
    fault: str
    todo: str


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """An item with its elements. note: that its number is not verified; empty where it is."""

    number: str
    heading: str
    note: str
    elements: tuple[ElementLine, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole report. head: lines under the title."""

    title: str
    office: str
    head: tuple[str, ...]
    summary: str
    items: tuple[ItemBlock, ...]
    note: str

    @property
    def todo(self) -> tuple[ElementLine, ...]:
        """The elements for which something has to be done, in order: what several want the same for stands once."""
        wanted = (one for item in self.items for one in item.elements if one.fault)
        return tuple({(one.fault, one.address): one for one in wanted}.values())


def say(lang: Lang, key: str, args: Mapping[str, ReplyArg] | None = None) -> str:
    """Return a text of [evidence] in the wording."""
    return render_text(Phrase(f"evidence.{key}", args or {}), lang)


def build_report_view(report: EvidenceReport, office: Office, lang: Lang) -> ReportView:
    """Put a report into words."""
    assessment = report.assessment
    head = [say(lang, "variant", {"variant": assessment.name.in_lang(lang)})]
    if assessment.taken_from is not None:
        years: dict[str, ReplyArg] = {"year": assessment.year, "before": assessment.taken_from}
        head.append(say(lang, "taken_from", years))
    head.append(say(lang, "source", {"source": assessment.source.in_lang(lang)}))
    head.append(say(lang, "made", _format_instant(report.made_at, lang)))
    return ReportView(
        say(lang, "title", {"year": assessment.year}),
        office.name.in_lang(lang),
        tuple(head),
        build_summary(report, lang),
        tuple(
            ItemBlock(
                found.item.number,
                say(lang, "item", _name_item(found.item, lang)),
                "" if found.item.is_verified else say(lang, "unverified_item"),
                tuple(_build_line(one, lang) for one in found.elements),
            )
            for found in report.items
        ),
        say(lang, "note"),
    )


def build_summary(report: EvidenceReport, lang: Lang) -> str:
    """Return how many elements stand how."""
    return say(lang, "summary", {one.value: report.count(one) for one in ElementOutcome})


def _name_item(item: AssessedItem, lang: Lang) -> dict[str, ReplyArg]:
    return {"number": item.number, "title": item.title.in_lang(lang)}


def _build_line(found: ElementFinding, lang: Lang) -> ElementLine:
    seen, outcome = found.seen, found.outcome
    said = say(lang, f"outcome.{outcome}")
    if outcome is ElementOutcome.BY_HAND:
        said += f" ({say(lang, 'not_found' if seen.fault else 'found')})"
    if seen.waits_until is not None:
        said += f" ({say(lang, 'waits', {'day': format_date(seen.waits_until, lang)})})"
    args = {name: _format_argument(name, value, lang) for name, value in seen.args.items()}
    return ElementLine(
        found.element.code.value,
        found.element.words.in_lang(lang),
        outcome,
        said,
        seen.address,
        say(lang, "as_of", {"day": format_date(seen.as_of, lang)}) if seen.as_of else "",
        say(lang, f"fault.{seen.fault}", args) if seen.fault else "",
        say(lang, f"todo.{seen.fault}") if seen.fault else "",
    )


def _format_argument(name: str, value: ReplyArg, lang: Lang) -> ReplyArg:
    if name in DATE_ARGUMENTS and isinstance(value, str):
        return format_date(date.fromisoformat(value), lang)
    return value


def _format_instant(at: datetime, lang: Lang) -> dict[str, ReplyArg]:
    local = at.astimezone(BANGKOK)
    return {"day": format_date(to_bangkok_date(at), lang), "time": f"{local:%H.%M}"}


def format_report_lines(view: ReportView) -> Iterator[str]:
    """Yield the lines of a checklist for a terminal."""
    yield view.title
    yield view.office
    yield from view.head
    for item in view.items:
        yield ""
        yield item.heading
        if item.note:
            yield f"   ({item.note})"
        for one in item.elements:
            yield f" {SIGNS[one.outcome]} {one.said}: {one.words}"
            shown = " · ".join(filter(None, (one.address, one.as_of)))
            if shown:
                yield f"     {shown}"
            if one.fault:
                yield f"     {one.fault}"
                yield f"     → {one.todo}"
    yield ""
    yield view.summary


def describe_report(report: EvidenceReport) -> dict[str, Any]:
    """Describe a report as evidence.json has it."""
    assessment = report.assessment
    return {
        "format": "ita-evidence-1",
        "year": assessment.year,
        "variant": assessment.variant.value,
        "taken_from": assessment.taken_from,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "items": [
            {
                "topic": found.item.topic.value,
                "number": found.item.number,
                "title": found.item.title.th,
                "verified": found.item.is_verified,
                "elements": [
                    {
                        "element": one.element.code.value,
                        "words": one.element.words.th,
                        "verified": one.element.is_verified,
                        "outcome": one.outcome.value,
                        "fault": one.seen.fault.value if one.seen.fault else None,
                        "address": one.seen.address,
                        "as_of": one.seen.as_of.isoformat() if one.seen.as_of else None,
                    }
                    for one in found.elements
                ],
            }
            for found in report.items
        ],
    }
