"""What the peers send, read as rows of printed texts, so that they can be held against PostgreSQL's.

What differs only in how it is printed becomes what `psql` prints with the time zone UTC: instants
("2013-01-01T10:00:00.000Z", "2013-01-01 10:00:00+00:00") and numbers ("1.0"). CSV does not tell an
empty text from a null: both are None. Datasette's `rowid` is left out.
"""

from collections.abc import Iterable, Iterator

from loadtests.peers.contestants import Form

Row = list[str | None]


def rows_of(form: Form, pieces: Iterable[bytes]) -> Iterator[Row]:
    """The rows of a body, whose pieces may end anywhere."""
    raise NotImplementedError
