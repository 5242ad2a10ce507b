"""Run one command for each office, each in a program of its own, and show one table of what came of it."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS
from bot.errors import ConfigurationError
from bot.offices.apart import find_shared
from bot.offices.folders import OfficeFolder, list_offices, require_offices_folder

COMMANDS = ("annual", "audit", "backup", "doctor", "evidence", "posters", "tick")
"""Commands that make sense for all offices, and ask nothing."""

PROGRAMS_AT_ONCE = 2
KEPT_BYTES = 64 * 1024
"""Of the end of what a program writes."""

LINES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class OfficeResult:
    """How a command ended for an office. last: the last lines of what it wrote, its results before its errors."""

    office: str
    code: int
    last: tuple[str, ...]


async def run_for_each(command: Sequence[str], only: str, *, as_json: bool) -> int:
    """Run it and print the table. Returns the exit code. Raises ConfigurationError."""
    if command[0] not in COMMANDS:
        raise ConfigurationError(
            f"{command[0]}: สั่งทีเดียวทุกหน่วยงานไม่ได้ / cannot be run for all offices; one of {', '.join(COMMANDS)}"
        )
    there_are = list_offices(require_offices_folder())
    offices = _choose(there_are, only)
    names = {office.name for office in offices}
    shared = [line for line in find_shared(there_are) if names.intersection(line.offices)]
    for line in shared:
        sys.stderr.write(f"{line.describe()}\n")
    slots = asyncio.Semaphore(PROGRAMS_AT_ONCE)

    async def run(office: OfficeFolder) -> OfficeResult:
        async with slots:
            return await run_for_office(office.name, command)

    results = await asyncio.gather(*(run(office) for office in offices))
    for result in results:
        sys.stdout.write(_format_json(result) if as_json else _format_line(result, offices))
    for result in results:
        if result.code and not as_json:
            sys.stderr.write("".join(f"{result.office}: {line}\n" for line in result.last[-LINES_SHOWN:]))
    return EXIT_FINDINGS if shared or any(result.code for result in results) else EXIT_DONE


def _choose(offices: list[OfficeFolder], only: str) -> list[OfficeFolder]:
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = set(names) - {office.name for office in offices}
    if unknown:
        raise ConfigurationError(f"{', '.join(sorted(unknown))}: ไม่มีหน่วยงานชื่อนี้ / there is no such office")
    return [office for office in offices if not names or office.name in names]


async def run_for_office(office: str, command: Sequence[str]) -> OfficeResult:
    """Run a command for one office, in a program of its own, which reads no input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # no module of the folder that it is started in
        "-m",
        "bot",
        "--office",
        office,
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    written, errors = await process.communicate()
    lines = [line for part in (written, errors) for line in _decode_end(part)]
    return OfficeResult(office, process.returncode or 0, tuple(lines))


def _decode_end(part: bytes) -> list[str]:
    return part[-KEPT_BYTES:].decode("utf-8", "replace").splitlines()


def _format_json(result: OfficeResult) -> str:
    line = {"office": result.office, "code": result.code, "last": list(result.last[-LINES_SHOWN:])}
    return json.dumps(line, ensure_ascii=False) + "\n"


def _format_line(result: OfficeResult, offices: Sequence[OfficeFolder]) -> str:
    width = max(len(office.name) for office in offices)
    last = result.last[-1] if result.last else ""
    return f"{result.office.ljust(width)}  {result.code:>3}  {last}\n"
