"""`/stats`, the figures counted as in the published statistics; and `/remark`, what is printed beside them."""

from dataclasses import dataclass, replace

from handlers.dialog.effects import Decision, Query, run_query
from handlers.dialog.events import Lang, select_by_lang
from handlers.dialog.replies import OF_CASE, Phrase, Reply
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.messages import CountUnreadableCases
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.remarks import RemarkDesk, review_remark
from handlers.staff.state import ComplaintsWork, ProposedReply
from handlers.thai.dates import BUDDHIST_ERA, CalendarMonth, get_fiscal_year, to_bangkok_date


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


def _propose_remark(
    work: ComplaintsWork, command: ParsedCommand[CommandName] | None, prompt: int
) -> ComplaintsWork:
    return replace(work, proposal=None if command is None else ProposedReply(command, prompt))


_REMARKS = RemarkDesk(CommandName.REMARK, CommandName.CONFIRM, _propose_remark)


def review_complaints_remark(cmd: ComplaintsCommandContext) -> Decision:
    """Show, write or remove a remark on the statistics of complaints: see `review_remark`."""
    return review_remark(cmd, _REMARKS)
