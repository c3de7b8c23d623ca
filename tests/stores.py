"""Stores that many tests begin with: the program makes each once, later ones are copies with an identity of their own.

What a store does while it is made has its own laws in tests/data/test_store.py and test_store_contract.py, which copy none.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from data import repository
from data.access import FINANCE
from data.places import is_url
from data.sample import SampleCompany
from data.sample_store import fill_store
from data.store import Store

#: What was made, by the sample inside (None: nothing); the sample is kept so that its number stays its own.
_made: dict[int | None, tuple[Path, SampleCompany | None]] = {}


def new_store(place: str | Path) -> Store:
    """An open store without a row, as `create_store` makes it."""
    return _store_at(place, None)


def sample_store(place: str | Path, sample: SampleCompany) -> Store:
    """An open store with a sample company, as `fill_store` leaves it."""
    return _store_at(place, sample)


def _store_at(place: str | Path, sample: SampleCompany | None) -> Store:
    if is_url(str(place)):
        return _filled(place, sample)
    key = None if sample is None else id(sample)
    if key not in _made:
        path = _folder() / f"{len(_made)}.duckdb"
        _filled(path, sample).close()
        _made[key] = path, sample
    assert not Path(place).exists(), "a store of somebody else is not written over"
    shutil.copy(_made[key][0], place)
    store = repository.create_store(place)
    # What is cached by a store's name and the number of its writes must not be found by its twin.
    store.transaction(lambda cursor: cursor.execute("UPDATE data_version SET store_id = CAST(uuid() AS VARCHAR)"))
    return store


def _filled(place: str | Path, sample: SampleCompany | None) -> Store:
    store = repository.create_store(place)
    if sample is not None:
        fill_store(store, FINANCE, sample)
    return store


@cache
def _folder() -> Path:
    """Where they are kept until this process ends."""
    _kept.append(tempfile.TemporaryDirectory(prefix="encaisse-stores-"))
    return Path(_kept[0].name)


_kept: list[tempfile.TemporaryDirectory[str]] = []
