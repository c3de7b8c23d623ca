"""Where a store is: a file, or a PostgreSQL database by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from data.store import Store

_SCHEMES: Final = ("postgresql://", "postgres://")
#: What in a URL is a secret, beside the password before the host.
_SECRETS: Final = ("password", "sslpassword")


def is_url(place: str | Path) -> bool:
    """Whether a place is a PostgreSQL database."""
    return isinstance(place, str) and place.startswith(_SCHEMES)


def shown(place: str | Path) -> str:
    """A place as it may be told to people and written into logs: without its secrets."""
    if not is_url(place):
        return str(place)
    told = urlsplit(str(place))
    user, _, host = told.netloc.rpartition("@")
    name = user.partition(":")[0]
    query = [(key, value) for key, value in parse_qsl(told.query) if key not in _SECRETS]
    return urlunsplit((told.scheme, f"{name}@{host}" if name else host, told.path, urlencode(query, safe="/"), ""))


def holds_secret(place: str | Path) -> bool:
    """Whether a place carries a password, which belongs into the environment and not into a call."""
    if not is_url(place):
        return False
    told = urlsplit(str(place))
    return bool(told.password) or any(key in _SECRETS for key, _ in parse_qsl(told.query))


def store_at(place: str | Path, *, must_exist: bool = False) -> Store:
    """Open the store at a place; one that is not there is made, unless it must exist."""
    if not is_url(place):
        return Store(place, must_exist=must_exist)
    # Only here: whoever keeps a file needs none of PostgreSQL's packages.
    from data.shared_store import SharedStore

    return SharedStore(str(place), must_exist=must_exist)
