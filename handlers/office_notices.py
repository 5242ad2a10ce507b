"""What an office says to everybody at the first message and on its first page: its notice, and planned maintenance."""

from datetime import datetime

from handlers.dialog.events import Lang
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.office import Office, PlannedMaintenance
from handlers.thai.dates import BANGKOK, format_date, format_time


def list_office_notices(office: Office, now: datetime, lang: Lang) -> tuple[Phrase, ...]:
    """Return the notices that stand now. Maintenance is announced until it ends."""
    found = list[Phrase]()
    if office.announcement is not None:
        found.append(Phrase("office_notice.announcement", {"text": office.announcement.in_lang(lang)}))
    if office.maintenance is not None and now < office.maintenance.end:
        found.append(describe_maintenance(office.maintenance, lang))
    return tuple(found)


def make_office_replies(office: Office, now: datetime, lang: Lang) -> tuple[Reply, ...]:
    """Return the notices that stand now, as they are said before the first answer."""
    return tuple(Reply(one.key, NEUTRAL, one.args) for one in list_office_notices(office, now, lang))


def describe_maintenance(planned: PlannedMaintenance, lang: Lang) -> Phrase:
    """Return what everybody reads of planned maintenance."""
    days = [one.astimezone(BANGKOK).date() for one in (planned.start, planned.end)]
    times = {"start": format_time(planned.start), "end": format_time(planned.end)}
    first, last = (format_date(day, lang) for day in days)
    if first == last:
        return Phrase("office_notice.maintenance", {"day": first, **times})
    return Phrase("office_notice.maintenance_over_night", {"day": first, "last": last, **times})
