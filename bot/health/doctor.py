"""Runs the checks and prints what they found, in Thai and English or as JSON."""

import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

from bot.both_languages import BothLanguages
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, print_json
from bot.guard import iterate_guarded
from bot.health.check import Check, Finding, Need, Weight
from bot.health.machine import Machine, examine_machine
from bot.health.registry import CHECKS
from bot.log import log_exception

EVIDENCE_LIMIT = 256 * 1024 * 1024
"""Bytes of evidence that are read and compared with their hashes, some seconds' worth, unless all are asked for."""

LOG_PLACES = (  # of proxies, and where Debian's rsyslog writes what programs say
    Path("/var/log/nginx/access.log"),
    Path("/var/log/nginx/error.log"),
    Path("/var/log/caddy/access.log"),
    Path("/var/log/syslog"),
    Path("/var/log/messages"),
    Path("/var/log/daemon.log"),
    Path("/var/log/user.log"),
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of a check. left_out: why it was not made; None where it was."""

    check: Check
    findings: tuple[Finding, ...] = ()
    left_out: BothLanguages | None = None

    @property
    def is_serious(self) -> bool:
        """Whether something has to be done."""
        return any(finding.weight is Weight.FINDING for finding in self.findings)


async def run_checks(machine: Machine, checks: Iterable[Check] = CHECKS) -> AsyncIterator[CheckResult]:
    """Make the checks, in order. One that fails is a finding of its own, and stops no other."""
    for check in checks:
        left_out = _find_reason_to_leave_out(machine, check.need)
        if left_out is not None:
            yield CheckResult(check, (), left_out)
            continue
        errors = list[Exception]()
        findings = [finding async for finding in iterate_guarded(check.find(machine), errors.append)]
        for error in errors:
            log_exception(error)
            findings.append(
                Finding(
                    BothLanguages(
                        f"ตรวจข้อนี้ไม่สำเร็จ ({type(error).__name__})",
                        f"could not be looked at ({type(error).__name__})",
                    ),
                    BothLanguages("ส่งบรรทัดนี้ให้ผู้พัฒนา", "send this line to the developers"),
                )
            )
        yield CheckResult(check, tuple(findings))


_NO_SETTINGS = BothLanguages("ต้องแก้การตั้งค่าก่อน", "the settings have to be mended first")
_NO_OFFICE = BothLanguages("ต้องแก้ office.toml ก่อน", "office.toml has to be mended first")
_NO_DATABASE = BothLanguages("ไม่มีฐานข้อมูล", "there is no database")
_NO_DESK = BothLanguages("ไม่มีฐานข้อมูลที่เปิดได้", "no database could be opened")
_OFFLINE = BothLanguages("สั่งด้วย --offline", "--offline was given")


def _find_reason_to_leave_out(machine: Machine, need: Need) -> BothLanguages | None:
    without_settings = _NO_SETTINGS if machine.settings is None else None
    without_office = _NO_OFFICE if machine.office is None else None
    without_desk = None if machine.open_desks else _NO_DESK
    match need:
        case Need.NOTHING:
            return None
        case Need.SETTINGS:
            return without_settings
        case Need.OFFICE:
            return without_office
        case Need.DATABASES:
            return None if machine.desks else _NO_DATABASE
        case Need.DESKS:
            return without_desk
        case Need.OFFICE_AND_DESKS:
            return without_office or without_desk
        case Need.PLATFORMS:
            return without_settings or (None if machine.asks_platforms else _OFFLINE)
        case _:
            assert_never(need)


async def diagnose(*, as_json: bool, offline: bool, all_evidence: bool, log_files: tuple[Path, ...]) -> int:
    """Make all checks and print them. Returns the exit code: 1 where something has to be done."""
    limit = sys.maxsize if all_evidence else EVIDENCE_LIMIT
    now, serious, results = datetime.now(UTC), 0, 0
    opened = examine_machine(
        now, asks_platforms=not offline, evidence_limit=limit, log_files=log_files or LOG_PLACES
    )
    async with opened as machine:
        async for result in run_checks(machine):
            serious, results = serious + result.is_serious, results + 1
            if as_json:
                print_json(describe_result(result))
            else:
                sys.stdout.write("".join(f"{line}\n" for line in format_result(result)))
                sys.stdout.flush()
    if not as_json:
        sys.stdout.write(
            f"\n{_summarize(serious, results)}\n",
        )
    return EXIT_FINDINGS if serious else EXIT_DONE


def _summarize(serious: int, results: int) -> BothLanguages:
    if not serious:
        return BothLanguages(f"ตรวจ {results} ข้อ ไม่พบสิ่งที่ต้องแก้", f"{results} checks, nothing to mend")
    return BothLanguages(
        f"ตรวจ {results} ข้อ ต้องแก้ {serious} ข้อ ทำตามบรรทัดที่ขึ้นต้นด้วย → จากบนลงล่าง",
        f"{results} checks, {serious} to mend: follow the lines with →, from the top",
    )


def describe_result(result: CheckResult) -> dict[str, Any]:
    """Describe a result as `--json` prints it; state is ok, note, finding or skipped."""
    state = "skipped" if result.left_out else "ok"
    if result.findings:
        state = (Weight.FINDING if result.is_serious else Weight.NOTE).value
    return {
        "check": result.check.name,
        "state": state,
        "why": result.left_out.en if result.left_out else None,
        "findings": [
            {
                "weight": one.weight.value,
                "th": one.why.th,
                "en": one.why.en,
                "next_th": one.next_step.th,
                "next_en": one.next_step.en,
            }
            for one in result.findings
        ],
    }


def format_result(result: CheckResult) -> Iterator[str]:
    """Yield the lines of a result: what was looked at, then why it matters and the next step of each finding."""
    what = result.check.what
    if result.left_out is not None:
        yield f"–  {what}: {result.left_out}"
        return
    sign = "✗" if result.is_serious else "!" if result.findings else "✓"
    yield f"{sign}  {what}"
    for finding in result.findings:
        same = finding.why.th == finding.why.en
        yield f"     {finding.why.th}"
        if not same:
            yield f"     {finding.why.en}"
        step = finding.next_step
        yield f"     → {step.th}" if step.th == step.en else f"     → {step}"
