"""The parameter form, the address as the state, and the catalog that leads to both."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

KINDS = "return [...document.querySelectorAll('#fields :is(input, select)')].map(e => e.type)"


def field(page: ReportPage, name: str) -> str:
    """What stands in a field."""
    return str(page.script("return document.forms.form.elements[arguments[0]].value", name))


def test_each_type_has_its_field_and_its_default(page: ReportPage) -> None:
    page.open("form")
    page.until(lambda: page.script(KINDS), "the form is there")

    assert page.script(KINDS) == ["number", "date", "select-one", "select-one", "text"]
    assert [field(page, name) for name in ("least", "since", "sure")] == ["3", "2013-01-01", "true"]


def test_the_form_is_filled_from_the_address_and_written_to_it(page: ReportPage) -> None:
    page.open("form", least="7", words="a & b")
    Select(page.driver.find_element(By.NAME, "fruit")).select_by_visible_text("Banana")
    page.run_to_the_end()

    assert page.cells() == ["7", "2013-01-01", "b", "t", "a & b"]
    assert "fruit=b" in page.driver.current_url


def test_filters_of_the_address_are_shown_applied_and_removable(page: ReportPage) -> None:
    page.open("numbers", where="id.lte.3", order="id.desc").run_to_the_end()
    assert page.cells('.body [aria-colindex="2"]') == ["3", "2", "1"]
    page.driver.find_element(By.CSS_SELECTOR, "[aria-label='Remove where id.lte.3']").click()
    page.wait_for_stage("Not run yet").run_to_the_end()

    assert page.received() == 2500


def test_the_catalog_finds_reports_by_any_word(driver: WebDriver, server: Server) -> None:
    driver.get(server.url)
    page = ReportPage(driver, server.url)
    page.until(lambda: "report" in page.text("found"), "the reports are listed")
    page.element("search").send_keys("ticker minute")
    page.until(lambda: page.text("found") == "1 report", "one is left")
    driver.find_element(By.CSS_SELECTOR, "#reports li:not([hidden]) a").click()

    page.until(lambda: page.text("title") == "Ticker", "its page is open")


def named(page: ReportPage, name: str) -> WebElement:
    """The field of that parameter."""
    return page.driver.find_element(By.NAME, name)


def test_what_cannot_be_sent_is_said_beside_its_fields(page: ReportPage) -> None:
    page.open("kinds").run()
    page.until(lambda: len(page.texts(".wrong")) == 2, "two fields are wrong")
    assert page.driver.switch_to.active_element.get_attribute("name") == "least"
    assert named(page, "least").get_attribute("aria-describedby") == "wrong-argument-0"
    named(page, "least").send_keys("7")
    page.until(lambda: page.texts(".wrong") == ["The report needs one of these."], "one is left")
    Select(named(page, "fruit")).select_by_visible_text("Banana")
    page.run_to_the_end()

    assert page.texts(".wrong") == []
    moments = ["2013-01-01 12:30:15.5", "2013-01-01 10:30:15+00"]
    values = ["7", "", *moments, "", "0.5", "", "b", "s", "e", "l", "p"]
    assert page.cells() == values
    assert "__proto__=p" in page.driver.current_url


def test_what_the_server_refuses_is_said_beside_its_field(page: ReportPage) -> None:
    page.open("form", least="99999999999").run()
    page.until(lambda: page.texts(".wrong"), "the page says what is wrong")

    assert "out of range" in page.texts(".wrong")[0]
    assert page.driver.switch_to.active_element.get_attribute("name") == "least"
    assert not page.is_shown("problem")


def test_the_arguments_of_last_time_are_offered_and_a_reset_leads_back(page: ReportPage) -> None:
    page.open("form", least="7", words="a & b").run_to_the_end()
    page.open("form")
    page.until(lambda: page.is_shown("last"), "they are offered")
    assert field(page, "least") == "3"
    page.element("last").click()
    assert (field(page, "least"), field(page, "words")) == ("7", "a & b")
    page.element("reset").click()

    assert (field(page, "least"), field(page, "sure"), field(page, "words")) == ("3", "true", "")
