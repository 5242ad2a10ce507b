"""What templates of views call to show words: arguments of replies as text, and personal data marked."""

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from bot.web.officer.responses import OfficerResponses
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, ReplyArg

_MARK = Markup("<mark>{}</mark>")


def make_word_reader(responses: OfficerResponses, lang: Lang) -> Callable[[ReplyArg], str]:
    """Make the function with which a template shows an argument of a reply as plain text."""

    def read(words: ReplyArg) -> str:
        return responses.translate_reply(words, lang) if isinstance(words, Phrase) else str(words)

    return read


def mark_personal_data(text: str, found: Iterable[str]) -> Markup:
    """Return a text as HTML, in which what may identify somebody is marked."""
    wanted = [one for one in sorted(set(found), key=len, reverse=True) if one]
    if not wanted:
        return escape(text)
    pattern = re.compile("|".join(re.escape(one) for one in wanted))
    shown, at = Markup(), 0
    for hit in pattern.finditer(text):
        shown += escape(text[at : hit.start()]) + _MARK.format(hit[0])
        at = hit.end()
    return shown + escape(text[at:])
