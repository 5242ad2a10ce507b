"""What can go wrong with what is kept.

StorageError
├── Conflict       somebody wrote first: decide again on what is true now
├── DiskFull       nothing more can be kept: tell the person, try later
├── Tampered       a sealed value does not open: not the caller's fault, trying again changes nothing
└── KeyTrouble     the start must stop: a key is missing, equal to another, readable by others, or not this database's
"""


class StorageError(Exception):
    """Something is wrong with what is kept. Its text never holds what was kept."""


class ConflictError(StorageError):
    """Somebody else wrote first. Decide again on what is true now."""


class DatabaseBusyError(StorageError):
    """Another program holds the database for longer than we wait. Try again soon."""


class DiskFullError(StorageError):
    """There is no room. Nothing of the batch was written; try again later."""


class TamperedError(StorageError):
    """A sealed value does not open under its key and place: altered, moved, or of another key."""


class SchemaTooNewError(StorageError):
    """A newer version of this program made the database. The administrator's to mend."""


class KeyFileError(StorageError):
    """The keys do not allow a start. The administrator's to mend; the text says which file and how."""
