"""The accused does not read the case: whom of the staff a complaint seems to concern, and who may say otherwise."""

import re
import unicodedata
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from handlers.exclusion import Exclusion, ListExclusions, Why
from handlers.office import Office
from handlers.register import AddEntry
from handlers.staff.person import ListStaff, Staff
from handlers.staff.role import HANDLING, Role
from handlers.turn import Act, Deciding, Lang, Query, Say, Turn, read

ACCUSED = "accused"
"""The field that says who is complained of: a unit that stands there is meant, elsewhere it is a place."""

ENOUGH = 4
"""Letters of a name's skeleton from which on it may stand anywhere; a shorter one must stand as a word of its own."""

FEWEST = 2
REASON = 10
"""Characters that a reason must have at least."""

TITLES = (
    "นางสาว", "น.ส.", "นส.", "นาย", "นาง", "ว่าที่ร้อยตรีหญิง", "ว่าที่ร้อยตรี", "ว่าที่ร้อยโท", "ว่าที่ร้อยเอก",
    "ว่าที่ ร.ต.หญิง", "ว่าที่ร.ต.หญิง", "ว่าที่ ร.ต.", "ว่าที่ร.ต.", "ว่าที่ ร.ท.", "ว่าที่ร.ท.", "ว่าที่ ร.อ.", "ว่าที่ร.อ.",
    "พล.ต.อ.", "พล.ต.ท.", "พล.ต.ต.", "พ.ต.อ.", "พ.ต.ท.", "พ.ต.ต.", "ร.ต.อ.", "ร.ต.ท.", "ร.ต.ต.", "พ.อ.", "พ.ท.", "พ.ต.",
    "ด.ต.", "จ.ส.อ.", "ส.อ.", "ร.อ.", "ร.ท.", "ร.ต.", "รองผู้อำนวยการ", "รองผอ.", "รอง ผอ.", "ผู้อำนวยการ", "ผอ.", "ผอ",
    "ศ.ดร.", "รศ.ดร.", "ผศ.ดร.", "รศ.", "ผศ.", "ดร.", "ดร", "อาจารย์", "อ.", "คุณครู", "ครู", "คุณ", "ท่าน", "พี่", "น้อง",
    "นพ.", "พญ.", "ม.ล.", "ม.ร.ว.", "mister", "mr.", "mrs.", "miss", "ms.", "mr", "mrs", "ms", "dr.", "dr", "khun",
)  # fmt: skip

_ALIKE = {
    **dict.fromkeys("ศษซ", "ส"), **dict.fromkeys("ณ", "น"), **dict.fromkeys("ญ", "ย"), "ฎ": "ด", "ฏ": "ต",
    **dict.fromkeys("ฐฑฒถธ", "ท"), **dict.fromkeys("ขฃฅฆ", "ค"), **dict.fromkeys("ฌฉ", "ช"),
    **dict.fromkeys("ภผ", "พ"), "ฝ": "ฟ", "ฬ": "ล", "ฮ": "ห", "ใ": "ไ", "ี": "ิ", "ู": "ุ", "ื": "ึ", "ๅ": "า",
}  # fmt: skip
"""Letters that are written for each other, as they sound alike."""

_TONES = re.compile("[\u0e47-\u0e4b\u0e4e]")
_SILENT = re.compile("[ก-ฮ][\u0e34\u0e38]?\u0e4c")
_SILENCER = "\u0e4c"
_TWICE = re.compile(r"(.)\1+")
_TITLE = re.compile("|".join(sorted(map(re.escape, TITLES), key=len, reverse=True)))


@lru_cache(maxsize=4096)
def skeletons(text: str) -> frozenset[str]:
    """What is left of a text where tones, silenced letters, look-alikes, spaces and points do not matter.

    Two ways: a silenced letter that stands (ศักดิ์, ศักดิ), and one that goes with its sign (จันทร์, จัน).
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u0e4d\u0e32", "ัม")
    return frozenset(
        {_bare(plain.replace(_SILENCER, "")), _bare(_SILENT.sub("", plain).replace(_SILENCER, ""))}
    )


def _bare(text: str) -> str:
    alike = "".join(_ALIKE.get(c, c) for c in _TONES.sub("", text) if unicodedata.category(c)[0] in "LM")
    return _TWICE.sub(r"\1", alike)


def untitled(name: str) -> str:
    """A name without its titles: นางสาวสมศรี, ว่าที่ ร.ต. ดร. สมศรี."""
    left = name.strip()
    while found := _TITLE.match(left.casefold()):
        rest = left[found.end() :].strip()
        if not _letters(rest):
            break
        left = rest
    return left


def names_of(person: Staff) -> tuple[str, ...]:
    """All that a person may be called by: the whole name, first and last name, aliases."""
    found: list[str] = []
    for name in (person.profile.name, *person.profile.aliases):
        bare = untitled(name)
        found += [bare, *bare.split()]
        if person.profile.name != name:
            found.append(name)
    return tuple(dict.fromkeys(filter(None, found)))


def is_named(name: str, text: str) -> bool:
    """Whether a name seems to stand in a text."""
    wanted = {s for s in skeletons(name) if len(s) >= FEWEST}
    if any(len(s) >= ENOUGH and s in body for s in wanted for body in skeletons(text)):
        return True
    words = {s for word in re.split(r"[\s,.;:()\"'“”/\-]+", text) for s in skeletons(untitled(word))}
    return bool(wanted & words)


def _letters(text: str) -> bool:
    return any(unicodedata.category(c)[0] == "L" for c in text)


def found(
    answers: Mapping[str, str],
    staff: Sequence[Staff],
    *,
    marked: bool = False,
    alternates: Iterable[str] = (),
) -> tuple[Exclusion, ...]:
    """Who must not read a complaint: whom it names, whose unit it accuses, and who is under their command.

    marked: the reporter said that it concerns the head or who runs this channel: then only the alternate
    officers (by name, as office.toml has them) may read it.
    """
    whole = "\n".join(answers.values())
    why: dict[str, Why] = {}
    for person in staff:
        if any(is_named(name, whole) for name in names_of(person)):
            why[person.id] = Why.NAMED
        elif any(is_named(unit, answers.get(ACCUSED, "")) for unit in person.profile.units):
            why[person.id] = Why.UNIT
    # A unit is accused, not its members' helpers elsewhere: command follows from persons who are named.
    for one in under({one for one, reason in why.items() if reason is Why.NAMED}, staff):
        why.setdefault(one, Why.COMMAND)
    if marked:
        chosen = {skeleton for name in alternates for skeleton in skeletons(untitled(name))}
        for person in staff:
            if not skeletons(untitled(person.profile.name)) & chosen:
                why.setdefault(person.id, Why.MARKED)
    return tuple(Exclusion(one, reason) for one, reason in sorted(why.items()))


def excluded(
    office: Office, answers: Mapping[str, str], *, marked: bool = False
) -> Generator[Query[Any], Any, tuple[Exclusion, ...]]:
    """Who must not read what is being told, asked of the staff as it is now."""
    staff = yield from read(ListStaff())
    return found(answers, staff, marked=marked, alternates=office.alternate.officers)


def guarded(office: Office, turn: Turn) -> Deciding:
    """A turn in which the reporter's later words, too, are hidden from whom they concern."""
    acts: list[Act] = []
    for act in turn.acts:
        if isinstance(act, AddEntry) and act.text:
            act = replace(act, excluded=(yield from excluded(office, {"message": act.text})))
        acts.append(act)
    return replace(turn, acts=tuple(acts))


def under(chiefs: set[str], staff: Sequence[Staff]) -> set[str]:
    """Who is under the command of somebody, at any remove."""
    below, grown = set(chiefs), True
    while grown:
        more = {p.id for p in staff if p.profile.chief in below} - below
        grown, below = bool(more), below | more
    return below - chiefs


def left(excluded: Iterable[Exclusion], staff: Sequence[Staff]) -> tuple[Staff, ...]:
    """Who may still handle a case. Nobody: only its number is shown, and outside bodies are named."""
    barred = {one.staff for one in excluded if one.why is not Why.LIFTED}
    return tuple(p for p in staff if p.role in HANDLING and p.id not in barred)


def instead(
    number: str, excluded: Iterable[Exclusion], staff: Sequence[Staff], office: Office, lang: Lang
) -> Say:
    """What is shown of a case to whom it is hidden from: its number, and who else takes it.

    Where nobody in the office may read it, the outside bodies are named; else that a colleague has it.
    """
    if left(excluded, staff):
        return Say("staff.concerned.hidden", {"number": number})
    bodies = tuple(Say("literal", {"text": f"• {body.name.in_(lang)}"}) for body in office.bodies)
    return Say("staff.concerned.nobody", {"number": number, "bodies": bodies})


def shown(case: str, number: str, office: Office, lang: Lang) -> Generator[Query[Any], Any, Say]:
    """What is said of a case to whom it is hidden from."""
    excluded = yield from read(ListExclusions(case))
    staff = yield from read(ListStaff())
    return instead(number, excluded, staff, office, lang)


def may_change(person: Staff, excluded: Iterable[Exclusion], reason: str) -> bool:
    """Whether a person may lift an exclusion or bar a reader: a supervisor, not concerned, who says why."""
    barred = {one.staff for one in excluded if one.why is not Why.LIFTED}
    return person.role is Role.SUPERVISOR and person.id not in barred and len(reason.strip()) >= REASON
