"""The parts of the Decide page: waiting for a search, the frontier, the reasons, the offers, the negotiating sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from data import repository
from data.access import may
from data.exporters.choice_files import choices_text
from forecasting.choice.frontier import MEASURES, Measure
from forecasting.choice.offers import Offer
from forecasting.choice.worth import Worth
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from pages.ui import contract_library, decide_desk, decide_words, frame, panel, session
from pages.ui.cash_words import shocks
from pages.ui.charts.frontier import Frontier, Point, frontier
from pages.ui.decide_desk import Choice, Search
from pages.ui.decide_words import Weighed
from pages.ui.frame import Table
from pages.ui.session import Desk

_LOOK_SECONDS: Final = 0.4
#: Levels of risk that one may accept.
_LEVELS: Final = (0.01, 0.02, 0.05, 0.10, 0.20, 0.30)
#: Offers that the table shows before it is unfolded.
_SHOWN: Final = 12
_SHEET_ROWS: Final = 25


def nothing(at: Desk) -> None:
    """Where no offer is saved yet."""

    def act() -> None:
        if st.button(at.say("decide.empty.factoring"), type="primary"):
            st.switch_page("pages/factoring.py")
        if st.button(at.say("decide.empty.insurance")):
            st.switch_page("pages/insurance.py")

    frame.empty_state(at.say, "decide.empty", act)


def waiting(at: Desk, work: Search, *, key: str = "decide") -> None:
    """How far a search is; the page is drawn anew once it is over."""
    say = at.say
    if work.failed:
        st.error(say("decide.failed"), icon=":material/error:")
    elif work.stopped:
        st.info(say("decide.stopped"), icon=":material/stop_circle:")
    if work.failed or work.stopped:
        st.button(say("decide.again"), type="primary", key=f"{key}_again", on_click=decide_desk.forget, args=(work,))
        return
    st.markdown(say("decide.searching"))

    def watch() -> None:
        if work.figures is not None or work.failed or work.stopped:
            st.rerun()
        st.progress(min(1.0, work.progress), text=say("decide.progress", share=say.f.percent(work.progress)))

    st.fragment(watch, run_every=_LOOK_SECONDS)()
    st.button(say("decide.stop"), key=f"{key}_stop", on_click=work.stop)


def asked(at: Desk) -> None:
    """Under which question the offers are weighed, where the cash page asks one."""
    say, question = at.say, panel.current()
    saved = next((one.name for one in session.saved_scenarios(at) if one.scenario_id == question.saved), "")
    parts = (frame.plain(saved), shocks(question, session.ledger(at), say))
    told = " · ".join(part for part in parts if part)
    st.caption(say("decide.asked", question=told) if told else say("decide.asked_nothing"))


def level(at: Desk) -> float:
    """The risk that the reader accepts."""
    say = at.say
    chosen = st.select_slider(
        say("decide.level"),
        _LEVELS,
        value=decide_desk.level(),
        format_func=lambda share: say("decide.level_value", share=say.f.percent(share)),
        help=say("decide.level_help"),
        key="decide_level",
    )
    st.session_state[decide_desk.LEVEL] = float(chosen)
    return float(chosen)


def measure(at: Desk) -> Measure:
    """The figure's title with the choice of the risk that stands upwards in it."""
    say = at.say
    kept = decide_desk.measure()
    st.header(say(f"decide.by_{kept}.title", unit=say.f.unit), anchor=False)
    return st.segmented_control(
        say("decide.by"),
        MEASURES,
        default=kept,
        required=True,
        format_func=lambda name: say(f"decide.by_{name}.short"),
        key="decide_measure",
        on_change=lambda: st.session_state.update({decide_desk.MEASURE: st.session_state["decide_measure"]}),
    )


def picture(at: Desk, of: Choice, found: Weighed) -> None:
    """The efficient set drawn."""
    say, efficient = at.say, found.efficient
    points = [
        Point(
            letter=found.letters.get(place, ""),
            variant=offer.variant,
            cost_minor=figures.cost_minor,
            lowest_minor=figures.minimum_p05_minor,
            below_floor=figures.probability_below_floor,
            words=_hover(at, found, place),
            chosen=place == found.chosen,
        )
        for place, (offer, figures) in enumerate(zip(found.offers, found.figures, strict=True))
    ]
    drawn = Frontier(
        points=points,
        efficient=efficient,
        cash_floor_minor=of.ledger.cash_floor_minor,
        overdraft_limit_minor=of.ledger.overdraft_limit_minor,
        level=found.level,
        measure=found.measure,
        phone=at.phone,
    )
    alt = say(f"decide.by_{found.measure}.alt", count=len(points), efficient=len(efficient))
    frame.figure(frontier(drawn, say), key="frontier", alt=alt)
    st.caption(say(f"decide.by_{found.measure}.note"))


def _hover(at: Desk, found: Weighed, place: int) -> str:
    say, figures = at.say, found.figures[place]
    name = " · ".join(
        part for part in (found.letters.get(place, ""), decide_words.content(found.offers[place], say)) if part
    )
    low, cost = say.f.amount(figures.minimum_p05_minor, signed=True), say.f.amount(figures.cost_minor)
    words = (
        name.replace("\\", ""),
        f"{say('decide.column.cost')} {cost}",
        f"{say('decide.column.worst')} {low}",
        f"{say('decide.column.floor')} {say.f.chance(figures.probability_below_floor)}",
        decide_words.verdict(found, place, say),
    )
    return "<br>".join(part.replace("&", "&amp;").replace("<", "&lt;") for part in words)


def advice(at: Desk, of: Choice, found: Weighed) -> None:
    """Why this offer, what to watch, and the button that takes it."""
    say, letter = at.say, found.letters.get(found.chosen, "")
    st.header(say("decide.why", letter=letter) if letter else say("decide.why_none"), anchor=False)
    st.markdown("\n".join(f"- {words}" for words in decide_words.reasons(found, of.ledger, say)))
    offer = found.offers[found.chosen]
    st.header(say("decide.watch"), anchor=False)
    paths = min(decide_desk.PATHS, of.scenario.path_count)
    st.markdown("\n".join(f"- {words}" for words in decide_words.warnings(offer, paths, say)))
    if letter and _is_taken(at, offer):
        st.success(say("decide.chosen", letter=letter), icon=":material/check:")
    elif letter and may(at.principal, "change_library"):
        label = say("decide.choose", letter=letter)
        if st.button(label, type="primary", icon=":material/check:", width="stretch", key="decide_choose"):
            take(at, offer)
            st.rerun()
        names = [f"**{frame.plain(name)}**" for name in new_names(at, offer)]
        if names:
            st.caption(say("decide.saves", count=len(names), names=say.list(names)))


def _is_taken(at: Desk, offer: Offer) -> bool:
    """Whether the curves show these clauses, under whatever name they are saved."""
    under = session.contracts(at)
    pairs = ((under.factoring, offer.factoring), (under.insurance, offer.insurance))
    return all(
        (one is None) == (other is None)
        and (one is None or other is None or replace(one, name="") == replace(other, name=""))
        for one, other in pairs
    )


def take(at: Desk, offer: Offer) -> None:
    """Show an offer in the curves: a contract that the search changed is saved beside the one it came from."""
    for kind, contract in (("factoring", offer.factoring), ("insurance", offer.insurance)):
        if contract is None:
            repository.choose_contract(at.store, at.principal, kind, None)  # type: ignore[arg-type]
            continue
        known, name = _saved(at, kind, contract)
        if not known:
            text = contract_library.text_of(at, replace(contract, name=name))
            known = repository.save_contract(at.store, at.principal, kind=kind, name=name, content=text)  # type: ignore[arg-type]
        repository.choose_contract(at.store, at.principal, kind, known)  # type: ignore[arg-type]


def new_names(at: Desk, offer: Offer) -> list[str]:
    """The names under which taking an offer saves what the search changed; none where its contracts are saved already."""
    pairs = (("factoring", offer.factoring), ("insurance", offer.insurance))
    found = [_saved(at, kind, contract) for kind, contract in pairs if contract is not None]
    return [name for known, name in found if not known]


def _saved(at: Desk, kind: str, contract: FactoringContract | InsurancePolicy) -> tuple[str, str]:
    """The saved contract with these clauses, "" where none has them, and the name that is free for a new one."""
    content = contract_library.text_of(at, contract)
    saved = repository.contracts(at.store, at.principal, kind)  # type: ignore[arg-type]
    known = next((one.contract_id for one in saved if one.content == content), "")
    return known, _free_name(contract.name or at.say(f"app.variant.{kind}"), [one.name for one in saved])


def _free_name(name: str, taken: Sequence[str]) -> str:
    """The first of "name 2", "name 3" and so on that is free."""
    return next(told for k in range(2, len(taken) + 3) if (told := f"{name[:110]} {k}") not in taken)


def table(at: Desk, found: Weighed) -> None:
    """The chosen offer first, the efficient ones, no protection; the others folded away with what beats them."""
    say = at.say
    st.header(say("decide.table_title", unit=say.f.unit), anchor=False)
    rest = [place for place in found.efficient if place not in (0, found.chosen)]
    first = list(dict.fromkeys([found.chosen, *rest[:_SHOWN], 0]))
    frame.listing(say, _rows(at, found, first, strong=(0,)), key="offers", alt=say("decide.table_title", unit=say.f.unit))
    fold = st.expander(say("decide.table_all"), key="decide_all", on_change="rerun")
    if fold.open:
        with fold:
            st.download_button(
                say("decide.choices_download"),
                data=choices_text(found.offers, found.figures, found.verdicts, found.chosen, say.f.currency).encode(),
                file_name="choices.csv",
                mime="text/csv",
                on_click="ignore",
                key="download_choices",
            )
            every = sorted(
                range(len(found.offers)), key=lambda k: (not found.verdicts[k].efficient, found.figures[k].cost_minor)
            )
            frame.table(_rows(at, found, every, strong=()), alt=say("decide.table_all"))


def _rows(at: Desk, found: Weighed, places: Sequence[int], *, strong: tuple[int, ...]) -> Table:
    say = at.say
    figures = [found.figures[place] for place in places]
    columns: dict[str, Sequence[object]] = {
        say("decide.column.offer"): [found.letters.get(place, "") for place in places],
        say("decide.column.content"): [decide_words.content(found.offers[place], say) for place in places],
        say("decide.column.cost"): [say.f.thousands(f.cost_minor) for f in figures],
        say("decide.column.median"): [say.f.thousands(f.minimum_p50_minor) for f in figures],
        say("decide.column.worst"): [say.f.thousands(f.minimum_p05_minor) for f in figures],
        say("decide.column.floor"): [f.probability_below_floor for f in figures],
        say("decide.column.overdraft"): [f.probability_below_overdraft for f in figures],
        say("decide.column.verdict"): [decide_words.verdict(found, place, say) for place in places],
    }
    writers = {say(f"decide.column.{name}"): (lambda v: say.f.whole(int(v), signed=True)) for name in ("median", "worst")}
    writers[say("decide.column.cost")] = lambda v: say.f.whole(int(v))
    writers |= {say(f"decide.column.{name}"): (lambda v: say.f.chance(float(v))) for name in ("floor", "overdraft")}
    whole = Table(columns=columns, writers=writers, strong=strong)
    narrow = [say(f"decide.column.{name}") for name in ("offer", "content", "cost", "worst")]
    return whole.only(narrow) if at.phone else whole


# ── the negotiating sheet ────────────────────────────────────────────────────────────────────────────────────────────


def sheet(at: Desk, of: Choice, found: Weighed) -> None:
    """What each clause of the chosen offer, and each further 10,000 of limit, is worth."""
    say, letter = at.say, found.letters.get(found.chosen, "")
    if not letter:
        return
    offer = found.offers[found.chosen]
    st.header(say("decide.sheet_title", letter=letter, currency=say.f.symbol), anchor=False)
    st.caption(say("decide.sheet_note"))
    asked = st.button(say("decide.sheet_begin"), key="decide_sheet")
    work = decide_desk.sheet_search(of, offer, begin=asked)
    if work is None:
        return
    if work.figures is None:
        waiting(at, work, key="decide_sheet")
        return
    rows = decide_desk.sheet(of, offer, work)
    if not rows:
        st.caption(say("decide.sheet_none"))
        return
    frame.listing(
        say,
        _sheet_rows(at, of, rows[:_SHEET_ROWS]),
        key="sheet",
        alt=say("decide.sheet_title", letter=letter, currency=say.f.symbol),
        whole=lambda: _sheet_rows(at, of, rows),
    )


def _sheet_rows(at: Desk, of: Choice, rows: Sequence[Worth]) -> Table:
    say = at.say

    def asked(one: Worth) -> str:
        now, then = (decide_words.value_words(one.request, v, say) for v in (one.request.now, one.request.asked))
        return decide_words.request_words(one.request, of.ledger, now, then, say)

    columns: dict[str, Sequence[object]] = {
        say("decide.column.contract"): [say(f"app.variant.{one.request.kind}") for one in rows],
        say("decide.column.clause"): [decide_words.clause_name(one.request, say) for one in rows],
        say("decide.column.ask"): [asked(one) for one in rows],
        say("decide.column.cost_change"): [one.cost_minor for one in rows],
        say("decide.column.low_change"): [one.lowest_minor for one in rows],
        say("decide.column.low_mean_change"): [one.lowest_mean_minor for one in rows],
        say("decide.column.retained_change"): [one.retained_minor for one in rows],
    }
    amounts = ("cost_change", "low_change", "low_mean_change", "retained_change")
    writers = {say(f"decide.column.{name}"): (lambda v: say.f.units(int(v), signed=True)) for name in amounts}
    whole = Table(columns=columns, writers=writers)
    narrow = [say(f"decide.column.{name}") for name in ("clause", "ask", "cost_change", "low_change")]
    return whole.only(narrow) if at.phone else whole
