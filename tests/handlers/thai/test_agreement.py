"""Which meanings can be said together in one reply."""

from handlers.thai.agreement import combine_meanings
from handlers.thai.phrases import Meaning


def test_politeness_is_set_aside() -> None:
    assert combine_meanings([Meaning.POLITE, Meaning.NO, Meaning.THANKS]) == (Meaning.NO,)
    assert combine_meanings([Meaning.THANKS]) == (Meaning.THANKS,)


def test_what_agrees_stays_in_order() -> None:
    assert combine_meanings([Meaning.NOT_YET, Meaning.EDIT]) == (Meaning.NOT_YET, Meaning.EDIT)


def test_what_contradicts_itself_is_ambiguous() -> None:
    assert combine_meanings([Meaning.SEND, Meaning.CANCEL]) == (Meaning.AMBIGUOUS,)
    assert combine_meanings([Meaning.UNFINISHED, Meaning.SEND]) == (Meaning.AMBIGUOUS,)
