"""A whole desk in this process: real engine, real storage, keys of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.engine import Engine
from bot.importers import faq_file as knowledge
from bot.statistics import chat_queries as counting
from handlers import thai
from handlers.complaints.lifecycle import Step, after
from handlers.complaints.messages import AddEntry, By, CaseView, EntryKind, FindCase, MoveCase
from handlers.complaints_desk import Complaints
from handlers.dialog.events import Act, Channel, Event, Message, Session, Turn
from handlers.dialog.receipt import reads
from handlers.questions.messages import AddLine, FindThread, LineKind, Thread
from handlers.staff.members import ListStaff, Profile
from handlers.staff.permissions import Role
from storage import store, tables
from storage.crypto import key_files as keys
from storage.store import Store
from tests import counter
from tests.play import office_beside


@dataclass
class Desk:
    """A desk and what the tests look at in it."""

    engine: Engine
    store: Store
    away: timedelta = timedelta()
    faults: list[BaseException] = field(default_factory=list)
    acts: int = 0

    def now(self) -> datetime:
        """The instant, as far from the true one as the test has moved it."""
        return datetime.now(UTC) + self.away

    def who(self, name: str) -> bytes:
        """A person."""
        return self.store.seals.who("test", name)

    async def hears(self, event: Event) -> tuple[Message, ...]:
        """Hand it an event. A fault is the test's failure, not a person's excuse."""
        answer = await self.engine.handle(event)
        if self.faults:
            raise self.faults.pop()
        return answer.messages

    async def case_of(self, receipt: str) -> str | None:
        """The case of a receipt."""
        view = await self.view(receipt)
        return view.id if view else None

    async def view(self, receipt: str) -> CaseView | None:
        """What the reporter sees."""
        known = reads(receipt)
        assert known is not None
        found: CaseView | None = await self.store.answer(FindCase(known), self.now())
        return found

    async def step(self, receipt: str, step: Step, text: str = "") -> None:
        """The office takes a step, as a command beside the server would."""
        view = await self.view(receipt)
        assert view is not None
        now = self.now()
        status = after(view.status, step)
        await self.office(MoveCase(view.id, view.seq + 1, thai.day(now), step, status, By.OFFICE, text))

    async def tell(self, receipt: str, words: str) -> None:
        """The office says something."""
        view = await self.view(receipt)
        assert view is not None
        now = self.now()
        await self.office(AddEntry(view.id, view.seq + 1, thai.day(now), EntryKind.OFFICE, By.OFFICE, words))

    async def employ(self, person: str, role: str) -> str:
        """Add somebody to the staff; gives the code to join by."""
        return await self.store.personnel.add(Role(role), Profile(person), self.now())

    async def dismiss(self, person: str) -> None:
        """Remove somebody from the staff."""
        everybody = await self.store.answer(ListStaff(), self.now())
        staff = next(one for one in everybody if one.name == person)
        await self.store.personnel.remove(staff.id, thai.day(self.now()), self.now())

    async def thread(self, code: str) -> Thread:
        """What was said about a question."""
        known = reads(code)
        assert known is not None
        found: Thread | None = await self.store.answer(FindThread(known), self.now())
        assert found is not None
        return found

    async def answers(self, code: str, words: str) -> None:
        """The office answers a question."""
        thread = await self.thread(code)
        on = thai.day(self.now())
        await self.office(AddLine(thread.id, thread.seq + 1, on, LineKind.ANSWER, By.OFFICE, words))

    async def office(self, act: Act) -> None:
        """Carry out an act of an officer."""
        self.acts += 1
        officer = self.who("officer")
        event = Event(f"office-{id(self)}-{self.acts}", officer, Channel.TERMINAL)
        before = await self.store.session(officer)
        after_ = replace(before or Session(), at=self.now())
        await self.store.commit(event, before, Turn(after_, (), (act,)), self.now())

    async def stories(self) -> dict[str, str]:
        """What happened, by case."""
        async with self.store._reader.connect() as connection:
            cases = list((await connection.execute(select(tables.cases.c.id))).scalars())
        return {case: (await self.store.report(case)).answers["story"] for case in cases}

    async def numbers(self) -> list[int]:
        """The register numbers that were given."""
        async with self.store._reader.connect() as connection:
            return sorted((await connection.execute(select(tables.cases.c.number))).scalars())

    async def findings(self) -> list[str]:
        """What is wrong with the database or the audit trail."""
        async with self.store._reader.connect() as connection:
            sound = (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar_one()
        return ([] if sound == "ok" else [sound]) + await self.store.verify_audit()


@asynccontextmanager
async def opened(home: Path, name: str = "complaints") -> AsyncIterator[Desk]:
    """A desk in a folder, where `ita-bot` with ITA_HOME of that folder finds it too."""
    ring = keys.opened(keys.Place.under(home, name))
    async with store.opened(ring, datetime.now(UTC)) as one:
        if name == "service":
            await knowledge.lay_out(one, datetime.now(UTC))
        office = office_beside(home)
        router = Complaints(office, one.roster) if name == "complaints" else counter.desk(one.roster)
        engine = Engine(router, one, answers=counting.answers(one, office, name))
        desk = Desk(engine, one)
        engine.now, engine.fault = desk.now, desk.faults.append
        yield desk
