"""`/here`: a group chat is told of new cases."""

from hashlib import sha256

from handlers.dialog.effects import Decision
from handlers.staff.command import ComplaintsCommandContext
from handlers.staff.complaints.messages import SubscribeGroup

GROUP_ARGUMENT = "group"
"""What the door of a group adds, so that nobody registers a private chat by mistake."""


def set_group_notices(c: ComplaintsCommandContext) -> Decision:
    """Tell this group of new cases; one group for each who registers one, and `/here off` ends it."""
    yield from ()
    mark, event = sha256(b"group" + c.ctx.event.person_id).digest(), c.ctx.event
    if c.command.rest in {"off", "เลิก"}:
        return c.reply("here.off", acts=(SubscribeGroup(mark, None, event.channel, c.staff.id),))
    if c.command.rest != GROUP_ARGUMENT or event.reply_to is None:
        return c.reply("here.how")
    return c.reply("here.on", acts=(SubscribeGroup(mark, event.reply_to, event.channel, c.staff.id),))
