"""A choice with something told after it: it is made, and what was told waits until the person says what it is."""

import re
from dataclasses import replace

from handlers.dialog.choices import Option, parse_choice
from handlers.dialog.context import Context
from handlers.dialog.form import FieldKind, Form, FormField, list_field_options
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.dialog.unasked import hold_text
from handlers.thai.led_replies import LedReply, list_led_replies

_ELSEWHERE = frozenset({"back", "cancel"})
"""Options that lead away from a question."""
_ENDS_WITH_NUMBER = re.compile(r"\d$")


def split_led_answer(
    form: Form, field: FormField, ctx: Context, before: str
) -> tuple[Context, tuple[Reply, ...]] | None:
    """Split a choice of a form from what is told after it. Where a text is asked for, only what leads elsewhere is one.

    before: the question whose answer the told may be.
    """
    waits = field.kind is FieldKind.PICK or (field.kind is FieldKind.FILES and not ctx.session.files)
    options = [
        one for one in list_field_options(form, field, ctx.session) if waits or one.value in _ELSEWHERE
    ]
    return split_led_choice(ctx, tuple(options), field=before, politely=not waits)


def split_led_choice(
    ctx: Context, options: tuple[Option, ...], *, field: str, politely: bool = False
) -> tuple[Context, tuple[Reply, ...]] | None:
    """Return the context in which an option was tapped, and notes; None where the text picks nothing and goes on.

    What is told after it waits as an unasked text does. field: the question whose answer that may be; politely: only
    a particle (“ครับ”) may end the reply, where a text is asked for too.
    """
    text = ctx.event.text
    if text is None or ctx.event.choice is not None or ctx.session.unconfirmed is not None:
        return None
    is_scale = any(option.points is not None for option in options)
    for led in list_led_replies(text):
        if not _stands_alone(led, is_scale=is_scale) or (politely and not led.is_polite):
            continue
        alone = replace(ctx.event, text=led.reply)
        value = parse_choice(alone, ctx.session, options, numbers=is_scale)
        picked = next((option for option in options if option.value == value), None)
        if picked is not None:
            return _tap(ctx, picked, led, field)
    return None


def _stands_alone(led: LedReply, *, is_scale: bool) -> bool:
    """Whether the reply is one without what follows: “5 คน” is no number, and a label needs a particle after it."""
    return led.is_polite or ((is_scale or bool(led.meanings)) and _ENDS_WITH_NUMBER.search(led.reply) is None)


def _tap(ctx: Context, picked: Option, led: LedReply, field: str) -> tuple[Context, tuple[Reply, ...]]:
    held, notes = hold_text(ctx, field=field) if led.told else (ctx, ())
    choice = picked.to_choice(held.session)
    event = replace(held.event, text=None, choice=choice.data)
    taken = Reply("pick.led", NEUTRAL, {"choice": Phrase(choice.key, choice.args)})
    return replace(held, event=event), (*notes, taken) if led.told else notes
