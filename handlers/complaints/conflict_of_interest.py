"""Conflicts of interest: which staff a complaint seems to concern, so that the accused cannot read the case.

Supervisors may lift a false match or exclude somebody else.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from handlers.complaints.accused.agent_phrases import accuses_unit
from handlers.complaints.accused.head_post import suspects_head
from handlers.complaints.messages import Exclusion, ExclusionGround
from handlers.complaints.name_matching import (
    compute_keys_after_titles,
    compute_name_keys,
    compute_text_keys,
    compute_word_keys,
    strip_titles,
)
from handlers.dialog.effects import Query, run_query
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CASE_WORKERS, Role

ACCUSED_FIELD = "accused"
"""The field that says who is accused. A unit named there is accused; elsewhere the words must say that it acted."""

EXCLUSION_RULES = 2
"""The version of the rules of matching. Open cases are matched again where it was raised."""

MIN_SUBSTRING_LENGTH = 4
"""Letters of a name key from which on it matches anywhere in a text; a shorter one must be a word of its own."""

MIN_NAME_LENGTH = 2
MIN_REASON_LENGTH = 10
"""Minimum characters of a supervisor's reason."""


def list_staff_names(person: StaffMember) -> tuple[str, ...]:
    """List the names of a member of the staff: the full name, first and last name, aliases, with and without titles."""
    found: list[str] = []
    for name in (person.profile.name, *person.profile.aliases):
        bare = strip_titles(name)
        found += [bare, *bare.split()]
        if person.profile.name != name:
            found.append(name)
    return tuple(dict.fromkeys(filter(None, found)))


def is_name_in_text(name: str, text: str) -> bool:
    """Whether a text seems to contain a name: a long name anywhere, a short one as a word or after a title."""
    wanted = {spelling for spelling in compute_name_keys(name) if len(spelling) >= MIN_NAME_LENGTH}
    long = [one for one in wanted if len(one) >= MIN_SUBSTRING_LENGTH]
    if any(one in body for one in long for body in compute_text_keys(text)):
        return True
    short = tuple(one for one in wanted if len(one) < MIN_SUBSTRING_LENGTH)
    if not short:
        return False
    return not wanted.isdisjoint(compute_word_keys(text)) or any(
        rest.startswith(short) for rest in compute_keys_after_titles(text)
    )


def find_conflicts(
    answers: Mapping[str, str],
    staff: Sequence[StaffMember],
    *,
    marked: bool = False,
    alternates: Iterable[str] = (),
) -> tuple[Exclusion, ...]:
    """Return who must not read a complaint: the staff it names, members of an accused unit, and their subordinates.

    answers: everything that was told, by field. marked: it concerns the head or who runs this channel, as the reporter
    said or as the words seem to say: then only the alternate officers (by name, as office.toml has them) may read it.
    """
    whole = "\n".join(answers.values())
    accused_units = find_accused_units(answers, {unit for person in staff for unit in person.profile.units})
    why: dict[str, ExclusionGround] = {}
    for person in staff:
        if any(is_name_in_text(name, whole) for name in list_staff_names(person)):
            why[person.id] = ExclusionGround.NAMED
        elif not accused_units.isdisjoint(person.profile.units):
            why[person.id] = ExclusionGround.UNIT
    # Only persons who are named exclude their subordinates; an accused unit does not concern staff of other units.
    for one in find_subordinates(
        {one for one, reason in why.items() if reason is ExclusionGround.NAMED}, staff
    ):
        why.setdefault(one, ExclusionGround.COMMAND)
    if marked:
        chosen = {person.id for person in find_alternates(staff, alternates)}
        for person in staff:
            if person.id not in chosen:
                why.setdefault(person.id, ExclusionGround.MARKED)
    return tuple(Exclusion(one, reason) for one, reason in sorted(why.items()))


def find_accused_units(answers: Mapping[str, str], units: Iterable[str]) -> frozenset[str]:
    """Return the units that are accused: named as the accused, or said to have done something."""
    named, others = answers.get(ACCUSED_FIELD, ""), [t for f, t in answers.items() if f != ACCUSED_FIELD]
    return frozenset(
        unit
        for unit in units
        if is_name_in_text(unit, named) or any(accuses_unit(unit, text) for text in others)
    )


def find_alternates(staff: Sequence[StaffMember], names: Iterable[str]) -> tuple[StaffMember, ...]:
    """Return the alternate officers, found among the staff by their names in office.toml."""
    chosen = {reading for name in names for reading in compute_text_keys(strip_titles(name))}
    return tuple(p for p in staff if compute_text_keys(strip_titles(p.profile.name)) & chosen)


def find_exclusions(
    office: Office, answers: Mapping[str, str], *, marked: bool = False
) -> Generator[Query[Any], Any, tuple[Exclusion, ...]]:
    """Return who of the present staff must not read these texts, by field or as a later `message`.

    marked: the reporter said that it concerns the head.
    """
    staff = yield from run_query(ListStaff())
    marked = marked or suspects_head(office, answers)
    return find_conflicts(answers, staff, marked=marked, alternates=office.alternate.officers)


def find_subordinates(chiefs: set[str], staff: Sequence[StaffMember]) -> set[str]:
    """Return the ids of the direct and indirect subordinates of `chiefs`."""
    below, grown = set(chiefs), True
    while grown:
        more = {p.id for p in staff if p.profile.chief in below} - below
        grown, below = bool(more), below | more
    return below - chiefs


def list_able_staff(excluded: Iterable[Exclusion], staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """List who of those who have joined may still handle a case."""
    barred = {one.staff for one in excluded if one.ground is not ExclusionGround.LIFTED}
    return tuple(p for p in staff if p.active and p.role in CASE_WORKERS and p.id not in barred)


def can_change_exclusion(person: StaffMember, excluded: Iterable[Exclusion], reason: str) -> bool:
    """Whether a person may change exclusions: a supervisor who is not excluded and gives a reason of enough length."""
    barred = {one.staff for one in excluded if one.ground is not ExclusionGround.LIFTED}
    return (
        person.role is Role.SUPERVISOR
        and person.id not in barred
        and len(reason.strip()) >= MIN_REASON_LENGTH
    )
