"""Followed runs over a socket: both readers and all codings, against PostgreSQL alone."""

from collections.abc import Iterator, Sequence

from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS, Query
from loadtests.bench.rounds import Contestant, Line
from loadtests.bench.rows import followed_rows

SECTION = "followed run"
ENCODINGS = ("zstd", "gzip", "identity")


def followed(ground: Ground) -> Iterator[Line]:
    """The flights: each reader with each coding."""
    references = [ground.fetch(FLIGHTS), ground.copy(FLIGHTS)]
    contestants = [
        follower(ground, FLIGHTS, reader=reader, encoding=encoding, references=references)
        for reader in ("copy", "cursor")
        for encoding in ENCODINGS
    ]
    yield from ground.rounds_of(SECTION, FLIGHTS, contestants)


def follower(
    ground: Ground, query: Query, *, reader: str, encoding: str, references: Sequence[Contestant]
) -> Contestant:
    """One client that starts a run of the query and follows it to its end."""
    path = f"/api/reports/stream/{query.name}.{reader}"
    return Contestant(
        name=f"{reader} reader, {encoding}",
        act=lambda: ground.client.drain(path, encoding),
        deliver=lambda: followed_rows(ground.client.pieces(path, encoding), encoding),
        references=references,
        server=ground.process,
    )
