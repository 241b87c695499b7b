"""The one kind of error that a user can cause, and so can mend."""


class UserError(Exception):
    """Says in one sentence what is wrong, where (file, row, key), what was found and the way out."""
