"""The accused does not read the case: whom of the staff a complaint seems to concern, and who may say otherwise."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.complaints.exclusions import Exclusion, ExclusionGround, ListExclusions
from handlers.complaints.messages import AddHistoryEntry
from handlers.complaints.name_matching import readings, spellings, titled, untitled, words
from handlers.dialog.events import Act, Deciding, Lang, Query, Reply, TurnResult, read
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import HANDLING, Role

ACCUSED = "accused"
"""The field that says who is complained of: a unit that stands there is meant, elsewhere it is a place."""

ENOUGH = 4
"""Letters of a name's skeleton from which on it may stand anywhere; a shorter one must stand as a word of its own."""

FEWEST = 2
REASON = 10
"""Characters that a reason must have at least."""


def names_of(person: StaffMember) -> tuple[str, ...]:
    """All that a person may be called by: the whole name, first and last name, aliases."""
    found: list[str] = []
    for name in (person.profile.name, *person.profile.aliases):
        bare = untitled(name)
        found += [bare, *bare.split()]
        if person.profile.name != name:
            found.append(name)
    return tuple(dict.fromkeys(filter(None, found)))


def is_named(name: str, text: str) -> bool:
    """Whether a name seems to stand in a text: anywhere, or where it is short as a word or after a title."""
    wanted = {spelling for spelling in spellings(name) if len(spelling) >= FEWEST}
    long = [one for one in wanted if len(one) >= ENOUGH]
    if any(one in body for one in long for body in readings(text)):
        return True
    short = tuple(one for one in wanted if len(one) < ENOUGH)
    if not short:
        return False
    return not wanted.isdisjoint(words(text)) or any(rest.startswith(short) for rest in titled(text))


def found(
    answers: Mapping[str, str],
    staff: Sequence[StaffMember],
    *,
    marked: bool = False,
    alternates: Iterable[str] = (),
) -> tuple[Exclusion, ...]:
    """Who must not read a complaint: whom it names, whose unit it accuses, and who is under their command.

    marked: the reporter said that it concerns the head or who runs this channel: then only the alternate
    officers (by name, as office.toml has them) may read it.
    """
    whole = "\n".join(answers.values())
    why: dict[str, ExclusionGround] = {}
    for person in staff:
        if any(is_named(name, whole) for name in names_of(person)):
            why[person.id] = ExclusionGround.NAMED
        elif any(is_named(unit, answers.get(ACCUSED, "")) for unit in person.profile.units):
            why[person.id] = ExclusionGround.UNIT
    # A unit is accused, not its members' helpers elsewhere: command follows from persons who are named.
    for one in under({one for one, reason in why.items() if reason is ExclusionGround.NAMED}, staff):
        why.setdefault(one, ExclusionGround.COMMAND)
    if marked:
        chosen = {person.id for person in alternates_of(staff, alternates)}
        for person in staff:
            if person.id not in chosen:
                why.setdefault(person.id, ExclusionGround.MARKED)
    return tuple(Exclusion(one, reason) for one, reason in sorted(why.items()))


def alternates_of(staff: Sequence[StaffMember], names: Iterable[str]) -> tuple[StaffMember, ...]:
    """Who of the staff is an alternate officer, by the names that office.toml has."""
    chosen = {reading for name in names for reading in readings(untitled(name))}
    return tuple(p for p in staff if readings(untitled(p.profile.name)) & chosen)


def excluded(
    office: Office, answers: Mapping[str, str], *, marked: bool = False
) -> Generator[Query[Any], Any, tuple[Exclusion, ...]]:
    """Who must not read what is being told, asked of the staff as it is now."""
    staff = yield from read(ListStaff())
    return found(answers, staff, marked=marked, alternates=office.alternate.officers)


def guarded(office: Office, turn: TurnResult) -> Deciding:
    """A turn in which the reporter's later words, too, are hidden from whom they concern."""
    acts: list[Act] = []
    for act in turn.acts:
        if isinstance(act, AddHistoryEntry) and act.text:
            act = replace(act, excluded=(yield from excluded(office, {"message": act.text})))
        acts.append(act)
    return replace(turn, acts=tuple(acts))


def under(chiefs: set[str], staff: Sequence[StaffMember]) -> set[str]:
    """Who is under the command of somebody, at any remove."""
    below, grown = set(chiefs), True
    while grown:
        more = {p.id for p in staff if p.profile.chief in below} - below
        grown, below = bool(more), below | more
    return below - chiefs


def left(excluded: Iterable[Exclusion], staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """Who may still handle a case. Nobody: only its number is shown, and outside bodies are named."""
    barred = {one.staff for one in excluded if one.why is not ExclusionGround.LIFTED}
    return tuple(p for p in staff if p.role in HANDLING and p.id not in barred)


def instead(
    number: str, excluded: Iterable[Exclusion], staff: Sequence[StaffMember], office: Office, lang: Lang
) -> Reply:
    """What is shown of a case to whom it is hidden from: its number, and who else takes it.

    Where nobody in the office may read it, the outside bodies are named; else that a colleague has it.
    """
    if left(excluded, staff):
        return Reply("staff.concerned.hidden", {"number": number})
    bodies = tuple(Reply("literal", {"text": f"• {body.name.in_(lang)}"}) for body in office.bodies)
    return Reply("staff.concerned.nobody", {"number": number, "bodies": bodies})


def shown(case: str, number: str, office: Office, lang: Lang) -> Generator[Query[Any], Any, Reply]:
    """What is said of a case to whom it is hidden from."""
    excluded = yield from read(ListExclusions(case))
    staff = yield from read(ListStaff())
    return instead(number, excluded, staff, office, lang)


def may_change(person: StaffMember, excluded: Iterable[Exclusion], reason: str) -> bool:
    """Whether a person may lift an exclusion or bar a reader: a supervisor, not concerned, who says why."""
    barred = {one.staff for one in excluded if one.why is not ExclusionGround.LIFTED}
    return person.role is Role.SUPERVISOR and person.id not in barred and len(reason.strip()) >= REASON
