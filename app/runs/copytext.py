"""COPY's text format into the JSON of rows, whole chunks at a time. Pure.

A line is a row, a tab ends a value, `\\N` is NULL, and a backslash begins an escape
(PostgreSQL, COPY, "Text Format"). The escapes are JSON's own but for `\\v`; JSON wants quotes and
the other control characters escaped as well. So a chunk is made by replacing bytes, not by looking
at values; the result is what orjson writes for the same rows.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

Line = bytes

# What COPY leaves as it is and JSON does not allow: all below U+0020 but the six it escapes.
CONTROLS = bytes(set(range(1, 0x20)) - set(b"\b\t\n\v\f\r"))
CONTROL = re.compile(b"[" + re.escape(CONTROLS) + b"]")
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
VERTICAL_TAB = rb"\u000b"


def encode_lines(lines: Sequence[Line]) -> bytes:
    """`[["a",null],["b","c"]]` from lines without their ends, as orjson writes it."""
    text = b"\n".join(lines)
    if any(control in text for control in CONTROLS):
        text = CONTROL.sub(_unicode_escape, text)
    text = text.replace(b'"', rb"\"")
    has_escapes = b"\\" in text
    if has_escapes and rb"\v" in text:
        text = ESCAPE.sub(_json_escape, text)
    text = text.replace(b"\t", b'","').replace(b"\n", b'"],["')
    text = b'[["' + text + b'"]]'
    # A backslash in a value is doubled, so this is a whole value.
    return text.replace(rb'"\N"', b"null") if has_escapes else text


def lines_within(lines: Sequence[Line], most_bytes: int) -> Sequence[Line]:
    """The lines before the first whose values have more than `most_bytes`; usually all."""
    if max(map(len, lines), default=0) <= most_bytes:
        return lines
    return list(takewhile(lambda line: sum(value_bytes(line)) <= most_bytes, lines))


def value_bytes(line: Line) -> list[int]:
    """The bytes of each value's text; NULL has none."""
    return [0 if value == rb"\N" else len(ESCAPE.sub(b"?", value)) for value in line.split(b"\t")]


def _unicode_escape(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % found[0][0]


def _json_escape(found: re.Match[bytes]) -> bytes:
    return VERTICAL_TAB if found[1] == b"v" else found[0]
