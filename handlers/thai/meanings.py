"""Reading short replies in everyday Thai and English: yes, no, none, done, skip and others; and numbers that pick.

Only a whole short reply has a meaning: one that goes on is a text. Negation never turns round: a typing error is
forgiven only where the phrase it is taken for is negated in the same way, and a double negative is ambiguous.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from handlers.thai.agreement import combine_meanings
from handlers.thai.grammar.how_questions import asks_how
from handlers.thai.grammar.parser import (
    MEANINGS,
    Parse,
    Part,
    deny,
    list_starts,
    list_stems,
    parse_reply,
    squeeze_text,
)
from handlers.thai.grammar.particles import PLAIN_PARTICLES, join_particles
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import fold_characters, normalize_for_matching
from handlers.thai.negation import is_negative_phrase, list_negations
from handlers.thai.phrases import REQUEST_ENDINGS, Meaning
from handlers.thai.typing_errors import NEGATION, is_forgiven, list_cuts, strip_tones

MAX_REPLY_LENGTH = 60
"""Characters. A longer text is never a short reply."""

MAX_FORGIVEN_LENGTH = 30
"""Characters of a reply in which typing errors are forgiven."""

MAX_CLAUSES = 5
"""Words between spaces of a reply in which each is read by itself, where the whole is not understood."""

MIN_FORGIVEN_LETTERS = 4
"""Letters, vowels above and below and tones not counted, that a phrase must have for a typing error to be forgiven."""

MIN_FORGIVEN_LATIN_LETTERS = 5
"""English has too many words of four letters: bank is not back."""

MIN_FORGIVEN_LETTERS_OF_DECISIONS = 6
MIN_SLIP_LENGTH = 5
"""Signs, with vowels and tones, of a Thai phrase in which one may be missing, or two change places: ไม่ม for ไม่มี."""

_DECISIONS = frozenset({Meaning.YES, Meaning.NO, Meaning.NOT_YET, Meaning.SEND, Meaning.DELETE})

_NOT_A_LETTER = re.compile(r"[^\w\u0e31\u0e34-\u0e3a\u0e46-\u0e4e]|_")
_LAUGH = re.compile("(?<=.)(?:5{3,}|ฮ่า+ๆ?|haha+)$")
_REQUEST_ENDINGS = tuple(REQUEST_ENDINGS.split())
_QUESTION_END = re.compile("(?:ไหม|มั้ย|มัย|เปล่า|ป่าว|เหรอ|หรอ|หรือยัง|รึยัง|ป่ะ|ปะ|หรือ)$")
_DASH = re.compile("[-\u2010-\u2015\u2212]")
_DENIAL = "(?:ไม่|ยังไม่|มิได้|มิ|เปล่า)"
_DOUBLE_NEGATIVE = re.compile(
    f"(?:ไม่ใช่|มิใช่|ไม่ได้|ไม่เชิง|ไม่ถึงกับ|ไม่)(?:ว่า|จะ|เพราะ|หมายความว่า|แปลว่า|อยาก|ต้องการ|ประสงค์)*({_DENIAL}.+)"
    "|(?:not|i?dont|isnt|its?not)((?:not|no|never).*)"
)
"""A denied denial; in the group, what is denied."""
_MUST = re.compile("(ไม่.+)ไม่ได้")
_BOTH_WAYS = re.compile(
    "(?:ทั้ง|จะ)?(?P<what>(?!ไม่).{2,8}?)(?:หรือ|รึ|ก็ได้|ดี|ก็|แต่|และ|กับ)*(?:ทั้ง|จะ)?ไม่(?P=what)(?:ก็ได้|ดี|ก็)*"
)
"""“To tell, not to tell”: บอกไม่บอก, ลบหรือไม่ลบดี, ทั้งใช่ทั้งไม่ใช่."""
_OR = re.compile("หรือว่า|หรือ|รึ| or ")
_QUESTION_TAIL = re.compile("(?:เปล่า|ป่าว|ไม่|ยัง|ไง|อะไร)$")
_WEIGHED = re.compile(
    f"^(?:ควรจะ|ควร|จะ|เอา|ให้)+|(?:ดีกว่า|ดี|ก็ได้|อะ|อ่ะ|ไหม|มั้ย|เนี่ย|เอ่ย|{join_particles(PLAIN_PARTICLES)})+$"
)
_CORRECTION = re.compile(
    "เอ๊ย|เอ้ย|เอ๋ย|เฮ้ย|อุ๊ย|โอ๊ะ|หมายถึง|หมายความว่า|(?:พิมพ์|กด|ตอบ)ผิด|ขอโทษ|โทษที|แก้เป็น|เปลี่ยนเป็น"
    "|\\b(?:i mean|oops|sorry|wait)\\b"
)
"""What stands between a reply and its correction."""
_TORN = re.compile("(?:ใจ|ครึ่ง|ส่วน)(?:นึง|หนึ่ง).*ไม่|จะ.+ก็.*จะ(?:ว่า)?ไม่|ไม่.+(?:ใจ|ครึ่ง)(?:นึง|หนึ่ง)")
_PICTURES: Mapping[str, Meaning] = {
    **dict.fromkeys("👍👌✅🆗☑✔", Meaning.OKAY),
    **dict.fromkeys("❌👎🙅✖", Meaning.NO),
    **dict.fromkeys("🙏", Meaning.THANKS),
    **dict.fromkeys("👋", Meaning.PARTING),
}


@lru_cache(maxsize=4)
def read_meanings(text: str) -> tuple[Meaning, ...]:
    """Return what a short reply means, most often one meaning; nothing for a text that says more than that.

    `Meaning.AMBIGUOUS` alone where it contradicts itself. A turn asks three times for what was typed, and reading takes
    a third of a millisecond: the last four replies are remembered, as short as they are, in memory.
    """
    if len(text) > MAX_REPLY_LENGTH:
        return ()
    plain = normalize_for_matching(text)
    if "?" in text or "\uff1f" in text:
        return _read_question(plain)
    squeezed = squeeze_text(plain)
    if not squeezed.text:
        return _read_signs(text)
    parse = parse_reply(squeezed)
    if parse is not None and len(parse) == 1 and squeezed.text not in _index_slips():
        return (parse[0].meaning,)
    return _read_further(plain, squeezed.text, parse)


def _read_further(plain: str, squeezed: str, parse: Parse | None) -> tuple[Meaning, ...]:
    """Read what is not one phrase of the table: several of them, everyday spellings, typing errors."""
    if _is_both_ways(plain, squeezed) or _corrects_itself(plain):
        return (Meaning.AMBIGUOUS,)
    if asks_how(squeezed):
        return (Meaning.HELP,)
    is_slip = parse is not None and squeezed in _index_slips()  # ไม่เค is ไม่เคย, not “no, OK”
    if parse is None or is_slip:
        plain = correct_spelling(plain)
        mended = squeeze_text(plain)
        squeezed = _LAUGH.sub("", mended.text)
        if _is_both_ways(plain, squeezed) or _corrects_itself(plain):
            return (Meaning.AMBIGUOUS,)
        parse = (
            _forgive_error(squeezed) if is_slip else parse_reply(mended) or _forgive_reply(plain, squeezed)
        )
    if _is_double_negative(plain, squeezed):
        return (Meaning.AMBIGUOUS,)
    meanings = combine_meanings([part.meaning for part in parse]) if parse else ()
    # “ยังไม่ส่งได้มั้ย” asks something, and contradicts nothing.
    asks = meanings == (Meaning.AMBIGUOUS,) and any(map(_QUESTION_END.search, list_stems(squeezed)))
    return () if asks else meanings


def _forgive_reply(plain: str, squeezed: str) -> Parse | None:
    """Return the parts of a reply with a typing error, as a whole or in one of its clauses."""
    found = (
        (parse_reply(squeezed) or _forgive_error(squeezed)) if len(squeezed) <= MAX_FORGIVEN_LENGTH else None
    )
    clauses = [squeeze_text(clause).text for clause in plain.split()]
    if found is not None or not 2 <= len(clauses) <= MAX_CLAUSES:
        return found
    parses = [
        parse_reply(one) or (_forgive_error(one) if len(one) <= MAX_FORGIVEN_LENGTH else None)
        for one in clauses
        if one
    ]
    return tuple(part for one in parses if one for part in one) if all(parses) else None


def squeeze_reply(text: str) -> str:
    """Return a short text as it is compared: its letters and digits alone."""
    return _NOT_A_LETTER.sub("", normalize_for_matching(text))


def list_readings(text: str) -> tuple[str, ...]:
    """Return what a short text may say, squeezed: as it is, without particles at its end, and without openers."""
    squeezed = squeeze_reply(text)
    stems = list_stems(squeezed)
    starts = list_starts(squeezed)
    return tuple(dict.fromkeys(stem[start:] for start in starts for stem in stems if start < len(stem)))


def is_label_with_error(reading: str, label: str) -> bool:
    """Whether a reading is a label with at most one typing error, and as negative as the label."""
    letters = sum(unicodedata.category(sign)[0] == "L" for sign in label)
    return letters >= MIN_FORGIVEN_LETTERS_OF_DECISIONS and is_forgiven(strip_tones(reading), label)


def _read_question(plain: str) -> tuple[Meaning, ...]:
    """Read a reply that asks: only a request, or for help, means something."""
    squeezed = squeeze_text(correct_spelling(plain))
    if not squeezed.text or asks_how(squeezed.text):
        return (Meaning.HELP,)
    parse = parse_reply(squeezed)
    meanings = combine_meanings([part.meaning for part in parse]) if parse else ()
    asks = meanings == (Meaning.HELP,) or any(ending in squeezed.text for ending in _REQUEST_ENDINGS)
    return meanings if asks else ()


def _read_signs(text: str) -> tuple[Meaning, ...]:
    """Read a reply without letters: a dash for nothing, or pictures of one meaning."""
    signs = [sign for sign in fold_characters(text) if not sign.isspace()]
    if signs and all(_DASH.fullmatch(sign) for sign in signs):
        return (Meaning.SKIP,)
    shown = [sign for sign in signs if unicodedata.category(sign) != "Sk"]  # without skin tones
    if shown and all(sign in _PICTURES for sign in shown):
        return combine_meanings([_PICTURES[sign] for sign in shown])
    return ()


def _is_both_ways(plain: str, squeezed: str) -> bool:
    """Whether a reply weighs a thing against its opposite, or against another: “จะลบหรือกรอกต่อดี”."""
    if _weighs(plain):
        return True
    if "ไม่" not in squeezed:
        return False
    return bool(_TORN.match(squeezed)) or any(
        _BOTH_WAYS.fullmatch(stem) is not None for stem in list_stems(squeezed)
    )


def _weighs(plain: str) -> bool:
    """Whether a reply asks which of two things that it names is to be done."""
    parts = [squeeze_text(part).text for part in _OR.split(plain, maxsplit=1)]
    if len(parts) < 2 or any(_QUESTION_TAIL.match(stem) for stem in list_stems(parts[1])):
        return False
    said = [_list_meanings(_WEIGHED.sub("", part)) or _list_meanings(part) for part in parts]
    return bool(said[0] and said[1] and said[0] != said[1])


def _corrects_itself(plain: str) -> bool:
    """Whether a reply takes back what it said first: “ใช่ เอ๊ย ไม่ใช่”."""
    clauses = _CORRECTION.split(plain, maxsplit=3)
    if len(clauses) < 2:  # most replies correct nothing
        return False
    parts = [squeeze_text(part).text for part in clauses]
    said = [meanings for part in parts if (meanings := _list_meanings(correct_spelling(part)))]
    return any(one != said[0] for one in said[1:])


def _list_meanings(squeezed: str) -> set[Meaning]:
    return {part.meaning for part in parse_reply(squeezed) or ()}


def _is_double_negative(plain: str, squeezed: str) -> bool:
    """Whether a reply denies a denial, and does not just say no twice: “ไม่ ไม่ใช่”."""
    if len(NEGATION.findall(squeezed)) < 2 or squeezed in MEANINGS:
        return False
    must = _MUST.match(squeezed)
    if must is not None and parse_reply(must[1]) is not None:
        return True
    for text in (squeezed, squeezed.removeprefix("ก็")):
        found = _DOUBLE_NEGATIVE.fullmatch(text)
        denied = (found[1] or found[2]) if found else None
        if found is None or denied is None or set(text.split("ไม่")) == {""}:
            continue
        together = text[: len(text) - len(denied)]
        stands_apart = (
            "ว่า" not in together
            and not together.isascii()
            and any(_NOT_A_LETTER.sub("", word) == together.removeprefix("ก็") for word in plain.split())
        )
        if not stands_apart and (parse_reply(denied) or _forgive_error(denied)):
            return True
    return False


def _forgive_error(text: str) -> Parse | None:
    """Return the phrase that a reply is with one typing error, or with all its tones left out."""
    for stem in list_stems(text):
        if _QUESTION_END.search(stem):
            return None
        slip = _index_slips().get(stem)
        if slip is not None:
            return (Part(MEANINGS[slip], slip),)
        if stem.startswith("บ่"):  # the northern no, which without its tone looks like the beginning of บอก
            continue
        bare = strip_tones(stem)
        found = {phrase for cut in list_cuts(bare) for phrase in _index_errors().get(cut, ())}
        likely = [phrase for phrase in found if is_forgiven(bare, phrase)]
        meanings = {MEANINGS[phrase] for phrase in likely}
        if len(meanings) == 1:
            return (Part(meanings.pop(), likely[0]),)
    return _forgive_denied(text)


def _forgive_denied(text: str) -> Parse | None:
    """Return what a negation says of a phrase with one typing error."""
    for stem in list_stems(text):
        for negation in list_negations(stem, 0):
            denied = _forgive_error(stem[negation.end :]) if negation.end < len(stem) else None
            if denied is not None and not is_negative_phrase(denied[0].words):
                return (Part(deny(negation, denied[0].words), stem),)
    return None


@cache
def _index_slips() -> Mapping[str, str]:
    """Map short negated phrases without one of their signs, or with two that changed places, to the phrases."""
    index: dict[str, set[str]] = {}
    for phrase in MEANINGS:
        if phrase.startswith("ไม่") and MIN_SLIP_LENGTH <= len(phrase) <= 2 * MIN_SLIP_LENGTH:
            swaps = {
                phrase[:at] + phrase[at + 1] + phrase[at] + phrase[at + 2 :] for at in range(len(phrase) - 1)
            }
            for slip in list_cuts(phrase) | swaps:
                index.setdefault(slip, set()).add(phrase)
    return {
        slip: min(phrases)
        for slip, phrases in index.items()
        if slip not in MEANINGS
        and len({MEANINGS[phrase] for phrase in phrases}) == 1
        and len(slip) >= MIN_SLIP_LENGTH - 1
    }


@cache
def _index_errors() -> Mapping[str, tuple[str, ...]]:
    """Map what phrases become by leaving out one sign to them, where an error in them is forgiven."""
    index: dict[str, list[str]] = {}
    for phrase, meaning in MEANINGS.items():
        letters = sum(unicodedata.category(sign)[0] == "L" for sign in phrase)
        least = MIN_FORGIVEN_LATIN_LETTERS if phrase.isascii() else MIN_FORGIVEN_LETTERS
        if letters >= max(least, MIN_FORGIVEN_LETTERS_OF_DECISIONS if meaning in _DECISIONS else 0):
            for cut in list_cuts(strip_tones(phrase)):
                index.setdefault(cut, []).append(phrase)
    return {cut: tuple(phrases) for cut, phrases in index.items()}
