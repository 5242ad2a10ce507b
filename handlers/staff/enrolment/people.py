"""Whom of the staff a typed text means: a place of the list, a shortened id, a name, a first name, or another name.

Each command that takes a person shows the whole name and asks before it does anything.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from handlers.dialog.effects import run_query
from handlers.staff.command import QueryGenerator
from handlers.staff.members import ListStaff, StaffMember
from handlers.thai.grammar.particles import PLAIN_PARTICLES, join_particles
from handlers.thai.matching import normalize_for_matching
from handlers.thai.numbers import read_place

MAX_WORDS_OF_PEOPLE = 12
"""Words in which two persons are looked for, so that a long text costs little."""

_TITLE = re.compile(r"^(?:นางสาว|นาง|นาย|คุณ|พี่|น้อง|น\.ส\.|ลำดับที่|ลำดับ|คนที่)\s*")
_PARTICLE_AT_END = re.compile(rf"\s*(?:{join_particles(PLAIN_PARTICLES)})$")
_GIVING = re.compile(
    r"\s*(?:ไปให้กับ|ไปให้|ให้กับ|ให้แก่|ให้|(?<=\s)ไปที่(?=\s)|(?<=\s)to(?=\s)|->|→)\s*", re.IGNORECASE
)
"""What stands between who gives and who takes."""


def number_same_names(staff: Sequence[StaffMember]) -> Mapping[str, str]:
    """Return what each person is called, by id: names that occur twice are numbered in the order of the ids."""
    counts, seen, called = Counter(one.name for one in staff), Counter[str](), dict[str, str]()
    for one in sorted(staff, key=lambda person: person.id):
        seen[one.name] += 1
        called[one.id] = f"{one.name} ({seen[one.name]})" if counts[one.name] > 1 else one.name
    return called


def load_staff_list() -> QueryGenerator[list[StaffMember]]:
    """Return the staff in the order in which it is listed."""
    staff = yield from run_query(ListStaff())
    return sorted(staff, key=lambda one: (one.name, one.id))


def find_people(
    typed: str, listed: Sequence[StaffMember], others: Sequence[StaffMember] = ()
) -> tuple[StaffMember, ...]:
    """Return whom a text may mean: one person, several who share a name, or nobody.

    listed: in the order of the list, the places of which may be typed; others: whom a name or an id may mean besides.
    """
    everybody = [*listed, *(one for one in others if one not in listed)]
    for reading in _list_readings(typed):
        if by_id := tuple(one for one in everybody if one.short_id == reading):
            return by_id
        place = read_place(reading)
        if place is not None:
            return (listed[place - 1],) if 1 <= place <= len(listed) else ()
        if named := find_by_name(reading, everybody):
            return named
    return ()


def find_by_name(typed: str, staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """Return who has a name: the whole of it, numbered as the list shows it, else a first name or another name."""
    called, wanted = number_same_names(staff), _squeeze(typed)
    if not wanted:
        return ()
    kinds = (
        {one.id: {one.short_id, called[one.id]} for one in staff},
        {one.id: {one.name} for one in staff},
        {one.id: {one.name.partition(" ")[0], *one.profile.aliases} for one in staff},
    )
    for names in kinds:
        if fitting := tuple(one for one in staff if wanted in {_squeeze(name) for name in names[one.id]}):
            return fitting
    return ()


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one, titles and typing apart."""
    return _squeeze(one) == _squeeze(other)


def split_two_people(
    typed: str, listed: Sequence[StaffMember], others: Sequence[StaffMember]
) -> tuple[tuple[StaffMember, ...], tuple[StaffMember, ...]]:
    """Return who may give and who may take in a text such as `3 5` or `สมหญิง ใจดี ให้ วิชัย`; each may be empty.

    others: who may give besides those of the list.
    """
    best: tuple[tuple[StaffMember, ...], tuple[StaffMember, ...]] = ((), ())
    for before, after in _list_splits(typed):
        giving = find_people(before, listed, others)
        taking = find_people(after, listed) if after else ()
        if giving and (not best[0] or (taking and not best[1])):
            best = (giving, taking)
        if len(giving) == len(taking) == 1:
            return giving, taking
    return best


def _list_splits(typed: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a text in two, the one at a word that says so first; a text without an end last."""
    parts = _GIVING.split(typed.strip(), maxsplit=1)
    if len(parts) == 2 and parts[0]:
        yield parts[0], parts[1]
    words = typed.split()[:MAX_WORDS_OF_PEOPLE]
    for at in range(len(words), 0, -1):
        yield " ".join(words[:at]), " ".join(words[at:])


def _list_readings(typed: str) -> Iterator[str]:
    """Yield a text, and what is left of it without particles at its end and a title before it."""
    reading = " ".join(typed.split())
    while True:
        yield reading
        shorter = _PARTICLE_AT_END.sub("", reading)
        if shorter == reading:
            shorter = _TITLE.sub("", reading)
        if shorter == reading:
            return
        reading = shorter


def _squeeze(name: str) -> str:
    """Return a name as it is compared: without a title, spaces and the differences of typing."""
    plain = normalize_for_matching(name)
    return (_TITLE.sub("", plain) or plain).replace(" ", "")
