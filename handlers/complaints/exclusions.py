"""Who must not read a case: what is asked and written about it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.dialog.events import Act, Query


class ExclusionGround(StrEnum):
    """Why a person of the staff may not read a case."""

    NAMED = "named"  # it seems to name them
    UNIT = "unit"  # it accuses their unit
    COMMAND = "command"  # they are under who is named
    MARKED = "marked"  # the reporter said that it concerns the head, or who runs the channel
    BARRED = "barred"  # a supervisor said so
    LIFTED = "lifted"  # a supervisor found that it does not concern them


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One person, and why. by: staff id of who decided, empty where the program found it; reason: in words."""

    staff: str
    ground: ExclusionGround
    decided_by: str = ""
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ListExclusions(Query[tuple[Exclusion, ...]]):
    """All that was decided of who may read a case, lifted ones among them."""

    case: str


@dataclass(frozen=True, slots=True)
class SetExclusion(Act):
    """A supervisor bars a reader, or lifts a false match: `why` is BARRED or LIFTED."""

    case: str
    exclusion: Exclusion
    on: date
