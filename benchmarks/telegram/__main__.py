"""Measure all in one run: `python -m benchmarks.telegram [STORIES]`. Needs `make .venv/peers.done` for aiogram."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import uvloop

from benchmarks.telegram.crowd import Crowd, Server, Telegram
from benchmarks.telegram.script import Step, steps, told

ROOT = Path(__file__).parents[2]
PERSONS = 64
ROUNDS = 5
PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
OURS = [sys.executable, "-m", "benchmarks.telegram.ours"]
PTB = [sys.executable, "-m", "benchmarks.telegram.peer_ptb"]
AIOGRAM = [str(PEERS), str(Path(__file__).parent / "peer_aiogram.py")]
Run: TypeAlias = tuple[tuple[float, float, float], Counter[str], float]
STANDS = {
    "ours": (OURS, (), "/telegram/complaints"),
    "aiogram, as documented": (AIOGRAM, ("background",), "/hook"),
    "aiogram, in the response": (AIOGRAM, ("response",), "/hook"),
    "PTB ConversationHandler": (PTB, (), "/hook"),
}


def main(stories: int = 400) -> None:
    """Each in turn, a few times over; of each its middle run: other people use this machine too."""
    made = steps()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    print(
        f"{stories} complaints of {len(made)} updates, {PERSONS} persons in flight; the bot on a core of its own;"
        f" the middle of {ROUNDS} rounds"
    )
    runs: dict[str, list[Run]] = {name: [] for name in STANDS}
    for _ in range(ROUNDS):
        for name, stand in STANDS.items():
            runs[name].append(uvloop.run(measured(stand, made, stories, cores[0])))
    for name, own in runs.items():
        (_, p50, p99), calls, work = sorted(own, key=lambda run: run[0][0])[ROUNDS // 2]
        rates = "  ".join(f"{run[0][0]:,.0f}" for run in own)
        each = ", ".join(f"{m} {n / stories:.2f}" for m, n in sorted(calls.items()) if n >= stories)
        print(f"  {name:26}{rates} updates/s   p50 {p50:.1f} ms   p99 {p99:.1f} ms   {work:.0f} µs of work")
        print(f"  {'':26}calls a complaint: {each or 'none'}")
    for name, own in list(runs.items())[1:]:
        ratios = sorted(ours[0][0] / other[0][0] for ours, other in zip(runs["ours"], own, strict=True))
        print(f"  ours / {name}: {ratios[ROUNDS // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


async def measured(
    stand: tuple[list[str], tuple[str, ...], str], made: list[Step], stories: int, core: int
) -> Run:
    """One run of one bot: figures, calls, and the microseconds of processor it spent on an update."""
    command, more, path = stand
    telegram = Telegram()
    server = await asyncio.get_running_loop().create_server(lambda: Server(telegram), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=_home()) as folder:
        script = Path(folder) / "script.json"
        script.write_text(told(made), "utf-8")
        port = _free()
        with running([*command, str(port), url, str(script), *more], Path(folder), url, core) as bot:
            await _ready(port)
            crowd = Crowd(telegram, made, port, path, "bench")
            await crowd.play(PERSONS, PERSONS)
            telegram.calls.clear()
            before = _worked(bot.pid)
            figures = await crowd.play(PERSONS, stories)
            work = (_worked(bot.pid) - before) / (stories * len(made)) * 1e6
            await asyncio.sleep(0.5)
    server.close()
    return figures, telegram.calls, work


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
