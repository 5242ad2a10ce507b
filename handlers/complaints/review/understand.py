"""What is understood from a story by rules: who by post, when, where, how much. Only suggested, and marked as such.

It is shown at the review before anything is sent; each is removed with a tap, and an answer of the person's own takes
its place. What is let stand is filed beside the answers and never as one.
"""

import re
from collections.abc import Callable, Mapping

from handlers.complaints.conflict_of_interest import ACCUSED_FIELD
from handlers.complaints.messages import UNDERSTOOD_ANSWERS
from handlers.complaints.review.amounts import find_amounts
from handlers.complaints.review.places import find_place
from handlers.complaints.review.posts import find_accused_post
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.context import Context
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.session import Session
from handlers.thai.date_words import MAX_DATE_TEXT
from handlers.thai.dates import parse_date, to_bangkok_date

MAX_READ_LENGTH = 5_000
"""Characters of a story that are read. Who writes more says it in order: what matters is told first."""

_PIECE = re.compile(rf"[^\n]{{1,{MAX_DATE_TEXT}}}(?=\s|$)|[^\n]{{1,{MAX_DATE_TEXT}}}")
_OF_PAPER = re.compile(r"(?:ลง|หนังสือ[^\n]{0,40})วันที่")
"""What makes a day that of a paper."""


def _find_day(story: str, ctx: Context) -> str:
    """Return the first day, month or year of a story that has come; empty for none."""
    today = to_bangkok_date(ctx.now)
    for piece in _PIECE.finditer(story):
        found = None if _OF_PAPER.search(piece[0]) else parse_date(piece[0], today, ctx.lang)
        if found is not None and not found.is_to_come(today):
            return found.formatted
    return ""


_READERS: Mapping[str, Callable[[str, Context], str]] = {
    ACCUSED_FIELD: lambda story, _: find_accused_post(story),
    "when": _find_day,
    "where": lambda story, _: find_place(story),
    "amount": lambda story, _: find_amounts(story),
}
"""What is read from a story, by the question that it may answer; `amount` answers none."""

UNDERSTOOD_FIELDS = tuple(
    FormField(name, FieldKind.TEXT, FieldAudience.CASE) for name in UNDERSTOOD_ANSWERS.values()
)
"""What officers read of it, after the answers."""


def understand_story(ctx: Context) -> Mapping[str, str]:
    """Return what the story seems to tell of questions that have no answer, save what was taken out before."""
    session = ctx.session
    story = session.answers.get(STORY_FIELD.name, "")[:MAX_READ_LENGTH]
    open_questions = [
        name for name in _READERS if not session.answers.get(name) and name not in session.removed_readings
    ]
    found = {name: _READERS[name](story, ctx) for name in open_questions}
    return {name: text for name, text in found.items() if text}


def list_understood_answers(session: Session) -> dict[str, str]:
    """Return what was let stand at the review, by the names under which it is filed."""
    return {UNDERSTOOD_ANSWERS[name]: text for name, text in session.understood.items()}
