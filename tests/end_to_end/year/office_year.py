"""An office's year: citizens who write, officers who act only when they are told, and what goes wrong on the way."""

import asyncio
import random
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from bot.backup.keys_file import parse_keys_file
from bot.backup.making import BackupJob
from bot.bootstrap import App, open_app
from bot.delivery.transport import PlatformLimits
from bot.delivery.worker import DeliveryWorker
from bot.health.measurements import count_missing_releases
from bot.jobs.housekeeping import run_due_jobs
from bot.jobs.publishing import run_publishing_jobs
from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import Message
from handlers.staff.permissions import Role
from handlers.workdays import is_workday
from ita_stats.calendar import BANGKOK, to_bangkok_date
from storage.backup.age_files import Identity, open_age_file
from storage.backup.folder import BackupFolder
from storage.crypto.key_files import DeskPaths, write_key_files
from storage.errors import DiskFullError, StorageError
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officers import Officer, add_officer
from tests.in_memory_desk import OFFICE_TOML, WHOLE_REPORT

NUMBER = re.compile(r"\d+/25\d\d")
VISITS = (time(2, 0), time(8, 5), time(10, 30), time(13, 0), time(16, 0), time(20, 30))
"""When something happens each day (Bangkok): the backup, the reminders, officers and citizens in turn."""

BACKUP_VISIT, OFFICER_VISITS, CITIZEN_VISITS = VISITS[0], (VISITS[2], VISITS[4]), (VISITS[3], VISITS[5])
PUBLISHING_VISIT = time(8, 5)
REPORTS_A_VISIT = 0.35
UNLIMITED_PAGES = 2**30
KEPT_AFTER_CLOSING = 120
"""Days, so that some cases of the year are erased within it."""

YEAR_OFFICE_TOML = OFFICE_TOML.replace('counted_in = "calendar"', 'counted_in = "working"').replace(
    "after_closing_days = 365", f"after_closing_days = {KEPT_AFTER_CLOSING}"
)


@dataclass
class YearDesk(DeskHarness):
    """A desk whose clock is set by the year."""

    instant: datetime = datetime(2026, 10, 1, tzinfo=UTC)
    database: Path = Path()

    def now(self) -> datetime:
        return self.instant


@dataclass
class OfficerPhones:
    """Telegram, as far as the officers' phones are concerned. told: register numbers by phone, not yet looked at."""

    told: dict[bytes, list[str]] = field(default_factory=dict)
    limits: PlatformLimits = field(default_factory=PlatformLimits)
    messages: int = 0

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:
        self.messages += len(messages)
        for message in messages:
            self.told.setdefault(back, []).extend(NUMBER.findall(message.text))

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Nobody sends files."""
        raise AssertionError(what)
        yield b""


@dataclass
class Figures:
    """What came of the year."""

    days: int = 0
    reports: int = 0
    refused_by_full_disk: int = 0
    answered: int = 0
    closed: int = 0
    erased: int = 0
    backups: int = 0
    failed_backups: int = 0
    upgrades: int = 0
    missed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass
class OfficeYear:
    """An office in a folder. filed: receipts with the day on which they were given."""

    folder: Path
    chance: random.Random
    phones: OfficerPhones = field(default_factory=OfficerPhones)
    identity: Identity = field(default_factory=Identity)
    figures: Figures = field(default_factory=Figures)
    filed: dict[str, date] = field(default_factory=dict)
    people: dict[str, Officer] = field(default_factory=dict)
    is_disk_full: bool = False
    waiting_citizens: int = 0
    event_count: int = 0
    act_count: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "var"

    @property
    def backups(self) -> BackupFolder:
        return BackupFolder(self.folder / "backups")

    @asynccontextmanager
    async def open(self, instant: datetime) -> AsyncIterator[tuple[App, YearDesk, DeliveryWorker]]:
        """Start the program at an instant; end it in the end."""
        async with open_app(["complaints", "service"], instant) as app:
            running = app.desks["complaints"]
            desk = YearDesk(
                running.engine,
                running.store,
                act_count=self.act_count,
                instant=instant,
                database=running.paths.database,
            )
            running.engine.now, running.engine.on_error = desk.now, desk.errors.append
            for person in self.people.values():
                person.desk = desk
            worker = DeliveryWorker(
                running.engine, running.store, {Channel.TELEGRAM: self.phones}, desk.errors.append
            )
            if self.is_disk_full:
                await self.set_pages(desk, None)
            yield app, desk, worker
            self.act_count = desk.act_count
            await worker.close()

    async def set_pages(self, desk: YearDesk, most: int | None) -> None:
        """Let the database grow no further (None), or without limit."""
        raw = (await desk.store.committer.connection.get_raw_connection()).driver_connection
        assert raw is not None
        if most is None:
            most = (await (await raw.execute("PRAGMA page_count")).fetchone())[0]
        await raw.execute(f"PRAGMA max_page_count = {most}")

    def live(self, first: date, last: date) -> None:
        """Live some days through, from one start of the program to its end."""

        async def run_in_loop() -> None:
            async with self.open(at(first, time(0, 30))) as (app, desk, worker):
                day = first
                while day <= last:
                    await self.live_day(app, desk, worker, day)
                    day += timedelta(days=1)

        asyncio.run(run_in_loop())

    async def live_day(self, app: App, desk: YearDesk, worker: DeliveryWorker, day: date) -> None:
        self.figures.days += 1
        for visit in VISITS:
            desk.instant = at(day, visit)
            await self.run_jobs(app, desk, worker)
            if visit is BACKUP_VISIT:
                await self.back_up(app, desk)
            elif visit in CITIZEN_VISITS:
                count = self.waiting_citizens + (self.chance.random() < REPORTS_A_VISIT or self.is_disk_full)
                self.waiting_citizens = 0
                for _ in range(count):
                    await self.file_report(desk)
            elif visit in OFFICER_VISITS and is_workday(day):
                await self.work(desk)
        if not self.is_disk_full:
            for name, running in app.desks.items():
                missing = await count_missing_releases(
                    running.store, app.office.statistics, desk.instant + timedelta(hours=1)
                )
                if missing:
                    self.figures.missed.append(f"{day}: {missing} releases of {name}")

    async def run_jobs(self, app: App, desk: YearDesk, worker: DeliveryWorker) -> None:
        """Do what the running program does each minute; once a day what it publishes."""
        for running in app.desks.values():
            try:
                async for _ in run_due_jobs(running.paths, running.store, app.office, desk.instant):
                    pass
            except StorageError:
                assert self.is_disk_full
        if at(to_bangkok_date(desk.instant), PUBLISHING_VISIT) == desk.instant:
            async for _ in run_publishing_jobs(app, desk.instant):
                pass
        await worker.run_once()
        self.forgive(desk)

    def forgive(self, desk: YearDesk) -> None:
        """Errors are those of a full disk, or the test fails."""
        errors, desk.errors[:] = list(desk.errors), []
        if errors and not self.is_disk_full:
            raise errors[0]

    async def back_up(self, app: App, desk: YearDesk) -> None:
        """Make the night's backup, for which a full disk has no room."""

        def stop_where_full(step: str) -> None:
            if self.is_disk_full and step == "seal":
                raise DiskFullError("there is no room for a backup")

        try:
            job = BackupJob(app, self.backups, self.identity.recipient, on_step=stop_where_full)
            made = await job.run(desk.instant)
        except StorageError:
            assert self.is_disk_full
            self.figures.failed_backups += 1
            return
        assert made.findings == ()
        self.figures.backups += 1

    async def file_report(self, desk: YearDesk) -> None:
        """A citizen tells a whole report; one who is told that it could not be kept comes back another day."""
        who, choices, answer = desk.person_id(f"citizen {self.event_count}"), (), ()
        for line in (*WHOLE_REPORT, "[ส่งเรื่อง]"):
            self.event_count += 1
            content = {"text": line}
            if line.startswith("["):
                picked = [data for label, data in choices if label == line[1:-1]]
                if not picked:
                    break  # an earlier line was not kept
                content = {"choice": picked[0]}
            event = Event(f"citizen-{self.event_count}", who, Channel.WEB, **content)  # type: ignore[arg-type]
            answer = (await desk.engine.handle(event)).messages
            choices = tuple(choice for message in answer for choice in message.choices)
            if desk.errors:
                break
        self.forgive(desk)
        receipts = [message.receipt for message in answer if message.receipt]
        if receipts:
            self.filed[receipts[0]] = to_bangkok_date(desk.instant)
            self.figures.reports += 1
        else:
            assert self.is_disk_full, [message.text for message in answer]
            self.figures.refused_by_full_disk += 1
            self.waiting_citizens += 1

    async def work(self, desk: YearDesk) -> None:
        """Each officer looks at what the phone told, and does the next thing to each of those cases; nothing else."""
        for phone, numbers in list(self.phones.told.items()):
            person = self.people.get(phone.decode(errors="replace"))
            self.phones.told[phone] = []
            for number in dict.fromkeys(numbers):
                try:
                    is_done = person is None or await self.do_next(desk, person, number)
                except StorageError:
                    assert self.is_disk_full
                    is_done = False
                if not is_done:
                    self.phones.told[phone].append(number)  # looked at again the next time
                self.forgive(desk)

    async def do_next(self, desk: YearDesk, person: Officer, number: str) -> bool:
        """Do the next thing to a case; whether it is done, or nothing is to do."""
        before = read_case(desk, number)
        if before is None or before.has_ended or (before.officer and before.officer != person.id):
            return True
        if not before.officer:
            commands = [f"/take {number}", f"/screen {number}"]
        elif not before.is_answered:
            commands = [f"/reply {number} รับเรื่องไว้แล้ว กำลังตรวจสอบ"]
        else:
            commands = [
                f"/investigate {number}",
                f"/close {number} insufficient ตรวจสอบแล้วไม่พบพยานหลักฐาน",
            ]
        for command in commands:
            await person.confirm(await person.say(command))
        return not self.is_disk_full

    def fill_disk(self) -> None:
        """Leave no room, not even the pages of what was erased."""
        with closing(sqlite3.connect(DeskPaths.under(self.home, "complaints").database)) as raw:
            raw.execute("VACUUM")
        self.is_disk_full = True

    def lose_key(self) -> Path:
        """Lose a key of the complaints desk."""
        path = DeskPaths.under(self.home, "complaints").key_paths["seal"]
        path.unlink()
        return path

    def put_keys_back(self) -> None:
        """Take the keys of the newest backup, with the private key that the office has elsewhere."""
        content = BytesIO()
        open_age_file(self.backups.get_keys_path(self.backups.list_backups()[-1]), self.identity, content)
        keys = parse_keys_file(content.getvalue())
        write_key_files(DeskPaths.under(self.home, "complaints"), keys["complaints"])

    def hire(self, day: date) -> None:
        """Two officers and a supervisor join, each with a phone."""

        async def run_in_loop() -> None:
            async with self.open(at(day, time(0, 10))) as (_, desk, _worker):
                for name, role in (
                    ("สมชาย", Role.OFFICER),
                    ("สมหญิง", Role.OFFICER),
                    ("ประภา", Role.SUPERVISOR),
                    ("วีระ", Role.ADMIN),
                ):
                    self.people[name] = await add_officer(desk, name, role, name.encode())

        asyncio.run(run_in_loop())

    def leave(self, day: date, name: str) -> None:
        """An officer leaves; whoever runs the channel ends their rights, and their cases go to another."""

        async def run_in_loop() -> None:
            async with self.open(at(day, time(0, 10))) as (_, desk, _worker):
                admin, gone = self.people["วีระ"], self.people.pop(name)
                listed = "\n".join(message.text for message in await admin.say("/staff"))
                places = {
                    who: int(place) for place, who in re.findall(r"^(\d+)[.)]? *(\S+)", listed, re.MULTILINE)
                }
                handover = f"/handover {places[name]} {places['สมหญิง']}"
                await admin.say(handover)  # asks for the second factor
                answer = await admin.say(admin.totp_code())
                while press := [data for _, data in answer[-1].choices if data.startswith("/handover")]:
                    answer = await admin.pick(press[0])  # fifty cases at a time
                await desk.store.staff_admin.remove(gone.id, day, desk.instant)
                self.phones.told.pop(name.encode(), None)
                assert read_open_cases(desk, gone.id) == 0

        asyncio.run(run_in_loop())

    def check(self, day: date) -> None:
        """Look whether everything that was filed is there, whole, and was answered in time."""

        async def run_in_loop() -> None:
            async with self.open(at(day, time(0, 10))) as (_, desk, _worker):
                assert await desk.check_integrity() == []
                for receipt, on in self.filed.items():
                    known = parse_receipt(receipt)
                    assert known is not None
                    await self.check_case(desk, receipt, on, day)

        asyncio.run(run_in_loop())

    async def check_case(self, desk: YearDesk, receipt: str, filed_on: date, day: date) -> None:
        case = await desk.find_reporter_case(receipt)
        if case is None:
            self.figures.erased += 1
            if day - filed_on < timedelta(days=KEPT_AFTER_CLOSING):
                self.figures.lost.append(f"of {filed_on}")
            return
        report = await desk.store.load_report(case.id)
        if not report.answers.get("story") or case.received_on != filed_on:
            self.figures.lost.append(f"of {filed_on}, not whole")
        answers = [entry.on for entry in case.entries if entry.kind is HistoryEntryKind.OFFICE]
        self.figures.answered += bool(answers)
        self.figures.closed += case.outcome is not None
        assert case.answer_by is not None
        if min([*answers, day]) > case.answer_by:
            self.figures.missed.append(f"case of {filed_on}, due {case.answer_by}")


@dataclass(frozen=True)
class CaseRow:
    """What an officer sees at a glance."""

    officer: str
    is_answered: bool
    has_ended: bool


def at(day: date, hour: time) -> datetime:
    """An instant of a day in Bangkok."""
    return datetime.combine(day, hour, BANGKOK).astimezone(UTC)


def read_case(desk: YearDesk, number: str) -> CaseRow | None:
    """The row of a case by its register number."""
    count, _, year = number.partition("/")
    with closing(sqlite3.connect(desk.database)) as raw:
        row = raw.execute(
            "SELECT officer, open, EXISTS (SELECT 1 FROM history WHERE case_id = cases.id AND kind = 'office')"
            " FROM cases WHERE number = ? AND fiscal_year = ?",
            (count, year),
        ).fetchone()
    return CaseRow(row[0] or "", bool(row[2]), not row[1]) if row else None


def read_open_cases(desk: YearDesk, officer: str) -> int:
    """How many open cases somebody has."""
    with closing(sqlite3.connect(desk.database)) as raw:
        row = raw.execute("SELECT count(*) FROM cases WHERE officer = ? AND open", (officer,)).fetchone()
    return int(row[0])
