"""axe-core, which looks for what keeps people out of a page, and what it finds."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import functools
import importlib.util
from pathlib import Path
from typing import cast

from selenium.webdriver.remote.webdriver import WebDriver

# Every rule of axe's is on, those that are good practice rather than law included.
LOOK = """
const done = arguments[arguments.length - 1];
const told = ({ id, help, nodes }) => nodes.map((node) =>
  [id, help, node.html.slice(0, 200), ...node.any.map((check) => check.message)].join(' | '));
axe.run(document, { resultTypes: ['violations'], preload: false })
  .then((found) => done(found.violations.flatMap(told)), (error) => done([String(error)]));
"""


@functools.cache
def axe_source() -> str:
    """The script inside the wheel, whose own code would want another driver and stays unused."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None, "axe-playwright-python is in requirements.lock"
    assert spec.origin is not None
    return Path(spec.origin).with_name("axe.min.js").read_text()


def faults(driver: WebDriver) -> list[str]:
    """What axe finds on the page as it is now: rule, sentence, element."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(axe_source())
    return cast("list[str]", driver.execute_async_script(LOOK))
