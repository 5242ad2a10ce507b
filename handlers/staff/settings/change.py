"""`/setting` at either desk: show the settings that may be changed while the program runs, and change one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic

from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.office import Bilingual, PlannedMaintenance
from handlers.office_notices import describe_maintenance
from handlers.questions.pii import find_pii
from handlers.staff.command import CommandContext, make_command_button, make_prompt_buttons
from handlers.staff.members import AuditRefusal
from handlers.staff.parse import NameT, ParsedCommand, PromptAnswer, parse_prompt_answer, split_first_word
from handlers.staff.settings.messages import (
    SETTINGS,
    SetOfficeSetting,
    SettingName,
    SettingValue,
    get_setting,
)
from handlers.staff.settings.texts import (
    MAX_ANSWER_LENGTH,
    MAX_ANSWERS,
    MAX_NOTICE_LENGTH,
    SettingMistake,
    format_setting,
    parse_setting,
)
from handlers.staff.state import WorkT
from handlers.thai.dates import to_bangkok_date
from handlers.thai.matching import normalize_for_matching

NOTHING_MARK = "-"
"""In place of a text: the setting says nothing."""

AS_IN_FILE_MARK = "="
"""In place of a text: the setting is as office.toml has it."""


@dataclass(frozen=True, slots=True)
class SettingDesk(Generic[NameT, WorkT]):
    """What the desks differ in. setting: the command; settings: those that this desk has.

    find_proposed: the command in the officer's work that waits to be confirmed, and at which prompt; propose: the work
    in which one waits; None: in which none does.
    """

    setting: NameT
    settings: tuple[SettingName, ...]
    find_proposed: Callable[[WorkT], tuple[ParsedCommand[NameT], int] | None]
    propose: Callable[[WorkT, ParsedCommand[NameT] | None, int], WorkT]


def change_setting(cmd: CommandContext[NameT, WorkT], desk: SettingDesk[NameT, WorkT]) -> Decision:
    """Show the settings; `/setting notice text` shows what would stand there, and sets it once confirmed.

    In place of the text, `-` takes it away, and `=` puts back what office.toml says.
    """
    yield from ()
    pressed = parse_prompt_answer(cmd.command.rest)
    if pressed.letter in {"y", "n"} and pressed.prompt.isdecimal() and not pressed.rest:
        return _decide_on_shown(cmd, desk, pressed)
    word, typed = split_first_word(cmd.command.rest)
    name = find_setting(word, desk.settings)
    if name is None:
        return _list_settings(cmd, desk, "which" if word else "list")
    if cmd.staff.role not in SETTINGS[name].roles:
        refused = AuditRefusal(cmd.command.name, cmd.staff.id)
        return cmd.reply("refused", OF_CASE, (make_command_button(cmd.table.help),), (refused,))
    if not typed:
        return _ask_text(cmd, desk, name)
    return _propose(cmd, desk, name, typed)


def find_setting(word: str, settings: tuple[SettingName, ...]) -> SettingName | None:
    """Return the setting that a word names; None where it names none of these."""
    typed = normalize_for_matching(word)
    return next(
        (
            one
            for one in settings
            if typed in {normalize_for_matching(name) for name in (one.value, *SETTINGS[one].words)}
        ),
        None,
    )


def describe_setting(cmd: CommandContext[NameT, WorkT], value: SettingValue) -> ReplyArg:
    """Return what everybody reads of a value, or officers of ready answers."""
    match value:
        case None:
            return Phrase("staff.setting.nothing")
        case PlannedMaintenance():
            return describe_maintenance(value, cmd.ctx.lang)
        case Bilingual() | tuple():
            return raw_text(format_setting(value))


def _list_settings(
    cmd: CommandContext[NameT, WorkT], desk: SettingDesk[NameT, WorkT], key: str
) -> TurnResult:
    lines = tuple(
        Phrase(
            "staff.setting.line",
            {
                "name": Phrase(f"staff.setting.name.{name}"),
                "says": describe_setting(cmd, get_setting(cmd.ctx.office, name)),
            },
        )
        for name in desk.settings
    )
    choices = tuple(
        make_command_button(desk.setting, rest=name.value, label=Phrase(f"staff.setting.name.{name}"))
        for name in desk.settings
        if cmd.staff.role in SETTINGS[name].roles
    )
    return cmd.reply_with(Reply(f"staff.setting.{key}", OF_CASE, {"lines": lines}, choices))


def _ask_text(
    cmd: CommandContext[NameT, WorkT], desk: SettingDesk[NameT, WorkT], name: SettingName
) -> TurnResult:
    """Show what a setting says, and take what is typed next instead of it."""
    command = replace(cmd.command, rest=name.value)
    args: dict[str, ReplyArg] = {
        "name": Phrase(f"staff.setting.name.{name}"),
        "says": describe_setting(cmd, get_setting(cmd.ctx.office, name)),
        "how": describe_how(name),
    }
    asked = cmd.await_text_for(command)
    return asked.reply_with(Reply("staff.setting.ask", OF_CASE, args, _list_ways(desk, name)))


def describe_how(name: SettingName) -> Phrase:
    """Return how a setting is typed."""
    limits: dict[str, ReplyArg] = {}
    if name is SettingName.NOTICE:
        limits = {"limit": MAX_NOTICE_LENGTH}
    if name is SettingName.ANSWERS:
        limits = {"limit": f"{MAX_ANSWER_LENGTH:,}", "most": MAX_ANSWERS}
    return Phrase(f"staff.setting.how.{name}", limits)


def _list_ways(desk: SettingDesk[NameT, WorkT], name: SettingName) -> tuple[Choice, ...]:
    return (
        make_command_button(
            desk.setting, rest=f"{name} {NOTHING_MARK}", label=Phrase("staff.setting.take_away")
        ),
        make_command_button(
            desk.setting, rest=f"{name} {AS_IN_FILE_MARK}", label=Phrase("staff.setting.as_in_file")
        ),
    )


def _propose(
    cmd: CommandContext[NameT, WorkT], desk: SettingDesk[NameT, WorkT], name: SettingName, typed: str
) -> TurnResult:
    """Show a setting as it will be read, and ask to confirm exactly that."""
    args: dict[str, ReplyArg] = {"name": Phrase(f"staff.setting.name.{name}")}
    key = "shown_file"
    if typed.strip() != AS_IN_FILE_MARK:
        value = None if typed.strip() == NOTHING_MARK else parse_setting(name, typed, cmd.ctx.now)
        if isinstance(value, SettingMistake):
            args |= {
                "wrong": Phrase(f"staff.setting.wrong.{value.name.lower()}"),
                "how": describe_how(name),
            }
            return cmd.reply_with(Reply("staff.setting.mistyped", OF_CASE, args, presentation=KEEPS_TEXT))
        found = find_pii(typed) if value is not None else ()
        args |= {"says": describe_setting(cmd, value), "readers": Phrase(f"staff.setting.readers.{name}")}
        args["found"] = Phrase("staff.setting.found", {"found": ", ".join(found)}) if found else ""
        key = "shown_nothing" if value is None else "shown"
    prompt = cmd.ctx.session.prompt_number + 1
    asked = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt))
    command = replace(cmd.command, rest=f"{name} {typed}")
    asked = asked.with_work(desk.propose(asked.work, command, prompt))
    buttons = make_prompt_buttons(desk.setting, prompt, "staff.setting.yes", "staff.setting.no")
    return asked.reply_with(Reply(f"staff.setting.{key}", OF_CASE, args, buttons))


def _decide_on_shown(
    cmd: CommandContext[NameT, WorkT], desk: SettingDesk[NameT, WorkT], pressed: PromptAnswer
) -> TurnResult:
    """Set what was shown, or leave everything as it was."""
    proposed = desk.find_proposed(cmd.work)
    if proposed is None or proposed[0].name is not desk.setting or not pressed.is_to(proposed[1]):
        return cmd.reply_with(Reply("staff.setting.stale", OF_CASE, presentation=KEEPS_TEXT))
    kept = cmd.with_work(desk.propose(cmd.work, None, 0))
    if not pressed.is_yes:
        return kept.reply_with(Reply("staff.setting.dropped", OF_CASE))
    word, typed = split_first_word(proposed[0].rest)
    name = find_setting(word, desk.settings)
    if name is None or cmd.staff.role not in SETTINGS[name].roles:
        return kept.reply_with(Reply("staff.setting.stale", OF_CASE))
    as_in_file = typed.strip() == AS_IN_FILE_MARK
    is_nothing = as_in_file or typed.strip() == NOTHING_MARK
    value = None if is_nothing else parse_setting(name, typed, cmd.ctx.now)
    if isinstance(value, SettingMistake):  # its hours have passed meanwhile
        return kept.reply_with(Reply("staff.setting.stale", OF_CASE))
    act = SetOfficeSetting(name, value, cmd.staff.id, to_bangkok_date(cmd.ctx.now), as_in_file)
    args: dict[str, ReplyArg] = {"name": Phrase(f"staff.setting.name.{name}")}
    return kept.reply_with(Reply("staff.setting.done", OF_CASE, args), acts=(act,))
