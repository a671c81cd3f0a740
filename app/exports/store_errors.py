"""What a store of files says when it fails, in words for a reader: no path, no address, no secret.

The words beneath, which have them, are the cause: for the log.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager

from obstore.exceptions import BaseError

from app.errors import Storage

# obstore has a class for some of them in some calls; their numbers stand in the text of all.
NUMBERS = re.compile(r"(?:os error |code: )([0-9]+)")
FULL = frozenset({"27", "28", "122", "507"})  # EFBIG, ENOSPC, EDQUOT, Insufficient Storage
REFUSED = frozenset({"1", "13", "30", "401", "403"})  # EPERM, EACCES, EROFS, and HTTP's


@contextmanager
def storage_errors() -> Generator[None]:
    """What the store says as Storage; what lies beneath is its cause, for the log."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise refusal(error) from error


def refusal(error: Exception) -> Storage:
    """What a reader is told of it: full, refused, or out of order."""
    numbers = {*NUMBERS.findall(str(error)), str(getattr(error, "errno", None))}
    if numbers & FULL:
        return Storage("There is no room left for files. Try again later.")
    if numbers & REFUSED:
        return Storage("The storage of files refuses this server. Tell the operator.")
    return Storage("The storage of files does not answer as it should. Try again later.")
