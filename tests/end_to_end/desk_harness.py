"""A whole desk in this process: real engine, real storage, keys of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bot.engine import Engine
from bot.importers.faq_file import store_example_faq
from bot.statistics.chat_queries import build_query_handlers
from handlers.complaints.lifecycle import TransitionRequest, get_next_status
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import Act, TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import Message
from handlers.dialog.session import Session
from handlers.questions.contact_answers import fill_catalogue
from handlers.questions.messages import AppendThreadLine, FindThreadByCode, QuestionThread, ThreadLineKind
from handlers.staff.members import ListStaff, StaffProfile
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store
from tests.in_memory_desk import load_office_beside
from tests.in_memory_service_desk import make_service_desk
from tests.report import FiledReport
from tests.template_desk import copy_template_desk


@dataclass
class DeskHarness:
    """A desk, with helpers to act as the office and to read its store."""

    engine: Engine
    store: Store
    clock_offset: timedelta = timedelta()
    errors: list[BaseException] = field(default_factory=list)
    act_count: int = 0
    invitation_digits: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The current time, shifted by the test's clock offset."""
        return datetime.now(UTC) + self.clock_offset

    def person_id(self, name: str) -> bytes:
        return self.store.keyring.hash_id("test", name)

    async def handle(self, event: Event) -> tuple[Message, ...]:
        """Handle an event. An internal error fails the test instead of becoming an error message to the person."""
        answer = await self.engine.handle(event)
        if self.errors:
            raise self.errors.pop()
        return answer.messages

    async def find_case_id(self, receipt: str) -> str | None:
        """The id of the case with a receipt."""
        view = await self.find_reporter_case(receipt)
        return view.id if view else None

    async def find_reporter_case(self, receipt: str) -> ReporterCase | None:
        """The case with a receipt, as the reporter sees it."""
        known = parse_receipt(receipt)
        assert known is not None
        found: ReporterCase | None = await self.store.answer_query(FindCase(known), self.now())
        return found

    async def move_case(self, receipt: str, step: TransitionRequest, text: str = "") -> None:
        """Take a lifecycle step as the office, like a command beside the server would."""
        view = await self.find_reporter_case(receipt)
        assert view is not None
        now = self.now()
        status = get_next_status(view.status, step)
        await self.commit_office_act(
            ApplyTransition(view.id, view.seq + 1, to_bangkok_date(now), step, status, ActorKind.OFFICE, text)
        )

    async def send_office_message(self, receipt: str, words: str) -> None:
        """Send a message from the office to the reporter."""
        view = await self.find_reporter_case(receipt)
        assert view is not None
        now = self.now()
        await self.commit_office_act(
            AddHistoryEntry(
                view.id,
                view.seq + 1,
                to_bangkok_date(now),
                HistoryEntryKind.OFFICE,
                ActorKind.OFFICE,
                words,
            )
        )

    async def add_staff(self, person: str, role: str) -> str:
        """Add a person to the staff; returns the invitation code."""
        invitation = await self.store.staff_admin.add(Role(role), StaffProfile(person), self.now())
        self.invitation_digits[person] = invitation.digits
        return invitation.code

    async def remove_staff(self, person: str) -> None:
        """Remove a person from the staff."""
        everybody = await self.store.answer_query(ListStaff(), self.now())
        staff = next(one for one in everybody if one.name == person)
        await self.store.staff_admin.remove(staff.id, to_bangkok_date(self.now()), self.now())

    async def load_thread(self, code: str) -> QuestionThread:
        """The thread of the question with a code."""
        known = parse_receipt(code)
        assert known is not None
        found: QuestionThread | None = await self.store.answer_query(FindThreadByCode(known), self.now())
        assert found is not None
        return found

    async def answer_question(self, code: str, words: str) -> None:
        """Answer a question as the office."""
        thread = await self.load_thread(code)
        on = to_bangkok_date(self.now())
        await self.commit_office_act(
            AppendThreadLine(thread.id, thread.seq + 1, on, ThreadLineKind.ANSWER, ActorKind.OFFICE, words)
        )

    async def commit_office_act(self, act: Act) -> None:
        """Commit an act as an officer."""
        self.act_count += 1
        officer = self.person_id("officer")
        event = Event(f"office-{id(self)}-{self.act_count}", officer, Channel.TERMINAL)
        before = await self.store.load_session(officer)
        after = replace(before or Session(), at=self.now())
        await self.store.commit(event, before, TurnResult(after, (), (act,)), self.now())

    async def load_stories(self) -> dict[str, str]:
        """The story of every case, by case id."""
        async with self.store._reader.connect() as connection:
            cases = list((await connection.execute(select(tables.cases.c.id))).scalars())
        return {case: (await self.store.load_report(case)).answers["story"] for case in cases}

    async def load_filed_report(self, receipt: str) -> FiledReport:
        """What was filed under a receipt, decrypted with the keys of the desk."""
        case = await self.find_case_id(receipt)
        assert case is not None, "there is no case with that receipt"
        report, identity = await self.store.load_report(case), await self.store.load_identity(case)
        return FiledReport({**report.answers, **identity}, len(report.files))

    async def load_register_numbers(self) -> list[int]:
        """All register numbers, sorted."""
        async with self.store._reader.connect() as connection:
            return sorted((await connection.execute(select(tables.cases.c.number))).scalars())

    async def check_integrity(self) -> list[str]:
        """Check the database and the audit log; returns what is wrong."""
        async with self.store._reader.connect() as connection:
            result = (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar_one()
        return ([] if result == "ok" else [result]) + await self.store.verify_audit()


@asynccontextmanager
async def open_desk(home: Path, name: str = "complaints") -> AsyncIterator[DeskHarness]:
    """Open a desk in a folder, where `ita-bot` with ITA_HOME set to that folder finds it too."""
    paths = DeskPaths.under(home, name)
    copy_template_desk(paths)
    keys = load_or_create_keys(paths)
    async with open_store(keys, datetime.now(UTC)) as store:
        if name == "service":
            await store_example_faq(store, datetime.now(UTC))
        office = load_office_beside(home)
        store.faq.fill_answers(partial(fill_catalogue, contact=office.contact))
        router = (
            ComplaintsDesk(office, store.roster, get_office=store.get_office)
            if name == "complaints"
            else replace(make_service_desk(store.roster), get_office=store.get_office)
        )
        engine = Engine(router, store, query_handlers=build_query_handlers(store, office, name))
        desk = DeskHarness(engine, store)
        engine.now, engine.on_error = desk.now, desk.errors.append
        yield desk
