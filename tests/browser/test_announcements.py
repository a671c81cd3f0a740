"""What screen readers are told through whole runs: the transcript of the page's live regions."""

import re
from typing import cast

import pytest

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.line import line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

LISTEN = """
const LIVE = '[role=status], [role=alert], [aria-live]';
const last = new Map();
window.said = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const region = (target instanceof Element ? target : target.parentElement)?.closest(LIVE);
    const text = region?.textContent.trim();
    if (!text || last.get(region) === text) continue;
    last.set(region, text);
    window.said.push({ text, at: performance.now() });
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true });
"""
SAID = "return window.said.map(({ text }) => text)"
PAUSES = """
const told = window.said.filter(({ text }) => text.startsWith('Receiving'));
return told.slice(1).map(({ at }, index) => at - told[index].at);
"""
SHORTEST_PAUSE_MS = 5000
SHARE = r"[\d,]+ of (≈ )?12,000 rows, (≈ )?\d+\.\d %"
# A cancel that is answered at once is told once.
CANCELLED = rf"(Cancelling…, {SHARE}\n)?The run was cancelled\. [\d,]+ rows are kept\."
RETRY_NOW = "document.getElementById('retry-now').click()"


@pytest.fixture
def page(opened: Opener, server: Server) -> ReportPage:
    """Chromium: what is told is the page's own text, the same in every engine."""
    return ReportPage(fresh(opened, "chromium", Look()), server.url)


def said(page: ReportPage) -> list[str]:
    return cast("list[str]", page.script(SAID))


def hear(page: ReportPage, beginning: str) -> None:
    """Waits until the last word begins so."""
    page.until(lambda: said(page)[-1:] and said(page)[-1].startswith(beginning), beginning)


def assert_transcript(page: ReportPage, *lines: str) -> None:
    """Each line once, in order; those that end with + as often as the pauses between allow."""
    pattern = "".join(
        f"(?:{line.removesuffix('+')}\n){'+' if line.endswith('+') else ''}" for line in lines
    )
    transcript = "".join(f"{text}\n" for text in said(page))
    pauses = cast("list[float]", page.script(PAUSES))

    assert re.fullmatch(pattern, transcript), transcript
    assert all(pause > SHORTEST_PAUSE_MS for pause in pauses), pauses


def test_a_run_with_a_total_that_is_cancelled(page: ReportPage) -> None:
    page.open("ticker")
    page.script(LISTEN)
    page.run()
    hear(page, "Receiving rows")
    page.cancel()
    hear(page, "The run was cancelled")

    assert_transcript(
        page,
        "Starting…",
        rf"Receiving rows, {SHARE}+",
        CANCELLED,
    )


def test_a_run_without_a_total_to_its_end(page: ReportPage) -> None:
    page.open("uncounted")
    page.script(LISTEN)
    page.run()
    hear(page, "Completed")

    assert_transcript(page, "Starting…", r"Receiving rows, [\d,]+ rows+", "Completed, 2,000 rows")


def test_a_line_that_is_lost_and_comes_back(page: ReportPage, server: Server) -> None:
    with line_to(server.port) as line:
        page.url = line.url
        page.open("ticker")
        page.script(LISTEN)
        page.run().wait_for_rows(50)
        line.cut()
        hear(page, "Connection lost")
        line.mend()
        page.script(RETRY_NOW)
        hear(page, "Receiving rows")
        page.cancel()
        hear(page, "The run was cancelled")

        assert_transcript(
            page,
            "Starting…",
            rf"(Receiving rows, {SHARE}\n)?Connection lost, {SHARE}",
            rf"Receiving rows, {SHARE}+",
            CANCELLED,
        )


def test_an_error_is_told_at_once(page: ReportPage) -> None:
    page.open("failing")
    page.script(LISTEN)
    page.run()
    hear(page, "Failed")
    page.until(lambda: any("Division" in each or "zero" in each for each in said(page)), "why")

    assert len(said(page)) <= 4
