"""The exceptions of storage in one tree: whose fault, and whether retrying helps.

StorageError           anything below; the text never contains stored content
├── ConflictError      another writer was first: reload the state and decide again
├── DatabaseBusyError  another program holds the lock: try again soon
├── DiskFullError      nothing was written: tell the person, try again later
├── TamperedError      an encrypted value does not decrypt: not the caller's fault, retrying does not help
├── UnreadableRowError a row is damaged or holds a value of no known kind: show the rest, name its number
├── MeaningUnavailableError
│                      no encoder runs now: letters answer alone
├── DatabaseDamagedError  the database cannot be opened, a page of it is damaged: the administrator must act
├── SchemaTooNewError  a newer version of this program made the database: the administrator must act
├── SchemaUpgradeError  the database could not be upgraded and is as it was: the administrator must act
├── BackupError        a backup cannot be made or restored: the administrator must act
│   ├── BackupDamagedError  a file of it is cut or altered: take an older one
│   ├── EvidenceGoneError   a file was written anew or erased while it was copied: try again
│   └── BackupKeyError      a key does not open it: find the right one
├── LockHeldError      another program serves this desk: the administrator must end one of the two
└── KeyFileError       a key is missing, equal to another, readable by others, or not this database's:
                       the start must stop and the administrator must act
"""


class StorageError(Exception):
    """An error of storage. Its text never contains stored content."""


class ConflictError(StorageError):
    """Another writer was first. Reload the state and decide again."""


class DatabaseBusyError(StorageError):
    """Another program held the database lock for longer than the busy timeout. Try again soon."""


class DiskFullError(StorageError):
    """No space left. Nothing of the batch was written; try again later."""


class TamperedError(StorageError):
    """A value does not decrypt under its key and place: altered, moved, or written with another key."""


class UnreadableRowError(StorageError):
    """A row is damaged, or holds a value that this version does not know. Retrying does not help.

    table: its table; number: how it is named in the log (a register number, a code, an id), empty where even that would
    tell too much.
    """

    def __init__(self, table: str, number: str) -> None:
        super().__init__(f"{table} {number}")
        self.table = table
        self.number = number


class DatabaseDamagedError(StorageError):
    """A page of the database is damaged, so that it cannot be opened. The administrator must take a backup's."""

    def __init__(self) -> None:
        super().__init__(
            "ฐานข้อมูลเสียหาย เปิดไม่ได้ เก็บไฟล์ไว้ตามสภาพ ตรวจดิสก์ แล้วกู้คืนจากสำเนาสำรองล่าสุด"
            " / the database is damaged and cannot be opened; keep its files as they are, check the disk, and restore"
            " the newest backup."
        )


class SchemaTooNewError(StorageError):
    """A newer version of this program made the database. The administrator must upgrade the program."""


class SchemaUpgradeError(StorageError):
    """The database could not be upgraded, and is as it was. Its text names it and what to do."""


class LockHeldError(StorageError):
    """Another program holds a lock that is not waited for. Its text is what that program wrote about itself."""


class KeyFileError(StorageError):
    """The keys do not allow a start. The administrator must act; the text says which file and how."""


class BackupError(StorageError):
    """A backup cannot be made or restored. The administrator must act; the text says what stands in the way."""


class BackupDamagedError(BackupError):
    """A file of a backup is cut, altered, or not one. An older backup may be whole."""


class BackupKeyError(BackupError):
    """A key is malformed, or does not open a backup."""
