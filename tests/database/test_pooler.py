"""A real PgBouncer in front of a real PostgreSQL: what the start refuses, and what it takes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from app.database.pooler import check_reading, check_state
from app.errors import StartupError
from tests.postgres import Cluster, free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
START_SECONDS = 10.0

needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer here")


@contextlib.contextmanager
def pooler(cluster: Cluster, mode: str) -> Generator[str]:
    """PgBouncer over the cluster; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # as root it runs as nobody
        yield from _pooler(cluster, Path(folder, "pgbouncer.ini"), mode)


def _pooler(cluster: Cluster, config: Path, mode: str) -> Generator[str]:
    port = free_port()
    server = f"host=127.0.0.1 port={cluster.port} user=postgres password={cluster.password}"
    config.write_text(
        f"[databases]\npostgres = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = any\npool_mode = {mode}\nunix_socket_dir =\n"
        "ignore_startup_parameters = extra_float_digits\n"
    )
    config.chmod(0o644)
    user = "nobody" if os.geteuid() == 0 else None
    assert PGBOUNCER is not None
    with subprocess.Popen([PGBOUNCER, "-q", str(config)], user=user) as process:
        try:
            wait_open(port)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGTERM)


def wait_open(port: int) -> None:
    """Return when something listens on the port."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail("pgbouncer does not listen")


async def test_a_direct_address_is_taken(postgres: Cluster) -> None:
    await check_reading(postgres.url())
    await check_state(postgres.url())


@needs_pgbouncer
async def test_a_pooler_in_session_mode_is_taken(postgres: Cluster) -> None:
    with pooler(postgres, "session") as url:
        await check_reading(url)
        await check_state(url)


@needs_pgbouncer
async def test_a_pooler_that_forgets_prepared_statements_is_refused(
    postgres: Cluster,
) -> None:
    refused = pytest.raises(StartupError, match="does not keep prepared statements")
    with pooler(postgres, "transaction") as url, refused:
        await check_reading(url)


@needs_pgbouncer
async def test_the_state_needs_a_session_of_its_own(postgres: Cluster) -> None:
    refused = pytest.raises(StartupError, match="ROWSTREAM_STATE_URL")
    with pooler(postgres, "transaction") as url, refused:
        await check_state(url)
