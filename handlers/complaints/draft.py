"""A complaint being written: notice, questions, review, edit, cancel, submit."""

from dataclasses import replace

from handlers.complaints.form import NOTICE_OPTIONS, show_report_notice, warn_if_head_accused
from handlers.complaints.menu import show_complaints_menu
from handlers.dialog.answers import (
    MIN_STORY_LETTERS,
    AnswerGenerator,
    AnswerResult,
    accept_answer,
    keep_unasked_input,
)
from handlers.dialog.choices import STALE, make_options, parse_choice
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
    has_answer,
    list_field_options,
    parse_menu_choice,
)
from handlers.dialog.replies import TYPED_INPUTS, Reply
from handlers.dialog.session import Session
from handlers.thai import clean_text, count_letters_and_digits

DONE_OPTION = make_options(("done",))

MAX_CORRECTED_LENGTH = 300
"""Characters: the least room that an answer has; a longer one is mended from the review, which measures it."""


def handle_draft(office_form: Form, m: Context) -> Decision:
    """Answer one message of a person who is writing a complaint."""
    field = office_form.find_field(m.session.step)
    if field is not None:
        return (yield from _handle_field(office_form, field, m))
    if m.session.step == "notice":
        return (yield from _handle_notice(office_form, m))
    return (yield from _handle_menu_step(office_form, m))


def _handle_notice(office_form: Form, m: Context) -> Decision:
    choice = parse_choice(m.event, m.session, NOTICE_OPTIONS, numbers=True)
    if choice == "accept":
        return ask_step(office_form, m, office_form.fields[0].name)
    if choice == "cancel":
        return confirm_cancel(office_form, m) if m.session.has_draft else discard_draft(m)
    kept = yield from _keep_unasked(m)
    if not kept.notes and choice is STALE:
        return show_report_notice(m.with_session(kept.session), Reply("pick.stale"))
    return show_report_notice(m.with_session(kept.session), *kept.notes)


def _handle_field(office_form: Form, field: FormField, m: Context) -> Decision:
    numbers = EXPECTED_INPUTS[field.kind] not in TYPED_INPUTS
    here = list_field_options(office_form, field, m.session)
    if field.kind is FieldKind.LONG and not has_answer(field, m.session):
        here = (
            *here,
            *DONE_OPTION,
        )  # not offered yet, but a page has one button for "keep this, and I am done"
    choice = parse_choice(m.event, m.session, here, numbers=numbers)
    if choice is STALE:
        return ask_step(office_form, m, field.name, Reply("pick.stale"))
    if isinstance(choice, str):
        return _handle_pick(office_form, field, m, choice)
    kept = yield from accept_answer(field, m)
    if kept.repeat_question:
        return ask_step(office_form, m.with_session(kept.session), field.name, *kept.notes)
    return ask_next_field(office_form, m.with_session(kept.session), *kept.notes)


def _handle_pick(office_form: Form, field: FormField, m: Context, choice: str) -> TurnResult:
    if any(option.value == choice for option in field.options):
        chosen = m.replace_session(answers={**m.session.answers, field.name: choice})
        notes = warn_if_head_accused(chosen) if field.name == "head" else ()
        return ask_next_field(office_form, chosen, *notes)
    if choice == "back":
        return ask_previous_field(office_form, m)
    if choice == "cancel":
        return confirm_cancel(office_form, m)
    if choice == "rewrite":
        rest = {k: v for k, v in m.session.answers.items() if k != field.name}
        return ask_step(office_form, m.replace_session(answers=rest), field.name, Reply("story.rewrite"))
    if choice == "clear":
        cleared = ask_step(office_form, m.replace_session(files=()), field.name, Reply("file.cleared"))
        return replace(cleared, acts=delete_draft_files(m.session))
    if (
        choice == "done"
        and field.kind is FieldKind.LONG
        and count_letters_and_digits(m.session.answers.get(field.name, "")) < MIN_STORY_LETTERS
    ):
        return ask_step(office_form, m, field.name, Reply("story.short"))
    return ask_next_field(office_form, m)


def _handle_menu_step(office_form: Form, m: Context) -> Decision:
    choice = parse_menu_choice(office_form, m)
    if not isinstance(choice, str):
        kept = yield from _keep_unasked(m)
        notes = kept.notes or (Reply("pick.stale" if choice is STALE else "pick.unknown_here"),)
        return ask_step(office_form, m.with_session(kept.session), m.session.step, *notes)
    if choice == "submit":
        return (yield from _submit_draft(office_form, m))
    if choice == "discard":
        return discard_draft(m)
    if choice == "cancel":
        return confirm_cancel(office_form, m)
    if choice == "resume":
        return resume_draft(office_form, m)
    if choice.startswith("field_"):
        return ask_step(office_form, m.replace_session(editing=True), choice.removeprefix("field_"))
    return ask_step(office_form, m, choice)


def _submit_draft(office_form: Form, m: Context) -> Decision:
    missing = [
        f for f in office_form.active_fields(m.session) if not f.optional and not has_answer(f, m.session)
    ]
    if missing:
        return ask_step(
            office_form, m.replace_session(editing=True), missing[0].name, Reply("report.missing")
        )
    return (yield from office_form.finish(m))


def resume_draft(office_form: Form, m: Context) -> TurnResult:
    """Go on where the draft was left."""
    step = m.session.resume
    if step == "notice":
        return show_report_notice(m)
    return ask_step(
        office_form, m.replace_session(resume=""), step if office_form.find_field(step) else "review"
    )


def discard_draft(m: Context) -> TurnResult:
    """Throw the draft away and say so."""
    kept = Session(version=m.session.version, at=m.now, lang=m.lang, prompt=m.session.prompt)
    return replace(
        show_complaints_menu(m.with_session(kept), Reply("draft.discarded")),
        acts=delete_draft_files(m.session),
    )


def apply_correction(m: Context, was: str) -> tuple[Context, Reply]:
    """The moment after a person corrected, in the chat, words that may stand in the draft; and what to tell."""
    old, new = clean_text(was).text, clean_text(m.event.text or "").text
    for name, answer in m.session.answers.items():
        lines = f"\n{answer}\n"
        if old and new and name != "held" and f"\n{old}\n" in lines:
            mended = lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]
            if len(mended) <= max(MAX_CORRECTED_LENGTH, len(answer)):
                return m.replace_session(answers={**m.session.answers, name: mended}), Reply(
                    "draft.corrected"
                )
    return m, Reply("draft.not_corrected")


def reprompt_draft(office_form: Form, m: Context, *before: Reply) -> TurnResult:
    """Ask the present question once more."""
    if m.session.step == "notice":
        return show_report_notice(m, *before)
    return ask_step(office_form, m, m.session.step, *before)


def _keep_unasked(m: Context) -> AnswerGenerator:
    """What was typed or sent where a choice was asked: kept with the story, or as evidence."""
    if m.event.choice is not None:
        return AnswerResult(m.session)
    return (yield from keep_unasked_input(m))
