"""A fault of ours as the log tells it: what kind it is and where in the code, never a value.

An exception's own words can quote what it met: a row, an argument, an address with a password.
"""

import traceback

from app.errors import Json

FRAMES_LOGGED = 12


def fault_facts(error: BaseException) -> dict[str, Json]:
    """The fields of a log line: the exception's type, and the innermost frames."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_LOGGED:]
    return {
        "error": type(error).__qualname__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
