"""What people typed and did not send, so that it stands there on the way back: in memory only, and not for long."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.dialog.events import IDLE

LONGEST = 20_000
"""Characters of one text; a longer one is sent, so that it is kept all the same."""

MOST = 500
"""Persons; the newest."""


@dataclass
class UnsentTextCache:
    """By person: at which step of the talk, what, and when."""

    _typed: dict[bytes, tuple[str, str, datetime]] = field(default_factory=dict, repr=False)

    def remember(self, who: bytes, step: str, text: str, now: datetime) -> None:
        """Keep a text for when its question comes again."""
        self.forget(who)
        self._typed[who] = (step, text, now)
        if len(self._typed) > MOST:
            del self._typed[next(iter(self._typed))]

    def at(self, who: bytes, step: str, now: datetime) -> str:
        """What somebody typed at a step; empty where that was nothing, or is too long ago."""
        typed_at, text, when = self._typed.get(who, ("", "", now))
        if now - when >= IDLE:
            self.forget(who)
            return ""
        return text if typed_at == step else ""

    def forget(self, who: bytes) -> None:
        """Forget what somebody typed."""
        self._typed.pop(who, None)
