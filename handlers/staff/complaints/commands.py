"""The commands of the complaints desk's officers, as one table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from handlers.complaints.menu import show_complaints_greeting
from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE, Choice, Phrase
from handlers.staff.absences.away import set_absence
from handlers.staff.clock.confirm import review_clock
from handlers.staff.command import (
    CommandRow,
    CommandTable,
    ComplaintsCommandContext,
    SecondFactor,
    make_command_button,
)
from handlers.staff.complaints.approvals import approve_colleague_request, reveal_identity
from handlers.staff.complaints.case_settings import change_legal_hold, link_related_cases, set_case_kind
from handlers.staff.complaints.case_view import (
    show_audit_log,
    show_case,
    show_case_facts,
    show_case_files,
    show_case_history,
    with_readable_case,
)
from handlers.staff.complaints.checklist.check import check_item
from handlers.staff.complaints.exclusions import exclude_colleague, readmit_colleague
from handlers.staff.complaints.find_case import with_case, with_matter
from handlers.staff.complaints.intake.clerk_form import (
    fill_clerk_form,
    is_form_shown,
    take_intake_file,
    take_unasked_text,
)
from handlers.staff.complaints.intake.slips import print_slip
from handlers.staff.complaints.lists import run_case_search, show_due_cases, show_inbox, show_overdue_cases
from handlers.staff.complaints.matters.merge import merge_with_case, separate_from_matter
from handlers.staff.complaints.outgoing import confirm_reply, may_undo, undo_send
from handlers.staff.complaints.page_links import (
    reply_with_case_link,
    reply_with_export_link,
    reply_with_import_link,
)
from handlers.staff.complaints.release import review_pending_releases
from handlers.staff.complaints.replies import (
    add_case_note,
    ask_reporter,
    offer_canned_replies,
    reply_to_reporter,
)
from handlers.staff.complaints.statistics import review_complaints_remark, show_statistics
from handlers.staff.complaints.transitions import (
    appoint_officer,
    assign_officer,
    run_transition,
    run_transition_with_reason,
    take_case,
)
from handlers.staff.dispatch import AS_CITIZEN, WAITING_TEXT, show_help
from handlers.staff.enrolment.administration import dismiss_person, reset_person, show_staff_list
from handlers.staff.enrolment.handover import hand_over_cases
from handlers.staff.enrolment.invitations import invite_person
from handlers.staff.group_notices import set_group_notices
from handlers.staff.join import leave_desk, reply_already_joined
from handlers.staff.permissions import (
    ADMINS,
    ALL_ROLES,
    CASE_WORKERS,
    CHANNEL_KEEPERS,
    SUPERVISORS,
    CommandName,
    Role,
)
from handlers.staff.settings.desks import change_complaints_setting
from handlers.staff.state import AwaitingPurpose, ComplaintsWork
from handlers.staff.typed.shown import find_shown_number
from handlers.staff.workspace.sign_in import reply_with_workspace_link

AUDIT_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})

NEVER, WHERE_SHOWN, ALWAYS = SecondFactor.NEVER, SecondFactor.WHERE_SHOWN, SecondFactor.ALWAYS

_Row: TypeAlias = CommandRow[CommandName, ComplaintsWork]

# fmt: off
_ROWS: Mapping[CommandName, _Row] = {
    CommandName.HELP: CommandRow(
        show_help, ALL_ROLES, NEVER, ("ช่วยเหลือ", "คำสั่ง", "ช่วย", "วิธีใช้"), in_help=False, is_public=True
    ),
    CommandName.JOIN: CommandRow(
        reply_already_joined, ALL_ROLES, NEVER, ("เข้าร่วม",), takes_number=False, in_help=False, on_page=False
    ),
    CommandName.LEAVE: CommandRow(leave_desk, ALL_ROLES, NEVER, ("ออกจากหน้าที่",), on_page=False),
    CommandName.INBOX: CommandRow(show_inbox, CASE_WORKERS, NEVER, ("งาน", "กล่องงาน")),
    CommandName.CASE: CommandRow(with_case(show_case), CASE_WORKERS, NEVER, ("เรื่อง", "เปิดเรื่อง")),
    CommandName.FACTS: CommandRow(with_readable_case(show_case_facts), CASE_WORKERS, WHERE_SHOWN, ("ข้อเท็จจริง",)),
    CommandName.FILES: CommandRow(with_readable_case(show_case_files), CASE_WORKERS, WHERE_SHOWN, ("ไฟล์", "หลักฐาน")),
    CommandName.HISTORY: CommandRow(with_readable_case(show_case_history), CASE_WORKERS, WHERE_SHOWN, ("ประวัติ",)),
    CommandName.TAKE: CommandRow(with_matter(take_case), CASE_WORKERS, NEVER, ("รับ",)),
    # Assigning work, undoing a decision and keeping a case from erasure need somebody who answers for the desk.
    CommandName.ASSIGN: CommandRow(with_matter(assign_officer), SUPERVISORS, NEVER, ("มอบ", "มอบหมาย")),
    CommandName.APPOINT: CommandRow(with_matter(appoint_officer), SUPERVISORS, NEVER, ("มอบเฉพาะ",)),
    CommandName.SCREEN: CommandRow(with_matter(run_transition), CASE_WORKERS, NEVER, ("ตรวจรับ", "กลั่นกรอง")),
    CommandName.INVESTIGATE: CommandRow(with_matter(run_transition), CASE_WORKERS, NEVER, ("สืบสวน", "สอบ")),
    CommandName.NOT_ACCEPT: CommandRow(with_matter(run_transition_with_reason), CASE_WORKERS, NEVER, ("ไม่รับ",)),
    CommandName.CLOSE: CommandRow(with_matter(run_transition_with_reason), CASE_WORKERS, NEVER, ("ปิด", "ยุติ")),
    CommandName.FORWARD: CommandRow(with_matter(run_transition_with_reason), CASE_WORKERS, NEVER, ("ส่งต่อ",)),
    CommandName.REOPEN: CommandRow(with_matter(run_transition_with_reason), SUPERVISORS, NEVER, ("เปิดใหม่", "รื้อ")),
    CommandName.ASK: CommandRow(with_case(ask_reporter), CASE_WORKERS, NEVER, ("ถาม",)),
    CommandName.REPLY: CommandRow(with_case(reply_to_reporter), CASE_WORKERS, NEVER, ("ตอบ",)),
    CommandName.NOTE: CommandRow(with_case(add_case_note), CASE_WORKERS, NEVER, ("บันทึก", "โน้ต")),
    CommandName.CANNED: CommandRow(with_case(offer_canned_replies), CASE_WORKERS, NEVER, ("คำตอบ",)),
    CommandName.CONFIRM: CommandRow(confirm_reply, CASE_WORKERS, NEVER, ("ยืนยัน",), in_help=False, keeps_pending=True),
    CommandName.UNDO: CommandRow(with_case(undo_send, may_undo), CASE_WORKERS, NEVER, ("เรียกคืน",)),
    CommandName.DUE: CommandRow(show_due_cases, CASE_WORKERS, NEVER, ("กำหนด", "ใกล้กำหนด")),
    CommandName.OVERDUE: CommandRow(show_overdue_cases, CASE_WORKERS, NEVER, ("เกินกำหนด",)),
    CommandName.SEARCH: CommandRow(run_case_search, CASE_WORKERS, ALWAYS, ("ค้น", "ค้นหา"), takes_number=False),
    CommandName.LINK: CommandRow(with_case(link_related_cases), CASE_WORKERS, NEVER, ("โยง",)),
    CommandName.MERGE: CommandRow(with_case(merge_with_case), CASE_WORKERS, NEVER, ("รวม", "รวมเรื่อง")),
    CommandName.SEPARATE: CommandRow(with_case(separate_from_matter), CASE_WORKERS, NEVER, ("แยก", "แยกเรื่อง")),
    CommandName.KIND: CommandRow(with_case(set_case_kind), CASE_WORKERS, NEVER, ("ประเภท",)),
    CommandName.CHECK: CommandRow(with_case(check_item), CASE_WORKERS, NEVER, ("รายการตรวจ", "เช็กลิสต์")),
    CommandName.INTAKE: CommandRow(
        fill_clerk_form, CASE_WORKERS, NEVER, ("ลงรับ", "รับเข้า"), takes_number=False
    ),
    CommandName.HOLD: CommandRow(with_case(change_legal_hold), SUPERVISORS, NEVER, ("เก็บไว้",)),
    CommandName.LOG: CommandRow(show_audit_log, AUDIT_READERS, NEVER, ("ใครเปิด",)),
    CommandName.STATS: CommandRow(show_statistics, ALL_ROLES, NEVER, ("สถิติ",), takes_number=False),
    CommandName.HERE: CommandRow(set_group_notices, CHANNEL_KEEPERS, NEVER, ("ที่นี่",), on_page=False),
    CommandName.IDENTITY: CommandRow(with_case(reveal_identity), CASE_WORKERS, WHERE_SHOWN, ("เปิดชื่อ",)),
    CommandName.APPROVE: CommandRow(with_case(approve_colleague_request), CASE_WORKERS, NEVER, ("อนุมัติ",)),
    CommandName.BAR: CommandRow(with_case(exclude_colleague), SUPERVISORS, NEVER, ("กัน",)),
    CommandName.LIFT: CommandRow(with_case(readmit_colleague), SUPERVISORS, NEVER, ("เลิกกัน",)),
    CommandName.RELEASE: CommandRow(review_pending_releases, SUPERVISORS, NEVER, ("เผยแพร่",), takes_number=False),
    CommandName.REMARK: CommandRow(review_complaints_remark, SUPERVISORS, NEVER, ("หมายเหตุ",), takes_number=False),
    # Who says yes to a wrong clock lets everything be erased: it asks for the second factor, like a search.
    CommandName.CLOCK: CommandRow(review_clock, CHANNEL_KEEPERS, ALWAYS, ("นาฬิกา",), takes_number=False),
    CommandName.PAGE: CommandRow(
        with_case(reply_with_case_link), CASE_WORKERS, NEVER, ("เปิดหน้า", "หน้าเรื่อง"), on_page=False
    ),
    CommandName.EXPORT: CommandRow(with_case(reply_with_export_link), CASE_WORKERS, NEVER, ("ส่งออก",)),
    CommandName.SLIP: CommandRow(with_case(print_slip), CASE_WORKERS, WHERE_SHOWN, ("ใบรหัส",)),
    # An imported register holds numbers and dates, no content, so whoever runs the channel may import it too.
    CommandName.IMPORT: CommandRow(reply_with_import_link, CHANNEL_KEEPERS, NEVER, ("นำเข้า",)),
    # Who lets others in, or takes them off, gives the second factor first: a phone that lies about is not enough.
    CommandName.STAFF: CommandRow(show_staff_list, CHANNEL_KEEPERS, NEVER, ("เจ้าหน้าที่",), takes_number=False),
    CommandName.INVITE: CommandRow(invite_person, ADMINS, ALWAYS, ("เชิญ",), takes_number=False),
    CommandName.DISMISS: CommandRow(dismiss_person, ADMINS, ALWAYS, ("พ้นหน้าที่",), takes_number=False),
    CommandName.RESET: CommandRow(reset_person, CHANNEL_KEEPERS, ALWAYS, ("ตั้งรหัสใหม่",), takes_number=False),
    CommandName.HAND_OVER: CommandRow(hand_over_cases, ADMINS, ALWAYS, ("ส่งมอบงาน",), takes_number=False),
    CommandName.WORKSPACE: CommandRow(
        reply_with_workspace_link, ALL_ROLES, NEVER, ("หน้างาน",), takes_number=False, on_page=False
    ),
    CommandName.AWAY: CommandRow(set_absence, CASE_WORKERS, NEVER, ("ลา", "ไม่อยู่"), takes_number=False),
    # Everybody reads what it says: it asks for the second factor, like what lets others in.
    CommandName.SETTING: CommandRow(
        change_complaints_setting, CHANNEL_KEEPERS, ALWAYS, ("ตั้งค่า",), takes_number=False
    ),
}
# fmt: on


def ask_what_text_is(cmd: ComplaintsCommandContext, text: str) -> Decision:
    """Ask what a text is that nothing asked for: it reaches no reporter and no report unless the officer says so."""
    if not cmd.may_give(CommandName.REPLY):
        return (yield from show_help(cmd))
    if is_form_shown(cmd):
        return (yield from take_unasked_text(cmd, text))
    shown = find_shown_number(cmd.ctx.session.officer.shown)
    number = f"{shown[0]}/{shown[1]}" if shown else ""
    # What only shows comes first: who types “1” once more sends nothing to anybody.
    next_steps = Choice(f"/{CommandName.CASE} {number}", "staff.unasked.next", {"number": number})
    uses = tuple(
        Choice(
            f"/{name} {number} {WAITING_TEXT}".replace("  ", " "),
            f"staff.unasked.{name}_of" if number else f"staff.unasked.{name}",
            {"number": number} if number else {},
        )
        for name in (CommandName.REPLY, CommandName.NOTE)
    )
    choices = (
        next_steps if number else make_command_button(CommandName.INBOX),
        *uses,
        make_command_button(CommandName.SEARCH, rest=WAITING_TEXT, label=Phrase("staff.unasked.search")),
        Choice(AS_CITIZEN, "staff.unasked.citizen"),
        make_command_button(CommandName.HELP),
    )
    return cmd.with_pending(AwaitingPurpose(text)).reply("unasked.ask", OF_CASE, choices)


COMPLAINTS_COMMAND_TABLE = CommandTable(
    names=CommandName,
    rows=_ROWS,
    join=CommandName.JOIN,
    help=CommandName.HELP,
    inbox=CommandName.INBOX,
    item=CommandName.CASE,
    help_choices=(CommandName.INBOX, CommandName.DUE, CommandName.STATS),
    menu=(
        *(CommandName.INBOX, CommandName.DUE, CommandName.OVERDUE, CommandName.CASE, CommandName.SEARCH),
        *(CommandName.INTAKE, CommandName.STATS, CommandName.LOG),
    ),
    only_show=frozenset(
        {
            CommandName.HELP,
            CommandName.INBOX,
            CommandName.CASE,
            CommandName.FACTS,
            CommandName.FILES,
            CommandName.HISTORY,
            CommandName.CANNED,
            CommandName.DUE,
            CommandName.OVERDUE,
            CommandName.SEARCH,
            CommandName.LOG,
            CommandName.STATS,
            CommandName.PAGE,
            CommandName.WORKSPACE,
            CommandName.STAFF,
            CommandName.MERGE,
        }
    ),
    about_one=frozenset(
        {
            *(CommandName.CASE, CommandName.FACTS, CommandName.FILES, CommandName.HISTORY, CommandName.PAGE),
            *(CommandName.TAKE, CommandName.ASSIGN, CommandName.APPOINT, CommandName.SCREEN),
            *(CommandName.INVESTIGATE, CommandName.NOT_ACCEPT, CommandName.CLOSE, CommandName.FORWARD),
            *(CommandName.REOPEN, CommandName.ASK, CommandName.REPLY, CommandName.NOTE, CommandName.CANNED),
            *(CommandName.UNDO, CommandName.LINK, CommandName.MERGE, CommandName.SEPARATE, CommandName.KIND),
            *(CommandName.HOLD, CommandName.IDENTITY, CommandName.APPROVE, CommandName.BAR, CommandName.LIFT),
            *(CommandName.EXPORT, CommandName.SLIP, CommandName.CHECK),
        }
    ),
    groups={
        "work": (
            CommandName.INBOX,
            CommandName.DUE,
            CommandName.OVERDUE,
            CommandName.SEARCH,
        ),
        "read": (
            CommandName.CASE,
            CommandName.FACTS,
            CommandName.FILES,
            CommandName.HISTORY,
            CommandName.PAGE,
            CommandName.IDENTITY,
        ),
        "hold": (
            CommandName.TAKE,
            CommandName.ASSIGN,
            CommandName.APPOINT,
            CommandName.INTAKE,
            CommandName.SLIP,
        ),
        "decide": (
            CommandName.SCREEN,
            CommandName.INVESTIGATE,
            CommandName.NOT_ACCEPT,
            CommandName.CLOSE,
            CommandName.FORWARD,
            CommandName.REOPEN,
            CommandName.APPROVE,
        ),
        "talk": (
            CommandName.ASK,
            CommandName.REPLY,
            CommandName.CANNED,
            CommandName.UNDO,
        ),
        "keep": (
            CommandName.NOTE,
            CommandName.KIND,
            CommandName.CHECK,
            CommandName.LINK,
            CommandName.MERGE,
            CommandName.SEPARATE,
            CommandName.HOLD,
            CommandName.EXPORT,
            CommandName.BAR,
            CommandName.LIFT,
            CommandName.LOG,
        ),
        "staff": (
            CommandName.STAFF,
            CommandName.INVITE,
            CommandName.RESET,
            CommandName.HAND_OVER,
            CommandName.DISMISS,
        ),
        "office": (
            CommandName.STATS,
            CommandName.RELEASE,
            CommandName.REMARK,
            CommandName.CLOCK,
            CommandName.HERE,
            CommandName.IMPORT,
            CommandName.SETTING,
            CommandName.WORKSPACE,
            CommandName.AWAY,
            CommandName.LEAVE,
        ),
    },
    max_length=4_000,
    wording="staff",
    get_work=lambda officer: officer.complaints,
    set_work=lambda officer, work: replace(officer, complaints=work),
    greet=show_complaints_greeting,
    handle_text=ask_what_text_is,
    drop_draft=lambda work: replace(work, intake=None),
    take_file=take_intake_file,
)
