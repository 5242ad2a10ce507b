"""Whether a text accuses a unit: the words say who did it, and not only where it happened.

A unit is accused where an official of it is spoken of ("หัวหน้ากลุ่มอำนวยการ"), where it is the subject of what was done
wrong ("กลุ่มอำนวยการเรียกเงิน"), or where words such as "ฝีมือของ" name it. It is not where it is a place or somewhere
that one went to ("ไปยื่นเอกสารที่กลุ่มอำนวยการ"). The rule errs on the side of exclusion for officials only: decision 0016.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from handlers.complaints.accused.wording import (
    AGENT_MARKS,
    BEFORE_SUBJECT,
    CONNECTIVES,
    COPULA_SUBJECTS,
    COPULAS,
    INNOCENT_AFTER,
    MAX_DETAILS,
    OFFICIAL_DETAILS,
    OFFICIALS,
    PEOPLE,
    PLACES,
    SUBJECT_DETAILS,
    TITLES_OF_NAMES,
    TOLD_TO,
    WAYS_THERE,
    WRONGS,
    expand_abbreviations,
    join_keys,
    list_keys,
)
from handlers.complaints.name_matching import compute_name_keys, compute_text_keys

CONTEXT_LENGTH = 60
"""Letters of a key on each side of a unit that are looked at."""

MIN_UNIT_LENGTH = 4
"""Letters of a unit's key. A shorter one is only looked for in the answer that says who is accused."""

UNIT_KINDS = ("กลุ่มงาน", "กลุ่ม", "กอง", "ฝ่าย", "งาน", "ส่วน", "แผนก", "สำนัก", "หน่วย", "ศูนย์")
"""What units begin with. Of an official, it may be left out: เจ้าหน้าที่พัสดุ is of งานพัสดุ."""

WRONGS_KEY = list_keys(("ทุจริต",))[0]

MAX_MENTIONS = 200
"""Mentions that are looked at. Who writes of a unit or a post more often accuses it, in doubt."""

_CLAUSE_END = re.compile(r"[\n\r;!?…]+|(?<=[ก-๎])\.\s+(?=[ก-๎]{4})")
_CONNECTIVE = re.compile(join_keys(CONNECTIVES))
_WRONG = join_keys(WRONGS)
_SUBJECT_OF_WRONG = re.compile(f"(?:{join_keys(SUBJECT_DETAILS)}){{0,{MAX_DETAILS}}}{_WRONG}")
_INNOCENT = re.compile(join_keys(INNOCENT_AFTER))
_TOLD_TO = list_keys(TOLD_TO)
_ASKED, _COMPLAINED_OF = list_keys(("เรียน",)), list_keys(("ร้องเรียน",))
_AGENT_MARKS, _COPULAS = list_keys(AGENT_MARKS), list_keys(COPULAS)
_COPULA_SUBJECT = re.compile(f"{join_keys(COPULA_SUBJECTS)}.{{0,30}}$")
_WITNESS = re.compile(join_keys(("พยาน", "เห็น", "ช่วย", "รับแจ้ง", "รับเรื่อง")))
_WAYS_THERE, _BEFORE_SUBJECT = list_keys(WAYS_THERE), list_keys(BEFORE_SUBJECT)

_OFFICIAL = join_keys(OFFICIALS)
_GAP = f"(?:(?!{join_keys((*PLACES, *WAYS_THERE))}|{_WRONG}).)"
"""A letter of a name or a field of work: what no place, way or wrong begins with."""

_BY_OFFICIAL = re.compile(
    f"{_OFFICIAL}(?:(?:{join_keys(OFFICIAL_DETAILS)}){{0,4}}|{_GAP}{{0,12}})$"
    f"|{join_keys(TITLES_OF_NAMES)}{_GAP}{{2,16}}$"
)
_RIGHT_BY_OFFICIAL = re.compile(f"{_OFFICIAL}$")
_BY_PEOPLE = re.compile(f"{join_keys(PEOPLE)}(?:{join_keys(OFFICIAL_DETAILS)}){{0,3}}$")
_BY_PLACE = re.compile(f"{join_keys(PLACES)}{_GAP}{{0,14}}$")


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a unit or a post: the words before it, from the beginning of the clause, and after it, as keys.

    A letter that a word shares with its neighbour stands once in a key; each side is given with and without it.
    """

    before: tuple[str, str]
    after: tuple[str, str]

    def is_subject_of_wrong(self) -> bool:
        """Whether what follows says that they did something wrong."""
        return any(_SUBJECT_OF_WRONG.match(right) for right in self.after)

    def is_named_as_agent(self) -> bool:
        """Whether what stands before says that they are the one who did it."""
        return any(
            left.endswith(_AGENT_MARKS) or (left.endswith(_COPULAS) and _ends_with_culprit(left))
            for left in self.before
        )

    def is_told_or_innocent(self) -> bool:
        """Whether they were only told or asked, own a room, are a witness or a victim, or not concerned."""
        return any(map(_is_told, self.before)) or any(map(_INNOCENT.match, self.after))

    def is_place(self) -> bool:
        """Whether what stands before makes it a place, or somewhere that one went to."""
        if any(left.endswith(_BEFORE_SUBJECT) or _BY_PEOPLE.search(left) for left in self.before):
            return False
        return any(left.endswith(_WAYS_THERE) or _BY_PLACE.search(left) for left in self.before)

    def find_official(self, pattern: re.Pattern[str]) -> "Mention | None":
        """Return the mention of the official right before it; None where there is none."""
        found = [pattern.search(left) for left in self.before]
        if not any(found):
            return None
        starts = [left[: one.start()] for left, one in zip(self.before, found, strict=True) if one]
        return Mention((starts[0], starts[-1]), self.after)


ACCUSED_IN_DOUBT = Mention(("", ""), (WRONGS_KEY, WRONGS_KEY))
"""Stands for mentions that are too many to be looked at."""


def _is_told(left: str) -> bool:
    """Whether who follows was told or asked. ร้องเรียน is not so: who is complained of is accused."""
    return left.endswith(_TOLD_TO) or (left.endswith(_ASKED) and not left.endswith(_COMPLAINED_OF))


def _ends_with_culprit(left: str) -> bool:
    """Whether a text that ends with คือ says before it who did something: คนที่เรียกเงินคือ."""
    subject = _COPULA_SUBJECT.search(left)
    return subject is not None and not _WITNESS.search(subject[0])


def accuses_unit(unit: str, text: str) -> bool:
    """Whether a text says that a unit, or an official of it, did something."""
    bodies = list_clause_keys(text)
    if any(map(is_unit_accused, list_mentions(_list_unit_keys(unit), bodies))):
        return True
    short = list_mentions(_list_short_unit_keys(unit), bodies)
    officials = (mention.find_official(_RIGHT_BY_OFFICIAL) for mention in short)
    return any(official is not None and is_official_accused(official) for official in officials)


def is_unit_accused(mention: Mention) -> bool:
    """Whether the words around a unit make it, or an official of it, the one who acts."""
    official = mention.find_official(_BY_OFFICIAL)
    if official is not None:
        return is_official_accused(official)
    if mention.is_named_as_agent():
        return True
    return mention.is_subject_of_wrong() and not mention.is_place()


def is_official_accused(official: Mention) -> bool:
    """Whether the words around an official accuse them: in doubt, yes."""
    return official.is_subject_of_wrong() or not official.is_told_or_innocent()


@lru_cache(maxsize=64)
def list_clause_keys(text: str) -> tuple[str, ...]:
    """Return the keys of the clauses of a text, in every reading; abbreviations of posts are written out."""
    clauses = _CLAUSE_END.split(expand_abbreviations(text))
    return tuple(key for clause in clauses if clause for key in compute_text_keys(clause))


def list_mentions(keys: Iterable[str], bodies: Iterable[str]) -> list[Mention]:
    """List the mentions of some keys in the keys of clauses, each once, up to `MAX_MENTIONS`."""
    found = (mention for body in bodies for key in keys for mention in _iterate_mentions(key, body))
    distinct = dict[Mention, None]()
    for mention in found:
        distinct[mention] = None
        if len(distinct) > MAX_MENTIONS:
            return [*distinct, ACCUSED_IN_DOUBT]
    return list(distinct)


def _iterate_mentions(key: str, body: str) -> Iterator[Mention]:
    at = body.find(key)
    while at >= 0:
        end, start = at + len(key), max(0, at - CONTEXT_LENGTH)
        before = (_cut_to_clause(body[start:at]), _cut_to_clause(body[start : at + 1]))
        yield Mention(before, (body[end : end + CONTEXT_LENGTH], body[end - 1 : end + CONTEXT_LENGTH]))
        at = body.find(key, end)


def _cut_to_clause(left: str) -> str:
    """Return what stands after the last word that begins another clause."""
    end = 0
    for found in _CONNECTIVE.finditer(left):
        end = found.end()
    return left[end:]


@lru_cache(maxsize=1024)
def _list_unit_keys(unit: str) -> tuple[str, ...]:
    keys = compute_text_keys(unit) | compute_name_keys(unit)
    return tuple(key for key in keys if len(key) >= MIN_UNIT_LENGTH)


@lru_cache(maxsize=1024)
def _list_short_unit_keys(unit: str) -> tuple[str, ...]:
    for kind in UNIT_KINDS:
        if unit.startswith(kind):
            return _list_unit_keys(unit.removeprefix(kind).strip())
    return ()
