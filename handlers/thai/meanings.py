"""Reading short replies in everyday Thai and English: yes, no, none, done, skip and others; and numbers that pick.

Only a whole short reply has a meaning: one that goes on is a text. Negation never turns round: a typing error is
forgiven only where the phrase it is taken for is negated in the same way, and a double negative is ambiguous.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from handlers.thai.agreement import combine_meanings
from handlers.thai.how_questions import asks_how
from handlers.thai.matching import fold_characters, normalize_for_matching
from handlers.thai.negation import NO_LONGER, VERBS, Negation, is_negative_phrase, list_negations
from handlers.thai.phrases import (
    MISSPELLINGS,
    OPENERS,
    PARTICLES,
    PHRASES,
    POLITE_ALONE,
    REQUEST_ENDINGS,
    REQUESTS,
    Meaning,
)
from handlers.thai.typing_errors import NEGATION, is_forgiven, list_cuts, strip_tones

MAX_REPLY_LENGTH = 60
"""Characters. A longer text is never a short reply."""

MAX_FORGIVEN_LENGTH = 30
"""Characters of a reply in which typing errors are forgiven."""

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
_QUESTION_END = re.compile("(?:ไหม|มั้ย|มัย|เปล่า|ป่าว|เหรอ|หรอ|หรือยัง|รึยัง|ป่ะ|ปะ|หรือ)$")
_DASH = re.compile("[-\u2010-\u2015\u2212]")
_DENIAL = "(?:ไม่|ยังไม่|มิได้|มิ|เปล่า)"
_DOUBLE_NEGATIVE = re.compile(
    f"(?:ไม่ใช่|มิใช่|ไม่ได้|ไม่เชิง|ไม่ถึงกับ|ไม่)(?:ว่า|จะ|เพราะ|หมายความว่า|แปลว่า)*({_DENIAL}.+)"
    "|(?:not|i?dont|isnt|its?not)((?:not|no|never).*)"
)
"""A denied denial; in the group, what is denied."""
_MUST = re.compile("(ไม่.+)ไม่ได้")
_BOTH_WAYS = re.compile(
    "(?:ทั้ง|จะ)?(?P<what>(?!ไม่).{2,8}?)(?:หรือ|รึ|ก็ได้|ดี|ก็|แต่|และ|กับ)*(?:ทั้ง|จะ)?ไม่(?P=what)(?:ก็ได้|ดี|ก็)*"
)
"""“To tell, not to tell”: บอกไม่บอก, ลบหรือไม่ลบดี, ทั้งใช่ทั้งไม่ใช่."""
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
_ANY_MISSPELLING = re.compile("|".join(f"(?:{wrong})" for wrong, _ in MISSPELLINGS))
_SPELLINGS = tuple((re.compile(wrong), right) for wrong, right in MISSPELLINGS)

_Parse = tuple[tuple[Meaning, str], ...]
"""The phrases that make up a reply, in order, each with its meaning."""


def read_meanings(text: str) -> tuple[Meaning, ...]:
    """Return what a short reply means, most often one meaning; nothing for a text that says more than that.

    `Meaning.AMBIGUOUS` alone where it contradicts itself.
    """
    if len(text) > MAX_REPLY_LENGTH:
        return ()
    plain = normalize_for_matching(text)
    if "?" in text or "\uff1f" in text:
        return _read_question(plain)
    squeezed = _NOT_A_LETTER.sub("", plain)
    if not squeezed:
        return _read_signs(text)
    parse = _parse_reply(squeezed)
    if parse is not None and len(parse) == 1 and squeezed not in _index_slips():
        return (parse[0][0],)
    return _read_further(plain, squeezed, parse)


def _read_further(plain: str, squeezed: str, parse: _Parse | None) -> tuple[Meaning, ...]:
    """Read what is not one phrase of the table: several of them, everyday spellings, typing errors."""
    if _is_both_ways(squeezed) or _corrects_itself(plain):
        return (Meaning.AMBIGUOUS,)
    if asks_how(squeezed):
        return (Meaning.HELP,)
    is_slip = parse is not None and squeezed in _index_slips()  # ไม่เค is ไม่เคย, not “no, OK”
    if len(squeezed) <= MAX_FORGIVEN_LENGTH and (parse is None or is_slip):
        plain = correct_spelling(plain)
        squeezed = _LAUGH.sub("", _NOT_A_LETTER.sub("", plain))
        parse = (None if is_slip else _parse_reply(squeezed)) or _forgive_error(squeezed)
    if _is_double_negative(plain, squeezed):
        return (Meaning.AMBIGUOUS,)
    meanings = combine_meanings([meaning for meaning, _ in parse]) if parse else ()
    # “ยังไม่ส่งได้มั้ย” asks something, and contradicts nothing.
    asks = meanings == (Meaning.AMBIGUOUS,) and any(map(_QUESTION_END.search, _list_stems(squeezed)))
    return () if asks else meanings


def squeeze_reply(text: str) -> str:
    """Return a short text as it is compared: its letters and digits alone."""
    return _NOT_A_LETTER.sub("", normalize_for_matching(text))


def list_readings(text: str) -> tuple[str, ...]:
    """Return what a short text may say, squeezed: as it is, without particles at its end, and without openers."""
    squeezed = squeeze_reply(text)
    stems = _list_stems(squeezed)
    starts = _skip_words(_OPENER_STARTS, squeezed, 0, most=3)
    return tuple(dict.fromkeys(stem[start:] for start in starts for stem in stems if start < len(stem)))


def is_label_with_error(reading: str, label: str) -> bool:
    """Whether a reading is a label with at most one typing error, and as negative as the label."""
    letters = sum(unicodedata.category(sign)[0] == "L" for sign in label)
    return letters >= MIN_FORGIVEN_LETTERS_OF_DECISIONS and is_forgiven(strip_tones(reading), label)


def correct_spelling(plain: str) -> str:
    """Return a normalized short text with everyday spellings of common words put right."""
    if _ANY_MISSPELLING.search(plain):
        for wrong, right in _SPELLINGS:
            plain = wrong.sub(right, plain)
    return plain


def _read_question(plain: str) -> tuple[Meaning, ...]:
    """Read a reply that asks: only a request, or for help, means something."""
    squeezed = _NOT_A_LETTER.sub("", plain)
    if not squeezed:
        return (Meaning.HELP,)
    if asks_how(squeezed):
        return (Meaning.HELP,)
    parse = _parse_reply(squeezed)
    meanings = combine_meanings([meaning for meaning, _ in parse]) if parse else ()
    asks = meanings == (Meaning.HELP,) or any(ending in squeezed for ending in _REQUEST_ENDINGS)
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


def _is_both_ways(squeezed: str) -> bool:
    """Whether a reply weighs a thing against its opposite."""
    if "ไม่" not in squeezed:
        return False
    return bool(_TORN.match(squeezed)) or any(
        _BOTH_WAYS.fullmatch(stem) is not None for stem in _list_stems(squeezed)
    )


def _corrects_itself(plain: str) -> bool:
    """Whether a reply takes back what it said first: “ใช่ เอ๊ย ไม่ใช่”."""
    parts = [_NOT_A_LETTER.sub("", part) for part in _CORRECTION.split(plain, maxsplit=1)]
    if len(parts) < 2:
        return False
    first, second = ({meaning for meaning, _ in _parse_reply(correct_spelling(part)) or ()} for part in parts)
    return bool(first and second and first != second)


def _is_double_negative(plain: str, squeezed: str) -> bool:
    """Whether a reply denies a denial, and does not just say no twice: “ไม่ ไม่ใช่”."""
    if len(NEGATION.findall(squeezed)) < 2 or squeezed in _MEANINGS:
        return False
    must = _MUST.match(squeezed)
    if must is not None and _parse_reply(must[1]) is not None:
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
        if not stands_apart and (_parse_reply(denied) or _forgive_error(denied)):
            return True
    return False


def _read_table() -> Mapping[str, Meaning]:
    return {phrase: meaning for meaning, phrases in PHRASES.items() for phrase in phrases.split()}


_MEANINGS = _read_table()
_PARTICLES = frozenset(PARTICLES.split())
_OPENERS = frozenset((*OPENERS.split(), *POLITE_ALONE.split()))
_POLITE = frozenset(POLITE_ALONE.split())
_REQUEST_ENDINGS = tuple(REQUEST_ENDINGS.split())


def _index_by_start(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    starts: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        starts.setdefault(word[:2], []).append(word)
    return {start: tuple(some) for start, some in starts.items()}


_PHRASE_STARTS = _index_by_start(_MEANINGS)
_PARTICLE_STARTS = _index_by_start(_PARTICLES)
_OPENER_STARTS = _index_by_start(_OPENERS)
_DENIABLE_STARTS = _index_by_start(
    {*VERBS, *(one for one in _MEANINGS if not is_negative_phrase(one) and len(one) > one.isascii())}
)
_SHORT_PHRASES = tuple(word for word in _MEANINGS if len(word) == 1)


def _list_starting(starts: Mapping[str, tuple[str, ...]], text: str, at: int) -> Iterator[str]:
    for word in starts.get(text[at : at + 2], ()):
        if text.startswith(word, at):
            yield word


def _parse_reply(text: str) -> _Parse | None:
    """Return the phrases of a reply that consists of nothing but phrases, openers and particles."""
    if not text:
        return None
    parse = _parse_from(text, 0, {})
    if parse is None and _split_particles(text) and any(text.startswith(word) for word in _POLITE):
        return ((Meaning.POLITE, text),)
    return parse


def _parse_from(text: str, at: int, known: dict[int, _Parse | None]) -> _Parse | None:
    """Return the fewest phrases that a text consists of from a place on."""
    if at in known:
        return known[at]
    best: _Parse | None = None
    for start in _skip_words(_OPENER_STARTS, text, at, most=3):
        for phrase_end, meaning in _list_units(text, start):
            for end in _skip_endings(text, phrase_end, meaning):
                rest = () if end == len(text) else _parse_from(text, end, known)
                if rest is not None and (best is None or len(rest) + 1 < len(best)):
                    best = ((meaning, text[start:phrase_end]), *rest)
    known[at] = best
    return best


def _list_units(text: str, at: int) -> list[tuple[int, Meaning]]:
    """Return the ends and meanings of the phrases at a place, and of those that are denied there, longest first."""
    whole = (*_list_starting(_PHRASE_STARTS, text, at), *_list_short(text, at))
    units = [(at + len(phrase), _MEANINGS[phrase]) for phrase in whole]
    denied: list[tuple[int, Meaning]] = []
    no_longer: list[tuple[int, Meaning]] = []
    for negation in list_negations(text, at):
        for phrase in _list_starting(_DENIABLE_STARTS, text, negation.end):
            end = negation.end + len(phrase)
            denied.append((end, _deny(negation, phrase)))
            if text.startswith(NO_LONGER, end):
                no_longer.append((end + len(NO_LONGER), _deny(negation, phrase, no_longer=True)))
    return sorted((*units, *no_longer, *denied), key=lambda unit: -unit[0])


def _deny(negation: Negation, phrase: str, *, no_longer: bool = False) -> Meaning:
    return negation.negate(phrase, _MEANINGS.get(phrase), no_longer=no_longer)


def _list_short(text: str, at: int) -> tuple[str, ...]:
    """Return the phrase of one letter that a text ends with: y, k."""
    return (text[at:],) if text[at:] in _SHORT_PHRASES else ()


def _skip_words(starts: Mapping[str, tuple[str, ...]], text: str, at: int, most: int) -> list[int]:
    """Return the places to which up to `most` words of a table lead, the given place first."""
    places, fresh = [at], [at]
    for _ in range(most):
        fresh = [place + len(word) for place in fresh for word in _list_starting(starts, text, place)]
        places += [place for place in fresh if place not in places]
    return places


def _skip_endings(text: str, at: int, meaning: Meaning) -> list[int]:
    """Return the places at which a phrase may end: with ๆ, “may I”, and particles."""
    if text.startswith("ๆ", at):
        at += 1
    if meaning in REQUESTS:
        at = next((at + len(word) for word in _REQUEST_ENDINGS if text.startswith(word, at)), at)
    places = [at]
    for place in _skip_words(_PARTICLE_STARTS, text, at, most=4):
        places += [place + 1] if text.startswith("ๆ", place) else [place]
    return places


def _split_particles(text: str) -> bool:
    """Whether a text consists of particles only."""
    return text not in _MEANINGS and len(text) in _skip_words(_PARTICLE_STARTS, text, 0, most=4)


def _forgive_error(text: str) -> _Parse | None:
    """Return the phrase that a reply is with one typing error, or with all its tones left out."""
    for stem in _list_stems(text):
        if _QUESTION_END.search(stem):
            return None
        slip = _index_slips().get(stem)
        if slip is not None:
            return ((_MEANINGS[slip], slip),)
        if stem.startswith("บ่"):  # the northern no, which without its tone looks like the beginning of บอก
            continue
        bare = strip_tones(stem)
        found = {phrase for cut in list_cuts(bare) for phrase in _index_errors().get(cut, ())}
        likely = [phrase for phrase in found if is_forgiven(bare, phrase)]
        meanings = {_MEANINGS[phrase] for phrase in likely}
        if len(meanings) == 1:
            return ((meanings.pop(), likely[0]),)
    return _forgive_denied(text)


def _forgive_denied(text: str) -> _Parse | None:
    """Return what a negation says of a phrase with one typing error."""
    for stem in _list_stems(text):
        for negation in list_negations(stem, 0):
            denied = _forgive_error(stem[negation.end :]) if negation.end < len(stem) else None
            if denied is not None and not is_negative_phrase(denied[0][1]):
                return ((_deny(negation, denied[0][1]), stem),)
    return None


def _list_stems(text: str) -> list[str]:
    """Return a reply without the particles at its end, one less each time, the whole reply first."""
    stems, left = [text], text
    for _ in range(4):
        length = next((n for n in _PARTICLE_LENGTHS if n < len(left) and left[-n:] in _PARTICLES), 0)
        if not length:
            break
        left = left[:-length]
        stems.append(left)
    return stems


_PARTICLE_LENGTHS = sorted({len(word) for word in _PARTICLES}, reverse=True)


@cache
def _index_slips() -> Mapping[str, str]:
    """Map short negated phrases without one of their signs, or with two that changed places, to the phrases."""
    index: dict[str, set[str]] = {}
    for phrase in _MEANINGS:
        if phrase.startswith("ไม่") and MIN_SLIP_LENGTH <= len(phrase) <= 2 * MIN_SLIP_LENGTH:
            swaps = {
                phrase[:at] + phrase[at + 1] + phrase[at] + phrase[at + 2 :] for at in range(len(phrase) - 1)
            }
            for slip in list_cuts(phrase) | swaps:
                index.setdefault(slip, set()).add(phrase)
    return {
        slip: min(phrases)
        for slip, phrases in index.items()
        if slip not in _MEANINGS
        and len({_MEANINGS[phrase] for phrase in phrases}) == 1
        and len(slip) >= MIN_SLIP_LENGTH - 1
    }


@cache
def _index_errors() -> Mapping[str, tuple[str, ...]]:
    """Map what phrases become by leaving out one sign to them, where an error in them is forgiven."""
    index: dict[str, list[str]] = {}
    for phrase, meaning in _MEANINGS.items():
        letters = sum(unicodedata.category(sign)[0] == "L" for sign in phrase)
        least = MIN_FORGIVEN_LATIN_LETTERS if phrase.isascii() else MIN_FORGIVEN_LETTERS
        if letters >= max(least, MIN_FORGIVEN_LETTERS_OF_DECISIONS if meaning in _DECISIONS else 0):
            for cut in list_cuts(strip_tones(phrase)):
                index.setdefault(cut, []).append(phrase)
    return {cut: tuple(phrases) for cut, phrases in index.items()}
