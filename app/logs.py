"""The log: events with fields on standard error, one line each, ours and the libraries' alike.

A person at a terminal gets text, everything else JSON. A log that cannot be written stops nobody.
"""

import asyncio
import logging
import sys

import structlog
from structlog.typing import Processor

QUIET = ("asyncio", "sse_starlette", "uvicorn")  # below a warning they tell rows and addresses

# uvicorn's words for a body that we left unfinished on purpose; why stands in a line of ours.
UNFINISHED = "ASGI callable returned without completing response."


def configure_logs() -> None:
    """Send every event to standard error; called once, by the process itself."""
    stamps: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*stamps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_written(terminal=sys.stderr.isatty()),
            ],
            foreign_pre_chain=stamps,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.raiseExceptions = False  # a full disk under the log is no reason to fail a request
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_fault)


def _is_fault(record: logging.LogRecord) -> bool:
    """Whether uvicorn tells of more than a request that we ourselves cut off."""
    if record.msg == UNFINISHED:
        return False
    return not (record.exc_info and record.exc_info[0] is asyncio.CancelledError)


def _written(*, terminal: bool) -> list[Processor]:
    if terminal:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
