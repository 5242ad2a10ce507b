"""The parser of short replies: which phrases, composed requests and reasons a reply consists of, with nothing between.

It reads squeezed texts, without spaces; where they were, clauses may end (`SqueezedText.breaks`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from handlers.thai.grammar.composed import list_composed
from handlers.thai.grammar.how_questions import find_how_question
from handlers.thai.grammar.particles import KIN, OPENERS, PARTICLES, POLITE_ALONE, VOCATIVES
from handlers.thai.grammar.reasons import list_reasons
from handlers.thai.negation import NO_LONGER, VERBS, Negation, is_negative_phrase, list_negations
from handlers.thai.phrases import PHRASES, REQUEST_ENDINGS, REQUESTS, Meaning

_NOT_A_LETTER = re.compile(r"[^\w\u0e31\u0e34-\u0e3a\u0e46-\u0e4e]|_")
_ABOUT_ONESELF = re.compile("ไม่|มิ|ยังไม่|จำ|นึก|ลืม|งง|ตอบไม่")
"""What follows where somebody calls themself uncle or grandmother: “ลุงไม่รู้”."""
_UNDENIED = frozenset({Meaning.SENT, Meaning.HAVE, Meaning.NOT_YET})
"""Composed requests that are not denied by a negation before them."""


class SqueezedText(NamedTuple):
    """A text without spaces and signs; breaks: the places in it where some stood, and its end."""

    text: str
    breaks: frozenset[int]


class Part(NamedTuple):
    """A part of a reply: its meaning and words.

    supports: of a reason, the meanings that it is set aside beside; clauses: how many clauses end within it.
    """

    meaning: Meaning
    words: str
    supports: frozenset[Meaning] | None = None
    clauses: int = 0


Parse = tuple[Part, ...]
"""The parts that make up a reply, in order."""


def squeeze_text(plain: str) -> SqueezedText:
    """Return a normalized text as it is parsed."""
    words = [word for word in _NOT_A_LETTER.sub(" ", plain).split(" ") if word]
    breaks, length = [], 0
    for word in words:
        length += len(word)
        breaks.append(length)
    return SqueezedText("".join(words), frozenset(breaks))


def parse_reply(squeezed: SqueezedText | str) -> Parse | None:
    """Return the parts of a reply that consists of nothing but phrases, requests, reasons, openers and particles."""
    if isinstance(squeezed, str):
        squeezed = SqueezedText(squeezed, frozenset((len(squeezed),)))
    text = squeezed.text
    if not text:
        return None
    parse = _parse_from(squeezed, 0, {})
    if parse is None and _split_particles(text) and any(text.startswith(word) for word in _POLITE):
        return (Part(Meaning.POLITE, text),)
    return parse if parse is None or _is_supported(parse) else None


def _is_supported(parse: Parse) -> bool:
    """Whether each reason stands beside a meaning that it supports."""
    said = {part.meaning for part in parse}
    return all(part.supports is None or part.supports & said for part in parse)


def list_stems(text: str) -> list[str]:
    """Return a reply without the particles at its end, one less each time, the whole reply first."""
    stems, left = [text], text
    for _ in range(4):
        length = next((n for n in _PARTICLE_LENGTHS if n < len(left) and left[-n:] in _PARTICLES), 0)
        if not length:
            break
        left = left[:-length]
        stems.append(left)
    return stems


def list_starts(text: str) -> list[int]:
    """Return the places at which a reply may begin after its openers, the first of them first."""
    return _skip_words(_OPENER_STARTS, text, 0, most=3)


def _read_table() -> Mapping[str, Meaning]:
    return {phrase: meaning for meaning, phrases in PHRASES.items() for phrase in phrases.split()}


MEANINGS = _read_table()
_POLITE = frozenset(POLITE_ALONE.split())
_PARTICLES = frozenset(PARTICLES.split())
_VOCATIVES = tuple(VOCATIVES.split())
_PARTICLE_LENGTHS = sorted({len(word) for word in _PARTICLES}, reverse=True)
_OPENERS = frozenset((*OPENERS.split(), *_POLITE))
_KIN = tuple(KIN.split())
_REQUEST_ENDINGS = tuple(REQUEST_ENDINGS.split())


def _index_by_start(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    starts: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        starts.setdefault(word[:2], []).append(word)
    return {start: tuple(some) for start, some in starts.items()}


_PHRASE_STARTS = _index_by_start(MEANINGS)
_PARTICLE_STARTS = _index_by_start(_PARTICLES)
_OPENER_STARTS = _index_by_start(_OPENERS)
_DENIABLE_STARTS = _index_by_start(
    {*VERBS, *(one for one in MEANINGS if not is_negative_phrase(one) and len(one) > one.isascii())}
)
_SHORT_PHRASES = tuple(word for word in MEANINGS if len(word) == 1)


def _list_starting(starts: Mapping[str, tuple[str, ...]], text: str, at: int) -> Iterator[str]:
    for word in starts.get(text[at : at + 2], ()):
        if text.startswith(word, at):
            yield word


def _parse_from(squeezed: SqueezedText, at: int, known: dict[int, Parse | None]) -> Parse | None:
    """Return the fewest parts that a text consists of from a place on."""
    if at in known:
        return known[at]
    text = squeezed.text
    best: Parse | None = None
    for start in (*_skip_words(_OPENER_STARTS, text, at, most=3), *_skip_oneself(text, at)):
        for unit_end, part in _list_units(squeezed, start):
            for end in _skip_endings(text, unit_end, part.meaning):
                rest = () if end == len(text) else _parse_from(squeezed, end, known)
                whole = (part, *rest) if rest is not None else None
                if whole and (best is None or _count_cost(whole) < _count_cost(best)):
                    best = whole
        if best is not None and _count_cost(best) == 1:
            break
    known[at] = best
    return best


def _count_cost(parse: Parse) -> int:
    """Count the parts. A reason costs more with each clause that it goes on over, which may be a reply by itself."""
    return sum(1 + 2 * part.clauses for part in parse)


def _skip_oneself(text: str, at: int) -> list[int]:
    """Return where what people say of themself begins after a word for them: “ยายจำไม่ได้”."""
    ends = [at + len(word) for word in _KIN if text.startswith(word, at)]
    return [end for end in ends if _ABOUT_ONESELF.match(text, end)]


def _list_units(squeezed: SqueezedText, at: int) -> list[tuple[int, Part]]:
    """Return the ends of what may be a part at a place, longest first; phrases of the table before composed ones."""
    text = squeezed.text
    whole = (*_list_starting(_PHRASE_STARTS, text, at), *_list_short(text, at))
    units = [(at + len(phrase), Part(MEANINGS[phrase], phrase)) for phrase in whole]
    denied: list[tuple[int, Meaning]] = []
    no_longer: list[tuple[int, Meaning]] = []
    for negation in list_negations(text, at):
        phrases = [
            (negation.end + len(one), one, MEANINGS.get(one))
            for one in _list_starting(_DENIABLE_STARTS, text, negation.end)
        ]
        phrases += [
            (end, text[negation.end : end], meaning)
            for end, meaning in list_composed(text, negation.end)
            if meaning not in _UNDENIED and not is_negative_phrase(text[negation.end : end])
        ]
        for end, phrase, meaning in phrases:
            denied.append((end, negation.negate(phrase, meaning)))
            if text.startswith(NO_LONGER, end):
                no_longer.append((end + len(NO_LONGER), negation.negate(phrase, meaning, no_longer=True)))
    composed = list_composed(text, at)
    units += [(end, Part(meaning, text[at:end])) for end, meaning in (*no_longer, *denied, *composed)]
    for end, reason in list_reasons(text, at, squeezed.breaks):
        within = sum(at < place < end for place in squeezed.breaks)
        units.append((end, Part(Meaning.REASON, text[at:end], reason.supports, within)))
    asked = find_how_question(text, at)
    if asked is not None:
        units.append((asked, Part(Meaning.HELP, text[at:asked])))
    return sorted(units, key=lambda unit: -unit[0])


def deny(negation: Negation, phrase: str) -> Meaning:
    """Return what the denial of a phrase of the table means."""
    return negation.negate(phrase, MEANINGS.get(phrase))


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
    after = (
        places if meaning is Meaning.HELP or text.endswith(NO_LONGER, 0, at) else places[2:]
    )  # whom one speaks to stands after a particle
    return places + [place + len(who) for place in after for who in _VOCATIVES if text.startswith(who, place)]


def _split_particles(text: str) -> bool:
    """Whether a text consists of particles only."""
    return text not in MEANINGS and len(text) in _skip_words(_PARTICLE_STARTS, text, 0, most=4)
