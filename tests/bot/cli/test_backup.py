"""What goes wrong with a backup is told in Thai and English, with what to do."""

import asyncio
from pathlib import Path

import pytest

from bot.cli.backup import explain_backup_error, make_backup, restore
from bot.cli.runner import EXIT_FINDINGS
from bot.errors import ConfigurationError
from storage.backup.age_files import Identity
from storage.errors import BackupDamagedError, BackupError, BackupKeyError, DiskFullError
from tests.bot.backup.backed_up_office import NOW, BackedUpOffice, office
from tests.bot.backup.test_restoring import fill_only

__all__ = ["office"]


@pytest.mark.parametrize("error", [BackupDamagedError, BackupKeyError, DiskFullError, BackupError, OSError])
def test_each_error_says_what_to_do_in_both_languages(error: type[Exception]) -> None:
    thai, english = explain_backup_error(error("x")).split(" / ")
    assert any("ก" <= letter <= "๛" for letter in thai)
    assert english.isascii()


def test_a_backup_that_was_cut_off_is_told_in_thai(
    office: BackedUpOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run(lambda app: fill_only(office, app))
    made = office.back_up()
    path = office.folder.path / "backups" / f"{made.stamp}.age"
    path.write_bytes(path.read_bytes()[:-100])
    key = office.root / "key.txt"
    key.write_text(str(office.identity.key))
    done = asyncio.run(restore(path, key, office.root / "again", is_rehearsal=False, now=NOW))
    assert done == EXIT_FINDINGS
    said = capsys.readouterr().err
    assert "กู้คืนไม่สำเร็จ" in said
    assert "ไฟล์สำรองเสียหายหรือมาไม่ครบ คัดลอกมาใหม่" in said
    assert not (office.root / "again").exists()
    assert asyncio.run(restore(path, key, None, is_rehearsal=True, now=NOW)) == EXIT_FINDINGS
    tried = capsys.readouterr()
    assert "ไฟล์สำรองเสียหายหรือมาไม่ครบ คัดลอกมาใหม่" in tried.err
    assert '"rehearsed": false' in tried.out


@pytest.mark.parametrize("is_private", [False, True])
def test_a_mistyped_recipient_is_told_for_what_it_is(*, is_private: bool) -> None:
    identity = Identity()
    typed = str(identity.key) if is_private else identity.recipient[:-1]
    with pytest.raises(ConfigurationError, match="กุญแจลับ" if is_private else "พิมพ์ตกหรือคัดลอกไม่ครบ") as told:
        asyncio.run(make_backup(Path("backups"), typed))
    assert typed not in str(told.value)
