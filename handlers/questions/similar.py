"""The query for open questions near one, so that one answer can be given to all who asked the same."""

from dataclasses import dataclass

from handlers.dialog.effects import Query
from handlers.questions.messages import QuestionThread

MAX_SIMILAR = 6
"""Questions that are shown as near, and that are answered with another at once."""


@dataclass(frozen=True, slots=True)
class FindSimilarQuestions(Query[tuple[QuestionThread, ...]]):
    """The open questions near one, nearest first: nobody has answered them, nor is an answer on its way."""

    thread: QuestionThread
