"""Chromium on the running app; a test fails on any console error, page error, failed request or traceback."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.screen import settled
from tests.browser.server import RunningApp, running_app
from tests.setup import places

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAULT = "[data-testid=stException]"
REFUSED = 400
"""The lowest HTTP status that is a refusal or a fault."""


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Waymark itself, shared by the tests of this worker; a traceback in its log is an error."""
    with running_app(tmp_path_factory.mktemp("app")) as server:
        yield server
        assert server.complaints() == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for one file of tests: while it runs, no other test here may start an event loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=places.chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@dataclasses.dataclass
class Visitor:
    """Opens pages of the app, and writes down all that goes wrong on them."""

    browser: Browser
    start: Callable[[], RunningApp]
    contexts: list[BrowserContext] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)
    expected: list[re.Pattern[str]] = dataclasses.field(default_factory=list)

    def __call__(self, path: str = "/", *, server: RunningApp | None = None, **options: Any) -> Page:
        """Return a page of the app (or of another ``server``) in a fresh session, settled.

        ``options`` are those of a Playwright context: ``viewport``, ``color_scheme``, ``locale``.
        """
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        self._listen(page)
        page.goto((server or self.start()).url + path)
        return settled(page)

    def allow(self, pattern: str) -> None:
        """Let faults whose text matches pass; for tests that cause one."""
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """Return what went wrong so far and was not allowed."""
        return [fault for fault in self.faults if not any(p.search(fault) for p in self.expected)]

    def _listen(self, page: Page) -> None:
        page.on("console", lambda said: self._note("console", said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._note("page error", str(error)))
        page.on("requestfailed", lambda request: self._note("request failed", request.url))
        page.on(
            "response",
            lambda answer: self._note(str(answer.status), answer.url) if answer.status >= REFUSED else None,
        )

    def _note(self, kind: str, text: str) -> None:
        self.faults.append(f"{kind}: {text}")

    def look_for_exceptions(self) -> None:
        """Write down what Streamlit shows as an exception on pages that are still open."""
        for context in self.contexts:
            for page in context.pages:
                shown = page.locator(FAULT).all_inner_texts()
                self.faults += [f"exception on {page.url}: {text}" for text in shown]


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """What opens a page by its path; the test fails on anything that goes wrong there."""
    visitor = Visitor(browser, start=lambda: request.getfixturevalue("app"))
    yield visitor
    visitor.look_for_exceptions()
    faults = visitor.unexpected()
    for context in visitor.contexts:
        context.close()
    assert faults == []
