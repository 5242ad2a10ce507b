"""Question after question: a form is data, and back, skip, cancel, edit and review are written once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from handlers.dialog.choices import Option, StaleChoice, offered, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Arg,
    Deciding,
    DeleteFiles,
    DialogTopic,
    ExpectedInput,
    Reply,
    Session,
    TurnResult,
    asked,
)


class FieldKind(Enum):
    """What sort of answer a question takes."""

    PICK = "pick"
    TEXT = "text"
    LONG = "long"
    WHEN = "when"
    FILES = "files"


WANTS: Mapping[FieldKind, ExpectedInput] = {
    FieldKind.PICK: ExpectedInput.PICK,
    FieldKind.TEXT: ExpectedInput.TEXT,
    FieldKind.LONG: ExpectedInput.LONG,
    FieldKind.WHEN: ExpectedInput.TEXT,
    FieldKind.FILES: ExpectedInput.FILES,
}


@dataclass(frozen=True, slots=True, eq=False)
class FormField:
    """One question. quick: ready answers beside a typed one; only_if: asked when that field has that answer.

    limit: characters kept in the answer; what exceeds it becomes a text file of evidence. help: the office's own
    words that stand in the question. A field is equal to itself alone.
    """

    name: str
    kind: FieldKind
    options: tuple[Option, ...] = ()
    optional: bool = False
    limit: int = 2000
    only_if: tuple[str, str] | None = None
    help: Callable[[Context], Arg] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form, whose first field is always asked.

    `finish` turns the answers into what is filed; `listing` gives the review's arguments.
    """

    name: str
    fields: tuple[FormField, ...]
    finish: Callable[[Context], Deciding]
    listing: Callable[[Context], Mapping[str, Arg]]

    def applying(self, session: Session) -> tuple[FormField, ...]:
        """The fields that are asked, given the answers so far."""
        answers = session.answers
        return tuple(
            [f for f in self.fields if f.only_if is None or answers.get(f.only_if[0]) == f.only_if[1]]
        )

    def field(self, name: str) -> FormField | None:
        """The field of a name."""
        for field in self.fields:
            if field.name == name:
                return field
        return None


def has_answer(field: FormField, session: Session) -> bool:
    """Whether a question was answered."""
    return bool(session.files) if field.kind is FieldKind.FILES else bool(session.answers.get(field.name))


def exits(form: Form, field: FormField, session: Session) -> tuple[Option, ...]:
    """Everything that may be picked at a question, in the order shown."""
    answered = has_answer(field, session)
    ways: list[str] = []
    if field.kind is FieldKind.LONG:
        ways += ["done", "rewrite"] if answered else []
    elif field.kind is FieldKind.FILES:
        ways += ["done", "clear"] if answered else ["none"]
    elif field.kind is not FieldKind.PICK and (answered or field.optional):
        ways.append("next" if answered else "skip")
    if session.editing or field is not form.fields[0]:
        ways.append("back")
    return (*field.options, *options((*ways, "cancel")))


def put(form: Form, m: Context, step: str, *notes: Reply) -> TurnResult:
    """Ask the question of a step, after the notes. Asking the same one again keeps its old buttons alive."""
    session = m.session
    if session.step != step:
        session = asked(session, step=step, topic=DialogTopic.REPORT)
    return TurnResult(session, (*notes, question(form, m.on(session))))


def question(form: Form, m: Context) -> Reply:
    """The question that the session stands at."""
    step, session = m.session.step, m.session
    field = form.field(step)
    if field is None:
        listing = form.listing(m) if step == "review" else {}
        choices = offered(stops(form, session), session)
        return Reply(f"{form.name}.{step}", listing, choices, wants=ExpectedInput.PICK)
    fields = form.applying(session)
    place = fields.index(field) + 1 if field in fields else 1
    key = f"{form.name}.{field.name}"
    args: dict[str, Arg] = {"place": place, "of": len(fields)}
    if field.kind is FieldKind.LONG:
        told = session.answers.get(field.name)
        key += "_more" if told else ""
        args |= {"limit": f"{field.limit:,}", "count": f"{len(told or ''):,}"}
    if field.kind is FieldKind.FILES:
        args["files"] = len(session.files)
    if field.help:
        args["help"] = field.help(m)
    return Reply(key, args, offered(exits(form, field, session), session), wants=WANTS[field.kind])


def stops(form: Form, session: Session) -> tuple[Option, ...]:
    """What may be picked where no field is asked: the review, the list of answers to edit, a cancel."""
    if session.step == "review":
        return options(("submit", "edit", "cancel"))
    if session.step == "edit":
        return options((*(f"field_{f.name}" for f in form.fields if f.only_if is None), "review"))
    return options(("resume", "discard"))


def onward(form: Form, m: Context, *notes: Reply) -> TurnResult:
    """The next question after the present one; from an edit, and after the last, the review."""
    fields = form.applying(m.session)
    names = [f.name for f in fields]
    at = names.index(m.session.step) if m.session.step in names else len(names)
    following = fields[at + 1 :]
    if m.session.editing:
        # An edited answer opens the questions that hang on it: a name, once someone wishes to give it.
        following = tuple(f for f in following if f.only_if)
    if following:
        return put(form, m, following[0].name, *notes)
    return put(form, m.with_(editing=False), "review", *notes)


def back(form: Form, m: Context) -> TurnResult:
    """The question before the present one; from an edit, the review."""
    names = [f.name for f in form.applying(m.session)]
    if m.session.editing or m.session.step not in names:
        return put(form, m.with_(editing=False), "review")
    return put(form, m, names[max(0, names.index(m.session.step) - 1)])


def leave(form: Form, m: Context, step: str = "cancel") -> TurnResult:
    """Ask before a draft is thrown away."""
    resume = m.session.resume if m.session.step in {"cancel", "open"} else m.session.step
    return put(form, m.with_(resume=resume), step)


def dropped(session: Session) -> tuple[DeleteFiles, ...]:
    """The act that erases a draft's files, where it has any."""
    ids = tuple(f.id for f in session.files)
    return (DeleteFiles(ids),) if ids else ()


def stop(form: Form, m: Context) -> str | StaleChoice | None:
    """What was picked at the review, the edit list or the cancel."""
    return picked(m.event, m.session, stops(form, m.session), numbers=True)
