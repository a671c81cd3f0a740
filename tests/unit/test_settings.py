"""Settings: read once, each by its kind, refused in a sentence, printed without secrets."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from app.errors import StartupError
from app.setting_values import parse_names, parse_size, parse_time
from app.settings import PREFIX, Settings, data_of, masked, shown, unknown_variables, variable

SECRET = "s3cret"  # noqa: S105  (it has to look like one)
WORD = st.text(st.characters(codec="ascii", exclude_characters="\n\r"), min_size=1)


def read(**environ: str) -> Settings:
    return Settings.read({PREFIX + name: value for name, value in environ.items()})


def refusal(name: str, text: str) -> str:
    with pytest.raises(StartupError) as caught:
        read(**{name: text})
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("1048576", 2**20), ("256MiB", 2**28), ("1GB", 10**9), (" 1.5 kib ", 1536)],
)
def test_a_size_takes_units(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30.0), ("250ms", 0.25), ("5min", 300.0), ("1h", 3600.0), ("7 D", 604_800.0)],
)
def test_a_time_takes_units(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds)


@given(st.lists(st.sampled_from(["a", "b c", "", " "])))
def test_a_list_has_no_empty_members(names: list[str]) -> None:
    assert parse_names(",".join(names)) == tuple(name for name in names if name.strip())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", "0", 0),
        ("PORT", "65535", 65535),
        ("ANONYMOUS", "Yes", True),
        ("ANONYMOUS", "off", False),
        ("DATA", "/srv/rows", Path("/srv/rows")),
        ("EXPOSE", "public, sales", ("public", "sales")),
        ("POOL", "1_000", 1000),
        ("COUNT_COST", "2.5e6", 2_500_000.0),
        ("COUNT_COST", "inf", float("inf")),
        ("READER", "cursor", "cursor"),
        ("RUN_TIMEOUT", "90s", 90.0),
        ("ROW_BYTES", "8MiB", 2**23),
        ("TIMEZONE", "Europe/Berlin", "Europe/Berlin"),
        ("DATABASE_URL", "postgresql://h/db", "postgresql://h/db"),
    ],
)
def test_a_variable_is_read_by_its_kind(name: str, text: str, value: object) -> None:
    assert getattr(read(**{name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "accepted"),
    [
        *((("PORT", text, "port from 0 to 65535")) for text in ("65536", "-1", "http", "1.5")),
        *((("POOL", text, "at least 1")) for text in ("0", "-1", "_", "1__0", "ten", "1.5")),
        *((("ROW_BYTES", text, "256MiB")) for text in ("many", "1 apple", "-1", "1e6", "MiB")),
        *((("ROW_BYTES", text, "less than a byte")) for text in ("0", "0.5")),
        *((("RUN_TIMEOUT", text, "units: ms")) for text in ("soon", "5 parsecs", "-1s", "nan")),
        *((("COUNT_COST", text, "such as 2000000")) for text in ("dear", "nan", "-1")),
        ("ANONYMOUS", "perhaps", "neither yes nor no"),
        ("READER", "magic", "auto, cursor and copy"),
        ("TIMEZONE", "Mars/Olympus", "Europe/Berlin"),
    ],
)
def test_a_refusal_names_the_setting_the_value_and_what_is_accepted(
    name: str, text: str, accepted: str
) -> None:
    message = refusal(name, text)

    assert message.startswith(f"ROWSTREAM_{name}: '{text}' is ")
    assert accepted in message


@pytest.mark.parametrize("name", ["RUN_TIMEOUT", "SEND_TIMEOUT", "FOLLOWER_GRACE", "BACKLOG_TTL"])
def test_a_time_with_which_every_run_fails_is_refused(name: str) -> None:
    with pytest.raises(StartupError, match=f"ROWSTREAM_{name}: '0s' is no time at all"):
        Settings.read({f"ROWSTREAM_{name}": "0s"})


def test_flags_win_over_variables_and_variables_over_defaults() -> None:
    environ = {"ROWSTREAM_PORT": "1", "ROWSTREAM_POOL": "2"}

    settings = Settings.read(environ, {"port": "3", "pool": None})

    assert (settings.port, settings.pool, settings.queue) == (3, 2, 100)


def test_an_empty_variable_is_none_and_others_do_not_matter() -> None:
    assert Settings.read({"ROWSTREAM_PORT": "", "ROWSTREAM_NOBODY": "x"}) == Settings.read({})


def test_every_setting_is_printed_under_its_variable() -> None:
    names = [line.partition("=")[0] for line in Settings.read({}).lines()]

    assert names == [variable(item.name) for item in fields(Settings)]


def test_what_is_printed_reads_back_as_it_was() -> None:
    given_settings = read(EXPOSE="a,b", HOSTS="x.example", ANONYMOUS="yes", DATA="/srv/rows")
    printed = dict(line.split("=", 1) for line in given_settings.lines())

    again = Settings.read(printed)

    assert again == given_settings


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{SECRET}@host:5432/db",
        f"postgresql://ann:{SECRET}@one:1,two:2/db?target_session_attrs=any",
        f"postgresql://ann:x@{SECRET}@host/db",
        f"postgresql://ann:x#{SECRET}@host/db",
        f"postgresql://ann:x/{SECRET}@host/db",
        f"postgresql://ann:x?{SECRET}@host/db",
        f"postgresql://ann:[{SECRET}@host/db",
        f"postgresql://:{SECRET}@host/db",
        f"postgresql:///db?user=ann&password={SECRET}",
        f"postgresql://host/db?PASSWORD={SECRET}&sslmode=require",
        f"postgresql://host/db?sslpassword={SECRET}",
        f"host=localhost password={SECRET} user=ann",
    ],
)
def test_no_password_is_printed(url: str) -> None:
    printed = "\n".join(read(DATABASE_URL=url, STATE_URL=url).lines())

    assert SECRET not in printed
    assert "***" in printed


@pytest.mark.parametrize(
    "url", ["postgresql://ann@host:5432/db?application_name=x", "postgresql:///db?host=%2Ftmp"]
)
def test_an_address_without_a_password_is_printed_as_it_is(url: str) -> None:
    assert masked(url) == url


@given(WORD, WORD)
def test_whatever_the_password_only_the_address_is_left(password: str, host: str) -> None:
    host = host.replace("@", "")

    assert masked(f"postgresql://ann:{password}@{host}").startswith("postgresql://ann:***@")


def test_nothing_is_shown_of_a_setting_that_is_not_given() -> None:
    assert shown(None) == ""


@pytest.mark.parametrize(
    ("user", "environ", "folder"),
    [
        (0, {"XDG_STATE_HOME": "/srv/state"}, Path("/var/lib/rowstream")),
        (1000, {"XDG_STATE_HOME": "/srv/state"}, Path("/srv/state/rowstream")),
        (1000, {"XDG_STATE_HOME": "relative"}, Path.home() / ".local/state/rowstream"),
        (1000, {}, Path.home() / ".local/state/rowstream"),
    ],
    ids=["root, as a system user reaches it", "the user's own", "a relative one is none", "none"],
)
def test_data_lies_in_the_users_state(user: int, environ: dict[str, str], folder: Path) -> None:
    assert data_of(user, environ) == folder


def test_a_variable_that_is_no_setting_is_noticed() -> None:
    environ = {"ROWSTREAM_POLL": "3", "ROWSTREAM_POOL": "3", "PATH": "/bin"}

    assert unknown_variables(environ) == ["ROWSTREAM_POLL"]
