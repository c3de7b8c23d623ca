"""How people are told apart where the app runs for others: read from the environment, refused where it protects nothing.

Three ways: `local` (nobody signs in; this machine alone), `oidc` (Streamlit's own login with a company's provider) and
`proxy` (a proxy that has authenticated people names them in a header, and proves itself by a secret). A fourth, `demo`,
shows the sample company to whoever comes, read-only.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final, Literal

from forecasting.errors import InputRejected, Problem, problem

SignIn = Literal["local", "oidc", "proxy", "demo"]
SIGN_INS: Final[tuple[SignIn, ...]] = ("local", "oidc", "proxy", "demo")
#: A secret shorter than this can be guessed; these words come from examples and are known to everybody.
SECRET_CHARACTERS_MIN: Final = 32
_EXAMPLES: Final = ("change", "example", "exemple", "secret", "password", "azerty", "qwerty", "123456")
#: By this header the proxy proves itself; it must take the header out of what it receives from outside.
PROOF_HEADER: Final = "X-Encaisse-Proxy"
_EMAIL_HEADER: Final = "X-Forwarded-Email"
_OWN_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
_OIDC_KEYS: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """How people sign in here; `administrators` are always let in, so that somebody can let in the others."""

    sign_in: SignIn = "local"
    administrators: frozenset[str] = frozenset()
    email_header: str = _EMAIL_HEADER
    proxy_secret: str = field(default="", repr=False)


def hosting(environ: Mapping[str, str], auth: Mapping[str, Any] | None = None) -> Hosting:
    """The way people sign in, from the environment and, for `oidc`, the section [auth] of Streamlit's secrets.

    InputRejected with every reason for which it would protect nothing: an unknown way, a missing, short or example
    secret, nobody who administers, a redirection without TLS.
    """
    way = environ.get("ENCAISSE_SIGN_IN", "").strip().lower() or "local"
    if way not in SIGN_INS:
        raise InputRejected(
            (problem("hosting.unknown_way", column="ENCAISSE_SIGN_IN", text=way, known=", ".join(SIGN_INS)),)
        )
    found = Hosting(
        sign_in=way,
        administrators=frozenset(
            word.strip().lower() for word in environ.get("ENCAISSE_ADMINISTRATORS", "").split(",") if word.strip()
        ),
        email_header=environ.get("ENCAISSE_PROXY_EMAIL_HEADER", "").strip() or _EMAIL_HEADER,
        proxy_secret=environ.get("ENCAISSE_PROXY_SECRET", ""),
    )
    wrong: list[Problem] = []
    if found.sign_in in ("oidc", "proxy"):
        if not found.administrators:
            wrong.append(problem("hosting.no_administrator", column="ENCAISSE_ADMINISTRATORS"))
        wrong += [
            problem("hosting.no_address", column="ENCAISSE_ADMINISTRATORS", text=word)
            for word in sorted(found.administrators)
            if not is_address(word)
        ]
    if found.sign_in == "proxy":
        wrong += _weak("ENCAISSE_PROXY_SECRET", found.proxy_secret)
    if found.sign_in == "oidc":
        wrong += _oidc_problems(auth or {})
    if wrong:
        raise InputRejected(tuple(wrong))
    return found


def _oidc_problems(auth: Mapping[str, Any]) -> list[Problem]:
    wrong = [
        problem("hosting.no_value", column=f"[auth] {key}") for key in _OIDC_KEYS if not str(auth.get(key, "")).strip()
    ]
    wrong += [
        p for key in ("cookie_secret", "client_secret") if auth.get(key) for p in _weak(f"[auth] {key}", str(auth[key]))
    ]
    uri = str(auth.get("redirect_uri", ""))
    if uri and not uri.endswith("/oauth2callback"):
        wrong.append(problem("hosting.bad_redirect", column="[auth] redirect_uri", text=uri))
    elif uri and not uri.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
        wrong.append(problem("hosting.no_tls", column="[auth] redirect_uri", text=uri))
    return wrong


def _weak(name: str, secret: str) -> list[Problem]:
    """What is wrong with a secret; the secret itself is never repeated."""
    if not secret:
        return [problem("hosting.no_value", column=name)]
    if any(word in secret.lower() for word in _EXAMPLES) or len(set(secret)) < 8:
        return [problem("hosting.example_secret", column=name)]
    # A client secret is the provider's to choose; the two others are ours to ask for.
    if not name.endswith("client_secret") and len(secret) < SECRET_CHARACTERS_MIN:
        return [problem("hosting.short_secret", column=name, least=SECRET_CHARACTERS_MIN)]
    return []


def proxy_email(found: Hosting, headers: Mapping[str, str]) -> str:
    """The address that the proxy vouches for, in lower case; "" where no proxy of ours has sent the request."""
    proof = _one(headers, PROOF_HEADER)
    if not found.proxy_secret or not hmac.compare_digest(proof.encode(), found.proxy_secret.encode()):
        return ""
    email = _one(headers, found.email_header).lower()
    return email if is_address(email) else ""


def is_from_this_machine(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a session comes from the machine itself.

    Its address is not foreign, no proxy speaks for another one, and the browser asked for this machine by its own name:
    a page of elsewhere whose name was bent to this address (DNS rebinding) carries that name.
    """
    forwarded = any(_one(headers, name) for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    host = _one(headers, "Host").lower()
    name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return not forwarded and name in ("", *_OWN_NAMES) and (address is None or _is_loopback(address))


def _is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, also where the older one is written in the form of the newer."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def _one(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any writing, "" where there is none."""
    return next((value.strip() for key, value in headers.items() if key.lower() == name.lower()), "")


def is_address(text: str) -> bool:
    """Whether a text can be an address of e-mail: one sign between two parts, no blank, no control character."""
    before, sign, after = text.partition("@")
    return (
        bool(before and sign and after) and "@" not in after and len(text) <= 254 and text.isprintable() and " " not in text
    )
