"""Values as TOML text: quoted strings, bare dates, keys that need quotes quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal

from forecasting.dates import to_date

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def quoted(text: str) -> str:
    """A TOML basic string (JSON's escapes are TOML's; the control character DEL needs one more)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A TOML key, quoted where it must be."""
    return name if _BARE_KEY.fullmatch(name) else quoted(name)


def rate(value: Decimal) -> str:
    """A rate as quoted decimal text, without zeros at its end."""
    return quoted(f"{value.normalize():f}")


def day(number: int) -> str:
    """A day number as a bare TOML date."""
    return to_date(number).isoformat()


def flag(value: bool) -> str:
    """A TOML boolean."""
    return "true" if value else "false"


def listed(names: Iterable[str]) -> str:
    """A TOML list of texts."""
    return f"[{', '.join(map(quoted, names))}]"
