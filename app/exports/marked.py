"""The JSON of rows where what stands in values is not taken for what stands between them. Pure.

In `["a,b",null],["c","null"]` a comma, a quotation mark and `null` can be either. Marked by control
characters, which JSON escapes, they are told apart: rows are cut and joined by replacing bytes.
"""

MARKS = b'",'
OTHERS = bytes(set(range(256)) - set(MARKS))
NULL, BACKSLASH, QUOTE, COMMA = b"\0", b"\1", b"\2", b"\3"
MEANINGS = ((NULL, b"null"), (BACKSLASH, rb"\\"), (QUOTE, rb"\""), (COMMA, b","))


def marked(rows: bytes) -> bytes:
    """The rows with a mark for each NULL, and for each comma and quotation mark in a value."""
    if b"\\" in rows:
        rows = rows.replace(rb"\\", BACKSLASH).replace(rb"\"", QUOTE)
    if has_commas(rows):
        rows = _without_commas(rows)
    return with_nulls(rows, NULL)


def meant(text: bytes) -> bytes:
    """The text with what its marks stand for."""
    for mark, meaning in MEANINGS:
        text = text.replace(mark, meaning)  # not copied where there is none
    return text


def has_commas(rows: bytes) -> bool:
    """Whether a value has one; none has a quotation mark. Of all others the marks are `""`."""
    marks = rows.translate(None, OTHERS)
    return 2 * marks.count(b'""') != marks.count(b'"')


def with_nulls(rows: bytes, text: bytes) -> bytes:
    """The rows with that for each NULL. No value has a comma, so none is before a value `null`."""
    if b"null" not in rows:
        return rows
    rows = rows.replace(b",null", b"," + text).replace(b",[null", b",[" + text)
    return b"[" + text + rows[5:] if rows.startswith(b"[null") else rows


def _without_commas(rows: bytes) -> bytes:
    parts = rows.split(b'"')  # by turns what stands between values, and a value
    parts[1::2] = b'"'.join(parts[1::2]).replace(b",", COMMA).split(b'"')
    return b'"'.join(parts)
