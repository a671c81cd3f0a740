"""Which reader a plan gets, case by case."""

import pytest

from app.catalog.report import Reader
from app.database.explain import Plan
from app.database.volatility import Calls
from app.runs.choice import choose_reader, comes_before_the_rows

NONE = Calls(volatile=False, written=False)
VOLATILE = Calls(volatile=True, written=False)
LARGE = Plan(rows=1_000_000, cost=20_000.0, nodes=frozenset({"Seq Scan"}))
SMALL = Plan(rows=500, cost=20.0, nodes=frozenset({"Seq Scan"}))
PARALLEL = Plan(rows=3, cost=9_000.0, startup_cost=8_999.0, nodes=frozenset({"Gather"}))
FUNCTION = Plan(rows=1_000_000, cost=20_000.0, nodes=frozenset({"Function Scan"}))
FOREIGN = Plan(rows=1_000_000, cost=20_000.0, nodes=frozenset({"Hash Join", "Foreign Scan"}))
DEAR_ROWS = Plan(rows=20_000, cost=90_000_000.0, nodes=frozenset({"Nested Loop"}))


@pytest.mark.parametrize(
    ("plan", "reader"),
    [
        (LARGE, "copy"),
        (SMALL, "cursor"),
        (PARALLEL, "copy"),
        (FUNCTION, "cursor"),
        (FOREIGN, "cursor"),
        (DEAR_ROWS, "cursor"),
    ],
)
def test_auto_takes_what_suits_the_plan(plan: Plan, reader: str) -> None:
    assert choose_reader("auto", plan, NONE).reader == reader


@pytest.mark.parametrize("calls", [VOLATILE, Calls(volatile=False, written=True)])
def test_functions_that_may_be_slow_are_read_row_by_row(calls: Calls) -> None:
    assert choose_reader("auto", LARGE, calls).reader == "cursor"


@pytest.mark.parametrize("asked", ["cursor", "copy"])
def test_what_was_asked_for_is_taken(asked: Reader) -> None:
    assert choose_reader(asked, FUNCTION, VOLATILE).reader == asked


@pytest.mark.parametrize(
    ("rows", "count", "is_counted"),
    [
        (Plan(rows=336_776, cost=13_928), 7_923, True),
        (Plan(rows=336_776, cost=57_566, startup_cost=56_724), 7_923, True),
        (Plan(rows=16, cost=8_630, startup_cost=8_625), 8_630, False),
        (Plan(rows=33_678, cost=10_557, startup_cost=10_221), 10_978, False),
        (Plan(rows=2_000_000, cost=221_357, startup_cost=171_826), 216_826, True),
    ],
    ids=["scan", "sort", "aggregate", "distinct", "many groups"],
)
def test_what_would_be_there_with_the_rows_is_not_counted(
    rows: Plan, count: int, *, is_counted: bool
) -> None:
    assert comes_before_the_rows(Plan(rows=1, cost=count), rows) is is_counted
