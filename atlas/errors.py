"""The refusals of the atlas: each has a name, and its message says what would be accepted."""


class AtlasError(Exception):
    """A refusal to show to people as it stands; everything else is a fault of ours."""


class InvalidTown(AtlasError):
    """A file of the town's folder is missing or wrong: names file, row and column."""


class InvalidLayer(AtlasError):
    """A frame lacks a column, a CRS or a usable geometry."""


class InvalidDraft(AtlasError):
    """A form lacks a required field or holds a value outside what is accepted."""


class UnknownRecord(AtlasError):
    """No record bears this id."""


class IllegalMove(AtlasError):
    """The state machine has no such step from where the hazard stands."""


class NotAllowed(AtlasError):
    """The role may not do this, or not here."""


class StaleEdit(AtlasError):
    """Somebody changed the same fields since this edit was begun.

    Attributes:
        overlap: the fields both edits touch, each with (value seen, value now).
        changed_by: who changed them since.
    """

    def __init__(self, message: str, overlap: dict[str, tuple[object, object]], changed_by: str) -> None:
        super().__init__(message)
        self.overlap = overlap
        self.changed_by = changed_by


class StoreRefused(AtlasError):
    """The database file is empty, damaged, foreign or newer than this program."""


class BrokenJournal(AtlasError):
    """The journal's hash chain or its fold does not agree with the rows; says where."""


class UnreadableFile(AtlasError):
    """A file from outside could not be read within the memory, the time and the size it is given."""


class UnsafePhoto(AtlasError):
    """The file is no photograph we accept (JPEG, PNG or WebP, at most 20 MB and 40 megapixels)."""


class CannotExport(AtlasError):
    """The path's suffix is none of those we write, or the place cannot be written."""


class UnsafeAddress(AtlasError):
    """The server would be reachable by others while accounts without a password exist."""
