"""Notices to officers about publishing: what was published and where, or what went wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.log import LogEvent, log_event
from handlers.dialog.events import LANGS, Lang, select_by_lang
from handlers.dialog.replies import Phrase, ReplyArg
from handlers.i18n import render_text
from ita_stats.calendar import format_calendar_date
from ita_stats.release import parse_manifest
from storage.releases import StoredRelease
from storage.store import Store

FAILURE_NOTICES = ("not_released", "not_posted", "file_refused", "opinions_not_posted", "board_not_posted")
"""Keys of [publish] in the wording that report a failure."""


@dataclass(frozen=True, slots=True)
class StaffNotification:
    """A notice to officers. th, en: its text. is_good: whether it reports a success."""

    th: str
    en: str
    is_good: bool


NotifyStaff = Callable[[StaffNotification], Awaitable[None]]
"""Sends a notice to the officers."""


def build_staff_notification(
    what: str, release: StoredRelease | None = None, **more: str | date
) -> StaffNotification:
    """Build a notice. what: its key in [publish] of the wording. more: arguments of its text.

    Of these, place and trouble are codes of the wording, and day is a date in Bangkok.
    """
    th, en = (
        render_text(Phrase(f"publish.{what}", _build_args(lang, release, more)), lang) for lang in LANGS
    )
    return StaffNotification(th.strip(), en.strip(), what not in FAILURE_NOTICES)


def _build_args(
    lang: Lang, release: StoredRelease | None, more: dict[str, str | date]
) -> dict[str, ReplyArg]:
    args: dict[str, ReplyArg] = {}
    if release is not None:
        period = parse_manifest(release.manifest).period
        args |= {"name": release.name, "period": select_by_lang(lang, th=period.label, en=period.label_en)}
        args["day"] = format_calendar_date(release.as_of, lang)
    for name, value in more.items():
        if isinstance(value, date):
            args[name] = format_calendar_date(value, lang)
        else:
            args[name] = Phrase(f"publish.{name}.{value}") if name in {"place", "trouble"} else value
    return args


def make_staff_notifier(store: Store, now: datetime) -> NotifyStaff:
    """Make a function that notifies a desk's staff in their chats, and logs only whether it is a success."""

    async def notify_staff(notification: StaffNotification) -> None:
        log_event(LogEvent.PUBLISHED if notification.is_good else LogEvent.UNPUBLISHED)
        await store.staff_admin.broadcast({"th": notification.th, "en": notification.en}, now)

    return notify_staff
