"""A direct download that fails in the middle is seen as failed by every engine."""

from typing import Any

import pytest

from tests.browser.report_page import ReportPage

# The page's own way to read an address; what it is told is that the body broke off.
FETCH = """
const [path, done] = arguments;
fetch(path).then((answer) => answer.text().then((text) => done([answer.status, text.length])))
  .catch((error) => done(error.name));
"""

pytestmark = [pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(90)]


def test_what_breaks_off_is_no_file(page: ReportPage) -> None:
    page.open("numbers")

    whole = fetched(page, "/api/reports/numbers/rows.csv?rows=3")
    broken = fetched(page, "/api/reports/failing/rows.csv")

    assert whole == [200, 77]
    assert broken in ("TypeError", "AbortError")  # which of them is the engine's affair


def fetched(page: ReportPage, path: str) -> object:
    """Status and length of the answer, or what fetch says is wrong."""
    driver: Any = page.driver  # selenium's types say nothing of what a script answers
    return driver.execute_async_script(FETCH, path)
