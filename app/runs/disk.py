"""Whether the disk of the backlogs takes more rows."""

import os
from pathlib import Path

from app.errors import Storage

# Below this a single run fills what is left within seconds.
LEAST_BYTES = 64 * 2**20


def check_disk(folder: Path) -> None:
    """Storage when the folder cannot be written, or its disk is nearly full."""
    try:
        free = os.statvfs(folder)
    except OSError as error:
        raise Storage("The server's disk cannot be read.") from error
    if not os.access(folder, os.W_OK) or free.f_bavail * free.f_frsize < LEAST_BYTES:
        raise Storage("The server's disk is nearly full, or does not take files.")
