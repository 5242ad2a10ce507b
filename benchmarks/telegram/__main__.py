"""Measure all bots in one run: `python -m benchmarks.telegram [--rounds N] [--persons N] [--markdown PAGE]`.

Requires `make .venv/peers.done`; without it, aiogram is left out.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import uvloop

from benchmarks.desks.citizen import write_guided_office
from benchmarks.desks.server_process import read_cpu_seconds
from benchmarks.tables import HOME, Table, format_ratio, format_spread, write_results
from benchmarks.telegram.load_generator import FakeTelegram, FakeTelegramProtocol, LoadGenerator
from benchmarks.telegram.script import ScriptStep, build_steps, encode_script
from bot.platforms.telegram.client import MAX_WEBHOOK_CONNECTIONS

ROOT = Path(__file__).parents[2]
ROUNDS = 30
PERSONS = MAX_WEBHOOK_CONNECTIONS
"""Concurrent persons: as many updates as Telegram delivers at once with our webhook setting."""

ROUND_SECONDS = 1.0
START_SECONDS = 60

PEERS_PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
OUR_COMMAND = [sys.executable, "-m", "benchmarks.telegram.our_bot"]
PTB_COMMAND = [sys.executable, "-m", "benchmarks.telegram.peer_ptb"]
AIOGRAM_COMMAND = [str(PEERS_PYTHON), str(Path(__file__).parent / "peer_aiogram.py")]
CONTENDERS = {
    "ours": (OUR_COMMAND, (), "/telegram/complaints"),
    "aiogram, as documented": (AIOGRAM_COMMAND, ("background",), "/hook"),
    "aiogram, in the response": (AIOGRAM_COMMAND, ("response",), "/hook"),
    "PTB, as documented": (PTB_COMMAND, ("asyncio",), "/hook"),
    "PTB, on uvloop": (PTB_COMMAND, ("uvloop",), "/hook"),
}


@dataclass
class Contender:
    """A running bot: its updates per second in each round, and its CPU seconds before the first round."""

    pid: int
    load: LoadGenerator
    rates: list[float] = field(default_factory=list)
    cpu_at_start: float = 0.0

    async def warm_up(self, persons: int) -> None:
        """Run an unmeasured round."""
        await self.load.run_for(persons, ROUND_SECONDS)
        self.load.latencies.clear()
        self.load.telegram.calls.clear()
        self.load.answered = 0
        self.cpu_at_start = read_cpu_seconds(self.pid)

    async def run_round(self, persons: int) -> None:
        self.rates.append(await self.load.run_for(persons, ROUND_SECONDS))

    def format_results(self) -> list[str]:
        """The measured figures as cells of the table."""
        answered, calls = self.load.answered, self.load.telegram.calls
        complaints = answered / len(self.load.steps)
        each = ", ".join(f"{m} {n / complaints:.2f}" for m, n in sorted(calls.items()) if n >= complaints / 2)
        cuts = quantiles(self.load.latencies, n=100)
        work = (read_cpu_seconds(self.pid) - self.cpu_at_start) / answered * 1e6
        return [
            format_spread(self.rates, ",.0f"),
            f"{cuts[49] * 1e3:.1f}",
            f"{cuts[98] * 1e3:.1f}",
            f"{work:.0f}",
            each or "none",
        ]


def main() -> None:
    """All bots run the whole time and are driven in turn, one second each, because others use this machine too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telegram", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--markdown", type=Path, help="page whose results are replaced")
    options = parser.parse_args()
    steps, cores = build_steps(), sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    rows = uvloop.run(race_contenders(steps, options.rounds, options.persons, cores[0]))
    note = (
        f"{options.rounds} rounds of {ROUND_SECONDS:g} s; {options.persons} persons in flight, with complaints of"
        f" {len(steps)} updates; the bots on a core of their own, and one at a time; {datetime.now(UTC):%Y-%m-%d}"
    )
    table = Table(
        "Telegram beside other libraries",
        ("", "updates/s", "p50 ms", "p99 ms", "CPU µs an update", "calls a complaint", "ours / it"),
        rows,
        note,
    )
    print(table.format_text())
    if options.markdown is not None:
        write_results(options.markdown, "telegram", [table])


async def race_contenders(steps: list[ScriptStep], rounds: int, persons: int, core: int) -> list[list[str]]:
    """Start every bot, run the rounds, and return a row of the table for each."""
    contenders = {name: spec for name, spec in CONTENDERS.items() if os.access(spec[0][0], os.X_OK)}
    async with AsyncExitStack() as stack:
        bots = [
            (name, await stack.enter_async_context(start_contender(spec, steps, core)))
            for name, spec in contenders.items()
        ]
        for _, bot in bots:
            await bot.warm_up(persons)
        for _ in range(rounds):
            for _, bot in bots:
                await bot.run_round(persons)
        ours = bots[0][1].rates
        return [[name, *bot.format_results(), format_ratio(ours, bot.rates)] for name, bot in bots]


@asynccontextmanager
async def start_contender(
    spec: tuple[list[str], tuple[str, ...], str], steps: list[ScriptStep], core: int
) -> AsyncIterator[Contender]:
    """A bot with a fake Telegram of its own."""
    command, more, path = spec
    telegram = FakeTelegram()
    server = await asyncio.get_running_loop().create_server(
        lambda: FakeTelegramProtocol(telegram), "127.0.0.1", 0
    )
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    HOME.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        script = Path(folder) / "script.json"
        script.write_text(encode_script(steps), "utf-8")
        port = _find_free_port()
        with run_bot_process(
            [*command, str(port), url, str(script), *more], Path(folder), url, core
        ) as process:
            await _wait_until_ready(port)
            yield Contender(process.pid, LoadGenerator(telegram, steps, port, path, "bench"))
    server.close()


@contextmanager
def run_bot_process(
    command: list[str], home: Path, url: str, core: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a bot in a separate process, pinned to a core of its own."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ITA_")}
    settings = {
        "ITA_HOME": str(home / "var"),
        "ITA_OFFICE": str(write_guided_office(home)),
        "ITA_TELEGRAM_API_URL": url,
        "PYTHONPATH": str(ROOT),
    }
    secrets = {"TOKEN": "700000001:bench", "SECRET": "bench"}
    settings |= {f"ITA_COMPLAINTS__TELEGRAM_{name}": value for name, value in secrets.items()}
    # The others log errors at shutdown because the fake Telegram has gone; they are of no interest.
    errors = None if command[: len(OUR_COMMAND)] == OUR_COMMAND else subprocess.DEVNULL
    bot = subprocess.Popen(
        command,
        env={**inherited, **settings},
        cwd=home,
        stderr=errors,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        yield bot
    finally:
        bot.terminate()
        try:
            bot.wait(5)
        except subprocess.TimeoutExpired:
            bot.kill()
            bot.wait()


async def _wait_until_ready(port: int) -> None:
    for _ in range(START_SECONDS * 20):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await asyncio.sleep(0.5)
            return
    raise RuntimeError("the bot did not begin")


def _find_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
