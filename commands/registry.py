"""Which verbs exist, each in a module that is imported when the verb is called and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from commands.grammar import Verb

#: Verb -> module under `commands`, holding it as `VERB`; in the order in which `--help` lists them.
MODULES: Final[dict[str, str]] = {
    "sample": "sample",
    "project": "project",
    "indemnity": "indemnity",
    "import": "import_files",
    "export-ledger": "export_ledger",
    "payments": "payments",
    "backtest": "backtest",
    "restore": "restore",
    "move-store": "move_store",
    "erase-partner": "erase_partner",
    "retention": "retention",
    "journal": "journal",
    "due-date": "due_date",
    "late-interest": "late_interest",
    "dso": "dso",
    "plan": "plan",
    "choose": "choose",
    "bench": "bench",
}


def load(name: str) -> Verb:
    """The verb of that name, which must be one of `MODULES`."""
    return cast(Verb, import_module(f"commands.{MODULES[name]}").VERB)
