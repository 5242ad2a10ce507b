"""Remarks on the statistics of either desk: `/remark` shows, writes or removes what is printed beside the figures."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic

from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Lang
from handlers.dialog.replies import (
    KEEPS_TEXT,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    Phrase,
    Reply,
    ReplyArg,
    ReplyPolicy,
    raw_text,
)
from handlers.questions.pii import find_pii, redact_pii
from handlers.staff.command import CommandContext, make_command_button, make_prompt_buttons
from handlers.staff.parse import NameT, ParsedCommand, split_first_word
from handlers.staff.remark_messages import FindRemark, SetRemark
from handlers.staff.state import WorkT
from handlers.thai.dates import (
    BUDDHIST_ERA,
    CalendarMonth,
    format_calendar_month,
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
class RemarkDesk(Generic[NameT, WorkT]):
    """What the desks differ in. remark, confirm: their commands.

    propose: the officer's work in which a command waits to be confirmed at a prompt; None: in which none waits.
    """

    remark: NameT
    confirm: NameT
    propose: Callable[[WorkT, ParsedCommand[NameT] | None, int], WorkT]


@dataclass(frozen=True, slots=True)
class RemarkPeriod:
    """A month (`2569-11`) or a fiscal year (`fy2569`) that a remark is on. first: its first day."""

    code: str
    first: date
    name: Phrase


def review_remark(cmd: CommandContext[NameT, WorkT], desk: RemarkDesk[NameT, WorkT]) -> Decision:
    """Show, write or remove what a desk's statistics print as a remark: `/remark 2569-11 text`, `/remark 2569 text`.

    Personal data is marked. The officer sees what would be printed, and it is kept once they confirm.
    """
    word, rest = split_first_word(cmd.command.rest)
    period = _parse_remark_period(word, cmd.ctx.lang)
    if period is None:
        return _reply(cmd, "how", limit=MAX_REMARK_LENGTH)
    if period.first > to_bangkok_date(cmd.ctx.now):
        return _reply(cmd, "future", period=period.name)
    text = " ".join(clean_text(rest).text.split())
    if not text or text == REMOVE_MARK:
        current = yield from run_query(FindRemark(period.code))
        return _remove_remark(cmd, period, current) if text else _show_remark(cmd, desk, period, current)
    if cmd.confirmed:
        kept = cmd.with_work(desk.propose(cmd.work, None, 0))
        act = SetRemark(period.code, text, cmd.staff.id)
        return _reply(kept, "done", acts=(act,), period=period.name)
    return _propose_remark(cmd, desk, period, text)


def drop_remark(cmd: CommandContext[NameT, WorkT], desk: RemarkDesk[NameT, WorkT]) -> TurnResult:
    """Leave a remark as it was, where the officer did not confirm what was shown."""
    return _reply(cmd.with_work(desk.propose(cmd.work, None, 0)), "dropped")


def _reply(
    cmd: CommandContext[NameT, WorkT],
    key: str,
    choices: tuple[Choice, ...] = (),
    acts: tuple[Act, ...] = (),
    policy: ReplyPolicy = OF_CASE,
    **args: ReplyArg,
) -> TurnResult:
    return cmd.reply_with(Reply(f"staff.remark.{key}", policy, args, choices), acts=acts)


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


def _show_remark(
    cmd: CommandContext[NameT, WorkT], desk: RemarkDesk[NameT, WorkT], period: RemarkPeriod, current: str
) -> TurnResult:
    if not current:
        return _reply(cmd, "none", period=period.name, code=period.code)
    remove = make_command_button(
        desk.remark, rest=f"{period.code} {REMOVE_MARK}", label=Phrase("staff.remark.remove")
    )
    return _reply(cmd, "some", (remove,), period=period.name, text=current, code=period.code)


def _remove_remark(cmd: CommandContext[NameT, WorkT], period: RemarkPeriod, current: str) -> TurnResult:
    if not current:
        return _reply(cmd, "none", period=period.name, code=period.code)
    return _reply(cmd, "removed", acts=(SetRemark(period.code, "", cmd.staff.id),), period=period.name)


def _propose_remark(
    cmd: CommandContext[NameT, WorkT], desk: RemarkDesk[NameT, WorkT], period: RemarkPeriod, text: str
) -> TurnResult:
    """Show a remark as it would be printed, personal data marked, and ask to confirm exactly that."""
    printed, found = redact_pii(text), find_pii(text)
    if len(printed) > MAX_REMARK_LENGTH:
        args: dict[str, ReplyArg] = {"limit": MAX_REMARK_LENGTH, "count": f"{len(printed):,}"}
        return cmd.reply_with(Reply("staff.too_long", OF_CASE, args, presentation=KEEPS_TEXT))
    prompt = cmd.ctx.session.prompt_number + 1
    command = replace(cmd.command, rest=f"{period.code} {printed}")
    asked = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt))
    asked = asked.with_work(desk.propose(asked.work, command, prompt))
    buttons = make_prompt_buttons(desk.confirm, prompt, "staff.remark.yes", "staff.remark.no")
    marked: ReplyArg = (
        Phrase("staff.remark.found", {"found": ", ".join(found)}) if found else Phrase("staff.remark.clean")
    )
    return _reply(
        asked, "ask", buttons, policy=OFFICER_CONTENT, period=period.name, text=printed, found=marked
    )
