"""`/activity`: publish what came of a meeting, joint planning or joint monitoring; take one off, or put it back."""

from dataclasses import replace

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import (
    KEEPS_TEXT,
    NEUTRAL,
    OFFICER_CONTENT,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.participation.activity_text import find_marked_data, join_activity_text, parse_activity
from handlers.participation.messages import (
    Activity,
    ActivityText,
    ListActivities,
    PublishActivity,
    SetActivityShown,
)
from handlers.staff.command import ServiceCommandContext, make_prompt_buttons
from handlers.staff.parse import ParsedCommand, split_first_word
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.state import ProposedRemark
from handlers.thai.dates import format_date, to_arabic_digits, to_bangkok_date

REMOVE_WORDS, RESTORE_WORDS, CORRECT_WORDS = {"off", "เอาออก", "ลบ"}, {"on", "คืน"}, {"edit", "แก้"}
CONTINUE_ACTIVITY_COMMAND = ParsedCommand(ServiceCommandName.ACTIVITY, rest="more")
"""The next text goes on with the activity that lacks something."""
LISTED_ACTIVITIES = 10
"""The newest, which are shown in the chat; the page has all."""


def manage_activities(cmd: ServiceCommandContext) -> Decision:
    """List activities, publish one once its officer confirmed what will be read, or take one off."""
    rest = cmd.command.rest.strip()
    known = yield from run_query(ListActivities())
    word, after = split_first_word(rest)
    if not rest:
        return _list_activities(cmd, known)
    if word.casefold() in REMOVE_WORDS | RESTORE_WORDS:
        return _set_shown(cmd, _find_activity(known, after), is_shown=word.casefold() in RESTORE_WORDS)
    if word == CONTINUE_ACTIVITY_COMMAND.rest:
        rest = _go_on(cmd, after)
        word, after = split_first_word(rest)
    words, replaced = rest, None
    if word.casefold() in CORRECT_WORDS:
        name, words = split_first_word(after)
        replaced = _find_activity(known, name)
        if replaced is None:
            return cmd.reply("activity.unknown", NEUTRAL)
    whole = replace(cmd, command=replace(cmd.command, rest=rest))
    found = parse_activity(words, to_bangkok_date(cmd.ctx.now))
    if not isinstance(found, ActivityText):
        wrong = tuple(
            Phrase(f"inquiry.activity.issue.{one.part}.{one.problem}", {"words": one.words}) for one in found
        )
        args: dict[str, ReplyArg] = {"wrong": wrong, "kept": words.strip() or "-"}
        waiting = whole.with_work(replace(cmd.work, activity=rest)).await_text_for(CONTINUE_ACTIVITY_COMMAND)
        return waiting.reply_with(
            Reply("inquiry.activity.incomplete", NEUTRAL, args, presentation=KEEPS_TEXT)
        )
    if cmd.confirmed:
        return _publish(whole, found, replaced)
    return _propose(whole, found, words)


def _go_on(cmd: ServiceCommandContext, added: str) -> str:
    """Return the activity that lacked something with what was typed since, as its command takes it."""
    before, prefix = cmd.work.activity, ""
    word, after = split_first_word(before)
    if word.casefold() in CORRECT_WORDS:
        name, before = split_first_word(after)
        prefix = f"{word} {name} "
    return prefix + join_activity_text(before, added, to_bangkok_date(cmd.ctx.now))


def _list_activities(cmd: ServiceCommandContext, known: tuple[Activity, ...]) -> TurnResult:
    lines = tuple(_describe_line(cmd, one) for one in known[:LISTED_ACTIVITIES])
    if not lines:  # what is typed next is most likely the first one
        begun = cmd.with_work(replace(cmd.work, activity="")).await_text_for(CONTINUE_ACTIVITY_COMMAND)
        return begun.reply("activity.none", NEUTRAL)
    return cmd.reply("activity.list", NEUTRAL, lines=lines)


def _describe_line(cmd: ServiceCommandContext, one: Activity) -> Phrase:
    args: dict[str, ReplyArg] = {
        "name": one.name,
        "day": format_date(one.text.day, cmd.ctx.lang),
        "title": one.text.title,
    }
    return Phrase("inquiry.activity.line" if one.is_shown else "inquiry.activity.line_off", args)


def _find_activity(known: tuple[Activity, ...], typed: str) -> Activity | None:
    name = to_arabic_digits(typed.strip())
    return next((one for one in known if one.name == name), None)


def _set_shown(cmd: ServiceCommandContext, one: Activity | None, *, is_shown: bool) -> TurnResult:
    if one is None:
        return cmd.reply("activity.unknown", NEUTRAL)
    if one.is_shown == is_shown:
        return cmd.reply(
            "activity.on_already" if is_shown else "activity.off_already", NEUTRAL, name=one.name
        )
    act = SetActivityShown(one.fiscal_year, one.number, is_shown, cmd.staff.id)
    return cmd.reply("activity.on" if is_shown else "activity.off", NEUTRAL, acts=(act,), name=one.name)


def _propose(cmd: ServiceCommandContext, found: ActivityText, typed: str) -> TurnResult:
    """Show an activity as everybody will read it, and ask to confirm exactly that."""
    prompt = cmd.ctx.session.prompt_number + 1
    asked = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt))
    asked = asked.with_work(replace(asked.work, activity="", remark=ProposedRemark(cmd.command, prompt)))
    choices = make_prompt_buttons(
        ServiceCommandName.CONFIRM, prompt, "inquiry.activity.yes", "inquiry.activity.no"
    )
    marked = find_marked_data(typed)
    found_words: ReplyArg = (
        Phrase("staff.remark.found", {"found": ", ".join(marked)})
        if marked
        else Phrase("inquiry.activity.clean")
    )
    args = {**_describe(cmd, found), "found": found_words}
    return asked.reply_with(Reply("inquiry.activity.ask", OFFICER_CONTENT, args, choices))


def _describe(cmd: ServiceCommandContext, found: ActivityText) -> dict[str, ReplyArg]:
    return {
        "kind": Phrase(f"activity.kind.{found.kind}"),
        "day": format_date(found.day, cmd.ctx.lang),
        "title": found.title,
        "takers": tuple(raw_text(f"• {one.kind} {one.count:,}") for one in found.takers),
        "total": f"{found.total:,}",
        "outcome": found.outcome,
    }


def _publish(cmd: ServiceCommandContext, found: ActivityText, replaced: Activity | None) -> TurnResult:
    number = (replaced.fiscal_year, replaced.number) if replaced is not None else None
    act = PublishActivity(found, to_bangkok_date(cmd.ctx.now), cmd.staff.id, number)
    kept = cmd.with_work(replace(cmd.work, remark=None))
    return kept.reply("activity.done", NEUTRAL, acts=(act,))


def drop_activity(cmd: ServiceCommandContext) -> TurnResult:
    """Publish nothing, where the officer did not confirm what was shown."""
    return cmd.with_work(replace(cmd.work, remark=None)).reply("activity.dropped", NEUTRAL)
