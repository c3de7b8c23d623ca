"""Searches among offers, away from the screen: one at a time, with progress, to be stopped, remembered by question."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from data import repository
from forecasting.choice.figures import Figures
from forecasting.choice.frontier import Measure
from forecasting.choice.menu import menu
from forecasting.choice.offers import Candidates, Offer, candidates, largest_debtors
from forecasting.choice.worth import Request, Worth, requests, worth
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import Currency
from forecasting.scenario import Scenario
from pages.ui import answering, panel, session
from pages.ui.decide_words import Weighed, weighed
from pages.ui.session import Desk

_REMEMBERED: Final = 12
#: Where the session keeps how the Decide page was left: the risk that is accepted, and by what it is measured.
LEVEL: Final = "decide_accepted"
MEASURE: Final = "decide_by"
LEVEL_USUAL: Final = 0.05
#: Paths that a search looks at: enough for the worst case of 20.
PATHS: Final = 500
#: Debtors whose limit is asked to be raised on the negotiating sheet.
SHEET_DEBTORS: Final = 5


class Search:
    """Offers weighed on the paths of one question; `figures` are there once it is done."""

    def __init__(self, of: Ledger, asked: Scenario, offers: Sequence[Offer]) -> None:
        self.offers = tuple(offers)
        self.figures: tuple[Figures, ...] | None = None
        self.progress, self.failed, self.stopped = 0.0, False, False
        self._thread = threading.Thread(target=self._run, args=(of, asked), daemon=True, name="search")
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self.stopped = True

    def wait(self) -> None:
        """Come back once it is over."""
        self._thread.join()

    def _run(self, of: Ledger, asked: Scenario) -> None:
        try:
            book = answering.book_of(of, asked)
            # Imported late: the engine must have found its compiled code first.
            from forecasting.choice.search import weigh

            found = weigh(
                book,
                self.offers,
                path_count=min(PATHS, asked.path_count),
                progress=self._told,
                cancelled=lambda: self.stopped,
            )
            self.figures = found
        except Exception:
            if not self.stopped:
                self.failed = True
                logging.getLogger(__name__).exception("a search failed")

    def _told(self, done: int, whole: int) -> None:
        self.progress = done / whole


class _Searches:
    """The searches of this process; a new one ends those that are still running."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._found: OrderedDict[object, Search] = OrderedDict()

    def find(self, key: object) -> Search | None:
        with self._guard:
            return self._found.get(key)

    def last(self, fingerprint: str, scenario: Scenario) -> Search | None:
        """The newest search among offers for a ledger and a question that is over."""
        with self._guard:
            for key, work in reversed(self._found.items()):
                if isinstance(key, tuple) and key[:2] == (fingerprint, scenario) and work.figures is not None:
                    return work
        return None

    def begin(self, key: object, make: Callable[[], Search]) -> Search:
        with self._guard:
            known = self._found.get(key)
            if known is not None:
                return known
            self._found[key] = make()
            while len(self._found) > _REMEMBERED:
                _, oldest = self._found.popitem(last=False)
                oldest.stop()
            return self._found[key]

    def forget(self, work: Search) -> None:
        with self._guard:
            for key in [k for k, one in self._found.items() if one is work]:
                del self._found[key]


def forget(work: Search) -> None:
    """Drop a search that was stopped or that failed, so that it can be begun again."""
    _searches().forget(work)


@st.cache_resource(show_spinner=False)
def _searches() -> _Searches:
    return _Searches()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be decided: the ledger, the question of the cash page, and every candidate."""

    ledger: Ledger
    scenario: Scenario
    candidates: Candidates


def choice(at: Desk) -> Choice:
    """The candidates of every saved offer and policy under the question that the cash page shows."""
    of = session.ledger(at)
    asked = session.scenario(at, panel.current())
    factoring: list[FactoringContract] = []
    insurance: list[InsurancePolicy] = []
    for saved in repository.contracts(at.store, at.principal):
        if saved.kind == "factoring":
            factoring.append(session.factoring_of(at, saved))
        else:
            insurance.append(session.insurance_of(at, saved))
    return Choice(ledger=of, scenario=asked, candidates=candidates(menu(of, factoring, insurance)))


def search(of: Choice) -> Search:
    """The search of a choice, begun where it is not known."""
    offers = of.candidates.offers
    key = (of.ledger.fingerprint, of.scenario, tuple((o.factoring, o.insurance) for o in offers))
    return _searches().begin(key, lambda: Search(of.ledger, of.scenario, offers))


def level() -> float:
    """The risk that the reader accepts, as the Decide page was left."""
    return float(st.session_state.get(LEVEL, LEVEL_USUAL))


def measure() -> Measure:
    """The risk that the reader weighs against the cost, as the Decide page was left."""
    kept: Measure = st.session_state.get(MEASURE, "lowest")
    return kept


def found(at: Desk) -> Weighed | None:
    """What the last search under the question of the cash page has found; None where none is over.

    An offer that was taken since then may have been saved under a name of its own: what was weighed stays what it was.
    """
    work = _searches().last(session.ledger(at).fingerprint, session.scenario(at, panel.current()))
    if work is None or work.figures is None:
        return None
    return weighed(work.offers, work.figures, level(), measure())


def asked_of(of: Choice, offer: Offer) -> tuple[Request, ...]:
    """What can be asked of the factor and the insurer about an offer."""
    debtors = largest_debtors(of.ledger, SHEET_DEBTORS)
    return requests(offer, debtors, Currency(of.ledger.currency).exponent)


def sheet_search(of: Choice, offer: Offer, *, begin: bool) -> Search | None:
    """The weighing of everything that can be asked about an offer; None where it was not begun."""
    key = ("sheet", of.ledger.fingerprint, of.scenario, offer.factoring, offer.insurance)
    if not begin:
        return _searches().find(key)
    offers = [offer, *(request.offer for request in asked_of(of, offer))]
    return _searches().begin(key, lambda: Search(of.ledger, of.scenario, offers))


def sheet(of: Choice, offer: Offer, done: Search) -> tuple[Worth, ...]:
    """The negotiating sheet: what each request would change, what is felt most first."""
    figures = done.figures
    assert figures is not None
    found = [worth(r, figures[0], after) for r, after in zip(asked_of(of, offer), figures[1:], strict=True)]
    felt = [one for one in found if one.is_felt]
    return tuple(sorted(felt, key=lambda w: (w.cost_minor - w.lowest_minor - w.lowest_mean_minor, w.request.field)))
