"""Programs that are born quickly: forked from a process that has imported everything, else like `python -m bot`.

A second of processor time each is saved; what a start truly is, is tested in `tests/bot/cli/test_main.py` and others.
"""

import multiprocessing
import os
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
    """A program, as far as `subprocess.Popen` is needed here."""

    process: BaseProcess
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    @property
    def returncode(self) -> int | None:
        """Its exit code."""
        return self.process.exitcode

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self, timeout: float) -> int | None:
        """Wait for its end; gives its exit code."""
        self.process.join(timeout)
        return self.process.exitcode

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def communicate(self, said: bytes = b"", timeout: float = 60) -> tuple[bytes, bytes]:
        """Say something, end its input and wait; gives the rest of what it wrote."""
        saying = threading.Thread(
            target=self._write_input, args=(said,)
        )  # it may answer before it has heard all
        saying.start()
        told = self.stdout.read()
        saying.join()
        self.process.join(timeout)
        assert self.process.exitcode is not None, "it does not end"
        self.stderr.seek(0)
        errors = self.stderr.read()
        for one in (self.stdout, self.stderr):
            one.close()
        return told, errors

    def _write_input(self, said: bytes) -> None:
        with suppress(BrokenPipeError), self.stdin:
            self.stdin.write(said)


def start_forked_program(words: Sequence[str], folder: Path, env: Mapping[str, str]) -> ForkedProgram:
    """Begin `ita-bot` with words, in a folder."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
    (heard, said), (told, tells) = os.pipe(), os.pipe()
    given = [Connection(one) for one in (heard, tells, os.dup(errors.fileno()))]
    process = FORKSERVER.Process(target=_run_program, args=(list(words), str(folder), dict(env), given))
    process.start()
    for one in given:
        one.close()
    return ForkedProgram(process, os.fdopen(said, "wb"), os.fdopen(told, "rb"), errors)


def _run_program(words: list[str], folder: str, env: dict[str, str], given: list[Connection]) -> None:
    """The whole life of a program, in its own process."""
    for place, one in enumerate(given):
        os.dup2(one.fileno(), place)
        one.close()
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    warnings.simplefilter("error")
    sys.argv = ["ita-bot", *words]
    from bot.__main__ import main

    main()
