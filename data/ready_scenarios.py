"""The scenarios that ship: everyone later, the largest customer fails, recession, all of it together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from data.toml_writing import quoted
from forecasting.dates import business_day_from, to_date, to_day

ReadyCode = Literal["later_15", "largest_fails", "recession", "all_of_it"]
#: The largest customer's judgment lies this far ahead, and the liquidator pays this share this much later.
FAILS_AFTER_DAYS: Final = 30
DIVIDEND: Final = "0.05"
DIVIDEND_AFTER_DAYS: Final = 540


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyScenario:
    """A scenario by its code (a screen gives it a title) with its TOML text, whose `name` is the code."""

    code: ReadyCode
    content: str


def ready_scenarios(as_of: date, largest_partner_id: str) -> tuple[ReadyScenario, ...]:
    """The ready scenarios for a company; those about the largest customer need one ("": none)."""
    fails = _insolvency(as_of, largest_partner_id)
    texts: dict[ReadyCode, str] = {
        "later_15": "[delays]\nadd_days = 15\n",
        "largest_fails": fails,
        "recession": '[delays]\nadd_days = 10\n[defaults]\nmultiply_probability = "2"\n',
        "all_of_it": f'[delays]\nadd_days = 25\n[defaults]\nmultiply_probability = "2"\n{fails}',
    }
    return tuple(
        ReadyScenario(code=code, content=scenario_text(code, body))
        for code, body in texts.items()
        if largest_partner_id or code not in ("largest_fails", "all_of_it")
    )


def scenario_text(name: str, body: str) -> str:
    """The TOML text of a stochastic scenario with this name and these tables."""
    return f'name = {quoted(name)}\nkind = "stochastic"\n{body}'


def _insolvency(as_of: date, partner_id: str) -> str:
    judgment = to_date(business_day_from(to_day(as_of) + FAILS_AFTER_DAYS))
    paid = to_date(business_day_from(to_day(judgment + timedelta(days=DIVIDEND_AFTER_DAYS))))
    return (
        f"[[insolvency]]\npartner_id = {quoted(partner_id)}\njudgment_date = {judgment.isoformat()}\n"
        f'procedure = "liquidation"\ndividend = "{DIVIDEND}"\ndividend_date = {paid.isoformat()}\n'
    )
