"""No rerun ships more than it must; how fast a move is on screen is measured by `python -m bench.moves`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.conftest import Reader, Server
from tests.e2e.test_screens import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.proof]

PAYLOAD_LIMIT = 150_000


def as_bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def per_run(frames: list[bytes]) -> list[int]:
    """Bytes of each run of the script: a moved slider may be answered twice, by a first look and by the whole."""
    found = [0]
    for frame in frames:
        message = ForwardMsg()
        message.ParseFromString(frame)
        found[-1] += len(frame)
        if message.WhichOneof("type") == "script_finished":
            found.append(0)
    return [size for size in found if size]


@pytest.fixture
def heard(chromium: Browser, server: Server) -> Iterator[tuple[Reader, list[bytes]]]:
    """A reader, and what the server sends to the browser."""
    reader = Reader(chromium, server, "en", phone=False, dark=False)
    frames: list[bytes] = []
    reader.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(as_bytes(frame))))
    yield reader, frames
    reader.context.close()


def test_no_page_ships_more_than_the_limit_when_it_opens(heard: tuple[Reader, list[bytes]]) -> None:
    reader, frames = heard
    shipped = {}
    for path in PAGES:
        frames.clear()
        reader.open(path)
        if path == "/decide":  # what the search has found comes once it is over
            reader.page.locator("[class*='st-key-frontier']").first.wait_for()
            reader.settle()
        shipped[path] = max(per_run(frames), default=0)
    assert all(0 < most < PAYLOAD_LIMIT for most in shipped.values()), shipped


def test_no_rerun_ships_more_than_its_limit(heard: tuple[Reader, list[bytes]]) -> None:
    reader, frames = heard
    page = reader.open()
    page.wait_for_timeout(3_000)
    moves = (
        lambda: page.get_by_role("radio", name="Factoring").click(),
        lambda: page.get_by_role("slider").first.press("ArrowRight"),
        lambda: page.get_by_role("slider").nth(1).press("ArrowRight"),
        lambda: page.get_by_role("button", name="The lowest point").click(),
    )
    for move in moves:
        frames.clear()
        move()
        page.wait_for_timeout(3_000)
        reader.settle()
        runs = per_run(frames)
        assert runs and 0 < max(runs) < PAYLOAD_LIMIT, f"{runs} bytes"
