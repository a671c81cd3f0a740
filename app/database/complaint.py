"""PostgreSQL's own words about a statement, for the operator who wrote it; never for readers."""

from dataclasses import dataclass

from asyncpg import PostgresError


@dataclass(frozen=True, slots=True)
class Complaint:
    """`position` counts characters of the statement from 0, None where PostgreSQL gave none."""

    words: str
    position: int | None


def complaint(error: BaseException) -> Complaint:
    """What PostgreSQL said, where it is the error or its cause; else the error's own words."""
    origin = error if isinstance(error, PostgresError) else error.__cause__
    if not isinstance(origin, PostgresError):
        return Complaint(str(error), None)
    hint = f" (hint: {origin.hint})" if origin.hint else ""
    position = int(origin.position) - 1 if origin.position else None
    return Complaint(f"{origin.args[0]}{hint}", position)
