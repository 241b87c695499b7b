"""The one kind of error that a user can cause, and so can mend."""


class UserError(Exception):
    """Says in one sentence what is wrong, where (file, row, key), what was found and the way out."""


def told(error: Exception) -> str:
    """Why a file could not be read, in words that follow its name."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    return str(error)
