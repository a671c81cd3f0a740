"""Background exports from the request to the file."""

import hashlib
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.exports.exporting import Exporting
from tests.sse_client import EventReader


async def test_an_export_is_accepted_done_and_downloaded(exporting: Exporting) -> None:
    answer = await exporting.client.post("/exports/csv?report=numbers&n=3")

    told = answer.json()
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/exports/{told['exportId']}/status"
    assert told["status"] == "pending"
    status = await exporting.reached(told["exportId"], "completed")
    assert status["progress"] == {"totalRows": 3, "processedRows": 3, "percentage": 100}
    file = await exporting.file(told["exportId"])
    assert file.text == "number,text,nothing\n1,row 1,\n2,row 2,\n3,row 3,\n"
    assert status["file"]["size"] == len(file.content)
    assert status["file"]["sha256"] == hashlib.sha256(file.content).hexdigest()


async def test_json_says_what_was_exported_and_has_the_rows(exporting: Exporting) -> None:
    status = await exporting.finished("json", n=2, where="number.gt.1")

    document = orjson.loads((await exporting.file(status["exportId"])).content)

    assert document["exportInfo"]["report"] == "numbers"
    assert document["exportInfo"]["arguments"] == {"n": "2"}
    assert document["rows"] == [{"number": 2, "text": "row 2", "nothing": None}]


async def test_ndjson_is_the_download_of_a_run(exporting: Exporting) -> None:
    status = await exporting.finished("ndjson", report="difficult")
    run = await exporting.served.finished("difficult")

    rows = await exporting.client.get(f"/api/runs/{run}/rows.ndjson")

    assert (await exporting.file(status["exportId"])).content == rows.content


async def test_a_failing_report_ends_the_export_with_its_sentence(exporting: Exporting) -> None:
    export = await exporting.start(report="breaks")

    status = await exporting.reached(export, "failed")

    assert status["error"]["code"] == "query_failed"
    assert status["file"] is None
    assert (await exporting.file(export)).status_code == 404


async def test_an_export_that_waits_for_a_worker_says_its_place(server: Exporting) -> None:
    first, second = await server.start(), await server.start()

    places = [(await server.status(each))["position"] for each in (first, second)]

    assert places == [1, 2]


async def test_a_file_that_is_not_there_yet_is_too_early(server: Exporting) -> None:
    file = await server.file(await server.start())

    assert file.status_code == 425
    assert file.headers["retry-after"] == "2"
    assert file.json()["progress"]["processedRows"] == 0


async def test_a_pending_export_is_cancelled_and_stays_in_the_list(server: Exporting) -> None:
    export = await server.start()

    answers = [await server.client.delete(f"/exports/{export}") for _ in range(1)]

    assert [each.status_code for each in answers] == [204]
    assert (await server.status(export))["status"] == "cancelled"
    listed = (await server.client.get("/api/exports")).json()["exports"]
    assert [each["exportId"] for each in listed] == [export]


async def test_a_deleted_export_is_gone_with_its_file(exporting: Exporting) -> None:
    status = await exporting.finished()
    address = f"/exports/{status['exportId']}"

    deleted = await exporting.client.delete(address)

    assert deleted.status_code == 204
    asked = [await exporting.client.get(f"{address}/{each}") for each in ("status", "download")]
    assert [each.status_code for each in asked] == [410, 410]
    assert (await exporting.client.get("/api/exports")).json() == {"exports": []}


async def test_the_stream_tells_the_end_and_is_not_told_twice(exporting: Exporting) -> None:
    export = await exporting.start(n=10)
    address = f"/exports/{export}/stream"

    events = EventReader().feed((await exporting.client.get(address)).content)

    assert [each.type for each in events if each.type != "progress"] == ["completed"]
    again = await exporting.client.get(address, headers={"Last-Event-ID": events[-1].id})
    assert again.status_code == 204


async def test_an_owner_has_five_exports_in_progress_at_most(server: Exporting) -> None:
    for _ in range(5):
        await server.start()

    refused = await server.client.post("/exports/csv?report=numbers")

    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_runs"
    assert len(refused.json()["exports"]) == 5


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/exports/pdf?report=numbers", 400),
        ("/exports/csv?report=nosuch", 404),
        ("/exports/csv", 400),
        ("/exports/csv?report=numbers&columns=nosuch", 400),
        ("/exports/csv?report=numbers&n=three", 400),
        ("/exports/csv?report=numbers&delimiter=ab", 400),
        ("/exports/csv?report=numbers&delimiter=%0A", 400),
        ("/exports/csv?report=numbers&quoteChar=%C3%A4", 400),
        ("/exports/csv?report=numbers&quoteChar=%2C", 400),
        ("/exports/csv?report=numbers&bom=maybe", 400),
        ("/exports/xlsx?report=numbers&delimiter=%3B", 400),
        ("/exports/csv?report=numbers&nosuch=1", 400),
    ],
)
async def test_what_cannot_be_exported_is_refused(
    server: Exporting, address: str, status: int
) -> None:
    answer = await server.client.post(address)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name", [str(uuid4()), "..%2f..%2fetc%2fpasswd", "x" * 5000, str(uuid4()).upper(), "%00"]
)
@pytest.mark.parametrize("what", ["status", "stream", "download"])
async def test_ids_that_name_nothing_are_not_found(server: Exporting, name: str, what: str) -> None:
    answer = await server.client.get(f"/exports/{name}/{what}")

    assert answer.status_code == 404


async def test_a_page_of_another_site_starts_and_deletes_nothing(server: Exporting) -> None:
    export = await server.start()
    foreign = {"Sec-Fetch-Site": "cross-site"}

    answers: list[httpx.Response] = [
        await server.client.post("/exports/csv?report=numbers", headers=foreign),
        await server.client.delete(f"/exports/{export}", headers=foreign),
    ]

    assert [each.status_code for each in answers] == [403, 403]
    assert (await server.status(export))["status"] == "pending"
