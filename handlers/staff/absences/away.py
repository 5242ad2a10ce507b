"""Say from when till when one is away and who stands in, for oneself or, as a supervisor, for somebody else.

What is missing is asked for: the days, then the stand-in by a button. Rights follow from the day, and end with it.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.absences.messages import Absence, EndAbsence, ListAbsences, SetAbsence
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.enrolment.people import number_same_names
from handlers.staff.members import SHORT_ID_LENGTH, ListStaff, StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CASE_WORKERS, CommandName, Role
from handlers.thai.date_readings import DatePrecision
from handlers.thai.date_spans import find_kinds_around_date
from handlers.thai.date_words import TokenKind
from handlers.thai.dates import BUDDHIST_ERA, format_days, parse_date, to_bangkok_date
from handlers.thai.grammar.particles import PLAIN_PARTICLES, join_particles
from handlers.thai.matching import normalize_for_matching

LONGEST_ABSENCE = timedelta(days=366)
ENDING_WORDS = frozenset({"off", "เลิก", "ยกเลิก", "กลับมาแล้ว"})
"""What ends an absence, after the command."""


LONGEST_WITHOUT_YEAR = timedelta(days=300)
"""Days told without a year that would be more than this end before they begin: `12 Dec - 5 Dec`."""

_PARTICLE_AT_END = re.compile(rf"\s*(?:{join_particles(PLAIN_PARTICLES)})$")


_DAYS_OF_MONTH = re.compile(r"(\d+)\D+?(\d+)")
"""The first two numbers of days: what they are compared by where no calendar has them."""

THAI_COUNTS: Mapping[str, int] = {
    word: count
    for count, word in enumerate(("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ"), 1)
}
_DURATION = re.compile(
    rf"(?:เป็นเวลา|รวม|อีก|ไป|\bfor\b|,)?\s*(?<![\d/.-])(?P<count>\d{{1,3}}|{'|'.join(THAI_COUNTS)})\s*"
    r"(?:(?P<week>สัปดาห์|อาทิตย์|weeks?\b)|วัน(?!ที่|นี้|พ|อ|จ|ศ|ส)|days?\b)(?:\s*(?:ตั้งแต่|นับแต่|เริ่ม|\bfrom\b))?"
)
"""How long: `3 วัน`, `สองสัปดาห์`, `for 3 days`; a day of the week (วันพุธ) or of the month (วันที่ 5) is none."""

FIRST_BUDDHIST_YEAR = 2400
"""A year after this one is of the Buddhist era."""


@dataclass(frozen=True, slots=True)
class AbsenceWords:
    """What was typed: who is away (None: who types), the days, and who stands in, as far as each was told.

    namesakes: who is meant at the beginning, where it is a name of several.
    """

    person: StaffMember | None
    days: str
    stand_in: StaffMember | None
    namesakes: tuple[StaffMember, ...] = ()


def set_absence(cmd: ComplaintsCommandContext) -> Decision:
    """Say that one is away: `/away 5-12 Dec Somchai`; a supervisor: `/away Somying 5-12 Dec Somchai`.

    Where a part of the text was not read, it is asked for again, and nothing is stored.
    """
    everybody = yield from run_query(ListStaff())
    staff = [one for one in everybody if one.active and one.role in CASE_WORKERS]
    told = split_absence(cmd.command.rest, staff)
    away = told.person or cmd.staff
    today, called = to_bangkok_date(cmd.ctx.now), number_same_names(everybody)
    is_end, unread = _read_ending(told)
    days = read_days(told.days, today, with_name=told.stand_in is None)
    if told.namesakes or unread or (days == "who" and not is_end):
        end_or_days = "off" if is_end else "" if isinstance(days, str) else f"{days[0]}/{days[1]}"
        after = f"{end_or_days} {told.stand_in.short_id if told.stand_in and end_or_days != 'off' else ''}"
        return _ask_who(cmd, after.strip(), told.namesakes or staff, called)
    if away.id != cmd.staff.id and cmd.staff.role is not Role.SUPERVISOR:
        return cmd.reply("away.supervisors_only", OF_CASE)
    known = yield from run_query(ListAbsences(today))
    if is_end:
        if not any(one.staff == away.id for one in known):
            return cmd.reply("away.none", OF_CASE, person=called[away.id])
        end = EndAbsence(away.id, cmd.staff.id, today)
        return cmd.reply("away.ended", OF_CASE, acts=(end,), person=called[away.id])
    if not told.days:
        return _ask_days(cmd, away, known, called)
    if isinstance(days, str):
        again = ParsedCommand(CommandName.AWAY, rest=away.short_id if told.person else "")
        waiting, said = cmd.await_text_for(again), told.days[:40]
        return waiting.reply(f"away.{days}", OF_CASE, days=said, person=called[away.id])
    if told.stand_in is None or told.stand_in.id == away.id:
        return _ask_stand_in(cmd, away, days, [one for one in staff if one.id != away.id], called)
    return _record_absence(cmd, Absence(away.id, *days, told.stand_in.id), known, called)


def _read_ending(told: AbsenceWords) -> tuple[bool, bool]:
    """Return whether an absence is to end, and whether it is told whose in words that are nobody's name there."""
    *before, last = told.days.split() or [""]
    is_end = normalize_for_matching(last) in ENDING_WORDS
    return is_end, is_end and bool(before or told.stand_in)


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

    A first name is enough where one person has it. Of two names of which one begins or ends the other, the longer one
    is meant; of the same name of two at the end nobody is.
    """
    plain = " ".join(rest.split())
    names = [
        (word, one)
        for one in staff
        for word in {one.id, one.short_id, one.name, one.name.partition(" ")[0]}
        if word
    ]
    people, begin = _take_longest(
        [(word, one) for word, one in names if f"{plain.casefold()} ".startswith(f"{word.casefold()} ")]
    )
    days, stand_ins = _split_stand_in(plain[begin:].strip(), names)
    namesakes = tuple(people) if len(people) > 1 else ()
    return AbsenceWords(_get_only(people), days, _get_only(stand_ins), namesakes)


def _split_stand_in(text: str, names: Sequence[tuple[str, StaffMember]]) -> tuple[str, list[StaffMember]]:
    """Return what stands before a name at the end, and whose it is; particles after it are left out.

    A particle may be the end of a name: the text is read with it first.
    """
    while True:
        found = [(word, one) for word, one in names if f" {text.casefold()}".endswith(f" {word.casefold()}")]
        shorter = _PARTICLE_AT_END.sub("", text)
        if found or shorter == text:
            break
        text = shorter
    people, end = _take_longest(found)
    days = text[: len(text) - end].strip()
    while (shorter := _PARTICLE_AT_END.sub("", days)) != days:
        days = shorter
    return days, people


def _take_longest(found: Sequence[tuple[str, StaffMember]]) -> tuple[list[StaffMember], int]:
    length = max((len(word) for word, _ in found), default=0)
    return list({one.id: one for word, one in found if len(word) == length}.values()), length


def _get_only(people: Sequence[StaffMember]) -> StaffMember | None:
    return people[0] if len(people) == 1 else None


def read_days(text: str, today: date, *, with_name: bool = False) -> tuple[date, date] | str:
    """Return the days of an absence; else why not: `no_days`, `reversed`, `past`, `too_long`, or `who`.

    A day without a year is the next one; of the calendar's reader it would be the last that has passed. All of the text
    is days, but for an unknown name at the end where `with_name`. `who`: other words stand before them.
    """
    begins, _, ends = text.partition("/")
    with suppress(ValueError):  # as a button brings it: a platform takes few bytes there
        return _check_days(_read_button_day(begins), _read_button_day(ends), today)
    return _read_duration(text, today, with_name) or _read_calendar_days(text, today, with_name)


def _read_calendar_days(text: str, today: date, with_name: bool) -> tuple[date, date] | str:
    """Return the days that a text without a length names, or why not (`read_days`)."""
    around = find_kinds_around_date(text, today)
    if around is None:
        return "no_days"
    before, after = around
    if before:
        return "who" if before.startswith(TokenKind.OTHER) else "no_days"
    if after and not (with_name and after == TokenKind.OTHER):
        return "no_days"
    found = parse_date(text, today)
    if found is None:
        return "reversed" if _is_reversed(text) else "no_days"
    if found.precision > DatePrecision.MONTH:
        return "no_days"
    first, last = found.first_day, found.last_day
    if found.is_year_assumed and last - first > LONGEST_WITHOUT_YEAR:
        return "reversed"
    if found.is_year_assumed and last < today:
        first, last = _a_year_later(first), _a_year_later(last)
    return _check_days(first, last, today)


def _read_duration(text: str, today: date, with_name: bool) -> tuple[date, date] | str | None:
    """Return the days of `today 3 days`, `5 Dec, for 2 weeks` or `3 days from tomorrow`; None where no length is told.

    Each day of the calendar counts, as in “5-12 ธ.ค.”.
    """
    found = _DURATION.search(text)
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip() if found else ""
    if found is None or not rest:
        return None
    begins = read_days(rest, today, with_name=with_name)
    if isinstance(begins, str):
        return begins
    count = int(found["count"]) if found["count"].isdecimal() else THAI_COUNTS[found["count"]]
    first, last = begins
    if first != last or not count:
        return "no_days"
    return _check_days(first, first + timedelta(days=count * (7 if found["week"] else 1) - 1), today)


def _is_reversed(text: str) -> bool:
    found = _DAYS_OF_MONTH.search(text)
    return found is not None and int(found[2]) < int(found[1]) <= 31


def _read_button_day(text: str) -> date:
    """Read a day as buttons write it, also of the Buddhist era. Raises ValueError."""
    day = date.fromisoformat(text)
    return day.replace(year=day.year - BUDDHIST_ERA) if day.year > FIRST_BUDDHIST_YEAR else day


def _check_days(first: date, last: date, today: date) -> tuple[date, date] | str:
    if first > last:
        return "reversed"
    if last < today:
        return "past"
    first = max(first, today)
    return "too_long" if last - first > LONGEST_ABSENCE else (first, last)


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
    cmd: ComplaintsCommandContext,
    away: StaffMember,
    days: tuple[date, date],
    others: Sequence[StaffMember],
    called: Mapping[str, str],
) -> TurnResult:
    """Ask who stands in, and say whose absence and which days were understood."""
    if not others:
        return cmd.reply("away.nobody", OF_CASE)
    own = "" if away.id == cmd.staff.id else f"{away.short_id} "
    choices = tuple(
        make_command_button(
            CommandName.AWAY, rest=f"{own}{days[0]}/{days[1]} {one.short_id}", label=raw_text(called[one.id])
        )
        for one in others
    )
    shown = format_days(*days, DatePrecision.DAY, cmd.ctx.lang)
    return cmd.reply("away.ask_stand_in", OF_CASE, choices, person=called[away.id], days=shown)


def _ask_who(
    cmd: ComplaintsCommandContext, after: str, people: Sequence[StaffMember], called: Mapping[str, str]
) -> TurnResult:
    """Ask whose absence is meant. after: what else was told, as the buttons repeat it."""
    if cmd.staff.role is not Role.SUPERVISOR:
        return cmd.reply("away.supervisors_only", OF_CASE)
    choices = tuple(
        make_command_button(
            CommandName.AWAY, rest=f"{one.short_id} {after}".strip(), label=raw_text(called[one.id])
        )
        for one in people
    )
    return cmd.reply("away.who", OF_CASE, choices, name=cmd.command.rest[:40])
