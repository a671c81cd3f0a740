"""The composed statement: its forms, its binds, and what never becomes part of its text."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from app.catalog.query import Query, parse_query
from app.catalog.report import Column, Description, Parameter, Report
from app.catalog.statement import Composition, compose
from app.catalog.terms import Filter, Order
from app.database.values import TypedText
from app.errors import InvalidArgument, ReportBroken

REPORT = Report(
    name="sales",
    title="Sales",
    sql="select * from sales where region = $1 and day >= $2 -- $1\norder by day",
    parameters=(
        Parameter(name="region", label="Region", default="north"),
        Parameter(name="since", label="Since", default="2013-01-01"),
    ),
)


def column(name: str, type_: str = "integer", cast: str = "pg_catalog.int4") -> Column:
    return Column(name=name, type=type_, label=name, oid=23, cast=cast, variable=False)


TEXT = Column(name="note", type="text", label="Note", oid=25, cast="pg_catalog.text", textual=True)
FLAG = replace(column("flag", "boolean", "pg_catalog.bool"), output="pg_catalog.boolout")
JSON = replace(TEXT, name="doc", type="json", equality=False, ordering=False, textual=False)
COLUMNS = (column("id"), TEXT, FLAG, JSON, column("twice"), column("twice"))
DESCRIPTION = Description(
    parameter_types=("text", "date"),
    parameter_casts=("pg_catalog.text", "pg_catalog.date"),
    columns=COLUMNS,
)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def composed(*items: tuple[str, str], report: Report = REPORT) -> Composition:
    return compose(report, DESCRIPTION, parse_query(report, items))


def refusal(*items: tuple[str, str]) -> str:
    with pytest.raises(InvalidArgument) as caught:
        composed(*items)
    return caught.value.detail


def test_columns_stand_by_position_and_values_are_cast_binds() -> None:
    assert composed().select() == (
        "select r.c1::text as v1, r.c2::text as v2,"
        " pg_catalog.textin(pg_catalog.boolout(r.c3)) as v3,"
        " r.c4::text as v4, r.c5::text as v5, r.c6::text as v6\n"
        "from (\n"
        "select * from sales where region = (($1::text)::pg_catalog.text)"
        " and day >= (($2::text)::pg_catalog.date) -- $1\n"
        "order by day\n"
        ") as r(c1, c2, c3, c4, c5, c6)"
    )


def test_only_columns_of_variable_width_are_cut() -> None:
    assert (
        composed(("columns", "id,note"))
        .select(8192)
        .startswith("select r.c1::text as v1, left(r.c2::text, 8193) as v2\n")
    )


def test_filters_search_sort_and_limit_follow_the_report() -> None:
    asked = composed(
        ("where", "id.in.(1,2)"),
        ("where", "note.ilike.*air*"),
        ("where", "flag.is.true"),
        ("search", r"5%_\\"),
        ("order", "note.desc.nullslast,id"),
        ("limit", "7"),
    )

    assert asked.select().split("\n")[-3:] == [
        "where r.c1 in ((($3::text)::pg_catalog.int4), (($4::text)::pg_catalog.int4))"
        ' and r.c2::text collate pg_catalog."default" ilike ($5::text)'
        " and r.c3 is true"
        ' and (r.c2::text collate pg_catalog."default" ilike ($6::text))',
        "order by r.c2 desc nulls last, r.c1 asc",
        "limit 7",
    ]
    assert asked.binds == ("north", "2013-01-01", "1", "2", "%air%", r"%5\%\_\\\\%")


def test_a_count_leaves_out_every_sort() -> None:
    assert "order by" not in composed(("order", "id")).count()


def test_the_values_to_be_checked_are_told_with_their_types() -> None:
    assert composed(("where", "id.gt.5"), ("where", "note.like.x")).values == (
        TypedText("parameter 'region'", "text", "pg_catalog.text", "north"),
        TypedText("parameter 'since'", "date", "pg_catalog.date", "2013-01-01"),
        TypedText("filter on 'id'", "integer", "pg_catalog.int4", "5"),
    )


def test_a_null_argument_is_bound_and_not_checked() -> None:
    query = Query(arguments={"region": None, "since": "2013-01-01"})

    asked = compose(REPORT, DESCRIPTION, query)

    assert asked.binds == (None, "2013-01-01")
    assert len(asked.values) == 1


def test_a_list_of_nothing_is_false() -> None:
    assert "where false" in composed(("where", "id.in.()")).select()


def test_chosen_columns_come_in_their_order_from_their_places() -> None:
    asked = composed(("columns", "flag,id"))

    assert [each.name for each in asked.columns] == ["flag", "id"]
    assert asked.outputs == ("pg_catalog.textin(pg_catalog.boolout(r.c3))", "r.c1::text")


def test_raw_columns_are_neither_cast_nor_cut() -> None:
    asked = composed(("columns", "flag,note"), ("order", "id"), ("limit", "3"))

    lines = asked.raw().split("\n")
    assert lines[0] == "select r.c3, r.c2"
    assert lines[1:] == asked.select().split("\n")[1:]


def test_expressions_of_ones_own_have_the_same_rows() -> None:
    asked = composed(("where", "id.gt.1"))

    lines = asked.selecting(["r.c1 + 1", "'$9'"]).split("\n")
    assert lines[0] == "select r.c1 + 1, '$9'"
    assert lines[1:] == asked.select().split("\n")[1:]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (("where", "nope.eq.1"), "There is no column 'nope'; this report has: id, note, flag"),
        (("order", "nope"), "There is no column 'nope'"),
        (("columns", "nope"), "There is no column 'nope'"),
        (("columns", "twice"), "2 columns of this report are called 'twice'"),
        (("where", "twice.is.null"), "2 columns"),
        (("order", "twice"), "2 columns"),
        (("where", "doc.eq.{}"), "'doc' cannot be compared"),
        (("where", "doc.in.(1)"), "'doc' cannot be compared"),
        (("order", "doc"), "'doc' cannot be ordered"),
        (("where", "note.is.true"), "only a boolean can be is.true"),
    ],
)
def test_what_the_columns_do_not_allow_is_refused(items: tuple[str, str], reason: str) -> None:
    assert reason in refusal(items)


def test_what_has_no_order_can_still_be_equal() -> None:
    xid = replace(column("xid", "xid", "pg_catalog.xid"), ordering=False)
    description = replace(DESCRIPTION, columns=(xid,))

    equal = compose(REPORT, description, parse_query(REPORT, [("where", "xid.neq.1")]))
    with pytest.raises(InvalidArgument, match="cannot be ordered"):
        compose(REPORT, description, parse_query(REPORT, [("where", "xid.gt.1")]))

    assert "where r.c1 <> " in equal.select()


def test_a_report_without_text_cannot_be_searched() -> None:
    with pytest.raises(InvalidArgument, match="no text column"):
        compose(
            REPORT,
            replace(DESCRIPTION, columns=(column("id"),)),
            parse_query(REPORT, [("search", "x")]),
        )


def test_a_report_without_columns_is_broken() -> None:
    with pytest.raises(ReportBroken, match="no columns"):
        compose(REPORT, replace(DESCRIPTION, columns=()), parse_query(REPORT, []))


@given(region=TEXTS, value=TEXTS, search=TEXTS.filter(bool))
def test_no_value_changes_the_text(region: str, value: str, search: str) -> None:
    def asked(region: str, value: str, search: str) -> Composition:
        query = Query(
            arguments={"region": region, "since": "x"},
            where=(Filter("note", "eq", (value,)), Filter("id", "in", (value, "1"))),
            order=(Order("id"),),
            search=search,
        )
        return compose(REPORT, DESCRIPTION, query)

    given_, plain = asked(region, value, search), asked("x", "x", "x")
    assert (given_.select(9), given_.select_bounded(9), given_.count()) == (
        plain.select(9),
        plain.select_bounded(9),
        plain.count(),
    )
    assert given_.binds[:5] == (region, "x", value, value, "1")
