"""`/stats`, the figures counted as in the published statistics; and `/remark`, what is printed beside them."""

import re
from dataclasses import dataclass, replace
from datetime import date

from handlers.dialog.effects import Decision, Query, TurnResult, run_query
from handlers.dialog.events import Lang, select_by_lang
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, OFFICER_CONTENT, Phrase, Reply, ReplyArg, raw_text
from handlers.questions.pii import find_pii, redact_pii
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.messages import CountUnreadableCases, FindRemark, SetRemark
from handlers.staff.parse import split_first_word
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import ProposedReply
from handlers.thai.dates import (
    BUDDHIST_ERA,
    CalendarMonth,
    format_calendar_month,
    get_fiscal_year,
    to_arabic_digits,
    to_bangkok_date,
)
from handlers.thai.text import clean_text

MAX_REMARK_LENGTH = 300
"""Characters of a remark, as it is printed."""

REMOVE_MARK = "-"
"""In place of a text: the remark is removed."""

_REMARK_PERIOD = re.compile(r"([0-9]{4})-([0-9]{1,2})|(?:fy)?([0-9]{4})", re.IGNORECASE)
_BUDDHIST_YEARS = range(2484, 2800)
"""Years that statistics are counted of (`ita_stats.period`)."""


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """The four figures of a period; exact, so for officers only. th, en: its name.

    months: the months of the period that have begun; a period of one month contains itself.
    """

    th: str
    en: str
    received: int
    done: int
    in_progress: int
    not_accepted: int
    months: "tuple[PeriodCounts, ...]" = ()


@dataclass(frozen=True, slots=True)
class CountCases(Query[tuple[PeriodCounts, ...]]):
    """The figures of periods by their codes: `2570-02` for a month, `fy2570` for a fiscal year."""

    periods: tuple[str, ...]


def show_statistics(cmd: ComplaintsCommandContext) -> Decision:
    """Show the figures of this month and this fiscal year, and the year's months as a chart."""
    today = to_bangkok_date(cmd.ctx.now)
    fiscal = get_fiscal_year(today)
    counted = yield from run_query(CountCases((CalendarMonth.from_date(today).code, f"fy{fiscal}")))
    lines = tuple(_format_counts_line("staff.stats.line", one, cmd.ctx.lang) for one in counted)
    chart = Phrase(
        "staff.stats.chart",
        {
            "year": select_by_lang(cmd.ctx.lang, th=f"{fiscal}", en=f"{fiscal} ({fiscal - BUDDHIST_ERA})"),
            "received": Phrase("staff.stats.received"),
            "done": Phrase("staff.stats.done"),
            "months": tuple(
                _format_counts_line("staff.stats.month", one, cmd.ctx.lang) for one in counted[-1].months
            ),
        },
    )
    figures = Reply(
        "staff.stats.all",
        OF_CASE,
        {"lines": lines, "chart": chart},
        (make_command_button(CommandName.HELP),),
    )
    return cmd.reply_with(*(yield from _warn_of_unreadable_cases(cmd)), figures)


def _warn_of_unreadable_cases(cmd: ComplaintsCommandContext) -> QueryGenerator[tuple[Reply, ...]]:
    """Return how many cases nobody can read, for who runs the channel and can have an alternate named."""
    if cmd.staff.role is not Role.ADMIN:
        return ()
    count = yield from run_query(CountUnreadableCases(cmd.staff.id))
    return (Reply("staff.stats.unreadable", OF_CASE, {"count": count}),) if count else ()


def _format_counts_line(key: str, one: PeriodCounts, lang: Lang) -> Phrase:
    return Phrase(
        key,
        {
            "label": select_by_lang(lang, th=one.th, en=one.en),
            "received": one.received,
            "done": one.done,
            "in_progress": one.in_progress,
            "not_accepted": one.not_accepted,
        },
    )


@dataclass(frozen=True, slots=True)
class RemarkPeriod:
    """A month (`2569-11`) or a fiscal year (`fy2569`) that a remark is on. first: its first day."""

    code: str
    first: date
    name: Phrase


def review_remark(cmd: ComplaintsCommandContext) -> Decision:
    """Show, write or remove what statistics print as a remark: `/remark 2569-11 text`, `/remark 2569 text`.

    Personal data is marked. The officer sees what would be printed, and it is kept once they confirm.
    """
    word, rest = split_first_word(cmd.command.rest)
    period = _parse_remark_period(word, cmd.ctx.lang)
    if period is None:
        return cmd.reply("remark.how", OF_CASE, limit=MAX_REMARK_LENGTH)
    if period.first > to_bangkok_date(cmd.ctx.now):
        return cmd.reply("remark.future", OF_CASE, period=period.name)
    text = " ".join(clean_text(rest).text.split())
    if not text or text == REMOVE_MARK:
        current = yield from run_query(FindRemark(period.code))
        return _remove_remark(cmd, period, current) if text else _show_remark(cmd, period, current)
    if cmd.confirmed:
        kept = cmd.with_work(replace(cmd.work, proposal=None))
        act = SetRemark(period.code, text, cmd.staff.id)
        return kept.reply("remark.done", OF_CASE, acts=(act,), period=period.name)
    return _propose_remark(cmd, period, text)


def _parse_remark_period(word: str, lang: Lang) -> RemarkPeriod | None:
    found = _REMARK_PERIOD.fullmatch(to_arabic_digits(word))
    if found is None or int(found[1] or found[3]) not in _BUDDHIST_YEARS:
        return None
    if found[3]:
        year = int(found[3])
        first = date(year - BUDDHIST_ERA - 1, 10, 1)
        return RemarkPeriod(f"fy{year}", first, Phrase("staff.remark.year", {"year": year}))
    number = int(found[2])
    if not 1 <= number <= 12:
        return None
    month = CalendarMonth(int(found[1]) - BUDDHIST_ERA, number)
    return RemarkPeriod(month.code, month.first, raw_text(format_calendar_month(month, lang)))


def _show_remark(cmd: ComplaintsCommandContext, period: RemarkPeriod, current: str) -> TurnResult:
    if not current:
        return cmd.reply("remark.none", OF_CASE, period=period.name, code=period.code)
    remove = make_command_button(
        CommandName.REMARK, rest=f"{period.code} {REMOVE_MARK}", label=Phrase("staff.remark.remove")
    )
    return cmd.reply("remark.some", OF_CASE, (remove,), period=period.name, text=current, code=period.code)


def _remove_remark(cmd: ComplaintsCommandContext, period: RemarkPeriod, current: str) -> TurnResult:
    if not current:
        return cmd.reply("remark.none", OF_CASE, period=period.name, code=period.code)
    act = SetRemark(period.code, "", cmd.staff.id)
    return cmd.reply("remark.removed", OF_CASE, acts=(act,), period=period.name)


def _propose_remark(cmd: ComplaintsCommandContext, period: RemarkPeriod, text: str) -> TurnResult:
    """Show a remark as it would be printed, personal data marked, and ask to confirm exactly that."""
    printed, found = redact_pii(text), find_pii(text)
    if len(printed) > MAX_REMARK_LENGTH:
        count = f"{len(printed):,}"
        return cmd.reply("too_long", OF_CASE, limit=MAX_REMARK_LENGTH, count=count, presentation=KEEPS_TEXT)
    prompt = cmd.ctx.session.prompt_number + 1
    command = replace(cmd.command, rest=f"{period.code} {printed}")
    asked = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_work(
        replace(cmd.work, proposal=ProposedReply(command, prompt))
    )
    yes = make_command_button(CommandName.CONFIRM, rest=f"y{prompt}", label=Phrase("staff.remark.yes"))
    no = make_command_button(CommandName.CONFIRM, rest=f"n{prompt}", label=Phrase("staff.remark.no"))
    marked: ReplyArg = (
        Phrase("staff.remark.found", {"found": ", ".join(found)}) if found else Phrase("staff.remark.clean")
    )
    return asked.reply(
        "remark.ask", OFFICER_CONTENT, (yes, no), period=period.name, text=printed, found=marked
    )
