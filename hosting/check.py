"""Refuses to start with settings that protect nothing, saying each reason (`python -m hosting.check`).

Where the secrets of a provider come from the environment, it writes them where Streamlit reads them, for this user alone.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from data.hosting import hosting
from data.toml_writing import quoted
from forecasting.errors import InputRejected
from pages.ui.i18n import Translator

#: The environment's names for the values of [auth].
OIDC = {
    "ENCAISSE_OIDC_REDIRECT_URI": "redirect_uri",
    "ENCAISSE_OIDC_COOKIE_SECRET": "cookie_secret",
    "ENCAISSE_OIDC_CLIENT_ID": "client_id",
    "ENCAISSE_OIDC_CLIENT_SECRET": "client_secret",
    "ENCAISSE_OIDC_METADATA_URL": "server_metadata_url",
}


def write_secrets(environ: Mapping[str, str], path: Path) -> None:
    """Put what the environment says of the provider into Streamlit's file of secrets; nothing where it says nothing."""
    told = {key: environ[name] for name, key in OIDC.items() if environ.get(name)}
    if not told:
        return
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("[auth]\n" + "".join(f"{key} = {quoted(value)}\n" for key, value in told.items()), encoding="utf-8")


def main(environ: Mapping[str, str], path: Path) -> int:
    """0 where the app may start, 2 where it may not."""
    write_secrets(environ, path)
    auth = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {}) if path.exists() else {}
    try:
        found = hosting(environ, auth)
    except InputRejected as rejected:
        say = Translator("fr" if environ.get("LANG", "").startswith("fr") else "en")
        for one in rejected.problems:
            sys.stderr.write(f"{one.column}: {say.problem(one)}\n")
        return 2
    sys.stdout.write(f"sign-in: {found.sign_in}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ, Path(os.environ.get("STREAMLIT_SECRETS_FILES", ".streamlit/secrets.toml"))))
