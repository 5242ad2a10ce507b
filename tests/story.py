"""Stories are tests and documentation: dialogues in Thai that every driver must play with the same words.

    # a comment            > words typed            > [a button's label]        > file ภาพ.png
    < words that must stand in the answer           <! words that must not
    ! person ข             another person writes from here on
    ! quit                 the person's program ends; a new one is started for what follows
    ! later 31             the clock advances by so many minutes, and the jobs that are due run
    ! clock                from here on the story needs a driver whose clock can be set; others stop here
    ! content              from here on the story needs a driver that shows officers content; others stop here
    ! staff สมหญิง officer   a person is added to the staff, and writes as an officer from here on
    ! removed สมหญิง         the person is removed from the staff
    ! office screen        a step of the office: screen, investigate, close OUTCOME, not_accept REASON, forward BODY
    ! office says WORDS    a message from the office to the reporter
    ! office answers WORDS an answer to the question of the last code

Stories of the service desk, and of an office with stricter rules than the example, are in folders of their own.

Placeholders: `{receipt}`, `{five}`, `{mistyped}` and `{never}` are the last receipt, its last five symbols, the
receipt with a wrong symbol, and a well-formed one that was never issued; `{code}` is the last invitation code,
`{factor}` the next code of the person's second factor and `{factor again}` the one used last, `{recovery}` a recovery
code, `{year}` this fiscal year, `{slip}` the last one-time code, `{consultation}` the code of the consultation
announced last, and `{next week}` the date a week from now, as people write it.
"""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from pyotp import HOTP

from handlers.complaints.lifecycle import CaseOutcome, NonAcceptanceReason, Transition, TransitionRequest
from handlers.dialog.receipt import RECEIPT_ALPHABET, make_receipt
from handlers.dialog.replies import Message
from handlers.thai.dates import BANGKOK
from ita_stats.calendar import get_fiscal_year

COMPLAINT_STORIES = sorted((Path(__file__).parent / "stories").glob("*.txt"))
SERVICE_STORIES = sorted((Path(__file__).parent / "stories" / "service").glob("*.txt"))

STRICT_STORIES = sorted((Path(__file__).parent / "stories" / "strict").glob("*.txt"))
"""Stories of an office in which it takes two officers to close a case as unfounded, and that has an alternate."""

SHORT_STORIES = sorted((Path(__file__).parent / "stories" / "short").glob("*.txt"))
"""Stories of an office that asks for the story first, and for the rest at the review."""

CITIZEN_STORIES = [story for story in COMPLAINT_STORIES if "! staff " not in story.read_text("utf-8")]
CITIZEN_SERVICE_STORIES = [story for story in SERVICE_STORIES if "! staff " not in story.read_text("utf-8")]
"""Stories without officers, for drivers that have none."""

FEW_STORIES = {"report", "resume", "officer-life", "answered-at-once"}
"""What `make test` plays at a door that is expensive, or that differs little from another."""


TOTP_SECRET_PATTERN = re.compile(r"^[A-Z2-7]{32}$", re.MULTILINE)
CONSULTATION_CODE_PATTERN = re.compile(r"c-([0-9A-Z]{6})")
SLIP_CODE_PATTERN = re.compile(r"^[0-9]{3}(?:-[0-9]{3}){5}$", re.MULTILINE)
RECOVERY_CODE_PATTERN = re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$", re.MULTILINE)


def mark_for_a_door(story: Path) -> list[pytest.MarkDecorator]:
    """The marks of a story at such a door."""
    return [] if story.stem in FEW_STORIES else [pytest.mark.full("stories at every door")]


def at_every_door(stories: Iterable[Path]) -> list[Any]:
    """Stories as parameters of a test: a few in `make test`, the others in `make check`."""
    return [pytest.param(story, id=story.stem, marks=mark_for_a_door(story)) for story in stories]


DOORS_BY_TURNS = ("telegram", "memory", "line", "memory")
"""Doors with engine, storage and delivery, among which `make test` deals out the stories; one is quicker: two turns."""


def in_turn_at(door: str, stories: Iterable[Path]) -> list[Any]:
    """Stories as parameters of a test at one of `DOORS_BY_TURNS`: the others' are left to `make check`."""
    turns = zip(stories, itertools.cycle(DOORS_BY_TURNS), strict=False)
    return [
        pytest.param(story, id=story.stem, marks=[] if turn == door else mark_for_a_door(story))
        for story, turn in turns
    ]


class StoryDriver(Protocol):
    """A way for people to talk to the product."""

    sets_clock: bool
    shows_content: bool
    has_menu: bool
    """Whether people write at a menu. A website has pages for that: a story goes on there up to `! menu`."""

    def send_text(self, person: str, words: str) -> list[Message]:
        """Send a text."""

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        """Tap a button."""

    def send_file(self, person: str, name: str) -> list[Message]:
        """Send a sample file."""

    def restart_program(self, person: str) -> None:
        """End the program that the person talks to and start a new one."""

    def advance_clock(self, minutes: int) -> None:
        """Advance the clock and run the jobs that are due."""

    def move_case(self, receipt: str, step: TransitionRequest) -> None:
        """Take a lifecycle step as the office."""

    def send_office_message(self, receipt: str, words: str) -> None:
        """Send a message from the office to the reporter."""

    def add_staff(self, person: str, role: str) -> str:
        """Add a person to the staff; returns the invitation code."""

    def remove_staff(self, person: str) -> None:
        """Remove a person from the staff."""

    def time(self) -> float:
        """The product's clock, in seconds since 1970."""

    def answer_question(self, receipt: str, words: str) -> None:
        """Answer a question as the office."""


@dataclass
class StoryPlayer:
    """Plays a story with a driver."""

    driver: StoryDriver
    person: str = "ก"
    receipt: str = ""
    answer_text: str = ""
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    invitation_code: str = ""
    totp_secrets: dict[str, str] = field(default_factory=dict)
    totp_steps: dict[str, int] = field(default_factory=dict)
    recovery_codes: dict[str, str] = field(default_factory=dict)
    consultation_code: str = ""
    slip_code: str = ""

    def play_story(self, story: Path) -> None:
        """Play a story to its end, or fail at the line that does not hold."""
        for number, line in enumerate(story.read_text("utf-8").splitlines(), start=1):
            if line == "! clock" and not self.driver.sets_clock:
                return
            if line == "! content" and not self.driver.shows_content:
                return
            if line == "! menu" and not self.driver.has_menu:
                return
            if line.strip() and not line.startswith("#") and line not in {"! clock", "! content", "! menu"}:
                sign, _, rest = line.partition(" ")
                self._run_line(f"{story.name}:{number}", sign, self._fill_placeholders(rest.strip()))

    def _run_line(self, where: str, sign: str, rest: str) -> None:
        match sign:
            case ">":
                self._send_line(where, rest)
            case "<":
                assert rest in self.answer_text, f"{where}: “{rest}” is missing in:\n{self.answer_text}"
            case "<!":
                assert rest not in self.answer_text, f"{where}: “{rest}” stands in:\n{self.answer_text}"
            case "!":
                self._run_directive(*rest.partition(" ")[::2])
            case _:
                raise AssertionError(f"{where}: {sign}")

    def _send_line(self, where: str, rest: str) -> None:
        if rest.startswith("[") and rest.endswith("]"):
            buttons = self.buttons[self.person]
            assert rest[1:-1] in buttons, f"{where}: no button {rest} among {list(buttons)}"
            messages = self.driver.pick_choice(self.person, rest[1:-1], buttons[rest[1:-1]])
        elif rest.startswith("file "):
            messages = self.driver.send_file(self.person, rest.removeprefix("file "))
        else:
            messages = self.driver.send_text(self.person, rest)
        assert messages, f"{where}: no answer"
        self.answer_text = "\n".join(m.text for m in messages)
        self._note_codes()
        self.receipt = next((m.receipt for m in messages if m.receipt), self.receipt)
        self.buttons[self.person] = dict(next((m.choices for m in reversed(messages) if m.choices), ()))

    def _note_codes(self) -> None:
        """Note the TOTP secret, recovery code and consultation code of the last answer."""
        if found := TOTP_SECRET_PATTERN.search(self.answer_text):
            self.totp_secrets[self.person] = found[0]
        if found := RECOVERY_CODE_PATTERN.search(self.answer_text):
            self.recovery_codes[self.person] = found[0]
        if found := SLIP_CODE_PATTERN.search(self.answer_text):
            self.slip_code = found[0]
        if found := CONSULTATION_CODE_PATTERN.search(self.answer_text):
            self.consultation_code = found[1]

    def _next_totp_code(self, *, again: bool = False) -> str:
        if self.person not in self.totp_secrets:
            return ""
        if not again:
            now = int(self.driver.time()) // 30
            self.totp_steps[self.person] = max(now, self.totp_steps.get(self.person, 0) + 1)
        return HOTP(self.totp_secrets[self.person]).at(self.totp_steps[self.person])

    def _run_directive(self, what: str, rest: str) -> None:
        match what:
            case "person":
                self.person = rest
            case "staff":
                self.person, _, role = rest.rpartition(" ")
                self.invitation_code = self.driver.add_staff(self.person, role)
            case "removed":
                self.driver.remove_staff(rest)
            case "quit":
                self.driver.restart_program(self.person)
            case "later":
                self.driver.advance_clock(int(rest))
            case "office" if rest.startswith("says "):
                self.driver.send_office_message(self.receipt, rest.removeprefix("says "))
            case "office" if rest.startswith("answers "):
                self.driver.answer_question(self.receipt, rest.removeprefix("answers "))
            case "office":
                self.driver.move_case(self.receipt, _parse_step(*rest.partition(" ")[::2]))
            case _:
                raise AssertionError(what)

    def _format_next_week(self) -> str:
        today = datetime.fromtimestamp(self.driver.time(), BANGKOK).date()
        return _format_buddhist_date(today + timedelta(days=7))

    def _fill_placeholders(self, text: str) -> str:
        symbols = self.receipt.replace("-", "")
        if "{year}" in text:
            today = datetime.fromtimestamp(self.driver.time(), BANGKOK).date()
            text = text.replace("{year}", str(get_fiscal_year(today)))
        if "{next week}" in text:
            text = text.replace("{next week}", self._format_next_week())
        if "{factor}" in text:
            text = text.replace("{factor}", self._next_totp_code())
        if "{factor again}" in text:
            text = text.replace("{factor again}", self._next_totp_code(again=True))
        wrong = RECEIPT_ALPHABET[(RECEIPT_ALPHABET.index(symbols[-1]) + 1) % 31] if symbols else ""
        return (
            text.replace("{receipt}", self.receipt)
            .replace("{five}", symbols[-5:])
            .replace("{mistyped}", self.receipt[:-1] + wrong)
            .replace("{code}", self.invitation_code)
            .replace("{recovery}", self.recovery_codes.get(self.person, ""))
            .replace("{consultation}", self.consultation_code)
            .replace("{slip}", self.slip_code)
            .replace("{never}", make_receipt(987654321).formatted)
        )


class ClosingDriver(StoryDriver, Protocol):
    """A way to talk that is opened and closed."""

    def close(self) -> None:
        """End it."""


D = TypeVar("D", bound=ClosingDriver)


def play_story_at(open_door: Callable[[Path], D], story: Path, home: Path, office_toml: str = "") -> D:
    """Play a story at a door, whose office is the given one, and close it. Returns the door, to look at what it did."""
    if office_toml:
        (home.parent / "office.toml").write_text(office_toml, "utf-8")
    door = open_door(home)
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    return door


def _format_buddhist_date(day: date) -> str:
    return f"{day:%d/%m}/{day.year + 543}"


def _parse_step(move: str, rest: str) -> TransitionRequest:
    match move:
        case "forward":
            return TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body=rest)
        case "close":
            return TransitionRequest(Transition.CLOSE, CaseOutcome(rest))
        case "not_accept":
            return TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason(rest))
    return TransitionRequest(Transition(move))
