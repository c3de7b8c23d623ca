"""Signing in with a company's provider, for real: a small OpenID Connect provider of our own, and the browser between."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, Page

from data import repository
from data.access import FINANCE, Principal
from data.repository import Person
from data.sample_store import fill_store
from tests.e2e.conftest import Server, context_of, free_port, serve
from tests.pages.fixtures.company import small_sample

pytestmark = pytest.mark.browser

CHIEF = "chef@orvalise.fr"
_CLIENT, _CLIENT_SECRET = "encaisse", "9fK2-x7Qw_Lm4Zt"


class Provider(ThreadingHTTPServer):
    """Says who `claims` names to whoever asks, with the code flow of OpenID Connect Core 3.1."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", free_port()), _Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, private=True)
        self.claims: dict[str, object] = {}
        self.nonces: dict[str, str] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        provider, asked = self.server, urlsplit(self.path)
        if asked.path.startswith("/.well-known"):
            self._json(
                {
                    "issuer": provider.url,
                    "authorization_endpoint": f"{provider.url}/authorize",
                    "token_endpoint": f"{provider.url}/token",
                    "jwks_uri": f"{provider.url}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif asked.path == "/keys":
            self._json({"keys": [provider.key.as_dict(private=False)]})
        else:
            given = {name: values[0] for name, values in parse_qs(asked.query).items()}
            code = f"code-{len(provider.nonces)}"
            provider.nonces[code] = given.get("nonce", "")
            self.send_response(302)
            self.send_header("Location", f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}")
            self.end_headers()

    def do_POST(self) -> None:
        provider = self.server
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        now = int(time.time())
        claims = {
            "iss": provider.url,
            "sub": "1",
            "aud": _CLIENT,
            "iat": now,
            "exp": now + 600,
            "nonce": provider.nonces[body["code"][0]],
            **provider.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, provider.key)
        self._json({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def _json(self, told: dict[str, object]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.shutdown()


@pytest.fixture(scope="module")
def hosted(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("oidc"), free_port()
    with repository.create_store(folder / "s.duckdb") as store:
        fill_store(store, FINANCE, small_sample())
        who = Principal(role="administrator", name=CHIEF)
        repository.replace_people(store, who, [Person(email="paul@orvalise.fr", role="viewer")])
    secrets = Path(folder / "secrets.toml")
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
        'cookie_secret = "tq7Zp3uWkV9xLr2mYc8sNd5fHb4jGa6eRw1oKi0"\n'
        f'client_id = "{_CLIENT}"\nclient_secret = "{_CLIENT_SECRET}"\n'
        f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    yield from serve(
        folder / "s.duckdb",
        port=port,
        ENCAISSE_SIGN_IN="oidc",
        ENCAISSE_ADMINISTRATORS=CHIEF,
        STREAMLIT_SECRETS_FILES=str(secrets),
    )


def signed_in(chromium: Browser, hosted: Server) -> Page:
    page = context_of(chromium, locale="fr-FR").new_page()
    page.goto(hosted.url)  # the framework knows the pages' addresses once a first session has run
    page.get_by_text("Connectez-vous avec le compte de votre société.").wait_for()
    page.goto(f"{hosted.url}/treasury")
    page.get_by_text("Connectez-vous avec le compte de votre société.").wait_for()
    assert page.locator("[data-testid=stMetric]").count() == 0
    page.get_by_role("button", name="Se connecter").click()
    return page


def test_a_viewer_signs_in_reads_and_leaves(chromium: Browser, hosted: Server, provider: Provider) -> None:
    provider.claims = {"email": "Paul@Orvalise.fr", "email_verified": True}
    page = signed_in(chromium, hosted)
    page.locator("h1").get_by_text("Trésorerie").wait_for()
    page.locator(".st-key-foot").get_by_text("paul@orvalise.fr · lecteur").wait_for()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Se connecter").wait_for()
    page.goto(f"{hosted.url}/treasury")
    page.get_by_role("button", name="Se connecter").wait_for()
    page.context.close()


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "qui@ailleurs.fr", "email_verified": True}, "Aucun accès pour qui@ailleurs.fr"),
        ({"email": CHIEF, "email_verified": False}, "n’a pas confirmé d’adresse"),
        ({}, "n’a pas confirmé d’adresse"),
    ],
    ids=["stranger", "unverified", "no address"],
)
def test_who_is_not_known_stays_outside(
    chromium: Browser, hosted: Server, provider: Provider, claims: dict[str, object], said: str
) -> None:
    provider.claims = claims
    page = signed_in(chromium, hosted)
    page.get_by_text(said).wait_for()
    assert page.locator("[data-testid=stMetric]").count() == 0
    page.context.close()
