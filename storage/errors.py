"""What can go wrong with what is kept.

StorageError
├── Conflict       somebody wrote first: decide again on what is true now
├── DiskFull       nothing more can be kept: tell the person, try later
├── Tampered       a sealed value does not open: not the caller's fault, trying again changes nothing
└── KeyTrouble     the start must stop: a key is missing, equal to another, readable by others, or not this database's
"""


class StorageError(Exception):
    """Something is wrong with what is kept. Its text never holds what was kept."""


class Conflict(StorageError):  # noqa: N818 - the name says what to do
    """Somebody else wrote first. Decide again on what is true now."""


class Busy(StorageError):  # noqa: N818
    """Another program holds the database for longer than we wait. Try again soon."""


class DiskFull(StorageError):  # noqa: N818
    """There is no room. Nothing of the batch was written; try again later."""


class Tampered(StorageError):  # noqa: N818
    """A sealed value does not open under its key and place: altered, moved, or of another key."""


class NewerSchema(StorageError):  # noqa: N818
    """A newer version of this program made the database. The administrator's to mend."""


class KeyTrouble(StorageError):  # noqa: N818
    """The keys do not allow a start. The administrator's to mend; the text says which file and how."""
