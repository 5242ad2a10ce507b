"""An installation in a folder, to be broken in one way or another and looked at."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

from bot.both_languages import BothLanguages
from bot.health.check import Finding
from bot.health.doctor import CheckResult, run_checks
from bot.health.machine import examine_machine
from tests.in_memory_desk import OFFICE_TOML
from tests.template_desk import copy_template_desks


def install_office(folder: Path) -> Path:
    """Desks, keys and an office.toml in a folder, as after `ita-bot init`. Returns the data folder."""
    home = folder / "var"
    copy_template_desks(home)
    home.chmod(0o700)
    (folder / "office.toml").write_text(OFFICE_TOML, "utf-8")
    return home


async def examine(folder: Path, *, asks: bool = False, logs: tuple[Path, ...] = ()) -> dict[str, CheckResult]:
    """What all checks find in a folder, by the names of the checks. The environment must have no settings of ours."""
    assert not [name for name in os.environ if name.startswith("ITA_") and name != "ITA_CONTRACTS"]
    with chdir(folder):
        opened = examine_machine(datetime.now(UTC), asks_platforms=asks, evidence_limit=2**30, log_files=logs)
        async with opened as machine:
            return {result.check.name: result async for result in run_checks(machine)}


def diagnose_folder(folder: Path, **more: bool) -> Mapping[str, CheckResult]:
    """The same, from a test without a loop."""
    return asyncio.run(examine(folder, **more))


def say(text: str) -> BothLanguages:
    """The same text in both languages."""
    return BothLanguages(text, text)


def join_words(findings: tuple[Finding, ...]) -> str:
    """All that findings say."""
    return "\n".join(f"{one.why} {one.next_step}" for one in findings)
