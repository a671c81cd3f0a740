"""Files made through COPY, and the same as psql and the downloads of runs print them."""

import subprocess
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import asyncpg

from app.catalog.describing import describe_report
from app.catalog.query import Query
from app.catalog.report import Parameter, Report
from app.catalog.statement import Composition, compose
from app.database.connection import CancellableConnection
from app.database.copy import copy_file
from app.database.session import Session, reading_transaction
from app.exports.export import CsvOptions
from app.exports.formats import row_format
from app.exports.textforms import text_form
from tests.postgres import Cluster
from tests.printing import TYPES

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

Name = Literal["csv", "json", "ndjson"]
NAMES: tuple[Name, ...] = ("csv", "json", "ndjson")
SESSION = Session(timeout=30, timezone="UTC", name="textforms")

TEXTS = [
    "",
    "plain",
    "\\.",
    "\\N",
    '"',
    '""',
    "a,b;c\td|e",
    "line\nbreak",
    "line\r\nbreak\r",
    "'; drop table x; --",
    "$1 $$ $x$",
    "\\' \\\\ \\n",
    "".join(map(chr, range(1, 0x20))),
    "\x7f\x80\x9f",
    "é😀שלום\u2028\u2029\ufeff\ufffe\U0010ffff",
    "%s %% {0}",
    "x" * 100_000,
    "true",
    "null",
    "NaN",
    "1.0",
]


@dataclass(frozen=True, slots=True)
class Copying:
    """A connection in a reading transaction, and the cluster that it belongs to."""

    connection: "Connection"
    cluster: Cluster
    url: str

    async def composed(self, sql: str, arguments: Sequence[str] = ()) -> Composition:
        """A report of that text, whose arguments are texts."""
        names = [f"p{number}" for number in range(1, len(arguments) + 1)]
        parameters = tuple(Parameter(name=name, label=name) for name in names)
        report = Report(name="any", title="Any", sql=sql, parameters=parameters)
        description = await describe_report(self.connection, report)
        given = dict(zip(names, arguments, strict=True))
        return compose(report, description, Query(arguments=given))

    async def file(
        self, name: Name, asked: Composition, options: CsvOptions | None = None
    ) -> bytes:
        """The whole file through COPY."""
        form = text_form(name, asked.columns, options=options or CsvOptions())
        parts: list[bytes] = [form.head()]

        async def take(data: bytes) -> None:
            parts.append(form.rows(data))

        sql = form.sql(asked)
        rows = await copy_file(self.connection, asked, sql, take, options=form.copy_options)
        return b"".join([*parts, form.tail(rows)])

    async def expected(self, name: Name, asked: Composition) -> bytes:
        """The same of the rows as a run keeps them: as texts."""
        texts = [list(row) for row in await self.connection.fetch(asked.select(), *asked.binds)]
        form = row_format(name, [(column.name, column.type) for column in asked.columns])
        return form.head() + form.rows(texts, first=True) + form.tail()

    def psql(self, sql: str, *, delimiter: str = ",", quote: str = '"') -> bytes:
        """The same CSV by psql."""
        chosen = f"delimiter {_literal(delimiter)}, quote {_literal(quote)}"
        done = subprocess.run(
            [self.cluster.binaries / "psql", self.url, "-qXAt", "-f", "-"],
            check=True,
            capture_output=True,
            input=f"copy ({sql}) to stdout (format csv, header, {chosen});".encode(),
            env={
                "PGOPTIONS": "-cTimeZone=UTC -clc_monetary=C -csynchronize_seqscans=off",
                "PGCLIENTENCODING": "UTF8",
            },
        )
        return done.stdout


async def copying(cluster: Cluster, url: str) -> AsyncGenerator[Copying]:
    connection = await asyncpg.connect(
        url, statement_cache_size=0, connection_class=CancellableConnection
    )
    try:
        async with reading_transaction(connection, SESSION):
            yield Copying(connection, cluster, url)
    finally:
        await connection.close()


async def with_types(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(TYPES)
    await connection.close()
    return url


def values_sql(values: Sequence[str]) -> str:
    """Every value on its own, and a row of nothing but NULLs of those types."""
    columns = ", ".join(f"({value}) as v{number}" for number, value in enumerate(values))
    nulls = ", ".join(f"case when i = 1 then v{number} end" for number in range(len(values)))
    return f"select {nulls} from (select {columns}) as v, generate_series(1, 2) as i order by i"


def names_sql(names: Sequence[str]) -> str:
    quoted = (f'{n} as "{name.replace(chr(34), chr(34) * 2)}"' for n, name in enumerate(names))
    return "select " + ", ".join(quoted)


async def same(copying: Copying, asked: Composition) -> None:
    for name in NAMES:
        assert await copying.file(name, asked) == await copying.expected(name, asked), name


def array_of(texts: Sequence[str | None]) -> str:
    """PostgreSQL's text of an array."""
    quoted = (
        "NULL" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for text in texts
    )
    return "{" + ",".join(quoted) + "}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
