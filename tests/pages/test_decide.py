"""The Decide page: what it says is what the search found, the choice goes into the curves, a search is stopped and resumed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import FINANCE
from forecasting.choice.frontier import verdicts
from forecasting.choice.menu import menu
from forecasting.choice.offers import Offer, candidates
from forecasting.ledger import Ledger
from pages.ui import answering, decide_desk, decide_words, session
from pages.ui.frame import plain
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.forecasting.simulation.questions import FACTORING
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


def settled(app: AppTest) -> AppTest:
    """The page once its search is over."""
    for _ in range(600):
        if not any(b.key and b.key.endswith("_stop") for b in app.button):
            break
        time.sleep(0.2)
        app.run()
    assert not app.exception, app.exception
    return app


def ledger_in(company: Path) -> Ledger:
    return repository.load_ledger(session.open_store(str(company)), FINANCE)


def test_a_menu_holds_each_offer_alone_and_each_pair(company: Path) -> None:
    app = settled(opened_page("decide", "en"))
    ledger = ledger_in(company)
    saved = repository.contracts(session.open_store(str(company)), FINANCE)
    kinds = {one.kind for one in saved}
    assert kinds == {"factoring", "insurance"} and len(saved) == 2
    sets = 1 + sum(count < len(set(ledger.customers.partner.tolist())) for count in (5, 10, 20))
    assert any(f"{2 * sets + sets + 2 * sets * sets} offers" in c.value for c in app.caption)
    assert candidates(menu(ledger, [], [])).offers[0].variant == "baseline"


def test_the_risk_that_offers_are_beaten_by_is_chosen(company: Path) -> None:
    """By the probability of breaking the floor other offers are efficient, and what beats the rest is said in it."""
    app = settled(opened_page("decide", "en"))
    say = voice_of("en")
    next(b for b in app.button_group if b.key == "decide_measure").set_value("floor").run()
    settled(app)
    assert say("decide.by_floor.title") in [h.value for h in app.header]
    assert say("decide.by_floor.note") in [c.value for c in app.caption]
    (search,) = [s for s in decide_desk._searches()._found.values() if s.figures is not None and len(s.offers) > 20]
    assert search.figures is not None
    found = decide_words.weighed(search.offers, search.figures, 0.05, "floor")
    assert any(decide_words.sentence(found, say) in block.value for block in app.markdown)
    told = decide_words.reasons(found, ledger_in(company), say)
    assert sum("below the floor" in words for words in told) <= 2 and not any("with no protection" in w for w in told)
    said = verdicts(search.figures, "floor")
    assert [k for k in range(len(said)) if said[k].efficient] == sorted(found.efficient)
    for place, verdict in enumerate(said):
        if verdict.likelier > 0 and place != found.chosen:
            assert say.f.chance(search.figures[place].probability_below_floor) in decide_words.verdict(found, place, say)
    assert any(verdict.likelier > 0 for verdict in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_the_cheapest_offer_within_the_level(company: Path, language: Language) -> None:
    app = settled(opened_page("decide", language))
    say = voice_of(language)
    (search,) = [s for s in decide_desk._searches()._found.values() if s.figures is not None and len(s.offers) > 20]
    assert search.figures is not None
    found = decide_words.weighed(search.offers, search.figures, 0.05)
    assert any(decide_words.sentence(found, say) in block.value for block in app.markdown)
    within = [k for k, f in enumerate(search.figures) if f.probability_below_floor <= 0.05]
    if within:
        least = min(search.figures[k].cost_minor for k in within)
        assert search.figures[found.chosen].cost_minor == least
    said = verdicts(search.figures)
    assert all((place in found.efficient) == said[place].efficient for place in range(len(said)))


def test_the_chosen_offer_is_shown_in_the_curves_and_a_changed_one_is_saved_beside(company: Path) -> None:
    app = settled(opened_page("decide", "en"))
    before = {one.name for one in repository.contracts(session.open_store(str(company)), FINANCE)}
    app.select_slider(key="decide_level").set_value(0.01).run()
    settled(app)
    take = [b for b in app.button if b.key == "decide_choose"]
    if not take:
        pytest.fail("no offer was proposed on the small company")
    told = " ".join(caption.value for caption in app.caption)
    take[0].click().run()
    assert not app.exception
    (search,) = [s for s in decide_desk._searches()._found.values() if s.figures is not None and len(s.offers) > 20]
    assert search.figures is not None
    offer = search.offers[decide_words.weighed(search.offers, search.figures, 0.01).chosen]
    store = session.open_store(str(company))
    for kind, contract in (("factoring", offer.factoring), ("insurance", offer.insurance)):
        chosen = repository.chosen_contract(store, FINANCE, kind)  # type: ignore[arg-type]
        assert (chosen is None) == (contract is None)
    kept = decide_desk._searches().last(ledger_in(company).fingerprint, decide_desk.choice(session.desk()).scenario)
    assert kept is search, "what was weighed is at hand for the pack, though the offers have one more now"
    new = {one.name for one in repository.contracts(store, FINANCE)} - before
    assert new and all(plain(name) in told for name in new), "it was said under which names"


def test_a_search_is_stopped_and_begun_again(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    known = answering.book_of
    monkeypatch.setattr(answering, "book_of", lambda *asked: (gate.wait(60), known(*asked))[1])
    app = opened_page("decide", "en")
    app.button(key="decide_stop").click().run()
    gate.set()
    assert app.button(key="decide_again")
    app.button(key="decide_again").click().run()
    settled(app)
    assert app.select_slider(key="decide_level")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draw_on_demand_warns_of_the_days_until_it_arrives(language: Language) -> None:
    say = voice_of(language)
    for policy, days, told in (("on_demand", 2, True), ("on_demand", 0, False), ("full", 2, False)):
        contract = replace(FACTORING, draw_policy=policy, funding_delay_bd=days)  # type: ignore[arg-type]
        words = decide_words.warnings(Offer(factoring=contract, insurance=None), 500, say)
        assert (say("decide.warn.on_demand", count=days) in words) is told
