"""The complaint of corruption or misconduct (ITA item 26): its notice, its questions, and what is filed."""

from collections.abc import Mapping

from handlers import thai
from handlers.complaints import conflict_of_interest as concerned
from handlers.complaints import deadlines
from handlers.complaints import subscriptions as news
from handlers.complaints.messages import FileCase
from handlers.dialog.answers import STORY
from handlers.dialog.choices import Option, offered, options
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Arg,
    Deciding,
    DialogTopic,
    ExpectedInput,
    Lang,
    NewReceipt,
    Reply,
    Session,
    TurnResult,
    asked,
    literal,
    read,
)
from handlers.dialog.form import FieldKind, Form, FormField
from handlers.office import Office

YES_NO = options(("yes", "no", "unsure"))
SHOWN_IN_REVIEW = 600
"""Characters of an answer that the review repeats; the whole is filed all the same."""

NOTICE_EXITS = options(("accept", "cancel"))


def form(office: Office) -> Form:
    """The questions, in order, for an office's own categories."""
    categories = tuple(Option(c.code, c.name) for c in office.categories)
    return Form(
        "report",
        (
            FormField("category", FieldKind.PICK, categories, help=lambda m: definitions(m.office, m.lang)),
            STORY,
            FormField("accused", FieldKind.TEXT, optional=True),
            FormField("when", FieldKind.WHEN, options(("unsure",)), optional=True, limit=300),
            FormField("where", FieldKind.TEXT, optional=True),
            FormField("evidence", FieldKind.FILES, optional=True),
            FormField("witnesses", FieldKind.TEXT, optional=True),
            FormField("elsewhere", FieldKind.TEXT, options(("never",)), optional=True),
            FormField("wish", FieldKind.TEXT, optional=True),
            FormField("head", FieldKind.PICK, YES_NO, help=lambda m: m.office.head.in_(m.lang)),
            FormField("named", FieldKind.PICK, options(("anonymous", "named")), help=anonymity),
            FormField("name", FieldKind.TEXT, optional=True, limit=300, only_if=("named", "named")),
            FormField("contact", FieldKind.TEXT, optional=True, limit=500, only_if=("named", "named")),
        ),
        finish,
        listing,
    )


def notice(m: Context, *before: Reply) -> TurnResult:
    """All that a person must know before the first word, and the question whether to begin."""
    office, lang = m.office, m.lang
    session = (
        m.session if m.session.step == "notice" else asked(m.session, step="notice", topic=DialogTopic.REPORT)
    )
    about = Reply("notice.about", {"office": office.name.in_(lang), "anonymity": anonymity(m)})
    rule = Reply("notice.rule", {"rule": office.unsigned_letters.in_(lang), "bodies": bodies(office, lang)})
    agree = Reply("notice.agree", {}, offered(NOTICE_EXITS, session), wants=ExpectedInput.PICK)
    return TurnResult(session, (*before, about, pdpa(m), rule, agree))


def pdpa(m: Context) -> Reply:
    """The privacy notice (PDPA section 23): purpose, basis, recipients, transfer, retention, rights, contact."""
    privacy = m.office.privacy
    return Reply(
        "notice.privacy",
        {
            "controller": privacy.controller.in_(m.lang),
            "recipients": privacy.recipients.in_(m.lang),
            "contact": privacy.contact.in_(m.lang),
            "abroad": Reply(f"abroad.{m.event.channel}"),
            "days": f"{m.office.retention.after_closing_days:,}",
            "version": privacy.version,
        },
    )


def anonymity(m: Context) -> Reply:
    """How anonymous the way of writing truly is that the person uses now."""
    return Reply(f"anonymity.{m.event.channel}", {"site": f" {m.site.rstrip('/')}/report" if m.site else ""})


def bodies(office: Office, lang: Lang) -> tuple[Reply, ...]:
    """The outside bodies that take complaints too, a line each."""
    lines = []
    for body in office.bodies:
        where = " ".join(filter(None, (body.url, body.phone)))
        lines.append(literal(f"• {body.name.in_(lang)} {where}".rstrip()))
    return tuple(lines)


def definitions(office: Office, lang: Lang) -> tuple[Reply, ...]:
    """What each kind of matter means, a line each."""
    return tuple(literal(f"• {c.name.in_(lang)}: {c.definition.in_(lang)}") for c in office.categories)


def listing(m: Context) -> Mapping[str, Arg]:
    """The arguments of the review: every answer, or that there is none."""
    answers, office = m.session.answers, m.office
    category = office.category(answers.get("category", ""))
    shown: dict[str, Arg] = {
        name: _short(answers.get(name, ""))
        for name in ("story", "accused", "when", "where", "witnesses", "elsewhere", "wish", "name", "contact")
    }
    for name in ("when", "elsewhere", "head", "named"):
        if answers.get(name) in {"yes", "no", "unsure", "never", "anonymous", "named"}:
            shown[name] = Reply(f"choice.{answers[name]}")
    shown["category"] = category.name.in_(m.lang) if category else Reply("answer.none")
    shown["evidence"] = _evidence(m.session)
    shown.setdefault("head", Reply("answer.none"))
    shown.setdefault("named", Reply("answer.none"))
    return shown


def _short(answer: str) -> str | Reply:
    if not answer:
        return Reply("answer.none")
    if len(answer) <= SHOWN_IN_REVIEW:
        return answer
    return Reply("answer.long", {"start": answer[:SHOWN_IN_REVIEW], "count": f"{len(answer):,}"})


def _evidence(session: Session) -> Reply:
    note = session.answers.get("evidence_note")
    if not session.files:
        return literal(note) if note else Reply("answer.none")
    names = tuple(literal(f"• {f.name}") for f in session.files)
    return Reply(
        "answer.files", {"count": len(session.files), "names": (*names, literal(note)) if note else names}
    )


def concerns_the_head(m: Context) -> tuple[Reply, ...]:
    """What a person hears who says that the head, or who runs this channel, is accused."""
    if m.session.answers.get("head") != "yes":
        return ()
    post = m.office.alternate.post.in_(m.lang)
    return (Reply("report.alternate", {"post": post, "bodies": bodies(m.office, m.lang)}),)


def finish(m: Context) -> Deciding:
    """File the complaint, give the receipt, and forget who wrote it."""
    receipt = yield from read(NewReceipt())
    answers, today = m.session.answers, thai.day(m.now)
    marked = answers.get("head") == "yes"
    excluded = yield from concerned.excluded(m.office, answers, marked=marked)
    named = answers.get("named") == "named"
    identity = {k: answers[k] for k in ("name", "contact") if named and answers.get(k)}
    act = FileCase(
        receipt=receipt,
        category=answers["category"],
        channel=m.event.channel,
        on=today,
        answer_by=deadlines.answer_by(today, m.office.deadlines),
        notice=m.office.privacy.version,
        alternate=marked,
        excluded=excluded,
        answers={k: v for k, v in answers.items() if k not in {"name", "contact"}},
        identity=identity,
        files=m.session.files,
        source=m.session.staff.get("intake", ""),
    )
    told = Reply(
        "report.filed",
        {
            "receipt": receipt.shown,
            "answer_by": thai.shown(act.answer_by, m.lang),
            "advice": Reply(f"advice.{act.channel}"),
        },
        certain=True,
    )
    known = Session(
        version=m.session.version, at=m.now, lang=m.lang, prompt=m.session.prompt, receipt=receipt
    )
    after = asked(known, topic=DialogTopic.CONFIRM, step="five")
    ways = options(("skip", *news.ways(m.event)))
    ask = Reply("confirm.ask", {}, offered(ways, after), certain=True, wants=ExpectedInput.CODE)
    return TurnResult(after, (told, ask), (act,))
