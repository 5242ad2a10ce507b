"""Steps of the complaint form, for the exact tests of a draft."""

from typing import Any

from handlers.complaints.draft import handle_draft
from handlers.complaints.form import build_complaint_form
from handlers.dialog.effects import NewReceipt
from handlers.dialog.events import Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import AS_USUAL, NEUTRAL, ExpectedInput, Presentation, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.office import Office
from handlers.staff.members import ListStaff, StaffMember
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome, begin_session, make_buttons, make_context, make_menu, run_decision

FORM = build_complaint_form(OFFICE)
RECEIPT = make_receipt(2**79 + 12345)
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบ"
MENU = Reply("menu.again", NEUTRAL, {}, make_menu("report", "track", "privacy", "help", "en"))
FULL = {
    "category": "corruption",
    "story": STORY,
    "accused": "หัวหน้าพัสดุ",
    "when": "12 ม.ค. 2569",
    "where": "ห้องพัสดุ",
    "elsewhere": "never",
    "head": "no",
    "named": "anonymous",
}


def at(step: str, **parts: Any) -> Session:
    """The session of somebody who is at a step of the complaint, after the desk looked at the clock."""
    return begin_session(topic=DialogTopic.REPORT, step=step, at=MORNING, **parts)


def decide(
    event: Event, session: Session, *, staff: tuple[StaffMember, ...] = (), office: Office = OFFICE
) -> Outcome:
    """Let an event be decided on. staff: everybody on the staff list."""
    ctx = make_context(event, session, office)
    return run_decision(handle_draft(FORM, ctx), {NewReceipt: RECEIPT, ListStaff: staff})


def moved(session: Session, step: str, **parts: Any) -> Session:
    """The session one question on."""
    return session.replace(step=step, prompt_number=session.prompt_number + 1, **parts)


def ask(
    session: Session,
    args: dict[str, Any],
    *buttons: str,
    wants: ExpectedInput = ExpectedInput.TEXT,
    key: str = "",
) -> Reply:
    """The question of the session's step."""
    key = f"report.{key or session.step}"
    on_page = Presentation(page_wording=f"{key}_page") if wants is ExpectedInput.LONG else AS_USUAL
    return Reply(key, NEUTRAL, args, make_buttons(session, *buttons), wants=wants, presentation=on_page)


def note(key: str, **args: Any) -> Reply:
    return Reply(key, NEUTRAL, args)
