"""A complaint being written: notice, questions, review, edit, cancel, submit."""

from dataclasses import replace

from handlers import thai
from handlers.complaints import form as complaint
from handlers.complaints import menu
from handlers.dialog import form
from handlers.dialog.answers import FEWEST_LETTERS, AnswerResult, Keeping, set_aside, take
from handlers.dialog.choices import STALE, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import TYPED, Deciding, Reply, Session, TurnResult
from handlers.dialog.form import FieldKind, Form, FormField

DONE = options(("done",))

MOST_CORRECTED = 300
"""Characters: the least room that an answer has; a longer one is mended from the review, which measures it."""


def hear(office_form: Form, m: Context) -> Deciding:
    """Answer one message of a person who is writing a complaint."""
    field = office_form.field(m.session.step)
    if field is not None:
        return (yield from _at_field(office_form, field, m))
    if m.session.step == "notice":
        return (yield from _at_notice(office_form, m))
    return (yield from _at_stop(office_form, m))


def _at_notice(office_form: Form, m: Context) -> Deciding:
    choice = picked(m.event, m.session, complaint.NOTICE_EXITS, numbers=True)
    if choice == "accept":
        return form.put(office_form, m, office_form.fields[0].name)
    if choice == "cancel":
        return form.leave(office_form, m) if m.session.drafting else forget(m)
    kept = yield from _aside(m)
    if not kept.notes and choice is STALE:
        return complaint.notice(m.on(kept.session), Reply("pick.stale"))
    return complaint.notice(m.on(kept.session), *kept.notes)


def _at_field(office_form: Form, field: FormField, m: Context) -> Deciding:
    numbers = form.WANTS[field.kind] not in TYPED
    here = form.exits(office_form, field, m.session)
    if field.kind is FieldKind.LONG and not form.has_answer(field, m.session):
        here = (*here, *DONE)  # not offered yet, but a page has one button for "keep this, and I am done"
    choice = picked(m.event, m.session, here, numbers=numbers)
    if choice is STALE:
        return form.put(office_form, m, field.name, Reply("pick.stale"))
    if isinstance(choice, str):
        return _pick(office_form, field, m, choice)
    kept = yield from take(field, m)
    if kept.stay:
        return form.put(office_form, m.on(kept.session), field.name, *kept.notes)
    return form.onward(office_form, m.on(kept.session), *kept.notes)


def _pick(office_form: Form, field: FormField, m: Context, choice: str) -> TurnResult:
    if any(option.value == choice for option in field.options):
        chosen = m.with_(answers={**m.session.answers, field.name: choice})
        notes = complaint.concerns_the_head(chosen) if field.name == "head" else ()
        return form.onward(office_form, chosen, *notes)
    if choice == "back":
        return form.back(office_form, m)
    if choice == "cancel":
        return form.leave(office_form, m)
    if choice == "rewrite":
        rest = {k: v for k, v in m.session.answers.items() if k != field.name}
        return form.put(office_form, m.with_(answers=rest), field.name, Reply("story.rewrite"))
    if choice == "clear":
        cleared = form.put(office_form, m.with_(files=()), field.name, Reply("file.cleared"))
        return replace(cleared, acts=form.dropped(m.session))
    if (
        choice == "done"
        and field.kind is FieldKind.LONG
        and thai.letters(m.session.answers.get(field.name, "")) < FEWEST_LETTERS
    ):
        return form.put(office_form, m, field.name, Reply("story.short"))
    return form.onward(office_form, m)


def _at_stop(office_form: Form, m: Context) -> Deciding:
    choice = form.stop(office_form, m)
    if not isinstance(choice, str):
        kept = yield from _aside(m)
        notes = kept.notes or (Reply("pick.stale" if choice is STALE else "pick.unknown_here"),)
        return form.put(office_form, m.on(kept.session), m.session.step, *notes)
    if choice == "submit":
        return (yield from _submit(office_form, m))
    if choice == "discard":
        return forget(m)
    if choice == "cancel":
        return form.leave(office_form, m)
    if choice == "resume":
        return resume(office_form, m)
    if choice.startswith("field_"):
        return form.put(office_form, m.with_(editing=True), choice.removeprefix("field_"))
    return form.put(office_form, m, choice)


def _submit(office_form: Form, m: Context) -> Deciding:
    missing = [
        f for f in office_form.applying(m.session) if not f.optional and not form.has_answer(f, m.session)
    ]
    if missing:
        return form.put(office_form, m.with_(editing=True), missing[0].name, Reply("report.missing"))
    return (yield from office_form.finish(m))


def resume(office_form: Form, m: Context) -> TurnResult:
    """Go on where the draft was left."""
    step = m.session.resume
    if step == "notice":
        return complaint.notice(m)
    return form.put(office_form, m.with_(resume=""), step if office_form.field(step) else "review")


def forget(m: Context) -> TurnResult:
    """Throw the draft away and say so."""
    kept = Session(version=m.session.version, at=m.now, lang=m.lang, prompt=m.session.prompt)
    return replace(menu.again(m.on(kept), Reply("draft.discarded")), acts=form.dropped(m.session))


def corrected(m: Context, was: str) -> tuple[Context, Reply]:
    """The moment after a person corrected, in the chat, words that may stand in the draft; and what to tell."""
    old, new = thai.clean(was).text, thai.clean(m.event.text or "").text
    for name, answer in m.session.answers.items():
        lines = f"\n{answer}\n"
        if old and new and name != "held" and f"\n{old}\n" in lines:
            mended = lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]
            if len(mended) <= max(MOST_CORRECTED, len(answer)):
                return m.with_(answers={**m.session.answers, name: mended}), Reply("draft.corrected")
    return m, Reply("draft.not_corrected")


def again(office_form: Form, m: Context, *before: Reply) -> TurnResult:
    """Ask the present question once more."""
    if m.session.step == "notice":
        return complaint.notice(m, *before)
    return form.put(office_form, m, m.session.step, *before)


def _aside(m: Context) -> Keeping:
    """What was typed or sent where a choice was asked: kept with the story, or as evidence."""
    if m.event.choice is not None:
        return AnswerResult(m.session)
    return (yield from set_aside(m))
