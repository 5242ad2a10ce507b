"""What a filled-in form means to the talk: its events, in the order in which a person would have said them."""

from dataclasses import replace
from datetime import datetime

from bot.web.chat.session import FormToken, digest
from bot.web.chat.unsent_text import LONGEST
from bot.web.multipart import FormData
from handlers.dialog.events import Channel, Event

ASIDE = {"back", "cancel", "leave", "stay", "rewrite", "clear", "refresh"}
"""Choices that answer nothing: what was typed beside one is not sent, and stands there on the way back."""

NO_QUESTION = -1


def aside(filled: FormData) -> bool:
    """Whether words stand beside a command or a way back; what is too long to be remembered is sent all the same."""
    text, choice = filled.words("text"), filled.words("choice")
    leads_away = choice.startswith("/") or choice.partition(".")[2] in ASIDE
    return bool(text) and leads_away and len(text) <= LONGEST


def events(who: bytes, ticket: FormToken, filled: FormData, now: datetime) -> list[Event]:
    """The command of a page that was shown before anything was said; then words, files, and what was pressed.

    A form of a talk that has lapsed since is for no question of the present one, whatever numbers it bears.
    """
    text, choice = filled.words("text"), filled.words("choice")
    prompt = ticket.prompt
    if ticket.lapsed(now) and not ticket.opens:
        prompt, choice = (
            NO_QUESTION,
            choice if choice.startswith("/") or not choice else f"{NO_QUESTION}.{choice}",
        )
    blank = Event("", who, Channel.WEB, prompt=prompt, lang=ticket.lang)
    made = [replace(blank, choice=f"/{ticket.opens}")] if ticket.opens else []
    answered_already = bool(choice) and ticket.had == digest(text)
    if text and not aside(filled) and not answered_already:
        made.append(replace(blank, text=text))
    made += [replace(blank, file=file) for file in filled.files]
    if choice:
        made.append(replace(blank, choice=choice))
    if len(made) == bool(ticket.opens):
        made.append(replace(blank, text=""))
    return made
