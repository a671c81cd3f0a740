"""Rows from JSON to CSV by replacing bytes, where no value needs a quote. Pure.

Most blocks of rows are such: it takes a third of the time of parsing and printing them.
"""

from app.exports.marked import has_commas, with_nulls

EMPTY, NUL = b'""', b"\0"  # a raw NUL is in no JSON


def plain_csv(rows: bytes) -> bytes | None:
    """The records of `["a",null],["","b"]`; None where a value has what CSV or JSON escapes."""
    if b"\\" in rows or has_commas(rows):
        return None
    # By now each comma stands between values or rows, and each quotation mark at a value's edge.
    if b"null" in rows:
        rows = with_nulls(rows, b"")
    lines = rows[1:-1].replace(b"],[", b"\n")
    has_empty = EMPTY in lines
    if has_empty:
        lines = lines.replace(EMPTY, NUL)
    lines = lines.translate(None, b'"')  # four times as fast as to replace it
    return (lines.replace(NUL, EMPTY) if has_empty else lines) + b"\n"
