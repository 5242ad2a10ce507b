"""`ita-bot run` as a process of its own, on a core of its own: its start, its CPU time and its memory."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.desks.citizen import write_guided_office

LOG_TAIL = 4000
"""Characters of the server's log that are shown when a measurement fails."""


@dataclass(frozen=True)
class ServerProcess:
    """A server that is ready. ready_after, ready_cpu: seconds from its start, and CPU seconds until then."""

    pid: int
    url: str
    ready_after: float
    ready_cpu: float

    def read_cpu_seconds(self) -> float:
        """CPU seconds used so far, all threads."""
        return read_cpu_seconds(self.pid)

    def read_megabytes(self, field: str = "VmRSS") -> float:
        """Memory now, or with `VmHWM` the most there was; 0 on systems other than Linux."""
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return 0.0
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def read_cpu_seconds(pid: int) -> float:
    """CPU seconds used by a process, all threads; 0 on systems other than Linux."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_server_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server with these settings (names without ITA_) and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ITA_")}
    return inherited | {f"ITA_{name}": value for name, value in settings.items()}


@asynccontextmanager
async def run_server(settings: Mapping[str, str]) -> AsyncIterator[ServerProcess]:
    """Run the complaints desk on the first core until the body ends, with a form of all questions.

    settings: names without ITA_; HOME is among them.
    """
    settings = {"OFFICE": str(write_guided_office(Path(settings["HOME"]))), **settings}
    command = [sys.executable, "-m", "bot", "run", "--desk", "complaints", "--port", "0"]
    core = min(os.sched_getaffinity(os.getppid())) if hasattr(os, "sched_getaffinity") else None
    pin_server = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
    log, started = tempfile.TemporaryFile(), time.perf_counter()  # noqa: SIM115 - closed below
    server = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs before it is ready
        command,
        env=make_server_environment(settings),
        stdout=subprocess.PIPE,
        stderr=log,
        preexec_fn=pin_server,
    )
    try:
        assert server.stdout is not None
        words = (await asyncio.to_thread(server.stdout.readline)).decode().split()
        assert words, "the server did not start"
        yield ServerProcess(
            server.pid, words[-1].rstrip("/"), time.perf_counter() - started, read_cpu_seconds(server.pid)
        )
    except BaseException:
        log.seek(0)
        sys.stderr.write(log.read().decode(errors="replace")[-LOG_TAIL:])
        raise
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait)
        if server.stdout is not None:
            server.stdout.close()
        log.close()
