"""A play: the pure talk on a stage of dictionaries, exact and without an event loop, a database or a mock."""

import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from handlers import i18n as wording
from handlers import thai
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, TransitionRequest, after
from handlers.complaints.messages import (
    AddHistoryEntry,
    ApplyTransition,
    Attempts,
    FileCase,
    FindCase,
    GetAttempts,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
    SaveAttempts,
)
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog import receipt as receipts
from handlers.dialog.events import (
    Act,
    Channel,
    DeleteFiles,
    Event,
    File,
    Message,
    NewReceipt,
    Now,
    Query,
    Session,
    StoreTextFile,
    TurnResult,
)
from handlers.dialog.receipt import Receipt
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember

ROOT = Path(__file__).parent.parent
OFFICE = Office.model_validate(tomllib.loads((ROOT / "office.example.toml").read_text("utf-8")))
STRICT = (ROOT / "office.example.toml").read_text("utf-8").replace("unfounded = false", "unfounded = true")
"""The office.toml of an office in which it takes two to close a case as unfounded."""

MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok, 22 พฤศจิกายน 2569


def office_beside(home: Path) -> Office:
    """The office whose office.toml lies beside a data folder, where `ita-bot` finds it too; else the example's."""
    own = home.parent / "office.toml"
    return Office.model_validate(tomllib.loads(own.read_text("utf-8"))) if own.exists() else OFFICE


@dataclass
class InMemoryDesk:
    """The world of a play: what the register, the clock and chance answer, and what was done to them."""

    router: ComplaintsDesk = field(default_factory=lambda: ComplaintsDesk(OFFICE))
    now: datetime = MORNING
    channel: Channel = Channel.WEB
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    sessions: dict[bytes, Session] = field(default_factory=dict)
    cases: dict[str, ReporterCase] = field(default_factory=dict)
    filed: list[FileCase] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    tries: dict[bytes, Attempts] = field(default_factory=dict)
    kept: list[StoreTextFile] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    staff: tuple[StaffMember, ...] = ()

    def person(self, name: str = "ก") -> "ChatUser":
        """Somebody who writes."""
        return ChatUser(self, name.encode())

    def answer(self, query: Query[Any]) -> Any:
        """What the world answers."""
        match query:
            case Now():
                return self.now
            case NewReceipt():
                return receipts.made_of(self.chance.getrandbits(80))
            case FindCase(receipt):
                return self.cases.get(receipt.symbols)
            case ListStaff():
                return self.staff
            case GetAttempts(who):
                return self.tries.get(who, Attempts())
            case StoreTextFile(text, name):
                self.kept.append(query)
                return File(f"{len(self.kept):032x}", name, "text/plain", len(text.encode()))
        raise AssertionError(query)

    def decide(self, event: Event, session: Session | None) -> TurnResult:
        """Drive one decision to its end."""
        deciding = self.router.decide(event, session)
        answer = None
        while True:
            try:
                query = deciding.send(answer)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            answer = self.answer(query)

    def write(self, act: Act) -> None:
        """Carry out an act."""
        self.acts.append(act)
        match act:
            case FileCase():
                assert act.receipt.symbols not in self.cases
                self.filed.append(act)
                first = HistoryEntry(1, act.on, HistoryEntryKind.FILED)
                case = ReporterCase(f"{len(self.filed)}", CaseStatus.RECEIVED, None, act.on, (first,))
                self.cases[act.receipt.symbols] = case
            case AddHistoryEntry():
                self._append(
                    act.case,
                    HistoryEntry(act.seq, act.on, act.kind, text=act.text if act.by == "office" else ""),
                )
            case ApplyTransition():
                step = act.step
                entry = HistoryEntry(
                    act.seq,
                    act.on,
                    HistoryEntryKind.MOVED,
                    act.status,
                    step.outcome,
                    step.reason,
                    step.body,
                    act.text,
                )
                self._append(act.case, entry, status=act.status, outcome=step.outcome)
            case SaveAttempts():
                self.tries[act.who] = act.tries
            case DeleteFiles():
                self.dropped.extend(act.ids)
            case _:
                raise AssertionError(act)

    def _append(self, case: str, entry: HistoryEntry, **changes: CaseStatus | CaseOutcome | None) -> None:
        symbols, view = next((s, v) for s, v in self.cases.items() if v.id == case)
        assert entry.seq == view.seq + 1
        self.cases[symbols] = replace(view, entries=(*view.entries, entry), **changes)  # type: ignore[arg-type]

    def move(self, receipt: str, step: TransitionRequest, text: str = "") -> None:
        """The office takes a step in a case."""
        view = self.cases[receipts.folded(receipt)]
        act = ApplyTransition(
            view.id,
            view.seq + 1,
            thai.day(self.now),
            step,
            after(view.status, step),
            "office",
            text,
        )  # type: ignore[arg-type]
        self.write(act)

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class ChatUser:
    """A person in a play: says something, and hears messages."""

    stage: InMemoryDesk
    who: bytes
    heard: list[Message] = field(default_factory=list)
    receipt: str = ""
    events: int = 0

    def says(self, text: str) -> str:
        """Type a text, or pick by label where it stands in brackets: `[แจ้งเรื่อง]`."""
        if text.startswith("[") and text.endswith("]"):
            return self.picks(text[1:-1])
        return self.does(text=text)

    def picks(self, label: str) -> str:
        """Tap a button of the last message that has any."""
        buttons = dict(next(m.choices for m in reversed(self.heard) if m.choices))
        assert label in buttons, f"no button “{label}” among {list(buttons)}"
        return self.does(choice=buttons[label])

    def sends(self, name: str = "ภาพ.jpg", size: int = 1000, **more: Any) -> str:
        """Send a file."""
        self.events += 1
        return self.does(file=File(f"{self.events:032x}", name, "image/jpeg", size, **more))

    def does(self, **deed: Any) -> str:
        """One event; returns all that is said in answer."""
        self.events += 1
        event = Event(f"{self.who!r}-{self.events}", self.who, self.stage.channel, **deed)
        turn = self.stage.decide(event, self.stage.sessions.get(self.who))
        for act in turn.acts:
            self.stage.write(act)
        if turn.session is None:
            self.stage.sessions.pop(self.who, None)
            lang = "th"
        else:
            lang = turn.session.lang
            self.stage.sessions[self.who] = replace(turn.session, version=turn.session.version + 1)
        new = [wording.render(say, lang) for say in turn.says]
        self.heard.extend(new)
        self.receipt = next((m.receipt for m in new if m.receipt), self.receipt)
        return "\n".join(m.text for m in new)

    @property
    def session(self) -> Session:
        """Where this person's talk stands."""
        return self.stage.sessions[self.who]

    @property
    def labels(self) -> list[str]:
        """The buttons of the last message."""
        return [label for label, _ in self.heard[-1].choices]

    def files(self, *lines: str) -> str:
        """Go through a whole report, by answers or `[labels]`, to its review."""
        said = ""
        for line in lines or WHOLE_REPORT:
            said = self.says(line)
        return said

    def reports(self) -> Receipt:
        """File a whole report and skip the confirmation."""
        self.files()
        self.picks("ส่งเรื่อง")
        self.picks("ข้าม")
        return Receipt(receipts.folded(self.receipt))


WHOLE_REPORT = (
    "สวัสดี",
    "[แจ้งเรื่อง]",
    "[รับทราบ เริ่มแจ้งเรื่อง]",
    "[ทุจริตต่อหน้าที่]",
    "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน",
    "[เสร็จแล้ว]",
    "เจ้าหน้าที่พัสดุคนหนึ่ง กลุ่มอำนวยการ",
    "12 ม.ค. 2569",
    "ห้องพัสดุ ชั้นสอง",
    "[ไม่มีหลักฐาน]",
    "ผู้รับเหมาสองรายพร้อมให้ข้อมูล",
    "[ไม่เคย]",
    "ขอให้ตรวจสอบการตรวจรับงานย้อนหลัง",
    "[ไม่ใช่]",
    "[ไม่บอกชื่อ]",
)
