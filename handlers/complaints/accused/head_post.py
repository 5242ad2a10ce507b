"""Whether a complaint seems to accuse the head of the office by post, whatever was answered to the question about it.

It keeps readers out and serves nothing else: it is not shown, counted, published or printed. Decision 0016.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from handlers.complaints.accused.agent_phrases import Mention, list_clause_keys, list_mentions
from handlers.complaints.accused.wording import join_keys, list_keys
from handlers.complaints.name_matching import compute_text_keys
from handlers.office import Office

HEAD_FIELD = "head"
"""The question whether the accused is the head of the office, or who runs the channel."""

LATER_FIELDS = frozenset({"message", "later"})
"""Messages that came after the complaint was filed."""

HEAD_POSTS = (
    "ผู้อำนวยการ", "หัวหน้าหน่วยงาน", "หัวหน้าสำนักงาน", "หัวหน้าส่วนราชการ", "ผู้บริหารสูงสุด", "หัวหน้าใหญ่",
    "นายใหญ่",
)  # fmt: skip
"""Posts by which the head of any office is called."""

SHORT_HEAD_POSTS: Mapping[str, tuple[str, ...]] = {
    "ศึกษาธิการ": ("ศึกษาธิการจังหวัด", "ศึกษาธิการภาค", "ศึกษาธิการ", "ศึกษาจังหวัด"),
    "นายกเทศมนตรี": ("นายกเทศมนตรี", "ท่านนายก"),
    "นายกองค์การ": ("นายกองค์การ", "นายกอบต", "นายก อบต.", "นายกอบจ", "ท่านนายก"),
    "ผู้ว่าราชการ": ("ผู้ว่าราชการ", "ท่านผู้ว่า"),
    "นายอำเภอ": ("นายอำเภอ",),
    "อธิบดี": ("อธิบดี",),
    "อธิการบดี": ("อธิการบดี",),
    "คณบดี": ("คณบดี",),
    "เลขาธิการ": ("เลขาธิการ",),
    "ปลัดกระทรวง": ("ปลัดกระทรวง",),
    "ผู้กำกับการ": ("ผู้กำกับ",),
    "ผู้บังคับการ": ("ผู้บังคับการ",),
    "สาธารณสุข": ("สาธารณสุขอำเภอ", "สาธารณสุขจังหวัด"),
    "นายแพทย์สาธารณสุขจังหวัด": ("นายแพทย์สาธารณสุข", "นายแพทย์สสจ"),
    "เกษตร": ("เกษตรอำเภอ", "เกษตรจังหวัด"),
}
"""How people shorten the titles of heads, by what such a title begins with."""

SUB_UNITS = (
    "กลุ่ม", "กอง", "ฝ่าย", "งาน", "ส่วน", "แผนก", "โรงเรียน", "วิทยาลัย", "ศูนย์", "เขต", "โรงพยาบาล",
    "สถานี",
)  # fmt: skip
"""What follows ผู้อำนวยการ where it is not the head of this office, unless the head's own title goes on so."""

NOT_THE_HEAD = (
    "รอง", "ผู้ช่วย", "อดีต", "เลขา", "เลขานุการ", "คนขับรถ", "สำนักงาน", "กระทรวง", "ที่ทำการ", "บ้านพัก",
    "รถ", "แทน", "รักษาการแทน",
)  # fmt: skip
"""What stands before the title where somebody or something else is meant."""

ASKED_FOR = (
    "ขอให้", "อยากให้", "ต้องการให้", "ขอความกรุณาให้", "ฝากให้", "เพื่อให้",
)  # fmt: skip
"""What makes the head somebody who is asked for something, and not the accused."""

_NOT_THE_HEAD = list_keys(NOT_THE_HEAD)
_ASKED = re.compile(f"{join_keys(ASKED_FOR)}(?:{join_keys(('ท่าน',))})?$")
_HONORIFIC = re.compile(f"{join_keys(('ท่าน', 'คุณ', 'ตัว'))}$")
_SUB_UNIT = re.compile(join_keys(SUB_UNITS))


def suspects_head(office: Office, told: Mapping[str, str]) -> bool:
    """Whether what a reporter told accuses the head of the office by post.

    An explicit "no" to the question wins over the report. A later message counts only where it says plainly that the
    head did it, whatever was answered before: it is the newer word.
    """
    titles = list_head_titles(office)
    is_denied = told.get(HEAD_FIELD) == "no"
    report = (
        text for name, text in told.items() if not is_denied and name not in {HEAD_FIELD, *LATER_FIELDS}
    )
    later = (told[name] for name in LATER_FIELDS & told.keys())
    return any(
        not is_no_accusation(one) for text in report for one in iterate_head_mentions(titles, text)
    ) or any(accuses_plainly(one) for text in later for one in iterate_head_mentions(titles, text))


def find_accused_head(office: Office, told: Mapping[str, str]) -> str:
    """Return how a report calls the head where it says plainly that the head did it; empty for none.

    Whoever is named in the answer to "who" is the one who did it, as long as the words do not say otherwise. Where that
    answer has the post as another's ("ผู้อำนวยการโรงเรียน"), it says whom the rest of the report means by it.
    """
    named = told.get("accused", "")
    others = [text for name, text in told.items() if name not in {"accused", HEAD_FIELD, *LATER_FIELDS}]
    for title in list_head_titles(office):
        in_answer = [*iterate_head_mentions((title,), named)]
        if any(not is_no_accusation(one) for one in in_answer):
            return title
        if not in_answer and list_mentions(compute_text_keys(title), list_clause_keys(named)):
            continue
        if any(accuses_plainly(one) for text in others for one in iterate_head_mentions((title,), text)):
            return title
    return ""


def list_head_titles(office: Office) -> tuple[str, ...]:
    """List what the head of an office is called: generic posts, the office's own title, and its short forms."""
    title = office.head.th
    short = (words for begin, words in SHORT_HEAD_POSTS.items() if title.startswith(begin))
    return tuple(dict.fromkeys((*HEAD_POSTS, title, *(word for words in short for word in words))))


def iterate_head_mentions(titles: Iterable[str], text: str) -> Iterable[Mention]:
    """Yield each mention of the head by post. Deputies, the office itself and heads of other units are none."""
    bodies = list_clause_keys(text)
    for key, goes_on_with_unit in _list_title_keys(tuple(titles)):
        for one in list_mentions((key,), bodies):
            other_unit = not goes_on_with_unit and any(map(_SUB_UNIT.match, one.after))
            if not other_unit and not any(left.endswith(_NOT_THE_HEAD) for left in one.before):
                yield one


def accuses_plainly(mention: Mention) -> bool:
    """Whether a mention says that the head did it."""
    return mention.is_subject_of_wrong() or mention.is_named_as_agent()


def is_no_accusation(mention: Mention) -> bool:
    """Whether the head was only told, asked for something, or is not concerned. In doubt, no."""
    if accuses_plainly(mention):
        return False
    before = tuple(_HONORIFIC.sub("", left) for left in mention.before)
    plain = Mention((before[0], before[1]), mention.after)
    return plain.is_told_or_innocent() or any(map(_ASKED.search, before))


@lru_cache(maxsize=16)
def _list_title_keys(titles: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Return the keys of titles, and for each whether a title of this head goes on with the name of a unit."""
    own = {key for title in titles for key in compute_text_keys(title)}
    found = dict.fromkeys(key for title in titles for key in sorted(compute_text_keys(title)))
    return tuple(
        (key, any(one.startswith(key) and _SUB_UNIT.match(one[len(key) :]) for one in own)) for key in found
    )
