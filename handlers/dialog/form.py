"""Forms: the questions are data; back, skip, cancel, edit and review work the same for all of them."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from handlers.dialog.choices import UNCLEAR, Option, ParsedChoice, make_options, parse_choice, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, DeleteFiles, TurnResult
from handlers.dialog.file_names import is_neutral_name
from handlers.dialog.replies import (
    AS_REVIEW,
    AS_USUAL,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session, advance_prompt
from handlers.dialog.unasked import build_text_question
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning
from handlers.thai.text import count_letters_and_digits


class FieldKind(Enum):
    """What kind of answer a question takes."""

    PICK = "pick"
    TEXT = "text"
    LONG = "long"
    WHEN = "when"
    FILES = "files"


EXPECTED_INPUTS: Mapping[FieldKind, ExpectedInput] = {
    FieldKind.PICK: ExpectedInput.PICK,
    FieldKind.TEXT: ExpectedInput.TEXT,
    FieldKind.LONG: ExpectedInput.LONG,
    FieldKind.WHEN: ExpectedInput.TEXT,
    FieldKind.FILES: ExpectedInput.FILES,
}


class FieldAudience(StrEnum):
    """Which officers read an answer, and where. Every field states it, and all views derive from it."""

    SUMMARY = "summary"  # shown in the summary of a case
    CASE = "case"  # shown with the content of the case: in the chat, on the page, in the PDF
    CONSENT = "consent"  # tells whether the envelope holds anything: shown only when it is opened
    ENVELOPE = "envelope"  # stored in the identity envelope only, apart from the case


@dataclass(frozen=True, slots=True, eq=False)
class FormField:
    """One question. options: answers to pick, in addition to a typed one where the kind takes text.

    audience: which officers read the answer; only_if: (field, answer) that must be given for this to be asked; limit:
    characters kept in the answer, the rest becomes a text file of evidence; min_letters: letters and digits below which
    an account is too short; help: the office's own text in the question. A field is equal to itself only.
    """

    name: str
    kind: FieldKind
    audience: FieldAudience
    options: tuple[Option, ...] = ()
    optional: bool = False
    limit: int = 2000
    min_letters: int = 0
    only_if: tuple[str, str] | None = None
    help: Callable[[Context], ReplyArg] | None = None

    @property
    def text_name(self) -> str:
        """The key of this question's text among the answers. For files, the text is a note beside them."""
        return f"{self.name}_note" if self.kind is FieldKind.FILES else self.name

    @property
    def staff_label_key(self) -> str:
        """The wording key of the label before the answer, as officers read it."""
        return f"staff.answer.{self.text_name}"

    def find_option(self, value: str) -> Option | None:
        """Return the option of an answer; None for one that was typed."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class FormStep:
    """A step that asks no field: its options, and the arguments of its wording."""

    options: tuple[str, ...]
    args: Callable[[Context], Mapping[str, ReplyArg]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form. Its first field is always asked.

    finish: files the answers; review_args: returns the arguments of the review; own_steps: steps of this form alone
    that ask no field, by name. short_steps: the fields that the short way asks by itself, in order; all others are
    asked from the review, at the person's wish. understand: returns what a story seems to tell of its fields.
    review_ways: returns what the short review offers besides, given the answers.
    """

    name: str
    fields: tuple[FormField, ...]
    finish: Callable[[Context], Decision]
    review_args: Callable[[Context], Mapping[str, ReplyArg]]
    own_steps: Mapping[str, FormStep] = dataclasses.field(default_factory=dict)
    short_steps: tuple[str, ...] = ()
    understand: Callable[[Context], Mapping[str, str]] = lambda _: {}
    review_ways: Callable[[Session], tuple[str, ...]] = lambda _: ()

    def list_asked_fields(self, session: Session) -> tuple[FormField, ...]:
        """Return the fields that are asked one after the other before the review."""
        active = self.active_fields(session)
        return tuple([f for f in active if f.name in self.short_steps]) if session.is_short else active

    def active_fields(self, session: Session) -> tuple[FormField, ...]:
        """Return the fields that may be answered, given the answers so far."""
        answers = session.answers
        return tuple(
            [f for f in self.fields if f.only_if is None or answers.get(f.only_if[0]) == f.only_if[1]]
        )

    def find_field(self, name: str) -> FormField | None:
        for field in self.fields:
            if field.name == name:
                return field
        return None


INTERRUPTING_STEPS = frozenset({"cancel", "open"})
"""Steps at which the person is asked whether to leave the draft."""


def has_answer(field: FormField, session: Session) -> bool:
    """Whether a question was answered."""
    return bool(session.files) if field.kind is FieldKind.FILES else bool(session.answers.get(field.name))


def list_field_options(form: Form, field: FormField, session: Session) -> tuple[Option, ...]:
    """List all options of a question, in the order shown."""
    answered = has_answer(field, session)
    ways: list[str] = []
    files: tuple[Option, ...] = ()
    if field.kind is FieldKind.LONG:
        ways += ["done", "rewrite"] if answered else []
    elif field.kind is FieldKind.FILES:
        ways += ["done", "clear"] if answered else ["none"]
        files = list_file_options(session)
    elif field.kind is not FieldKind.PICK and (answered or field.optional):
        ways.append("next" if answered else "skip")
    if field.name in session.understood:
        ways.insert(0, "drop_reading")  # “ไม่ใช่” takes out what was understood, before it can mean to pass by
    if session.is_short and field.kind is FieldKind.LONG and not session.editing:
        ways.append("guided")
    if session.editing or field is not form.list_asked_fields(session)[0]:
        ways.append("back")
    return (*field.options, *make_options(tuple(ways[:1])), *files, *make_options((*ways[1:], "cancel")))


DROP_FILE, RENAME_FILE = "choice.drop_file", "choice.rename_file"
"""Labels of what may be done with one file, by which the two are told apart."""


def list_file_options(session: Session, *, every: bool = False) -> tuple[Option, ...]:
    """List what may be done with single files: to take one of several out, to change a name that may tell of a person.

    every: also to take out the only one, which in a chat is what taking out all files does.
    """
    places = range(1, len(session.files) + 1)
    dropped = places if every or len(places) > 1 else ()
    telling = [place for place in places if not is_neutral_name(session.files[place - 1].name)]
    return (
        *(Option(f"rename_file_{place}", label=RENAME_FILE, number=place) for place in telling),
        *(Option(f"drop_file_{place}", label=DROP_FILE, number=place) for place in dropped),
    )


def ask_step(form: Form, ctx: Context, step: str, *notes: Reply) -> TurnResult:
    """Ask the question of a step, after the notes. Asking the same one again keeps its earlier buttons valid."""
    session = ctx.session
    if session.step != step:
        session = advance_prompt(session, step=step, topic=DialogTopic.REPORT)
    if step == "review" and session.is_short:
        session = session.replace(understood=form.understand(ctx.with_session(session)))
    return TurnResult(session, (*notes, build_question(form, ctx.with_session(session))))


def build_question(form: Form, ctx: Context) -> Reply:
    """Build the question of the session's step."""
    step, session = ctx.session.step, ctx.session
    field = form.find_field(step)
    held = session.unconfirmed
    if held is not None and is_text_asked_about(session):
        return build_text_question(session, held)
    if field is None:
        return _build_menu_question(form, ctx)
    key, args = f"{form.name}.{field.name}", dict[str, ReplyArg]()
    fields = form.list_asked_fields(session)
    if not session.is_short:
        args |= {"place": fields.index(field) + 1 if field in fields else 1, "of": len(fields)}
    options = list_field_options(form, field, session)
    closing = find_closing_field(form, field, ctx)
    if field.kind is FieldKind.LONG:
        answer = session.answers.get(field.name)
        more = "_change" if session.editing else "_more"
        key += "_closing" if closing else more if answer else "_short" if session.is_short else ""
        args |= {"limit": f"{field.limit:,}", "count": f"{len(answer or ''):,}"}
    if field.kind is FieldKind.FILES:
        args["files"] = _list_files(session)
    if closing is not None:
        options = (*closing.options, *(one for one in options if one.value != "done"))
    if help_text := (closing or field).help:
        args["help"] = help_text(ctx)
    # A page has one box for the whole account, and a row for each file; chats tell of several messages.
    has_page = field.kind in {FieldKind.LONG, FieldKind.FILES}
    shown = Presentation(page_wording=f"{key}_page") if has_page else AS_USUAL
    return Reply(
        key,
        NEUTRAL,
        args,
        to_choices(options, session),
        wants=EXPECTED_INPUTS[field.kind],
        presentation=AS_USUAL if closing else shown,
    )


def _list_files(session: Session) -> Phrase:
    """Tell how many files there are, and which, with the numbers by which one is taken out or renamed."""
    if not session.files:
        return Phrase("file.so_far_none")
    # Not “1. ”: below it, a platform without buttons numbers the choices so.
    lines = tuple(raw_text(f"({place}) {file.name}") for place, file in enumerate(session.files, 1))
    return Phrase("file.so_far", {"count": len(lines), "names": lines})


def _build_menu_question(form: Form, ctx: Context) -> Reply:
    """Build the question of a step that asks no field."""
    step, session = ctx.session.step, ctx.session
    listing = form.review_args(ctx) if step == "review" else {}
    if step in form.own_steps:
        listing = form.own_steps[step].args(ctx)
    key = f"{form.name}.{step}_short" if step == "review" and session.is_short else f"{form.name}.{step}"
    choices = to_choices(list_menu_options(form, session), session)
    # the review repeats the answers
    policy, shown = (OF_CASE, AS_REVIEW) if step == "review" else (NEUTRAL, AS_USUAL)
    return Reply(key, policy, listing, choices, wants=ExpectedInput.PICK, presentation=shown)


def find_closing_field(form: Form, field: FormField, ctx: Context) -> FormField | None:
    """Return the choice that is asked together with an account that is long enough, and ends it; None for none.

    In the short way, where a text and a choice may be asked together: who has told all need not say so first.
    """
    session = ctx.session
    if not session.is_short or session.editing or ctx.channel_traits.asks_page_by_page:
        return None
    if field.kind is not FieldKind.LONG:
        return None
    if count_letters_and_digits(session.answers.get(field.name, ""), field.min_letters) < field.min_letters:
        return None
    asked = form.list_asked_fields(session)
    following = asked[asked.index(field) + 1 :] if field in asked else ()
    return following[0] if following and following[0].kind is FieldKind.PICK else None


def is_text_asked_about(session: Session) -> bool:
    """Whether the session asks what a waiting text is, in place of its own question.

    A question that interrupts the form comes first, save for a text that was typed there. Before the notice is
    acknowledged, nothing is asked about a text.
    """
    held = session.unconfirmed
    if held is None or held.memory_only:
        return False
    return session.step not in INTERRUPTING_STEPS or held.step == session.step


def list_menu_options(form: Form, session: Session) -> tuple[Option, ...]:
    """List the options of the steps that ask no field: the review, the list of answers to edit, cancelling."""
    if session.step in form.own_steps:
        return make_options(form.own_steps[session.step].options)
    if session.step == "review":
        return _list_short_review_options(form, session) if session.is_short else _REVIEW_OPTIONS
    if session.step == "edit":
        return make_options((*(f"field_{f.name}" for f in form.fields if f.only_if is None), "review"))
    return make_options(("resume", "discard"))


_TYPED_AT_SHORT_REVIEW = make_options(("edit", "guided"))
"""What may be typed there too: each row has a button of its own to change it."""

_REVIEW_OPTIONS = make_options(("submit", "edit", "cancel"))


def _list_short_review_options(form: Form, session: Session) -> tuple[Option, ...]:
    """List a button for each thing that was told, to change it, and for each that may be told too."""
    fields = [f for f in form.fields if f.only_if is None]
    told = [f for f in fields if has_answer(f, session) or f.name in session.understood]
    of_fields = [
        Option(
            f"field_{f.name}",
            about=f"about.{f.name}",
            label="choice.change_field" if f in told else "choice.tell_field",
        )
        for f in sorted(fields, key=lambda one: one in told)
    ]
    names = {f.name for f in fields}
    removable = [
        Option(f"remove_{name}", about=f"about.{name}", label="choice.remove_reading")
        for name in session.understood
        if name not in names
    ]
    # LINE shows thirteen as buttons; what comes last is listed in the text there, and may be typed.
    ways = make_options(("submit", *form.review_ways(session)))
    return (*ways, *of_fields, *removable, *make_options(("cancel",)))


def _list_row_options(form: Form, session: Session) -> tuple[Option, ...]:
    """List what the buttons in the rows of a page may pick: to change each answer, to take out what was understood."""
    changes = (f"field_{field.name}" for field in form.active_fields(session))
    return make_options((*changes, *(f"remove_{name}" for name in session.understood)))


def ask_next_field(form: Form, ctx: Context, *notes: Reply) -> TurnResult:
    """Ask the next question; after the last one, or an edit, show the review."""
    session = ctx.session
    fields = form.active_fields(session) if session.editing else form.list_asked_fields(session)
    names = [f.name for f in fields]
    at = names.index(session.step) if session.step in names else len(names)
    following = fields[at + 1 :]
    if session.editing:
        # An edited answer may make conditional questions apply, such as the name of a reporter who now gives it.
        here = fields[at] if at < len(fields) else None
        following = tuple(f for f in following if here is not None and _follows_change(f, here))
    if following:
        return ask_step(form, ctx, following[0].name, *notes)
    return ask_step(form, ctx.replace_session(editing=False), "review", *notes)


def _follows_change(field: FormField, changed: FormField) -> bool:
    """Whether a conditional question is asked after a change of another: of its condition, or of one beside it."""
    condition = field.only_if
    return condition is not None and (condition[0] == changed.name or condition == changed.only_if)


def ask_previous_field(form: Form, ctx: Context) -> TurnResult:
    """Ask the previous question; during an edit, show the review."""
    names = [f.name for f in form.list_asked_fields(ctx.session)]
    if ctx.session.editing or ctx.session.step not in names:
        return ask_step(form, ctx.replace_session(editing=False), "review")
    return ask_step(form, ctx, names[max(0, names.index(ctx.session.step) - 1)])


def confirm_cancel(form: Form, ctx: Context, step: str = "cancel") -> TurnResult:
    """Ask for confirmation before a draft is discarded."""
    resume = ctx.session.resume if ctx.session.step in INTERRUPTING_STEPS else ctx.session.step
    return ask_step(form, ctx.replace_session(resume=resume), step)


def delete_draft_files(session: Session) -> tuple[DeleteFiles, ...]:
    """Return the act that deletes a draft's files; empty where it has none."""
    ids = tuple(f.id for f in session.files)
    return (DeleteFiles(ids),) if ids else ()


_MORE_MEANINGS: Mapping[str, Mapping[Meaning, str]] = {
    "cancel": {
        Meaning.YES: "discard",
        Meaning.OKAY: "discard",
        Meaning.POLITE: "discard",
        Meaning.NO: "resume",
    }
}
"""What yes and no mean at the steps that ask no field, where their options do not say it alone."""


def parse_menu_choice(form: Form, ctx: Context) -> ParsedChoice:
    """Parse what was picked at the review, the edit list or the cancel question.

    Who says that it is done, and not to send it, submits nothing: “ใช่ ส่งไปแล้ว” takes it for sent.
    """
    options, more = list_menu_options(form, ctx.session), _MORE_MEANINGS.get(ctx.session.step)
    if ctx.session.step == "review" and ctx.event.choice is not None:
        options = (*options, *_list_row_options(form, ctx.session))
    elif ctx.session.step == "review" and ctx.session.is_short:
        options = (*options, *_TYPED_AT_SHORT_REVIEW)
    choice = parse_choice(ctx.event, ctx.session, options, numbers=True, more=more)
    if choice == "submit" and ctx.event.choice is None:
        meanings = read_meanings(ctx.event.text or "")
        return UNCLEAR if Meaning.DONE in meanings and Meaning.SEND not in meanings else choice
    return choice
