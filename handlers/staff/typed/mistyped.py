"""A mistyped command, or one without its slash: nothing runs, and the commands that may be meant are offered.

What was typed is kept with each, so that one tap, “1” or “ใช่” runs it as meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic

from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.events import Lang
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, Reply
from handlers.dialog.text import shorten_text
from handlers.i18n import render_label
from handlers.staff.command import MAX_NAME_LENGTH, CommandContext, CommandTable, make_command_button
from handlers.staff.dispatch import run_command
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import AwaitingMeaning, WorkT
from handlers.staff.typed.nearest import list_nearest_names, split_glued_number
from handlers.staff.typed.shown import add_shown_number
from handlers.thai.meanings import list_readings, squeeze_reply

MEANT_PREFIX = "officer.meant "
"""How a button refers to an offered command: followed by the number of its prompt, and its place from 0."""

MAX_MEANT = 3
"""Commands that are offered."""

MAX_SHOWN_LENGTH = 40
"""Characters of a command on the button that runs it."""

MAX_BARE_WORD = 40
"""Characters of a text in which a command without its slash may be mistyped: a longer one tells something."""


@dataclass(frozen=True, slots=True)
class Meant(Generic[NameT]):
    """The commands that a text may mean. is_certain: its name is spelled right; only a slash or a space is missing."""

    commands: tuple[ParsedCommand[NameT], ...] = ()
    is_certain: bool = False


def find_meant(cmd: CommandContext[NameT, WorkT], text: str) -> Meant[NameT]:
    """Return the commands of this person's role that a text may mean."""
    has_slash = text.startswith("/")
    typed, rest = (*text.removeprefix("/").split(maxsplit=1), "", "")[:2]
    if len(text) > cmd.table.max_length or len(typed) > MAX_NAME_LENGTH or not typed:
        return Meant()
    by_name = _index_names(cmd)
    labelled = by_name.get(squeeze_reply(text)) if len(text) <= MAX_BARE_WORD else None
    if labelled is not None:
        return Meant((ParsedCommand(labelled),), is_certain=True)
    word, number = split_glued_number(typed)
    for name, after in ((typed, rest), (word, f"{number} {rest}".strip())):
        exact = next((by_name[one] for one in list_readings(name) if one in by_name), None)
        if exact is not None:
            return Meant((cmd.table.make(exact, after),), is_certain=True)
    if not has_slash and not _may_be_mistyped(text, number or rest):
        return Meant()
    after = f"{number} {rest}".strip() if number else rest
    names = list_nearest_names(word, by_name)
    found = dict.fromkeys(by_name[name] for name in names)
    return Meant(tuple(cmd.table.make(one, after) for one in list(found)[:MAX_MEANT]))


def add_number_of_shown(cmd: CommandContext[NameT, WorkT], meant: Meant[NameT]) -> Meant[NameT]:
    """Return the commands with the number of what was shown last, where they are about one thing and have none."""
    return replace(
        meant,
        commands=tuple(
            add_shown_number(replace(cmd, command=one)).command if one.name in cmd.table.about_one else one
            for one in meant.commands
        ),
    )


def _may_be_mistyped(text: str, after: str) -> bool:
    """Whether a text without a slash may be a command with an error: a word alone, or one with a number after it."""
    return len(text) <= MAX_BARE_WORD and (not after or after[:1].isdigit())


def _index_names(cmd: CommandContext[NameT, WorkT]) -> Mapping[str, NameT]:
    """Return the commands that this person may give, by each name and by the label of its button."""
    names: dict[str, NameT] = {}
    for name, row in cmd.table.rows.items():
        if (row.in_help or name is cmd.table.help) and cmd.staff.role in row.roles:
            typed = (
                render_label(make_command_button(name), cmd.ctx.lang),
                *row.names,
                name.value,
            )
            names |= {squeeze_reply(one): name for one in typed}
    return names


def offer_meant(
    cmd: CommandContext[NameT, WorkT], text: str, meant: Meant[NameT] | None = None
) -> TurnResult:
    """Offer the commands that a text may mean, kept with what was typed; nothing runs and nothing is sent."""
    if len(text) > cmd.table.max_length:
        args = {"limit": f"{cmd.table.max_length:,}", "count": f"{len(text):,}"}
        return cmd.reply_with(Reply("staff.too_long", OF_CASE, args, presentation=KEEPS_TEXT))
    meant = add_number_of_shown(cmd, meant or find_meant(cmd, text))
    found = meant.commands
    typed = text.removeprefix("/").strip().partition(" ")[0][:MAX_NAME_LENGTH]
    help_button = make_command_button(cmd.table.help)
    if not found:
        return cmd.reply_with(Reply("inquiry.help.unknown", OF_CASE, {"name": typed}, (help_button,)))
    prompt = cmd.ctx.session.prompt_number + 1
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_pending(
        AwaitingMeaning(found, prompt)
    )
    label = "staff.meant.yes" if len(found) == 1 else "staff.meant.this"
    choices = tuple(
        Choice(f"{MEANT_PREFIX}{prompt}.{place}", label, {"command": _describe(cmd.table, one, cmd.ctx.lang)})
        for place, one in enumerate(found)
    )
    key = "staff.meant.sure" if meant.is_certain else "staff.meant.ask"
    return kept.reply_with(Reply(key, OF_CASE, {"typed": typed}, (*choices, help_button)))


def _describe(table: CommandTable[NameT, Any], command: ParsedCommand[NameT], lang: Lang) -> str:
    """Return a command as it is typed in a language, cut short."""
    text = command.to_command_text().replace(f"/{command.name}", table.name_in(command.name, lang), 1)
    return shorten_text(text, MAX_SHOWN_LENGTH)


def run_meant(cmd: CommandContext[NameT, WorkT], data: str) -> Decision:
    """Run an offered command as it was meant; one that was offered before something else is over."""
    pending = cmd.work.pending
    prompt, _, place = data.removeprefix(MEANT_PREFIX).partition(".")
    if not isinstance(pending, AwaitingMeaning) or prompt != str(pending.prompt) or not place.isdecimal():
        return cmd.reply_with(Reply("staff.meant.stale", OF_CASE, {}, (make_command_button(cmd.table.help),)))
    if int(place) >= len(pending.commands):
        return cmd.reply_with(Reply("staff.meant.stale", OF_CASE, {}, (make_command_button(cmd.table.help),)))
    return (yield from run_command(replace(cmd, command=pending.commands[int(place)])))
