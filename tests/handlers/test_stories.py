"""Every story on the bare stage: the talk alone, in milliseconds."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handlers import thai
from handlers.complaints.lifecycle import TransitionRequest
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog import receipt
from handlers.dialog.events import FileProblem, Message
from tests.counter import InMemoryServiceDesk
from tests.play import ChatUser, InMemoryDesk
from tests.story import ASKING, CITIZENS, StoryPlayer

PROBLEMS = {
    "ว่าง.jpg": FileProblem.EMPTY,
    "ใหญ่.jpg": FileProblem.TOO_LARGE,
    "รูป.jpg": FileProblem.NOT_ALLOWED,
    "รวม.zip": FileProblem.NOT_ALLOWED,
    "ระเบิด.png": FileProblem.BOMB,
    "ระเบิด.docx": FileProblem.BOMB,
}


@dataclass
class HandlerDriver:
    """A door without storage."""

    sets_clock = True
    stage: InMemoryDesk = field(default_factory=InMemoryDesk)
    actors: dict[str, ChatUser] = field(default_factory=dict)

    def _said(self, person: str, **deed: str) -> list[Message]:
        actor = self.actors.setdefault(person, self.stage.person(person))
        before = len(actor.heard)
        actor.does(**deed)
        return actor.heard[before:]

    def hear(self, person: str, words: str) -> list[Message]:
        return self._said(person, text=words)

    def pick(self, person: str, label: str, data: str) -> list[Message]:
        return self._said(person, choice=data)

    def send(self, person: str, name: str) -> list[Message]:
        actor = self.actors.setdefault(person, self.stage.person(person))
        before = len(actor.heard)
        actor.sends(name, problem=PROBLEMS.get(name), misnamed=name == "ใบเสร็จ.pdf")
        return actor.heard[before:]

    def quit(self, person: str) -> None:
        """Nothing of the talk lives in a program here."""

    def later(self, minutes: int) -> None:
        self.stage.wait(minutes=minutes)

    def time(self) -> float:
        return self.stage.now.timestamp()

    def step(self, receipt: str, step: TransitionRequest) -> None:
        self.stage.move(receipt, step)

    def tell(self, shown: str, words: str) -> None:
        case = self.stage.cases[receipt.folded(shown)]
        on = thai.day(self.stage.now)
        self.stage.write(
            AddHistoryEntry(case.id, case.seq + 1, on, HistoryEntryKind.OFFICE, ActorKind.OFFICE, words)
        )

    def answer(self, shown: str, words: str) -> None:
        assert isinstance(self.stage, InMemoryServiceDesk)
        self.stage.office_answers(shown, words)


@pytest.mark.parametrize("story", ASKING, ids=lambda story: story.stem)
def test_story_of_the_service_desk(story: Path) -> None:
    StoryPlayer(HandlerDriver(InMemoryServiceDesk())).play(story)


@pytest.mark.parametrize("story", CITIZENS, ids=lambda story: story.stem)
def test_story(story: Path) -> None:
    StoryPlayer(HandlerDriver()).play(story)
