"""Every SQLSTATE of PostgreSQL's own table is an error of ours, with none of its words."""

import asyncpg
import pytest

from app.database.translate import Canceled, error_class, translated
from app.errors import (
    DatabaseBusy,
    DatabaseLost,
    DatabaseUnavailable,
    Forbidden,
    QueryFailed,
    ReportBroken,
    RowstreamError,
)

SECRET = "row value 4711"  # noqa: S105  (it has to look like one)
KINDS = [
    ("08006", DatabaseLost),
    ("08P01", DatabaseLost),
    ("0A000", ReportBroken),
    ("21000", QueryFailed),
    ("22012", QueryFailed),
    ("22P02", QueryFailed),
    ("23505", QueryFailed),
    ("25006", ReportBroken),
    ("25P03", DatabaseLost),
    ("28P01", DatabaseUnavailable),
    ("3D000", DatabaseUnavailable),
    ("40001", DatabaseBusy),
    ("40P01", DatabaseBusy),
    ("42501", Forbidden),
    ("42601", ReportBroken),
    ("42703", ReportBroken),
    ("42P01", ReportBroken),
    ("53100", DatabaseBusy),
    ("53200", DatabaseBusy),
    ("53300", DatabaseUnavailable),
    ("53400", DatabaseBusy),
    ("54001", QueryFailed),
    ("55P03", DatabaseBusy),
    ("57P01", DatabaseLost),
    ("57P02", DatabaseLost),
    ("57P03", DatabaseUnavailable),
    ("58030", DatabaseBusy),
    ("P0001", QueryFailed),
    ("XX000", QueryFailed),
    ("", QueryFailed),
]


def postgres_error(sqlstate: str) -> asyncpg.PostgresError:
    fields = {"C": sqlstate, "M": SECRET, "D": SECRET, "H": SECRET}
    error: asyncpg.PostgresError = asyncpg.PostgresError.new(fields)
    return error


def translation(
    error: BaseException, *, show_detail: bool = False, connecting: bool = False
) -> RowstreamError:
    with (
        pytest.raises(RowstreamError) as caught,
        translated(show_detail=show_detail, connecting=connecting),
    ):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


@pytest.mark.parametrize(("sqlstate", "kind"), KINDS)
def test_a_sqlstate_is_one_error(sqlstate: str, kind: type[RowstreamError]) -> None:
    assert error_class(sqlstate) is kind


@pytest.mark.parametrize("sqlstate", [sqlstate for sqlstate, _ in KINDS if sqlstate])
def test_none_of_postgresqls_words_travel(sqlstate: str) -> None:
    error = translation(postgres_error(sqlstate))

    assert type(error) is error_class(sqlstate)
    assert error.extra == {"sqlstate": sqlstate}
    assert SECRET not in str(error.problem())


@pytest.mark.parametrize("sqlstate", [sqlstate for sqlstate, _ in KINDS if sqlstate])
def test_an_error_that_passes_says_when_to_come_back(sqlstate: str) -> None:
    error = translation(postgres_error(sqlstate))

    assert (error.retry_after is not None) == error.retryable


def test_an_operator_who_wants_postgresqls_words_gets_them_all() -> None:
    error = translation(postgres_error("22012"), show_detail=True)

    assert error.hint == " ".join([SECRET] * 3)
    assert SECRET not in error.detail


@pytest.mark.parametrize(
    ("sqlstate", "words"),
    [
        ("22012", "(division by zero)"),
        ("42703", "(undefined column)"),
        ("22P02", "(invalid text representation)"),
        ("42501", "does not let this server read"),
    ],
)
def test_the_sentence_names_the_condition(sqlstate: str, words: str) -> None:
    assert words in translation(postgres_error(sqlstate)).detail


@pytest.mark.parametrize("connecting", [False, True])
def test_a_cancelled_statement_is_for_the_run_to_judge(*, connecting: bool) -> None:
    with pytest.raises(Canceled), translated(connecting=connecting):
        raise postgres_error("57014")


@pytest.mark.parametrize(
    ("error", "reading", "connecting"),
    [
        (asyncpg.InterfaceError("x"), DatabaseLost, DatabaseUnavailable),
        (asyncpg.InternalClientError("x"), DatabaseLost, DatabaseUnavailable),
        (asyncpg.TargetServerAttributeNotMatched("x"), DatabaseLost, DatabaseUnavailable),
        (ConnectionRefusedError(), DatabaseUnavailable, DatabaseUnavailable),
        (TimeoutError(), DatabaseUnavailable, DatabaseUnavailable),
        (postgres_error("57P01"), DatabaseLost, DatabaseUnavailable),
        (postgres_error("53200"), DatabaseBusy, DatabaseBusy),
        (postgres_error("42501"), Forbidden, DatabaseUnavailable),
        (postgres_error("XX000"), QueryFailed, DatabaseUnavailable),
    ],
    ids=lambda value: getattr(value, "sqlstate", None) or getattr(value, "__name__", repr(value)),
)
def test_what_happens_while_connecting_is_no_fault_of_a_report(
    error: Exception, reading: type[RowstreamError], connecting: type[RowstreamError]
) -> None:
    assert type(translation(error)) is reading
    assert type(translation(error, connecting=True)) is connecting


def test_what_is_not_of_the_database_passes() -> None:
    with pytest.raises(LookupError), translated():
        raise LookupError
