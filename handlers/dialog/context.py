"""The context of a message: the event, the session, the office and the time. Every handler receives it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.dialog.channels import ChannelTraits, get_channel_traits
from handlers.dialog.events import Event, Lang
from handlers.dialog.session import Session
from handlers.office import Office


@dataclass(frozen=True, slots=True)
class Context:
    event: Event
    session: Session
    office: Office
    now: datetime
    site_url: str = ""
    """Address of the desk's web page, or empty."""
    is_first: bool = False
    """Whether nothing was said before, or not for so long that the person is greeted anew."""

    @property
    def channel_traits(self) -> ChannelTraits:
        """The capabilities of the channel the message came through."""
        return get_channel_traits(self.event.channel)

    @property
    def lang(self) -> Lang:
        return self.session.lang

    def replace_session(self, **changes: Any) -> "Context":  # noqa: ANN401 - as dataclasses.replace
        """Return a copy with changes in its session."""
        return self.with_session(self.session.replace(**changes))

    def with_session(self, session: Session) -> "Context":
        """Return a copy with another session."""
        return Context(self.event, session, self.office, self.now, self.site_url, self.is_first)


def reset_session(ctx: Context) -> Session:
    """Return a new session without a case or a draft, in the same language."""
    return Session(
        version=ctx.session.version, at=ctx.now, lang=ctx.lang, prompt_number=ctx.session.prompt_number
    )
