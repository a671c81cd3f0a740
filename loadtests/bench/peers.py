"""A followed run against the same rows as people send them today, to the same client.

Everybody sends them as they are: no peer compresses, so the run is followed without a coding.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from loadtests.bench.client import Client
from loadtests.bench.followed import follower
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS
from loadtests.bench.rounds import Contestant, Line
from loadtests.bench.rows import without_nulls
from loadtests.peers.contestants import PEERS, Peer
from loadtests.peers.rows import rows_of
from loadtests.peers.serving import serving

SECTION = "against others"
ROUNDS = 3  # some of them take ten times as long


def against_others(ground: Ground) -> Iterator[Line]:
    """The flights through each peer, and through a followed run right after it."""
    with tempfile.TemporaryDirectory(prefix="rowstream-peers-") as folder:
        for peer in PEERS:
            started = serving(peer, database_url=ground.url, query=FLIGHTS.sql, folder=Path(folder))
            with started as (address, process):
                other = contestant(peer, Client(address), process)
                own = follower(
                    ground, FLIGHTS, reader="auto", encoding="identity", references=[other]
                )
                yield from ground.rounds_of(SECTION, FLIGHTS, [own], most=ROUNDS)


def contestant(peer: Peer, client: Client, process: psutil.Process) -> Contestant:
    """One peer; its rows are compared without telling an empty text from a null."""
    return Contestant(
        name=peer.name,
        act=lambda: client.drain(peer.path),
        deliver=lambda: rows_of(peer.form, client.pieces(peer.path)),
        server=process,
        view=without_nulls,
    )
