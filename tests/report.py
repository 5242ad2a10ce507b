"""Reports are people: what somebody writes from the first message to the receipt, and what must then be filed.

A report is a file in `tests/reports/`. `who` says who writes; `said` lists what is written, one deed a line:

    open = "แจ้งเรื่อง"    leads to the notice; whoever opens the page of reports does not say it
    word = "ไม่มีค่ะ"      typed words that a question understands, a greeting or thanks: kept nowhere
    tap = "ไม่บอกชื่อ"      a button's label
    tell = "…"            what is told; `into` is the field that must hold it in the end, or `nowhere` (it is replaced)
    ask = "ใครจะรู้บ้าง"     a question back, a cry, a curse: it gets an answer, and is kept nowhere
    paste = "{old} ค่ะ"    words with the tracking code of another report, `{old}`: kept nowhere
    file = "ภาพ.png"      a sample file; `sticker = true` a sticker; `away = 12` minutes of silence

`hears` and `hears_not` are words that must (not) stand in the answer. `tapped` says that `open` is a button,
`only_if_offered` that it is pressed where it is there. Where words that were typed are shown back as not kept, people
add what they tell to the story, or say that it was the answer, and take back what they ask.

`[filed]` is the case: a field that is not named there, and that nothing was told into, must be empty; `understood` is
what was understood from the story and let stand. Those in `short/` are written in the short way.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, model_validator

from handlers.complaints.messages import UNDERSTOOD_ANSWERS
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.i18n import WORDING

OLD_RECEIPT = make_receipt(0x5EED_5EED_5EED_5EED_5EED).formatted
"""The tracking code of another report."""


class Deed(StrEnum):
    """What a person does."""

    OPEN = "open"
    WORD = "word"
    TAP = "tap"
    TELL = "tell"
    ASK = "ask"
    PASTE = "paste"
    FILE = "file"
    STICKER = "sticker"
    AWAY = "away"


class Step(BaseModel):
    """One line of `said`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    open: str = ""
    word: str = ""
    tap: str = ""
    tell: str = ""
    ask: str = ""
    paste: str = ""
    file: str = ""
    sticker: bool = False
    away: int = 0
    into: str = ""
    tapped: bool = False
    only_if_offered: bool = False
    hears: tuple[str, ...] = ()
    hears_not: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_deed(self) -> Self:
        if sum(bool(getattr(self, deed)) for deed in Deed) != 1:
            raise ValueError("a line of `said` is one deed")
        if bool(self.tell) != bool(self.into):
            raise ValueError("`tell` and `into` go together")
        return self

    @property
    def deed(self) -> Deed:
        """What is done."""
        return next(deed for deed in Deed if getattr(self, deed))

    @property
    def words(self) -> str:
        """What is typed, tapped or sent, with the code of another report in its place."""
        words = getattr(self, self.deed)
        return words.replace("{old}", OLD_RECEIPT) if isinstance(words, str) else ""


class ExpectedCase(BaseModel):
    """What must be filed. story: sentences in it. nowhere: what stands in no field."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    category: str
    head: str
    named: str
    evidence: int
    elsewhere: str = ""
    when: str = ""
    story: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    understood: Mapping[str, str] = {}


class Report(BaseModel):
    """A person's report."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    who: str
    said: tuple[Step, ...]
    filed: ExpectedCase
    lang: str = "th"


def load_report(path: Path) -> Report:
    """Read a report's file."""
    return Report.model_validate(tomllib.loads(path.read_text("utf-8")))


REPORTS = sorted((Path(__file__).parent / "reports").glob("*.toml"))
SHORT_REPORTS = sorted((Path(__file__).parent / "reports" / "short").glob("*.toml"))


@dataclass(frozen=True)
class FiledReport:
    """What was filed, as storage decrypts it: what stands in each field, name and contact too."""

    answers: Mapping[str, str]
    file_count: int


class ReportDriver(Protocol):
    """A way to report."""

    def send_text(self, person: str, words: str) -> list[Message]:
        """Send a text."""

    def send_parts(self, person: str, parts: Sequence[str]) -> list[Message]:
        """Send the parts of a text that get one answer together."""

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        """Tap a button."""

    def send_file(self, person: str, name: str) -> list[Message]:
        """Send a sample file."""

    def send_sticker(self, person: str) -> list[Message]:
        """Send a sticker."""

    def open_report_page(self, person: str, lang: str) -> list[Message]:
        """Open the page of reports."""

    def advance_clock(self, minutes: int) -> None:
        """Advance the clock and run the jobs that are due."""

    def load_filed_report(self, receipt: str) -> FiledReport:
        """What was filed under a receipt."""


@dataclass(frozen=True)
class Habits:
    """How people write there. longest_text: characters of a message; a longer one arrives in parts."""

    longest_text: int = 20_000
    has_pages: bool = False
    has_stickers: bool = True
    has_lines: bool = False
    """Whether a line break ends a message."""
    joins_parts: bool = False
    """Whether the parts get one answer together."""


@dataclass
class ReportPlayer:
    """Writes a report as its person would."""

    driver: ReportDriver
    habits: Habits
    report: Report
    person: str = "ก"
    receipt: str = ""
    heard: str = ""
    buttons: dict[str, str] = field(default_factory=dict)

    def play(self) -> FiledReport:
        """Write all of it, and return what was filed."""
        if self.habits.has_pages:
            self._note(self.driver.open_report_page(self.person, self.report.lang))
        for number, step in enumerate(self.report.said, start=1):
            try:
                self._take(step)
            except AssertionError as fault:
                raise AssertionError(f"{number}. {step.deed} “{step.words[:80]}”: {fault}") from None
        assert self.receipt, f"no receipt; the last answer was:\n{self.heard}"
        return self.driver.load_filed_report(self.receipt)

    def _take(self, step: Step) -> None:
        match step.deed:
            case Deed.AWAY:
                self.driver.advance_clock(step.away)
                return
            case Deed.STICKER:
                if self.habits.has_stickers:
                    self._note(self.driver.send_sticker(self.person))
                return
            case Deed.OPEN if self.habits.has_pages:
                return
            case Deed.FILE:
                self._note(self.driver.send_file(self.person, step.words))
            case _ if step.tapped or step.deed is Deed.TAP:
                if not (step.only_if_offered and step.words not in self.buttons):
                    self._tap(step.words)
            case _:
                self._type(step.words)
        for words in step.hears:
            assert words in self.heard, f"“{words}” is missing in:\n{self.heard}"
        for words in step.hears_not:
            assert words not in self.heard, f"“{words}” stands in:\n{self.heard}"
        self._settle(step)

    def _settle(self, step: Step) -> None:
        """Say what words were that were shown back as not kept."""
        shown_back = {option: self._find_label(option) for option in ("add_story", "as_answer", "drop_text")}
        beginning = "“" + _squeeze(step.words)[:20]
        if step.tapped or not shown_back["drop_text"] or beginning not in _squeeze(self.heard):
            if step.deed is Deed.ASK:
                quoted = _squeeze(step.words) in _squeeze(self.heard)
                assert quoted or step.hears, f"it got no answer:\n{self.heard}"
            return
        assert step.deed in {Deed.TELL, Deed.ASK, Deed.PASTE}, f"it was not understood:\n{self.heard}"
        kept_as = "add_story" if step.into == "story" else "as_answer"
        label = shown_back[kept_as if step.deed is Deed.TELL else "drop_text"]
        if label:  # before the notice it waits, without being asked about, until the report begins
            self._tap(label)

    def _find_label(self, option: str) -> str:
        """The label of an option that begins as its wording does; empty where it is not offered."""
        wording = WORDING[self.report.lang].get(f"choice.{option}", "").partition("{")[0]
        return next((label for label in self.buttons if wording and label.startswith(wording)), "")

    def _type(self, words: str) -> None:
        if self.habits.has_lines:
            words = " ".join(words.split("\n"))
        longest = self.habits.longest_text
        parts = [words[at : at + longest] for at in range(0, len(words), longest)]
        if len(parts) > 1 and self.habits.joins_parts:
            self._note(self.driver.send_parts(self.person, parts))
            return
        for part in parts:
            self._note(self.driver.send_text(self.person, part))

    def _tap(self, label: str) -> None:
        assert label in self.buttons, f"no button “{label}” among {list(self.buttons)}; heard:\n{self.heard}"
        self._note(self.driver.pick_choice(self.person, label, self.buttons[label]))

    def _note(self, messages: list[Message]) -> None:
        assert messages, "no answer"
        self.heard = "\n".join(message.text for message in messages)
        self.receipt = next((m.receipt for m in messages if m.receipt), self.receipt)
        self.buttons = dict(next((m.choices for m in reversed(messages) if m.choices), ()))


def list_faults(report: Report, filed: FiledReport) -> list[str]:
    """What is not in the case as it should be, and what should not be there."""
    expected, told = report.filed, {step.into for step in report.said if step.tell}
    faults = [
        f"{name} is {filed.answers.get(name, '')!r}, not {value!r}"
        for name, value in _list_choices(report)
        if filed.answers.get(name, "") != value
    ]
    faults += [] if filed.file_count == expected.evidence else [f"{filed.file_count} files"]
    chosen = {name for name, _ in _list_choices(report)}
    faults += [
        f"{name} is {words!r}, and nothing was told into it"
        for name, words in filed.answers.items()
        if words and name not in chosen | told
    ]
    faults += [
        fault for name in sorted(told - {"nowhere"}) for fault in _list_field_faults(report, filed, name)
    ]
    everything = _squeeze(" ".join(filed.answers.values()))
    absent = (*expected.nowhere, *(step.words for step in report.said if step.ask), OLD_RECEIPT)
    faults += [f"“{words}” is in the case" for words in absent if _squeeze(words) in everything]
    return faults


def _list_choices(report: Report) -> Iterator[tuple[str, str]]:
    """The fields that hold a choice, each with its value."""
    yield from (
        ("category", report.filed.category),
        ("head", report.filed.head),
        ("named", report.filed.named),
    )
    yield from ((name, report.filed.understood.get(name, "")) for name in UNDERSTOOD_ANSWERS.values())
    told = {step.into for step in report.said}
    for name, value in (("when", report.filed.when), ("elsewhere", report.filed.elsewhere)):
        if name not in told:
            yield (name, value)


def _list_field_faults(report: Report, filed: FiledReport, name: str) -> Iterator[str]:
    """What a field lacks of what was told into it, and what it has besides."""
    rest = _squeeze(filed.answers.get(name, ""))
    for step in report.said:
        if step.into != name:
            continue
        for part in re.split(re.escape(OLD_RECEIPT), step.words):
            words = _squeeze(part)
            if words not in rest:
                yield f"{name} lacks “{part.strip()[:80]}”: {rest[:200]!r}"
            rest = rest.replace(words, "", 1)
    rest = rest.replace(_squeeze(WORDING[report.lang]["code.placeholder"]), "") if _has_code(report) else rest
    if rest:
        yield f"{name} also has {rest[:200]!r}"
    yield from (
        f"story lacks “{words}”"
        for words in report.filed.story
        if name == "story" and _squeeze(words) not in _squeeze(filed.answers.get("story", ""))
    )


def _has_code(report: Report) -> bool:
    return any("{old}" in step.tell for step in report.said)


def _squeeze(text: str) -> str:
    """A text without what cannot be seen: spaces, hyphens of a code, and zero-width symbols."""
    return re.sub(r"[\s\u200b-\u200d\ufeff-]", "", unicodedata.normalize("NFC", text)).casefold()


__all__ = [
    "REPORTS",
    "SHORT_REPORTS",
    "FiledReport",
    "Habits",
    "Report",
    "ReportPlayer",
    "list_faults",
    "load_report",
]
