"""Every table of a view with exact values, in one place: spreadsheet, text files and their tests read the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from forecasting.dates import to_day
from forecasting.offers.costs import costs_minor
from pages.ui import decide_words
from pages.ui.cash_words import cause_name, shocks
from pages.ui.charts.weeks import HEADINGS, Weeks
from pages.ui.decide_words import Weighed
from pages.ui.headings import week_starts, weekly
from pages.ui.reports.view import View
from pages.ui.reports.words import runs
from pages.ui.voice import Voice

Kind = Literal["text", "day", "amount", "chance", "count"]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its code, its title in words, what its cells are (days are numbers from 1970, amounts minor units)."""

    code: str
    title: str
    kind: Kind = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table under a code (a file's name), a short title (a tab's name) and its rows."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, code: str) -> int:
        """The place of a column."""
        return next(k for k, c in enumerate(self.columns) if c.code == code)


def sheets(view: View, say: Voice) -> tuple[Sheet, ...]:
    """The tables of a view: balance, flows by day and by week, causes, variants, costs, offers that were weighed, invoices,
    what it rests on."""
    before, after = (balance, flows, weeks, causes, variants, costs), (invoices, basis)
    weighed = () if view.weighed is None else (offers(view.weighed, say),)
    return (*(make(view, say) for make in before), *weighed, *(make(view, say) for make in after))


def balance(view: View, say: Voice) -> Sheet:
    """The balance per day: the median of each variant, then range and risk of the shown one."""
    curves, shown = view.outlook.projection.curves, view.outlook.projection.curves[view.shown]
    bands = {"p05": shown.p05_minor, "p25": shown.p25_minor, "p75": shown.p75_minor, "p95": shown.p95_minor}
    columns = [Column(code="day", title=say("pack.column.day"), kind="day")]
    columns += [Column(code=variant, title=say(f"app.variant.{variant}")) for variant in curves]
    columns += [Column(code=code, title=say(f"pack.column.{code}")) for code in (*bands, "mean")]
    columns += [Column(code="risk", title=say("pack.column.risk"), kind="chance")]
    lines = [c.p50_minor for c in curves.values()] + [*bands.values(), shown.mean_minor]
    rows = tuple(
        (shown.first_day + k, *(int(line[k]) for line in lines), float(shown.probability_below_floor[k]))
        for k in range(len(shown.p50_minor))
    )
    return Sheet(code="balance", title=say("pack.sheet.balance"), columns=tuple(columns), rows=rows)


def flows(view: View, say: Voice) -> Sheet:
    """The mean flow per day and heading of the shown variant."""
    daily, first = view.daily[view.shown], view.outlook.projection.curves[view.shown].first_day
    present = [h for h in HEADINGS if h in daily and np.any(daily[h])]
    columns = [Column(code="day", title=say("pack.column.day"), kind="day")]
    columns += [Column(code=h, title=say(f"cash.heading.{h}")) for h in present]
    columns += [Column(code="net", title=say("cash.net"))]
    count = len(view.outlook.projection.curves[view.shown].p50_minor)
    rows = tuple((first + k, *(cells := [int(daily[h][k]) for h in present]), sum(cells)) for k in range(count))
    return Sheet(code="flows", title=say("pack.sheet.flows"), columns=tuple(columns), rows=rows)


def weeks_of(view: View) -> Weeks:
    """The next thirteen weeks of the shown variant, as the screen draws them."""
    curve = view.outlook.projection.curves[view.shown]
    starts = tuple(s for s in week_starts(curve.first_day) if s < curve.first_day + len(curve.p50_minor))
    return Weeks(first_days=starts, flows_minor=weekly(view.daily[view.shown], curve.first_day, starts))


def weeks(view: View, say: Voice) -> Sheet:
    """The next thirteen weeks by heading."""
    picture = weeks_of(view)
    present = [h for h in HEADINGS if h in picture.flows_minor and np.any(view.daily[view.shown][h])]
    columns = [Column(code="day", title=say("cash.table.week"), kind="day")]
    columns += [Column(code=h, title=say(f"cash.heading.{h}")) for h in present]
    columns += [Column(code="net", title=say("cash.net"))]
    rows = tuple(
        (day, *(int(picture.flows_minor[h][k]) for h in present), picture.net_minor[k])
        for k, day in enumerate(picture.first_days)
    )
    return Sheet(code="weeks", title=say("pack.sheet.weeks"), columns=tuple(columns), rows=rows)


def causes(view: View, say: Voice) -> Sheet:
    """What leads from cash today to the lowest point of the shown variant; the rows add up exactly."""
    found = view.causes[view.shown]
    columns = (
        Column(code="cause", title=say("pack.column.cause"), kind="text"),
        Column(code="amount", title=say("pack.column.amount", currency=say.f.symbol)),
    )
    start = view.outlook.ledger.opening_cash_minor
    rows: list[tuple[Cell, ...]] = [(say("cash.cause.today"), start)]
    rows += [(cause_name(view.outlook, cause, say), amount) for cause, amount in found]
    rows += [(say("cash.cause.result"), start + sum(amount for _, amount in found))]
    return Sheet(code="causes", title=say("pack.sheet.causes"), columns=columns, rows=tuple(rows))


def variants(view: View, say: Voice) -> Sheet:
    """Each variant: lowest point, its day and range, risks, cost over the horizon."""
    texts = {"day": "day", "risk": "chance", "overdraft": "chance"}
    codes = ("lowest", "day", "low", "high", "risk", "overdraft", "cost")
    columns = [Column(code="variant", title=say("cash.table.variant"), kind="text")]
    columns += [Column(code=c, title=say(f"pack.variant.{c}"), kind=texts.get(c, "amount")) for c in codes]  # type: ignore[arg-type]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            say(f"app.variant.{variant}"),
            curve.lowest.median_minor,
            curve.lowest.day,
            curve.lowest.p05_minor,
            curve.lowest.p95_minor,
            curve.probability_below_floor_ever,
            curve.probability_below_overdraft_ever,
            view.outlook.cost_minor(variant),
        )
        for variant, curve in view.outlook.projection.curves.items()
    )
    return Sheet(code="variants", title=say("pack.sheet.variants"), columns=tuple(columns), rows=rows)


def costs(view: View, say: Voice) -> Sheet:
    """What each protection costs over the horizon, heading by heading (positive: it costs)."""
    found = {v: costs_minor(c) for v, c in view.outlook.projection.curves.items() if v != "baseline"}
    headings = list(dict.fromkeys(h for cost in found.values() for h in cost))
    columns = [Column(code="heading", title=say("cash.table.heading"), kind="text")]
    columns += [Column(code=v, title=say(f"app.variant.{v}")) for v in found]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (say(f"factoring.heading.{h}"), *(cost.get(h, 0) for cost in found.values())) for h in headings
    )
    return Sheet(code="costs", title=say("pack.sheet.costs"), columns=tuple(columns), rows=rows)


def offers(found: Weighed, say: Voice) -> Sheet:
    """The offer advised, the other efficient ones and no protection: cost against the risk that is left."""
    kinds = {"offer": "text", "content": "text", "floor": "chance", "overdraft": "chance", "verdict": "text"}
    codes = ("offer", "content", "cost", "median", "worst", "floor", "overdraft", "verdict")
    columns = [Column(code=c, title=say(f"decide.column.{c}"), kind=kinds.get(c, "amount")) for c in codes]  # type: ignore[arg-type]
    rows: list[tuple[Cell, ...]] = []
    for place in dict.fromkeys([found.chosen, *(k for k in found.efficient if k), 0]):
        figures = found.figures[place]
        rows.append(
            (
                found.letters.get(place, ""),
                _plain(decide_words.content(found.offers[place], say)),
                figures.cost_minor,
                figures.minimum_p50_minor,
                figures.minimum_p05_minor,
                figures.probability_below_floor,
                figures.probability_below_overdraft,
                decide_words.verdict(found, place, say),
            )
        )
    return Sheet(code="offers", title=say("pack.sheet.offers"), columns=tuple(columns), rows=tuple(rows))


def _plain(words: str) -> str:
    """Markdown's words as they are meant."""
    return "".join(part for part, _ in runs(words))


_INVOICE: Final[tuple[tuple[str, Kind], ...]] = (
    ("side", "text"),
    ("partner", "text"),
    ("number", "text"),
    ("issue", "day"),
    ("due", "day"),
    ("amount", "amount"),
    ("open", "amount"),
    ("currency", "text"),
    ("status", "text"),
    ("file", "text"),
    ("row", "count"),
)


def invoices(view: View, say: Voice) -> Sheet:
    """The invoices behind the curve, in their own currency: what is open is positive when a customer owes it."""
    rows = tuple(
        (
            say(f"pack.side.{line.side}"),
            line.partner_name or line.partner_id,
            line.number,
            to_day(line.issue) if line.issue else None,
            to_day(line.due) if line.due else None,
            line.amount_minor if line.side == "customer" else -line.amount_minor,
            line.open_minor if line.side == "customer" else -line.open_minor,
            line.currency,
            say(f"pack.status.{line.status}"),
            line.file,
            line.source_row,
        )
        for line in view.invoices
    )
    columns = tuple(Column(code=code, title=say(f"pack.invoice.{code}"), kind=kind) for code, kind in _INVOICE)
    return Sheet(code="invoices", title=say("pack.sheet.invoices"), columns=columns, rows=rows)


def basis(view: View, say: Voice) -> Sheet:
    """What the figures rest on: scenario, contracts, data, luck, model, assumptions."""
    columns = (
        Column(code="what", title=say("pack.column.what"), kind="text"),
        Column(code="value", title=say("pack.column.value"), kind="text"),
    )
    return Sheet(
        code="basis", title=say("pack.sheet.basis"), columns=columns, rows=(*facts(view, say), *assumed(view, say))
    )


def facts(view: View, say: Voice) -> tuple[tuple[str, str], ...]:
    """Name and value of everything that is needed to get the same figures again."""
    outlook, projection = view.outlook, view.outlook.projection
    ledger = outlook.ledger
    none = say("pack.none")
    changed = _shocks(view, say)
    told = {
        "company": view.company or none,
        "scenario": view.scenario or say("pack.unsaved" if changed else "pack.usual"),
        "shocks": changed or say("pack.no_shock"),
        "horizon": say("pack.months", count=outlook.question.months),
        "as_of": say.f.long_day(ledger.as_of),
        "factoring": view.factoring or none,
        "insurance": view.insurance or none,
        "floor": say.f.amount(ledger.cash_floor_minor),
        "overdraft": say.f.amount(ledger.overdraft_limit_minor),
        "paths": say.f.whole(projection.path_count),
        "seed": str(projection.seed),
        "model": projection.model_version,
        "data": projection.ledger_fingerprint[:16],
    }
    return tuple((say(f"pack.fact.{code}"), value) for code, value in told.items())


def scenario_told(view: View, say: Voice) -> str:
    """Which scenario the figures are of: its name, with what it changes; the usual behaviour where nothing changes."""
    name, changed = view.scenario, _shocks(view, say)
    if name and changed:
        return say("pack.scenario_with", name=name, shocks=changed)
    return name or changed or say("pack.usual")


def _shocks(view: View, say: Voice) -> str:
    return shocks(view.outlook.question, view.outlook.ledger, say).replace("**", "")


def assumed(view: View, say: Voice) -> tuple[tuple[str, str], ...]:
    """The assumptions in words."""
    outlook = view.outlook
    words = [say("pack.assumption.behaviour"), say("pack.assumption.luck"), say("pack.assumption.bands")]
    if outlook.assumed_customers:
        words.append(say("cash.assumption", count=outlook.assumed_customers))
    if view.invoice_count > len(view.invoices):
        left_out = view.invoice_count - len(view.invoices)
        words.append(say("pack.assumption.invoices", listed=say.f.whole(len(view.invoices)), count=left_out))
    words.append(say("app.promise") + ".")
    return tuple((say("pack.assumption.name"), sentence) for sentence in words)
