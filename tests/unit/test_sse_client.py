"""The tests' own reader of event streams, held against the WHATWG specification."""

import pytest
from hypothesis import given, strategies as st

from tests.sse_client import Event, EventReader

LINE_ENDS = ["\n", "\r", "\r\n"]
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"))
words = st.text("abcdef", min_size=1)
events = st.lists(st.tuples(words, st.lists(text, min_size=1), words))


def read(*pieces: bytes) -> list[Event]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


def encoded(kind: str, lines: list[str], ident: str, end: str) -> str:
    data = [f"data: {line}{end}" for line in lines]
    return "".join([f"event: {kind}{end}", f"id: {ident}{end}", *data, end])


@given(events, st.sampled_from(LINE_ENDS), st.data())
def test_any_cut_of_the_bytes_gives_the_events_that_were_written(
    written: list[tuple[str, list[str], str]], end: str, choice: st.DataObject
) -> None:
    body = "".join(encoded(*event, end) for event in written).encode()
    cuts = sorted(choice.draw(st.lists(st.integers(0, len(body)))))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    expected = [Event(kind, "\n".join(lines), ident) for kind, lines, ident in written]
    assert read(*pieces) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\n", [Event("message", "a", "")]),
        (b"data:a\r\rdata:  b\r\n\r\n", [Event("message", "a", ""), Event("message", " b", "")]),
        (b"\xef\xbb\xbfdata: a\n\n", [Event("message", "a", "")]),
        (b"data: a\ndata: b\ndata\n\n", [Event("message", "a\nb\n", "")]),
        (b": comment\nevent: x\n\ndata: a\n\n", [Event("message", "a", "")]),
        (b"id: 1\n\ndata: a\n\n", [Event("message", "a", "1")]),
        (b"id: 1\0\ndata: a\n\n", [Event("message", "a", "")]),
        (b"data: \xff\n\n", [Event("message", "\ufffd", "")]),
        (b"data: never dispatched\n", []),
        (b"unknown: field\n\n", []),
    ],
    ids=[
        "a plain event",
        "CR, CRLF and one space only",
        "a BOM",
        "several lines of data",
        "a comment and a type without data",
        "the last id stays",
        "an id with NUL is ignored",
        "broken UTF-8",
        "the end without a blank line",
        "an unknown field",
    ],
)
def test_it_reads_as_the_specification_says(body: bytes, expected: list[Event]) -> None:
    assert read(body) == expected
    assert read(*(bytes([byte]) for byte in body)) == expected


def test_a_retry_is_taken_when_it_is_digits_only() -> None:
    reader = EventReader()
    reader.feed(b"retry: 1000\nretry: 1s\n\n")

    assert reader.retry == 1000
