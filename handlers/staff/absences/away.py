"""Say from when till when one is away and who stands in, for oneself or, as a supervisor, for somebody else.

What is missing is asked for: the days, then the stand-in by a button. Rights follow from the day, and end with it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.absences.messages import Absence, EndAbsence, ListAbsences, SetAbsence
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.enrolment.administration import number_same_names
from handlers.staff.members import SHORT_ID_LENGTH, ListStaff, StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CASE_WORKERS, CommandName, Role
from handlers.thai.date_readings import DatePrecision
from handlers.thai.dates import format_days, parse_date, to_bangkok_date
from handlers.thai.matching import normalize_for_matching

LONGEST_ABSENCE = timedelta(days=366)
ENDING_WORDS = frozenset({"off", "เลิก", "ยกเลิก", "กลับมาแล้ว"})
"""What ends an absence, after the command."""


@dataclass(frozen=True, slots=True)
class AbsenceWords:
    """What was typed: who is away (None: who types), the days, and who stands in, as far as each was told."""

    person: StaffMember | None
    days: str
    stand_in: StaffMember | None


def set_absence(cmd: ComplaintsCommandContext) -> Decision:
    """Say that one is away: `/away 5-12 Dec Somchai`; a supervisor: `/away Somying 5-12 Dec Somchai`."""
    everybody = yield from run_query(ListStaff())
    staff = [one for one in everybody if one.active and one.role in CASE_WORKERS]
    told = split_absence(cmd.command.rest, staff)
    away = told.person or cmd.staff
    today, called = to_bangkok_date(cmd.ctx.now), number_same_names(everybody)
    if away.id != cmd.staff.id and cmd.staff.role is not Role.SUPERVISOR:
        return cmd.reply("away.supervisors_only", OF_CASE)
    known = yield from run_query(ListAbsences(today))
    if normalize_for_matching(told.days) in ENDING_WORDS:
        if not any(one.staff == away.id for one in known):
            return cmd.reply("away.none", OF_CASE, person=called[away.id])
        end = EndAbsence(away.id, cmd.staff.id, today)
        return cmd.reply("away.ended", OF_CASE, acts=(end,), person=called[away.id])
    if not told.days:
        return _ask_days(cmd, away, known, called)
    days = read_days(told.days, today)
    if isinstance(days, str):
        again = ParsedCommand(CommandName.AWAY, rest=away.short_id if told.person else "")
        return cmd.await_text_for(again).reply(f"away.{days}", OF_CASE, days=told.days[:40])
    if told.stand_in is None or told.stand_in.id == away.id:
        said = f"{away.short_id if told.person else ''} {days[0]}/{days[1]}".strip()
        return _ask_stand_in(cmd, said, [one for one in staff if one.id != away.id], called)
    return _record_absence(cmd, Absence(away.id, *days, told.stand_in.id), known, called)


def _record_absence(
    cmd: ComplaintsCommandContext, absence: Absence, known: Sequence[Absence], called: Mapping[str, str]
) -> TurnResult:
    """Store an absence, unless the stand-in is away themselves."""
    busy = next((one for one in known if one.staff == absence.stand_in and _overlap(one, absence)), None)
    args: dict[str, ReplyArg] = {"name": called[absence.stand_in], "days": _format_days(cmd, busy or absence)}
    if busy is not None:
        return cmd.reply_with(Reply("staff.away.stand_in_away", OF_CASE, args))
    is_own = absence.staff == cmd.staff.id
    key = "done" if is_own else "done_other"
    if any(one.stand_in == absence.staff and _overlap(one, absence) for one in known):
        key = f"{key}_stands_in"
    args |= {} if is_own else {"person": called[absence.staff]}
    act = SetAbsence(absence, cmd.staff.id, to_bangkok_date(cmd.ctx.now))
    ends = _make_end_button(cmd, absence.staff)
    return cmd.reply_with(Reply(f"staff.away.{key}", OF_CASE, args, (ends,)), acts=(act,))


def _format_days(cmd: ComplaintsCommandContext, one: Absence) -> str:
    return format_days(one.first, one.last, DatePrecision.DAY, cmd.ctx.lang)


def split_absence(rest: str, staff: Sequence[StaffMember]) -> AbsenceWords:
    """Return who is away, the days, and who stands in: a name or id at the beginning, and one at the end.

    Of two names of which one begins or ends the other, the longer one is meant; the same name of two is nobody's.
    """
    plain = " ".join(rest.split())
    names = [(word, one) for one in staff for word in (one.id, one.short_id, one.name) if word]
    first = [(word, one) for word, one in names if f"{plain.casefold()} ".startswith(f"{word.casefold()} ")]
    person, begin = _take_longest(first)
    left = plain[begin:].strip()
    last = [(word, one) for word, one in names if f" {left.casefold()}".endswith(f" {word.casefold()}")]
    stand_in, end = _take_longest(last)
    return AbsenceWords(person, left[: len(left) - end].strip(), stand_in)


def _take_longest(found: list[tuple[str, StaffMember]]) -> tuple[StaffMember | None, int]:
    if not found:
        return None, 0
    length = max(len(word) for word, _ in found)
    people = {one.id: one for word, one in found if len(word) == length}
    return (next(iter(people.values())) if len(people) == 1 else None), length


def read_days(text: str, today: date) -> tuple[date, date] | str:
    """Return the days of an absence; else why not: `no_days`, `past` or `too_long`.

    A day without a year is the next one; of the calendar's reader it would be the last that has passed.
    """
    begins, _, ends = text.partition("/")
    with suppress(ValueError):  # as a button brings it: a platform takes few bytes there
        return date.fromisoformat(begins), date.fromisoformat(ends)
    found = parse_date(text, today)
    if found is None or found.precision > DatePrecision.MONTH:
        return "no_days"
    first, last = found.first_day, found.last_day
    if found.is_year_assumed and last < today:
        first, last = _a_year_later(first), _a_year_later(last)
    if last < today:
        return "past"
    return "too_long" if last - max(first, today) > LONGEST_ABSENCE else (max(first, today), last)


def _a_year_later(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)


def _overlap(one: Absence, other: Absence) -> bool:
    return one.first <= other.last and other.first <= one.last


def _make_end_button(cmd: ComplaintsCommandContext, away: str) -> Choice:
    own = "" if away == cmd.staff.id else f"{away[:SHORT_ID_LENGTH]} "
    return make_command_button(CommandName.AWAY, rest=f"{own}off", label=Phrase("staff.away.end"))


def _ask_days(
    cmd: ComplaintsCommandContext, away: StaffMember, known: Sequence[Absence], called: Mapping[str, str]
) -> TurnResult:
    """Ask from when till when, and say what is known of somebody's absences."""
    lines = tuple(
        Phrase(
            "staff.away.line",
            {
                "days": _format_days(cmd, one),
                "name": raw_text(called.get(one.stand_in, "")),
            },
        )
        for one in known
        if one.staff == away.id
    )
    rest = "" if away.id == cmd.staff.id else away.short_id
    key = "ask_supervisor" if cmd.staff.role is Role.SUPERVISOR else "ask"
    choices = (_make_end_button(cmd, away.id),) if lines else ()
    waiting = cmd.await_text_for(ParsedCommand(CommandName.AWAY, rest=rest))
    return waiting.reply(f"away.{key}", OF_CASE, choices, person=called[away.id], lines=lines)


def _ask_stand_in(
    cmd: ComplaintsCommandContext, said: str, others: Sequence[StaffMember], called: Mapping[str, str]
) -> TurnResult:
    """Ask who stands in. said: what was told so far, as the buttons repeat it."""
    if not others:
        return cmd.reply("away.nobody", OF_CASE)
    choices = tuple(
        make_command_button(CommandName.AWAY, rest=f"{said} {one.short_id}", label=raw_text(called[one.id]))
        for one in others
    )
    return cmd.reply("away.ask_stand_in", OF_CASE, choices)
