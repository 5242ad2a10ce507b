"""Queries and acts of slips: the one-time code by which a caller or visitor makes a tracking code of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from handlers.complaints.messages import CaseOpening
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.effects import Act, Query
from handlers.dialog.receipt import Receipt

SLIP_TTL = timedelta(days=30)
"""How long a slip can be used, and what was made with it can be voided."""

SLIP_REMEMBERED = timedelta(days=30)
"""How long after that it is remembered, so that who comes late hears that it has ended."""


class SlipStatus(StrEnum):
    """What can be done with a slip."""

    UNUSED = "unused"
    USED = "used"  # a tracking code was made with it, and works
    VOIDED = "voided"  # the tracking code that was made with it was voided
    ENDED = "ended"  # it is too late, whatever was done with it


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as its holder may know it. seq: of the last line of the case; until: the last day on which it can be used.

    used: the day on which, and the channel through which, a tracking code was made; voided_on: the day of its end.
    """

    case: str
    seq: int
    status: SlipStatus
    until: date
    used: CaseOpening | None = None
    voided_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewOneTimeCode(Query[OneTimeCode]):
    """A new one-time code: 53 random bits."""


@dataclass(frozen=True, slots=True)
class FindSlip(Query[Slip | None]):
    """Find the slip of a one-time code; None for one that was never issued, was replaced, or is forgotten."""

    code: OneTimeCode


@dataclass(frozen=True, slots=True)
class FindVoidedCode(Query[date | None]):
    """The day on which a tracking code was voided by who has its slip; None for any other code."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class GetWrittenReport(Query[Mapping[str, str]]):
    """What an officer wrote down, by field, for whom it was written down for."""

    case: str


@dataclass(frozen=True, slots=True)
class IssueSlip(Act):
    """Store the hash of a one-time code for a case, in the place of an unused one. on: the day in Bangkok."""

    case: str
    code: OneTimeCode = field(repr=False)
    on: date


@dataclass(frozen=True, slots=True)
class UseSlip(Act):
    """Let a case be opened by a new tracking code alone; a conflict where the slip was used or replaced meanwhile.

    opening: the day and channel of the use, which the holder of the slip may ask for.
    """

    case: str
    code: OneTimeCode = field(repr=False)
    receipt: Receipt = field(repr=False)
    opening: CaseOpening


@dataclass(frozen=True, slots=True)
class VoidSlip(Act):
    """Void the tracking code that was made with a slip, and end the news of its case; a conflict as for `UseSlip`."""

    case: str
    code: OneTimeCode = field(repr=False)
    on: date
