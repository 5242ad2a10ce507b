"""Publish questions with their answers on the board, and take them off again."""

import re
from dataclasses import replace

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Phrase, raw_text
from handlers.dialog.text import shorten_text
from handlers.questions.faq_messages import (
    FaqCatalogue,
    GetFaqCatalogue,
    PublishedQuestion,
    PublishQuestion,
    UnpublishQuestion,
)
from handlers.questions.messages import FindQuestionByNumber, QuestionThread, ThreadLineKind
from handlers.questions.pii import find_pii, redact_pii
from handlers.staff.command import ServiceCommandContext, make_command_button
from handlers.staff.parse import split_first_word
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.next_steps import list_next_steps
from handlers.staff.state import ProposedPublication
from handlers.thai.matching import normalize_for_matching, parse_number
from handlers.thai.text import clean_text

MAX_TOPICS = 8
"""Topics, or published questions, that are offered as buttons."""

MAX_SHOWN_LENGTH = 60
"""Characters of a question on a button."""

PUBLISHED_PREFIX = "post "
"""How a button refers to a published question: followed by its id."""

_EDITED_TEXT = re.compile(r"(?:ถาม|q)\s*:(.*?)\n\s*(?:ตอบ|a)\s*:(.*)", re.DOTALL | re.IGNORECASE)


def publish_to_board(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Preview a question and its answer with personal data redacted; publish once confirmed: `/publish 12 ok`."""
    if thread.scheduled_by:
        again = make_command_button(ServiceCommandName.PUBLISH, thread)
        undo = make_command_button(ServiceCommandName.UNDO, thread)
        seconds = max(1, thread.send_at - int(cmd.ctx.now.timestamp()))
        return cmd.reply(
            "publish_waits", NEUTRAL, (again, undo), number=thread.register_number, seconds=seconds
        )
    if not thread.answer:
        return cmd.reply(
            "publish_early",
            NEUTRAL,
            (make_command_button(ServiceCommandName.ANSWER, thread),),
            number=thread.register_number,
        )
    shown = cmd.work.publication
    if shown is not None and shown.thread_id != thread.id:
        shown = None
    if cmd.command.rest == "ok" and shown is not None and shown.is_complete:
        return (yield from _publish(cmd, thread, shown))
    catalogue: FaqCatalogue = yield from run_query(GetFaqCatalogue())
    topics = _list_topics(cmd, catalogue)
    if shown is not None and (place := _parse_topic_place(cmd.command.rest, topics)):
        return _preview_publication(cmd, thread, replace(shown, topic=topics[place - 1]), topics)
    edited = _EDITED_TEXT.fullmatch(cmd.command.rest.strip())
    question, answer = (edited[1], edited[2]) if edited else (thread.answered_question, thread.answer)
    proposed = ProposedPublication(
        thread.id, clean_text(question).text, clean_text(answer).text, shown.topic if shown else ""
    )
    return _preview_publication(cmd, thread, proposed, topics)


def _list_topics(cmd: ServiceCommandContext, catalogue: FaqCatalogue) -> tuple[str, ...]:
    """Return the topics on offer: the office's own, then those of FAQ entries and published questions."""
    own = (one.name.in_lang("th") for one in cmd.ctx.office.topics)
    known = (
        *(one.topic for one in catalogue.entries if not one.is_draft),
        *(one.topic for one in catalogue.published),
    )
    return tuple(filter(None, dict.fromkeys((*own, *known))))[:MAX_TOPICS]


def _parse_topic_place(rest: str, topics: tuple[str, ...]) -> int:
    word, number = split_first_word(rest)
    place = parse_number(number) if word in {"topic", "หมวด"} else None
    return place if place is not None and place <= len(topics) else 0


def _preview_publication(
    cmd: ServiceCommandContext,
    thread: QuestionThread,
    proposed: ProposedPublication,
    topics: tuple[str, ...],
) -> TurnResult:
    """Show what would be published, personal data redacted. The list of redactions survives picking a topic."""
    found = proposed.found or ", ".join(
        dict.fromkeys((*find_pii(proposed.question), *find_pii(proposed.answer)))
    )
    question, answer, topic = redact_pii(proposed.question), redact_pii(proposed.answer), proposed.topic
    redactions = (
        Phrase("inquiry.publish_found", {"found": found}) if found else Phrase("inquiry.publish_clean")
    )
    shown = replace(proposed, question=question, answer=answer, found=found)
    seen = cmd.with_work(replace(cmd.work, publication=shown))
    under = Phrase("inquiry.publish_topic", {"topic": topic}) if topic else Phrase("inquiry.publish_no_topic")
    picks = tuple(
        make_command_button(ServiceCommandName.PUBLISH, thread, f"topic {place}", raw_text(name))
        for place, name in enumerate(topics, start=1)
        if name != topic
    )
    yes = make_command_button(ServiceCommandName.PUBLISH, thread, "ok", Phrase("inquiry.button.publish_ok"))
    choices = (yes, *picks, make_command_button(ServiceCommandName.QUESTIONS))
    return seen.reply(
        "publish_ask",
        NEUTRAL,
        choices,
        number=thread.register_number,
        question=question,
        answer=answer,
        found=redactions,
        topic=under,
    )


def _publish(cmd: ServiceCommandContext, thread: QuestionThread, shown: ProposedPublication) -> Decision:
    answered = next(line.on for line in reversed(thread.lines) if line.kind is ThreadLineKind.ANSWER)
    post = PublishedQuestion(
        thread.published_id or thread.id[::-1],
        shown.question,
        shown.answer,
        thread.asked_on,
        answered,
        shown.topic,
    )
    done = cmd.with_work(replace(cmd.work, publication=None))
    return done.reply(
        "published",
        NEUTRAL,
        (yield from list_next_steps(replace(thread, published_id=post.id))),
        (PublishQuestion(thread.id, post),),
        number=thread.register_number,
    )


def remove_from_board(cmd: ServiceCommandContext) -> Decision:
    """Unpublish a question, found by number or picked among those that contain some text, after confirmation."""
    catalogue = yield from run_query(GetFaqCatalogue())
    board = {one.id: one for one in catalogue.published}
    name, _, sure = cmd.command.rest.removeprefix(PUBLISHED_PREFIX).partition(" ")
    if cmd.command.rest.startswith(PUBLISHED_PREFIX) and name in board:
        return _confirm_unpublish(cmd, board[name], sure == "yes")
    if cmd.command.number:
        thread = yield from run_query(FindQuestionByNumber(cmd.command.number, cmd.command.year))
        if thread is not None and thread.published_id in board:
            return _confirm_unpublish(cmd, board[thread.published_id], sure=False)
    words = normalize_for_matching(cmd.command.rest)
    found = [
        one for one in catalogue.published if not words or words in normalize_for_matching(one.question)
    ][:MAX_TOPICS]
    if not found:
        return cmd.reply("unpublish_none", NEUTRAL, (make_command_button(ServiceCommandName.QUESTIONS),))
    picks = tuple(
        make_command_button(
            cmd.command.name,
            rest=f"{PUBLISHED_PREFIX}{one.id}",
            label=raw_text(shorten_text(one.question, MAX_SHOWN_LENGTH)),
        )
        for one in found
    )
    return cmd.reply("unpublish_which", NEUTRAL, picks)


def _confirm_unpublish(cmd: ServiceCommandContext, one: PublishedQuestion, sure: bool) -> TurnResult:
    if sure:
        act = UnpublishQuestion(one.id, cmd.staff.id)
        return cmd.reply(
            "unpublished",
            NEUTRAL,
            (make_command_button(ServiceCommandName.QUESTIONS),),
            (act,),
            question=one.question,
        )
    yes = make_command_button(
        ServiceCommandName.UNPUBLISH,
        rest=f"{PUBLISHED_PREFIX}{one.id} yes",
        label=Phrase("inquiry.button.unpublish"),
    )
    return cmd.reply(
        "unpublish_sure",
        NEUTRAL,
        (yes, make_command_button(ServiceCommandName.QUESTIONS)),
        question=one.question,
        answer=one.answer,
    )
