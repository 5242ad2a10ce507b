"""The commands of the service desk's officers, as one table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE, Choice, Reply
from handlers.questions.menu import show_service_menu
from handlers.staff.clock.confirm import review_clock
from handlers.staff.command import (
    CommandRow,
    CommandTable,
    SecondFactor,
    ServiceCommandContext,
    make_command_button,
)
from handlers.staff.dispatch import AS_CITIZEN, show_help
from handlers.staff.enrolment.administration import dismiss_person, reset_person, show_staff_list
from handlers.staff.enrolment.invitations import invite_person
from handlers.staff.join import leave_desk, reply_already_joined
from handlers.staff.permissions import (
    ADMINS,
    ALL_ROLES,
    CASE_WORKERS,
    CHANNEL_KEEPERS,
    SUPERVISORS,
    ServiceCommandName,
)
from handlers.staff.service.activities import manage_activities
from handlers.staff.service.answers import (
    answer_as_other_question,
    answer_question,
    undo_answer,
)
from handlers.staff.service.consultation_results import (
    add_theme_quote,
    manage_themes,
    mark_theme_done,
    publish_results,
    set_theme_decision,
    show_free_texts,
)
from handlers.staff.service.consultations import manage_consultations, review_statements
from handlers.staff.service.faq import manage_faq
from handlers.staff.service.faq_drafts import check_drafts
from handlers.staff.service.feedback import browse_feedback
from handlers.staff.service.publish import publish_to_board, remove_from_board
from handlers.staff.service.questions import (
    close_without_answer,
    show_open_questions,
    show_question,
    with_question,
)
from handlers.staff.service.remarks import confirm_shown_text, review_service_remark
from handlers.staff.settings.desks import change_service_setting
from handlers.staff.state import AwaitingPurpose, ServiceWork
from handlers.staff.workspace.sign_in import reply_with_workspace_link

NEVER, PAGE = SecondFactor.NEVER, SecondFactor.IN_WORKSPACE

_AFTER_QUESTIONS = (ServiceCommandName.QUESTIONS, ServiceCommandName.FAQ, ServiceCommandName.OPINIONS)

_Row: TypeAlias = CommandRow[ServiceCommandName, ServiceWork]

# fmt: off
_ROWS: Mapping[ServiceCommandName, _Row] = {
    ServiceCommandName.QUESTIONS: CommandRow(show_open_questions, CASE_WORKERS, PAGE, ("คำถาม", "งาน", "inbox")),
    ServiceCommandName.QUESTION: CommandRow(with_question(show_question), CASE_WORKERS, PAGE, ("ดูคำถาม", "case")),
    ServiceCommandName.ANSWER: CommandRow(with_question(answer_question), CASE_WORKERS, PAGE, ("ตอบ", "reply")),
    ServiceCommandName.PUBLISH: CommandRow(with_question(publish_to_board), CASE_WORKERS, PAGE, ("เผยแพร่",)),
    ServiceCommandName.UNPUBLISH: CommandRow(remove_from_board, CASE_WORKERS, NEVER, ("เลิกเผยแพร่",)),
    ServiceCommandName.MERGE: CommandRow(with_question(answer_as_other_question), CASE_WORKERS, PAGE, ("รวม",)),
    ServiceCommandName.CONFIRM: CommandRow(confirm_shown_text, CASE_WORKERS, PAGE, ("ยืนยัน",), in_help=False),
    ServiceCommandName.UNDO: CommandRow(with_question(undo_answer), CASE_WORKERS, NEVER, ("เรียกคืน",)),
    ServiceCommandName.CLOSE: CommandRow(with_question(close_without_answer), CASE_WORKERS, NEVER, ("ปิด",)),
    ServiceCommandName.FAQ: CommandRow(manage_faq, CASE_WORKERS, NEVER, ("คลัง", "คำตอบ", "canned")),
    ServiceCommandName.CHECK: CommandRow(check_drafts, CASE_WORKERS, NEVER, ("ตรวจคลัง",), takes_number=False),
    # Asks for the second factor itself, before it shows somebody's contact.
    ServiceCommandName.OPINIONS: CommandRow(browse_feedback, CASE_WORKERS, PAGE, ("ความเห็น",)),
    ServiceCommandName.CONSULT: CommandRow(manage_consultations, CASE_WORKERS, NEVER, ("รับฟัง",)),
    ServiceCommandName.STATEMENTS: CommandRow(review_statements, CASE_WORKERS, PAGE, ("ข้อความ",)),
    ServiceCommandName.TEXTS: CommandRow(show_free_texts, CASE_WORKERS, PAGE, ("ถ้อยคำ",)),
    ServiceCommandName.THEME: CommandRow(manage_themes, CASE_WORKERS, NEVER, ("ประเด็น", "themes")),
    ServiceCommandName.QUOTE: CommandRow(add_theme_quote, CASE_WORKERS, PAGE, ("ยกคำ",)),
    ServiceCommandName.TAKEN: CommandRow(set_theme_decision, CASE_WORKERS, NEVER, ("ตอบประเด็น",)),
    ServiceCommandName.DONE: CommandRow(mark_theme_done, CASE_WORKERS, NEVER, ("ทำแล้ว",)),
    ServiceCommandName.RESULTS: CommandRow(publish_results, CASE_WORKERS, NEVER, ("ประกาศผล",)),
    ServiceCommandName.ACTIVITY: CommandRow(manage_activities, CASE_WORKERS, NEVER, ("กิจกรรม",), takes_number=False),
    ServiceCommandName.REMARK: CommandRow(review_service_remark, SUPERVISORS, NEVER, ("หมายเหตุ",), takes_number=False),
    ServiceCommandName.CLOCK: CommandRow(
        review_clock, CHANNEL_KEEPERS, SecondFactor.ALWAYS, ("นาฬิกา",), takes_number=False
    ),
    ServiceCommandName.HELP: CommandRow(
        show_help, ALL_ROLES, NEVER, ("ช่วยเหลือ", "คำสั่ง", "ช่วย", "วิธีใช้"), in_help=False, is_public=True
    ),
    ServiceCommandName.JOIN: CommandRow(
        reply_already_joined, ALL_ROLES, NEVER, ("เข้าร่วม",), takes_number=False, in_help=False, on_page=False
    ),
    ServiceCommandName.LEAVE: CommandRow(
        leave_desk, ALL_ROLES, NEVER, ("ออกจากหน้าที่",), in_help=False, on_page=False
    ),
    ServiceCommandName.STAFF: CommandRow(
        show_staff_list, CHANNEL_KEEPERS, NEVER, ("เจ้าหน้าที่",), takes_number=False, on_page=False
    ),
    ServiceCommandName.INVITE: CommandRow(
        invite_person, ADMINS, SecondFactor.ALWAYS, ("เชิญ",), takes_number=False, on_page=False
    ),
    ServiceCommandName.DISMISS: CommandRow(
        dismiss_person, ADMINS, SecondFactor.ALWAYS, ("พ้นหน้าที่",), takes_number=False, on_page=False
    ),
    ServiceCommandName.RESET: CommandRow(
        reset_person, CHANNEL_KEEPERS, SecondFactor.ALWAYS, ("ตั้งรหัสใหม่",), takes_number=False, on_page=False
    ),
    ServiceCommandName.WORKSPACE: CommandRow(
        reply_with_workspace_link, ALL_ROLES, NEVER, ("หน้างาน",), takes_number=False, on_page=False
    ),
    ServiceCommandName.SETTING: CommandRow(
        change_service_setting, CHANNEL_KEEPERS, SecondFactor.ALWAYS, ("ตั้งค่า",), takes_number=False
    ),
}
# fmt: on


def ask_what_text_is(cmd: ServiceCommandContext, text: str) -> Decision:
    """Ask what a text is that nothing asked for: officers ask as anybody does, where they say so."""
    if not cmd.may_give(ServiceCommandName.QUESTIONS):
        return (yield from show_help(cmd))
    choices = (
        Choice(AS_CITIZEN, "staff.unasked.ask_as_citizen"),
        make_command_button(ServiceCommandName.QUESTIONS),
        make_command_button(ServiceCommandName.HELP),
    )
    return cmd.with_pending(AwaitingPurpose(text)).reply_with(
        Reply("staff.unasked.ask_service", OF_CASE, {}, choices)
    )


SERVICE_COMMAND_TABLE = CommandTable(
    names=ServiceCommandName,
    rows=_ROWS,
    join=ServiceCommandName.JOIN,
    help=ServiceCommandName.HELP,
    inbox=ServiceCommandName.QUESTIONS,
    item=ServiceCommandName.QUESTION,
    help_choices=(ServiceCommandName.QUESTIONS, ServiceCommandName.FAQ, ServiceCommandName.OPINIONS),
    menu=(
        *(ServiceCommandName.QUESTIONS, ServiceCommandName.OPINIONS),
        *(ServiceCommandName.CONSULT, ServiceCommandName.FAQ),
    ),
    only_show=frozenset(
        {
            ServiceCommandName.HELP,
            ServiceCommandName.QUESTIONS,
            ServiceCommandName.QUESTION,
            ServiceCommandName.STATEMENTS,
            ServiceCommandName.TEXTS,
            ServiceCommandName.STAFF,
            ServiceCommandName.WORKSPACE,
        }
    ),
    about_one=frozenset(
        {
            *(ServiceCommandName.QUESTION, ServiceCommandName.ANSWER, ServiceCommandName.MERGE),
            *(ServiceCommandName.PUBLISH, ServiceCommandName.UNDO, ServiceCommandName.CLOSE),
        }
    ),
    groups={
        "questions": (
            ServiceCommandName.QUESTIONS,
            ServiceCommandName.QUESTION,
            ServiceCommandName.ANSWER,
            ServiceCommandName.MERGE,
            ServiceCommandName.UNDO,
            ServiceCommandName.CLOSE,
        ),
        "board": (
            ServiceCommandName.PUBLISH,
            ServiceCommandName.UNPUBLISH,
            ServiceCommandName.FAQ,
            ServiceCommandName.CHECK,
        ),
        "opinions": (
            ServiceCommandName.OPINIONS,
            ServiceCommandName.CONSULT,
            ServiceCommandName.STATEMENTS,
            ServiceCommandName.TEXTS,
            ServiceCommandName.THEME,
            ServiceCommandName.QUOTE,
            ServiceCommandName.TAKEN,
            ServiceCommandName.DONE,
            ServiceCommandName.RESULTS,
            ServiceCommandName.ACTIVITY,
        ),
        "staff": (
            ServiceCommandName.STAFF,
            ServiceCommandName.INVITE,
            ServiceCommandName.RESET,
            ServiceCommandName.DISMISS,
        ),
        "office": (
            ServiceCommandName.REMARK,
            ServiceCommandName.CLOCK,
            ServiceCommandName.SETTING,
            ServiceCommandName.WORKSPACE,
        ),
    },
    max_length=6_000,
    wording="inquiry",
    get_work=lambda officer: officer.service,
    set_work=lambda officer, work: replace(officer, service=work),
    greet=show_service_menu,
    handle_text=ask_what_text_is,
    drop_draft=lambda work: replace(work, consultation=()),
    next_steps={
        "questions": _AFTER_QUESTIONS,
        "board": _AFTER_QUESTIONS,
        "opinions": (ServiceCommandName.CONSULT, ServiceCommandName.OPINIONS, ServiceCommandName.QUESTIONS),
        "office": _AFTER_QUESTIONS,
    },
)
