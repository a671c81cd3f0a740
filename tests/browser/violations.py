"""What a page's Content-Security-Policy reports: heard before any script of the page runs."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import contextlib
from collections.abc import Generator
from typing import cast

from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver

LISTEN = """
window.violations = [];
addEventListener('securitypolicyviolation', (event) =>
  window.violations.push([event.effectiveDirective, event.blockedURI, event.sourceFile].join(' ')));
"""


@contextlib.contextmanager
def heard(driver: WebDriver) -> Generator[None]:
    """Pages opened meanwhile keep what their policy reports; WebKitGTK's driver has no way to."""
    if isinstance(driver, webdriver.Chrome):
        on_each_page = {"source": LISTEN}
        added = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", on_each_page)
        yield
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    elif isinstance(driver, webdriver.Firefox):
        pinned = driver.script.pin(f"() => {{ {LISTEN} }}")
        yield
        driver.script.unpin(pinned)
    else:
        yield


def violations(driver: WebDriver) -> list[str]:
    """What the policy of the page that is shown has reported."""
    return cast("list[str]", driver.execute_script("return window.violations ?? []"))
