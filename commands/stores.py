"""A store named in a call: what keeps it from being opened becomes a problem of the user's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.jobs import JobUnanswered
from forecasting.errors import InputRejected, Problem, StoreBusy, StoreUnreadable


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Work with a store under the name that the call gave it; raises InputRejected where it cannot be opened."""
    try:
        yield
    except JobUnanswered as unanswered:
        raise InputRejected((unanswered.problem,)) from unanswered
    except StoreBusy as busy:
        values = (("pid", str(busy.pid or "?")),)
        raise InputRejected((Problem(code="stored.busy", file=str(path), values=values),)) from busy
    except StoreUnreadable as unreadable:
        raise InputRejected((Problem(code=f"stored.{unreadable.reason}", file=str(path)),)) from unreadable
