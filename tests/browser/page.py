"""A page as its reader uses it: finds, reads, waits. Texts are read as text content, since drivers
differ in what they call visible."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.03


@dataclass
class Page:
    """A page of one server in one browser."""

    driver: WebDriver
    url: str

    def element(self, name: str) -> WebElement:
        """The element of that id."""
        return self.driver.find_element(By.ID, name)

    def text(self, name: str) -> str:
        """What stands in the element of that id; nothing while the page is still being read."""
        read = "return document.getElementById(arguments[0])?.textContent ?? ''"
        return str(self.script(read, name))

    def words(self, name: str) -> str:
        """What can be seen of the element of that id."""
        return str(self.script("return document.getElementById(arguments[0]).innerText", name))

    def is_shown(self, name: str) -> bool:
        """Whether the element of that id takes room on the page."""
        looks = "return document.getElementById(arguments[0])?.getClientRects().length > 0"
        return bool(self.script(looks, name))

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that a selector finds."""
        read = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
        return cast("list[str]", self.script(read, selector))

    def script(self, text: str, *arguments: object) -> object:
        """What a script of the test's own returns."""
        return cast("object", self.driver.execute_script(text, *arguments))

    def asked(self) -> list[str]:
        """The addresses that the page has asked for since it was opened."""
        names = "return performance.getEntriesByType('resource').map(e => e.name)"
        return cast("list[str]", self.script(names))

    def until(
        self, holds: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Looks again and again until something holds; then fails, with what the page shows."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                shown = self.driver.find_element(By.TAG_NAME, "main").text
                message = f"Waited in vain until {what}. The page shows:\n{shown[:1000]}"
                raise AssertionError(message)
            time.sleep(LOOK_SECONDS)
