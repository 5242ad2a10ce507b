"""The draft of the analysis that an assessment asks for after its result (item 38 of 2563), of an evidence report.

Its parts are those that offices write: the result, weak points, what to develop, ways, measures. Who is responsible is
left to be filled in: a post is suggested, nobody is named. The office finishes it; it is marked as a draft throughout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.assessment.findings import ElementFinding, ElementOutcome, EvidenceReport, Fault
from bot.assessment.report_view import ElementLine, ReportView, build_report_view
from handlers.assessment.items import AssessedItem
from handlers.assessment.vocabulary import ItaTopic
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, ReplyArg
from handlers.i18n import render_text
from handlers.office import Office
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date

ANALYSIS_LANG: Lang = "th"
"""The language of the draft: it is a Thai office's document."""
_USUAL_DAYS = 30
_DAYS_BY_FAULT: Mapping[Fault, int] = {
    Fault.SAME_ACCOUNT: 15,
    Fault.SAME_PAGE: 15,
    Fault.PAGE_CLOSED: 7,
    Fault.WEBSITE_CLOSED: 7,
    Fault.QUESTIONS_LATE: 7,
    Fault.NO_LINK_TO_REPORT: 15,
    Fault.NO_LINK_TO_ASK: 15,
    Fault.NO_LINK_TO_OPINION: 15,
    Fault.NO_ACTIVITY: 90,
}
"""Days that a measure is proposed to take; the others take `_USUAL_DAYS`."""
_STEPS: tuple[tuple[str, int], ...] = (
    ("appoint", 7),
    ("meet", 15),
    ("mend", 30),
    ("check", 45),
    ("report", 60),
    ("follow", 90),
)
"""Steps of the calendar, and the days after the draft by which each is proposed."""


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table of the draft. widths: of its columns, in millimetres."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DraftSection:
    """A part of the draft. level: 1 or 2; bullets are listed after the paragraphs, a table comes last."""

    heading: str
    level: int = 1
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    table: DraftTable | None = None


@dataclass(frozen=True, slots=True)
class AnalysisDraft:
    """The whole draft. mark: that it is one, on every page."""

    mark: str
    title: str
    office: str
    sections: tuple[DraftSection, ...]
    signature: tuple[str, ...]
    made_on: date


def build_analysis(report: EvidenceReport, office: Office) -> AnalysisDraft:
    """Build the draft of an evidence report."""
    view, made_on = build_report_view(report, office, ANALYSIS_LANG), to_bangkok_date(report.made_at)
    year: dict[str, ReplyArg] = {"year": report.assessment.year, "office": view.office}
    urgent = [(i, f) for i, f in report.findings if f.outcome is ElementOutcome.NOT_MET]
    others = [(i, f) for i, f in report.findings if f.outcome is not ElementOutcome.NOT_MET and f.seen.fault]
    lines = {(block.number, line.code): line for block in view.items for line in block.elements}
    sections = (
        DraftSection(_say("why"), paragraphs=(_say("why_text", year),)),
        DraftSection(_say("result"), paragraphs=_list_result(report, view), table=_build_result(view)),
        DraftSection(_say("analysis")),
        _build_points("weak", urgent, lines),
        _build_points("develop", others, lines),
        DraftSection(_say("ways"), 2, bullets=tuple(_say("ways_text", year).splitlines())),
        DraftSection(
            _say("measures"),
            paragraphs=(_say("measures_text"),),
            table=_build_measures([*urgent, *others], lines, office, made_on),
        ),
        DraftSection(_say("calendar"), table=_build_calendar(made_on)),
        DraftSection(_say("follow_up"), bullets=tuple(_say("follow_up_text").splitlines())),
    )
    signature = (_say("signed"), office.head.in_lang(ANALYSIS_LANG), _say("signed_on"))
    return AnalysisDraft(_say("mark"), _say("title", year), view.office, sections, signature, made_on)


_NumberedFinding = tuple[AssessedItem, ElementFinding]
_Lines = Mapping[tuple[str, str], ElementLine]


def _say(key: str, args: Mapping[str, ReplyArg] | None = None) -> str:
    return render_text(Phrase(f"analysis.{key}", args or {}), ANALYSIS_LANG)


def _list_result(report: EvidenceReport, view: ReportView) -> tuple[str, ...]:
    """Return what is to be filled in of the assessor's result, what was found here, and the year's figures."""
    found = [_say("score"), _say("found", {"summary": view.summary}), *view.head]
    figures = report.figures
    if figures is not None:
        counts: dict[str, ReplyArg] = {
            name: "-" if count is None else count
            for name, count in zip(
                ("received", "done", "in_progress", "not_accepted"), figures.total.cells, strict=True
            )
        }
        period = {"period": figures.period.label_th, "day": format_date(figures.as_of, ANALYSIS_LANG)}
        found.append(_say("figures", {**counts, **period}))
    return tuple(found)


def _build_result(view: ReportView) -> DraftTable:
    rows = tuple((item.number, line.words, line.said) for item in view.items for line in item.elements)
    return DraftTable(
        tuple(_say(f"column.{name}") for name in ("number", "element", "outcome")), rows, (18, 102, 40)
    )


def _build_points(name: str, found: list[_NumberedFinding], lines: _Lines) -> DraftSection:
    bullets = tuple(
        _say("point", {"number": item.number, "element": line.words, "fault": line.fault})
        for item, one in found
        if (line := lines[item.number, one.element.code.value])
    )
    return DraftSection(_say(name), 2, () if bullets else (_say("nothing"),), bullets)


def _build_measures(
    found: list[_NumberedFinding], lines: _Lines, office: Office, made_on: date
) -> DraftTable:
    rows = []
    told = set[tuple[str, str, str]]()
    for item, one in found:
        line = lines[item.number, one.element.code.value]
        if one.seen.fault is None or (item.number, line.fault, line.address) in told:
            continue  # one lack of statistics is several elements, and one thing to do
        told.add((item.number, line.fault, line.address))
        days = _DAYS_BY_FAULT.get(one.seen.fault, _USUAL_DAYS)
        due = format_date(made_on + timedelta(days), ANALYSIS_LANG)
        rows.append(
            (
                item.number,
                line.fault,
                _say(f"measure.{one.seen.fault}"),
                _suggest_post(item, office),
                due,
                _say("check_again"),
            )
        )
    if not rows:
        rows.append(("-", _say("nothing"), _say("keep"), _say("fill_in"), "-", _say("check_again")))
    names = ("number", "fault", "measure", "responsible", "due", "follow_up")
    return DraftTable(tuple(_say(f"column.{name}") for name in names), tuple(rows), (14, 36, 42, 30, 22, 24))


def _suggest_post(item: AssessedItem, office: Office) -> str:
    """Return the unit that the guideline names, where the item is about complaints, and room for a name."""
    unit = office.guideline.unit.in_lang(ANALYSIS_LANG)
    of_complaints = {ItaTopic.GUIDELINE, ItaTopic.CHANNEL, ItaTopic.STATS}
    return f"{unit}\n{_say('fill_in')}" if item.topic in of_complaints else _say("fill_in")


def _build_calendar(made_on: date) -> DraftTable:
    rows = tuple(
        (str(place), _say(f"step.{name}"), format_date(made_on + timedelta(days), ANALYSIS_LANG))
        for place, (name, days) in enumerate(_STEPS, start=1)
    )
    return DraftTable(tuple(_say(f"column.{name}") for name in ("place", "step", "due")), rows, (14, 106, 40))
