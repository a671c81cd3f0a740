"""What PostgreSQL and asyncpg raise, as the errors that readers meet.

By SQLSTATE (PostgreSQL, appendix A). PostgreSQL's message can quote values and its DETAIL rows, so
both stay here unless the operator asks for them: what travels is the name of the condition.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from app.errors import (
    DatabaseBusy,
    DatabaseLost,
    DatabaseUnavailable,
    Forbidden,
    QueryFailed,
    ReportBroken,
    RowstreamError,
)

RETRY_SECONDS = 2

# What asyncpg raises: a server's answer, misuse and lost connections, a protocol that is not
# PostgreSQL's or no server of the kind that was asked for, the network.
FAULTS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)

# The longest prefix that fits decides.
BY_SQLSTATE: dict[str, type[RowstreamError]] = {
    "08": DatabaseLost,
    "0A": ReportBroken,
    "22": QueryFailed,
    "25006": ReportBroken,
    "25P03": DatabaseLost,
    "28": DatabaseUnavailable,
    "3D": DatabaseUnavailable,
    "40001": DatabaseBusy,
    "40P01": DatabaseBusy,
    "42": ReportBroken,
    "42501": Forbidden,
    "53": DatabaseBusy,
    "53300": DatabaseUnavailable,
    "55P03": DatabaseBusy,
    "57P": DatabaseLost,
    "57P03": DatabaseUnavailable,
    "58": DatabaseBusy,
}


# What `query_failed` says where there is more to say than the condition's name.
ENCODINGS: dict[str, str] = {
    "22021": (
        "A text in the database is not UTF-8, and it does not say what else it is ({condition})."
        " Leave its column out, or have the operator convert it in the report."
    ),
    "22P05": (
        "A text cannot be turned into UTF-8 from the database's encoding, or an argument into that"
        " ({condition}). Leave the column out, or change the argument."
    ),
}


class Canceled(Exception):
    """PostgreSQL ended the statement (57014): a timeout of its own, or somebody's request."""


@contextmanager
def translated(*, show_detail: bool = False, connecting: bool = False) -> Generator[None]:
    """Raise what is raised inside as a RowstreamError (or Canceled); the original is its cause.

    `connecting` says that no statement is under way yet: then nothing can be lost or wrong with a
    statement, and all but a lack of resources is `database_unavailable`.
    """
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise Canceled from error
    except FAULTS as error:
        raise _translate(error, show_detail=show_detail, connecting=connecting) from error


def _translate(error: Exception, *, show_detail: bool, connecting: bool) -> RowstreamError:
    if not isinstance(error, asyncpg.PostgresError):
        # asyncpg hides the SQLSTATE behind an InterfaceError when a connection dies between
        # statements; OSError and TimeoutError come from connecting.
        lost = not isinstance(error, OSError) and not connecting
        kind = DatabaseLost if lost else DatabaseUnavailable
        return kind(retry_after=RETRY_SECONDS)
    kind = error_class(error.sqlstate or "")
    if connecting and kind is not DatabaseBusy:
        kind = DatabaseUnavailable
    return kind(
        _sentence(kind, error),
        hint=_own_words(error) if show_detail else None,
        retry_after=RETRY_SECONDS if kind.retryable else None,
        extra={"sqlstate": error.sqlstate},
    )


def error_class(sqlstate: str) -> type[RowstreamError]:
    """The error that a SQLSTATE is for readers."""
    for length in (5, 3, 2):
        if found := BY_SQLSTATE.get(sqlstate[:length]):
            return found
    return QueryFailed


def _sentence(kind: type[RowstreamError], error: asyncpg.PostgresError) -> str | None:
    condition = _condition(error)
    if sentence := ENCODINGS.get(error.sqlstate or ""):
        return sentence.format(condition=condition)
    if kind is QueryFailed:
        return (
            f"The database stopped while it read the rows ({condition}). "
            "Change the arguments, or tell the operator."
        )
    if kind is ReportBroken:
        return (
            f"The database does not accept this report's SQL ({condition}). "
            "The operator has to mend it."
        )
    if kind is Forbidden:
        return "The database does not let this server read what the report asks for."
    return None


def _condition(error: asyncpg.PostgresError) -> str:
    """`DivisionByZeroError` as "division by zero": PostgreSQL's condition name, no value."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error"))
    return words.lower()


def _own_words(error: asyncpg.PostgresError) -> str:
    parts = (error.args[0] if error.args else "", error.detail, error.hint)
    return " ".join(str(part) for part in parts if part)
