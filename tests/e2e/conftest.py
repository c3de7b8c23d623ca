"""A real server on a free port with a store of its own, driven by Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
#: A first start compiles the engine; later ones take it from its cache.
PATIENCE_MS = 240_000
#: What a page is to show or to do is waited for so long: a machine under load answers late, and that is no failure.
WAIT_MS = 90_000
expect.set_options(timeout=WAIT_MS)
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)


@dataclass(frozen=True)
class Server:
    """The address of a running app, and the file that it keeps its data in."""

    url: str
    store: Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(store: Path, *, port: int = 0, **settings: str) -> Iterator[Server]:
    """The app on a store, with settings of the environment, until the iteration ends."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    environment = {**os.environ, "ENCAISSE_STORE": str(store), **settings}
    with (store.parent / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield Server(f"http://localhost:{port}", store)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _ in range(240):
        assert process.poll() is None, "the server stopped at once"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the server never answered")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on the sample company, as a new user meets it."""
    yield from serve(tmp_path_factory.mktemp("sample") / "encaisse.duckdb")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("the browser tests need Chromium: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-software-rasterizer"],
        )
        yield browser
        browser.close()


#: Without a graphics card an animation that never ends (a spinner, a skeleton) takes most of a core, on which the answer
#: is being computed: here each runs once. What it ends with, and every transition, stays.
ONCE = """
const once = new CSSStyleSheet();
once.replaceSync("*, *::before, *::after { animation-iteration-count: 1 !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, once];
"""


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    """A browser with cookies of its own."""
    context = browser.new_context(**options)
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(ONCE)
    return context


class Reader:
    """A person at a browser; `outside` collects every request that leaves the app."""

    def __init__(self, browser: Browser, server: Server, language: str, *, phone: bool, dark: bool) -> None:
        self.server, self.language, self.phone = server, language, phone
        self.context = context_of(
            browser,
            viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 1400},
            locale="fr-FR" if language == "fr" else "en-GB",
            color_scheme="dark" if dark else "light",
            user_agent=PHONE_AGENT if phone else None,
            is_mobile=phone,
            has_touch=phone,
        )
        self.page: Page = self.context.new_page()
        self.outside: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        inside = url.startswith((self.server.url, self.server.url.replace("http", "ws"), "data:", "blob:"))
        if not inside:
            self.outside.append(url)

    def open(self, path: str = "/") -> Page:
        """Open a page and wait until it stands still."""
        self.page.goto(self.server.url + path)
        self.page.locator("h1").first.wait_for(timeout=PATIENCE_MS)
        if "history" not in path:
            self.page.locator(".st-key-say").first.wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_function("() => window.encaisseTables", timeout=PATIENCE_MS)  # what a page runs last
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the app has nothing more to draw."""
        for _ in range(2):  # what is drawn within the pause may be a first look that another run replaces
            self.page.wait_for_function(
                "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSpinner], .st-key-coarse')"
                " && !document.querySelector('[data-stale=true]')",
                timeout=PATIENCE_MS,
            )
            self.page.wait_for_timeout(250)

    def says_again(self, before: str) -> None:
        """Wait until the sentence at the top is what it was: the address is known sooner than the screen is drawn."""
        self.page.wait_for_function(
            "before => document.querySelector('.st-key-say')?.innerText.trim() === before", arg=before, timeout=PATIENCE_MS
        )
        self.settle()

    def says_anew(self, before: str) -> str:
        """Wait until the sentence at the top is another one, and read it."""
        self.page.wait_for_function(
            "before => { const said = document.querySelector('.st-key-say')?.innerText.trim(); return said && said !== before; }",
            arg=before,
            timeout=PATIENCE_MS,
        )
        self.settle()
        return self.sentence()

    def sentence(self) -> str:
        """The one sentence at the top."""
        return self.page.locator(".st-key-say").inner_text().strip()


def curves_are_named(page: Page) -> None:
    """Wait until the curve's chart names all four: the charts of a page are drawn one after the other, each in its time."""
    names = page.locator("[class*='st-key-hero'] .annotation")
    for variant in ("Sans protection", "Affacturage", "Assurance", "Les deux"):
        names.filter(has_text=variant).first.wait_for(state="attached")


@pytest.fixture
def reader(chromium: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A reader; parametrise indirectly with (language, phone, dark)."""
    language, phone, dark = getattr(request, "param", ("fr", False, False))
    someone = Reader(chromium, server, language, phone=phone, dark=dark)
    yield someone
    someone.context.close()
