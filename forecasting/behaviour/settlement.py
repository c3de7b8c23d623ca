"""On which days a partner settles: a bank of readable rules, weighed by the payment days that were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from forecasting.behaviour.clock import Clock

Floats = npt.NDArray[np.float64]

#: Prior weight of "any open day"; the other rules share the rest.
ANY_DAY_PRIOR: Final = 0.5
#: Beta priors: chance of a payment day when the rule holds, when it does not, and under "any open day".
_ON: Final = (1.0, 1.0)
_OFF: Final = (0.5, 4.0)
_ANY: Final = (1.0, 2.0)
#: Days of the month tested; a closed day is settled on the next open one.
_MONTH_DAYS: Final = (5, 10, 15, 20, 25)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettlementRules:
    """Which open days obey which rule. names: codes such as "friday.nearest_month_end"; obeys bool (R, m).

    `cumulative` int32 (R, m + 1): how many of the positions before each obey the rule. The last rule is "any".
    """

    names: tuple[str, ...]
    obeys: npt.NDArray[np.bool_]
    cumulative: npt.NDArray[np.int32]

    def before(self, position: npt.NDArray[np.int64]) -> Floats:
        """Days before each position that obey each rule; float64 (len(position), R)."""
        return self.cumulative[:, position].T.astype(np.float64)

    def count(self, partner: npt.NDArray[np.int64], position: npt.NDArray[np.int64], size: int) -> Floats:
        """Per partner and rule, how many of the given payment days obey it; float64 (size, R)."""
        columns = [np.bincount(partner[row[position]], minlength=size) for row in self.obeys]
        return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettlementDays:
    """How likely each partner pays something on a day.

    weight float64 (C, R): posterior weight of each rule; on, off float64 (C, R): chance of a payment day where the rule
    holds and where it does not; usual float64 (C,): over all open days.
    """

    rules: SettlementRules
    weight: Floats
    on: Floats
    off: Floats
    usual: Floats

    def chance(self, partner: npt.NDArray[np.int64], position: npt.NDArray[np.int64]) -> Floats:
        """Chance that each partner pays something on each position; float64, shape of the arguments."""
        key, inverse = np.unique(partner * np.int64(1 << 20) + position, return_inverse=True)
        who, when = key >> 20, key & ((1 << 20) - 1)
        chance = np.empty(len(key))
        for start in range(0, len(key), 100_000):
            part = slice(start, start + 100_000)
            holds = self.rules.obeys[:, when[part]].T
            rate = np.where(holds, self.on[who[part]], self.off[who[part]])
            chance[part] = np.einsum("ij,ij->i", self.weight[who[part]], rate)
        return chance[inverse]


_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def settlement_rules(clock: Clock) -> SettlementRules:
    """The bank of rules on a clock: weekdays, n-th, last and nearest to the month end, fortnights, first and last days."""
    date = clock.day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    of_month = (date - month.astype("datetime64[D]")).astype(np.int64) + 1
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    fortnight = (clock.day.astype(np.int64) + 3) // 7 % 2
    rules: dict[str, npt.NDArray[np.bool_]] = {}
    for number, name in enumerate(_WEEK[: 5 if clock.business else 7]):
        on = clock.weekday == number
        rules[f"{name}"] = on
        for nth in range(4):
            rules[f"{name}.{nth + 1}"] = on & ((of_month - 1) // 7 == nth)
        rules[f"{name}.last"] = on & (of_month + 7 > length)
        rules[f"{name}.nearest_month_end"] = on & (np.minimum(of_month, length - of_month) <= 3)
        rules[f"{name}.even_weeks"], rules[f"{name}.odd_weeks"] = on & (fortnight == 0), on & (fortnight == 1)
    from_start, to_end = _place_in_month(month)
    for k in range(3):
        rules[f"month_day.first_{k + 1}"], rules[f"month_day.last_{k + 1}"] = from_start == k, to_end == k
    for k in _MONTH_DAYS:
        rules[f"month_day.{k}"] = _rolled(clock, k)
    rules["month_day.15_and_last"] = rules["month_day.15"] | rules["month_day.last_1"]
    rules["any"] = np.ones(len(date), dtype=np.bool_)
    obeys = np.stack(list(rules.values()))
    cumulative = np.zeros((len(rules), obeys.shape[1] + 1), dtype=np.int32)
    np.cumsum(obeys, axis=1, out=cumulative[:, 1:])
    return SettlementRules(names=tuple(rules), obeys=obeys, cumulative=cumulative)


def settlement_days(rules: SettlementRules, rule_runs: Floats, rule_days: Floats) -> SettlementDays:
    """Weighs the rules for each partner by its payment days (R = number of rules).

    Days are Bernoulli: chance a when the rule holds, b when not, a ~ Beta(1, 1), b ~ Beta(0.5, 4), integrated out:
    log weight = log prior + betaln(1 + n1, 1 + N1 - n1) - betaln(1, 1) + betaln(.5 + n0, 4 + N0 - n0) - betaln(.5, 4).
    rule_runs, rule_days float64 (C, R): payment days and open days obeying each rule, the last column being all days.
    """
    runs, days = rule_runs[:, -1:], np.maximum(rule_days[:, -1:], rule_runs[:, -1:])
    held = np.maximum(rule_days, rule_runs)
    off_runs = runs - rule_runs
    off_days = np.maximum(days - held, off_runs)
    weight = _evidence(_ON, rule_runs, held) + _evidence(_OFF, off_runs, off_days)
    weight[:, -1] = _evidence(_ANY, runs, days)[:, 0]
    weight += np.log((1 - ANY_DAY_PRIOR) / (len(rules.names) - 1))
    weight[:, -1] += np.log(ANY_DAY_PRIOR) - np.log((1 - ANY_DAY_PRIOR) / (len(rules.names) - 1))
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    on = (rule_runs + _ON[0]) / (held + sum(_ON))
    on[:, -1] = ((runs + _ANY[0]) / (days + sum(_ANY)))[:, 0]
    return SettlementDays(
        rules=rules,
        weight=weight / weight.sum(axis=1, keepdims=True),
        on=on,
        off=(off_runs + _OFF[0]) / (off_days + sum(_OFF)),
        usual=((runs + 0.5) / (days + 2.0))[:, 0],
    )


def _evidence(prior: tuple[float, float], runs: Floats, days: Floats) -> Floats:
    a, b = prior
    evidence: Floats = betaln(a + runs, b + days - runs) - betaln(a, b)
    return evidence


def _place_in_month(month: npt.NDArray[np.datetime64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How many open days of the month lie before each, and how many after."""
    index = np.arange(len(month))
    starts = np.concatenate([[True], month[1:] != month[:-1]])
    ends = np.concatenate([month[1:] != month[:-1], [True]])
    first = np.maximum.accumulate(np.where(starts, index, 0))
    last = np.minimum.accumulate(np.where(ends, index, len(month))[::-1])[::-1]
    return index - first, last - index


def _rolled(clock: Clock, of_month: int) -> npt.NDArray[np.bool_]:
    """Open days that settle a day of the month: that day, or the next open one where it is closed."""
    obeys = np.zeros(len(clock.day), dtype=np.bool_)
    last = clock.first + len(clock.position) - 1
    days = np.arange(clock.first, last, dtype=np.int64)
    date = days.astype("datetime64[D]")
    wanted = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1 == of_month
    at = clock.at(days[wanted])
    obeys[at[at < len(obeys)]] = True
    return obeys
