"""The complaints desk on dictionaries: exact, without an event loop, a database or a mock."""

import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from handlers.complaints.form import list_complaint_fields
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, TransitionRequest, get_next_status
from handlers.complaints.messages import (
    AddHistoryEntry,
    ApplyTransition,
    Exclusion,
    FileCase,
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    ListExclusions,
    RecordCaseOpening,
    ReporterCase,
)
from handlers.complaints.ratings.messages import RecordSatisfaction, Satisfaction
from handlers.complaints.slips.messages import FindVoidedCode
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import (
    Act,
    DeleteFiles,
    NewReceipt,
    Now,
    Query,
    RenameDraftFile,
    StoreTextFile,
    TurnResult,
)
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.receipt import Receipt, make_receipt, normalize_receipt
from handlers.dialog.replies import Message, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_reply
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember
from handlers.thai.dates import to_bangkok_date

ROOT = Path(__file__).parent.parent
SHORT_OFFICE_TOML = (ROOT / "office.example.toml").read_text("utf-8").replace("delay = 90", "delay = 0")
"""The example's office.toml, in which officers are told at once: what they do then is what most tests are about."""

OFFICE_TOML = SHORT_OFFICE_TOML.replace('way = "short"', 'way = "guided"')
"""The same of an office that asks question after question, which most tests go through."""
OFFICE = Office.model_validate(tomllib.loads(OFFICE_TOML))

SHORT_OFFICE = Office.model_validate(tomllib.loads(SHORT_OFFICE_TOML))
STRICT_OFFICE_TOML = OFFICE_TOML.replace("unfounded = false", "unfounded = true").replace(
    "officers = []\noutside_only = true", 'officers = ["มาลีรัตน์ รับแทน"]'
)
"""office.toml of an office in which it takes two officers to close a case as unfounded, and that has an alternate."""

MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok, 22 พฤศจิกายน 2569


def load_office_beside(home: Path) -> Office:
    """The office whose office.toml is beside a data folder, where `ita-bot` finds it too; else the example."""
    office_toml = home.parent / "office.toml"
    return (
        Office.model_validate(tomllib.loads(office_toml.read_text("utf-8")))
        if office_toml.exists()
        else OFFICE
    )


@dataclass
class InMemoryDesk:
    """Answers the handlers' queries from dictionaries, and records the acts."""

    router: ComplaintsDesk = field(default_factory=lambda: ComplaintsDesk(OFFICE))
    now: datetime = MORNING
    channel: Channel = Channel.WEB
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    sessions: dict[bytes, Session] = field(default_factory=dict)
    cases: dict[str, ReporterCase] = field(default_factory=dict)
    filed_cases: list[FileCase] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    attempts: dict[bytes, Attempts] = field(default_factory=dict)
    satisfaction: list[Satisfaction] = field(default_factory=list)
    kept_texts: list[StoreTextFile] = field(default_factory=list)
    dropped_file_ids: list[str] = field(default_factory=list)
    renamed_files: dict[str, str] = field(default_factory=dict)
    staff: tuple[StaffMember, ...] = ()

    def new_user(self, name: str = "ก") -> "ChatUser":
        return ChatUser(self, name.encode())

    def answer_query(self, query: Query[Any]) -> Any:
        match query:
            case Now():
                return self.now
            case NewReceipt():
                return make_receipt(self.rng.getrandbits(80))
            case FindCase(receipt):
                return self.cases.get(receipt.symbols)
            case FindVoidedCode():
                return None
            case ListStaff():
                return self.staff
            case ListExclusions(case):
                return self.list_exclusions(case)
            case GetAttempts(who):
                return self.attempts.get(who, Attempts())
            case StoreTextFile(text, name):
                self.kept_texts.append(query)
                return File(f"{len(self.kept_texts):032x}", name, "text/plain", len(text.encode()))
        raise AssertionError(query)

    def list_exclusions(self, case: str) -> tuple[Exclusion, ...]:
        """Everybody from whom a case is hidden: as it was filed, and by what was added since."""
        filed = self.filed_cases[int(case) - 1].exclusions
        added = [act for act in self.acts if isinstance(act, AddHistoryEntry) and act.case == case]
        return (*filed, *(one for act in added for one in act.exclusions))

    def decide(self, event: Event, session: Session | None) -> TurnResult:
        """Drive one decision to its end."""
        decision = self.router.decide(event, session)
        answer = None
        while True:
            try:
                query = decision.send(answer)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            answer = self.answer_query(query)

    def apply_act(self, act: Act) -> None:
        """Carry out an act on the dictionaries."""
        self.acts.append(act)
        match act:
            case FileCase():
                assert act.receipt.symbols not in self.cases
                self.filed_cases.append(act)
                first = HistoryEntry(1, act.on, HistoryEntryKind.FILED)
                case = ReporterCase(
                    f"{len(self.filed_cases)}", CaseStatus.RECEIVED, None, act.on, act.answer_by, (first,)
                )
                self.cases[act.receipt.symbols] = case
            case AddHistoryEntry():
                self._append_entry(
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
                self._append_entry(act.case, entry, status=act.status, outcome=step.outcome)
            case RecordCaseOpening():
                symbols, view = next((s, v) for s, v in self.cases.items() if v.id == act.case)
                self.cases[symbols] = replace(view, last_opening=act.opening)
            case RecordSatisfaction():
                self.satisfaction.append(act.answer)
            case SaveAttempts():
                self.attempts[act.person_id] = act.attempts
            case DeleteFiles():
                self.dropped_file_ids.extend(act.ids)
            case RenameDraftFile():
                self.renamed_files[act.id] = act.name
            case _:
                raise AssertionError(act)

    def _append_entry(
        self, case: str, entry: HistoryEntry, **changes: CaseStatus | CaseOutcome | None
    ) -> None:
        symbols, view = next((s, v) for s, v in self.cases.items() if v.id == case)
        assert entry.seq == view.seq + 1
        self.cases[symbols] = replace(view, entries=(*view.entries, entry), **changes)  # type: ignore[arg-type]

    def move_case(self, receipt: str, step: TransitionRequest, text: str = "") -> None:
        """Take a lifecycle step as the office."""
        view = self.cases[normalize_receipt(receipt)]
        act = ApplyTransition(
            view.id,
            view.seq + 1,
            to_bangkok_date(self.now),
            step,
            get_next_status(view.status, step),
            "office",
            text,
        )  # type: ignore[arg-type]
        self.apply_act(act)

    def advance_clock(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class ChatUser:
    """A person who sends messages to the desk and collects its answers. replies: of the last message."""

    desk: InMemoryDesk
    who: bytes
    messages: list[Message] = field(default_factory=list)
    receipt: str = ""
    event_count: int = 0
    replies: tuple[Reply, ...] = ()

    def say(self, text: str) -> str:
        """Type a text, or tap a button if its label is given in brackets: `[แจ้งเรื่อง]`."""
        if text.startswith("[") and text.endswith("]"):
            return self.pick(text[1:-1])
        return self.send_event(text=text)

    def pick(self, label: str) -> str:
        """Tap a button of the last message that has any."""
        buttons = dict(next(m.choices for m in reversed(self.messages) if m.choices))
        assert label in buttons, f"no button “{label}” among {list(buttons)}"
        return self.send_event(choice=buttons[label])

    def send_file(
        self, name: str = "ภาพ.jpg", size: int = 1000, kind: str = "image/jpeg", **more: Any
    ) -> str:
        self.event_count += 1
        return self.send_event(file=File(f"{self.event_count:032x}", name, kind, size, **more))

    def send_event(self, **content: Any) -> str:
        """Send one event; returns the text of all replies."""
        self.event_count += 1
        event = Event(f"{self.who!r}-{self.event_count}", self.who, self.desk.channel, **content)
        turn = self.desk.decide(event, self.desk.sessions.get(self.who))
        for act in turn.acts:
            self.desk.apply_act(act)
        if turn.session is None:
            self.desk.sessions.pop(self.who, None)
            lang = "th"
        else:
            lang = turn.session.lang
            self.desk.sessions[self.who] = replace(turn.session, version=turn.session.version + 1)
        new = [render_reply(reply, lang) for reply in turn.replies]
        self.messages.extend(new)
        self.replies = turn.replies
        self.receipt = next((m.receipt for m in new if m.receipt), self.receipt)
        return "\n".join(m.text for m in new)

    @property
    def session(self) -> Session:
        """The person's present session."""
        return self.desk.sessions[self.who]

    @property
    def labels(self) -> list[str]:
        """The buttons of the last message."""
        return [label for label, _ in self.messages[-1].choices]

    def fill_report(self, *lines: str) -> str:
        """Answer all questions of a report, by texts or `[labels]`, up to its review."""
        answer = ""
        for line in lines or WHOLE_REPORT:
            answer = self.say(line)
        return answer

    def file_report(self) -> Receipt:
        """File a whole report and skip the confirmation."""
        self.fill_report()
        self.pick("ส่งเรื่อง")
        self.pick("ข้าม")
        return Receipt(normalize_receipt(self.receipt))


SAMPLE_ANSWERS = {
    "category": ("[ทุจริตต่อหน้าที่]",),
    "story": ("เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน", "[เสร็จแล้ว]"),
    "accused": ("เจ้าหน้าที่พัสดุคนหนึ่ง กลุ่มอำนวยการ",),
    "when": ("12 ม.ค. 2569",),
    "where": ("ห้องพัสดุ ชั้นสอง",),
    "evidence": ("[ไม่มีหลักฐาน]",),
    "witnesses": ("ผู้รับเหมาสองรายพร้อมให้ข้อมูล",),
    "elsewhere": ("[ไม่เคย]",),
    "wish": ("ขอให้ตรวจสอบการตรวจรับงานย้อนหลัง",),
    "head": ("[ไม่ใช่]",),
    "named": ("[ไม่บอกชื่อ]",),
}
"""The answers to each question of the form that is always asked."""

SHORT_REPORT = (
    "สวัสดี",
    "[แจ้งเรื่อง]",
    "[รับทราบ เริ่มแจ้งเรื่อง]",
    *SAMPLE_ANSWERS["story"][:1],
    "เสร็จแล้ว",
    "[ไม่ใช่]",
)
"""A whole report in the short way, up to its review, at every door."""

WHOLE_REPORT = (
    "สวัสดี",
    "[แจ้งเรื่อง]",
    "[รับทราบ เริ่มแจ้งเรื่อง]",
    *(
        line
        for form_field in list_complaint_fields(OFFICE)
        if form_field.only_if is None
        for line in SAMPLE_ANSWERS[form_field.name]
    ),
)
