"""Links to frozen views: opened by their secret alone, until they expire or are revoked; guesses and passwords are refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from data import repository, repository_share
from data.access import FINANCE, Principal
from data.repository import Opened, Store
from data.repository_audit import utc_now
from forecasting.errors import AccessDenied
from tests.stores import new_store


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def shared(store: Store, password: str = "", days: int = 7) -> str:
    return repository.share_view(
        store, FINANCE, title="Conseil", note="", content='{"figure": 1}', days=days, password=password
    )


def test_a_link_shows_the_same_until_it_is_revoked(store: Store) -> None:
    secret = shared(store)
    opened = repository.open_shared(store, secret)
    assert isinstance(opened, Opened) and opened.content == '{"figure": 1}' and not opened.newer_data
    repository.replace_planned_flows(store, FINANCE, [])
    later = repository.open_shared(store, secret)
    assert isinstance(later, Opened) and later.content == opened.content and later.newer_data
    (view,) = repository.shared_views(store, FINANCE)
    assert view.opened == 2
    repository.revoke_share(store, FINANCE, view.share_id)
    assert repository.open_shared(store, secret) == "revoked"


def test_the_secret_is_stored_nowhere(store: Store) -> None:
    secret = shared(store, password="mot de passe")
    with store.read() as cursor:
        held = str(cursor.execute("SELECT * FROM shared_view").fetchall())
    assert secret not in held and "mot de passe" not in held


@pytest.mark.parametrize("guess", ["", "x", "' OR 1=1 --", "a" * 43, "%", "../shared", "é" * 500])
def test_guesses_open_nothing(store: Store, guess: str) -> None:
    shared(store)
    assert repository.open_shared(store, guess) == "unknown"
    secret = shared(store)
    assert repository.open_shared(store, secret[:-1]) == "unknown"
    assert repository.open_shared(store, secret.swapcase()) == "unknown"


def test_an_expired_link_opens_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = shared(store, days=1)
    tomorrow = utc_now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(repository_share, "utc_now", lambda: tomorrow)
    assert repository.open_shared(store, secret) == "expired"


def test_a_password_is_asked_for_and_not_tried_for_ever(store: Store) -> None:
    secret = shared(store, password="juste")
    assert repository.open_shared(store, secret) == "password"
    for _ in range(repository_share.TRIES_PER_HOUR - 1):
        assert repository.open_shared(store, secret, "faux") == "password"
    assert isinstance(repository.open_shared(store, secret, "juste"), Opened)
    assert repository.open_shared(store, secret, "faux") == "password"
    assert repository.open_shared(store, secret, "juste") == "too_many"


def test_sales_shares_no_treasury(store: Store) -> None:
    stranger = Principal(role="sales", owner="x", name="x")
    with pytest.raises(AccessDenied):
        repository.share_view(store, stranger, title="", note="", content="{}", days=7)
    with pytest.raises(AccessDenied):
        repository.shared_views(store, stranger)
