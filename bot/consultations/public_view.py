"""What people said, as the public may know it: from what the service desk keeps to what its pages show."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.bootstrap import House
from bot.consultations.queries import AT, terms_of
from handlers.office import Bilingual, Office, Subject
from ita_stats.calendar import day_in_bangkok
from ita_stats.opinions import feedback as standing
from ita_stats.opinions import json_schema as published
from ita_stats.opinions import results_builder as counting
from ita_stats.opinions.feedback import Topic, Year
from ita_stats.opinions.model import Consultation, Opinion, Theme, Voice
from ita_stats.opinions.render_overview import Overview, Ways, sorted_out
from ita_stats.opinions.results import Results
from ita_stats.opinions.results_builder import Terms
from storage.store import Store


class Heard(Protocol):
    """What the desk knows of public opinion."""

    async def consultations(self) -> Sequence[Consultation]:
        """All that were ever announced."""

    async def results(self, code: str) -> Results | None:
        """The results that were published of a consultation, as they were counted then; None where none were.

        Only the office's answers to its themes are those of now.
        """

    async def paper(self, code: str) -> bytes | None:
        """The PDF that a consultation came with; None where none did."""

    async def opinions(self) -> Sequence[Opinion]:
        """All standing opinions, those among them of which only these words are left."""


class Nobody:
    """A desk that has asked nobody yet."""

    async def consultations(self) -> Sequence[Consultation]:
        """None."""
        return ()

    async def results(self, _: str) -> Results | None:
        """None."""
        return None

    async def paper(self, _: str) -> bytes | None:
        """None."""
        return None

    async def opinions(self) -> Sequence[Opinion]:
        """None."""
        return ()


def hearing_at(house: House) -> "Hearing":
    """What the service desk of a house may tell."""
    store = house.desks["service"].store
    topics = tuple(
        Topic(one.code, one.name.th, one.name.en or one.name.th) for one in (*house.office.topics, ANY)
    )
    return Hearing(Kept(store), house.office, lambda: store.salt, topics)


ANY = Subject(code="general", name=Bilingual(th="ความคิดเห็นทั่วไป", en="General"))
"""Where an office names no topics."""


@dataclass(frozen=True)
class Kept:
    """What the desk has in its database."""

    store: Store

    async def consultations(self) -> Sequence[Consultation]:
        """All that were ever announced."""
        return await self.store.polls.consultations()

    async def results(self, code: str) -> Results | None:
        """What was published, with the office's answers as they are now."""
        kept = await self.store.polls.result(code)
        return shown(kept, await self.store.polls.themes(code)) if kept is not None else None

    async def paper(self, code: str) -> bytes | None:
        """As it was announced."""
        return await self.store.polls.paper(code)

    async def opinions(self) -> Sequence[Opinion]:
        """What is counted of all."""
        return await self.store.polls.opinions()


def closed(
    consultation: Consultation, voices: Iterable[Voice], themes: Sequence[Theme], terms: Terms
) -> bytes:
    """What is kept of a consultation when its results are published: counted once, as the JSON that is published."""
    return published.written(counting.results(consultation, voices, themes, terms))


def shown(kept: bytes, themes: Sequence[Theme]) -> Results:
    """What was kept of a consultation, with what the office answers to its themes by now."""
    return counting.renewed(published.read(kept), themes)


def ways(address: str = "") -> Ways:
    """Where one takes part and reads on. address: of the site, for who stands elsewhere; empty on the site itself."""
    return Ways(f"{address}/opinion?c={{code}}", f"{address}/opinion", AT + "/{code}")


@dataclass
class Hearing:
    """Reads what the public may know. topics: as office.toml names them; salt: gives a secret of the desk."""

    heard: Heard
    office: Office
    salt: Callable[[], bytes]
    topics: Sequence[Topic] = ()
    _years: dict[date, tuple[Year, ...]] = field(default_factory=dict)

    async def overview(self, now: datetime) -> Overview:
        """Everything, at an instant (UTC)."""
        known = await self.heard.consultations()
        found = [results for one in known if (results := await self.heard.results(one.code)) is not None]
        terms = terms_of(self.office, self.salt())
        today = day_in_bangkok(now)
        running, waiting, closed = sorted_out(known, found, now)
        years = await self._standing(today)
        return Overview(terms.office_th, terms.office_en, today, running, waiting, closed, years)

    async def announced(self, code: str) -> Consultation | None:
        """A consultation that is known by a code."""
        return next((one for one in await self.heard.consultations() if one.code == code), None)

    async def _standing(self, today: date) -> tuple[Year, ...]:
        """The standing opinions: only months that are over are counted, so a day's figures do not change."""
        if today not in self._years:
            said = await self.heard.opinions()
            least = self.office.statistics.hide_below
            found = await asyncio.to_thread(standing.years, said, self.topics, today, least, self.salt())
            self._years = {today: found}
        return self._years[today]
