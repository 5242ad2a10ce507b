"""Reply with links to the officers' page: to a case, to its export as PDF, and to the import of a register."""

from handlers.dialog.effects import Act, Decision, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, raw_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, NewExportPassword, PageKind
from handlers.staff.permissions import CommandName


def make_case_link(
    cmd: ComplaintsCommandContext, found: OfficerCase, nowhere: str
) -> QueryGenerator[tuple[Phrase, tuple[Act, ...]]]:
    """Return a link to a case's page, and the act that stores it. nowhere: wording key where the desk has no page."""
    key = yield from run_query(NewAccessLink())
    if key is None:
        return Phrase(nowhere), ()
    return raw_text(cmd.ctx.channel_traits.complete_link(key.url)), (
        CreateAccessLink(key.secret, PageKind.CASE, cmd.staff.id, found.id, cmd.ctx.lang),
    )


def reply_with_case_link(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply with a link to the page of a case: single-use, for this person, valid for `ACCESS_LINK_TTL`."""
    back = (make_command_button(CommandName.CASE, found),)
    key = yield from run_query(NewAccessLink())
    if key is None:
        return cmd.reply("page.nowhere", OF_CASE, back)
    act = CreateAccessLink(key.secret, PageKind.CASE, cmd.staff.id, found.id, cmd.ctx.lang)
    return cmd.reply(
        "page.link",
        OFFICER_CONTENT,
        back,
        (act,),
        number=found.register_number,
        address=cmd.ctx.channel_traits.complete_link(key.url),
    )


def reply_with_export_link(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply with a link to a case as an encrypted PDF, and with its password, which is shown nowhere else."""
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
        address=cmd.ctx.channel_traits.complete_link(key.url),
        password=password,
    )


def reply_with_import_link(cmd: ComplaintsCommandContext) -> Decision:
    """Reply with a link to the page that imports a register."""
    key = yield from run_query(NewAccessLink())
    if key is None:
        return cmd.reply("page.nowhere", OF_CASE)
    act = CreateAccessLink(key.secret, PageKind.IMPORT, cmd.staff.id, lang=cmd.ctx.lang)
    return cmd.reply(
        "import.link", OFFICER_CONTENT, acts=(act,), address=cmd.ctx.channel_traits.complete_link(key.url)
    )
