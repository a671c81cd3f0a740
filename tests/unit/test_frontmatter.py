"""Report files: what they can say, and what is said of those that are wrong."""

import pytest

from app.catalog.frontmatter import BrokenReportError, parse_report
from app.catalog.report import Parameter, Report

DELAYED = """\
-- title = "Delayed departures"
-- description = "The worst first."
-- parameters = [
--   { name = "min_delay", label = "Minimum delay", default = 60 },
--   { name = "carrier", default = "", options = "select carrier, name from airlines;" },
--   { name = "since", required = false },
-- ]
-- labels = { dep_delay = "Departure delay" }
-- total = "estimate"
-- timeout = 1.5
-- chunk_rows = 10
-- timezone = "Europe/Berlin"
-- reader = "cursor"

-- the flights
select * from flights where dep_delay >= $1 and carrier = $2 and day >= $3;
"""

# Each with the line that is to be looked at.
BROKEN = {
    "-- title = 'open\nselect 1": (1, "not TOML"),
    "-- title = 'a'\n-- x y\nselect 1": (2, "not TOML"),
    "-- total = 'exact'\n-- titel = 'a'\nselect 1": (2, "unknown field `titel`"),
    "-- title = 'a'\n-- total = 'some'\nselect 1": (2, "'some'"),
    "-- timeout = 0\nselect 1": (1, "0.0"),
    "-- chunk_rows = 0\nselect 1": (1, "chunk_rows"),
    "-- timezone = 'Mars'\nselect 1": (1, "no time zone 'Mars'"),
    "-- parameters = [\n-- {name = 'a', dflt = 1}]\nselect $1": (2, "unknown field `dflt`"),
    "-- parameters = [\n-- {name = 'limit'}]\nselect $1": (2, "Rowstream's own words"),
    "-- parameters = [{name = 'a b'}]\nselect $1": (1, "not made of letters"),
    "-- parameters = [{name = 'a'}, {name = 'a'}]\nselect $1, $2": (1, "Two parameters"),
    "-- parameters = [{name = 'a', default = [1]}]\nselect $1": (1, "list or a table"),
    "-- parameters = [{name = 'a', default = 1, required = true}]\nselect $1": (1, "has a default"),
    "-- parameters = [{name = 'a', options = 'drop table x'}]\nselect $1": (1, "options of 'a'"),
    "-- parameters = [{name = 'a', options = 'select $1'}]\nselect $1": (1, "no placeholder"),
    "-- parameters = [\n-- {name = 'a'},\n-- {name = 'b'}]\nselect $1": (3, "'b' is not used"),
    "-- title = 'a'\nselect 1,\n  $1": (3, "\\$1 has no parameter"),
    "-- title = 'a'\n\nselect 1\nfrom a b c": (4, 'near "c"'),
    "-- title = 'a'\n": (2, "has none"),
}


def parse(text: str) -> Report:
    return parse_report("late_flights", text, source="late_flights.sql")


def default(toml: str) -> str | None:
    report = parse(f"-- parameters = [{{name = 'a', default = {toml}}}]\nselect $1")
    return report.parameters[0].default


def test_every_key_of_the_comment_is_read() -> None:
    assert parse(DELAYED) == Report(
        name="late_flights",
        title="Delayed departures",
        description="The worst first.",
        sql="\n-- the flights\n"
        "select * from flights where dep_delay >= $1 and carrier = $2 and day >= $3",
        parameters=(
            Parameter(name="min_delay", label="Minimum delay", default="60", line=4),
            Parameter(
                name="carrier",
                label="Carrier",
                default="",
                options="select carrier, name from airlines",
                line=5,
            ),
            Parameter(name="since", label="Since", line=6),
        ),
        labels={"dep_delay": "Departure delay"},
        total="estimate",
        timeout=1.5,
        chunk_rows=10,
        timezone="Europe/Berlin",
        reader="cursor",
        source="late_flights.sql",
        line=14,
    )


def test_a_bare_select_is_a_report_named_by_its_file() -> None:
    assert parse("select 1") == Report(
        name="late_flights", title="Late flights", sql="select 1", source="late_flights.sql"
    )


def test_a_parameter_without_a_default_is_required() -> None:
    assert parse("-- parameters = [{name = 'a'}]\nselect $1").parameters[0].required


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert parse("\ufeff" + DELAYED.replace("\n", "\r\n")) == parse(DELAYED)


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        ("1.10", "1.10"),
        ("12345678901234567890", "12345678901234567890"),
        ("true", "true"),
        ("2013-01-31", "2013-01-31"),
        ("2013-01-31T12:00:00Z", "2013-01-31 12:00:00+00:00"),
        ("12:30:00", "12:30:00"),
        ("'{a,b}'", "{a,b}"),
    ],
)
def test_a_default_becomes_text_that_postgresql_reads(toml: str, text: str) -> None:
    assert default(toml) == text


@pytest.mark.parametrize(("text", "place"), BROKEN.items())
def test_a_mistake_is_said_with_its_line(text: str, place: tuple[int, str]) -> None:
    line, reason = place

    with pytest.raises(BrokenReportError, match=reason) as caught:
        parse(text)

    assert caught.value.line == line
