"""Who is left to read a complaint, and what a person hears where that is nobody: before sending and at the receipt."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

from handlers.complaints.accused.head_post import HEAD_FIELD, suspects_head
from handlers.complaints.conflict_of_interest import find_conflicts, find_exclusions, list_able_staff
from handlers.complaints.messages import AddHistoryEntry, Exclusion, ListExclusions
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, Query, TurnResult, run_query
from handlers.dialog.events import Lang
from handlers.dialog.form import (
    FieldAudience,
    Form,
    FormField,
    FormStep,
    ask_next_field,
    ask_step,
    confirm_cancel,
    is_text_asked_about,
)
from handlers.dialog.replies import AS_PLAIN_SECTION, NEUTRAL, OF_CASE, Phrase, Reply, ReplyArg, raw_text
from handlers.dialog.session import DialogTopic, Session
from handlers.office import Office
from handlers.staff.members import ListStaff
from handlers.staff.permissions import CASE_WORKERS

NO_READER_STEP = "no_reader"
"""The step at which a person hears that nobody here can read the complaint, and chooses what to do."""


@dataclass(frozen=True, slots=True)
class Readership:
    """Who must not read a complaint, and whether anybody is left who can.

    concerns_head: the head of the office or who runs the channel is accused, as the reporter says or as the program
    suspects, so that only alternates may read it.
    """

    exclusions: tuple[Exclusion, ...]
    concerns_head: bool
    has_reader: bool


def assess_readership(
    office: Office, fields: Iterable[FormField], session: Session
) -> Generator[Query[Any], Any, Readership]:
    """Return who must not read the complaint of a session, and whether somebody of the staff can.

    Before anybody has joined, a complaint that accuses none of the staff waits for the first officer: that counts as
    having a reader.
    """
    staff = yield from run_query(ListStaff())
    told = list_told_texts(fields, session)
    concerns_head = session.answers.get(HEAD_FIELD) == "yes" or suspects_head(office, told)
    exclusions = find_conflicts(told, staff, marked=concerns_head, alternates=office.alternate.officers)
    is_staffed = any(person.active and person.role in CASE_WORKERS for person in staff)
    has_reader = bool(list_able_staff(exclusions, staff)) or not (concerns_head or is_staffed)
    return Readership(exclusions, concerns_head, has_reader)


def list_told_texts(fields: Iterable[FormField], session: Session) -> dict[str, str]:
    """Return everything that the person told, by field, with the names of files.

    Without name and contact: an exclusion is seen by colleagues, and would tell them who the reporter is.
    """
    apart = {field.text_name for field in fields if field.audience is FieldAudience.ENVELOPE}
    told = {name: text for name, text in session.answers.items() if name not in apart}
    if session.files:
        told["files"] = "\n".join(file.name for file in session.files)
    if session.unconfirmed is not None:
        # Never filed; it only keeps the accused out. As much as a story holds: what is longer becomes a file.
        told["unconfirmed"] = session.unconfirmed.text[: STORY_FIELD.limit]
    return told


def list_outside_bodies(office: Office, lang: Lang) -> tuple[Phrase, ...]:
    """List the outside bodies that take complaints too, one line each, with link and telephone."""
    lines = []
    for body in office.bodies:
        where = " ".join(filter(None, (body.url, body.phone)))
        lines.append(raw_text(f"• {body.name.in_lang(lang)} {where}".rstrip()))
    return tuple(lines)


def build_no_reader_step() -> FormStep:
    """Build the step that says that nobody here can read the complaint, who can, and offers to file all the same."""
    return FormStep(("outside", "file_here", "back"), list_outside_args)


def list_outside_args(ctx: Context) -> dict[str, ReplyArg]:
    """Return the argument of what names the outside bodies."""
    return {"bodies": list_outside_bodies(ctx.office, ctx.lang)}


def handle_head_answer(form: Form, ctx: Context) -> Decision:
    """Go on after the question whether the head is accused: say who takes the complaint up, or that nobody can."""
    readership = yield from assess_readership(ctx.office, form.fields, ctx.session)
    if not readership.has_reader:
        return ask_step(form, ctx, NO_READER_STEP)
    return ask_next_field(form, ctx, *name_alternate(ctx))


def name_alternate(ctx: Context) -> tuple[Reply, ...]:
    """Return who takes the complaint up instead, where its reporter says that the head is accused; else nothing."""
    if ctx.session.answers.get(HEAD_FIELD) != "yes":
        return ()
    post = ctx.office.alternate.post.in_lang(ctx.lang)
    args: dict[str, ReplyArg] = {"post": post, **list_outside_args(ctx)}
    return (Reply("report.alternate", NEUTRAL, args, presentation=AS_PLAIN_SECTION),)


def handle_no_reader_choice(form: Form, ctx: Context, choice: str) -> TurnResult:
    """Do what a person chose who heard that nobody here can read the complaint."""
    if choice == "outside":
        return confirm_cancel(form, ctx)
    if choice == "back":
        return ask_step(form, ctx, HEAD_FIELD)
    return ask_next_field(form, ctx.replace_session(step=HEAD_FIELD))


def warn_at_review(form: Form, ctx: Context, turn: TurnResult) -> Decision:
    """Say before the review that nobody here can read the complaint, where that is so. Other turns stay as they are."""
    session = turn.session
    if session is None or session.topic is not DialogTopic.REPORT or session.step != "review":
        return turn
    if is_text_asked_about(session):
        return turn  # the review comes after that question
    readership = yield from assess_readership(ctx.office, form.fields, session)
    if readership.has_reader:
        return turn
    args = list_outside_args(ctx.with_session(session))
    warning = Reply("report.no_reader_review", NEUTRAL, args, presentation=AS_PLAIN_SECTION)
    return replace(turn, replies=(*turn.replies[:-1], warning, *turn.replies[-1:]))


def add_exclusions(ctx: Context, turn: TurnResult) -> Decision:
    """Add exclusions to what a turn of the reporter appends to a case: a later message, or the name of a file.

    Where nobody here can read the case, now or any more, a notice before the replies says so.
    """
    acts: list[Act] = []
    has_reader = True
    for act in turn.acts:
        if isinstance(act, AddHistoryEntry):
            told = "\n".join(filter(None, (act.text, *(file.name for file in act.files))))
            found = yield from find_exclusions(ctx.office, {"message": told})
            act = replace(act, exclusions=found)
            has_reader = yield from is_case_readable(act.case, found)
        acts.append(act)
    if has_reader:
        return replace(turn, acts=tuple(acts))
    notice = Reply("track.no_reader", OF_CASE, list_outside_args(ctx), presentation=AS_PLAIN_SECTION)
    return replace(turn, acts=tuple(acts), replies=(notice, *turn.replies))


def is_case_readable(case: str, found: Iterable[Exclusion] = ()) -> Generator[Query[Any], Any, bool]:
    """Whether somebody can read a case once what was found is stored. Decisions that stand already are kept."""
    known = yield from run_query(ListExclusions(case))
    staff = yield from run_query(ListStaff())
    decided = {one.staff for one in known}
    exclusions = (*known, *(one for one in found if one.staff not in decided))
    is_staffed = any(person.active and person.role in CASE_WORKERS for person in staff)
    return not is_staffed or bool(list_able_staff(exclusions, staff))
