"""A run in progress, opened a second time: shown by its chunks' numbers, not replayed."""

import re

import pytest

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(90)]

FOLLOWED = re.compile(r"/stream\?after=(\d+)")


def test_a_run_in_progress_is_opened_at_its_first_rows_and_goes_on_live_without_a_gap(
    page: ReportPage,
) -> None:
    page.open("slowly", rows="300").run().wait_for_rows(100)
    assert page.run_id
    page.driver.refresh()
    page.wait_for_rows(100)

    assert page.row_numbers()[0] == 1
    assert page.stage() == "Receiving rows"
    page.wait_for_stage("Completed")
    # Requests are listed when they are over.
    [after] = FOLLOWED.findall(" ".join(page.asked()))
    assert int(after) > 5
    assert page.first_column() == list(range(1, 301))
