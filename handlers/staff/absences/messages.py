"""Absences: from when till when somebody is away, and who stands in; the query and the acts about them."""

from dataclasses import dataclass
from datetime import date

from handlers.dialog.effects import Act, Query


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody of the staff is away on the days from `first` to `last`; stand_in: staff id of who works for them."""

    staff: str
    first: date
    last: date
    stand_in: str


@dataclass(frozen=True, slots=True)
class ListAbsences(Query[tuple[Absence, ...]]):
    """The absences that are not over on a day, by their first day."""

    today: date


@dataclass(frozen=True, slots=True)
class SetAbsence(Act):
    """Say that somebody is away; it takes the place of what was said of any of these days. by: staff id.

    A conflict where the stand-in left, or is away on one of them.
    """

    absence: Absence
    by: str
    today: date


@dataclass(frozen=True, slots=True)
class EndAbsence(Act):
    """End all absences of somebody that are not over, from now on. by: staff id."""

    staff: str
    by: str
    today: date
