"""Start `ita-bot` quickly: forked from a process that has imported everything, otherwise like `python -m bot`.

Saves a second of CPU time per start; real starts are tested in `tests/bot/cli/test_main.py` and others.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO

FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.end_to_end.forkserver", "tests.end_to_end.forkserver_preload"])


@dataclass
class ForkedProgram:
    """A program, with the part of `subprocess.Popen` that is needed here."""

    process: BaseProcess
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self, timeout: float) -> int | None:
        """Wait for its end; returns its exit code."""
        self.process.join(timeout)
        return self.process.exitcode

    def kill(self) -> None:
        self.process.kill()

    def communicate(self, input_data: bytes = b"", timeout: float = 60) -> tuple[bytes, bytes]:
        """Write the last input, close it and wait; returns the rest of its output and its errors."""
        writer = threading.Thread(
            target=self._write_input, args=(input_data,)
        )  # the program may write output before it has read all input
        writer.start()
        output = self.stdout.read()
        writer.join()
        self.process.join(timeout)
        assert self.process.exitcode is not None, "it does not end"
        self.stderr.seek(0)
        errors = self.stderr.read()
        for one in (self.stdout, self.stderr):
            one.close()
        return output, errors

    def _write_input(self, input_data: bytes) -> None:
        with suppress(BrokenPipeError), self.stdin:
            self.stdin.write(input_data)


def start_forked_program(words: Sequence[str], folder: Path, env: Mapping[str, str]) -> ForkedProgram:
    """Start `ita-bot` with arguments in a folder."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
    (heard, said), (told, tells) = os.pipe(), os.pipe()
    given = [Connection(one) for one in (heard, tells, os.dup(errors.fileno()))]
    file_limits = resource.getrlimit(resource.RLIMIT_NOFILE)  # as a child of this process would have
    process = FORKSERVER.Process(
        target=_run_program, args=(list(words), str(folder), dict(env), given, file_limits)
    )
    process.start()
    for one in given:
        one.close()
    return ForkedProgram(process, os.fdopen(said, "wb"), os.fdopen(told, "rb"), errors)


def _run_program(
    words: list[str], folder: str, env: dict[str, str], given: list[Connection], file_limits: tuple[int, int]
) -> None:
    """Run the program in its own process, from start to exit."""
    for place, one in enumerate(given):
        os.dup2(one.fileno(), place)
        one.close()
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    resource.setrlimit(resource.RLIMIT_NOFILE, file_limits)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    warnings.simplefilter("error")
    sys.argv = ["ita-bot", *words]
    from bot.__main__ import main

    main()
