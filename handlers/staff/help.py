"""`/help`: the commands of one's own role, each with its Thai and English name."""

from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE, Phrase, Reply, ReplyArg
from handlers.staff.command import ComplaintsCommandContext, can_give_command, make_command_button
from handlers.staff.parse import THAI_COMMAND_NAMES
from handlers.staff.permissions import CommandName

BUTTON_ONLY_COMMANDS = frozenset({CommandName.JOIN, CommandName.CONFIRM, CommandName.HELP})
"""Commands that nobody types once they have joined; help does not list them."""


def show_complaints_help(cmd: ComplaintsCommandContext) -> Decision:
    """Show the commands that this person may give."""
    yield from ()
    lines = tuple(
        Phrase(
            "staff.help.line",
            {"th": THAI_COMMAND_NAMES[order][0], "en": order.value, "what": Phrase(f"staff.help.{order}")},
        )
        for order in CommandName
        if can_give_command(cmd.staff, order) and order not in BUTTON_ONLY_COMMANDS
    )
    args: dict[str, ReplyArg] = {
        "name": cmd.staff.name,
        "role": Phrase(f"staff.role.{cmd.staff.role}"),
        "lines": lines,
    }
    choices = tuple(
        make_command_button(order)
        for order in (CommandName.INBOX, CommandName.DUE, CommandName.STATS)
        if can_give_command(cmd.staff, order)
    )
    return cmd.reply_with(Reply("staff.help.all", OF_CASE, args, choices))
