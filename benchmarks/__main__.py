"""Run the benchmarks: `python -m benchmarks [NAME ...] [--quick] [--markdown FILE]`; `make bench` runs all of them.

Each runs in a process of its own, so that none pays for the memory of another. `docs/performance.md` has the results.
"""

import argparse
import multiprocessing
import os
import platform
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.tables import Table, add_size_options, read_sizes, run_benchmark, write_results

BENCHMARKS = (
    "walk",
    "throughput",
    "line",
    "growth",
    "server",
    "search",
    "questions",
    "case_statistics",
    "consultations",
    "web",
    "workspace",
    "slow_bodies",
    "pictures",
    "long_work",
    "backup",
    "idle_offices",
)
"""Modules of this package. Each has `measure(sizes)`, which returns its tables."""

ROOT = Path(__file__).parents[1]
LIBRARIES = ("uvloop", "uvicorn", "aiohttp", "aiosqlite", "SQLAlchemy", "cryptography", "pydantic")


def describe_machine() -> Table:
    """The machine, its software, the commit and the hour."""
    processor = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        names = [line for line in cpu_info.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = _run_git("rev-parse", "--short", "HEAD") or "not a git clone"
    changed = " with changes" if _run_git("status", "--porcelain", "--untracked-files=no") else ""
    load = os.getloadavg()[0]
    return Table(
        "Machine",
        ("", ""),
        (
            ("processor", f"{processor}, {os.cpu_count()} cores"),
            ("memory", f"{memory:.0f} GB"),
            (
                "disk of the data folder",
                f"{_describe_disk(ROOT)}, {_measure_flush(ROOT):.2f} ms a flush of one page",
            ),
            ("system", f"{platform.system()} {platform.release().partition('-')[0]}"),
            ("Python", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"),
            ("libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
            ("commit", commit + changed),
            ("begun", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, at a load average of {load:.2f}"),
        ),
    )


def _run_git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _describe_disk(folder: Path) -> str:
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown file system"
    lines = [line.split() for line in mounts.read_text().splitlines()]
    above = [line for line in lines if folder.is_relative_to(line[1])]
    device, _, kind, *_ = max(above, key=lambda line: len(line[1]))
    return f"{kind} on {device}"


def _measure_flush(folder: Path, count: int = 50) -> float:
    """Milliseconds that one page takes to the disk, the median of some."""
    path, spans = folder / ".flush-benchmark", list[float]()
    with path.open("wb", buffering=0) as file:
        for _ in range(count):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            spans.append((time.perf_counter() - started) * 1000)
    path.unlink()
    return sorted(spans)[count // 2]


def main() -> int:
    """Run benchmarks, print their tables, and tell by the exit code whether all of them ran."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all where none is named")
    parser.add_argument("--markdown", type=Path, help="page whose results are replaced")
    add_size_options(parser)
    options = parser.parse_args()
    sizes, started, failed = read_sizes(options), time.monotonic(), list[str]()
    tables = [describe_machine()]
    print(tables[0].format_text(), flush=True)
    for name in options.names or BENCHMARKS:
        began = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as process:
            try:
                found = process.submit(run_benchmark, name, sizes).result()
            except Exception as error:  # the others are measured all the same
                print(f"\n{name} failed: {error!r}", file=sys.stderr)
                failed.append(name)
                continue
        for table in found:
            print(f"\n{table.format_text()}", flush=True)
        print(f"  [{name}: {time.monotonic() - began:.0f} s]", flush=True)
        tables += found
    print(f"\nall in {time.monotonic() - started:.0f} s")
    if options.markdown is not None:
        write_results(options.markdown, "all", tables)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
