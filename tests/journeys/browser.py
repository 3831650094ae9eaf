"""A person's browser: a real Chromium with a fresh profile and no permissions granted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 30
_SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",  # CI runs as root, where Chromium has no sandbox
    "--window-size=1280,1000",
)


def chromium() -> tuple[str, str]:
    """Paths of Chromium and its driver; the test skips visibly when one is missing."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("no Chromium here: apt-get install chromium chromium-driver")
    return browser, driver


class Browser:
    """One window; waits for what it is told to use; keeps screenshots of what it saw."""

    def __init__(self, driver: Chrome, shots: Path) -> None:
        self.driver = driver
        self._shots = shots

    def open(self, url: str) -> None:
        self.driver.get(url)

    @property
    def url(self) -> str:
        return self.driver.current_url

    @property
    def text(self) -> str:
        """What the page says; nothing while one page makes way for the next."""
        try:
            return self.driver.find_element(By.TAG_NAME, "body").text
        except WebDriverException:
            return ""

    def _waiting(self, patience: float = PATIENCE) -> WebDriverWait[Chrome]:
        """Waits; what the driver says of a page that makes way for the next is no answer."""
        return WebDriverWait(self.driver, patience, ignored_exceptions=[WebDriverException])

    def see(self, css: str, patience: float = PATIENCE) -> WebElement:
        """Wait until the element shows; on failure say what the page shows instead."""
        try:
            return self._waiting(patience).until(
                expected.visibility_of_element_located((By.CSS_SELECTOR, css))
            )
        except TimeoutException:
            raise AssertionError(f"{css} is not on {self.url}:\n{self.text[:2000]}") from None

    def see_text(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until the page holds the text."""
        try:
            self._waiting(patience).until(lambda _: text in self.text)
        except TimeoutException:
            raise AssertionError(f"{text!r} is not on {self.url}:\n{self.text[:2000]}") from None

    def arrive(self, start: str, patience: float = PATIENCE) -> None:
        """Wait until the address starts with `start`."""
        try:
            self._waiting(patience).until(lambda d: d.current_url.startswith(start))
        except TimeoutException:
            raise AssertionError(f"still on {self.url}, not {start}:\n{self.text[:2000]}") from None

    def which(self, *choices: str, patience: float = PATIENCE) -> int:
        """Wait until one of the elements shows; its place among `choices`."""

        def shown(driver: Chrome) -> int | None:
            for place, css in enumerate(choices):
                if any(
                    found.is_displayed() for found in driver.find_elements(By.CSS_SELECTOR, css)
                ):
                    return place + 1
            return None

        try:
            return int(self._waiting(patience).until(shown) or 0) - 1
        except TimeoutException:
            raise AssertionError(f"none of {choices} on {self.url}:\n{self.text[:2000]}") from None

    def click(self, css: str) -> None:
        """Click once it can be; an element that went with its page was not clicked."""

        def clicked(driver: Chrome) -> bool:
            driver.find_element(By.CSS_SELECTOR, css).click()
            return True

        self.see(css)
        try:
            self._waiting().until(clicked)
        except TimeoutException:
            raise AssertionError(f"{css} cannot be clicked on {self.url}") from None

    def write(self, css: str, text: str) -> None:
        field = self.see(css)
        field.clear()
        field.send_keys(text)

    def shot(self, name: str) -> None:
        """Keep what is seen now as `<name>.png` among the test's artefacts."""
        self._shots.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(self._shots / f"{name}.png"))


@contextmanager
def open_browser(profile: Path, shots: Path, language: str = "kk") -> Iterator[Browser]:
    """A new Chromium with an empty profile whose person reads `language`."""
    binary, driver_path = chromium()
    options = ChromeOptions()
    options.binary_location = binary
    for switch in (*_SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    driver = Chrome(options=options, service=ChromeService(executable_path=driver_path))
    try:
        yield Browser(driver, shots)
    finally:
        driver.quit()
