"""Which ledgers of the screens are views of a group, so that whoever draws from one finds the payers of the whole."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from forecasting.group.views import Group, View
from forecasting.ledger import Ledger

#: Ledgers that are remembered: those of the pages, and what-ifs made from them.
_LIMIT: Final = 64


class Lenses:
    """Groups by the fingerprints of the ledgers that look at them; the ones used last, shared by all sessions."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Group, str]] = OrderedDict()
        self._guard = threading.Lock()

    def remember(self, view: View, of: Ledger) -> None:
        """A ledger looks at the group of a view; one of a company by itself has nothing to be remembered."""
        if view.group is None:
            return
        with self._guard:
            self._kept[of.fingerprint] = (view.group, view.name)
            self._kept.move_to_end(of.fingerprint)
            while len(self._kept) > _LIMIT:
                self._kept.popitem(last=False)

    def view_of(self, of: Ledger) -> View:
        """A ledger as the view that it is."""
        with self._guard:
            found = self._kept.get(of.fingerprint)
        return View(ledger=of) if found is None else View(ledger=of, group=found[0], name=found[1])
