"""`/opinions`: browse feedback; entries in the same words are shown once."""

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import (
    NEUTRAL,
    OFFICER_CONTENT,
    Choice,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.text import disarm_links, shorten_text
from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    RecordContactAccess,
)
from handlers.staff.command import (
    QueryGenerator,
    ServiceCommandContext,
    add_unreadable_notice,
    make_command_button,
)
from handlers.staff.parse import ParsedCommand, split_number
from handlers.staff.permissions import ServiceCommandName
from handlers.thai.dates import format_date

OPINIONS = ServiceCommandName.OPINIONS
FEEDBACK_PER_PAGE = 8
FEEDBACK_EXCERPT_LENGTH = 61


def browse_feedback(cmd: ServiceCommandContext) -> Decision:
    """List feedback, newest first, eight a page.

    `/opinions no 12` shows one entry, `/opinions contact 12` the contact of its author.
    """
    if cmd.command.rest.startswith("contact "):
        return (yield from _show_contact(cmd, cmd.command.rest.removeprefix("contact ")))
    if cmd.command.rest.startswith("no "):
        return (yield from _show_feedback(cmd, cmd.command.rest.removeprefix("no ")))
    page = max(1, cmd.command.number)
    listing = yield from run_query(ListFeedback((page - 1) * FEEDBACK_PER_PAGE, FEEDBACK_PER_PAGE + 1))
    found = listing.rows
    choices = [_make_entry_button(one) for one in found[:FEEDBACK_PER_PAGE]]
    if len(found) + len(listing.unreadable) > FEEDBACK_PER_PAGE:
        choices.append(make_command_button(OPINIONS, rest=f"{page + 1}", label=Phrase("inquiry.further")))
    lines = tuple(_format_feedback_line(o, cmd) for o in found[:FEEDBACK_PER_PAGE])
    turn = (
        cmd.reply("opinions_some", NEUTRAL, tuple(choices), lines=lines)
        if found
        else cmd.reply("opinions_none", NEUTRAL, tuple(choices))
    )
    return add_unreadable_notice(turn, listing.unreadable)


def _make_entry_button(one: Feedback) -> Choice:
    return make_command_button(
        OPINIONS, rest=f"no {one.register_number}", label=raw_text(one.register_number)
    )


def _show_feedback(cmd: ServiceCommandContext, shown: str) -> Decision:
    found = yield from _find_feedback(shown)
    if found is None:
        return cmd.reply("opinions_unknown", NEUTRAL, number=shown)
    args: dict[str, ReplyArg] = {
        **_build_feedback_args(found, cmd),
        "text": disarm_links(found.text),
        "wish": disarm_links(found.wish),
    }
    contact = make_command_button(
        OPINIONS, rest=f"contact {found.register_number}", label=Phrase("inquiry.button.contact")
    )
    reply = Reply(
        "inquiry.opinion_whole",
        NEUTRAL,
        {name: value if value != "" else Phrase("poll.nothing") for name, value in args.items()},
        (*((contact,) if found.has_contact else ()), make_command_button(OPINIONS)),
    )
    return TurnResult(cmd.ctx.session, (reply,))


def _find_feedback(shown: str) -> QueryGenerator[Feedback | None]:
    number, year, rest = split_number(shown.strip())
    if not number or rest:
        return None
    return (yield from run_query(FindFeedback(number, year)))


def _show_contact(cmd: ServiceCommandContext, shown: str) -> Decision:
    """Show the contact of a feedback's author. It needs the second factor, and is audited."""
    found = yield from _find_feedback(shown)
    if found is None or not found.has_contact:
        return cmd.reply("opinions_unknown", NEUTRAL, number=shown)
    if not cmd.is_verified:
        return cmd.ask_second_factor(ParsedCommand(OPINIONS, rest=f"contact {found.register_number}"))
    contact = yield from run_query(FindFeedbackContact(found.number, found.fiscal_year))
    back = (_make_entry_button(found),)
    act = RecordContactAccess(found.number, found.fiscal_year, cmd.staff.id)
    return cmd.reply(
        "opinion_contact", OFFICER_CONTENT, back, (act,), number=found.register_number, contact=contact
    )


def _format_feedback_line(one: Feedback, cmd: ServiceCommandContext) -> Phrase:
    short = disarm_links(shorten_text((one.text or one.wish).replace("\n", " "), FEEDBACK_EXCERPT_LENGTH))
    return Phrase("inquiry.opinion_line", {**_build_feedback_args(one, cmd), "words": short})


def _build_feedback_args(one: Feedback, cmd: ServiceCommandContext) -> dict[str, ReplyArg]:
    topic = next((t.name.in_lang(cmd.ctx.lang) for t in cmd.ctx.office.topics if t.code == one.topic), "")
    return {
        "number": one.register_number,
        "on": format_date(one.on, cmd.ctx.lang),
        "topic": topic or Phrase("choice.any"),
        "score": raw_text(f"{one.score}/5") if one.score else raw_text(""),
        "like": Phrase("inquiry.opinion_like", {"count": one.same_text_count})
        if one.same_text_count
        else raw_text(""),
    }
