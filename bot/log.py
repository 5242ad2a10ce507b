"""Lines of JSON that cannot carry personal words: an event and numbers, never a text, an id or a message of others."""

import asyncio
import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.settings import DESKS, DeskName

ROOT = Path(__file__).parent.parent


class LogEvent(StrEnum):
    """All that is ever logged by us."""

    STARTED = "started"
    STOPPED = "stopped"
    TICKED = "ticked"
    FAULT = "fault"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    QUOTA = "line-month"
    CHATS = "line-chat-on"
    PUBLISHED = "published"
    UNPUBLISHED = "not-published"
    ADVICE = "advice"


def log(happened: LogEvent, desk: DeskName | None = None, **numbers: int | float | bool) -> None:
    """Write a line. Only the name of a desk and numbers go with it, for these name nobody."""
    where = {"desk": desk} if desk in DESKS else {}
    counts = {name: value for name, value in numbers.items() if not isinstance(value, str)}
    _write({"event": happened, **where, **counts})


def advise(words: str) -> None:
    """Write what an administrator should see to; words: our own, with the name of a setting and of nobody."""
    _write({"event": LogEvent.ADVICE, "words": words})


def fault(trouble: BaseException) -> None:
    """Write that something broke: the kind of trouble and the places it went through, and none of its words."""
    _write({"event": LogEvent.FAULT, **_anatomy(trouble)})


def _anatomy(trouble: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(trouble.__traceback__)
    places = [f"{_short(f.filename)}:{f.lineno}" for f in frames][-8:]
    return {"kind": f"{type(trouble).__module__}.{type(trouble).__qualname__}", "at": places}


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])


def _write(line: dict[str, Any]) -> None:
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    sys.stderr.write(json.dumps({"at_time": stamp, **line}, ensure_ascii=False) + "\n")


class LibraryLogHandler(logging.Handler):
    """Takes what libraries log, and keeps who spoke, how loud and where: never what was said."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record without its words."""
        trouble = record.exc_info[1] if record.exc_info else None
        where = f"{_short(record.pathname)}:{record.lineno}"
        line = {"event": LogEvent.FOREIGN, "logger": record.name, "level": record.levelname, "where": where}
        _write(line | (_anatomy(trouble) if trouble else {}))


def install(level: int = logging.WARNING) -> None:
    """Make this the only way out for words of libraries, threads, tasks and the interpreter itself."""
    logging.basicConfig(handlers=[LibraryLogHandler()], level=level, force=True)
    logging.captureWarnings(capture=True)  # a warning's words may hold a value
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    sys.excepthook = _last_words
    sys.unraisablehook = lambda broken: fault(broken.exc_value or RuntimeError())
    threading.excepthook = lambda broken: fault(broken.exc_value or RuntimeError())


def _last_words(_kind: type[BaseException], trouble: BaseException, _frames: TracebackType | None) -> None:
    fault(trouble)


def listen(loop: asyncio.AbstractEventLoop) -> None:
    """Take what goes wrong in tasks that nobody waits for."""
    loop.set_exception_handler(lambda _, context: fault(context.get("exception") or RuntimeError()))
