"""Many at once: followers of one run, and runs.

Each follower reads what the run brings, so the rows of all followers are counted together.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from loadtests.bench.client import Client
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS, FLIGHTS_100K
from loadtests.bench.rounds import Contestant, Line, Rounds
from loadtests.bench.rows import Digest, Row, digest, followed_rows
from loadtests.following import WrongRows
from loadtests.serving import server

FOLLOWERS = (1, 10, 50, 200)
RUNS = (1, 10, 50)
QUICK = 10
ROUNDS = 3
VERIFIED = 10  # so many are decoded and compared at once; of more, the ends are looked at
ENCODING = "zstd"


def followers(ground: Ground) -> Iterator[Line]:
    """One run of the flights, and many who follow it from its start."""
    for count in FOLLOWERS:
        if not ground.is_quick or count <= QUICK:
            yield from crowd(ground, followers_of_one(ground, count), count)


def runs_at_once(ground: Ground) -> Iterator[Line]:
    """Many runs, each with a follower, on a server that lets them all read at once."""
    most = str(max(RUNS))
    settings = {"ROWSTREAM_POOL": most, "ROWSTREAM_RUNS_PER_OWNER": most}
    with server(ground.settings | settings) as (address, process):
        ground.servers.add(process.pid)
        path = f"/api/reports/stream/{FLIGHTS_100K.name}.auto"
        client = Client(address)
        for count in RUNS:
            if not ground.is_quick or count <= QUICK:
                paths = [path] * count
                contestant = Contestant(
                    name=f"{count} runs, {ENCODING}",
                    act=lambda paths=paths: client.drain_together(paths, ENCODING),
                    deliver=lambda paths=paths: same_rows(client, paths),
                    server=process,
                )
                yield from crowd(ground, contestant, count, is_runs=True)


def crowd(
    ground: Ground, contestant: Contestant, count: int, *, is_runs: bool = False
) -> list[Line]:
    """Measures so many at once."""
    query, section = (FLIGHTS_100K, "runs at once") if is_runs else (FLIGHTS, "followers of a run")
    truth = ground.truth(query)
    rounds = Rounds(section, truth, ground.watch, rows=count * truth.rows)
    return rounds.measured([contestant], rounds=min(ground.rounds, ROUNDS))


def followers_of_one(ground: Ground, count: int) -> Contestant:
    """The run begins with the first of them."""

    def paths() -> list[str]:
        return [f"/api/runs/{ground.client.begin(f'{FLIGHTS.name}.auto')}/stream"] * count

    return Contestant(
        name=f"{count} followers, {ENCODING}",
        act=lambda: ground.client.drain_together(paths(), ENCODING),
        deliver=lambda: same_rows(ground.client, paths()),
        server=ground.process,
    )


def same_rows(client: Client, paths: list[str]) -> Iterator[Row]:
    """The rows of the last, when all before it brought the same."""
    *others, last = paths[:VERIFIED]
    with ThreadPoolExecutor(VERIFIED) as executor:
        digests = set(executor.map(partial(digest_at, client), others))
    if len(digests) > 1:
        raise WrongRows(f"Followers of the same rows received others: {digests}.")
    yield from rows_at(client, last)


def rows_at(client: Client, path: str) -> Iterator[Row]:
    """The rows that a follower receives."""
    return followed_rows(client.pieces(path, ENCODING), ENCODING)


def digest_at(client: Client, path: str) -> Digest:
    """The digest of them."""
    return digest(rows_at(client, path))
