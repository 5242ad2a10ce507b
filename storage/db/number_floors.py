"""Numbers that are not given again: after a restore, those that may have been given after the backup."""

from enum import StrEnum

from sqlalchemy import ScalarSelect, bindparam, select

from storage import tables


class NumberKind(StrEnum):
    """Kinds of numbers by fiscal year, as `number_floors` and the file of a ledger name them.

    The last register number is stored in `counters`, so a restore raises it there.
    """

    REGISTER = "register"
    OPINION = "opinion"
    RELEASE = "release"


def select_number_floor() -> ScalarSelect[int]:
    """Return the query, with the parameters `floor_kind` and `floor_year`, for the last number that may be taken."""
    floor = tables.number_floors.c
    conditions = floor.kind == bindparam("floor_kind"), floor.fiscal_year == bindparam("floor_year")
    return select(floor.last).where(*conditions).scalar_subquery()
