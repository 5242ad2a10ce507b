"""Following a case by its receipt: state, timeline, messages both ways, more evidence, withdrawal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.complaints.case_status import can_request_reopening, list_reporter_actions, show_reporter_case
from handlers.complaints.conflict_of_interest import add_exclusions
from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    CaseOutcome,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.menu import handle_complaints_menu, show_complaints_menu
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints.subscriptions import build_subscription
from handlers.dialog.answers import MAX_FILES, MIN_STORY_LETTERS, list_text_warnings
from handlers.dialog.choices import STALE, Option, make_options, parse_choice, to_choices
from handlers.dialog.code_lookup import look_up_code
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import File
from handlers.dialog.receipt import MAX_RECEIPT_TEXT, normalize_receipt, parse_receipt
from handlers.dialog.replies import TYPED_INPUTS, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic, Session, advance_prompt
from handlers.thai import clean_text, count_letters_and_digits, to_bangkok_date

MAX_MESSAGE_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class TrackingQuestion:
    """A question within a case: what it waits for, and what may be picked instead."""

    wants: ExpectedInput
    options: tuple[Option, ...]


TRACKING_QUESTIONS: Mapping[str, TrackingQuestion] = {
    "message": TrackingQuestion(ExpectedInput.TEXT, make_options(("stay",))),
    "attach": TrackingQuestion(ExpectedInput.FILES, make_options(("stay",))),
    "offer": TrackingQuestion(ExpectedInput.PICK, make_options(("send", "stay"))),
    "unsettled": TrackingQuestion(ExpectedInput.TEXT, make_options(("stay",))),
    "withdraw": TrackingQuestion(ExpectedInput.PICK, make_options(("withdraw_yes", "stay"))),
}


def ask_receipt(m: Context, *before: Reply) -> TurnResult:
    """Ask for the receipt."""
    session = m.session if m.session.step == "code" else advance_prompt(m.session, step="code")
    session = session.replace(topic=DialogTopic.TRACK, receipt=None)
    question = Reply("track.ask", {}, to_choices(make_options(("leave",)), session), wants=ExpectedInput.CODE)
    return TurnResult(session, (*before, question))


def handle_tracking(m: Context) -> Decision:
    """Answer one message of a person who follows a case, or wants to."""
    if m.session.receipt is None:
        return (yield from _handle_receipt_text(m))
    case = yield from run_query(FindCase(m.session.receipt))
    if case is None:
        return ask_receipt(m.with_session(reset_session(m)), Reply("track.unknown"))
    return (yield from add_exclusions(m.office, _handle_case_input(m, case)))


def reset_session(m: Context) -> Session:
    """A session that knows no case and holds no draft."""
    return Session(version=m.session.version, at=m.now, lang=m.lang, prompt=m.session.prompt)


def reprompt_tracking(m: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    if m.session.receipt is None:
        return ask_receipt(m, *before)
    if m.session.step in TRACKING_QUESTIONS:
        return TurnResult(m.session, (*before, _build_tracking_question(m.session)))
    case = yield from run_query(FindCase(m.session.receipt))
    return (
        show_reporter_case(m, case, *before)
        if case
        else ask_receipt(m.with_session(reset_session(m)), Reply("track.unknown"))
    )


def _handle_receipt_text(m: Context) -> Decision:
    choice = parse_choice(m.event, m.session, make_options(("leave",)), numbers=False)
    if choice == "leave":
        return show_complaints_menu(m)
    if choice is STALE:
        return ask_receipt(m, Reply("pick.stale"))
    text = m.event.text or ""
    if m.event.file is not None or _is_story(text):
        # Not a receipt but a story or a file: kept, and the person is asked what to do with it.
        return (yield from handle_complaints_menu(m))
    return (yield from look_up_case(m, text))


def _is_story(text: str) -> bool:
    """Whether a text is words and no attempt at a receipt."""
    if len(text) > MAX_RECEIPT_TEXT:
        return True
    return count_letters_and_digits(text) >= MIN_STORY_LETTERS and not normalize_receipt(text).isascii()


def look_up_case(m: Context, text: str) -> Decision:
    """Find the case of a receipt. A mistyped one is told apart by its check symbol, without a look-up.

    A receipt that was never issued, that was erased and a guess get the same answer; five of them in 15 minutes
    close the look-up, at first for 15 minutes and never for more than an hour.
    """
    case, said, acts = yield from look_up_code(m, text, FindCase)
    if case is None or (receipt := parse_receipt(text)) is None:
        return replace(ask_receipt(m, said), acts=acts)
    return _open_case(m.with_session(reset_session(m).replace(receipt=receipt)), case, m.session)


def _open_case(m: Context, case: ReporterCase, before: Session) -> TurnResult:
    """The case, and what the person typed or sent before the receipt: offered, or attached."""
    shown = show_reporter_case(m, case)
    acts: tuple[AddHistoryEntry, ...] = ()
    if before.files:
        acts = (_build_entry(m, case, HistoryEntryKind.EVIDENCE, files=before.files),)
        shown = show_reporter_case(
            m, append_entry(case, acts[0]), Reply("track.attached", {"name": before.files[0].name})
        )
    if "story" not in before.answers:
        return replace(shown, acts=acts)
    held = m.with_session((shown.session or m.session).replace(answers={"held": before.answers["story"]}))
    offer = _offer_to_send(held)
    return TurnResult(offer.session, (*shown.replies, *offer.replies), acts)


def _offer_to_send(m: Context) -> TurnResult:
    session = advance_prompt(m.session, step="offer")
    return TurnResult(session, (_build_tracking_question(session),))


def _build_tracking_question(session: Session) -> Reply:
    """What is asked at a step of a case other than its state."""
    asking = TRACKING_QUESTIONS[session.step]
    return Reply(f"track.{session.step}", {}, to_choices(asking.options, session), wants=asking.wants)


def _build_entry(
    m: Context, case: ReporterCase, kind: HistoryEntryKind, text: str = "", files: tuple[File, ...] = ()
) -> AddHistoryEntry:
    return AddHistoryEntry(
        case.id, case.seq + 1, to_bangkok_date(m.now), kind, ActorKind.REPORTER, text, files
    )


def _handle_case_input(m: Context, case: ReporterCase) -> TurnResult:
    asking = TRACKING_QUESTIONS.get(m.session.step)
    here = asking.options if asking else list_reporter_actions(case, m)
    if m.event.file is not None:
        return _attach_file(m, case, m.event.file)
    choice = parse_choice(
        m.event, m.session, here, numbers=asking is None or asking.wants not in TYPED_INPUTS
    )
    if choice is STALE:
        return show_reporter_case(m, case, Reply("pick.stale"))
    if choice is None:
        return _handle_case_text(m, case)
    return _handle_case_choice(m, case, choice)


def _handle_case_choice(m: Context, case: ReporterCase, choice: str) -> TurnResult:
    if choice in TRACKING_QUESTIONS:
        session = advance_prompt(m.session, step=choice)
        return TurnResult(session, (_build_tracking_question(session),))
    if choice == "send":
        return _send_message(m, case, m.session.answers["held"])
    if choice == "withdraw_yes":
        return _withdraw_case(m, case)
    if choice == "news":
        told, acts = build_subscription(m, case.id)
        return replace(show_reporter_case(m, case, told), acts=acts)
    if choice == "leave":
        return show_complaints_menu(m.with_session(reset_session(m)), Reply("track.left"))
    return show_reporter_case(m.replace_session(answers={}), case)


def _handle_case_text(m: Context, case: ReporterCase) -> TurnResult:
    """A text: sent when a message was asked for, else offered to be sent, so that nothing goes by mistake."""
    cleaned = clean_text(m.event.text or "")
    if not cleaned.text:
        return show_reporter_case(m, case, Reply("text.empty"))
    if len(cleaned.text) > MAX_MESSAGE_LENGTH:
        return show_reporter_case(
            m,
            case,
            Reply(
                "track.too_long",
                {
                    "limit": f"{MAX_MESSAGE_LENGTH:,}",
                    "count": f"{len(cleaned.text):,}",
                    "unsent": cleaned.text,
                },
            ),
        )
    if m.session.step == "unsettled":
        return _request_reopening(m, case, cleaned.text)
    if m.session.step == "message":
        return _send_message(m, case, cleaned.text, *list_text_warnings(cleaned))
    return _offer_to_send(m.replace_session(answers={"held": cleaned.text}))


def _send_message(m: Context, case: ReporterCase, text: str, *notes: Reply) -> TurnResult:
    act = _build_entry(m, case, HistoryEntryKind.REPORTER, text)
    return replace(
        show_reporter_case(
            m.replace_session(answers={}), append_entry(case, act), *notes, Reply("track.sent")
        ),
        acts=(act,),
    )


def _attach_file(m: Context, case: ReporterCase, file: File) -> TurnResult:
    if file.problem is not None:
        return show_reporter_case(
            m, case, Reply(f"file.{file.problem}", {"name": file.name, "most": MAX_FILES})
        )
    act = _build_entry(m, case, HistoryEntryKind.EVIDENCE, files=(file,))
    note = Reply("track.coming" if file.coming else "track.attached", {"name": file.name})
    return replace(show_reporter_case(m, append_entry(case, act), note), acts=(act,))


def _withdraw_case(m: Context, case: ReporterCase) -> TurnResult:
    if case.status in ENDED_STATUSES:
        return show_reporter_case(m, case, Reply("track.ended"))
    step, on = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN), to_bangkok_date(m.now)
    act = ApplyTransition(
        case.id, case.seq + 1, on, step, get_next_status(case.status, step), ActorKind.REPORTER
    )
    entry = HistoryEntry(act.seq, on, HistoryEntryKind.MOVED, act.status, CaseOutcome.WITHDRAWN)
    shown = replace(case, status=act.status, outcome=CaseOutcome.WITHDRAWN, entries=(*case.entries, entry))
    return replace(show_reporter_case(m, shown, Reply("track.withdrawn")), acts=(act,))


def _request_reopening(m: Context, case: ReporterCase, text: str) -> TurnResult:
    """The case is looked at again, by another officer; what the reporter writes of it goes with it."""
    if not can_request_reopening(case, m):
        return show_reporter_case(m, case, Reply("track.settled"))
    if count_letters_and_digits(text) < MIN_STORY_LETTERS:
        return TurnResult(m.session, (Reply("track.unsettled_short"), _build_tracking_question(m.session)))
    shown, move = build_reopening(case, m)
    words = _build_entry(m, shown, HistoryEntryKind.REPORTER, text)
    again = show_reporter_case(
        m.replace_session(answers={}), append_entry(shown, words), Reply("track.reopened")
    )
    return replace(again, acts=(move, words))


def append_entry(case: ReporterCase, act: AddHistoryEntry) -> ReporterCase:
    """The case as it will stand once the entry is written."""
    return replace(case, entries=(*case.entries, HistoryEntry(act.seq, act.on, act.kind)))


def build_reopening(case: ReporterCase, m: Context) -> tuple[ReporterCase, ApplyTransition]:
    """The case as it will stand, and the step; the reporter is to hear within the days of a first answer."""
    step, on = TransitionRequest(Transition.REOPEN), to_bangkok_date(m.now)
    status = get_next_status(case.status, step)
    by = on + timedelta(days=m.office.deadlines.first_answer_days)
    move = ApplyTransition(case.id, case.seq + 1, on, step, status, ActorKind.REPORTER, answer_by=by)
    entry = HistoryEntry(move.seq, on, HistoryEntryKind.MOVED, status, by_reporter=True)
    return replace(case, status=status, outcome=None, entries=(*case.entries, entry)), move
