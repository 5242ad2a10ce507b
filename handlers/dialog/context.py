"""One message at the moment it is decided: what was said, where the talk stands, whose office, what time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.dialog.channels import ChannelTraits, get_channel_traits
from handlers.dialog.events import Event, Lang
from handlers.dialog.session import Session
from handlers.office import Office


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler is given."""

    event: Event
    session: Session
    office: Office
    now: datetime
    site_url: str = ""
    """Where the desk's web page is found, or empty."""

    @property
    def channel_traits(self) -> ChannelTraits:
        """What the channel of the message can do."""
        return get_channel_traits(self.event.channel)

    @property
    def lang(self) -> Lang:
        """The language of the talk."""
        return self.session.lang

    def replace_session(self, **changes: Any) -> "Context":  # noqa: ANN401 - as dataclasses.replace
        """The same moment with changes in its session."""
        return self.with_session(self.session.replace(**changes))

    def with_session(self, session: Session) -> "Context":
        """The same moment on another session."""
        return Context(self.event, session, self.office, self.now, self.site_url)
