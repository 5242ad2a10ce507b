"""`ita-bot keys`: change the keys of a desk after a leak."""

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, DeskOption, print_json, run_and_exit
from bot.desk_names import DeskName
from bot.errors import ConfigurationError

keys_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The keys of a desk, which are changed after a leak."
)

_NEXT_TH = (
    "เปลี่ยนกุญแจแล้ว ทำต่อทันที: ita-bot backup (ให้ชุดสำรองมีกุญแจใหม่) และ ita-bot audit anchor (เก็บไว้นอกเครื่อง)"
    " กุญแจสาธารณะของสถิติเปลี่ยนด้วย ประกาศใหม่: ita-bot release key"
    " กุญแจเดิมยังอยู่ในไฟล์ ห้ามลบ ชุดสำรองเดิมและรหัสติดตามเดิมใช้กุญแจนั้น อ่านต่อ docs/guides/leak.th.md"
)
_NEXT_EN = (
    "The keys are changed. At once: ita-bot backup (the new keys belong into a backup), and ita-bot audit anchor (to be"
    " kept off this machine). The public key of the statistics is another too: ita-bot release key. The old keys stay"
    " in their files: earlier backups and codes need them. More in docs/guides/leak.th.md"
)
_UNREADABLE_TH = "{count} รายการที่อยู่ใต้กุญแจเดิมเปิดไม่ได้ตั้งแต่ก่อนแล้ว จึงอยู่ตามเดิม"
_UNREADABLE_EN = "{count} values under the old keys could not be opened before either, and stay as they are"
_WAITING_TH = "หลักฐาน {count} ไฟล์ยังรอเขียนใหม่ เพราะพื้นที่ไม่พอ โปรแกรมทำต่อเองเมื่อมีที่"
_WAITING_EN = (
    "{count} files of evidence wait to be written anew: too little room; the program goes on by itself"
)


@keys_commands.command()
def rotate(
    desk: DeskOption,
    *,
    finish: Annotated[
        bool, typer.Option("--finish", help="Make no new keys; only encrypt anew what is under older ones.")
    ] = False,
) -> None:
    """Make new keys and encrypt everything anew, beside a running server. Cut off, it goes on when run again.

    Exit code 1 where something under the old keys cannot be opened, or waits.
    """
    run_and_exit(_rotate_keys(desk, is_only_finishing=finish))


async def _rotate_keys(desk: DeskName, *, is_only_finishing: bool) -> int:
    from bot.bootstrap import open_app
    from bot.settings import load_settings
    from storage.errors import DiskFullError, KeyFileError
    from storage.rotation.rotate_keys import KeyRotation

    paths = load_settings().desk_paths(desk)
    if not paths.database.exists():
        raise ConfigurationError(
            f"{paths.database}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME."
        )
    for path in paths.key_paths.values():
        if path.exists() and path.stat().st_uid != os.geteuid():
            raise ConfigurationError(
                f"{path}: เป็นของผู้ใช้ {path.owner()} สั่งในนามผู้ใช้นั้น มิฉะนั้นเซิร์ฟเวอร์จะอ่านกุญแจใหม่ไม่ได้"
                f" / belongs to {path.owner()}; run this as that user, or the server cannot read the new keys:"
                f" sudo -u {path.owner()} ita-bot keys rotate --desk {desk}"
            )
    async with open_app([desk]) as app:
        try:
            rotation = KeyRotation(app.desks[desk].store)
            result = await rotation.run(datetime.now(UTC), is_only_finishing=is_only_finishing)
        except (KeyFileError, DiskFullError, OSError) as error:
            sys.stderr.write(
                "ยังเปลี่ยนกุญแจไม่เสร็จ ไม่มีข้อมูลหาย แก้แล้วสั่งซ้ำ จะทำต่อจากเดิม"
                f" / the keys are not changed yet, nothing is lost; mend this and run it again: {error}\n"
            )
            return EXIT_FINDINGS
    print_json(
        {
            "desk": desk,
            "versions": dict(result.versions),
            "rows": result.rows,
            "unreadable": result.unreadable,
            "files_waiting": result.waiting_files,
        }
    )
    texts = [] if is_only_finishing else [_NEXT_TH, _NEXT_EN]
    if result.unreadable:
        texts += [one.format(count=result.unreadable) for one in (_UNREADABLE_TH, _UNREADABLE_EN)]
    if result.waiting_files:
        texts += [one.format(count=result.waiting_files) for one in (_WAITING_TH, _WAITING_EN)]
    sys.stderr.writelines(f"{text}\n" for text in texts)
    return EXIT_FINDINGS if result.unreadable or result.waiting_files else EXIT_DONE
