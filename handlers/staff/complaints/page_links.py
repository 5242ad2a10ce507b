"""Links to the officers' page, given in the chat: to a case, to its paper, and to bringing an old register."""

from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, raw_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button, resolve_case
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, NewExportPassword, PageKind
from handlers.staff.permissions import CommandName


def make_case_link(
    cmd: ComplaintsCommandContext, found: OfficerCase, nowhere: str
) -> QueryGenerator[tuple[Phrase, tuple[Act, ...]]]:
    """Where a case can be read, and what is written for it. nowhere: what is said where there is no page."""
    key = yield from run_query(NewAccessLink())
    if key is None:
        return Phrase(nowhere), ()
    return raw_text(key.url), (
        CreateAccessLink(key.secret, PageKind.CASE, cmd.staff.id, found.id, cmd.ctx.lang),
    )


def reply_with_case_link(cmd: ComplaintsCommandContext) -> Decision:
    """A link to the page of a case: for one use, for this person, for a quarter of an hour."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    back = (make_command_button(CommandName.CASE, found),)
    key = yield from run_query(NewAccessLink())
    if key is None:
        return cmd.reply("page.nowhere", OF_CASE, back)
    act = CreateAccessLink(key.secret, PageKind.CASE, cmd.staff.id, found.id, cmd.ctx.lang)
    return cmd.reply(
        "page.link", OFFICER_CONTENT, back, (act,), number=found.register_number, address=key.url
    )


def reply_with_export_link(cmd: ComplaintsCommandContext) -> Decision:
    """A case as an encrypted PDF: a link to fetch it at, and its password, which is said here and nowhere else."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    back = (make_command_button(CommandName.CASE, found),)
    key = yield from run_query(NewAccessLink())
    if key is None:
        return cmd.reply("page.nowhere", OF_CASE, back)
    password = yield from run_query(NewExportPassword())
    act = CreateAccessLink(key.secret, PageKind.EXPORT, cmd.staff.id, found.id, cmd.ctx.lang, password)
    return cmd.reply(
        "export.link",
        OFFICER_CONTENT,
        back,
        (act,),
        number=found.register_number,
        address=key.url,
        password=password,
    )


def reply_with_import_link(cmd: ComplaintsCommandContext) -> Decision:
    """A link to the page that takes an old register."""
    key = yield from run_query(NewAccessLink())
    if key is None:
        return cmd.reply("page.nowhere", OF_CASE)
    act = CreateAccessLink(key.secret, PageKind.IMPORT, cmd.staff.id, lang=cmd.ctx.lang)
    return cmd.reply("import.link", OFFICER_CONTENT, acts=(act,), address=key.url)
