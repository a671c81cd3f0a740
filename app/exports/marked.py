"""The JSON of rows as a list of values, without parsing it. Pure.

In `["a,b",null],["c","null"]` a comma, a quotation mark and `null` can stand in a value or between
two. JSON escapes control characters: so they can be marks, of what is not to be mistaken.
"""

MARKS = b'",'
OTHERS = bytes(set(range(256)) - set(MARKS))
NULL, BACKSLASH, QUOTE = b"\0", b"\1", b"\2"
MEANINGS = ((NULL, b"null"), (BACKSLASH, rb"\\"), (QUOTE, rb"\""))


def cut_around_values(rows: bytes) -> list[bytes]:
    """By turns what stands between values, and a value, without its quotes and with marks."""
    if b"\\" in rows:
        rows = rows.replace(rb"\\", BACKSLASH).replace(rb"\"", QUOTE)
    if b"null" in rows:
        rows = _with_quoted_nulls(rows)
    return rows.split(b'"')


def meant(text: bytes) -> bytes:
    """The text with what its marks stand for."""
    for mark, meaning in MEANINGS:
        text = text.replace(mark, meaning)  # not copied where there is none
    return text


def has_commas(rows: bytes) -> bool:
    """Whether a value has one; none has a quotation mark. Then one mark stands between commas."""
    marks = rows.translate(None, OTHERS)
    return b',",' in b"," + marks


def with_nulls(rows: bytes, text: bytes) -> bytes:
    """The rows with that for each NULL. No value has a comma, so none is before a value `null`."""
    rows = rows.replace(b",null", b"," + text).replace(b",[null", b",[" + text)
    return b"[" + text + rows[5:] if rows.startswith(b"[null") else rows


def _with_quoted_nulls(rows: bytes) -> bytes:
    quoted = b'"%b"' % NULL
    if not has_commas(rows):
        return with_nulls(rows, quoted)
    pieces = rows.split(b'"')
    between = b'"'.join(pieces[::2]).replace(b"null", NULL)
    pieces[::2] = between.split(b'"')
    return b'"'.join(pieces).replace(NULL, quoted)
