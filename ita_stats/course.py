"""The course of a nameless case: what it was on each of some days, folded from its facts.

A fact holds from its effective day on, whenever it was recorded; of two that hold from the same day, the later
written. So a correction is a later fact with an earlier day, and every day can be asked about again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter

from ita_stats.fact import Fact, Field

NOT_YET, OPEN, NOT_ACCEPTED, CLOSED = "", "open", "not_accepted", "closed"
"""Where a case stands: not received yet, in hand, not accepted, or closed (then ":" and its outcome)."""

_VALUE = itemgetter(2)
Piece = tuple[str, str, str]
"""A fact of one case, bare: effective day (ISO), field, value."""


@dataclass(frozen=True, slots=True)
class Course:
    """What cases have in common that are counted alike.

    received: (year, month) of receipt; categories, standings: on each day that was asked about; days: from receipt
    to the last closing, where the case is closed on the last of these days.
    """

    received: tuple[int, int]
    categories: tuple[str, ...]
    source: str
    standings: tuple[str, ...]
    days: int | None = None


def courses(facts: Iterable[Fact], days: Sequence[date]) -> Counter[Course]:
    """How many cases took each course, of those received by the last day.

    facts: any order between cases, in the order of `seq` within one; days: in order, the last is the cut-off.
    """
    ends = [day.isoformat() for day in days]
    found: Counter[Course] = Counter()
    by_case = sorted(facts, key=attrgetter("about", "seq"))
    for _, own in groupby(by_case, key=attrgetter("about")):
        course = folded([(f.effective.isoformat(), f.field.value, f.value) for f in own], ends)
        if course is not None:
            found[course] += 1
    return found


def folded(pieces: Iterable[Piece], ends: Sequence[str]) -> Course | None:
    """The course of one case, from its facts in the order they were written; None where it is not received by then.

    Of several days of receipt the last written counts; "0" instead of "1" strikes out a case entered by mistake.
    """
    fields: dict[str, list[Piece]] = {field: [] for field in Field}
    for piece in pieces:
        fields[piece[1]].append(piece)
    receipts = fields["received"]
    if not receipts or receipts[-1][2] != "1" or receipts[-1][0] > ends[-1]:
        return None
    received = receipts[-1][0]
    for field in ("category", "status", "outcome"):
        fields[field].sort(key=itemgetter(0))  # stable: what was written later stays later within a day
    standings = tuple(
        _standing(fields["status"], fields["outcome"], end) if received <= end else NOT_YET for end in ends
    )
    return Course(
        (int(received[:4]), int(received[5:7])),
        tuple(_value(fields["category"], end) for end in ends),
        fields["source"][-1][2] if fields["source"] else "",
        standings,
        _days(received, fields["status"], ends[-1]) if standings[-1].startswith(CLOSED) else None,
    )


def _value(steps: list[Piece], end: str) -> str:
    """The value that holds at the end of a day; before the first, the first, for a case that was backdated."""
    value = steps[0][2] if steps else ""
    for day, _, to in steps:
        if day > end:
            break
        value = to
    return value


def _standing(statuses: list[Piece], outcomes: list[Piece], end: str) -> str:
    status = OPEN
    for day, _, to in statuses:
        if day > end:
            break
        status = to
    if status == CLOSED:
        return f"{CLOSED}:{_value(outcomes, end) if outcomes and outcomes[0][0] <= end else ''}"
    return NOT_ACCEPTED if status == NOT_ACCEPTED else OPEN


def _days(received: str, statuses: list[Piece], end: str) -> int:
    """Days from receipt to the closing that holds at the end of a day; not less than 0 in a backdated register."""
    closed = received
    for (day, _, to), before in zip(statuses, ["", *(to for _, _, to in statuses)], strict=False):
        if day <= end and to == CLOSED != before:
            closed = day
    return max(0, (date.fromisoformat(closed) - date.fromisoformat(received)).days)
