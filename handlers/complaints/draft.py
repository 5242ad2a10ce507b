"""Draft of a complaint: notice, questions, review, edit, cancel, submit."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.complaints.accused.head_post import HEAD_FIELD
from handlers.complaints.accused.readers import NO_READER_STEP, handle_no_reader_choice, warn_at_review
from handlers.complaints.accused.second_question import (
    SECOND_QUESTION_STEP,
    ask_again_before_review,
    take_head_answer,
    take_second_answer,
)
from handlers.complaints.form import ask_to_begin, list_notice_options, show_full_notice
from handlers.complaints.menu import show_complaints_menu
from handlers.complaints.review.files import take_file_step
from handlers.complaints.review.own_marks import wishes_marks_out
from handlers.complaints.review.requests import find_named_row, take_request, take_request_at_review
from handlers.complaints.review.steps import FIELD_STEPS, note_declined, take_menu_step
from handlers.complaints.review.waiting_text import decide_on_text, find_field_before, hold_text_at_choice
from handlers.dialog.answers import (
    MIN_STORY_LETTERS,
    STORY_FIELD,
    accept_answer,
    accept_file,
    append_to_answer,
)
from handlers.dialog.choices import (
    STALE,
    Option,
    ParsedChoice,
    StaleChoice,
    UnclearChoice,
    explain_no_choice,
    make_options,
    parse_choice,
    parse_label,
    parse_shown_number,
)
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.form import (
    EXPECTED_INPUTS,
    FieldKind,
    Form,
    FormField,
    ask_next_field,
    ask_previous_field,
    ask_step,
    confirm_cancel,
    delete_draft_files,
    find_closing_field,
    has_answer,
    is_text_asked_about,
    list_field_options,
    list_menu_options,
    parse_menu_choice,
)
from handlers.dialog.led_choices import split_led_answer, split_led_choice
from handlers.dialog.replies import NEUTRAL, TYPED_INPUTS, Reply
from handlers.dialog.session import Session, advance_prompt
from handlers.dialog.unasked import (
    DROP_TEXT,
    MAX_UNCONFIRMED_LENGTH,
    announces_files,
    describe_unknown_choice,
    drop_held_text,
    hold_text,
    is_slip,
    is_slip_at_choice,
)
from handlers.thai.meanings import list_readings, read_meanings
from handlers.thai.phrases import Meaning
from handlers.thai.text import clean_text, count_letters_and_digits

_REFUSALS: Mapping[Meaning, str] = dict.fromkeys((Meaning.NO, Meaning.REFUSE, Meaning.SKIP), "cancel")
"""What further meanings refuse the notice."""

_NOTHING_MORE = frozenset({"ไม่มี", "ไม่มีอะไร", "ไม่มีไร", "none", "nothing"})
"""What says at the account that there is nothing more to tell."""

_STEPS_WITH_ROWS = frozenset({"review", "edit"})
"""The steps at which a row may be changed by its name."""

CANCEL_OPTION = make_options(("cancel",))
DONE_OPTION = make_options(("done",))

MAX_CORRECTED_LENGTH = 300
"""Characters: the smallest limit of an answer. A correction may not make one longer; the review applies limits."""


def handle_draft(office_form: Form, ctx: Context) -> Decision:
    """Handle a message of a person who is writing a complaint."""
    turn = ask_again_before_review(office_form, ctx, (yield from _handle_step(office_form, ctx)))
    return (yield from warn_at_review(office_form, ctx, turn))


def _handle_step(office_form: Form, ctx: Context) -> Decision:
    if is_text_asked_about(ctx.session):
        decided = yield from decide_on_text(office_form, ctx)
        if decided is not None:
            return decided
    field = office_form.find_field(ctx.session.step)
    if field is not None:
        return (yield from _handle_field(office_form, field, ctx))
    if ctx.session.step == "notice":
        return (yield from _handle_notice(office_form, ctx))
    if ctx.session.step == SECOND_QUESTION_STEP:
        return (yield from _handle_second_question(office_form, ctx))
    return (yield from _handle_menu_step(office_form, ctx))


def _handle_notice(office_form: Form, ctx: Context) -> Decision:
    options = list_notice_options(ctx.session)
    if options[1].value != "cancel":
        options = (
            *options,
            *CANCEL_OPTION,
        )  # the short way does not show it, and understands it all the same
    choice = parse_choice(ctx.event, ctx.session, options, numbers=True, more=_REFUSALS)
    if isinstance(choice, str):
        return (yield from _take_notice_step(office_form, ctx, choice))
    if choice is not None:
        return ask_to_begin(ctx, explain_no_choice(choice))
    if ctx.event.file is not None:
        kept = accept_file(STORY_FIELD, ctx.session, ctx.event.file)
        return ask_to_begin(ctx.with_session(kept.session), *kept.notes, Reply("file.before_notice", NEUTRAL))
    if is_slip(ctx.event):
        return ask_to_begin(ctx, describe_unknown_choice(ctx.event, memory_only=True))
    held, notes = hold_text(ctx, memory_only=True)
    return ask_to_begin(held, *notes)


def _take_notice_step(office_form: Form, ctx: Context, choice: str) -> Decision:
    if choice == "accept":
        return (yield from _begin_form(office_form, ctx))
    if choice == "full_notice":
        return show_full_notice(ctx)
    if choice == DROP_TEXT:
        dropped = ctx.with_session(drop_held_text(ctx.session))
        return ask_to_begin(dropped, Reply("unasked.dropped", NEUTRAL))
    return confirm_cancel(office_form, ctx) if ctx.session.has_draft else discard_draft(ctx)


def _begin_form(office_form: Form, ctx: Context) -> Decision:
    """Ask the first question. A text that was told before the notice was acknowledged is the beginning of the story."""
    held, first = ctx.session.unconfirmed, office_form.list_asked_fields(ctx.session)[0].name
    if held is None:
        return ask_step(office_form, ctx, first)
    if not held.text:
        gone = ctx.with_session(drop_held_text(ctx.session))
        return ask_step(office_form, gone, first, Reply("unasked.lost", NEUTRAL))
    kept = yield from append_to_answer(
        ctx.session.replace(unconfirmed=None), STORY_FIELD.name, held.text, STORY_FIELD.limit
    )
    return ask_step(
        office_form, ctx.with_session(kept.session), first, *kept.notes, Reply("unasked.begun", NEUTRAL)
    )


def _handle_field(office_form: Form, field: FormField, ctx: Context) -> Decision:
    numbers = EXPECTED_INPUTS[field.kind] not in TYPED_INPUTS
    here = list_field_options(office_form, field, ctx.session)
    # not shown yet, but the web page has one button for "save this text and go on"
    here += DONE_OPTION if field.kind is FieldKind.LONG and not has_answer(field, ctx.session) else ()
    closing = find_closing_field(office_form, field, ctx)
    numbered, closed_with = _read_closing_answer(closing, here, ctx)
    if closing is not None and closed_with is not None:
        return (yield from _handle_pick(office_form, closing, _go_to(closing, ctx), closed_with))
    choice = numbered or parse_choice(ctx.event, ctx.session, here, numbers=numbers)
    choice = None if choice == "done" and _tells_what_is_missing(field, ctx) else choice
    of_file = take_file_step(office_form, field, ctx, choice)
    if of_file is None and isinstance(choice, str):
        return (yield from _handle_pick(office_form, field, ctx, choice))
    asked = of_file or take_request(office_form, field, ctx)
    unclear = _explain_unclear(field, ctx, choice)
    if asked is not None or unclear is not None:
        return asked or ask_step(office_form, ctx, field.name, *filter(None, [unclear]))
    led = split_led_answer(office_form, field, ctx, find_field_before(office_form, ctx))
    if led is not None:
        return (yield from _handle_field(office_form, field, led[0])).prepend(led[1])
    if ctx.event.file is None and _lets_text_wait(field, ctx):
        return hold_text_at_choice(office_form, ctx)
    kept = yield from accept_answer(field, ctx)
    if kept.repeat_question:
        return ask_step(office_form, ctx.with_session(kept.session), field.name, *kept.all_notes)
    return ask_next_field(office_form, ctx.with_session(kept.session), *kept.all_notes)


def _read_closing_answer(
    closing: FormField | None, here: tuple[Option, ...], ctx: Context
) -> tuple[str | None, str | None]:
    """Read what is said where a choice is asked together with an account: by a label, or by a number of the list.

    Return what is picked of the account's own options, and what of the choice; None for each that is not meant.
    """
    if closing is None:
        return None, None
    shown = (*closing.options, *(one for one in here if one.value != "done"))
    numbered = parse_shown_number(ctx.event, shown)
    if numbered is None:
        return None, parse_label(ctx.event, ctx.session, closing.options)
    return (None, numbered) if numbered in {one.value for one in closing.options} else (numbered, None)


def _tells_what_is_missing(field: FormField, ctx: Context) -> bool:
    """Whether a text at the account says what there was not: “ไม่มีใบเสร็จให้เลย” is told, and not the end of it."""
    text = ctx.event.text or ""
    if field.kind is not FieldKind.LONG or read_meanings(text) != (Meaning.NONE,):
        return False
    return _NOTHING_MORE.isdisjoint(list_readings(text))


def _go_to(field: FormField, ctx: Context) -> Context:
    """Return the context at a question that was asked together with the one before it."""
    return ctx.with_session(advance_prompt(ctx.session, step=field.name))


def _explain_unclear(field: FormField, ctx: Context, choice: ParsedChoice) -> Reply | None:
    """Return the sentence after which a question is asked again; None for an answer, and for what may be one."""
    if field.kind is FieldKind.FILES and not isinstance(choice, str) and announces_files(ctx.event):
        return Reply("file.announced", NEUTRAL)
    return explain_no_choice(choice) if choice is STALE or isinstance(choice, UnclearChoice) else None


def _lets_text_wait(field: FormField, ctx: Context) -> bool:
    """Whether a text has to wait: at a choice, and at files until there is one that it may explain."""
    if field.kind is FieldKind.FILES and not ctx.session.files:
        return count_letters_and_digits(ctx.event.text or "", enough=1) > 0
    return field.kind is FieldKind.PICK and not is_slip_at_choice(ctx.event)


def _handle_pick(office_form: Form, field: FormField, ctx: Context, choice: str) -> Decision:
    if any(option.value == choice for option in field.options):
        chosen = ctx.replace_session(answers={**ctx.session.answers, field.name: choice})
        if field.name == HEAD_FIELD:
            return (yield from take_head_answer(office_form, chosen))
        return ask_next_field(office_form, chosen)
    if choice == "back":
        return ask_previous_field(office_form, ctx)
    if choice == "cancel":
        return confirm_cancel(office_form, ctx)
    if choice in FIELD_STEPS:
        return FIELD_STEPS[choice](office_form, field, ctx)
    if (
        choice == "done"
        and field.kind is FieldKind.LONG
        and count_letters_and_digits(ctx.session.answers.get(field.name, "")) < MIN_STORY_LETTERS
    ):
        note = "story.short" if has_answer(field, ctx.session) else "story.nothing"
        return ask_step(office_form, ctx, field.name, Reply(note, NEUTRAL))
    return ask_next_field(office_form, note_declined(field, ctx) if choice in {"skip", "none"} else ctx)


def _handle_second_question(office_form: Form, ctx: Context) -> Decision:
    """Handle the second question about the head: with what is told after a choice, as at the first."""
    choice = parse_menu_choice(office_form, ctx)
    if isinstance(choice, str):
        return (yield from take_second_answer(office_form, ctx, choice))
    options = list_menu_options(office_form, ctx.session)
    led = split_led_choice(ctx, options, field=find_field_before(office_form, ctx))
    if choice is None and led is not None:  # “ไม่ใช่ครับ เขาเป็นแค่ลูกจ้าง”
        return (yield from _handle_second_question(office_form, led[0])).prepend(led[1])
    return _handle_input_at_menu_step(office_form, ctx, choice)


def _handle_menu_step(office_form: Form, ctx: Context) -> Decision:
    choice = parse_menu_choice(office_form, ctx)
    if (choice == "edit" or not isinstance(choice, str)) and ctx.session.step in _STEPS_WITH_ROWS:
        choice = _read_typed_wish(office_form, ctx) or choice
    if not isinstance(choice, str):
        may_ask = choice is None and ctx.session.step in _STEPS_WITH_ROWS
        asked = take_request_at_review(office_form, ctx) if may_ask else None
        return asked or _handle_input_at_menu_step(office_form, ctx, choice)
    if ctx.session.step == NO_READER_STEP:
        return handle_no_reader_choice(office_form, ctx, choice)
    if choice == "submit":
        return (yield from _submit_draft(office_form, ctx))
    if choice == "discard":
        return discard_draft(ctx)
    if choice == "cancel":
        return confirm_cancel(office_form, ctx)
    if choice == "resume":
        return resume_draft(office_form, ctx)
    return take_menu_step(office_form, ctx, choice)


def _read_typed_wish(office_form: Form, ctx: Context) -> str:
    """Return the choice that a text at the review asks for in words: to take out what was warned of, or a row."""
    at_review = ctx.session.step == "review" and ctx.session.is_short and ctx.event.choice is None
    if at_review and wishes_marks_out(ctx.event.text or "") and office_form.review_ways(ctx.session):
        return office_form.review_ways(ctx.session)[0]
    row = find_named_row(office_form, ctx)
    return f"field_{row}" if row else ""


def _handle_input_at_menu_step(
    office_form: Form, ctx: Context, choice: StaleChoice | UnclearChoice | None
) -> TurnResult:
    """Handle what picks nothing where a choice is asked: a late tap, a file, a slip, or a text that has to wait."""
    step = ctx.session.step
    if choice is STALE or isinstance(choice, UnclearChoice):
        return ask_step(office_form, ctx, step, explain_no_choice(choice))
    if ctx.event.file is not None:
        kept = accept_file(STORY_FIELD, ctx.session, ctx.event.file)
        return ask_step(office_form, ctx.with_session(kept.session), step, *kept.all_notes)
    if is_slip_at_choice(ctx.event):
        return ask_step(office_form, ctx, step, describe_unknown_choice(ctx.event))
    return hold_text_at_choice(office_form, ctx)


def _submit_draft(office_form: Form, ctx: Context) -> Decision:
    if ctx.session.unconfirmed is not None:
        return ask_step(office_form, ctx, ctx.session.step, Reply("unasked.before_submit", NEUTRAL))
    asked = office_form.list_asked_fields(ctx.session)
    missing = [f for f in asked if not f.optional and not has_answer(f, ctx.session)]
    if missing:
        return ask_step(
            office_form, ctx.replace_session(editing=True), missing[0].name, Reply("report.missing", NEUTRAL)
        )
    return (yield from office_form.finish(ctx))


def resume_draft(office_form: Form, ctx: Context) -> TurnResult:
    """Continue the draft at the step where it was interrupted."""
    step = ctx.session.resume
    if step == "notice":
        return ask_to_begin(ctx.replace_session(resume=""))
    is_known = office_form.find_field(step) is not None or step in office_form.own_steps
    return ask_step(office_form, ctx.replace_session(resume=""), step if is_known else "review")


def discard_draft(ctx: Context) -> TurnResult:
    """Discard the draft with its files, and confirm it."""
    kept = Session(
        version=ctx.session.version, at=ctx.now, lang=ctx.lang, prompt_number=ctx.session.prompt_number
    )
    return replace(
        show_complaints_menu(ctx.with_session(kept), Reply("draft.discarded", NEUTRAL)),
        acts=delete_draft_files(ctx.session),
    )


def apply_correction(ctx: Context, was: str) -> tuple[Context, Reply]:
    """Apply an edit of a chat message to the draft that contains it. Return the new context and a reply."""
    old, new = clean_text(was).text, clean_text(ctx.event.text or "").text
    held = ctx.session.unconfirmed
    if held is not None and old and new and f"\n{old}\n" in f"\n{held.text}\n":
        mended = f"\n{held.text}\n".replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]
        if len(mended) <= MAX_UNCONFIRMED_LENGTH:
            held = replace(held, text=mended)
            return ctx.replace_session(unconfirmed=held), Reply("unasked.corrected", NEUTRAL)
    for name, answer in ctx.session.answers.items():
        lines = f"\n{answer}\n"
        if old and new and name != "held" and f"\n{old}\n" in lines:
            mended = lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]
            if len(mended) <= max(MAX_CORRECTED_LENGTH, len(answer)):
                return ctx.replace_session(answers={**ctx.session.answers, name: mended}), Reply(
                    "draft.corrected", NEUTRAL
                )
    return ctx, Reply("draft.not_corrected", NEUTRAL)


def reprompt_draft(office_form: Form, ctx: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    if ctx.session.step == "notice":
        return ask_to_begin(ctx, *before)
    turn = ask_step(office_form, ctx, ctx.session.step, *before)
    return (yield from warn_at_review(office_form, ctx, turn))
