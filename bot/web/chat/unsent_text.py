"""What people typed and did not send, so that it stands there on the way back: in memory only, and not for long."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.dialog.session import SESSION_IDLE_TIMEOUT

MAX_UNSENT_LENGTH = 20_000
"""Characters of one text; a longer one is sent, so that it is kept all the same."""

MAX_UNSENT_TEXTS = 500
"""Persons; the newest."""


@dataclass
class UnsentTextCache:
    """By person: at which step of the talk, what, and when."""

    _texts: dict[bytes, tuple[str, str, datetime]] = field(default_factory=dict, repr=False)

    def save(self, who: bytes, step: str, text: str, now: datetime) -> None:
        """Keep a text for when its question comes again."""
        self.delete(who)
        self._texts[who] = (step, text, now)
        if len(self._texts) > MAX_UNSENT_TEXTS:
            del self._texts[next(iter(self._texts))]

    def get(self, who: bytes, step: str, now: datetime) -> str:
        """What somebody typed at a step; empty where that was nothing, or is too long ago."""
        typed_at, text, when = self._texts.get(who, ("", "", now))
        if now - when >= SESSION_IDLE_TIMEOUT:
            self.delete(who)
            return ""
        return text if typed_at == step else ""

    def delete(self, who: bytes) -> None:
        """Forget what somebody typed."""
        self._texts.pop(who, None)
