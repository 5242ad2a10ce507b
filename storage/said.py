"""What was said to events of the last hour, so that one that comes again gets the same answer.

The answers of what is written in one transaction lie sealed together: apart, each would cost pages of its own.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TypeAlias

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import tables
from storage.batch import Batch
from storage.database import fetched, padded, sql
from storage.days import Days
from storage.snapshot import ANSWERS, Answer

KEPT = timedelta(hours=1)

Marked: TypeAlias = Mapping[str, Mapping[bytes, date]]
"""Events by their ids: the marks of each, and under the key of which day."""


def marked(days: Days, events: Iterable[str]) -> Marked:
    """The marks of events under each key that is still there."""
    return {event: days.marks(event.encode("utf-8", "surrogatepass")) for event in events}


@cache
def _known(count: int) -> str:
    event, said = tables.events, tables.answers
    marks: list[BindParameter[bytes]] = [bindparam(f"m{number}") for number in range(count)]
    joined = event.outerjoin(said, event.c.answers == said.c.id)
    return sql(
        select(event.c.mark, said.c.id, said.c.sealed).select_from(joined).where(event.c.mark.in_(marks))
    )


async def known(connection: AsyncConnection, days: Days, marked: Marked) -> dict[str, Answer]:
    """Which of some events came before, and what was said to each: nothing, where that is no longer kept."""
    events = {mark: (event, day) for event, own in marked.items() for mark, day in own.items()}
    if not events:
        return {}
    found: dict[str, Answer] = {}
    asked = padded(events)
    for mark, row, sealed in await fetched(connection, _known(len(asked)), asked):
        event, day = events[mark]
        found[event] = Answer("th", ())
        if sealed is not None:
            opened = days.seals[day].open(sealed, "answers", str(row), "said")
            found[event] = ANSWERS.validate_json(opened)[mark.hex()]
    return found


def keep(answers: Iterable[tuple[str, Answer]], marked: Marked, batch: Batch) -> None:
    """Keep what is said to events that did not come before; one that stands twice among them is a conflict."""
    day, row = Days.day(batch.now), secrets.randbits(63)
    said = dict[str, Answer]()
    for event, answer in answers:
        mark = next(own for own, of in marked[event].items() if of == day)
        said[mark.hex()] = answer
        batch.insert("events", mark=mark, day=day, answers=row)
    sealed = batch.days.seals[day].seal(
        ANSWERS.dump_json(said, exclude_defaults=True), "answers", str(row), "said"
    )
    until = int((batch.now + KEPT).timestamp()) // 60
    batch.insert("answers", id=row, day=day, until=until, sealed=sealed)
