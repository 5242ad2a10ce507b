"""What is remembered of backups: instants and outcomes, in a file of ITA_HOME, for `doctor` and alerts."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from storage.files.atomic_write import PRIVATE_MODES, replace_file

STATE_FILE = "backup.json"


class BackupState(BaseModel):
    """The last backups of an ITA_HOME. None: never, as far as is known.

    made_at: of the newest backup that was proven to open; rehearsed_at: when one was last restored for trial, well or
    not; rehearsal_findings: what that found, in English, without content; ledger_at: of the newest ledger that was
    proven; tried_at, problem: of the last try, and why it failed (empty: it did not); keys: a digest of which keys were
    written last, and to which folder.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    made_at: datetime | None = None
    rehearsed_at: datetime | None = None
    rehearsal_findings: tuple[str, ...] = ()
    ledger_at: datetime | None = None
    tried_at: datetime | None = None
    problem: str = ""
    keys: str = ""


def read_backup_state(home: Path) -> BackupState:
    """Return what is remembered in a home. A file that is missing or damaged remembers nothing."""
    try:
        return BackupState.model_validate_json((home / STATE_FILE).read_bytes())
    except (OSError, ValidationError):
        return BackupState()


def update_backup_state(home: Path, **changed: object) -> BackupState:
    """Replace some of what is remembered; return all of it. Raises OSError."""
    state = BackupState.model_validate({**read_backup_state(home).model_dump(), **changed})
    replace_file(home / STATE_FILE, state.model_dump_json().encode() + b"\n", PRIVATE_MODES[1])
    return state
