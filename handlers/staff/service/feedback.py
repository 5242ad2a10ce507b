"""`/opinions`: browse feedback; entries in the same words are shown once."""

from collections.abc import Callable, Mapping

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import (
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    RecordContactAccess,
)
from handlers.staff.command import QueryGenerator, add_unreadable_notice
from handlers.staff.service_command import ServiceCommandContext
from handlers.staff.service_parse import ParsedServiceCommand
from handlers.staff.state import AwaitingServiceSecondFactor
from handlers.staff.two_factor import is_recently_verified
from handlers.thai import format_date

FEEDBACK_PER_PAGE = 8
FEEDBACK_EXCERPT_LENGTH = 60


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
    choices = [
        Choice(f"/opinions no {o.register_number}", "literal", {"text": o.register_number})
        for o in found[:FEEDBACK_PER_PAGE]
    ]
    if len(found) + len(listing.unreadable) > FEEDBACK_PER_PAGE:
        choices.append(Choice(f"/opinions {page + 1}", "inquiry.further"))
    lines = tuple(_format_feedback_line(o, cmd) for o in found[:FEEDBACK_PER_PAGE])
    turn = (
        cmd.reply("opinions_some", NEUTRAL, tuple(choices), lines=lines)
        if found
        else cmd.reply("opinions_none", NEUTRAL, tuple(choices))
    )
    return add_unreadable_notice(turn, listing.unreadable)


def _show_feedback(cmd: ServiceCommandContext, shown: str) -> Decision:
    found = yield from _find_feedback(shown)
    if found is None:
        return cmd.reply("opinions_unknown", NEUTRAL, number=shown)
    args: dict[str, ReplyArg] = {**_build_feedback_args(found, cmd), "text": found.text, "wish": found.wish}
    contact = Choice(f"/opinions contact {found.register_number}", "inquiry.button.contact")
    reply = Reply(
        "inquiry.opinion_whole",
        NEUTRAL,
        {name: value if value != "" else Phrase("poll.nothing") for name, value in args.items()},
        (*((contact,) if found.has_contact else ()), Choice("/opinions", "inquiry.button.opinions")),
    )
    return TurnResult(cmd.ctx.session, (reply,))


def _find_feedback(shown: str) -> QueryGenerator[Feedback | None]:
    number, _, year = shown.strip().partition("/")
    if not number.isdecimal() or (year and not year.isdecimal()):
        return None
    return (yield from run_query(FindFeedback(int(number), int(year or 0))))


def _show_contact(cmd: ServiceCommandContext, shown: str) -> Decision:
    """Show the contact of a feedback's author. It needs the second factor, and is audited."""
    found = yield from _find_feedback(shown)
    if found is None or not found.has_contact:
        return cmd.reply("opinions_unknown", NEUTRAL, number=shown)
    if not is_recently_verified(cmd.ctx):
        again = ParsedServiceCommand("opinions", rest=f"contact {found.register_number}")
        waiting = cmd.with_pending(AwaitingServiceSecondFactor(again))
        return TurnResult(waiting.ctx.session, (Reply("staff.factor.ask", OF_CASE),))
    contact = yield from run_query(FindFeedbackContact(found.number, found.fiscal_year))
    back = (Choice(f"/opinions no {found.register_number}", "literal", {"text": found.register_number}),)
    act = RecordContactAccess(found.number, found.fiscal_year, cmd.staff.id)
    return cmd.reply(
        "opinion_contact", OFFICER_CONTENT, back, (act,), number=found.register_number, contact=contact
    )


def _format_feedback_line(one: Feedback, cmd: ServiceCommandContext) -> Phrase:
    words = (one.text or one.wish).replace("\n", " ")
    short = words if len(words) <= FEEDBACK_EXCERPT_LENGTH else f"{words[:FEEDBACK_EXCERPT_LENGTH]}…"
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


FEEDBACK_COMMAND_HANDLERS: Mapping[str, Callable[[ServiceCommandContext], Decision]] = {
    "opinions": browse_feedback
}
