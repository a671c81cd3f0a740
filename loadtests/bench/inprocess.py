"""The readers alone, in this process, to the JSON of chunks: no run, no backlog, no socket."""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import orjson

from app.catalog.describing import describe_report
from app.catalog.frontmatter import parse_report
from app.catalog.query import Query as Asked
from app.catalog.statement import Composition, compose
from app.database.copy import copy_rows
from app.database.cursor import CursorReader
from app.runs.chunking import Block, Chunk, Chunker, Rows
from app.runs.copytext import Lines
from app.settings import Settings
from loadtests.bench.alone import Alone
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS, Query
from loadtests.bench.rounds import Contestant, Line
from loadtests.bench.rows import Row

SECTION = "reader in process"
TakeChunk = Callable[[Chunk], object]


@dataclass(frozen=True, slots=True)
class Readers:
    """Both readers over one connection, with the settings that a server has by itself."""

    alone: Alone
    composition: Composition
    settings: Settings

    def copy(self, take: TakeChunk) -> None:
        """Every row through the `copy` reader."""
        self.alone.run(self._copy(take))

    def cursor(self, take: TakeChunk) -> None:
        """Every row through the `cursor` reader."""
        self.alone.run(self._cursor(take))

    async def _copy(self, take: TakeChunk) -> None:
        chunker, most = self._chunker(), self.settings.row_bytes

        async def take_lines(text: bytes) -> None:
            cut(chunker, Lines.of(text).within(most)[0], take)

        await copy_rows(self.alone.connection, self.composition, take_lines, row_bytes=most)
        flush(chunker, take)

    async def _cursor(self, take: TakeChunk) -> None:
        chunker = self._chunker()
        reader = CursorReader(
            self.alone.connection,
            self.composition,
            row_bytes=self.settings.row_bytes,
            delay=self.settings.chunk_delay,
        )
        blocks = reader.blocks(most=self.settings.chunk_rows, whole=False)
        async with self.alone.connection.transaction(readonly=True), aclosing(blocks):
            async for rows in blocks:
                cut(chunker, Rows(rows), take)
        flush(chunker, take)

    def _chunker(self) -> Chunker:
        settings = self.settings
        return Chunker(most_rows=settings.chunk_rows, most_bytes=settings.chunk_bytes)


def cut(chunker: Chunker, block: Block, take: TakeChunk) -> None:
    """The chunks that these rows fill."""
    if chunker.gather(block):
        for chunk in chunker.chunks():
            take(chunk)


def flush(chunker: Chunker, take: TakeChunk) -> None:
    """The last chunks."""
    for chunk in chunker.chunks():
        take(chunk)
    if chunk := chunker.flush():
        take(chunk)


def in_process(ground: Ground) -> Iterator[Line]:
    """The copy reader against COPY, the cursor reader against `cursor.fetch(1000)`."""
    readers = readers_of(ground, FLIGHTS)
    contestants = [
        contestant("copy reader, to JSON", readers.copy, ground.copy(FLIGHTS)),
        contestant("cursor reader, to JSON", readers.cursor, ground.fetch(FLIGHTS)),
    ]
    yield from ground.rounds_of(SECTION, FLIGHTS, contestants)


def readers_of(ground: Ground, query: Query) -> Readers:
    """The readers of a query, composed as a run composes it."""
    report = parse_report(query.name, query.report("auto"), source=query.name)
    described = ground.alone.run(describe_report(ground.alone.connection, report))
    return Readers(ground.alone, compose(report, described, Asked()), Settings())


def contestant(name: str, read: Callable[[TakeChunk], None], reference: Contestant) -> Contestant:
    """A reader whose chunks are thrown away."""

    def deliver() -> Iterator[Row]:
        chunks: list[Chunk] = []
        read(chunks.append)
        for chunk in chunks:
            yield from orjson.loads(b"".join(chunk.pieces))

    return Contestant(
        name=name, act=lambda: read(lambda _: None), deliver=deliver, references=[reference]
    )
