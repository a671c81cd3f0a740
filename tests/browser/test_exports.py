"""The exports page: started from the form, watched, downloaded, cancelled, deleted, run again."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import hashlib
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.exports_page import ExportsPage
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server
from tests.postgres import Cluster

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NUMBERS = """
select i as id, 'row ' || i as name, null::text as nothing, '' as empty, i * 1.5 as amount
from generate_series(1, 2500) as i order by i
"""


@pytest.fixture
def page(driver: WebDriver, server: Server) -> ExportsPage:
    """The session's server in the test's engine, to a reader who has no export."""
    return newcomer(driver, server)


@pytest.fixture
def chromium(opened: Opener, server: Server) -> ExportsPage:
    """The same in Chromium alone, where nothing depends on the engine."""
    return newcomer(fresh(opened, "chromium", Look()), server)


def newcomer(driver: WebDriver, server: Server) -> ExportsPage:
    driver.get(f"{server.url}/static/icon.svg")
    driver.delete_all_cookies()
    return ExportsPage(driver, server.url)


def psql_csv(postgres: Cluster, query: str) -> bytes:
    command = f"copy ({query}) to stdout (format csv, header)"
    psql = [postgres.binaries / "psql", postgres.url(), "-qXAt", "-c", command]
    return subprocess.run(psql, check=True, capture_output=True).stdout


def downloaded(page: ExportsPage) -> bytes:
    with urllib.request.urlopen(str(page.attribute("download", "href")), timeout=10) as answer:  # noqa: S310 - http, ours
        return bytes(answer.read())


def test_an_export_of_the_form_completes_and_is_what_psql_writes(
    page: ExportsPage, postgres: Cluster
) -> None:
    page.open().choose("report", "Numbers")
    page.until(lambda: page.texts("#fields .field"), "its parameters are there")
    page.start().wait_for_stage("Completed")

    assert page.newest("rows") == "2,500 rows"
    assert page.newest("asked") == "Rows: 2500"
    assert downloaded(page) == psql_csv(postgres, NUMBERS)


@pytest.mark.parametrize("form", ["json", "ndjson", "xlsx", "parquet"])
def test_every_other_format_is_counted_and_downloaded(chromium: ExportsPage, form: str) -> None:
    chromium.open(report="numbers", format=form).start().wait_for_stage("Completed")

    assert chromium.newest("rows") == "2,500 rows"
    assert chromium.newest("digest") == hashlib.sha256(downloaded(chromium)).hexdigest()


def test_the_file_has_the_size_and_the_digest_that_are_shown(chromium: ExportsPage) -> None:
    chromium.open(report="numbers", format="ndjson", rows="3").start().wait_for_stage("Completed")
    content = downloaded(chromium)

    assert chromium.newest("size") == f"{len(content)} bytes"
    assert chromium.newest("digest") == hashlib.sha256(content).hexdigest()
    assert chromium.newest("expiry") == "expires in 24 hours"


def test_the_digest_can_be_copied(chromium: ExportsPage) -> None:
    rights = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    chromium.driver.execute_cdp_cmd("Browser.grantPermissions", rights)
    chromium.open(report="numbers", rows="3").start().wait_for_stage("Completed")
    chromium.press("copy")
    chromium.until(lambda: chromium.text("announcer") == "Copied", "it is said")
    read = "navigator.clipboard.readText().then(arguments[0], String)"

    assert chromium.driver.execute_async_script(read) == chromium.newest("digest")


def test_the_link_saves_the_file_under_its_name(chromium: ExportsPage, tmp_path: Path) -> None:
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    chromium.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    chromium.open(report="numbers", rows="3").start().wait_for_stage("Completed")
    chromium.driver.find_element(By.CSS_SELECTOR, ".download").click()
    saved = tmp_path / str(chromium.attribute("download", "download"))
    chromium.until(saved.exists, "the file is saved")

    assert saved.read_bytes() == downloaded(chromium)


def test_an_export_in_progress_tells_its_rows_and_can_be_cancelled(page: ExportsPage) -> None:
    page.open(report="ticker").start().wait_for_rows()
    assert page.newest("stage") == "Writing rows"
    page.press("cancel")
    page.confirm()
    page.wait_for_stage("Cancelled")

    assert page.newest("end") == "It was cancelled; nothing of it is kept."
    assert page.attribute("file", "hidden") is not None


def test_what_completes_before_the_answer_is_not_deleted_by_a_cancel(
    chromium: ExportsPage,
) -> None:
    chromium.open(report="ticker", limit="1600").start().wait_for_rows().press("cancel")
    chromium.wait_for_stage("Completed").confirm()
    chromium.until(lambda: not chromium.is_shown("confirm"), "the question is answered")
    chromium.driver.refresh()
    chromium.until(chromium.titles, "the list is there")

    assert chromium.newest("stage") == "Completed"


def test_an_export_that_fails_says_why_and_can_be_run_again(chromium: ExportsPage) -> None:
    chromium.open(report="failing").start().wait_for_stage("Failed")
    assert "The database stopped" in chromium.newest("end")
    chromium.press("again")
    chromium.until(lambda: chromium.titles() == ["Failing", "Failing"], "it is run again")

    chromium.wait_for_stage("Failed")


def test_run_again_asks_for_the_same(chromium: ExportsPage) -> None:
    query = {"rows": "9", "where": "id.lte.4", "order": "id.desc", "delimiter": ";", "bom": "true"}
    chromium.open(report="numbers", **query).start().wait_for_stage("Completed")
    first = downloaded(chromium)
    chromium.press("again")
    chromium.until(lambda: len(chromium.titles()) == 2, "it is run again")
    chromium.wait_for_stage("Completed")

    assert downloaded(chromium) == first
    assert first.decode().splitlines()[1].startswith("4;row 4;")


def test_what_is_deleted_is_gone_and_the_page_says_how_to_go_on(chromium: ExportsPage) -> None:
    chromium.open(report="numbers").start().wait_for_stage("Completed")
    chromium.press("delete")
    chromium.confirm()
    chromium.until(lambda: chromium.is_shown("empty"), "the list is empty")

    assert "Start an export here" in chromium.text("empty")


def test_a_question_is_no_answer(chromium: ExportsPage) -> None:
    chromium.open(report="numbers").start().wait_for_stage("Completed")
    chromium.press("delete")
    chromium.until(lambda: chromium.is_shown("confirm"), "the page asks")
    chromium.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    chromium.driver.refresh()
    chromium.until(chromium.titles, "the list is there")

    assert chromium.newest("stage") == "Completed"


def test_the_form_is_filled_from_the_address_and_written_to_it(chromium: ExportsPage) -> None:
    chromium.open(report="form", format="csv", words="a & b", where="least.eq.3", delimiter="\t")
    chromium.until(lambda: chromium.texts("#fields .field"), "its parameters are there")
    assert chromium.value("words") == "a & b"
    assert chromium.value("delimiter") == "\t"
    assert chromium.texts("#filters [aria-label='Remove where least.eq.3']") != []
    chromium.choose("format", "XLSX, for spreadsheets")

    assert "format=xlsx" in chromium.driver.current_url
    assert not chromium.is_shown("csv")


def test_another_report_has_other_parameters_and_no_filters(chromium: ExportsPage) -> None:
    chromium.open(report="numbers", rows="3", where="id.eq.1")
    chromium.until(lambda: chromium.texts("#fields .field"), "its parameters are there")
    chromium.choose("report", "Form")
    chromium.until(lambda: len(chromium.texts("#fields .field")) == 5, "the other's are there")

    assert chromium.texts("#filters li") == []
    assert chromium.driver.current_url.endswith("?report=form&format=csv")


def test_a_wrong_argument_is_told_beside_its_field(chromium: ExportsPage) -> None:
    chromium.open(report="form", since="nonsense")
    chromium.until(lambda: chromium.texts("#fields .field"), "its parameters are there")
    chromium.element("start").click()
    chromium.until(lambda: chromium.text("wrong"), "the page says what is wrong")

    assert "'since'" in chromium.text("wrong")
    assert chromium.driver.switch_to.active_element.get_attribute("name") == "since"
    assert chromium.field("since").get_attribute("aria-describedby") == "wrong"


def test_a_wrong_option_of_csv_is_told_beside_its_field(chromium: ExportsPage) -> None:
    chromium.open(report="numbers", quoteChar=",").element("start").click()
    chromium.until(lambda: chromium.text("wrong"), "the page says what is wrong")

    assert "are the same character" in chromium.text("wrong")
    assert chromium.driver.switch_to.active_element.get_attribute("name") == "delimiter"


def test_what_names_no_field_is_told_in_a_sentence(chromium: ExportsPage) -> None:
    chromium.open(report="numbers", limit="0")
    chromium.element("start").click()
    chromium.until(lambda: chromium.is_shown("problem"), "the page says what is wrong")

    assert "The limit '0' is not a whole number" in chromium.text("problem")


def test_too_many_exports_are_refused_and_one_can_be_cancelled(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    server = own_server(exports_per_owner="1")
    page = newcomer(fresh(opened, "chromium", Look()), server).open(report="ticker")
    page.start().element("start").click()
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")
    page.press("cancel")
    if page.is_shown("confirm"):
        page.confirm()
    page.wait_for_stage("Cancelled")
    page.start()

    assert not page.is_shown("problem")


def test_an_export_that_waits_tells_its_place_and_is_cancelled_unasked(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    server = own_server(export_slots="1")
    page = newcomer(fresh(opened, "chromium", Look()), server).open(report="ticker")
    page.start().wait_for_rows().start().wait_for_stage("Waiting in line: 1st")
    page.press("cancel")

    page.wait_for_stage("Cancelled")


def test_an_expired_export_says_so_and_can_be_run_again(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    server = own_server(export_ttl="3s")
    page = newcomer(fresh(opened, "chromium", Look()), server).open(report="numbers")
    page.start().wait_for_stage("Completed", "Expired").wait_for_stage("Expired")

    assert "has expired and is deleted" in page.newest("end")
    assert not page.driver.find_element(By.CSS_SELECTOR, ".download").is_displayed()
    page.press("again")
    page.wait_for_stage("Completed")


def test_everything_of_the_report_page_is_exported_in_the_background(
    page: ExportsPage,
) -> None:
    report = ReportPage(page.driver, page.url).open("numbers", rows="7", where="id.gt.2")
    report.until(lambda: report.cells("#fields .field"), "the form is there")
    report.driver.find_element(By.CSS_SELECTOR, "#exports [value=json]").click()
    page.until(lambda: page.titles() == ["Numbers"], "the export is listed")
    page.wait_for_stage("Completed")

    assert page.newest("rows") == "5 rows"
    assert page.newest("asked") == "Rows: 7 · where id.gt.2"


def test_a_refused_export_of_the_report_page_is_told_there(page: ExportsPage) -> None:
    report = ReportPage(page.driver, page.url).open("numbers", limit="0")
    report.until(lambda: report.cells("#fields .field"), "the form is there")
    report.driver.find_element(By.CSS_SELECTOR, "#exports [value=csv]").click()
    report.until(lambda: report.is_shown("problem"), "the page says what is wrong")

    assert "The limit '0' is not a whole number" in report.text("problem")
