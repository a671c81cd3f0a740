"""Lets the process have more files open: each follower takes three, its socket and a backlog's two.

Systems give a process 1,024 unless it asks. They keep it so low for programs that `select`, which
fails beyond; nothing here does.
"""

import resource
from contextlib import suppress

WANTED = 65_536


def allow_open_files() -> None:
    """As many as wanted, or as the system allows; never fewer than before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        with suppress(ValueError, OSError):  # some systems have a limit below their limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
