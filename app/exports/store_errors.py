"""What a store of files says when it fails, in words for a reader: no path, no address, no secret.

The words beneath, which have them, are the cause: for the log.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from app.errors import Storage

OS_ERROR = re.compile(r"(?:os error |code: )([0-9]+)")
FULL = frozenset({"27", "28", "122"})  # EFBIG, ENOSPC, EDQUOT


@contextmanager
def storage_errors() -> Generator[None]:
    """What the store says as Storage; what lies beneath is its cause, for the log."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise refusal(error) from error


def refusal(error: Exception) -> Storage:
    """What a reader is told of it: full, refused, gone, or out of order."""
    if FULL & {*OS_ERROR.findall(str(error)), str(getattr(error, "errno", None))}:
        return Storage("There is no room left for files. Try again later.")
    match error:
        case FileNotFoundError():
            return Storage("The file is not there any more.")
        case PermissionDeniedError() | UnauthenticatedError() | PermissionError():
            return Storage("The storage of files refuses this server. Tell the operator.")
        case _:
            return Storage("The storage of files does not answer as it should. Try again later.")
