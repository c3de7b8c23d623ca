"""What the last import changed, kept as text beside the company's settings until the next one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from data import repository
from data.access import Principal
from data.repository import Store
from forecasting.ledger import Ledger
from forecasting.plan.happened import Since, Told, since

_SETTING: Final = "last_change"
#: Lines that are kept, the largest first.
_KEPT: Final = 200


def note_change(store: Store, principal: Principal, before: Ledger, after: Ledger) -> None:
    """Keep what changed between two looks; nothing is written where nothing did."""
    found = since(before, after)
    if found.lines or found.cash_minor:
        text = json.dumps({**asdict(found), "lines": [asdict(line) for line in found.lines[:_KEPT]]})
        repository.save_settings(store, principal, {_SETTING: text})


def last_change(store: Store, principal: Principal) -> Since | None:
    """What the last import changed; None where there was nothing to compare with."""
    text = repository.setting(store, principal, _SETTING)
    if not text:
        return None
    told = json.loads(text)
    return Since(**{**told, "lines": tuple(Told(**line) for line in told["lines"])})
