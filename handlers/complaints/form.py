"""The complaint form (corruption or misconduct, ITA item 26): its notices, its questions, and filing."""

import json
from dataclasses import replace
from functools import cache
from hashlib import sha256

from handlers.complaints.accused.head_post import HEAD_FIELD
from handlers.complaints.accused.readers import (
    NO_READER_STEP,
    assess_readership,
    build_no_reader_step,
    list_outside_args,
    list_outside_bodies,
)
from handlers.complaints.accused.second_question import SECOND_QUESTION_STEP, build_second_question
from handlers.complaints.conflict_of_interest import ACCUSED_FIELD
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.messages import FileCase
from handlers.complaints.review.own_marks import list_own_marks
from handlers.complaints.review.rows import build_review_args
from handlers.complaints.review.understand import list_understood_answers, understand_story
from handlers.complaints.subscriptions import list_subscription_options
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.choices import Option, make_options, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, NewReceipt, TurnResult, run_query
from handlers.dialog.events import Lang
from handlers.dialog.form import FieldAudience, FieldKind, Form, FormField
from handlers.dialog.replies import (
    AS_PLAIN_SECTION,
    AS_RECEIPT,
    AS_SECTION,
    AS_USUAL,
    MUST_ARRIVE,
    NEUTRAL,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session, advance_prompt
from handlers.dialog.unasked import DROP_TEXT, build_early_text_note
from handlers.i18n import WORDING
from handlers.office import Office
from handlers.thai.dates import format_date, to_bangkok_date

YES_NO_UNSURE = make_options(("yes", "no", "unsure"))


def build_complaint_form(office: Office) -> Form:
    """Build the complaint form of an office."""
    fields = list_complaint_fields(office)
    return Form(
        "report",
        fields,
        file_complaint,
        lambda ctx: build_review_args(fields, ctx),
        {NO_READER_STEP: build_no_reader_step(), SECOND_QUESTION_STEP: build_second_question(fields)},
        short_steps=(STORY_FIELD.name, HEAD_FIELD),
        understand=understand_story,
        review_ways=lambda session: ("drop_marks",) if list_own_marks(fields, session) else (),
    )


def list_complaint_fields(office: Office) -> tuple[FormField, ...]:
    """List the questions in order, with the office's own categories.

    This is the only list: the review, what is filed, and what officers read in chat, page and PDF derive from it.
    """
    summary, case, envelope = FieldAudience.SUMMARY, FieldAudience.CASE, FieldAudience.ENVELOPE
    pick, text = FieldKind.PICK, FieldKind.TEXT
    return (
        FormField(
            "category",
            pick,
            summary,
            tuple(Option(c.code, c.name) for c in office.categories),
            help=lambda ctx: list_category_definitions(ctx.office, ctx.lang),
        ),
        STORY_FIELD,
        FormField(ACCUSED_FIELD, text, case, optional=True),
        FormField("when", FieldKind.WHEN, case, make_options(("unsure",)), optional=True, limit=300),
        FormField("where", text, case, optional=True),
        FormField("evidence", FieldKind.FILES, case, optional=True),
        FormField("witnesses", text, case, optional=True),
        FormField("elsewhere", text, case, make_options(("never",)), optional=True),
        FormField("wish", text, case, optional=True),
        FormField(HEAD_FIELD, pick, case, YES_NO_UNSURE, help=lambda ctx: ctx.office.head.in_lang(ctx.lang)),
        FormField(
            "named",
            pick,
            FieldAudience.CONSENT,
            make_options(("anonymous", "named")),
            help=describe_anonymity,
        ),
        FormField("name", text, envelope, optional=True, limit=300, only_if=("named", "named")),
        FormField("contact", text, envelope, optional=True, limit=500, only_if=("named", "named")),
    )


ENTERED_FIELDS = (FormField("reference", FieldKind.TEXT, FieldAudience.CASE),)
"""What only an officer writes down, of a letter; read with the answers, and asked of nobody."""


def list_notice_options(session: Session) -> tuple[Option, ...]:
    """List what may be picked at the notice; a text that waits may be dropped."""
    waiting = session.unconfirmed is not None and session.unconfirmed.text
    ways = ("accept", "full_notice" if session.is_short else "cancel")
    return make_options((*ways, DROP_TEXT) if waiting else ways)


def ask_to_begin(ctx: Context, *before: Reply) -> TurnResult:
    """Ask whether to begin, without the notice. A text that was told before is shown back as not sent yet."""
    session = ctx.session
    if session.step != "notice":
        is_short = ctx.office.report.way == "short" and session.officer.complaints.intake_source is None
        session = advance_prompt(session, step="notice", topic=DialogTopic.REPORT, is_short=is_short)
    held = (build_early_text_note(session.unconfirmed, at_notice=True),) if session.unconfirmed else ()
    choices = to_choices(list_notice_options(session), session)
    key = "notice.agree_short" if session.is_short else "notice.agree"
    on_page = AS_USUAL if session.is_short else Presentation(page_wording="page.agree")
    agree = Reply(key, NEUTRAL, {}, choices, wants=ExpectedInput.PICK, presentation=on_page)
    return TurnResult(session, (*before, *held, agree))


def show_report_notice(ctx: Context, *before: Reply) -> TurnResult:
    """Show what a person must know before writing, and ask whether to begin. The short way has the rest on request."""
    turn = ask_to_begin(ctx, *before)
    notice = (
        (_build_short_notice(ctx),) if turn.session and turn.session.is_short else _build_full_notice(ctx)
    )
    return replace(turn, replies=(*before, *notice, *turn.replies[len(before) :]))


def show_full_notice(ctx: Context) -> TurnResult:
    """Show the whole notice at its step, and ask whether to begin."""
    return ask_to_begin(ctx, *_build_full_notice(ctx))


def _build_short_notice(ctx: Context) -> Reply:
    """Build the notice of the short way: at most 60 words, with what asks whether to begin."""
    days = f"{ctx.office.retention.after_closing_days:,}"
    return Reply("notice.short", NEUTRAL, {"days": days}, presentation=AS_SECTION)


def _build_full_notice(ctx: Context) -> tuple[Reply, ...]:
    """Build the whole notice: anonymity, privacy (PDPA section 23), unsigned letters, and who else takes complaints."""
    office, lang = ctx.office, ctx.lang
    about = Reply(
        "notice.about",
        NEUTRAL,
        {"office": office.name.in_lang(lang), "anonymity": describe_anonymity(ctx)},
        presentation=AS_SECTION,
    )
    rule = Reply(
        "notice.rule",
        NEUTRAL,
        {"rule": office.unsigned_letters.in_lang(lang), "bodies": list_outside_bodies(office, lang)},
        presentation=AS_PLAIN_SECTION,
    )
    return about, build_privacy_notice(ctx), rule


def build_privacy_notice(ctx: Context) -> Reply:
    """Build the privacy notice (PDPA section 23): purpose, basis, recipients, transfer, retention, rights, contact."""
    privacy = ctx.office.privacy
    return Reply(
        "notice.privacy",
        NEUTRAL,
        {
            "controller": privacy.controller.in_lang(ctx.lang),
            "recipients": privacy.recipients.in_lang(ctx.lang),
            "contact": privacy.contact.in_lang(ctx.lang),
            "abroad": Phrase(f"abroad.{ctx.event.channel}"),
            "days": f"{ctx.office.retention.after_closing_days:,}",
            "version": compute_notice_version(ctx.office),
        },
        presentation=AS_SECTION,
    )


_NOTICE_WORDING = ("notice.", "anonymity.", "abroad.")
"""Beginnings of the keys of all that a notice says, of every channel."""


def compute_notice_version(office: Office) -> str:
    """Return the version of the notice: the office's own, and eight hex digits of a digest of all that it says.

    So a text that was changed under the same version is another one all the same. It is alike in every language and
    channel, and for all who report at a time, so that it tells nothing of who they are. At most 20 characters.
    """
    own = (office.name, office.unsigned_letters, *office.bodies, office.privacy, office.retention)
    said = json.dumps(
        [_list_notice_wording(), [part.model_dump(mode="json") for part in own]], sort_keys=True
    )
    return f"{office.privacy.version[:11]}+{sha256(said.encode()).hexdigest()[:8]}"


@cache
def _list_notice_wording() -> tuple[tuple[str, str, str], ...]:
    """List all that the program says in a notice: language, key and text. It is the same until the program ends."""
    return tuple(
        (lang, key, text)
        for lang, texts in WORDING.items()
        for key, text in sorted(texts.items())
        if key.startswith(_NOTICE_WORDING)
    )


def describe_anonymity(ctx: Context) -> Phrase:
    """Describe how anonymous the channel really is that the person is using."""
    address = get_report_address(ctx)
    return Phrase(f"anonymity.{ctx.event.channel}", {"site": f" {address}" if address else ""})


def get_report_address(ctx: Context) -> str:
    """Return the address of the web page where reports are written; empty where there is none."""
    return f"{ctx.site_url.rstrip('/')}/report" if ctx.site_url else ""


def list_category_definitions(office: Office, lang: Lang) -> tuple[Phrase, ...]:
    """List the definitions of the categories, one line each."""
    return tuple(
        raw_text(f"• {c.name.in_lang(lang)}: {c.definition.in_lang(lang)}") for c in office.categories
    )


def file_complaint(ctx: Context) -> Decision:
    """File the complaint and show the receipt. The new session keeps the receipt only, and nothing of the draft."""
    receipt = yield from run_query(NewReceipt())
    answers, today = ctx.session.answers, to_bangkok_date(ctx.now)
    fields = list_complaint_fields(ctx.office)
    readership = yield from assess_readership(ctx.office, fields, ctx.session)
    named = answers.get("named") == "named"
    apart = [field.name for field in fields if field.audience is FieldAudience.ENVELOPE]
    identity = {name: answers[name] for name in apart if named and answers.get(name)}
    category, source = answers.get("category", ""), ctx.session.officer.complaints.intake_source
    act = FileCase(
        receipt=receipt,
        category=category,
        channel=ctx.event.channel,
        on=today,
        answer_by=compute_answer_by(today, ctx.office.deadlines),
        notice_version=compute_notice_version(ctx.office),
        concerns_head=readership.concerns_head,
        exclusions=readership.exclusions,
        answers={k: v for k, v in answers.items() if k not in apart} | list_understood_answers(ctx.session),
        identity=identity,
        files=ctx.session.files,
        source=source,
        # Of what an officer enters, an officer knows already.
        announce_within=ctx.office.notice.get_delay(category) if source is None else 0,
    )
    known = Session(
        version=ctx.session.version,
        at=ctx.now,
        lang=ctx.lang,
        prompt_number=ctx.session.prompt_number,
        receipt=receipt,
    )
    after = advance_prompt(known, topic=DialogTopic.CONFIRM, step="five")
    ways = make_options(("skip", *list_subscription_options(ctx.event)))
    ask = Reply("confirm.ask", MUST_ARRIVE, {}, to_choices(ways, after), wants=ExpectedInput.CODE)
    return TurnResult(after, (_confirm_filing(ctx, act, has_reader=readership.has_reader), ask), (act,))


def _confirm_filing(ctx: Context, act: FileCase, *, has_reader: bool) -> Reply:
    """Build the receipt. It promises a day for the answer only where somebody can read the complaint."""
    args: dict[str, ReplyArg] = {
        "receipt": act.receipt.formatted,
    }
    if has_reader:
        args["answer_by"] = format_date(act.answer_by, ctx.lang)
        if act.announce_within:
            args["minutes"] = act.announce_within
            return Reply("report.filed_later", MUST_ARRIVE, args, presentation=AS_RECEIPT)
        return Reply("report.filed", MUST_ARRIVE, args, presentation=AS_RECEIPT)
    args |= list_outside_args(ctx)
    return Reply("report.filed_unread", MUST_ARRIVE, args, presentation=AS_RECEIPT)
