"""The question on screen: what the panel is set to, how an address writes it, and the scenario that it means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

import numpy as np
import numpy.typing as npt

from data.ready_scenarios import DIVIDEND, DIVIDEND_AFTER_DAYS, FAILS_AFTER_DAYS
from forecasting.dates import business_day_from
from forecasting.ledger import NO_DAY, Invoices, Ledger
from forecasting.scenario import Insolvency, Scenario, Shock
from forecasting.simulation.flows import VARIANTS, Variant

#: Months offered, and the days that each means.
HORIZONS: Final[dict[int, int]] = {3: 91, 6: 182, 12: 365, 18: 547}
DELAY_MAX: Final = 60
FACTORS: Final = tuple(Decimal(f) / 2 for f in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The panel's values: small, hashable, and whole in an address.

    `who` is "" for every customer, "segment:NAME" or "partner:ID"; `fails` names the customers that fail, in order; `saved` is the
    id of the saved scenario that the panel started from; `band` is the variant that carries the fan.
    """

    months: int = 12
    delay_days: int = 0
    factor: Decimal = Decimal(1)
    who: str = ""
    fails: tuple[str, ...] = ()
    saved: str = ""
    band: Variant = "baseline"

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but the horizon."""
        return not self.delay_days and self.factor == 1 and not self.fails and not self.saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something in an address that could not be taken as it stood: the field, what was asked, what was applied."""

    field: str
    asked: str
    applied: str


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_address(question: Question) -> dict[str, str]:
    """The parameters that reopen a question; what stands at its usual value is left out."""
    usual = Question()
    parts = {
        "months": str(question.months) if question.months != usual.months else "",
        "delay": str(question.delay_days) if question.delay_days else "",
        "defaults": _plain(question.factor) if question.factor != usual.factor else "",
        "who": question.who,
        "fails": ",".join(quote(one, safe=" ") for one in question.fails),
        "scenario": question.saved,
        "band": question.band if question.band != usual.band else "",
    }
    return {name: value for name, value in parts.items() if value}


def from_address(
    address: Mapping[str, str], *, whos: Collection[str], partners: Collection[str], saved: Collection[str]
) -> tuple[Question, tuple[Repair, ...]]:
    """The question of an address, with a repair for each part that is out of bounds or unknown here."""
    reader = _Reader(address)
    question = Question(
        months=int(reader.one_of("months", [str(m) for m in HORIZONS], "12")),
        delay_days=int(reader.number("delay", Decimal(0), Decimal(DELAY_MAX), Decimal(1))),
        factor=reader.number("defaults", FACTORS[0], FACTORS[-1], Decimal("0.5"), usual=Decimal(1)),
        who=reader.one_of("who", whos, ""),
        fails=reader.some_of("fails", partners),
        saved=reader.one_of("scenario", saved, ""),
        band=next((v for v in VARIANTS if v == reader.one_of("band", VARIANTS, "baseline")), "baseline"),
    )
    return question, tuple(reader.repairs)


class _Reader:
    def __init__(self, address: Mapping[str, str]) -> None:
        self.address, self.repairs = address, list[Repair]()

    def one_of(self, name: str, known: Collection[str], usual: str) -> str:
        asked = self.address.get(name, "")
        if not asked or asked in known:
            return asked or usual
        self.repairs.append(Repair(field=name, asked=asked[:40], applied=usual))
        return usual

    def some_of(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """The known ones of a list, each once and in order; a repair for each of the others."""
        asked = self.address.get(name, "")
        parts = [asked] if asked in known else [unquote(part) for part in asked.split(",") if part]
        self.repairs += [Repair(field=name, asked=part[:40], applied="") for part in parts if part not in known]
        return tuple(sorted({part for part in parts if part in known}))

    def number(self, name: str, low: Decimal, high: Decimal, step: Decimal, *, usual: Decimal = Decimal(0)) -> Decimal:
        asked = self.address.get(name, "")
        if not asked:
            return usual
        try:
            value = Decimal(asked)
            if not value.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            applied = usual
        else:
            applied = step * round(min(max(value, low), high) / step)
            if applied == value:
                return applied
        self.repairs.append(Repair(field=name, asked=asked[:40], applied=_plain(applied)))
        return applied


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# ── scenarios ────────────────────────────────────────────────────────────────────────────────────────────────────────


def scenario_of(question: Question, ledger: Ledger, base: Scenario | None = None, *, days_known: int) -> Scenario:
    """The scenario that a question means on a ledger: the panel laid over the saved one, never past the known business.

    Those fail whom the question names: as the saved scenario tells it where it does, else by a liquidation in a month.

    The panel's delay and factor concern everybody, or the segment or customer of `who`. `days_known` is how far invoices
    reach (`days_known`); the horizon stops there, later by what the panel delays.
    """
    start = base or Scenario()
    delays = replace(start.delays, add_days=question.delay_days)
    defaults = replace(start.defaults, multiply_probability=question.factor)
    shocks = start.shocks
    if question.who:
        kind, _, name = question.who.partition(":")
        named = {"segment": name} if kind == "segment" else {"partner_id": name}
        shocks = (*(s for s in shocks if who_of(s) != question.who), Shock(**named, delays=delays, defaults=defaults))
        delays = replace(start.delays, add_days=0)
        defaults = replace(start.defaults, multiply_probability=Decimal(1))
    insolvencies = tuple(i for i in start.insolvencies if i.partner_id in question.fails)
    told = {i.partner_id for i in insolvencies}
    insolvencies += tuple(_failure(partner_id, ledger.as_of) for partner_id in question.fails if partner_id not in told)
    return replace(
        start,
        name="",
        horizon_days=max(1, min(HORIZONS[question.months], days_known + question.delay_days)),
        delays=delays,
        defaults=defaults,
        shocks=shocks,
        insolvencies=insolvencies,
    )


def _failure(partner_id: str, as_of: int) -> Insolvency:
    """A customer's failure as the ready scenarios tell it: a liquidation in a month, a small dividend much later."""
    judgment = business_day_from(as_of + FAILS_AFTER_DAYS)
    return Insolvency(
        partner_id=partner_id,
        judgment=judgment,
        declared=judgment,
        dividend_rate=Decimal(DIVIDEND),
        dividend_day=business_day_from(judgment + DIVIDEND_AFTER_DAYS),
    )


def question_of(scenario: Scenario, saved: str = "", band: Variant = "baseline") -> Question:
    """The panel's values that show a saved scenario; what a panel cannot hold stays in the scenario underneath."""
    months = min(HORIZONS, key=lambda m: abs(HORIZONS[m] - scenario.horizon_days))
    delay, factor, who = scenario.delays.add_days, scenario.defaults.multiply_probability, ""
    if delay == 0 and factor == 1 and len(scenario.shocks) == 1:
        shock = scenario.shocks[0]
        delay, factor, who = shock.delays.add_days, shock.defaults.multiply_probability, who_of(shock)
    return Question(
        months=months,
        delay_days=min(max(delay, 0), DELAY_MAX),
        factor=min(FACTORS, key=lambda f: abs(f - factor)),
        who=who,
        fails=tuple(sorted({i.partner_id for i in scenario.insolvencies})),
        saved=saved,
        band=band,
    )


def who_of(shock: Shock) -> str:
    """The name under which the panel knows those whom a shock concerns."""
    return f"partner:{shock.partner_id}" if shock.partner_id else f"segment:{shock.segment}"


#: Days past the last due day on which the curve still shows receipts: what a month of usual lateness brings.
LATE_DAYS: Final = 30


def unpaid(side: Invoices, as_of: int) -> npt.NDArray[np.bool_]:
    """Which invoices of a side were not yet paid on the morning of `as_of`."""
    return np.asarray((side.paid == NO_DAY) | (side.paid >= as_of))


@lru_cache(maxsize=8)
def days_known(ledger: Ledger) -> int:
    """How many days from today the business is known for: a usual lateness past the last due day, 0 without any invoice.

    Customers decide; suppliers alone where there is no customer invoice. What is overdue is paid within these days too.
    """
    for side in (ledger.customers, ledger.suppliers):
        due = side.due[unpaid(side, ledger.as_of)]
        if due.size:
            return max(0, int(due.max()) - ledger.as_of) + LATE_DAYS
    return 0


# ── ready scenarios ──────────────────────────────────────────────────────────────────────────────────────────────────

#: Ready scenarios by code: days later, factor on defaults, whether the largest customer fails.
READY: Final[dict[str, tuple[int, Decimal, bool]]] = {
    "later_15": (15, Decimal(1), False),
    "largest_fails": (0, Decimal(1), True),
    "recession": (10, Decimal(2), False),
    "all_of_it": (25, Decimal(2), True),
}


def ready(code: str, question: Question, largest: str) -> Question:
    """The panel set to a ready scenario, horizon and fan as they were."""
    delay, factor, fails = READY[code]
    return Question(
        months=question.months,
        delay_days=delay,
        factor=factor,
        fails=(largest,) if fails and largest else (),
        band=question.band,
    )


def ready_code(question: Question, largest: str) -> str:
    """The ready scenario that the panel shows, "" where it shows none."""
    return next((code for code in READY if ready(code, question, largest) == question), "")


@lru_cache(maxsize=8)
def largest_customer(ledger: Ledger) -> str:
    """The customer that owes and will owe most: the largest sum of unpaid invoices; "" where nobody owes anything."""
    side = ledger.customers
    still = unpaid(side, ledger.as_of)
    owed = np.zeros(len(ledger.partners), dtype=np.int64)
    np.add.at(owed, side.partner[still], side.amount_minor[still])
    return ledger.partners[int(owed.argmax())].partner_id if owed.size and owed.max() > 0 else ""
