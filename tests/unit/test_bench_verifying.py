"""The benchmark finds every kind of wrong rows, and takes ratios between neighbours."""

import os
import socket
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import orjson
import psutil
import pytest

from loadtests.bench.client import Thrown
from loadtests.bench.costs import Watch
from loadtests.bench.downloads import objects
from loadtests.bench.results import BEGIN, END, put
from loadtests.bench.rounds import Contestant, Line, Rounds, Truth
from loadtests.bench.rows import Row, View, exact, followed_rows, without_nulls
from loadtests.bench.table import ratios
from loadtests.bench.targets import Times, Within
from loadtests.following import WrongRows

ROWS: list[Row] = [["1", "a"], ["2", None], ["3", ""]]


def contestant(rows: list[Row], view: View = exact) -> Contestant:
    return Contestant(name="one", act=lambda: None, deliver=lambda: rows, view=view)


def stream(*events: tuple[str, object]) -> bytes:
    texts = [f"event: {kind}\ndata: {orjson.dumps(data).decode()}\n\n" for kind, data in events]
    return "".join(["retry: 1000\n\n", *texts]).encode()


def completed(rows: int, status: str = "completed") -> tuple[str, object]:
    return (status, {"status": status, "rows": rows})


def in_pieces(body: bytes, size: int = 7) -> Iterable[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def test_the_same_rows_are_right() -> None:
    Truth(lambda: ROWS).verify(contestant(ROWS))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(ROWS[:-1], id="one missing"),
        pytest.param([*ROWS, ROWS[-1]], id="one twice"),
        pytest.param([ROWS[1], ROWS[0], ROWS[2]], id="another order"),
        pytest.param([ROWS[0], ["2", ""], ROWS[2]], id="empty for null"),
        pytest.param([["1", "b"], *ROWS[1:]], id="another value"),
        pytest.param([["1,a"], *ROWS[1:]], id="values run together"),
    ],
)
def test_other_rows_are_found(wrong: list[Row]) -> None:
    with pytest.raises(WrongRows, match="one"):
        Truth(lambda: ROWS).verify(contestant(wrong))


def test_who_cannot_tell_nulls_may_send_empty_texts() -> None:
    blurred: list[Row] = [["1", "a"], ["2", None], ["3", None]]
    Truth(lambda: ROWS).verify(contestant(blurred, view=without_nulls))
    with pytest.raises(WrongRows):
        Truth(lambda: ROWS).verify(contestant(blurred, view=exact))


def test_the_rows_of_a_stream_come_out_of_its_chunks() -> None:
    body = stream(("run", {}), ("chunk", {"rows": ROWS[:2]}), ("chunk", {"rows": ROWS[2:]}))
    body += stream(completed(3))
    assert list(followed_rows(in_pieces(body), "identity")) == ROWS


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([], id="no end"),
        pytest.param([completed(4)], id="another number of rows"),
        pytest.param([completed(3, "failed")], id="failed"),
        pytest.param([completed(3, "cancelled")], id="cancelled"),
    ],
)
def test_a_stream_that_does_not_end_well_is_found(end: list[tuple[str, object]]) -> None:
    body = stream(("chunk", {"rows": ROWS}), *end)
    with pytest.raises(WrongRows):
        list(followed_rows([body], "identity"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 503 Busy\r\n\r\n0\r\n\r\n", id="an error"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n5\r\nabc", id="cut off"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_an_answer_that_is_not_whole_is_found(answer: bytes) -> None:
    with pytest.raises(WrongRows, match="/rows"):
        throw_away(answer)


def test_a_whole_answer_is_counted() -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert throw_away(answer).size == len(answer)


def throw_away(answer: bytes) -> Thrown:
    body = Thrown("/rows")
    server, client = socket.socketpair()
    with closing(client):
        with closing(server):
            server.sendall(answer)
        while body.take(client):
            pass
    return body


def test_a_file_of_objects_gives_its_rows() -> None:
    body = b'[\n{"n":1,"t":"a"},\n{"n":2.50,"t":null}\n]\n'
    assert list(objects(in_pieces(body), is_array=True)) == [["1", "a"], ["2.50", None]]


@pytest.mark.parametrize("body", [b'[\n{"n":1}\n', b'{"n":1}\n]\n', b'[\n{"n":1}\n]'])
def test_a_file_that_is_not_whole_is_found(body: bytes) -> None:
    with pytest.raises(WrongRows):
        list(objects([body], is_array=True))


def test_each_contestant_runs_right_after_its_references() -> None:
    turns: list[str] = []
    base = noting(turns, "reference")
    both = [noting(turns, name, base) for name in ("a", "b")]
    lines = rounds().measured(both, rounds=2)
    verified = ["reference", "a", "b"]
    assert turns == [*verified, *["reference", "a", "reference", "b"] * 2]
    assert [(line.what, line.reference, len(line.ratios)) for line in lines] == [
        ("reference", "", 0),
        ("a", "reference", 2),
        ("b", "reference", 2),
    ]


def noting(turns: list[str], name: str, *references: Contestant) -> Contestant:
    return Contestant(name=name, act=lambda: turns.append(name), references=references)


def rounds() -> Rounds:
    return Rounds("section", Truth(lambda: ROWS), Watch(psutil.Process(os.getpid())))


def test_a_ratio_shows_how_far_the_rounds_lie_apart() -> None:
    assert ratios([1.5, 1.25, 2.0]) == "1.50 (1.25-2.00)"


def test_a_target_is_held_against_the_median() -> None:
    line = Line(section="s", what="one", reference="other", ratios=[0.9, 2.0, 1.0])
    assert Times("t", 1.0, "s", "one", "other").cells([line])[2:] == ["1.00 x", "yes"]
    assert Times("t", 1.1, "s", "one", "other").cells([line])[2:] == ["1.00 x", "no"]
    assert Times("t", 1.1, "s", "one", "nobody").cells([line])[2:] == ["not measured", ""]
    assert Within("t", 10, "s").cells([])[2:] == ["not measured", ""]


def test_what_stands_around_the_marks_stays(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put(file, ["new"])
    put(file, ["| newer |"])
    assert file.read_text() == f"before\n{BEGIN}\n\n| newer |\n\n{END}\nafter\n"


def test_a_file_without_marks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text("mine\n")
    with pytest.raises(SystemExit, match="no place"):
        put(file, ["new"])
    assert file.read_text() == "mine\n"
