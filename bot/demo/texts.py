"""The invented texts of the demo: stories, questions, opinions, consultations, from the TOML files beside this one."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.importers.consultation_file import ConsultationFileQuestion
from handlers.complaints.lifecycle import CaseOutcome, NonAcceptanceReason

_FOLDER = Path(__file__).parent
NOT_ACCEPTED = "not_accepted"
"""What stands before the reason in the end of a story that is not accepted, and before its closing texts."""


class _DemoSection(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseStory(_DemoSection):
    """What somebody reports. ends: an outcome, or `not_accepted/` and the reason; one of them is drawn."""

    kind: str
    text: str
    accused: str
    where: str
    ends: tuple[str, ...]

    def parse_end(self, end: str) -> CaseOutcome | NonAcceptanceReason:
        """Return the outcome or the reason for which it is not accepted. Raises ValueError for another word."""
        kind, _, reason = end.partition("/")
        return NonAcceptanceReason(reason) if kind == NOT_ACCEPTED else CaseOutcome(kind)


class CaseTexts(_DemoSection):
    """Stories, and what officers and reporters write afterwards. closings: by outcome."""

    schools: tuple[str, ...]
    baht: tuple[str, ...]
    replies: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    more: tuple[str, ...]
    notes: tuple[str, ...]
    closings: Mapping[str, tuple[str, ...]]
    story: tuple[CaseStory, ...]


class QuestionTexts(_DemoSection):
    """A question with its answer; without one it is no question, and is closed. more, again: a second round."""

    ask: str
    answer: str
    published: bool = False
    more: str = ""
    again: str = ""


class ConsultationTexts(_DemoSection):
    title: str
    background: str
    questions: tuple[ConsultationFileQuestion, ...]


class FreeTexts(_DemoSection):
    """What people write in a consultation, and the theme and the office's reason that come of it."""

    texts: tuple[str, ...]
    theme: str = ""
    reason: str = ""


class OpinionTexts(_DemoSection):
    """Opinions by topic of office.toml, and two consultations: one with results, one that is open."""

    licence: tuple[tuple[int, str], ...]
    private_school: tuple[tuple[int, str], ...]
    scholarship: tuple[tuple[int, str], ...]
    counter: tuple[tuple[int, str], ...]
    wishes: tuple[str, ...]
    consultation: ConsultationTexts
    consultation_texts: FreeTexts
    next_consultation: ConsultationTexts
    next_consultation_texts: FreeTexts

    def list_opinions(self) -> list[tuple[str, int, str]]:
        """List topic, score and words of each opinion."""
        topics = {
            "licence": self.licence,
            "private_school": self.private_school,
            "scholarship": self.scholarship,
            "counter": self.counter,
        }
        return [(topic, score, words) for topic, those in topics.items() for score, words in those]


class DemoTexts(_DemoSection):
    cases: CaseTexts
    questions: tuple[QuestionTexts, ...] = Field(min_length=1)
    opinions: OpinionTexts


def load_demo_texts() -> DemoTexts:
    """Load the texts that come with the program."""
    return DemoTexts.model_validate(
        {
            "cases": _read("cases"),
            "questions": _read("questions")["thread"],
            "opinions": _read("opinions"),
        }
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
