"""Log lines as JSON on standard error, which cannot contain personal data.

A line has an event and numbers. There is no parameter for text or ids, and messages of exceptions and libraries are
left out, since they may contain what a person wrote.
"""

import asyncio
import json
import logging
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.desk_names import DESK_NAMES, DeskName
from storage.errors import UnreadableRowError
from storage.unreadable_rows import UNREADABLE_ROW_ATTRIBUTE

PROJECT_ROOT = Path(__file__).parent.parent


@dataclass
class LogOrigin:
    """Of whom the lines of this process tell. office: its name where the machine has many; else empty."""

    office: str = ""


LOG_ORIGIN = LogOrigin()


class LogEvent(StrEnum):
    """The events that this program logs."""

    STARTED = "started"
    STOPPED = "stopped"
    TICKED = "ticked"
    FAULT = "fault"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    UNREADABLE_ROW = "unreadable-row"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    QUOTA = "line-month"
    LINE_CHAT_ON = "line-chat-on"
    PUBLISHED = "published"
    UNPUBLISHED = "not-published"
    ADVICE = "advice"


def log_event(event: LogEvent, desk: DeskName | None = None, **numbers: int | float | bool) -> None:
    """Write a line. Only a desk's name and numbers are written, since these identify nobody."""
    desk_field = {"desk": desk} if desk in DESK_NAMES else {}
    counts = {name: value for name, value in numbers.items() if not isinstance(value, str)}
    _write_line({"event": event, **desk_field, **counts})


def log_warning(words: str) -> None:
    """Write a warning to the administrator. words: a text of ours, with names of settings but of nobody."""
    _write_line({"event": LogEvent.ADVICE, "words": words})


def log_exception(trouble: BaseException) -> None:
    """Write an exception: its class and the last 8 places of its traceback, without its message.

    Of a row that cannot be read, its table and number too.
    """
    if isinstance(trouble, UnreadableRowError):
        _log_unreadable_row(trouble)
    _write_line({"event": LogEvent.FAULT, **_describe_exception(trouble)})


def _log_unreadable_row(error: UnreadableRowError) -> None:
    """Write which row cannot be read: its table and number, which name nobody, and none of its content."""
    _write_line({"event": LogEvent.UNREADABLE_ROW, "table": error.table, "number": error.number})


def _describe_exception(trouble: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(trouble.__traceback__)
    places = [f"{_shorten_path(f.filename)}:{f.lineno}" for f in frames][-8:]
    return {"kind": f"{type(trouble).__module__}.{type(trouble).__qualname__}", "at": places}


def _shorten_path(name: str) -> str:
    path = Path(name)
    return (
        str(path.relative_to(PROJECT_ROOT))
        if path.is_relative_to(PROJECT_ROOT)
        else "/".join(path.parts[-2:])
    )


def _write_line(line: dict[str, Any]) -> None:
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    named = {"at_time": stamp, "office": LOG_ORIGIN.office} if LOG_ORIGIN.office else {"at_time": stamp}
    with suppress(OSError):  # a log on a full disk must not stop who is served
        sys.stderr.write(json.dumps({**named, **line}, ensure_ascii=False) + "\n")


class LibraryLogHandler(logging.Handler):
    """Writes log records of libraries with logger, level and place, without their message."""

    def emit(self, record: logging.LogRecord) -> None:
        row = getattr(record, UNREADABLE_ROW_ATTRIBUTE, None)
        if isinstance(row, UnreadableRowError):
            _log_unreadable_row(row)
            return
        trouble = record.exc_info[1] if record.exc_info else None
        place = f"{_shorten_path(record.pathname)}:{record.lineno}"
        line = {"event": LogEvent.FOREIGN, "logger": record.name, "level": record.levelname, "where": place}
        _write_line(line | (_describe_exception(trouble) if trouble else {}))


def install_logging(level: int = logging.WARNING) -> None:
    """Route everything that libraries, threads and the interpreter would write through this module."""
    logging.basicConfig(handlers=[LibraryLogHandler()], level=level, force=True)
    logging.captureWarnings(capture=True)  # a warning's message may contain a value
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    sys.excepthook = _log_uncaught_exception
    sys.unraisablehook = lambda broken: log_exception(broken.exc_value or RuntimeError())
    threading.excepthook = lambda broken: log_exception(broken.exc_value or RuntimeError())


def _log_uncaught_exception(
    _kind: type[BaseException], trouble: BaseException, _frames: TracebackType | None
) -> None:
    log_exception(trouble)


def install_loop_handler(loop: asyncio.AbstractEventLoop) -> None:
    """Log exceptions of tasks that nobody awaits."""
    loop.set_exception_handler(lambda _, context: log_exception(context.get("exception") or RuntimeError()))
