"""Every story on the handlers alone, in milliseconds."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handlers.complaints.lifecycle import TransitionRequest
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel, FileProblem, UnreadableKind
from handlers.dialog.receipt import normalize_receipt
from handlers.dialog.replies import Message
from handlers.evidence.file_kinds import FileKind
from handlers.thai.dates import to_bangkok_date
from tests.in_memory_desk import SHORT_OFFICE, ChatUser, InMemoryDesk
from tests.in_memory_service_desk import InMemoryServiceDesk
from tests.report import FiledReport
from tests.story import CITIZEN_SERVICE_STORIES, CITIZEN_STORIES, SHORT_STORIES, StoryPlayer

PROBLEMS = {
    "ว่าง.jpg": FileProblem.EMPTY,
    "ใหญ่.jpg": FileProblem.TOO_LARGE,
    "รูป.jpg": FileProblem.NOT_ALLOWED,
    "รวม.rar": FileProblem.NOT_ALLOWED,
    "ระเบิด.png": FileProblem.BOMB,
    "ระเบิด.docx": FileProblem.BOMB,
}
KINDS = {"รูป.jpg": FileKind.PROGRAM, "รวม.rar": FileKind.RAR}


def make_short_desk() -> InMemoryDesk:
    """A desk without storage of an office that asks in the short way."""
    return InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL)


@dataclass
class HandlerDriver:
    """A driver without storage."""

    sets_clock = True
    shows_content = True
    has_menu = True
    desk: InMemoryDesk = field(default_factory=InMemoryDesk)
    users: dict[str, ChatUser] = field(default_factory=dict)

    def _send_event(self, person: str, **deed: str) -> list[Message]:
        actor = self.users.setdefault(person, self.desk.new_user(person))
        before = len(actor.messages)
        actor.send_event(**deed)
        return actor.messages[before:]

    def send_text(self, person: str, words: str) -> list[Message]:
        return self._send_event(person, text=words)

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        return self._send_event(person, choice=data)

    def send_file(self, person: str, name: str) -> list[Message]:
        actor = self.users.setdefault(person, self.desk.new_user(person))
        before = len(actor.messages)
        kind = KINDS.get(name, FileKind.JPEG)
        actor.send_file(name, kind=kind, problem=PROBLEMS.get(name), misnamed=name == "ใบเสร็จ.pdf")
        return actor.messages[before:]

    def send_sticker(self, person: str) -> list[Message]:
        """Send a sticker."""
        actor = self.users.setdefault(person, self.desk.new_user(person))
        before = len(actor.messages)
        actor.send_event(unreadable=UnreadableKind.STICKER)
        return actor.messages[before:]

    def load_filed_report(self, receipt: str) -> FiledReport:
        filed = next(act for act in self.desk.filed_cases if act.receipt.formatted == receipt)
        return FiledReport({**filed.answers, **filed.identity}, len(filed.files))

    def restart_program(self, person: str) -> None:
        """The dialogue has no program here that could end."""

    def advance_clock(self, minutes: int) -> None:
        self.desk.advance_clock(minutes=minutes)

    def time(self) -> float:
        return self.desk.now.timestamp()

    def move_case(self, receipt: str, step: TransitionRequest) -> None:
        self.desk.move_case(receipt, step)

    def send_office_message(self, shown: str, words: str) -> None:
        case = self.desk.cases[normalize_receipt(shown)]
        on = to_bangkok_date(self.desk.now)
        self.desk.apply_act(
            AddHistoryEntry(case.id, case.seq + 1, on, HistoryEntryKind.OFFICE, ActorKind.OFFICE, words)
        )

    def answer_question(self, shown: str, words: str) -> None:
        assert isinstance(self.desk, InMemoryServiceDesk)
        self.desk.answer_question(shown, words)


@pytest.mark.parametrize("story", CITIZEN_SERVICE_STORIES, ids=lambda story: story.stem)
def test_story_of_the_service_desk(story: Path) -> None:
    StoryPlayer(HandlerDriver(InMemoryServiceDesk())).play_story(story)


@pytest.mark.parametrize("story", CITIZEN_STORIES, ids=lambda story: story.stem)
def test_story(story: Path) -> None:
    StoryPlayer(HandlerDriver()).play_story(story)


@pytest.mark.parametrize("story", SHORT_STORIES, ids=lambda story: story.stem)
def test_story_of_an_office_that_asks_in_the_short_way(story: Path) -> None:
    StoryPlayer(HandlerDriver(make_short_desk())).play_story(story)
