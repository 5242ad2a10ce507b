"""Single files of a draft: one is taken out, or gets a name that tells nothing, before anything is sent."""

from dataclasses import replace

from handlers.dialog.choices import ParsedChoice, parse_tap
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, DeleteFiles, RenameDraftFile, TurnResult
from handlers.dialog.events import File
from handlers.dialog.file_names import get_extension
from handlers.dialog.form import RENAME_FILE, FieldKind, Form, FormField, ask_step, list_file_options
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.dialog.session import advance_prompt
from handlers.i18n import render_text


def take_file_step(
    office_form: Form, field: FormField, ctx: Context, choice: ParsedChoice
) -> TurnResult | None:
    """Take out or rename one file, where a choice or a button in the row of a page says so; None for all else.

    A form of a page in which no file was chosen is no answer either, and no mistake.
    """
    if field.kind is not FieldKind.FILES:
        return None
    options = list_file_options(ctx.session, every=True)
    picked = choice if isinstance(choice, str) else parse_tap(ctx.event, ctx.session, options)
    option = next((one for one in options if one.value == picked), None)
    if option is not None and option.number is not None:
        return _change_file(office_form, ctx, option.label, option.number - 1)
    event, is_page = ctx.event, ctx.channel_traits.asks_page_by_page
    if is_page and event.file is None and event.choice is None and not event.text:
        return ask_step(office_form, ctx, field.name, Reply("file.none_chosen", NEUTRAL))
    return None


def _change_file(office_form: Form, ctx: Context, label: str, place: int) -> TurnResult:
    """Take out or rename a file, and ask for evidence again.

    The number of the question goes on: a second tap on the same button is of the question before, and changes nothing.
    """
    files, file = ctx.session.files, ctx.session.files[place]
    changed: tuple[File, ...] = ()
    act: Act = DeleteFiles((file.id,))
    key, name = "file.dropped", file.name
    if label == RENAME_FILE:
        name = _build_neutral_name(ctx, file.name)
        changed, act, key = (replace(file, name=name),), RenameDraftFile(file.id, name), "file.renamed"
    after = ctx.replace_session(files=(*files[:place], *changed, *files[place + 1 :]))
    again = after.with_session(advance_prompt(after.session))
    return replace(
        ask_step(office_form, again, again.session.step, Reply(key, NEUTRAL, {"name": name})), acts=(act,)
    )


def _build_neutral_name(ctx: Context, name: str) -> str:
    """Return a name that says only that it is evidence, with the same extension and a number that no file has yet."""
    taken = {file.name for file in ctx.session.files}
    numbered = (
        f"{render_text(Phrase('file.neutral', {'number': number}), ctx.lang)}{get_extension(name)}"
        for number in range(1, len(taken) + 2)
    )
    return next(one for one in numbered if one not in taken)
