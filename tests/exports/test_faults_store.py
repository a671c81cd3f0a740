"""The store fails, by a full disk or a bucket that refuses: the export says so, nothing stays."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.exports.store import Store
from app.settings import Settings
from tests.adversity.small_disk import SmallDisk, small_disk
from tests.exports.exporting import Exporting, working
from tests.exports.gate import HOLD, Gate as ReportGate, gate_in, gated
from tests.exports.traces import Traces, traces_of, until
from tests.postgres import free_port
from tests.s3 import S3, Gate as S3Gate, gate_before, reaching
from tests.serving import serving_reports

MIB = 2**20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return gated(settings)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", size="24m") as made:
        yield made


@pytest.fixture
async def report_gate(settings: Settings) -> AsyncIterator[ReportGate]:
    async with gate_in(str(settings.database_url)) as made:
        yield made


@asynccontextmanager
async def exporting_into(settings: Settings) -> AsyncGenerator[tuple[Exporting, Traces]]:
    """A server and a worker with these settings, and what is left in their data folder."""
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving_reports(settings))
        await stack.enter_async_context(working(settings))
        yield Exporting(served), await stack.enter_async_context(traces_of(settings))


async def storage_failed(server: Exporting, export: str) -> None:
    """Wait for its end, which is that."""
    error = (await server.reached(export, "failed"))["error"]
    assert error["code"] == "storage", error
    assert "/" not in error["detail"]
    assert "127.0.0.1" not in str(error)


async def test_a_full_disk_fails_the_export_and_room_is_enough_for_the_next(
    settings: Settings, disk: SmallDisk
) -> None:
    full = replace(settings, files_url=(disk.folder / "files").as_uri())
    async with exporting_into(full) as (server, _):
        disk.fill(leaving=6 * MIB)
        await storage_failed(server, await server.start(report="incompressible", n=12))
        assert [each for each in (disk.folder / "files").iterdir() if each.is_file()] == []
        disk.empty()

        await server.finished(report="incompressible", n=2)
        await server.finished("xlsx", n=3)


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
async def test_a_full_disk_under_the_scratch_folder_too(
    settings: Settings, disk: SmallDisk, form: str
) -> None:
    files = (settings.data / "files").absolute().as_uri()
    full = replace(settings, data=disk.folder / "data", files_url=files)
    async with exporting_into(full) as (server, traces):
        disk.fill(leaving=2 * MIB)
        await storage_failed(server, await server.start(form, report="incompressible", n=12))
        await traces.until_none()
        disk.empty()

        await server.finished(form, n=3)


async def test_a_full_disk_for_the_compressed_forms_costs_these_alone(
    settings: Settings, disk: SmallDisk
) -> None:
    full = replace(settings, files_url=(disk.folder / "files").as_uri(), export_slots=1)
    async with exporting_into(full) as (server, _):
        disk.fill(leaving=12 * MIB)
        export = (await server.finished(report="incompressible", n=9))["exportId"]
        await server.finished(n=3)  # so the first one's compression is over

        status = await server.status(export)
        assert (status["status"], len(status["file"]["codings"])) == ("completed", 0)
        assert len((await server.file(export)).content) == status["file"]["size"]
        names = [each.name for each in (disk.folder / "files").iterdir() if export in each.name]
        assert names == [f"{export}.1.csv"]


@pytest.fixture
async def s3_gate(s3: S3) -> AsyncIterator[S3Gate]:
    async with gate_before(s3) as made:
        yield made


@pytest.fixture
def bucket(settings: Settings, s3: S3, prefix: str) -> Settings:
    return replace(settings, files_url=s3.url(prefix))


@pytest.fixture
async def over_s3(bucket: Settings, s3_gate: S3Gate) -> AsyncIterator[Exporting]:
    """Exports that go through the gate."""
    with reaching(replace(s3_gate.server, endpoint=s3_gate.endpoint)):
        async with exporting_into(bucket) as (server, _):
            yield server


async def nothing_stays(settings: Settings, s3: S3) -> None:
    """Return when the bucket has nothing for us, unfinished uploads included, after a worker that
    reaches it has cleaned up at its start; fails after a while.
    """
    with reaching(s3):
        store = Store.of(settings.files_address)

        async def what() -> list[str]:
            return [each.key for each in await store.entries()]

        async def nothing() -> bool:
            return not await what()

        async with working(settings), traces_of(settings) as traces:
            await until(nothing, "an empty bucket", what)
            await traces.until_none()


async def test_exports_over_s3_are_done_and_deleted(
    over_s3: Exporting, bucket: Settings, s3: S3
) -> None:
    for form in ("csv", "xlsx", "parquet"):
        status = await over_s3.finished(form, report="small", n=1000)
        file = await over_s3.file(status["exportId"])
        assert len(file.content) == status["file"]["size"]
        await over_s3.client.delete(f"/exports/{status['exportId']}")

    await nothing_stays(bucket, s3)


@pytest.mark.parametrize(("form", "status"), [("csv", 403), ("csv", 500), ("xlsx", 403)])
async def test_a_bucket_that_refuses_everything(
    over_s3: Exporting, s3_gate: S3Gate, form: str, status: int
) -> None:
    s3_gate.refuse(status)
    await storage_failed(over_s3, await over_s3.start(form, n=3))
    s3_gate.pass_on()

    await over_s3.finished(form, n=3)


async def test_a_bucket_where_nobody_listens(bucket: Settings, s3: S3) -> None:
    with reaching(replace(s3, endpoint=f"http://127.0.0.1:{free_port()}")):
        async with exporting_into(bucket) as (server, _):
            await storage_failed(server, await server.start(n=3))

    await nothing_stays(bucket, s3)


@pytest.mark.parametrize("status", [403, 500])
async def test_a_bucket_that_refuses_in_the_middle(  # noqa: PLR0917 - fixtures
    over_s3: Exporting,
    s3_gate: S3Gate,
    bucket: Settings,
    s3: S3,
    report_gate: ReportGate,
    status: int,
) -> None:
    await report_gate.close()
    export = await over_s3.start(report="gated")
    await uploading(s3, bucket)
    s3_gate.refuse(status)
    await report_gate.open()
    await storage_failed(over_s3, export)
    s3_gate.pass_on()

    await over_s3.client.delete(f"/exports/{export}")
    await nothing_stays(bucket, s3)


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_bucket_that_refuses_at_the_end(
    over_s3: Exporting, s3_gate: S3Gate, report_gate: ReportGate, form: str
) -> None:
    await report_gate.hold_at("new.stage = 'finalizing' and old.stage <> 'finalizing'")
    export = await over_s3.start(form, report="gated")
    await report_gate.until_held()
    s3_gate.refuse(403)
    await report_gate.open(HOLD)

    await storage_failed(over_s3, export)
    s3_gate.pass_on()
    await over_s3.finished(form, n=3)


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_cancelled_upload_is_aborted(
    over_s3: Exporting, bucket: Settings, s3: S3, report_gate: ReportGate, form: str
) -> None:
    await report_gate.close()
    export = await over_s3.start(form, report="gated")
    if form == "csv":
        await uploading(s3, bucket)
    await over_s3.reached(export, "processing")
    assert (await over_s3.client.delete(f"/exports/{export}")).status_code == 204
    async with traces_of(bucket) as traces:
        await traces.until_none()

    assert s3.unfinished(str(bucket.files_url).rpartition("/")[2]) == []


async def uploading(s3: S3, settings: Settings) -> None:
    """Return when a file has begun to be uploaded; fails after a while."""

    async def what() -> list[str]:
        prefix = str(settings.files_url).rpartition("/")[2]
        return await asyncio.to_thread(s3.unfinished, prefix)

    async def begun() -> bool:
        return bool(await what())

    await until(begun, "an upload", what)
