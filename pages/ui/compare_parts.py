"""Any two cases beside each other: a scenario and the offers over it, on the same luck, with the gap heading by heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import streamlit as st

from data import repository
from data.repository import ContractKind, SavedContract
from forecasting.curve import Curve
from forecasting.dates import to_date, to_day
from forecasting.ledger import Amounts, Ledger
from forecasting.money import Currency
from forecasting.scenario import Scenario
from forecasting.simulation.flows import CATEGORIES
from pages.ui import answering, figure_tables, frame, session
from pages.ui.charts.compare import Compared, compare
from pages.ui.charts.weeks import HEADINGS
from pages.ui.frame import Table
from pages.ui.headings import Line, daily_lines, line_key
from pages.ui.reports.csv_files import spreadsheet
from pages.ui.session import Contracts, Desk
from pages.ui.voice import Voice

_KINDS: Final[tuple[ContractKind, ...]] = ("factoring", "insurance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A scenario that can be compared: its key, name and question."""

    key: str
    name: str
    scenario: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One side of the comparison: what it is made of, its curve, and its mean flow per line and day, int64 (H,) each."""

    words: tuple[str, ...]
    curve: Curve
    daily: Mapping[Line, Amounts]

    @property
    def name(self) -> str:
        """What it is called: the scenario and its offers."""
        return " + ".join(self.words)


@st.fragment
def two_cases(asked: Sequence[Asked], worst: str) -> None:
    """Choose two cases; their curves, what differs up to a chosen day, and every day's difference as a file."""
    at = session.desk()
    say, of = at.say, session.ledger(at)
    st.header(say("scenarios.compare_title", unit=say.f.unit), anchor=False)
    saved = {kind: repository.contracts(at.store, at.principal, kind) for kind in _KINDS}
    places = [st.container(), st.container()] if at.phone else st.columns(2, gap="large")
    pair = []
    for place, (side, start) in zip(places, (("first", asked[0].key), ("second", worst)), strict=True):
        with place:
            pair.append(_case(at, of, asked, saved, side, start))
    one, two = pair
    lows = [say.f.amount(case.curve.lowest.median_minor) for case in pair]
    picture = Compared(
        curves=list(zip(told_apart(one, two, say), (one.curve, two.curve), strict=True)),
        overdraft_limit_minor=of.overdraft_limit_minor,
        cash_floor_minor=of.cash_floor_minor,
        phone=at.phone,
    )
    alt = say("scenarios.alt_compare", first=one.name, first_low=lows[0], second=two.name, second_low=lows[1])
    frame.figure(compare(picture, say), key="compared", alt=alt)
    named = [(f"{k} · {case.name}", case.curve) for k, case in enumerate(pair, start=1)]
    frame.folded_table(say, lambda: figure_tables.curves(named, say), key="compared_table")
    _differences(at, of, one, two)


def _case(
    at: Desk,
    of: Ledger,
    asked: Sequence[Asked],
    saved: Mapping[ContractKind, Sequence[SavedContract]],
    side: str,
    start: str,
) -> Case:
    """The selectors of one side, and the answer to what they say."""
    say, keys = at.say, [one.key for one in asked]
    names = {one.key: one.name for one in asked}
    scenario = st.selectbox(
        say(f"scenarios.{side}"), keys, index=keys.index(start), format_func=names.__getitem__, key=f"{side}_scenario"
    )
    chosen: dict[ContractKind, SavedContract | None] = {}
    for kind, place in zip(_KINDS, st.columns(2, gap="small", wrap=False), strict=True):
        offers = {"": say("scenarios.without")} | {found.contract_id: found.name for found in saved[kind]}
        key = place.selectbox(
            say(f"app.variant.{kind}"), list(offers), format_func=offers.__getitem__, key=f"{side}_{kind}"
        )
        chosen[kind] = next((found for found in saved[kind] if found.contract_id == key), None)
    under = Contracts(
        factoring=session.factoring_of(at, chosen["factoring"]) if chosen["factoring"] else None,
        insurance=session.insurance_of(at, chosen["insurance"]) if chosen["insurance"] else None,
    )
    question = next(one for one in asked if one.key == scenario)
    with st.spinner(say("cash.simulating", paths=say.f.whole(question.scenario.path_count))):
        answer = answering.projection(of, question.scenario, under)
    curve = answer.curves[variant_of(under)]
    words = (question.name, *(found.name for found in chosen.values() if found))
    return Case(words=words, curve=curve, daily=daily_lines(curve, of))


def told_apart(one: Case, two: Case, say: Voice) -> tuple[str, str]:
    """The names of two cases without what both share, so that a short label still tells which is which."""
    if one.words == two.words:
        return one.name, two.name
    first, second = ([word for word in a.words if word not in b.words] for a, b in ((one, two), (two, one)))
    none = say("scenarios.no_offer")
    return " + ".join(first) or none, " + ".join(second) or none


def variant_of(under: Contracts) -> Any:
    """Which of the four curves of a projection stands under all of its contracts."""
    if under.factoring and under.insurance:
        return "both"
    return "factoring" if under.factoring else "insurance" if under.insurance else "baseline"


def _differences(at: Desk, of: Ledger, one: Case, two: Case) -> None:
    say, first = at.say, one.curve.first_day
    last = first + min(len(one.curve.p50_minor), len(two.curve.p50_minor)) - 1
    words = st.container()
    day = to_day(
        st.date_input(
            say("scenarios.until"),
            to_date(min(two.curve.lowest.day, last)),
            min_value=to_date(first),
            max_value=to_date(last),
            format="DD/MM/YYYY",
            # The day starts at the lowest point of whatever is compared.
            key=f"gap_day_{two.curve.lowest.day}",
            width=240,
        )
    )
    words.markdown(gap_words(one, two, day, say))
    frame.table(gap_table(one, two, of, day, say), alt=say("scenarios.compare_title", unit=""))
    st.download_button(
        say("scenarios.gap_file"),
        data=lambda: gap_csv(one, two, of.currency, say),
        file_name=f"{say('scenarios.gap_name')}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="gap_file",
    )


def gap_words(one: Case, two: Case, day: int, say: Voice) -> str:
    """The gap of two cases on a day, which the table explains, and from one lowest point to the other."""
    on_day = _median(two, day, say) - _median(one, day, say)
    lows = say.f.thousands(two.curve.lowest.median_minor) - say.f.thousands(one.curve.lowest.median_minor)
    return say(
        "scenarios.difference",
        first=frame.plain(one.name),
        second=frame.plain(two.name),
        day=say.f.day_year(day),
        amount=say.f.of_thousands(on_day, signed=True),
        lows=say.f.of_thousands(lows, signed=True),
    )


def _median(case: Case, day: int, say: Voice) -> int:
    return say.f.thousands(int(case.curve.p50_minor[day - case.curve.first_day]))


def gap_table(one: Case, two: Case, of: Ledger, day: int, say: Voice) -> Table:
    """What comes in and goes out up to a day, line by line, on each side, with the difference; in thousands, they add up.

    Lines are means of the draws and the balance is their median: what lies between the two stands on a line of its own.
    """
    days = day - one.curve.first_day + 1
    totals = [{line: say.f.thousands(int(flow[:days].sum())) for line, flow in case.daily.items()} for case in (one, two)]
    shown = [line for line in (*HEADINGS, *CATEGORIES) if any(total.get(line) for total in totals)]
    opening = say.f.thousands(of.opening_cash_minor)
    finals = [_median(case, day, say) for case in (one, two)]
    sides = [[total.get(line, 0) for line in shown] for total in totals]
    for side, final in zip(sides, finals, strict=True):
        side.append(final - opening - sum(side))
    columns: dict[str, Sequence[object]] = {
        say("scenarios.heading", day=say.f.day_year(day)): [
            say("cash.kpi.today"),
            *(say(line_key(line)) for line in shown),
            say("day.heading.spread"),
            say("scenarios.total"),
        ],
        "1": [opening, *sides[0], finals[0]],
        "2": [opening, *sides[1], finals[1]],
        say("scenarios.gap"): [0, *(b - a for a, b in zip(*sides, strict=True)), finals[1] - finals[0]],
    }
    writers = dict.fromkeys(list(columns)[1:], lambda value: say.f.whole(int(value), signed=True))
    return Table(columns=columns, writers=writers, strong=(len(shown) + 2,))


def gap_csv(one: Case, two: Case, currency: str, say: Voice) -> bytes:
    """Every day and heading with both sides and their difference, to the cent: the means of the same draws."""
    exponent = Currency(currency).exponent
    rows: list[list[str | Decimal]] = [["date", say("scenarios.heading_name"), "1", "2", say("scenarios.gap")]]
    for k in range(min(len(one.curve.p50_minor), len(two.curve.p50_minor))):
        day = to_date(one.curve.first_day + k).isoformat()
        for line in (*HEADINGS, *CATEGORIES):
            a, b = (int(case.daily[line][k]) if line in case.daily else 0 for case in (one, two))
            if a or b:
                amounts = (Decimal(minor).scaleb(-exponent) for minor in (a, b, b - a))
                rows.append([day, say(line_key(line)), *amounts])
    return spreadsheet(rows, french=say.t.language == "fr")
