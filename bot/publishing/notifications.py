"""What an officer is told of a release: that it is made and where it is, or what went wrong."""

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

FAILURE_NOTICES = ("not_released", "not_posted", "opinions_not_posted", "board_not_posted")


@dataclass(frozen=True, slots=True)
class StaffNotification:
    """Something to tell officers. th, en: the words; is_good: whether all went well."""

    th: str
    en: str
    is_good: bool


NotifyStaff = Callable[[StaffNotification], Awaitable[None]]
"""Tells the officers."""


def build_staff_notification(
    what: str, kept: StoredRelease | None = None, **more: str | date
) -> StaffNotification:
    """The news `what`, of [publish] in the wording. place, trouble: codes of the wording; day: a Bangkok day."""
    th, en = (render_text(Phrase(f"publish.{what}", _build_args(lang, kept, more)), lang) for lang in LANGS)
    return StaffNotification(th.strip(), en.strip(), what not in FAILURE_NOTICES)


def _build_args(lang: Lang, kept: StoredRelease | None, more: dict[str, str | date]) -> dict[str, ReplyArg]:
    args: dict[str, ReplyArg] = {}
    if kept is not None:
        period = parse_manifest(kept.manifest).period
        args |= {"name": kept.name, "period": select_by_lang(lang, th=period.label, en=period.label_en)}
        args["day"] = format_calendar_date(kept.as_of, lang)
    for name, value in more.items():
        if isinstance(value, date):
            args[name] = format_calendar_date(value, lang)
        else:
            args[name] = Phrase(f"publish.{name}.{value}") if name in {"place", "trouble"} else value
    return args


def make_staff_notifier(store: Store, now: datetime) -> NotifyStaff:
    """Tells the staff of a desk in their chats, and the log, which takes no words: only whether it went well."""

    async def notify_staff(news: StaffNotification) -> None:
        log_event(LogEvent.PUBLISHED if news.is_good else LogEvent.UNPUBLISHED)
        await store.staff_admin.broadcast({"th": news.th, "en": news.en}, now)

    return notify_staff
