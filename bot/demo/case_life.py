"""Plan what becomes of a case after it was filed: who takes it, what is written, how and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.demo.planner import Planner
from bot.demo.steps import CaseStep, PlannedAssignment, PlannedLine, PlannedMove
from bot.demo.texts import NOT_ACCEPTED, CaseStory
from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    OUTCOME_RULES,
    CaseOutcome,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import ActorKind, HistoryEntryKind
from handlers.dialog.receipt import Receipt

OFFICERS = 3
"""How many of the staff have cases."""

FORGOTTEN_SHARE, LATE_SHARE, REOPENED_SHARE = 0.05, 0.12, 0.2
"""Of cases: those that nobody takes for weeks, those answered late; of unfounded ones, those reopened."""


@dataclass
class CaseLife:
    """A case in the hands of one officer. at: the instant of its newest step."""

    planner: Planner
    receipt: Receipt
    officer: int
    at: datetime

    def write(
        self, kind: HistoryEntryKind, by: ActorKind, text: str, *days: int, answer_days: int = 0
    ) -> None:
        """Plan a line, one of some numbers of days after the newest step."""
        self._add(PlannedLine(kind, by, text, answer_days), days)

    def move(
        self, request: TransitionRequest, text: str, *days: int, by: ActorKind = ActorKind.OFFICE
    ) -> None:
        """Plan a transition, one of some numbers of days after the newest step."""
        self._add(PlannedMove(request, by, text), days)

    def assign(self, *days: int) -> None:
        """Plan that an officer takes it, one of some numbers of days after it came."""
        self.at = self.planner.draw_later(self.at, days)
        self.planner.add(self.at, "complaints", CaseStep(self.receipt, self.officer, PlannedAssignment()))

    def _add(self, what: PlannedLine | PlannedMove, days: Sequence[int]) -> None:
        self.at = self.planner.draw_later(self.at, days, in_office=what.by is ActorKind.OFFICE)
        self.planner.add(self.at, "complaints", CaseStep(self.receipt, self.officer, what))


def plan_case_life(planner: Planner, story: CaseStory, receipt: Receipt, filed_at: datetime) -> None:
    """Plan all that happens to a case that was filed at an instant."""
    chance = planner.chance
    officer, end = chance.randrange(OFFICERS), story.parse_end(chance.choice(story.ends))
    life = CaseLife(planner, receipt, officer, filed_at)
    waits = (35, 50, 70) if chance.random() < FORGOTTEN_SHARE else (1, 1, 2, 3)
    life.assign(*waits)
    if end is CaseOutcome.WITHDRAWN and chance.random() < 0.4:
        _withdraw(life)
        return
    life.move(TransitionRequest(Transition.SCREEN), "", 1, 2, 4)
    _plan_talk(life)
    if isinstance(end, NonAcceptanceReason):
        text = chance.choice(planner.texts.cases.closings[NOT_ACCEPTED])
        life.move(TransitionRequest(Transition.NOT_ACCEPT, reason=end), text, 1, 3, 6)
    elif end is CaseOutcome.WITHDRAWN:
        _withdraw(life)
    else:
        _plan_investigation(life, end)


def _withdraw(life: CaseLife) -> None:
    if text := life.planner.chance.choice(life.planner.texts.cases.closings[CaseOutcome.WITHDRAWN]):
        life.write(HistoryEntryKind.REPORTER, ActorKind.REPORTER, text, 2, 5)
    request = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
    life.move(request, "", 1, 3, by=ActorKind.REPORTER)


def _plan_talk(life: CaseLife) -> None:
    """Plan the first answer, and perhaps questions, their answers and notes."""
    chance, texts = life.planner.chance, life.planner.texts.cases
    waits = (20, 26) if chance.random() < LATE_SHARE else (1, 2, 4, 6, 8)
    life.write(HistoryEntryKind.OFFICE, ActorKind.OFFICE, chance.choice(texts.replies), *waits)
    if chance.random() < 0.4:
        asked = chance.randrange(len(texts.asks))
        life.write(HistoryEntryKind.ASKED, ActorKind.OFFICE, texts.asks[asked], 1, 3, answer_days=14)
        if chance.random() < 0.7:
            life.write(HistoryEntryKind.REPORTER, ActorKind.REPORTER, chance.choice(texts.answers), 1, 4)
    if chance.random() < 0.25:
        life.write(HistoryEntryKind.NOTE, ActorKind.OFFICE, chance.choice(texts.notes), 1, 2)


def _plan_investigation(life: CaseLife, end: CaseOutcome) -> None:
    chance, texts = life.planner.chance, life.planner.texts.cases
    days: tuple[int, ...] = (3, 7, 12)
    if end not in EARLY_OUTCOMES or chance.random() < 0.5:
        life.move(TransitionRequest(Transition.INVESTIGATE), "", 2, 5, 9)
        days = (20, 30, 45, 60, 85)
        if chance.random() < 0.3:
            life.write(HistoryEntryKind.REPORTER, ActorKind.REPORTER, chance.choice(texts.more), 9, 20)
    _close(life, end, *days)
    if end is CaseOutcome.UNSUBSTANTIATED and chance.random() < REOPENED_SHARE:
        life.move(TransitionRequest(Transition.REOPEN), "", 3, 8, by=ActorKind.REPORTER)
        _close(life, end, 15, 30)


def _close(life: CaseLife, end: CaseOutcome, *days: int) -> None:
    office, chance = life.planner.office, life.planner.chance
    body = chance.choice(office.bodies).name.th if OUTCOME_RULES[end].is_forwarding else ""
    text = chance.choice(life.planner.texts.cases.closings[end])
    life.move(TransitionRequest(Transition.CLOSE, end, body=body), text, *days)
