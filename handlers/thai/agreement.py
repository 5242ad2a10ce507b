"""Several meanings in one reply: which of them can be said together, and which contradict each other."""

from collections.abc import Iterable

from handlers.thai.phrases import Meaning

_SOFT = (Meaning.REASON, Meaning.POLITE, Meaning.THANKS, Meaning.GREETING, Meaning.PARTING, Meaning.OKAY)
"""Meanings that are set aside beside another one, the first of them first."""

_WAITING = frozenset({Meaning.NOT_YET, Meaning.UNFINISHED})

_GIVING_UP = frozenset({Meaning.NO, Meaning.SKIP, Meaning.NOT_YET, Meaning.REFUSE})
"""What is said beside a wish to cancel, and answers nothing then."""

_AGREEING = (
    frozenset({Meaning.NO, Meaning.NONE, Meaning.NEVER, Meaning.SKIP, Meaning.NEXT, Meaning.DONE}),
    frozenset({Meaning.DONE, Meaning.SENT, Meaning.NONE, Meaning.NEXT}),
    frozenset({Meaning.HAVE, Meaning.YES, Meaning.UNFINISHED, Meaning.NOT_YET}),
    frozenset({Meaning.HAVE, Meaning.SENT, Meaning.DONE}),
    frozenset({Meaning.UNSURE, Meaning.NONE, Meaning.SKIP, Meaning.NEXT}),
    frozenset({Meaning.NO, Meaning.SKIP, Meaning.ANONYMOUS}),
    frozenset({Meaning.YES, Meaning.NAMED}),
    frozenset({Meaning.YES, Meaning.START, Meaning.NEXT}),
    frozenset({Meaning.YES, Meaning.SEND, Meaning.DONE, Meaning.NEXT}),
    frozenset({Meaning.CANCEL, Meaning.LEAVE, Meaning.DELETE, Meaning.REFUSE}),
    frozenset({Meaning.CANCEL, Meaning.NO, Meaning.SKIP, Meaning.REFUSE, Meaning.NOT_YET}),
    frozenset({Meaning.KEEP, Meaning.NEXT, Meaning.BACK, Meaning.NOT_YET, Meaning.NO}),
    frozenset({Meaning.BACK, Meaning.EDIT}),
    frozenset({Meaning.ANONYMOUS, Meaning.SKIP, Meaning.NO, Meaning.UNSURE}),
    frozenset({Meaning.YES, Meaning.CANCEL, Meaning.DELETE}),
    frozenset({Meaning.NO, Meaning.SKIP, Meaning.KEEP}),
    frozenset({Meaning.NO, Meaning.EDIT}),
    frozenset({Meaning.NOT_YET, Meaning.UNFINISHED, Meaning.EDIT}),
    frozenset({Meaning.NOT_YET, Meaning.UNFINISHED, Meaning.NO, Meaning.NEVER}),
)
"""Meanings that can be said together. Any other two contradict each other."""


def combine_meanings(found: Iterable[Meaning]) -> tuple[Meaning, ...]:
    """Return the meanings of one reply without what is only politeness; AMBIGUOUS where they contradict each other."""
    meanings = list(dict.fromkeys(found))
    for soft in _SOFT:
        if len(meanings) > 1 and soft in meanings:
            meanings.remove(soft)
    if Meaning.HELP in meanings:
        meanings = [
            one
            for one in meanings
            if one not in {Meaning.UNSURE, Meaning.AMBIGUOUS, Meaning.NO, Meaning.NONE}
        ]
    if Meaning.CANCEL in meanings:  # “ไม่เอาละ ยกเลิก” passes by no question
        meanings = [one for one in meanings if one not in _GIVING_UP]
    if Meaning.UNSURE in meanings:
        meanings = [one for one in meanings if one not in {Meaning.YES, Meaning.NO}]
    if not _WAITING.isdisjoint(meanings):  # “ยังค่ะ กำลังถ่ายอยู่” is no “never”
        meanings = [one for one in meanings if one not in {Meaning.NO, Meaning.NEVER}]
    if len(meanings) < 2 or any(group.issuperset(meanings) for group in _AGREEING):
        return tuple(meanings)
    return (Meaning.AMBIGUOUS,)
