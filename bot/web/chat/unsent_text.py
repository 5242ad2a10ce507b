"""Text that was typed but not sent or not stored, to be shown again with its question; in memory, and not for long."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from handlers.dialog.replies import Reply
from handlers.dialog.session import SESSION_IDLE_TIMEOUT

MAX_UNSENT_LENGTH = 20_000
"""Characters of one text; a longer one is sent, so that it is not lost."""

MAX_UNSENT_TEXTS = 500
"""Number of persons; the newest are kept."""


def find_given_back_text(replies: Iterable[Reply]) -> str:
    """Return the text that replies give back and that is not stored with them; empty if there is none."""
    return next((str(one.args["unsent"]) for one in replies if "unsent" in one.memory_args), "")


@dataclass
class UnsentTextCache:
    """One text per person, with the dialogue step it was typed at and the time."""

    _texts: dict[bytes, tuple[str, str, datetime]] = field(default_factory=dict, repr=False)

    def save(self, who: bytes, step: str, text: str, now: datetime) -> None:
        """Keep a text until its question is asked again."""
        self.delete(who)
        self._texts[who] = (step, text, now)
        if len(self._texts) > MAX_UNSENT_TEXTS:
            del self._texts[next(iter(self._texts))]

    def get(self, who: bytes, step: str, now: datetime) -> str:
        """What a person typed at a step; empty if there is nothing, or if it is too old."""
        typed_at, text, when = self._texts.get(who, ("", "", now))
        if now - when >= SESSION_IDLE_TIMEOUT:
            self.delete(who)
            return ""
        return text if typed_at == step else ""

    def delete(self, who: bytes) -> None:
        self._texts.pop(who, None)
