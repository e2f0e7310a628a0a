"""The built site in a real browser, as its readers use it. `make browser` runs this; `make test` does not.

Needs build/site, which `make site` makes, and Debian's Chromium. Pictures of the pages are kept under build/browser.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from proofs.requirements import Catalogue

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build/site"
PICTURES = ROOT / "build/browser"
CATALOGUE = Catalogue(ROOT)
REQUIREMENTS = [block.identifier for block in CATALOGUE.blocks if not block.is_assumption]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KINDS = [
    "index.html",
    "requirements/LIQ-6.html",
    "requirements/CON-1.html",
    "spec/liquidation.html",
    "actions/Liquidate.html",
    "incidents/index.html",
    "incidents/euler.html",
    "theorems/liquidation.html",
    "code/liquidation.html",
    "counterexamples/index.html",
    "assumptions.html",
    "soundness.html",
    "parameters.html",
    "replays.html",
    "search.html",
]
"""A page of each kind."""


class Desk:
    """A page that remembers what went wrong in it: complaints of the console, and requests to other machines."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", lambda request: self.wrong.append(f"{page.url}: {request.url} failed"))

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((SITE.as_uri() + "/", "data:", "blob:")):
            self.wrong.append(f"{self.page.url} asked for {request.url}")

    def open(self, name: str) -> Page:
        self.page.goto(f"{SITE.as_uri()}/{name}")
        return self.page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.fail("there is no chromium: install it (Debian: apt-get install chromium) or name one in CHROMIUM")
    if not (SITE / "index.html").exists():
        pytest.fail("there is no build/site: run `make verify`, then `make site`")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1400, "height": 950})
    made = Desk(context.new_page())
    yield made
    context.close()
    assert made.wrong == []


def test_every_requirement_page_opens_and_shows_its_evidence(desk: Desk) -> None:
    for identifier in REQUIREMENTS:
        page = desk.open(f"requirements/{identifier}.html")
        assert page.locator("h1").first.inner_text().startswith(identifier)
        told = page.locator("article").inner_text()
        for heading in ("Where it is enforced", "What proves it", "What happens without it", "Vectors", "Mutants"):
            assert heading in told, f"{identifier}: {heading}"
        assert page.locator(".highlight").count() > 0, f"{identifier} shows no code"


def test_every_page_opens(desk: Desk) -> None:
    for path in sorted(SITE.rglob("*.html")):
        page = desk.open(path.relative_to(SITE).as_posix())
        assert page.title(), path


def test_every_requirement_is_one_click_from_the_first_page(desk: Desk) -> None:
    page = desk.open("index.html")
    links = page.locator("article table.filterable tbody th a")
    assert links.all_inner_texts() == REQUIREMENTS
    links.nth(REQUIREMENTS.index("LIQ-6")).click()
    assert page.url.endswith("requirements/LIQ-6.html")
    page.locator("details summary").first.click()
    assert page.locator("details .highlight").first.is_visible()


@pytest.mark.parametrize("identifier", ["LIQ-4", "CON-1", "ASM-3"])
def test_search_finds_an_id(desk: Desk, identifier: str) -> None:
    page = desk.open("index.html")
    page.locator("input[name=q]").fill(identifier)
    page.keyboard.press("Enter")
    first = page.locator("#search-results ul.search li a").first
    first.wait_for()
    first.click()
    page.get_by_role("heading", name=re.compile(rf"^{identifier}\b")).first.wait_for()


def test_search_finds_a_word_of_the_prose(desk: Desk) -> None:
    page = desk.open("search.html?q=bankruptcy")
    page.locator("#search-results ul.search").get_by_role("link", name="Liquidation", exact=True).wait_for()


def test_filters_filter(desk: Desk) -> None:
    page = desk.open("index.html")
    rows = page.locator("table.filterable tbody tr:visible")
    assert rows.count() == len(REQUIREMENTS)
    page.get_by_label("Chapter").select_option("liquidation")
    liquidation = [block.identifier for block in CATALOGUE.blocks if block.chapter == "liquidation"]
    assert rows.locator("th").all_inner_texts() == liquidation
    page.get_by_label("Contains").fill("backstop")
    assert 0 < rows.count() < len(liquidation)
    assert all("backstop" in text.lower() for text in rows.all_inner_texts())
    assert page.locator(".filters output").inner_text() == f"{rows.count()} of {len(REQUIREMENTS)}"
    page.get_by_label("Criticality").select_option("low")
    assert rows.count() == 0
    page.get_by_label("Contains").fill("")
    page.get_by_label("Criticality").select_option("")
    page.get_by_label("Chapter").select_option("")
    assert rows.count() == len(REQUIREMENTS)


def test_the_keyboard_reaches_filters_and_requirements(desk: Desk) -> None:
    page = desk.open("index.html")
    page.get_by_label("Contains").focus()
    page.keyboard.type("LIQ-6")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "LIQ-6":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/requirements/LIQ-6.html")


def test_an_address_by_id_leads_to_the_block_in_its_chapter(desk: Desk) -> None:
    page = desk.open("spec/liquidation.html#LIQ-13")
    assert page.locator("#LIQ-13").is_visible()
    page.locator("#LIQ-13").get_by_role("link", name="Evidence for LIQ-13").click()
    assert page.url.endswith("requirements/LIQ-13.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "width"), [("wide", 1400), ("narrow", 360)])
def test_pages_are_fit_for_people(browser: Browser, scheme: Any, size: str, width: int) -> None:
    """No violation that axe-core knows of, contrast included, and no page wider than its window."""
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    desk = Desk(context.new_page())
    wrong = []
    failing = [path.relative_to(SITE).as_posix() for path in sorted(SITE.glob("counterexamples/*-*.html"))[:1]]
    for name in KINDS + failing:
        page = desk.open(name)
        page.screenshot(path=PICTURES / f"{size}-{scheme}-{re.sub('[/.]', '-', name.removesuffix('.html'))}.png")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{name} is wider than its window")
        page.evaluate(script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
        for violation in found["violations"]:
            shown = [node["target"] for node in violation["nodes"]][:3]
            wrong.append(f"{name}: {violation['id']}: {violation['help']} {json.dumps(shown)}")
    context.close()
    assert wrong + desk.wrong == []


def test_the_first_page_prints_on_one_page(desk: Desk) -> None:
    page = desk.open("index.html")
    printed = page.pdf(path=PICTURES / "dashboard.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
