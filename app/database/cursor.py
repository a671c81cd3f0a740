"""The `cursor` reader: rows as printed texts, through a portal, in bounded memory.

A `fetch(n)` returns nothing before it is full and holds all of it, so two things bound it: the
pace (250 ms of the source's measured speed, at most 1,000 rows), and the widest row it could meet.
Columns of variable width are therefore read cut. At the first cut value the rows before it stand,
and the same statement is opened again in the same transaction with a longer cut and shorter
fetches. The last tier is not cut: PostgreSQL measures each row and sends its sizes instead where
it is larger than a row may be.
"""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from app.errors import QueryFailed, TooLarge

if TYPE_CHECKING:
    import asyncpg
    import asyncpg.cursor

    from app.database.pool import Connection

Row = tuple[str | None, ...]

# Python keeps up to four bytes a character, JSON up to six (control characters), and one fetch is
# under way while the one before is written.
TIER_BYTES = (4 * 1024, 64 * 1024, 512 * 1024)  # row text of variable width in the cut tiers
FETCH_CHARACTERS = 4 * 1024 * 1024  # what one fetch of cut values may bring
WHOLE_FETCH_BYTES = 16 * 1024 * 1024  # what one fetch may bring that follows light rows
LIGHT_CHARACTERS = 64 * 1024  # of a fetch; after a heavier one whole rows are fetched singly
FETCH_VALUES = 32_768  # decoding these holds the event loop for about 5 ms
LEAST_CUT = 256  # characters; below it ordinary texts in wide tables would be cut
MOST_WHOLE_ROWS = 8
UTF8_BYTES = 4


class SelectedColumn(Protocol):
    """A column that is read: its name, and whether its values have no fixed width."""

    @property
    def name(self) -> str:
        """For the sentence that says which column is too large."""
        ...

    @property
    def variable(self) -> bool:
        """Whether its values have no fixed width."""
        ...


class Selection(Protocol):
    """A composed statement: its binds, and its text for each way of reading it."""

    @property
    def binds(self) -> Sequence[str | None]:
        """Values of `$1…$n`, as text."""
        ...

    @property
    def columns(self) -> Sequence[SelectedColumn]:
        """What each row has, in order."""
        ...

    def select(self, cut: int | None) -> str:
        """Every column's text, those of variable width cut after `cut` + 1 characters."""
        ...

    def select_bounded(self, limit_bytes: int) -> str:
        """One array a row: `''` and the texts, or `too_large` and the sizes beyond the limit."""
        ...


class Pace:
    """How many rows to fetch next: what the source brings within `delay`, up to `most`."""

    START = 1
    GROWTH = 16

    def __init__(self, *, delay: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay = delay
        self._clock = clock
        self._rows = self.START
        self._asked = 0.0
        self._measured = False

    def next(self, most: int) -> int:
        """The size of the next fetch, which begins now."""
        self._asked = self._clock()
        return max(1, min(self._rows, most))

    def fetched(self, count: int) -> None:
        """The fetch is there. The first one measures the wait for the first row, not the speed."""
        seconds = self._clock() - self._asked
        if not self._measured:
            self._measured = True
            self._rows = self.GROWTH if seconds < self._delay else self.START
            return
        speed = count / max(seconds, 1e-6)
        self._rows = int(min(speed * self._delay, count * self.GROWTH)) or 1


@dataclass(frozen=True, slots=True)
class Tier:
    """One way of opening the statement; `cut` in characters, None in the last tier."""

    sql: str
    cut: int | None
    most_rows: int
    bounded: bool = False

    def most_after(self, rows: Sequence[Row]) -> int:
        """How many rows to fetch at most after these: whole rows may be large where some were."""
        if not self.bounded:
            return self.most_rows
        return self.most_rows if rows and characters(rows) <= LIGHT_CHARACTERS else 1


def tiers(selection: Selection, *, row_bytes: int, whole: bool) -> list[Tier]:
    """The tiers from narrow to whole; only the last where the statement cannot be opened twice."""
    variable = sum(column.variable for column in selection.columns)
    values = max(1, FETCH_VALUES // len(selection.columns))
    if not variable:
        return [Tier(selection.select(None), None, values)]
    whole_rows = max(1, min(MOST_WHOLE_ROWS, values, WHOLE_FETCH_BYTES // row_bytes))
    last = Tier(selection.select_bounded(row_bytes), None, whole_rows, bounded=True)
    if whole:
        return [last]
    cuts = dict.fromkeys(_cut(size, variable, row_bytes) for size in TIER_BYTES)
    return [
        *(Tier(selection.select(cut), cut, _cut_rows(cut, variable, values)) for cut in cuts),
        last,
    ]


def _cut_rows(cut: int, variable: int, values: int) -> int:
    return min(values, max(1, FETCH_CHARACTERS // (cut * variable)))


def _cut(size: int, variable: int, row_bytes: int) -> int:
    """Characters a column: uncut rows of this tier are within the row limit whatever they hold."""
    return max(1, min(max(LEAST_CUT, size // variable), row_bytes // (UTF8_BYTES * variable)))


class CursorReader:
    """Reads one statement to its end. `blocks` gives rows in order, each block at once.

    Raises TooLarge where a row is larger than `row_bytes`, QueryFailed where the statement brought
    its rows in another order when it was opened again, and whatever asyncpg raises.
    """

    def __init__(
        self, connection: "Connection", selection: Selection, *, row_bytes: int, delay: float
    ) -> None:
        self._connection = connection
        self._selection = selection
        self._row_bytes = row_bytes
        self._delay = delay
        self._done = 0
        self._finished = False
        self._last: Row | None = None

    async def blocks(self, *, most: int, whole: bool) -> AsyncGenerator[Sequence[Row]]:
        """Blocks of at most `most` rows; `whole` reads without cutting from the start."""
        for tier in tiers(self._selection, row_bytes=self._row_bytes, whole=whole):
            async with aclosing(self._tier(tier, most)) as blocks:
                async for rows in blocks:
                    if rows:
                        self._done += len(rows)
                        self._last = None if tier.bounded else rows[-1]
                        yield rows
                    del rows
            if self._finished:
                return

    async def _tier(self, tier: Tier, most: int) -> AsyncGenerator[Sequence[Row]]:
        """Blocks to the end of the result, or to the first row that this tier cannot give."""
        decode = self._decoder(tier)
        pace = Pace(delay=self._delay)
        cursor = await self._connection.cursor(tier.sql, *self._selection.binds)
        await self._skip(cursor, decode)
        rows: Sequence[Row] = ()
        while True:
            # Fetches end where chunks end, so that no rows lie waiting while one is under way.
            room = most - self._done % most
            asked = pace.next(min(room, tier.most_after(rows)))
            rows = records = ()  # a large one must not be kept while the next one comes
            records = await cursor.fetch(asked)
            pace.fetched(len(records))
            rows = decode(records)
            is_whole = len(rows) == len(records)
            self._finished = len(records) < asked and is_whole
            yield rows
            if not is_whole and tier.bounded:
                sizes = [int(size or 0) for size in records[len(rows)][0][1:]]
                raise row_too_large(self._selection.columns, sizes, self._row_bytes)
            if not is_whole or self._finished:
                return

    async def _skip(
        self, cursor: "asyncpg.cursor.Cursor[asyncpg.Record]", decode: "Decode"
    ) -> None:
        """Move over the rows that were read already, and hold the last one against what is kept."""
        if self._done == 0:
            return
        if self._done > 1:  # asyncpg takes no 0
            await cursor.forward(self._done - 1)
        if [self._last] != list(decode(await cursor.fetch(1))):
            raise QueryFailed(
                "The rows came in another order when a wide value made the server read them again."
                " Sort the report, or export it to a file."
            )

    def _decoder(self, tier: Tier) -> "Decode":
        if tier.bounded:
            return whole_rows
        widths = [
            (position, tier.cut)
            for position, column in enumerate(self._selection.columns)
            if column.variable and tier.cut is not None
        ]
        return lambda records: uncut_rows(records, widths)


def row_too_large(
    columns: Sequence[SelectedColumn], sizes: Sequence[int], row_bytes: int
) -> TooLarge:
    """The error that names the widest column of a row by the sizes of its values, in bytes."""
    widest = max(range(len(sizes)), key=sizes.__getitem__)
    return TooLarge(
        f"A row has more than the {row_bytes:,} bytes of text that a row may have, most of them in"
        f" the column '{columns[widest].name}'."
        " Leave the column out, or export the report to a file."
    )


Decode = Callable[[Sequence["asyncpg.Record"]], list[Row]]


def characters(rows: Sequence[Row]) -> int:
    """How long the texts of the rows are together."""
    return sum(len(text) for row in rows for text in row if text is not None)


def whole_rows(records: Sequence["asyncpg.Record"]) -> list[Row]:
    """The rows before the first one that PostgreSQL did not send because it is too large."""
    return [tuple(values[1:]) for (values,) in takewhile(_is_whole, records)]


def _is_whole(record: "asyncpg.Record") -> bool:
    return record[0][0] == ""


def uncut_rows(records: Sequence["asyncpg.Record"], widths: Sequence[tuple[int, int]]) -> list[Row]:
    """The rows before the first value that is longer than its column's cut; usually all."""
    rows = [tuple(record) for record in records]
    first = min(_first_cut(rows, widths), default=len(rows))
    return rows[:first]


def _first_cut(rows: Sequence[Row], widths: Sequence[tuple[int, int]]) -> Iterator[int]:
    for position, cut in widths:
        column: list[str | None] = list(map(itemgetter(position), rows))
        if max(map(len, filter(None, column)), default=0) > cut:
            yield next(i for i, text in enumerate(column) if text is not None and len(text) > cut)
