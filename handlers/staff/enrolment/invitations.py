"""Invite somebody in the chat, with unit, other names and chief; tell who invites the code, and another the digits."""

import re
from collections.abc import Mapping, Sequence

from handlers.dialog.channels import complete_link_for_any
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Choice, Phrase, Reply, ReplyArg, ReplyPolicy
from handlers.staff.command import SURE, CommandContext, make_command_button
from handlers.staff.complaints.page_links import offer_page_link
from handlers.staff.dispatch import mark_waiting_text
from handlers.staff.enrolment.messages import (
    FindOtherChief,
    Invitation,
    InviteStaff,
    NewInvitation,
    TellDigits,
)
from handlers.staff.enrolment.people import find_by_name, is_same_name, number_same_names
from handlers.staff.members import ListStaff, StaffMember, StaffProfile
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import NameT, split_first_word
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import AwaitingPurpose, WorkT
from handlers.thai.grammar.particles import set_aside_politeness
from handlers.thai.text import clean_text

MAX_STAFF_NAME_LENGTH = 100
MAX_OTHER_NAMES = 8
"""Units or other names of one person."""

TYPED_ROLES: Mapping[str, Role] = {
    "เจ้าหน้าที่": Role.OFFICER,
    "จนท": Role.OFFICER,
    "จนท.": Role.OFFICER,
    "หัวหน้า": Role.SUPERVISOR,
    "หน.": Role.SUPERVISOR,
    "ผู้ดูแล": Role.ADMIN,
    "ผู้ดูแลช่องทาง": Role.ADMIN,
    "ผู้ตรวจสอบ": Role.AUDITOR,
    **{role.value: role for role in Role},
}
"""The role of each word that admins type."""

UNIT, OTHER_NAME, CHIEF = "unit", "other_name", "chief"
_LABELS: Mapping[str, str] = {
    "หน่วยงาน": UNIT,
    "หน่วย": UNIT,
    "สังกัด": UNIT,
    "unit": UNIT,
    "ชื่อเล่น": OTHER_NAME,
    "ชื่ออื่น": OTHER_NAME,
    "nickname": OTHER_NAME,
    "alias": OTHER_NAME,
    "หัวหน้า": CHIEF,
    "ผู้บังคับบัญชา": CHIEF,
    "chief": CHIEF,
}
"""What each label says of the person, before a colon."""

_LABEL = re.compile(
    rf"(?:^|[\s|,;])[|,;]?\s*({'|'.join(sorted(map(re.escape, _LABELS), key=len, reverse=True))})\s*[:：]\s*",
    re.IGNORECASE,
)


def reply_about_staff(
    cmd: CommandContext[NameT, WorkT],
    key: str,
    choices: tuple[Choice, ...] = (),
    acts: tuple[Act, ...] = (),
    policy: ReplyPolicy = OF_CASE,
    **args: ReplyArg,
) -> TurnResult:
    """Return the result of a turn about the staff, in the words that both desks share. key: below `staff.people`."""
    return cmd.reply_with(Reply(f"staff.people.{key}", policy, args, choices), acts=acts)


def invite_person(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Invite somebody: `/invite officer Name unit: Finance nickname: Ying chief: Somchai`.

    All but role and name may lack. What is not understood is told, and nobody is invited; a name that is on the list
    already is asked about first.
    The code may be sent anyhow; the digits are told.
    """
    told_whole = cmd.command.rest.strip()
    word, rest = split_first_word(told_whole.removesuffix(SURE))
    role = TYPED_ROLES.get(word.casefold())
    name, told = split_profile(rest)
    if role is None or not name or len(name) > MAX_STAFF_NAME_LENGTH or "|" in name:
        return reply_about_staff(cmd, "how_invite")
    staff = yield from run_query(ListStaff())
    wanted = ", ".join(told.get(CHIEF, ()))
    chiefs = find_by_name(wanted, staff) if wanted else ()
    if wanted and len(chiefs) != 1:
        return reply_about_staff(cmd, "no_such_chief", name=wanted[:MAX_STAFF_NAME_LENGTH])
    same = [one for one in find_by_name(name, staff) if is_same_name(one.name, name)]
    if same and not told_whole.endswith(SURE):
        return _ask_whether_same(cmd, same, number_same_names(staff), f"{told_whole} {SURE}")
    chief = chiefs[0] if chiefs else None
    units, others = told.get(UNIT, ()), told.get(OTHER_NAME, ())
    profile = StaffProfile(name, others, units, chief.id if chief else "")
    invitation = yield from run_query(NewInvitation())
    key = "invitation" if units else "invitation_no_unit"
    act = InviteStaff(invitation, role, profile, cmd.staff.id)
    known = _describe_profile(profile, chief)
    return (yield from tell_invitation(cmd, invitation, name, act, key=key, known=known))


def split_profile(text: str) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """Split a name from what labels say after it: several of one kind are parted by commas."""
    name, *labelled = _LABEL.split(text)
    told: dict[str, tuple[str, ...]] = {}
    for label, value in zip(labelled[::2], labelled[1::2], strict=True):
        kind = _LABELS[label.casefold()]
        parts = [set_aside_politeness(clean_text(part).text) for part in re.split(r"[,;|]", value)]
        kept = [part[:MAX_STAFF_NAME_LENGTH] for part in parts if part]
        told[kind] = (*told.get(kind, ()), *kept)[:MAX_OTHER_NAMES]
    return set_aside_politeness(clean_text(name).text.strip(" ,;")).strip(" ,;"), told


def _ask_whether_same(
    cmd: CommandContext[NameT, WorkT],
    same: Sequence[StaffMember],
    called: Mapping[str, str],
    told: str,
) -> TurnResult:
    """Ask whether somebody of that name, who is on the list, is meant, or another person. told: to invite the other."""
    lines = tuple(
        Phrase(
            "staff.people.same_line",
            {
                "name": called[one.id],
                "role": Phrase(f"staff.role.{one.role}"),
                "state": Phrase("staff.people.joined" if one.active else "staff.people.invited"),
            },
        )
        for one in same
    )
    anew = tuple(
        make_command_button(
            cmd.table.names(CommandName.RESET.value),
            rest=one.short_id,
            label=Phrase("staff.people.same_reset", {"name": called[one.id]}),
        )
        for one in same
        if one.id != cmd.staff.id
    )
    other = make_command_button(
        cmd.command.name, rest=mark_waiting_text(told), label=Phrase("staff.people.same_other")
    )
    waiting = cmd.with_pending(AwaitingPurpose(told))
    return reply_about_staff(waiting, "same_name", (*anew, other), name=same[0].name, lines=lines)


def _describe_profile(profile: StaffProfile, chief: StaffMember | None) -> tuple[Phrase, ...]:
    """Return a line for each thing that is known of a person besides their name."""
    parts = (
        (UNIT, ", ".join(profile.units)),
        (OTHER_NAME, ", ".join(profile.aliases)),
        (CHIEF, chief.name if chief else ""),
    )
    return tuple(Phrase(f"staff.people.known_{kind}", {"words": words}) for kind, words in parts if words)


def tell_invitation(
    cmd: CommandContext[NameT, WorkT],
    invitation: Invitation,
    name: str,
    act: Act,
    *,
    key: str = "invitation",
    known: tuple[Phrase, ...] = (),
    digits_to: str = "",
) -> Decision:
    """Tell who invites the code; a link to the digits goes to another who answers for the desk, if one can be told.

    So that nobody comes in alone in another's place. digits_to: staff id of who is to tell them, if somebody is. Where
    there is no other, who invites has the link; and where there is no page, the digits stand in the chat.
    """
    digits = invitation.digits
    shown: ReplyArg = Phrase("staff.people.digits", {"digits": digits})
    acts: tuple[Act, ...] = (act,)
    other: StaffMember | None = yield from run_query(FindOtherChief(cmd.staff.id, digits_to))
    link = None if other is None else (yield from run_query(NewAccessLink(PageKind.DIGITS)))
    if other is not None and link is not None:
        shown = Phrase("staff.people.digits_other", {"other": other.name})
        opens = CreateAccessLink(
            link.secret, PageKind.DIGITS, other.id, lang=cmd.ctx.lang, password=digits, name=name
        )
        acts = (act, opens, TellDigits(other.id, name, complete_link_for_any(link.url)))
    elif not cmd.ctx.channel_traits.is_page:
        offered = yield from offer_page_link(cmd, PageKind.DIGITS, password=digits, name=name)
        if offered is None and not cmd.ctx.channel_traits.can_delete_messages:
            return cmd.reply_with(Reply("staff.page.nowhere", OF_CASE))
        if offered is not None and not offered.address:
            return cmd.reply_with(Reply("workspace.link.many", OF_CASE))
        if offered is not None:
            shown = Phrase("staff.people.digits_link", {"address": offered.address})
            acts = (act, *offered.acts)
    code = invitation.code
    return reply_about_staff(
        cmd, key, (), acts, OFFICER_CONTENT, name=name, code=code, digits=shown, known=known
    )
