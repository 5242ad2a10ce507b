"""Following a case by its receipt: state, timeline, messages both ways, more evidence, withdrawal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from handlers import thai
from handlers.complaints import conflict_of_interest as concerned
from handlers.complaints import menu
from handlers.complaints import subscriptions as news
from handlers.complaints import track_unsettled as unsettled
from handlers.complaints.lifecycle import ENDED, PUBLIC, CaseOutcome, Transition, TransitionRequest, after
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.dialog.answers import FEWEST_LETTERS, MOST_FILES, oddities
from handlers.dialog.choices import STALE, Option, offered, options, picked
from handlers.dialog.code_lookup import by_code
from handlers.dialog.context import Context
from handlers.dialog.events import (
    TYPED,
    Deciding,
    DialogTopic,
    ExpectedInput,
    File,
    Reply,
    Session,
    TurnResult,
    asked,
    read,
)
from handlers.dialog.receipt import LONGEST_TYPED, folded, reads

NEWEST = 20
"""Lines of the timeline that are shown; a case seldom has more."""
MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class TrackingQuestion:
    """A question within a case: what it waits for, and what may be picked instead."""

    wants: ExpectedInput
    exits: tuple[Option, ...]


ASKING: Mapping[str, TrackingQuestion] = {
    "message": TrackingQuestion(ExpectedInput.TEXT, options(("stay",))),
    "attach": TrackingQuestion(ExpectedInput.FILES, options(("stay",))),
    "offer": TrackingQuestion(ExpectedInput.PICK, options(("send", "stay"))),
    "unsettled": TrackingQuestion(ExpectedInput.TEXT, options(("stay",))),
    "withdraw": TrackingQuestion(ExpectedInput.PICK, options(("withdraw_yes", "stay"))),
}


def ask(m: Context, *before: Reply) -> TurnResult:
    """Ask for the receipt."""
    session = m.session if m.session.step == "code" else asked(m.session, step="code")
    session = session.with_(topic=DialogTopic.TRACK, receipt=None)
    question = Reply("track.ask", {}, offered(options(("leave",)), session), wants=ExpectedInput.CODE)
    return TurnResult(session, (*before, question))


def hear(m: Context) -> Deciding:
    """Answer one message of a person who follows a case, or wants to."""
    if m.session.receipt is None:
        return (yield from _at_code(m))
    case = yield from read(FindCase(m.session.receipt))
    if case is None:
        return ask(m.on(fresh(m)), Reply("track.unknown"))
    return (yield from concerned.guarded(m.office, _at_case(m, case)))


def fresh(m: Context) -> Session:
    """A session that knows no case and holds no draft."""
    return Session(version=m.session.version, at=m.now, lang=m.lang, prompt=m.session.prompt)


def again(m: Context, *before: Reply) -> Deciding:
    """Ask the present question once more."""
    if m.session.receipt is None:
        return ask(m, *before)
    if m.session.step in ASKING:
        return TurnResult(m.session, (*before, _question(m.session)))
    case = yield from read(FindCase(m.session.receipt))
    return show(m, case, *before) if case else ask(m.on(fresh(m)), Reply("track.unknown"))


def _at_code(m: Context) -> Deciding:
    choice = picked(m.event, m.session, options(("leave",)), numbers=False)
    if choice == "leave":
        return menu.again(m)
    if choice is STALE:
        return ask(m, Reply("pick.stale"))
    text = m.event.text or ""
    if m.event.file is not None or _is_told(text):
        # Not a receipt but a story or a file: kept, and the person is asked what to do with it.
        return (yield from menu.hear(m))
    return (yield from look_up(m, text))


def _is_told(text: str) -> bool:
    """Whether a text is words and no attempt at a receipt."""
    if len(text) > LONGEST_TYPED:
        return True
    return thai.letters(text) >= FEWEST_LETTERS and not folded(text).isascii()


def look_up(m: Context, text: str) -> Deciding:
    """Find the case of a receipt. A mistyped one is told apart by its check symbol, without a look-up.

    A receipt that was never issued, that was erased and a guess get the same answer; five of them in 15 minutes
    close the look-up, at first for 15 minutes and never for more than an hour.
    """
    case, said, acts = yield from by_code(m, text, FindCase)
    if case is None or (receipt := reads(text)) is None:
        return replace(ask(m, said), acts=acts)
    return _opened(m.on(fresh(m).with_(receipt=receipt)), case, m.session)


def _opened(m: Context, case: ReporterCase, before: Session) -> TurnResult:
    """The case, and what the person typed or sent before the receipt: offered, or attached."""
    shown = show(m, case)
    acts: tuple[AddHistoryEntry, ...] = ()
    if before.files:
        acts = (_entry(m, case, HistoryEntryKind.EVIDENCE, files=before.files),)
        shown = show(m, with_entry(case, acts[0]), Reply("track.attached", {"name": before.files[0].name}))
    if "story" not in before.answers:
        return replace(shown, acts=acts)
    held = m.on((shown.session or m.session).with_(answers={"held": before.answers["story"]}))
    offer = _offer(held)
    return TurnResult(offer.session, (*shown.says, *offer.says), acts)


def _offer(m: Context) -> TurnResult:
    session = asked(m.session, step="offer")
    return TurnResult(session, (_question(session),))


def _question(session: Session) -> Reply:
    """What is asked at a step of a case other than its state."""
    asking = ASKING[session.step]
    return Reply(f"track.{session.step}", {}, offered(asking.exits, session), wants=asking.wants)


def _entry(
    m: Context, case: ReporterCase, kind: HistoryEntryKind, text: str = "", files: tuple[File, ...] = ()
) -> AddHistoryEntry:
    return AddHistoryEntry(case.id, case.seq + 1, thai.day(m.now), kind, ActorKind.REPORTER, text, files)


def show(m: Context, case: ReporterCase, *before: Reply) -> TurnResult:
    """The state of a case, its timeline and what the reporter may do."""
    session = m.session if m.session.step == "case" else asked(m.session)
    session = session.with_(topic=DialogTopic.TRACK, step="case")
    status = Reply(
        "track.status",
        {
            "status": Reply(f"status.{PUBLIC[case.status]}"),
            "received": thai.shown(case.received_on, m.lang),
            "timeline": tuple(line(entry, m) for entry in case.entries[-NEWEST:]),
        },
        offered(ways(case, m), session),
        certain=True,
        wants=ExpectedInput.PICK,
    )
    return TurnResult(session, (*before, status))


def line(entry: HistoryEntry, m: Context) -> Reply:
    """One line of the timeline. The office's words stand in it; the reporter's own never do."""
    args: dict[str, str | int | Reply] = {"on": thai.shown(entry.on, m.lang), "text": entry.text}
    if entry.kind is HistoryEntryKind.ASKED:
        args["body"] = thai.shown(date.fromisoformat(entry.body), m.lang)
    if entry.kind is not HistoryEntryKind.MOVED:
        return Reply(f"entry.{entry.kind}", args)
    why = Reply("literal", {"text": f"\n  “{entry.text}”"}) if entry.text else Reply("literal", {"text": ""})
    if entry.outcome is not None:
        return Reply(f"entry.closed.{entry.outcome}", {**args, "body": entry.body, "why": why})
    if entry.reason is not None:
        return Reply("entry.not_accepted", {**args, "reason": Reply(f"reason.{entry.reason}"), "why": why})
    return Reply(f"entry.moved.{entry.status}", {**args, "why": why})


def ways(case: ReporterCase, m: Context) -> tuple[Option, ...]:
    """What the reporter may do with a case as it stands."""
    last = ("unsettled",) if unsettled.may_be_said(case, m) else () if case.status in ENDED else ("withdraw",)
    return options(("message", "attach", "refresh", *news.ways(m.event), *last, "leave"))


def _at_case(m: Context, case: ReporterCase) -> TurnResult:
    asking = ASKING.get(m.session.step)
    here = asking.exits if asking else ways(case, m)
    if m.event.file is not None:
        return _attach(m, case, m.event.file)
    choice = picked(m.event, m.session, here, numbers=asking is None or asking.wants not in TYPED)
    if choice is STALE:
        return show(m, case, Reply("pick.stale"))
    if choice is None:
        return _told(m, case)
    return _chosen(m, case, choice)


def _chosen(m: Context, case: ReporterCase, choice: str) -> TurnResult:
    if choice in ASKING:
        session = asked(m.session, step=choice)
        return TurnResult(session, (_question(session),))
    if choice == "send":
        return _send(m, case, m.session.answers["held"])
    if choice == "withdraw_yes":
        return _withdraw(m, case)
    if choice == "news":
        told, acts = news.kept(m, case.id)
        return replace(show(m, case, told), acts=acts)
    if choice == "leave":
        return menu.again(m.on(fresh(m)), Reply("track.left"))
    return show(m.with_(answers={}), case)


def _told(m: Context, case: ReporterCase) -> TurnResult:
    """A text: sent when a message was asked for, else offered to be sent, so that nothing goes by mistake."""
    cleaned = thai.clean(m.event.text or "")
    if not cleaned.text:
        return show(m, case, Reply("text.empty"))
    if len(cleaned.text) > MOST_CHARACTERS:
        return show(
            m,
            case,
            Reply(
                "track.too_long",
                {"limit": f"{MOST_CHARACTERS:,}", "count": f"{len(cleaned.text):,}", "unsent": cleaned.text},
            ),
        )
    if m.session.step == "unsettled":
        return _unsettled(m, case, cleaned.text)
    if m.session.step == "message":
        return _send(m, case, cleaned.text, *oddities(cleaned))
    return _offer(m.with_(answers={"held": cleaned.text}))


def _send(m: Context, case: ReporterCase, text: str, *notes: Reply) -> TurnResult:
    act = _entry(m, case, HistoryEntryKind.REPORTER, text)
    return replace(show(m.with_(answers={}), with_entry(case, act), *notes, Reply("track.sent")), acts=(act,))


def _attach(m: Context, case: ReporterCase, file: File) -> TurnResult:
    if file.problem is not None:
        return show(m, case, Reply(f"file.{file.problem}", {"name": file.name, "most": MOST_FILES}))
    act = _entry(m, case, HistoryEntryKind.EVIDENCE, files=(file,))
    note = Reply("track.coming" if file.coming else "track.attached", {"name": file.name})
    return replace(show(m, with_entry(case, act), note), acts=(act,))


def _withdraw(m: Context, case: ReporterCase) -> TurnResult:
    if case.status in ENDED:
        return show(m, case, Reply("track.ended"))
    step, on = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN), thai.day(m.now)
    act = ApplyTransition(case.id, case.seq + 1, on, step, after(case.status, step), ActorKind.REPORTER)
    entry = HistoryEntry(act.seq, on, HistoryEntryKind.MOVED, act.status, CaseOutcome.WITHDRAWN)
    shown = replace(case, status=act.status, outcome=CaseOutcome.WITHDRAWN, entries=(*case.entries, entry))
    return replace(show(m, shown, Reply("track.withdrawn")), acts=(act,))


def _unsettled(m: Context, case: ReporterCase, text: str) -> TurnResult:
    """The case is looked at again, by another officer; what the reporter writes of it goes with it."""
    if not unsettled.may_be_said(case, m):
        return show(m, case, Reply("track.settled"))
    if thai.letters(text) < FEWEST_LETTERS:
        return TurnResult(m.session, (Reply("track.unsettled_short"), _question(m.session)))
    shown, move = unsettled.reopened(case, m)
    words = _entry(m, shown, HistoryEntryKind.REPORTER, text)
    again = show(m.with_(answers={}), with_entry(shown, words), Reply("track.reopened"))
    return replace(again, acts=(move, words))


def with_entry(case: ReporterCase, act: AddHistoryEntry) -> ReporterCase:
    """The case as it will stand once the entry is written."""
    return replace(case, entries=(*case.entries, HistoryEntry(act.seq, act.on, act.kind)))
