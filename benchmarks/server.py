"""How long `ita-bot run` takes until it is ready, and how much memory it holds, with few and with many cases."""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from benchmarks.desks.citizen import MESSAGE_COUNT
from benchmarks.desks.fill import copy_full_desk
from benchmarks.desks.load import run_load
from benchmarks.line import LineUser, serve_line_desk
from benchmarks.tables import HOME, Sizes, Table, format_spread, prepare_process

IMPORTS = {
    "Python itself": "pass",
    "import of what every command needs": "import bot.cli.main",
    "import of the server": "import bot.serve",
    "the same with Telegram and LINE": "import bot.serve, bot.platforms.telegram.setup, bot.platforms.line.setup",
}
PERSONS = 16
MOST_ROUNDS = 3
"""Each takes half a minute, and memory differs little between rounds."""


@dataclass
class ServerFigures:
    """Of each round: seconds and CPU seconds until ready; megabytes when ready, after the messages, and at most."""

    ready_after: list[float] = field(default_factory=list)
    ready_cpu: list[float] = field(default_factory=list)
    ready_megabytes: list[float] = field(default_factory=list)
    later_megabytes: list[float] = field(default_factory=list)
    peak_megabytes: list[float] = field(default_factory=list)


async def measure_server(home: Path, messages: int, figures: ServerFigures) -> None:
    """Start the server and send it so many messages through LINE's webhook."""
    async with serve_line_desk(home) as line:
        figures.ready_after.append(line.server.ready_after)
        figures.ready_cpu.append(line.server.ready_cpu)
        figures.ready_megabytes.append(line.server.read_megabytes())
        if messages:
            stories = messages // MESSAGE_COUNT + 1
            await run_load(
                lambda tally: LineUser(line, tally).file_complaint(), persons=PERSONS, stories=stories
            )
            figures.later_megabytes.append(line.server.read_megabytes())
            figures.peak_megabytes.append(line.server.read_megabytes("VmHWM"))


def measure_import(statement: str) -> tuple[float, float]:
    """Seconds and CPU seconds of a new interpreter that executes a statement."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    elapsed, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def measure_sizes(sizes: Sizes) -> dict[str, ServerFigures]:
    """In each round a server that starts for the first time, then again, and one for each number of cases."""
    figures: dict[str, ServerFigures] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        homes = {count: Path(folder) / str(count) / "var" for count in sizes.cases if count}
        for count, home in homes.items():
            await copy_full_desk(count, home)
        for _ in range(min(MOST_ROUNDS, sizes.rounds)):
            new = Path(folder) / "new"
            await measure_server(
                new, 0, figures.setdefault("first start: keys and tables are made", ServerFigures())
            )
            await measure_server(new, sizes.messages, figures.setdefault("0 cases", ServerFigures()))
            shutil.rmtree(new)
            for count, home in homes.items():
                await measure_server(
                    home, sizes.messages, figures.setdefault(f"{count:,} cases", ServerFigures())
                )
    return figures


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure start and memory."""
    prepare_process()
    figures = uvloop.run(measure_sizes(sizes))
    # Everything that a start reads is in the system's cache, as after an update of the program.
    imports: dict[str, list[tuple[float, float]]] = {name: [] for name in IMPORTS}
    for _ in range(min(MOST_ROUNDS, sizes.rounds)):
        for name, statement in IMPORTS.items():
            imports[name].append(measure_import(statement))
    rows = [
        [name, *(format_spread(spans, ".2f") for spans in zip(*found, strict=True))]
        for name, found in imports.items()
    ]
    rows += [
        [f"ready, {name}", format_spread(found.ready_after, ".2f"), format_spread(found.ready_cpu, ".2f")]
        for name, found in figures.items()
    ]
    rounds = min(MOST_ROUNDS, sizes.rounds)
    warm = f"{rounds} rounds; program and database are in the system's cache"
    yield Table("Start: seconds", ("", "until done", "CPU"), rows, warm)
    yield Table(
        "Memory of the server: MB",
        ("", "when ready", f"after {sizes.messages:,} messages", "at most"),
        [
            [
                name,
                format_spread(found.ready_megabytes, ".0f"),
                format_spread(found.later_megabytes, ".0f"),
                format_spread(found.peak_megabytes, ".0f"),
            ]
            for name, found in figures.items()
            if found.later_megabytes
        ],
        f"{rounds} rounds; resident memory of `ita-bot run` with LINE; the messages are whole complaints,"
        f" {PERSONS} at once",
    )
