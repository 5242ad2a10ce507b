"""Once a month, evidence is checked by the clock, and the supervisors hear what changed since the month before."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.assessment.findings import ElementFinding, EvidenceReport, Fault
from bot.assessment.report_view import build_summary, say
from bot.bootstrap import App, RunningDesk
from bot.desk_names import DeskName
from bot.jobs.housekeeping import JobResult
from handlers.assessment.items import AssessedItem, choose_variant
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import ReplyArg
from handlers.staff.permissions import Role
from ita_stats.calendar import BANGKOK, get_fiscal_year, to_bangkok_date
from storage.files.atomic_write import PRIVATE_MODES, replace_file
from storage.files.directories import create_private_directory

EVIDENCE_JOB, TRIED_JOB = "evidence", "evidence-tried"
"""Names in the `chores` table: the month that was told of, and the hour of the last attempt."""
FROM_HOUR = 9
"""Hour of the day in Bangkok: the month's statistics are released before it, unless the office sets a later hour."""
LAST_TRY_DAY = 3
"""Day of the month from which it is told also if neither the website nor a page of ours could be reached."""
MAX_CHANGES_NAMED = 8
TOLD_ROLES = (Role.SUPERVISOR, Role.ADMIN)


class RememberedEvidence(BaseModel):
    """What was found the last time: the faults, by element. It names no case and no person."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    year: int
    variant: str
    faults: Mapping[str, Fault]


async def run_monthly_evidence(
    app: App, now: datetime, doubted: Collection[DeskName] = ()
) -> AsyncIterator[JobResult]:
    """Check the evidence if a month has begun, and tell the supervisors of the complaints desk. Yields what was done.

    Not where the office has no public address, or runs by the example. Told once: after a crash in between, again.
    """
    desk = app.desks.get("complaints")
    is_own = app.source is not None and not app.source.is_example
    if desk is None or doubted or not is_own or not await _is_due(desk, now):
        return
    from bot.assessment.collect import (  # aiohttp takes a third of a second
        collect_evidence,
        list_desk_addresses,
    )

    if not list_desk_addresses(app):
        return
    year = get_fiscal_year(to_bangkok_date(now))
    report = await collect_evidence(app, year, choose_variant(app.office, year), now)
    if _is_offline(report) and to_bangkok_date(now).day < LAST_TRY_DAY:
        return
    before = await asyncio.to_thread(load_remembered, desk)
    words = {lang: build_notice(report, before, lang) for lang in LANGS}
    await desk.store.staff_admin.broadcast(words, now, TOLD_ROLES)
    await asyncio.to_thread(remember, desk, report)
    await desk.store.retention.mark_done(EVIDENCE_JOB, _format_month(now))
    yield JobResult(desk.name, "evidence-checked", 1)


def _format_month(now: datetime) -> str:
    return f"{to_bangkok_date(now):%Y-%m}"


async def _is_due(desk: RunningDesk, now: datetime) -> bool:
    """Whether this month was not told of, and this hour not tried; the month of the first start is left out."""
    local, retention = now.astimezone(BANGKOK), desk.store.retention
    since, _ = await desk.store.releases.load_runs()
    first = date(local.year, local.month, 1)
    if local.hour < FROM_HOUR or to_bangkok_date(since) >= first:
        return False
    if await retention.is_done(EVIDENCE_JOB, _format_month(now)):
        return False
    hour = f"{local:%Y-%m-%dT%H}"
    if await retention.is_done(TRIED_JOB, hour):
        return False
    await retention.mark_newest_done(TRIED_JOB, hour)
    return True


def _is_offline(report: EvidenceReport) -> bool:
    """Whether neither the website nor any page could be had: more likely this machine's network than theirs."""
    closed = {Fault.WEBSITE_CLOSED, Fault.PAGE_CLOSED, Fault.NO_STATISTICS, Fault.NO_ACTIVITY}
    return all(one.seen.fault in closed for _, one in report.findings if one.seen.waits_until is None)


def build_notice(report: EvidenceReport, before: RememberedEvidence | None, lang: Lang) -> str:
    """Build the notice: how many elements stand how, and which got worse or better since `before`."""
    assessment = report.assessment
    args: dict[str, ReplyArg] = {
        "year": assessment.year,
        "variant": assessment.name.in_lang(lang),
        "summary": build_summary(report, lang),
    }
    known = (assessment.year, assessment.variant.value)
    how = say(lang, "monthly.how", {"year": assessment.year})
    if before is None or (before.year, before.variant) != known:
        return f"{say(lang, 'monthly.first', args)}\n{how}"
    changes = list_changes(report, before)
    if not changes:
        return f"{say(lang, 'monthly.same', args)}\n{how}"
    lines = [_name_change(item, one, lang) for item, one in changes[:MAX_CHANGES_NAMED]]
    if more := len(changes) - len(lines):
        lines.append(say(lang, "monthly.more", {"count": more}))
    return "\n".join((say(lang, "monthly.changed", {**args, "changes": "\n".join(lines)}), how))


def list_changes(
    report: EvidenceReport, before: RememberedEvidence
) -> Sequence[tuple[AssessedItem, ElementFinding]]:
    """Return the elements whose fault came, went or became another, what is faulty first."""
    changed = [
        (item, one)
        for item, one in report.findings
        if one.seen.fault is not before.faults.get(one.element.code.value)
    ]
    return sorted(changed, key=_is_better)


def _is_better(change: tuple[AssessedItem, ElementFinding]) -> bool:
    return change[1].seen.fault is None


def _name_change(item: AssessedItem, one: ElementFinding, lang: Lang) -> str:
    kind = "better" if one.seen.fault is None else "worse"
    return say(lang, f"monthly.{kind}", {"number": item.number, "element": one.element.words.in_lang(lang)})


def load_remembered(desk: RunningDesk) -> RememberedEvidence | None:
    """Load what was found the last time; None where nothing was, or it cannot be read."""
    try:
        return RememberedEvidence.model_validate_json(
            (desk.paths.folder / "assessment" / "last.json").read_bytes()
        )
    except (OSError, ValidationError):
        return None


def remember(desk: RunningDesk, report: EvidenceReport) -> None:
    """Keep what was found for the next month, as a private file beside the desk's database."""
    faults = {one.element.code.value: one.seen.fault for _, one in report.findings if one.seen.fault}
    kept = RememberedEvidence(
        year=report.assessment.year, variant=report.assessment.variant.value, faults=faults
    )
    folder = desk.paths.folder / "assessment"
    create_private_directory(folder)
    replace_file(folder / "last.json", kept.model_dump_json().encode(), PRIVATE_MODES[1])
