"""The Thai official calendar: fiscal years in the Buddhist Era, and the day it is in Bangkok."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_ERA = 543
"""Years to add to a Christian year (1 January new year, since B.E. 2484)."""


def day_in_bangkok(instant: datetime) -> date:
    """The Bangkok day of an instant. The instant must carry its zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no day in Bangkok")
    return instant.astimezone(BANGKOK).date()


def fiscal_year(day: date) -> int:
    """The Buddhist-era fiscal year of a day: 1 October to 30 September, named after the year it ends in.

    Source: พ.ร.บ. วิธีการงบประมาณ พ.ศ. 2561, section 4.
    """
    return day.year + BUDDHIST_ERA + (day.month >= 10)
