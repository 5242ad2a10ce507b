"""The log contains no text of anybody: planted canaries do not get into it, whichever way they are tried."""

import errno
import io
import json
import logging
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.log import LOG_ORIGIN, LibraryLogHandler, LogEvent, log_event, log_exception, log_warning

ROOT = Path(__file__).parents[2]

WAYS = {
    "a fault": "log.fault(ValueError('CANARY'))",
    "a library's words": "logging.getLogger('x.y').error('CANARY %s', 'CANARY')",
    "a library's fault": """
        try:
            raise KeyError('CANARY')
        except KeyError:
            logging.getLogger('x.y').exception('CANARY')
        """,
    "a library that came with a handler of its own": "early.error('CANARY')",
    "a thread": """
        t = threading.Thread(target=lambda: {}['CANARY'])
        t.start()
        t.join()
        """,
    "a task nobody waits for": """
        async def breaks():
            raise OSError('CANARY')
        async def main():
            log.install_loop_handler(asyncio.get_running_loop())
            asyncio.create_task(breaks())
            await asyncio.sleep(0.01)
            gc.collect()
        asyncio.run(main())
        """,
    "a finalizer": """
        class Breaks:
            def __del__(self):
                raise OSError('CANARY')
        broken = Breaks()
        del broken
        """,
    "a warning": "warnings.warn('CANARY', stacklevel=1)",
    "the end of the program": "raise ValueError('CANARY')",
}

FRAME = """
import asyncio, gc, logging, sys, threading, warnings
early = logging.getLogger('early')
early.addHandler(logging.StreamHandler())
early.propagate = False
from bot import log
log.install_logging()
log.log_event(log.LogEvent.STARTED)
"""


@pytest.mark.parametrize("way", WAYS)
def test_no_way_out_for_words(way: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FRAME + textwrap.dedent(WAYS[way]))
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "CANARY" not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines[0]["event"] == "started"
    assert {line["event"] for line in lines[1:]} <= {"fault", "foreign"}
    assert len(lines) == 2


def test_a_line_is_an_event_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    log_event(LogEvent.TICKED, count=3)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("at_time").endswith("+00:00")
    assert line == {"event": "ticked", "count": 3}


def test_a_fault_tells_the_places_it_went_through(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        json.loads("CANARY")
    except ValueError as trouble:
        log_exception(trouble)
    line = json.loads(capsys.readouterr().err)
    assert line["kind"] == "json.decoder.JSONDecodeError"
    assert line["at"][0].startswith("tests/bot/test_log.py:")
    assert not any(place.startswith("/") for place in line["at"])


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where standard error is a file on a disk that is full: formerly the server hung."""

    class FullFile(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(sys, "stderr", FullFile())
    log_event(LogEvent.STARTED)
    log_exception(KeyError())


def test_a_line_has_the_name_of_the_office_where_there_are_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log_event(LogEvent.STARTED)
    monkeypatch.setattr(LOG_ORIGIN, "office", "korat")
    log_event(LogEvent.STARTED)
    log_exception(ValueError())
    log_warning("words")
    logging_handler = LibraryLogHandler()
    logging_handler.emit(logging.LogRecord("a", logging.WARNING, "b.py", 1, "c", (), None))
    alone, *named = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "office" not in alone
    assert [line["office"] for line in named] == ["korat"] * 4
