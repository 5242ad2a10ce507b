"""Measure all in one run: `python -m benchmarks.telegram [ROUNDS [PERSONS]]`; before it `make .venv/peers.done`."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import uvloop

from benchmarks.telegram.crowd import FakeTelegram, FakeTelegramProtocol, LoadGenerator
from benchmarks.telegram.script import ScriptStep, steps, told
from bot.platforms.telegram.client import MOST_AT_ONCE

ROOT = Path(__file__).parents[2]
ROUNDS = 30
PERSONS = MOST_AT_ONCE
"""Who write side by side: as many updates as Telegram brings at once, where it is told so as we do."""

SECONDS = 1.0
"""Of a round."""

PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
OURS = [sys.executable, "-m", "benchmarks.telegram.ours"]
PTB = [sys.executable, "-m", "benchmarks.telegram.peer_ptb"]
AIOGRAM = [str(PEERS), str(Path(__file__).parent / "peer_aiogram.py")]
STANDS = {
    "ours": (OURS, (), "/telegram/complaints"),
    "aiogram, as documented": (AIOGRAM, ("background",), "/hook"),
    "aiogram, in the response": (AIOGRAM, ("response",), "/hook"),
    "PTB, as documented": (PTB, ("asyncio",), "/hook"),
    "PTB, on uvloop": (PTB, ("uvloop",), "/hook"),
}


@dataclass
class Contender:
    """A bot at work, its updates a second in each round, and seconds of work before the first."""

    process: int
    crowd: LoadGenerator
    rates: list[float] = field(default_factory=list)
    before: float = 0.0

    async def warm(self, persons: int) -> None:
        """A round before the first."""
        await self.crowd.play(persons, SECONDS)
        self.crowd.latencies.clear()
        self.crowd.telegram.calls.clear()
        self.crowd.answered = 0
        self.before = _worked(self.process)

    async def drive(self, persons: int) -> None:
        """One round."""
        self.rates.append(await self.crowd.play(persons, SECONDS))

    def told(self) -> list[str]:
        """What was measured."""
        answered, calls = self.crowd.answered, self.crowd.telegram.calls
        complaints = answered / len(self.crowd.steps)
        each = ", ".join(f"{m} {n / complaints:.2f}" for m, n in sorted(calls.items()) if n >= complaints / 2)
        cuts = quantiles(self.crowd.latencies, n=100)
        work = (_worked(self.process) - self.before) / answered * 1e6
        return [
            f"{_middle(self.rates, ',.0f')} updates/s",
            f"p50 {cuts[49] * 1e3:.1f} ms   p99 {cuts[98] * 1e3:.1f} ms   {work:.0f} µs of work an update",
            f"calls a complaint: {each or 'none'}",
        ]


def main(rounds: int = ROUNDS, persons: int = PERSONS) -> None:
    """All are at work the whole time and are driven in turn, a moment each: other people use this machine too."""
    made, cores = steps(), sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    print(
        f"{persons} persons in flight, with complaints of {len(made)} updates; {rounds} rounds of {SECONDS:g} s;"
        " the bots on a core of their own, and one at a time; medians, and what half of the rounds lie between"
    )
    ours, *others = uvloop.run(driven(made, rounds, persons, cores[0]))
    for name, bot in others:
        ratios = [one / other for one, other in zip(ours[1].rates, bot.rates, strict=True)]
        print(f"  ours / {name}: {_middle(ratios, '.2f')}")


def _middle(figures: list[float], form: str) -> str:
    low, middle, high = quantiles(figures, n=4, method="inclusive")
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


async def driven(made: list[ScriptStep], rounds: int, persons: int, core: int) -> list[tuple[str, Contender]]:
    """Every bot, with what was measured of it."""
    async with AsyncExitStack() as stack:
        bots = [
            (name, await stack.enter_async_context(begun(stand, made, core)))
            for name, stand in STANDS.items()
        ]
        for _, bot in bots:
            await bot.warm(persons)
        for _ in range(rounds):
            for _, bot in bots:
                await bot.drive(persons)
        for name, bot in bots:
            print(
                "\n".join(
                    f"  {first:26}{line}" for first, line in zip((name, "", ""), bot.told(), strict=True)
                )
            )
        return bots


@asynccontextmanager
async def begun(
    stand: tuple[list[str], tuple[str, ...], str], made: list[ScriptStep], core: int
) -> AsyncIterator[Contender]:
    """A bot with a Telegram of its own."""
    command, more, path = stand
    telegram = FakeTelegram()
    server = await asyncio.get_running_loop().create_server(
        lambda: FakeTelegramProtocol(telegram), "127.0.0.1", 0
    )
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_home()) as folder:
        script = Path(folder) / "script.json"
        script.write_text(told(made), "utf-8")
        port = _free()
        with running([*command, str(port), url, str(script), *more], Path(folder), url, core) as process:
            await _ready(port)
            yield Contender(process.pid, LoadGenerator(telegram, made, port, path, "bench"))
    server.close()


@contextmanager
def running(command: list[str], home: Path, url: str, core: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A bot in a process of its own, on a core of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ITA_")}
    told = {"ITA_HOME": str(home / "var"), "ITA_TELEGRAM_API_URL": url, "PYTHONPATH": str(ROOT)}
    secrets = {"TOKEN": "700000001:bench", "SECRET": "bench"}
    told |= {f"ITA_COMPLAINTS__TELEGRAM_{name}": value for name, value in secrets.items()}
    # What the others say at their end, that Telegram went away, is of no interest.
    errors = None if command[: len(OURS)] == OURS else subprocess.DEVNULL
    bot = subprocess.Popen(
        command,
        env={**kept, **told},
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


async def _ready(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await asyncio.sleep(0.5)
            return
    raise RuntimeError("the bot did not begin")


def _worked(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _home() -> Path:
    home = ROOT / "var"
    home.mkdir(mode=0o700, exist_ok=True)
    return home


if __name__ == "__main__":
    began = time.monotonic()
    main(*map(int, sys.argv[1:]))
    print(f"  in {time.monotonic() - began:.0f} s")
