"""Reports of one matter: the acts about them."""

from dataclasses import dataclass
from datetime import date

from handlers.dialog.effects import Act


@dataclass(frozen=True, slots=True)
class MergeCases(Act):
    """Make two cases, and what each is one with, one matter: officers work them as one, each reporter keeps their own.

    All get the officer of the first, or else of the other, as far as none of the matter is hidden from them. A conflict
    where one is hidden from who says so, has ended, or different officers were appointed to them.
    """

    case: str
    other: str
    staff: str
    on: date


@dataclass(frozen=True, slots=True)
class SeparateCase(Act):
    """Take a case out of its matter again; it keeps its officer. A conflict where it is in none."""

    case: str
    staff: str
