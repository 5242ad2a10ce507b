"""What a check of `ita-bot doctor` is: a row of the table in `bot.health.registry`."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from bot.both_languages import BothLanguages
from bot.health.machine import Machine


class Need(Enum):
    """What must be there before a check can look at anything; without it the check is left out."""

    NOTHING = auto()
    SETTINGS = auto()
    OFFICE = auto()
    DATABASES = auto()
    DESKS = auto()
    OFFICE_AND_DESKS = auto()
    PLATFORMS = auto()


class Weight(Enum):
    """Whether something has to be done (exit code 1), or is only worth knowing."""

    FINDING = "finding"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. why: what it means; next_step: a command, or what to do. Neither names a person."""

    why: BothLanguages
    next_step: BothLanguages
    weight: Weight = Weight.FINDING


FindProblems: TypeAlias = Callable[[Machine], AsyncIterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check. name: as `--json` has it, which stays; what: is looked at; find: yields what is not in order."""

    name: str
    what: BothLanguages
    need: Need
    find: FindProblems


def build_command(command: str) -> BothLanguages:
    """Build a next step that is a command, the same in both languages."""
    return BothLanguages(command, command)
