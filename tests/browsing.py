"""A headless Chromium for the tests of the review page and for its pictures, and a page in it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--lang=zh-CN",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
PATIENCE = 20
"""Seconds that a page may take for what it was asked to do; more than any machine needs, for a test must not depend on its speed."""


def chromium(profile: Path, downloads: Path | None = None, width: int = 1280, height: int = 900, scale: float = 1) -> Any:
    """A browser with a profile of its own and the network off."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if downloads is not None:
        downloads.mkdir()
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads), "download.prompt_for_download": False})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.downloads = downloads
    _resize(driver, width, height, scale)
    return driver


def _resize(driver: Any, width: int, height: int, scale: float = 1) -> None:
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 800}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


class Page:
    """The review page at `path`, as a person sees and handles it."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver = driver
        self.address = path.resolve().as_uri()

    # --- getting there

    def open(self) -> None:
        """Afresh, with nothing of an earlier visit but what the browser keeps."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(self.address)
        self.settle()

    def forget(self) -> None:
        """Whatever the browser kept for the page, and the files that it handed out: a new one would not be told from an old one."""
        for path in self.driver.downloads.iterdir() if self.driver.downloads else ():
            path.unlink()
        self.driver.get(self.address)
        self.driver.execute_script("localStorage.clear()")

    def go(self, address: str) -> None:
        """To what stands behind the # of an address; back when it is drawn."""
        self.driver.execute_script("location.hash = arguments[0]", address)
        self.settle()

    def settle(self) -> None:
        """Waits until texts that were asked for are unpacked and drawn."""
        self.wait(
            "const view = document.body.dataset.view; const main = document.getElementById('main');"
            "return view && (view !== 'reports' ? main.childElementCount > 0 : document.getElementById('text') !== null)"
        )
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => setTimeout(done, 50))")

    def back(self) -> None:
        self.driver.back()

    def size(self, width: int, height: int) -> None:
        _resize(self.driver, width, height)

    # --- handling

    def run(self, script: str) -> Any:
        """What a script gives; a promise is waited for."""
        return self.driver.execute_script(script)

    def wait(self, script: str) -> None:
        """Until a script gives something true."""
        end = time.monotonic() + PATIENCE
        while not self.driver.execute_script(script):
            assert time.monotonic() < end, f"never came about: {script}"
            time.sleep(0.02)

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        self.find(selector).click()
        self.settle()

    def type(self, selector: str, keys: str) -> None:
        element = self.find(selector)
        element.clear()
        element.send_keys(keys)

    fill = type

    def choose(self, selector: str, value: str) -> None:
        script = (
            "const s = document.querySelector(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change', {bubbles: true}))"
        )
        self.driver.execute_script(script, selector, value)

    def press(self, keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(keys).perform()
        self.settle()

    def press_escape(self) -> None:
        self.press(Keys.ESCAPE)

    def press_enter(self) -> None:
        self.press(Keys.ENTER)

    def upload(self, selector: str, path: Path) -> None:
        self.find(selector).send_keys(str(path))

    def downloaded(self, name: str) -> Path:
        """The file that the page handed out last since `forget`, when it is there."""
        end = time.monotonic() + PATIENCE
        while True:
            found = sorted(self.driver.downloads.glob(f"{Path(name).stem}*{Path(name).suffix}"), key=lambda path: path.stat().st_mtime_ns)
            if found and found[-1].stat().st_size:
                return Path(found[-1])
            assert time.monotonic() < end, f"{name} was never saved"
            time.sleep(0.05)

    # --- looking

    @property
    def title(self) -> str:
        return str(self.driver.title)

    @property
    def address_hash(self) -> str:
        return str(self.run("return decodeURIComponent(location.hash.slice(1))"))

    def count(self, selector: str) -> int:
        return len(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        return str(self.driver.execute_script("return document.querySelector(arguments[0]).textContent", selector))

    def texts(self, selector: str, attribute: str = "") -> list[str]:
        """The texts of all that a selector finds, or what an attribute of theirs says."""
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".map((one) => (arguments[1] ? one.getAttribute(arguments[1]) : one.textContent))"
        )
        return list(self.driver.execute_script(script, selector, attribute))

    def marks(self) -> list[dict[str, Any]]:
        """The marks of the text in order: where each begins in the report, its words and its kind."""
        script = (
            "return [...document.querySelectorAll('#text mark')].filter((one) => one.dataset.kind !== 'mask')"
            ".map((one) => ({start: Number(one.dataset.start), text: one.textContent, kind: one.dataset.kind}))"
        )
        return list(self.driver.execute_script(script))

    def contrast(self, selector: str) -> float:
        """Contrast of an element's text with what lies behind it, as WCAG reckons it."""
        return float(self.driver.execute_script(_CONTRAST, selector))

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:", "about:"))]

    def complaints(self) -> list[str]:
        """What the console says since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


_CONTRAST = """
const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const element = document.querySelector(arguments[0]);
let behind = element;
while (behind.parentElement && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
const [a, b] = [light(rgb(getComputedStyle(element).color)), light(rgb(getComputedStyle(behind).backgroundColor))].sort((x, y) => y - x);
return (a + 0.05) / (b + 0.05);
"""
