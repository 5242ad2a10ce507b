"""What one may do: only the commands of one's own role, each with its Thai and English name."""

from handlers.dialog.events import Arg, Deciding, Say
from handlers.staff.command import Call, button, may
from handlers.staff.parse import THAI
from handlers.staff.permissions import Order

BY_BUTTON = frozenset({Order.JOIN, Order.CONFIRM, Order.HELP})
"""Commands that nobody types once they have joined."""


def guide(c: Call) -> Deciding:
    """The commands of this person."""
    yield from ()
    lines = tuple(
        Say("staff.help.line", {"th": THAI[order][0], "en": order.value, "what": Say(f"staff.help.{order}")})
        for order in Order
        if may(c.staff, order) and order not in BY_BUTTON
    )
    args: dict[str, Arg] = {"name": c.staff.name, "role": Say(f"staff.role.{c.staff.role}"), "lines": lines}
    choices = tuple(button(order) for order in (Order.INBOX, Order.DUE, Order.STATS) if may(c.staff, order))
    return c.says(Say("staff.help.all", args, choices))
