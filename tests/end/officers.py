"""Officers of a desk under test: hired without the ceremony of codes, and heard."""

from dataclasses import dataclass

from pyotp import HOTP

from handlers import thai
from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import FileCase
from handlers.dialog.events import Channel, Event, Message, Session, TurnResult
from handlers.dialog.receipt import Receipt, made_of
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.permissions import Role
from tests.end.desk import DeskHarness

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

WAYS: dict[CaseStatus, tuple[TransitionRequest, ...]] = {
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
"""How a case is brought to each state."""


@dataclass
class Officer:
    """A person of the staff at a desk."""

    desk: DeskHarness
    name: str
    id: str
    who: bytes
    events: int = 0

    def event(self, **deed: str) -> Event:
        """Something they do."""
        self.events += 1
        return Event(f"{self.name}-{self.events}", self.who, Channel.TERMINAL, **deed)  # type: ignore[arg-type]

    async def says(self, text: str) -> tuple[Message, ...]:
        """Type something."""
        return await self.desk.hears(self.event(text=text))

    async def picks(self, data: str) -> tuple[Message, ...]:
        """Tap a button."""
        return await self.desk.hears(self.event(choice=data))

    async def confirms(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Send what is shown, if anything is."""
        choices = [data for m in messages for _, data in m.choices if data.startswith("/confirm y")]
        return await self.picks(choices[0]) if choices else messages

    async def decides(self, text: str, session: Session | None = None) -> TurnResult:
        """What a text would lead to; nothing of it happens."""
        return await self.desk.engine._drive(self.desk.engine.router.decide(self.event(text=text), session))

    def code(self, after: int = 0) -> str:
        """A code of the second factor."""
        return HOTP(SECRET).at(int(self.desk.now().timestamp()) // 30 + after)


async def hired(
    desk: DeskHarness, name: str, role: Role = Role.OFFICER, back: bytes | None = None
) -> Officer:
    """A person who has joined."""
    code, who, now = await desk.employ(name, role.value), desk.who(name), desk.now()
    person = await desk.store.answer(FindInvitation(code), now)
    channel = Channel.TELEGRAM if back else Channel.TERMINAL
    await desk.office(JoinStaff(person.id, code, who, SECRET, (), channel, back, "th", thai.day(now)))
    return Officer(desk, name, person.id, who)


async def filed(desk: DeskHarness, number: int, status: CaseStatus = CaseStatus.RECEIVED) -> Receipt:
    """A case in a state; the numbers must differ."""
    receipt, today = made_of(number), thai.day(desk.now())
    answers = {"story": f"เรื่องที่ {number} เรียกรับเงินคานารี", "where": "ห้องพัสดุ"}
    await desk.office(FileCase(receipt, "corruption", Channel.WEB, today, today, "2570-1", answers=answers))
    for step in WAYS[status]:
        await desk.step(receipt.shown, step)
    return receipt
