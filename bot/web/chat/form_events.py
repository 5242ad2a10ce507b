"""Turn a submitted form into dialogue events, in the order in which a person would have sent them in a chat."""

from dataclasses import replace
from datetime import datetime

from bot.web.chat.session import FormToken, digest_text
from bot.web.chat.unsent_text import MAX_UNSENT_LENGTH
from bot.web.multipart import FormData
from handlers.dialog.events import Channel, Event
from handlers.dialog.session import Session

NAVIGATION_CHOICES = {
    *("back", "cancel", "leave", "stay", "stay_here", "rewrite", "clear", "refresh", "drop_text")
}
"""Choices that do not answer the question.

Text typed beside one is not sent; it is kept and shown again when the question returns.
"""

NO_QUESTION = -1


def is_unsent_text(form: FormData) -> bool:
    """Whether text was typed beside a command or a navigation choice, and is therefore not sent.

    Text longer than `MAX_UNSENT_LENGTH` cannot be kept, so it is sent all the same.
    """
    text, choice = form.get_text("text"), form.get_text("choice")
    leads_away = choice.startswith("/") or choice.partition(".")[2] in NAVIGATION_CHOICES
    return bool(text) and leads_away and len(text) <= MAX_UNSENT_LENGTH


def form_to_events(who: bytes, token: FormToken, form: FormData, now: datetime) -> list[Event]:
    """The events of a form: the start command of its page, if any, then the text, the files and the choice.

    A form of an expired session answers no question of the present session, even if the prompt numbers match.
    """
    text, choice = form.get_text("text"), form.get_text("choice")
    prompt = token.prompt_number
    if token.is_expired(now) and not token.start_command:
        prompt, choice = (
            NO_QUESTION,
            choice if choice.startswith("/") or not choice else f"{NO_QUESTION}.{choice}",
        )
    template = Event("", who, Channel.WEB, prompt_number=prompt, lang=token.lang)
    events = [replace(template, choice=f"/{token.start_command}")] if token.start_command else []
    answered_already = bool(choice) and token.previous_answer_digest == digest_text(text)
    if text and not is_unsent_text(form) and not answered_already:
        events.append(replace(template, text=text))
    events += [replace(template, file=file) for file in form.files]
    if choice:
        events.append(replace(template, choice=choice))
    if len(events) == bool(token.start_command):
        events.append(replace(template, text=""))
    return events


def follow_file(event: Event, before: Session | None, at: Session | None) -> Event:
    """Return what comes after a file of the same form: another file goes where the first led, in the same case.

    before, at: the session before the form, and now. The form was written for all of its files; one that was late
    already stays so.
    """
    if event.file is None or before is None or at is None or at.receipt != before.receipt:
        return event
    return (
        replace(event, prompt_number=at.prompt_number)
        if event.prompt_number == before.prompt_number
        else event
    )
