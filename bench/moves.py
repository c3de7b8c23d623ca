"""What-if at the speed of thought: a slider's move to the new curve on screen, against empty apps.

One empty app has a slider and words, the other a slider and one plain curve: how much of the way is the framework's and the
browser's own. `python -m bench.moves` starts all three and drives Debian's Chromium (packages of requirements-dev.txt);
moves take turns, so that whatever else the machine does burdens all. Prints medians and ratios.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from bench.load import free_port, served, wait_until_served

MOVES: Final = 20
_EMPTY: Final = 'import streamlit as st\nst.markdown(f"moved {st.slider(chr(68), 0, 60, 0)}")\n'
_CURVE: Final = """import plotly.graph_objects as go
import streamlit as st
days = st.slider("D", 0, 60, 0)
st.plotly_chart(go.Figure(go.Scatter(y=[day * (days + 1) % 97 for day in range(365)])), key="hero")
"""
_PAUSE_MS: Final = 1_500
#: What moves on an app without a curve, and the lines of a figure, as drawn.
_WORDS: Final = "document.querySelector('[data-testid=stMarkdown] p')?.innerText"
_CURVES: Final = """[...document.querySelectorAll("[class*='st-key-hero'] .js-line")].map(l => l.getAttribute('d').slice(0, 400)).join()"""


@contextmanager
def empty_app(folder: Path, text: str) -> Iterator[int]:
    """An app of one script with a slider and what it moves, at a free port."""
    folder.mkdir()
    (folder / "app.py").write_text(text, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_served(port)
        yield port
    finally:
        process.kill()
        process.wait(10)


def move(page: Page, look: str) -> float:
    """Seconds from a key press on the first slider to another look: a text that a script reads from the page."""
    before = page.evaluate(f"() => {look}")
    assert before, "there is nothing to look at"
    started = time.perf_counter()
    page.get_by_role("slider").first.press("ArrowRight")
    page.wait_for_function(f"before => {{ const now = {look}; return now && now !== before }}", arg=before, polling=10)
    seconds = time.perf_counter() - started
    page.wait_for_timeout(_PAUSE_MS)
    return seconds


def moves_ratio(ours_port: int, empty_port: int, curve_port: int) -> dict[str, float]:
    """Medians of so many moves, in milliseconds, and ratios."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page, plain, drawn = (browser.new_page(viewport={"width": 1440, "height": 1400}) for _ in range(3))
        page.goto(f"http://localhost:{ours_port}/")
        page.locator(".st-key-say").first.wait_for(timeout=240_000)
        plain.goto(f"http://localhost:{empty_port}/")
        plain.get_by_text("moved").wait_for()
        drawn.goto(f"http://localhost:{curve_port}/")
        drawn.locator(".js-line").first.wait_for()
        page.wait_for_timeout(5_000)
        turns = [(move(plain, _WORDS), move(drawn, _CURVES), move(page, _CURVES)) for _ in range(MOVES)]
        browser.close()
    empty, curve, ours = (statistics.median(column) for column in zip(*turns, strict=True))
    return {
        "empty_ms": round(1e3 * empty),
        "empty_curve_ms": round(1e3 * curve),
        "ours_ms": round(1e3 * ours),
        "move_vs_empty_app": round(ours / empty, 2),
        "move_vs_empty_curve": round(ours / curve, 2),
    }


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "moves.duckdb") as ours,
        empty_app(Path(folder) / "words", _EMPTY) as empty,
        empty_app(Path(folder) / "curve", _CURVE) as curve,
    ):
        print(json.dumps(moves_ratio(ours, empty, curve), indent=1))


if __name__ == "__main__":
    main()
