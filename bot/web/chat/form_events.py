"""What a filled-in form means to the talk: its events, in the order in which a person would have said them."""

from dataclasses import replace
from datetime import datetime

from bot.web.chat.session import FormToken, digest_text
from bot.web.chat.unsent_text import MAX_UNSENT_LENGTH
from bot.web.multipart import FormData
from handlers.dialog.events import Channel, Event

NAVIGATION_CHOICES = {"back", "cancel", "leave", "stay", "rewrite", "clear", "refresh"}
"""Choices that answer nothing: what was typed beside one is not sent, and stands there on the way back."""

NO_QUESTION = -1


def is_unsent_text(filled: FormData) -> bool:
    """Whether words stand beside a command or a way back; what is too long to be remembered is sent all the same."""
    text, choice = filled.get_text("text"), filled.get_text("choice")
    leads_away = choice.startswith("/") or choice.partition(".")[2] in NAVIGATION_CHOICES
    return bool(text) and leads_away and len(text) <= MAX_UNSENT_LENGTH


def form_to_events(who: bytes, ticket: FormToken, filled: FormData, now: datetime) -> list[Event]:
    """The command of a page that was shown before anything was said; then words, files, and what was pressed.

    A form of a talk that has lapsed since is for no question of the present one, whatever numbers it bears.
    """
    text, choice = filled.get_text("text"), filled.get_text("choice")
    prompt = ticket.prompt_number
    if ticket.is_expired(now) and not ticket.start_command:
        prompt, choice = (
            NO_QUESTION,
            choice if choice.startswith("/") or not choice else f"{NO_QUESTION}.{choice}",
        )
    blank = Event("", who, Channel.WEB, prompt_number=prompt, lang=ticket.lang)
    made = [replace(blank, choice=f"/{ticket.start_command}")] if ticket.start_command else []
    answered_already = bool(choice) and ticket.previous_answer_digest == digest_text(text)
    if text and not is_unsent_text(filled) and not answered_already:
        made.append(replace(blank, text=text))
    made += [replace(blank, file=file) for file in filled.files]
    if choice:
        made.append(replace(blank, choice=choice))
    if len(made) == bool(ticket.start_command):
        made.append(replace(blank, text=""))
    return made
