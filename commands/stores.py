"""A store named in a call: where it is, and what keeps it from being opened becomes a problem of the user's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.jobs import JobUnanswered
from data.places import holds_secret, is_url, shown
from data.values import BadValue
from forecasting.errors import InputRejected, Problem, StoreBusy, StoreUnreadable


def place(text: str) -> str | Path:
    """Where a store is; a password has no place in a call, which every program of the machine can read."""
    if holds_secret(text):
        raise BadValue("call.password_in_url", shown(text))
    return text if is_url(text) else Path(text)


def store_file(text: str) -> Path:
    """A store that is a file."""
    if is_url(text):
        raise BadValue("call.not_a_store_file", shown(text))
    return Path(text)


@contextmanager
def opened(path: str | Path) -> Iterator[None]:
    """Work with a store under the name that the call gave it; raises InputRejected where it cannot be opened."""
    try:
        yield
    except JobUnanswered as unanswered:
        raise InputRejected((unanswered.problem,)) from unanswered
    except StoreBusy as busy:
        values = (("pid", str(busy.pid or "?")),)
        raise InputRejected((Problem(code="stored.busy", file=shown(path), values=values),)) from busy
    except StoreUnreadable as unreadable:
        raise InputRejected((Problem(code=f"stored.{unreadable.reason}", file=shown(path)),)) from unreadable
