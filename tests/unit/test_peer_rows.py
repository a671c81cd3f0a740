"""What the benchmark's peers send is read as the rows that psql prints."""

import pytest

from loadtests.peers.contestants import Form
from loadtests.peers.rows import Truncated, comparable, rows_of

END = b"event: end\ndata: {}\n\n"
BODIES: list[tuple[Form, str]] = [
    ("sse", f'data: [{{"a":"ü€"}},{{"a":"z"}}]\n\n{END.decode()}'),
    ("csv", 'a\nü€\n"z"\n'),
]


def test_an_event_is_a_list_of_rows_by_column_name() -> None:
    body = b'data: [{"a":1,"b":"x"},{"a":null,"b":"y"}]\n\ndata: [{"a":2,"b":""}]\n\n' + END
    assert list(rows_of("sse", [body])) == [["1", "x"], [None, "y"], ["2", ""]]


def test_numbers_and_booleans_are_printed_as_psql_prints_them() -> None:
    body = b'data: [{"whole":100.0,"large":9007199254740993,"part":0.1,"yes":true}]\n\n' + END
    assert list(rows_of("sse", [body])) == [["100", "9007199254740993", "0.1", "t"]]


def test_a_text_that_looks_like_a_number_stays_as_it_is() -> None:
    assert list(rows_of("sse", [b'data: [{"a":"1.0"}]\n\n' + END])) == [["1.0"]]


def test_a_stream_without_its_last_event_is_refused() -> None:
    with pytest.raises(Truncated):
        list(rows_of("sse", [b'data: [{"a":1}]\n\n']))


def test_csv_has_a_header_quotes_and_nulls() -> None:
    body = b'a,b\r\n1,"x, ""y""\nz"\r\n,last'
    assert list(rows_of("csv", [body])) == [["1", 'x, "y"\nz'], [None, "last"]]


def test_the_row_number_of_sqlite_is_left_out() -> None:
    assert list(rows_of("csv", [b"rowid,a\r\n1,x\r\n2,y\r\n"])) == [["x"], ["y"]]


@pytest.mark.parametrize(("form", "body"), BODIES)
def test_pieces_may_end_anywhere(form: Form, body: str) -> None:
    pieces = (bytes([byte]) for byte in body.encode())
    assert list(rows_of(form, pieces)) == [["ü€"], ["z"]]


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        ("2013-01-01T10:00:00.000Z", "2013-01-01 10:00:00"),
        ("2013-01-01 10:00:00+00", "2013-01-01 10:00:00"),
        ("2013-01-01 10:00:00+00:00", "2013-01-01 10:00:00"),
        ("2013-01-01 10:00:00.120+00", "2013-01-01 10:00:00.12"),
        ("2013-01-01 10:00:00+02", "2013-01-01 10:00:00+02"),
        ("2013-01-01 10:00:00 or later", "2013-01-01 10:00:00 or later"),
        (None, None),
    ],
)
def test_an_instant_is_the_same_however_it_is_printed(
    printed: str | None, same: str | None
) -> None:
    assert comparable(printed) == same
