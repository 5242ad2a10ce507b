"""What is remembered of backups."""

from datetime import UTC, datetime
from pathlib import Path

from bot.backup.state import STATE_FILE, BackupState, read_backup_state, update_backup_state

NOW = datetime(2026, 11, 30, 19, tzinfo=UTC)


def test_what_is_not_changed_stays(tmp_path: Path) -> None:
    assert read_backup_state(tmp_path) == BackupState()
    update_backup_state(tmp_path, made_at=NOW)
    update_backup_state(tmp_path, problem="disk full", tried_at=NOW)
    assert read_backup_state(tmp_path) == BackupState(made_at=NOW, tried_at=NOW, problem="disk full")
    assert (tmp_path / STATE_FILE).stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_remembers_nothing(tmp_path: Path) -> None:
    update_backup_state(tmp_path, made_at=NOW)
    (tmp_path / STATE_FILE).write_text("{")
    assert read_backup_state(tmp_path) == BackupState()
