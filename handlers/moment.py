"""One message at the moment it is decided: what was said, where the talk stands, whose office, what time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.office import Office
from handlers.turn import Event, Lang, Session


@dataclass(frozen=True, slots=True)
class Moment:
    """What every handler is given."""

    event: Event
    session: Session
    office: Office
    now: datetime

    @property
    def lang(self) -> Lang:
        """The language of the talk."""
        return self.session.lang

    def with_(self, **changes: Any) -> "Moment":  # noqa: ANN401 - as dataclasses.replace
        """The same moment with changes in its session."""
        return replace(self, session=replace(self.session, **changes))

    def on(self, session: Session) -> "Moment":
        """The same moment on another session."""
        return replace(self, session=session)
