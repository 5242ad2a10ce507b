"""Mixed load at twice the capacity of the machine: people report on the web while others read public pages.

`python -m tests.end_to_end.mixed_load HOME MINUTES [PERSONS]`: measures how many pages a second the server answers to
a few persons who never pause, then lets `PERSONS` persons ask for twice as many in sum, and prints one JSON line:
seconds of pages, memory at the beginning, half way and at the end, what was not answered, seconds until it recovered.
"""

import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from tests.end_to_end.server_process import ServerProcess, Visitor, start_server
from tests.in_memory_desk import WHOLE_REPORT

PUBLIC_PAGES = ("/", "/statistics", "/qna", "/opinions", "/readyz")
CALIBRATION_SECONDS = 10.0
CALIBRATING_PERSONS = 8


@dataclass
class LoadTally:
    """seconds: of each page; statuses: how often each; lost: pages that were not answered at all."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0


def walk_forever(port: int, pause: float, ends: float, tally: LoadTally) -> None:
    """Report, step by step, and read public pages, one page each `pause` seconds, until the clock says `ends`."""
    asked = 0
    while time.monotonic() < ends:
        visitor = Visitor(port)
        try:
            for answer in (None, *WHOLE_REPORT[2:]):
                begun = time.monotonic()
                if begun >= ends:
                    return
                asked += 1
                if answer is None:
                    page = visitor.open_page("/report")
                elif asked % 3 == 0:
                    page = visitor.request(PUBLIC_PAGES[asked % len(PUBLIC_PAGES)])
                else:
                    page = visitor.say(answer)
                took = time.monotonic() - begun
                tally.seconds.append(took)
                tally.statuses[page.status] += 1
                time.sleep(max(0.0, pause - took))
        except OSError:
            tally.lost += 1
        except StopIteration:
            pass  # a page without this button, as after a refusal: the next person begins anew


def run_persons(port: int, persons: int, pause: float, seconds: float) -> LoadTally:
    """Let so many persons ask at once; return what they saw."""
    ends, tallies = time.monotonic() + seconds, [LoadTally() for _ in range(persons)]
    walking = [threading.Thread(target=walk_forever, args=(port, pause, ends, tally)) for tally in tallies]
    for thread in walking:
        thread.start()
    for thread in walking:
        thread.join()
    whole = LoadTally()
    for tally in tallies:
        whole.seconds += tally.seconds
        whole.statuses += tally.statuses
        whole.lost += tally.lost
    return whole


def measure_recovery(server: ServerProcess) -> float:
    """Seconds after the load until a page and `/readyz` answer within a second."""
    begun = time.monotonic()
    while True:
        asked = time.monotonic()
        answers = [Visitor(server.port).request(path).status for path in ("/report", "/readyz")]
        if answers == [200, 200] and time.monotonic() - asked < 1:
            return time.monotonic() - begun


@dataclass(frozen=True)
class LoadResult:
    """capacity: pages a second for few; memory_bytes: of the server at the beginning, half way and at the end."""

    capacity: float
    seconds: list[float]
    statuses: Counter[int]
    lost: int
    memory_bytes: list[int]
    recovery_seconds: float

    def to_json(self) -> str:
        """Return one line with what matters of it."""
        cuts = quantiles(self.seconds, n=100, method="inclusive")
        figures = {
            "capacity": round(self.capacity, 1),
            "pages": len(self.seconds),
            "p50": round(cuts[49], 2),
            "p99": round(cuts[98], 2),
            "most": round(max(self.seconds), 2),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "lost": self.lost,
            "megabytes": [round(size / 1e6) for size in self.memory_bytes],
            "recovery": round(self.recovery_seconds, 2),
        }
        return json.dumps(figures)


def put_under_load(home: Path, minutes: float, persons: int = 96) -> LoadResult:
    """Run the whole of it on a new server; return what was measured."""
    server = start_server(home)
    calm = run_persons(server.port, CALIBRATING_PERSONS, 0.0, CALIBRATION_SECONDS)
    capacity = len(calm.seconds) / CALIBRATION_SECONDS
    pause, halves, memory = persons / (2 * capacity), list[LoadTally](), [server.memory_bytes()]
    for _ in range(2):
        halves.append(run_persons(server.port, persons, pause, minutes * 30))
        memory.append(server.memory_bytes())
    recovery = measure_recovery(server)
    server.stop()
    first, second = halves
    return LoadResult(
        capacity,
        first.seconds + second.seconds,
        first.statuses + second.statuses,
        first.lost + second.lost,
        memory,
        recovery,
    )


if __name__ == "__main__":
    result = put_under_load(Path(sys.argv[1]), float(sys.argv[2]), *map(int, sys.argv[3:]))
    sys.stdout.write(f"{result.to_json()}\n")
