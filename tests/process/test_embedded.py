"""The embedded PostgreSQL starts once, is adopted, refuses strangers, and leaves nothing behind."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil
import pytest

from app.database.embedded import DataInUseError, EmbeddedPostgres
from app.database.programs import closed_folder, make_folder, system_account
from app.errors import StartupError
from tests.process.conftest import servers_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]

OWNER = """
import asyncio, sys
from pathlib import Path
from app.database.embedded import EmbeddedPostgres

async def own():
    async with EmbeddedPostgres(Path(sys.argv[1])) as database:
        print(database.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(own())
"""


@contextmanager
def killed_owner(data: Path) -> Generator[int]:
    """The number of the server that an owner left who was killed with SIGKILL."""
    command = [sys.executable, "-c", OWNER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.kill()
        owner.wait()
        yield pid


async def value(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def stranger() -> Generator[int]:
    """The number of a living process that PostgreSQL's user could signal."""
    user = system_account().pw_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as process:
        yield process.pid
        assert process.poll() is None, "a stranger was ended"
        process.kill()


def setups(data: Path, part: str = "") -> list[Path]:
    """What there is of unfinished setups."""
    return list(data.glob(f"postgres.new-*/{part}"))


def host_of(url: str) -> Path:
    return Path(url.split("host=")[1].split("&", maxsplit=1)[0])


def missing(path: Path) -> bool:
    return not path.exists()


def write_pid(cluster: Path, told: str, pid: int) -> None:
    """Leave a pid file as a killed server would, its number now another's."""
    pid_file = cluster / "postmaster.pid"
    pid_file.write_text("\n".join([str(pid), *told.splitlines()[1:]]) + "\n")
    if os.geteuid() == 0:
        os.chown(pid_file, system_account().pw_uid, -1)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  (a file or a process: nothing tells us)
            await asyncio.sleep(0.01)


async def test_it_answers_while_it_is_owned_and_is_gone_afterwards(data: Path) -> None:
    async with EmbeddedPostgres(data) as database:
        assert str(await value(database.reading_url, "show server_version")).startswith("18")

    assert servers_in(data) == []


async def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    async with EmbeddedPostgres(data) as database:
        await value(database.state_url, "create table demo.kept as select 42 as answer")

    async with EmbeddedPostgres(data) as database:
        assert await value(database.reading_url, "select answer from kept") == 42


async def test_a_second_owner_is_refused_with_a_sentence(data: Path) -> None:
    async with EmbeddedPostgres(data):
        with pytest.raises(DataInUseError, match=r"in use by another Rowstream\. Stop that one"):
            await EmbeddedPostgres(data).__aenter__()


async def test_a_server_left_by_a_killed_owner_is_adopted_and_then_stopped(data: Path) -> None:
    with killed_owner(data) as pid:
        async with EmbeddedPostgres(data) as database:
            assert database.pid == pid
            assert await value(database.state_url, "select 1") == 1

    assert servers_in(data) == []


async def test_a_pid_file_with_the_number_of_a_living_stranger_is_not_believed(data: Path) -> None:
    cluster = data / "postgres" / "cluster"
    async with EmbeddedPostgres(data):
        told = (cluster / "postmaster.pid").read_text()
    with stranger() as pid:
        write_pid(cluster, told, pid)

        async with EmbeddedPostgres(data) as database:
            assert database.pid != pid


async def test_a_setup_that_was_killed_half_way_is_done_again(data: Path) -> None:
    make_folder(data / "postgres.new-half" / "cluster", 0o711)

    async with EmbeddedPostgres(data) as database:
        assert await value(database.reading_url, "select 1") == 1
        assert setups(data) == []


async def test_a_setup_killed_in_the_middle_of_initdb_does_no_harm(data: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(data)]
    owner = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    await until(lambda: bool(setups(data, "cluster/base")))
    owner.kill()
    await owner.wait()

    async with EmbeddedPostgres(data) as database:
        assert await value(database.reading_url, "select 1") == 1


async def test_a_long_path_gets_a_short_private_socket_folder_that_goes_at_the_end(
    data: Path,
) -> None:
    long = data / ("deep-" * 20)
    async with EmbeddedPostgres(long) as database:
        folder = host_of(database.reading_url)
        assert await value(database.reading_url, "select 1") == 1
        assert mode(folder) == 0o700

    assert missing(folder)


async def test_a_server_with_a_short_socket_folder_is_adopted_too(data: Path) -> None:
    long = data / ("deep-" * 20)
    with killed_owner(long) as pid:
        async with EmbeddedPostgres(long) as database:
            assert database.pid == pid


@pytest.mark.parametrize("role", ["postgres", "rowstream", "rowstream_reader"])
async def test_nobody_is_trusted_without_the_right_password(data: Path, role: str) -> None:
    async with EmbeddedPostgres(data) as database:
        host = quote(str(data / "postgres" / "socket"), safe="/")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://{role}:guess@/rowstream?host={host}&port=5432")
        assert database.pid


async def test_it_listens_on_no_network(data: Path) -> None:
    async with EmbeddedPostgres(data) as database:
        assert psutil.Process(database.pid).net_connections("inet") == []


async def test_passwords_and_socket_are_private(data: Path) -> None:
    async with EmbeddedPostgres(data):
        folder = data / "postgres"
        assert mode(folder / "passwords") == 0o600
        assert mode(folder / "socket") == 0o700
        assert mode(folder / "cluster") == 0o700


FORBIDDEN_TO_READERS = [
    "create table demo.mine (a int)",
    "set default_transaction_read_only = off; create table demo.mine (a int)",
    "insert into demo.shown values (1)",
    "select * from rowstream.run",
    "select pg_read_file('/etc/passwd')",
    "copy (select 1) to program 'true'",
    "set role postgres",
    "set role rowstream",
]


async def test_reports_are_read_by_a_role_that_can_neither_write_nor_see_the_state(
    data: Path,
) -> None:
    async with EmbeddedPostgres(data) as database:
        await value(database.state_url, "create table demo.shown as select 7 as a")
        owner = await asyncpg.connect(database.state_url)
        await owner.execute("create schema rowstream; create table rowstream.run (a int)")
        await owner.close()
        reader = await asyncpg.connect(database.reading_url)
        for statement in FORBIDDEN_TO_READERS:
            with pytest.raises(
                (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)
            ):
                await reader.execute(statement)
        assert await reader.fetchval("select a from shown") == 7
        await reader.close()


@pytest.mark.parametrize("role", ["state_url", "reading_url"])
async def test_no_role_of_a_server_process_is_superuser(data: Path, role: str) -> None:
    async with EmbeddedPostgres(data) as database:
        able = "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication"
        statement = f"{able} from pg_roles where rolname = current_user"
        assert await value(getattr(database, role), statement) is False


async def test_a_server_that_is_killed_is_started_again(data: Path) -> None:
    async with EmbeddedPostgres(data) as database:
        first = database.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: database.pid not in (None, first))
        async with asyncio.timeout(10):
            while await answer(database.reading_url) != 1:  # noqa: ASYNC110  (the same)
                await asyncio.sleep(0.01)


async def answer(url: str) -> object:
    try:
        return await value(url, "select 1")
    except (OSError, asyncpg.PostgresError):
        return None


async def test_folders_that_were_there_keep_their_permissions(data: Path) -> None:
    make_folder(data, 0o755)
    async with EmbeddedPostgres(data):
        assert mode(data) == 0o755


async def test_a_folder_of_another_version_is_refused_with_a_sentence(data: Path) -> None:
    async with EmbeddedPostgres(data):
        pass
    (data / "postgres" / "cluster" / "PG_VERSION").write_text("15\n")

    with pytest.raises(StartupError, match="was made by PostgreSQL 15"):
        await EmbeddedPostgres(data).__aenter__()


async def test_a_server_that_cannot_start_says_why_and_frees_the_folder(data: Path) -> None:
    async with EmbeddedPostgres(data):
        pass
    (data / "postgres" / "cluster" / "postgresql.conf").write_text("nonsense = 1\n")

    for _ in range(2):
        with pytest.raises(StartupError, match=r"did not start\. Its log is .*: .*errors"):
            await EmbeddedPostgres(data).__aenter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts another user's programs")
async def test_as_root_a_folder_the_system_user_cannot_reach_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(StartupError, match="Give ROWSTREAM_DATA a folder"):
        await EmbeddedPostgres(closed / "data").__aenter__()
    assert mode(closed) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts another user's programs")
async def test_as_root_it_runs_as_a_system_user_of_its_own(data: Path) -> None:
    async with EmbeddedPostgres(data) as database:
        assert psutil.Process(database.pid).username() == "rowstream"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders of other users")
def test_the_first_folder_that_a_user_cannot_pass_is_named(data: Path) -> None:
    account = system_account()
    (data / "closed" / "below").mkdir(parents=True)
    (data / "closed").chmod(0o700)

    assert closed_folder(data, account) is None
    assert closed_folder(data / "closed" / "below", account) == data / "closed"
    os.chown(data / "closed", account.pw_uid, account.pw_gid)
    assert closed_folder(data / "closed" / "below", account) is None
