"""What is due: each thing is done once, whether the clock ran in time, ran twice, or was down for a week."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.office import Office
from ita_stats.calendar import day_in_bangkok
from storage import folders
from storage.keys import Place
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Did:
    """One thing that the clock did."""

    desk: str
    did: str
    count: int


async def tick(place: Place, store: Store, office: Office, now: datetime) -> AsyncIterator[Did]:
    """Do all that is due at an instant (UTC), and tell what was done."""
    forget = store.retention
    after_closing = timedelta(days=office.retention.after_closing_days)
    for did, count in (
        ("drafts-lapsed", await forget.lapse_sessions(now)),
        ("answers-forgotten", await forget.forget_events(now)),
        ("files-swept", await store.evidence.sweep(now)),
        ("cases-erased", await forget.erase_cases(now, after_closing)),
    ):
        if count:
            yield Did(place.desk, did, count)
    await (
        forget.checkpoint()
    )  # the log may hold who wrote beside what was filed, so no minute passes without it
    if await forget.once("anchor", str(day_in_bangkok(now))):
        await keep_anchor(place, store, now)
        yield Did(place.desk, "audit-anchored", 1)


async def keep_anchor(place: Place, store: Store, now: datetime) -> None:
    """Write the head of the audit trail beside the database, to be carried elsewhere."""
    anchor = await store.anchor(now)
    folder = place.folder / "anchors"
    folders.private(folder)
    path = folder / f"{day_in_bangkok(now)}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(anchor.model_dump_json() + "\n")
        file.flush()
        os.fsync(file.fileno())
    folders.sync(folder)
