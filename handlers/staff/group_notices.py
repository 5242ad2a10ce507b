"""`/here`: notify a group chat of new cases."""

from hashlib import sha256

from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE
from handlers.staff.command import ComplaintsCommandContext
from handlers.staff.complaints.messages import SubscribeGroup

GROUP_ARGUMENT = "group"
"""The argument that an adapter adds in a group chat, so that nobody registers a private chat by mistake."""


def set_group_notices(cmd: ComplaintsCommandContext) -> Decision:
    """Subscribe this group to new cases, one group per person who registers one. `/here off` ends it."""
    yield from ()
    mark, event = sha256(b"group" + cmd.ctx.event.person_id).digest(), cmd.ctx.event
    if cmd.command.rest in {"off", "เลิก"}:
        return cmd.reply("here.off", OF_CASE, acts=(SubscribeGroup(mark, None, event.channel, cmd.staff.id),))
    if cmd.command.rest != GROUP_ARGUMENT or event.reply_to is None:
        return cmd.reply("here.how", OF_CASE)
    return cmd.reply(
        "here.on", OF_CASE, acts=(SubscribeGroup(mark, event.reply_to, event.channel, cmd.staff.id),)
    )
