"""Has PostgreSQL parse the values that a reader gave, before they are used anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import CheckViolationError, Connection, NotNullViolationError, Record
from asyncpg.exceptions import (
    DataError,
    InsufficientPrivilegeError,
    PostgresError,
    PostgresSyntaxError,
    StatementTooComplexError,
    SyntaxOrAccessError,
)

from app.errors import InvalidArgument

BUILT_IN = "pg_catalog."
LOOKED_UP = "pg_catalog.reg"  # regclass and its like: names in a server's own catalog
# What a value can be blamed for; all else (an unknown type, a lost connection) is not its fault.
# Words of text search have a syntax of their own, and JSON can be nested too deeply.
BLAME = (
    DataError,
    CheckViolationError,
    NotNullViolationError,
    PostgresSyntaxError,
    StatementTooComplexError,
)
# Characters of a value that are repeated in a refusal.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text that will be cast. `label` names it to its giver: `parameter 'since'`.

    `type` is for people, `cast` exact and qualified.
    """

    label: str
    type: str
    cast: str
    text: str

    @property
    def built_in(self) -> bool:
        """Whether every PostgreSQL knows the type, so that any of ours can parse the text."""
        return self.cast.startswith(BUILT_IN) and not self.is_looked_up

    @property
    def is_looked_up(self) -> bool:
        """Whether the text is the name of something that one PostgreSQL has and another has not."""
        return self.cast.startswith(LOOKED_UP)


async def check_values(connection: "Connection[Record]", values: Sequence[TypedText]) -> None:
    """Raise InvalidArgument for the first value that PostgreSQL cannot cast to its type.

    One round trip where all is well. Uses a transaction (in one, a savepoint) each time, so the
    connection is as it was. A type that this server does not have is left to the one that has it.
    """
    if values and not await _castable(connection, values):
        for value in values:
            await _check_value(connection, value)


async def _castable(connection: "Connection[Record]", values: Sequence[TypedText]) -> bool:
    try:
        await _cast(connection, values)
    except PostgresError:
        return False
    return True


async def _check_value(connection: "Connection[Record]", value: TypedText) -> None:
    try:
        await _cast(connection, [value])
    except PostgresError as error:
        if not _is_to_blame(value, error):
            return  # as where the type is not this server's
        raise InvalidArgument(
            f"The {value.label} takes a value of type {value.type}; "
            f"{_shown(value.text)} is not one ({_reason(error, value.text)})."
        ) from error


def _is_to_blame(value: TypedText, error: PostgresError) -> bool:
    missing = isinstance(error, SyntaxOrAccessError)
    refused = isinstance(error, InsufficientPrivilegeError)
    return isinstance(error, BLAME) or (value.is_looked_up and missing and not refused)


async def _cast(connection: "Connection[Record]", values: Sequence[TypedText]) -> None:
    """Casts each; only whether it is null comes back, so that nothing has to be decoded."""
    casts = ", ".join(
        f"((${number}::text)::{value.cast}) is null" for number, value in enumerate(values, 1)
    )
    async with connection.transaction():
        await connection.fetch("select " + casts, *(value.text for value in values))


def _reason(error: PostgresError, text: str) -> str:
    """PostgreSQL's primary message without the value, which may be long; never its DETAIL."""
    message = str(error.args[0]) if error.args else "it does not parse"
    return message.replace(f': "{text}"', "").replace(f' "{text}"', "")[:200]


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
