"""Officers of a desk under test, added without invitation and enrolment."""

from dataclasses import dataclass

from pyotp import HOTP

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import FileCase
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.dialog.replies import Message, Reply
from handlers.dialog.session import Session
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.desk_harness import DeskHarness

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

STEPS_TO_STATUS: dict[CaseStatus, tuple[TransitionRequest, ...]] = {
    CaseStatus.RECEIVED: (),
    CaseStatus.SCREENING: (TransitionRequest(Transition.SCREEN),),
    CaseStatus.INVESTIGATING: (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.INVESTIGATE),
    ),
    CaseStatus.CLOSED: (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.INVESTIGATE),
        TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED),
    ),
    CaseStatus.NOT_ACCEPTED: (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
    ),
}
"""The steps that bring a new case to each status."""


@dataclass
class Officer:
    """A member of the staff, with a chat."""

    desk: DeskHarness
    name: str
    id: str
    who: bytes
    event_count: int = 0

    def new_event(self, **content: str) -> Event:
        self.event_count += 1
        return Event(f"{self.name}-{self.event_count}", self.who, Channel.TERMINAL, **content)  # type: ignore[arg-type]

    async def say(self, text: str) -> tuple[Message, ...]:
        return await self.desk.handle(self.new_event(text=text))

    async def say_for_replies(self, text: str) -> tuple[Reply, ...]:
        """What a text is answered with, before it is rendered."""
        return (await self.desk.engine.handle(self.new_event(text=text))).replies

    async def pick(self, data: str) -> tuple[Message, ...]:
        return await self.desk.handle(self.new_event(choice=data))

    async def confirm(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Confirm what is shown, if it asks for confirmation."""
        choices = [data for m in messages for _, data in m.choices if data.startswith("/confirm y")]
        return await self.pick(choices[0]) if choices else messages

    async def dry_run(self, text: str, session: Session | None = None) -> TurnResult:
        """The result of handling a text; nothing is committed."""
        return await self.desk.engine.run_decision(
            self.desk.engine.router.decide(self.new_event(text=text), session)
        )

    def totp_code(self, after: int = 0) -> str:
        """A code of the second factor. after: number of 30-second steps from now."""
        return HOTP(TOTP_SECRET).at(int(self.desk.now().timestamp()) // 30 + after)


async def add_officer(
    desk: DeskHarness,
    name: str,
    role: Role = Role.OFFICER,
    reply_address: bytes | None = None,
    messenger: Channel = Channel.TELEGRAM,
) -> Officer:
    """A person who has joined the staff. reply_address: if the officer is on a messenger."""
    code, who, now = await desk.add_staff(name, role.value), desk.person_id(name), desk.now()
    person = await desk.store.answer_query(FindInvitation(code), now)
    channel = messenger if reply_address else Channel.TERMINAL
    await desk.commit_office_act(
        JoinStaff(person.id, code, who, TOTP_SECRET, (), channel, reply_address, "th", to_bangkok_date(now))
    )
    return Officer(desk, name, person.id, who)


async def file_case(desk: DeskHarness, number: int, status: CaseStatus = CaseStatus.RECEIVED) -> Receipt:
    """File a case and bring it to a status; the numbers must differ."""
    receipt, today = make_receipt(number), to_bangkok_date(desk.now())
    answers = {"story": f"เรื่องที่ {number} เรียกรับเงินคานารี", "where": "ห้องพัสดุ"}
    await desk.commit_office_act(
        FileCase(receipt, "corruption", Channel.WEB, today, today, "2570-1", answers=answers)
    )
    for step in STEPS_TO_STATUS[status]:
        await desk.move_case(receipt.formatted, step)
    return receipt
