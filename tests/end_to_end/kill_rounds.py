"""Kill -9 at random instants under load: nothing acknowledged is lost, nothing is stored twice.

`python -m tests.end_to_end.kill_rounds HOME ROUNDS SEED`: each round forks a desk in which persons file complaints
concurrently, kills it, and starts the next round by resending the events that were in flight, as a platform does.
Prints one JSON line with the result.
"""

import asyncio
import itertools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from handlers.dialog.events import Channel, Event
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import WHOLE_REPORT

PERSONS = 12
MOST_LINES = 60
"""A round reports fewer lines, two for each complaint, before it is killed: as much work on a slow machine."""

LONGEST_WAIT = 0.005
"""Seconds between the last of these lines and the kill, so that it falls on any instant."""


@dataclass
class KillLog:
    """What the parent process has recorded over all rounds."""

    acknowledged: dict[str, str] = field(default_factory=dict)  # receipt by the mark of the complaint
    in_flight: dict[str, str] = field(default_factory=dict)  # event id of the submission by mark
    rounds: int = 0
    killed_busy: int = 0


def report_lines(mark: str) -> Iterator[str]:
    """A whole report whose story contains a mark."""
    for line in WHOLE_REPORT:
        yield f"{mark} {line}" if "ร้อยละสิบ" in line else line
    yield "[ส่งเรื่อง]"


async def file_complaint(desk: DeskHarness, mark: str, report_fd: int) -> None:
    """File one complaint; report to the parent before the submission and after its answer."""
    who, buttons = desk.person_id(mark), {}
    for number, line in enumerate(report_lines(mark)):
        event_id = f"{mark}-{number}"
        if line == "[ส่งเรื่อง]":
            os.write(report_fd, f"try {mark} {event_id} {buttons['ส่งเรื่อง']}\n".encode())
        content = {"choice": buttons[line[1:-1]]} if line.startswith("[") else {"text": line}
        messages = await desk.handle(Event(event_id, who, Channel.WEB, **content))
        buttons = dict(messages[-1].choices)
        if receipt := next((m.receipt for m in messages if m.receipt), None):
            os.write(report_fd, f"ack {mark} {receipt}\n".encode())


async def file_complaints_forever(home: Path, prefix: str, again: dict[str, str], report_fd: int) -> None:
    """Resend what was in flight, then file complaints without end."""
    async with open_desk(home) as desk:
        os.write(report_fd, b"ready\n")
        for mark, sent in again.items():
            event_id, choice = sent.split()
            event = Event(event_id, desk.person_id(mark), Channel.WEB, choice=choice)
            for message in await desk.handle(event):
                if message.receipt:
                    os.write(report_fd, f"ack {mark} {message.receipt}\n".encode())

        async def person(name: int) -> None:
            for number in itertools.count():
                await file_complaint(desk, f"{prefix}p{name}n{number}", report_fd)

        await asyncio.gather(*map(person, range(PERSONS)))


def run_round(home: Path, log: KillLog, rng: random.Random) -> None:
    """Fork a desk, let it work, kill it, and read what it reported."""
    read, report_fd = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            asyncio.run(file_complaints_forever(home, f"r{log.rounds}", log.in_flight, report_fd))
        finally:
            os._exit(1)  # only a fault ends a desk that should work without end
    os.close(report_fd)
    with os.fdopen(read, "rb") as output:
        assert output.readline() == b"ready\n", "the desk did not open"
        seen = [output.readline() for _ in range(rng.randrange(MOST_LINES))]
        time.sleep(rng.uniform(0, LONGEST_WAIT))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the desk ended by itself"
        record_output(log, b"".join([*seen, output.read()]).decode())
    log.rounds += 1


def record_output(log: KillLog, output: str) -> None:
    """Record what a desk reported before it was killed; an incomplete last line is dropped."""
    for line in output.split("\n")[:-1]:
        kind, mark, rest = line.split(" ", 2)
        if kind == "try":
            log.in_flight[mark] = rest
        else:
            assert log.acknowledged.setdefault(mark, rest) == rest, "one complaint, two receipts"
            log.in_flight.pop(mark, None)
    log.killed_busy += bool(log.in_flight)


async def check_store(home: Path, log: KillLog) -> dict[str, int]:
    """Each acknowledged complaint is stored once, under its receipt; database and audit log are intact."""
    async with open_desk(home) as desk:
        for mark, sent in log.in_flight.items():
            event_id, choice = sent.split()
            for message in await desk.handle(
                Event(event_id, desk.person_id(mark), Channel.WEB, choice=choice)
            ):
                if message.receipt:
                    log.acknowledged[mark] = message.receipt
        stories = await desk.load_stories()
        assert await desk.check_integrity() == []
        marks = [story.split()[0] for story in stories.values()]
        assert len(marks) == len(set(marks)), "a complaint stands twice"
        for mark, receipt in log.acknowledged.items():
            case = await desk.find_case_id(receipt)
            assert case is not None, f"{mark} was acknowledged and is gone"
            assert stories[case].startswith(f"{mark} ")
        assert set(marks) == set(log.acknowledged), "what was filed and what was acknowledged differ"
        numbers = await desk.load_register_numbers()
        assert numbers == list(range(1, len(stories) + 1)), "the register has gaps"
    return {
        "rounds": log.rounds,
        "acknowledged": len(log.acknowledged),
        "killed_in_flight": log.killed_busy,
    }


def main(home: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    log, rng, folder = KillLog(), random.Random(int(seed)), Path(home)
    for _ in range(int(rounds)):
        run_round(folder, log, rng)
    sys.stdout.write(json.dumps(asyncio.run(check_store(folder, log))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
