"""Writes a whole file of a text format, as COPY sends it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.catalog.statement import Composition
from app.database.copy import copy_file
from app.exports.textforms import TextForm

if TYPE_CHECKING:
    from app.database.pool import Connection

PART_BYTES = 2**20  # of a large row: its file's form is not held whole, too


async def write_text(
    form: TextForm,
    connection: "Connection",
    composition: Composition,
    write: Callable[[bytes], Awaitable[None]],
    *,
    at_least: int = 1,
) -> int:
    """The head at once, then what COPY sends, `at_least` so many bytes at a time, and the tail;
    returns the rows. Raises what `copy_file` and `write` raise.
    """

    async def take(data: bytes) -> None:
        for start in range(0, len(data), PART_BYTES):
            await write(form.rows(data[start : start + PART_BYTES]))

    await write(form.head())
    sql, options = form.sql(composition), form.copy_options
    rows = await copy_file(connection, composition, sql, take, options=options, at_least=at_least)
    await write(form.tail(rows))
    return rows
