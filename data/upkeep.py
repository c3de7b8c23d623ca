"""What the app does by itself once a day: who partners were is let go after the years that were chosen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date
from typing import Final

from data.access import Principal
from data.repository_retention import retain
from data.store import Store

#: After the start, so that the first page does not wait behind it; then from day to day.
_FIRST_SECONDS: Final = 60.0
_EVERY_SECONDS: Final = 86_400.0
_BY_ITSELF: Final = Principal(role="administrator", name="retention")
_LOG: Final = logging.getLogger(__name__)


def start_upkeep(store: Store, *, first_seconds: float = _FIRST_SECONDS) -> Callable[[], None]:
    """Look after the store in a thread; call what is returned to end it."""
    stop = threading.Event()

    def look_after() -> None:
        pause = first_seconds
        while not stop.wait(pause):
            pause = _EVERY_SECONDS
            try:
                if not store.is_closed:
                    retain(store, _BY_ITSELF, date.today())
            except Exception:
                # A store that is closed meanwhile has nobody to look after it, and nothing went wrong.
                if not store.is_closed:
                    _LOG.exception("what is too old could not be let go")
            if store.is_closed:
                return

    thread = threading.Thread(target=look_after, name="upkeep", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()

    return end
