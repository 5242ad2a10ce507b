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
from handlers.complaints.lifecycle import TransitionRequest, after
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Act, Channel, Event, Message, Session, TurnResult
from handlers.dialog.receipt import reads
from handlers.questions.messages import AppendThreadLine, FindThreadByCode, QuestionThread, ThreadLineKind
from handlers.staff.members import ListStaff, StaffProfile
from handlers.staff.permissions import Role
from storage import store, tables
from storage.crypto import key_files as keys
from storage.store import Store
from tests import counter
from tests.play import office_beside


@dataclass
class DeskHarness:
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

    async def view(self, receipt: str) -> ReporterCase | None:
        """What the reporter sees."""
        known = reads(receipt)
        assert known is not None
        found: ReporterCase | None = await self.store.answer(FindCase(known), self.now())
        return found

    async def step(self, receipt: str, step: TransitionRequest, text: str = "") -> None:
        """The office takes a step, as a command beside the server would."""
        view = await self.view(receipt)
        assert view is not None
        now = self.now()
        status = after(view.status, step)
        await self.office(
            ApplyTransition(view.id, view.seq + 1, thai.day(now), step, status, ActorKind.OFFICE, text)
        )

    async def tell(self, receipt: str, words: str) -> None:
        """The office says something."""
        view = await self.view(receipt)
        assert view is not None
        now = self.now()
        await self.office(
            AddHistoryEntry(
                view.id, view.seq + 1, thai.day(now), HistoryEntryKind.OFFICE, ActorKind.OFFICE, words
            )
        )

    async def employ(self, person: str, role: str) -> str:
        """Add somebody to the staff; gives the code to join by."""
        return await self.store.personnel.add(Role(role), StaffProfile(person), self.now())

    async def dismiss(self, person: str) -> None:
        """Remove somebody from the staff."""
        everybody = await self.store.answer(ListStaff(), self.now())
        staff = next(one for one in everybody if one.name == person)
        await self.store.personnel.remove(staff.id, thai.day(self.now()), self.now())

    async def thread(self, code: str) -> QuestionThread:
        """What was said about a question."""
        known = reads(code)
        assert known is not None
        found: QuestionThread | None = await self.store.answer(FindThreadByCode(known), self.now())
        assert found is not None
        return found

    async def answers(self, code: str, words: str) -> None:
        """The office answers a question."""
        thread = await self.thread(code)
        on = thai.day(self.now())
        await self.office(
            AppendThreadLine(thread.id, thread.seq + 1, on, ThreadLineKind.ANSWER, ActorKind.OFFICE, words)
        )

    async def office(self, act: Act) -> None:
        """Carry out an act of an officer."""
        self.acts += 1
        officer = self.who("officer")
        event = Event(f"office-{id(self)}-{self.acts}", officer, Channel.TERMINAL)
        before = await self.store.session(officer)
        after_ = replace(before or Session(), at=self.now())
        await self.store.commit(event, before, TurnResult(after_, (), (act,)), self.now())

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
async def opened(home: Path, name: str = "complaints") -> AsyncIterator[DeskHarness]:
    """A desk in a folder, where `ita-bot` with ITA_HOME of that folder finds it too."""
    ring = keys.opened(keys.DeskPaths.under(home, name))
    async with store.opened(ring, datetime.now(UTC)) as one:
        if name == "service":
            await knowledge.lay_out(one, datetime.now(UTC))
        office = office_beside(home)
        router = ComplaintsDesk(office, one.roster) if name == "complaints" else counter.desk(one.roster)
        engine = Engine(router, one, answers=counting.answers(one, office, name))
        desk = DeskHarness(engine, one)
        engine.now, engine.fault = desk.now, desk.faults.append
        yield desk
