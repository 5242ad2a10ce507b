"""What one may do: only the commands of one's own role, each with its Thai and English name."""

from handlers.dialog.events import Arg, Deciding, Reply
from handlers.staff.command import ComplaintsCommandContext, button, may
from handlers.staff.parse import THAI
from handlers.staff.permissions import CommandName

BY_BUTTON = frozenset({CommandName.JOIN, CommandName.CONFIRM, CommandName.HELP})
"""Commands that nobody types once they have joined."""


def guide(c: ComplaintsCommandContext) -> Deciding:
    """The commands of this person."""
    yield from ()
    lines = tuple(
        Reply(
            "staff.help.line", {"th": THAI[order][0], "en": order.value, "what": Reply(f"staff.help.{order}")}
        )
        for order in CommandName
        if may(c.staff, order) and order not in BY_BUTTON
    )
    args: dict[str, Arg] = {"name": c.staff.name, "role": Reply(f"staff.role.{c.staff.role}"), "lines": lines}
    choices = tuple(
        button(order)
        for order in (CommandName.INBOX, CommandName.DUE, CommandName.STATS)
        if may(c.staff, order)
    )
    return c.says(Reply("staff.help.all", args, choices))
