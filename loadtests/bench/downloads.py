r"""The rows of a finished run as files, against `psql \copy` of the same query."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from loadtests.bench.alone import output, run_psql
from loadtests.bench.client import Client
from loadtests.bench.ground import Ground
from loadtests.bench.queries import FLIGHTS, Query
from loadtests.bench.rounds import Contestant, Line
from loadtests.bench.rows import Row, exact, without_nulls
from loadtests.following import WrongRows
from loadtests.peers.contestants import psql_copy
from loadtests.peers.rows import rows_of

SECTION = "download"
FORMATS = ("csv", "ndjson", "json")
BRACKETS = (b"[", b"]")


def downloads(ground: Ground) -> Iterator[Line]:
    """The flights in every format."""
    run = finished_run(ground.client, FLIGHTS)
    reference = copied(ground.url, FLIGHTS)
    contestants = [download(ground, run, form, reference) for form in FORMATS]
    yield from ground.rounds_of(SECTION, FLIGHTS, contestants)


def finished_run(client: Client, query: Query) -> str:
    """The id of a run that was followed to its end."""
    run = client.begin(f"{query.name}.copy")
    client.drain(f"/api/runs/{run}/stream")
    return run


def download(ground: Ground, run: str, form: str, reference: Contestant) -> Contestant:
    """One file, over a socket."""
    path = f"/api/runs/{run}/rows.{form}"

    def deliver() -> Iterable[Row]:
        pieces = ground.client.pieces(path)
        return rows_of("csv", pieces) if form == "csv" else objects(pieces, is_array=form == "json")

    return Contestant(
        name=f"rows.{form}",
        act=lambda: ground.client.drain(path),
        deliver=deliver,
        references=[reference],
        server=ground.process,
        view=without_nulls if form == "csv" else exact,
    )


def copied(url: str, query: Query, path: Path = Path(os.devnull)) -> Contestant:
    r"""`psql \copy` into a file; to nowhere without one."""
    command = psql_copy(url, query.sql)

    def deliver() -> Iterator[Row]:
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            yield from rows_of("csv", output(process))

    return Contestant(
        name=r"psql \copy … csv",
        act=lambda: run_psql(command, path),
        deliver=deliver,
        view=without_nulls,
    )


def objects(pieces: Iterable[bytes], *, is_array: bool) -> Iterator[Row]:
    """The rows of objects, one on each line; those of an array have brackets around them."""
    found: list[bytes] = []
    for line in lines(pieces):
        if line in BRACKETS:
            found.append(line)
        else:
            row = json.loads(line.removesuffix(b","), parse_int=str, parse_float=str)
            yield list(row.values())
    if tuple(found) != (BRACKETS if is_array else ()):
        raise WrongRows(f"The file has the brackets {found}.")


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines, without their ends."""
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from whole
    if begun:
        raise WrongRows("The file ends in the middle of a line.")
