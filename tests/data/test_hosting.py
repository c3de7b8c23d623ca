"""Hosting that protects nothing is refused with every reason, and no secret is ever repeated."""

from __future__ import annotations

import pytest

from data.hosting import PROOF_HEADER, Hosting, hosting, is_from_this_machine, proxy_email
from forecasting.errors import InputRejected

GOOD = "tq7Zp3uWkV9xLr2mYc8sNd5fHb4jGa6eRw1oKi0"
PROXY = {"ENCAISSE_SIGN_IN": "proxy", "ENCAISSE_ADMINISTRATORS": "Chef@Orvalise.fr", "ENCAISSE_PROXY_SECRET": GOOD}
AUTH = {
    "redirect_uri": "https://cash.orvalise.fr/oauth2callback",
    "cookie_secret": GOOD,
    "client_id": "encaisse",
    "client_secret": "9fK2-x7Qw_Lm4Zt",
    "server_metadata_url": "https://login.orvalise.fr/.well-known/openid-configuration",
}
OIDC = {"ENCAISSE_SIGN_IN": "oidc", "ENCAISSE_ADMINISTRATORS": "chef@orvalise.fr"}


def codes(environ: dict[str, str], auth: dict[str, str] | None = None) -> set[str]:
    with pytest.raises(InputRejected) as rejected:
        hosting(environ, auth)
    assert not any(GOOD[:-1] in str(p) for p in rejected.value.problems), "a secret is repeated"
    return {p.code for p in rejected.value.problems}


def test_nothing_set_is_local() -> None:
    assert hosting({}) == Hosting() and hosting({}).sign_in == "local"


def test_good_settings_are_taken() -> None:
    assert hosting(PROXY).administrators == {"chef@orvalise.fr"}
    assert hosting(OIDC, AUTH).sign_in == "oidc"
    assert hosting({"ENCAISSE_SIGN_IN": "demo"}).sign_in == "demo"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"ENCAISSE_SIGN_IN": "ldap"}, "hosting.unknown_way"),
        (PROXY | {"ENCAISSE_ADMINISTRATORS": " , "}, "hosting.no_administrator"),
        (PROXY | {"ENCAISSE_ADMINISTRATORS": "chef"}, "hosting.no_address"),
        (PROXY | {"ENCAISSE_PROXY_SECRET": ""}, "hosting.no_value"),
        (PROXY | {"ENCAISSE_PROXY_SECRET": GOOD[:31]}, "hosting.short_secret"),
        (PROXY | {"ENCAISSE_PROXY_SECRET": "please-change-me-please-change-me-please"}, "hosting.example_secret"),
        (PROXY | {"ENCAISSE_PROXY_SECRET": "a" * 64}, "hosting.example_secret"),
    ],
)
def test_a_proxy_that_protects_nothing_is_refused(environ: dict[str, str], code: str) -> None:
    assert codes(environ) == {code}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cookie_secret": ""}, "hosting.no_value"),
        ({"cookie_secret": "short-one-x7Qw"}, "hosting.short_secret"),
        ({"client_secret": "your-client-secret"}, "hosting.example_secret"),
        ({"redirect_uri": "http://cash.orvalise.fr/oauth2callback"}, "hosting.no_tls"),
        ({"redirect_uri": "https://cash.orvalise.fr/"}, "hosting.bad_redirect"),
    ],
)
def test_a_provider_that_protects_nothing_is_refused(changed: dict[str, str], code: str) -> None:
    assert codes(OIDC, AUTH | changed) == {code}


def test_every_missing_value_is_named_at_once() -> None:
    assert codes(OIDC) == {"hosting.no_value"}
    with pytest.raises(InputRejected) as rejected:
        hosting(OIDC)
    assert len(rejected.value.problems) == 5


def test_the_proxy_proves_itself() -> None:
    found = hosting(PROXY)
    told = {"x-forwarded-email": "Ines@Orvalise.fr", PROOF_HEADER.lower(): GOOD}
    assert proxy_email(found, told) == "ines@orvalise.fr"
    for forged in ("", GOOD[:-1], GOOD + "x", GOOD.upper(), "é"):
        assert proxy_email(found, told | {PROOF_HEADER.lower(): forged}) == ""
    assert proxy_email(found, {"X-Forwarded-Email": "chef@orvalise.fr"}) == ""
    assert proxy_email(Hosting(sign_in="proxy"), {PROOF_HEADER: "", "X-Forwarded-Email": "chef@orvalise.fr"}) == ""
    for name in ("", "chef", "a@b@c", "chef@", "@orvalise.fr", "chef@orvalise\n.fr", "a b@c.fr", "x" * 260 + "@c.fr"):
        assert proxy_email(found, told | {"x-forwarded-email": name}) == "", name


def test_local_mode_answers_this_machine_alone() -> None:
    assert is_from_this_machine(None, {}) and is_from_this_machine("127.0.0.1", {}) and is_from_this_machine("::1", {})
    assert is_from_this_machine("::ffff:127.0.0.1", {})
    for address in ("192.168.1.20", "::ffff:192.168.1.20", "127.0.0.1.nip.io", "", "localhost"):
        assert not is_from_this_machine(address, {}), address
    for host in ("localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501"):
        assert is_from_this_machine(None, {"Host": host})
    for host in ("evil.example:8501", "localhost.evil.example", "127.0.0.1.nip.io:8501", "192.168.1.20"):
        assert not is_from_this_machine(None, {"Host": host}), "a bent name"
    for name in ("X-Forwarded-For", "forwarded", "X-REAL-IP"):
        assert not is_from_this_machine(None, {name: "192.168.1.20"})


def test_the_secret_is_in_no_text_of_the_settings() -> None:
    assert GOOD not in repr(hosting(PROXY))
