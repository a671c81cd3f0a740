"""The tests' own clusters: both versions run, ask for a password, and come back after a stop."""

from pathlib import Path

import asyncpg
import pytest

from tests.postgres import Cluster, cluster, embedded_binaries


async def version(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("show server_version_num")) // 10_000
    finally:
        await connection.close()


async def test_both_versions_answer(postgres: Cluster, debian_postgres: Cluster) -> None:
    assert await version(postgres.url()) == 18
    assert await version(debian_postgres.url()) < 18


async def test_the_socket_answers_too(postgres: Cluster) -> None:
    assert await version(postgres.socket_url()) == 18


async def test_a_wrong_password_is_refused(postgres: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await version(postgres.url().replace(postgres.password, "guess"))


async def test_a_database_of_a_test_is_empty(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    tables = await connection.fetchval("select count(*) from pg_stat_user_tables")
    await connection.close()

    assert tables == 0


async def test_a_cluster_of_a_test_comes_back_after_a_hard_stop(own_postgres: Cluster) -> None:
    own_postgres.restart("immediate")

    assert await version(own_postgres.url()) == 18


def test_nothing_is_left_of_a_cluster() -> None:
    with cluster(embedded_binaries()) as made:
        folder, process = made.folder, made.process

    assert not Path(folder).exists()
    assert process is not None
    assert process.returncode is not None
