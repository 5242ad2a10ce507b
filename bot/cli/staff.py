"""`ita-bot staff`: add, reset, remove and list the staff of a desk.

What opens the store is imported inside the commands, so that those that need none start in a quarter of a second.
"""

from typing import Annotated

import typer

from bot.cli.runner import run_and_exit
from bot.desk_names import DeskName

staff_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Who is on the staff of a desk."
)
DeskOption = Annotated[DeskName, typer.Option(help="Which desk.")]

ROLES = {
    "officer": "เจ้าหน้าที่ผู้รับเรื่อง",
    "supervisor": "หัวหน้า ผู้มอบหมายและอนุมัติ",
    "admin": "ผู้ดูแลช่องทาง ไม่เห็นเนื้อเรื่อง",
    "auditor": "ผู้ตรวจสอบ ไม่เห็นเนื้อเรื่อง",
}
"""What a role is, for who types one that there is not."""


def _parse_role(text: str) -> str:
    """Return a role as it was typed. It gives rights, so a word that is merely like one is refused, not guessed."""
    if text in ROLES:
        return text
    listed = ", ".join(f"{role} ({meaning})" for role, meaning in ROLES.items())
    raise typer.BadParameter(
        f"ไม่มีหน้าที่ชื่อ “{text}” พิมพ์เป็นคำอังกฤษคำใดคำหนึ่ง: {listed} / there is no such role; give one of {', '.join(ROLES)}"
    )


@staff_commands.command()
def add(
    desk: DeskOption,
    name: Annotated[str, typer.Option(help="What colleagues call the person.")],
    role: Annotated[str, typer.Option(parser=_parse_role, metavar=f"[{'|'.join(ROLES)}]", help="The duty.")],
    alias: Annotated[list[str] | None, typer.Option(help="Another name they are known by.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="A unit they belong to.")] = None,
    chief: Annotated[str, typer.Option(help="Id of the person they are under.")] = "",
) -> None:
    """Add a person; prints a code that they send as /join CODE within 24 hours, and six digits to tell them."""
    from bot.cli.staff_changes import add_staff_member
    from handlers.staff.members import StaffProfile
    from handlers.staff.permissions import Role

    profile = StaffProfile(" ".join(name.split()), tuple(alias or ()), tuple(unit or ()), chief)
    run_and_exit(add_staff_member(desk, Role(role), profile))


@staff_commands.command()
def remove(desk: DeskOption, name: Annotated[str, typer.Option(help="The whole name, or the id.")]) -> None:
    """End a person's rights at once, in a running server too."""
    from bot.cli.staff_changes import remove_staff_member

    run_and_exit(remove_staff_member(desk, name))


@staff_commands.command()
def reset(desk: DeskOption, name: Annotated[str, typer.Option(help="The whole name, or the id.")]) -> None:
    """End a person's access at once, as when a phone is lost; prints a code and digits to join again."""
    from bot.cli.staff_changes import reset_staff_member

    run_and_exit(reset_staff_member(desk, name))


@staff_commands.command("list")
def list_staff(desk: DeskOption) -> None:
    """Everybody on the staff, a JSON object for each."""
    from bot.cli.staff_changes import print_staff

    run_and_exit(print_staff(desk))
