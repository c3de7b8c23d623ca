"""What the cash page says: the sentence, the headline numbers, the words for a screen reader."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.curve import Curve, Projection
from forecasting.ledger import Ledger
from forecasting.offers.costs import costs_minor
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui.causes import Cause, rounded_steps
from pages.ui.charts.drivers import Bridge
from pages.ui.frame import Headline
from pages.ui.question import Question
from pages.ui.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A question with its answer, as the words need them; `coarse`: a first look that a whole answer is about to replace."""

    question: Question
    projection: Projection
    ledger: Ledger
    coarse: bool = False

    @property
    def baseline(self) -> Curve:
        """The curve without any contract."""
        return self.projection.curves["baseline"]

    @property
    def best(self) -> Variant | None:
        """The fullest protection that the chosen contracts allow; None without a contract."""
        return next((v for v in reversed(VARIANTS) if v in self.projection.curves and v != "baseline"), None)

    @property
    def shown(self) -> Variant:
        """The variant that carries the fan: the one asked for where its contract is chosen."""
        return self.question.band if self.question.band in self.projection.curves else "baseline"

    def cost_minor(self, variant: Variant) -> int:
        """What a variant costs over the horizon, all headings together (positive: it costs)."""
        return sum(costs_minor(self.projection.curves[variant]).values())

    @property
    def assumed_customers(self) -> int:
        """Customers with unpaid invoices whose default rate nobody has given: figures on defaults rest on an assumption."""
        concerned = set(self.ledger.customers.partner.tolist())
        return sum(self.ledger.partners[p].default_probability is None for p in concerned)

    @property
    def sales_minor(self) -> int:
        """Invoiced to customers in the year before today."""
        return yearly_sales_minor(self.ledger)

    @property
    def account_count(self) -> int:
        """Bank accounts that the cash of today lies on."""
        return len(self.ledger.accounts)


def name_of(ledger: Ledger, partner_id: str) -> str:
    """A partner's name, or its id where it has none."""
    found = next((p for p in ledger.partners if p.partner_id == partner_id), None)
    return found.name or partner_id if found else partner_id


def who_name(ledger: Ledger, who: str, say: Voice) -> str:
    """The segment or customer that the panel speaks of."""
    kind, _, name = who.partition(":")
    if not who:
        return say("cash.panel.everybody")
    return name_of(ledger, name) if kind == "partner" else say("cash.panel.segment", name=name)


def days_of(count: int, say: Voice) -> str:
    """A number of days in words: 15 jours."""
    return say("cash.panel.days", count=count)


def shocks(question: Question, ledger: Ledger, say: Voice) -> str:
    """What the scenario changes, as a list in words; empty where it changes nothing that the panel shows."""
    found = []
    who = who_name(ledger, question.who, say)
    suffix = "_who" if question.who else ""
    if question.delay_days:
        found.append(say(f"cash.shock.delay{suffix}", days=days_of(question.delay_days, say), who=who))
    if question.factor != 1:
        found.append(say(f"cash.shock.factor{suffix}", factor=say.f.factor(question.factor), who=who))
    if question.fails:
        names = say.list([f"**{name_of(ledger, partner_id)}**" for partner_id in question.fails])
        found.append(say("cash.shock.fails", count=len(question.fails), names=names))
    return say.list(found)


def sentence(outlook: Outlook, say: Voice) -> str:
    """How low, when, and what protection changes: one sentence to read aloud, at most two."""
    low, changed = outlook.baseline.lowest, shocks(outlook.question, outlook.ledger, say)
    if low.median_minor >= outlook.ledger.opening_cash_minor:
        kind = "rises"
    else:
        kind = "falls" if low.median_minor < outlook.ledger.cash_floor_minor else "dips"
    amount = say.f.amount(low.median_minor if kind != "rises" else outlook.ledger.opening_cash_minor)
    words = [
        say(
            f"cash.say.shocked_{kind}" if changed else f"cash.say.{kind}",
            shocks=changed,
            amount=amount,
            day=say.f.spoken_day(low.day, outlook.ledger.as_of),
        )
    ]
    if outlook.best and kind != "rises":
        words.append(_lifted(outlook, outlook.best, say))
    return " ".join(words)


def _lifted(outlook: Outlook, best: Variant, say: Voice) -> str:
    protected = outlook.projection.curves[best].lowest.median_minor
    cost = outlook.cost_minor(best)
    lifts = protected > outlook.baseline.lowest.median_minor
    key = "cash.lowered" if not lifts else "cash.lifted" if cost > 0 else "cash.lifted_free"
    months = outlook.question.months
    period = say("cash.kpi.per_year") if months == 12 else say("cash.kpi.per_months", months=months)
    return say(f"{key}.{best}", amount=say.f.amount(protected, signed=True), cost=say.f.amount(cost), period=period)


# ── headline numbers ─────────────────────────────────────────────────────────────────────────────────────────────────


def headlines(outlook: Outlook, say: Voice, *, phone: bool) -> list[Headline]:
    """Cash today, the lowest point, the risk, what protection costs and what it gains."""
    return [
        _today(outlook, say),
        _low(outlook, say, phone),
        _risk(outlook, say, phone),
        _cost(outlook, say, phone),
        _gain(outlook, say),
    ]


def _today(outlook: Outlook, say: Voice) -> Headline:
    accounts = outlook.account_count
    day = say.f.day(outlook.ledger.as_of)
    morning = say("cash.kpi.morning", day=day)
    return Headline(
        label=say("cash.kpi.today"),
        help=say("explain.cash_today"),
        value=say.f.amount(outlook.ledger.opening_cash_minor),
        second=say("cash.kpi.accounts", count=accounts, day=day) if accounts else morning,
    )


def _low(outlook: Outlook, say: Voice, phone: bool) -> Headline:
    low, ledger = outlook.baseline.lowest, outlook.ledger
    if low.median_minor < -ledger.overdraft_limit_minor:
        place = "below_overdraft"
    else:
        place = "below_floor" if low.median_minor < ledger.cash_floor_minor else "above"
    worst, best = (say.f.whole(say.f.thousands(a), signed=True) for a in (low.p05_minor, low.p95_minor))
    return Headline(
        label=say("cash.kpi.low_phone" if phone else "cash.kpi.low"),
        help=say("explain.cash_low"),
        value=say.f.amount(low.median_minor),
        second=say(f"cash.kpi.low_{place}", day=say.f.day(low.day)),
        tone="gray" if place == "above" else "red",
        aside=say("cash.kpi.low_that_day", range=say.f.range(worst, best)),
    )


def _risk(outlook: Outlook, say: Voice, phone: bool) -> Headline:
    curve, best = outlook.baseline, outlook.best
    overdraft = say("cash.kpi.overdraft_risk", chance=say.f.chance(curve.probability_below_overdraft_ever))
    protected = ""
    if best:
        chance = outlook.projection.curves[best].probability_below_floor_ever
        protected = say(f"cash.kpi.with.{best}", chance=say.f.chance(chance))
    assumed = outlook.assumed_customers > 0
    if phone:
        overdraft = say("cash.kpi.assumed" if assumed else "cash.kpi.any_day")
    return Headline(
        label=say("cash.kpi.risk_phone" if phone else "cash.kpi.risk_assumed" if assumed else "cash.kpi.risk"),
        value=say.f.chance(curve.probability_below_floor_ever),
        second=overdraft,
        aside=protected,
        help=say("cash.kpi.risk_help"),
    )


def _cost(outlook: Outlook, say: Voice, phone: bool) -> Headline:
    label, note, best = say("cash.kpi.cost_phone" if phone else "cash.kpi.cost"), say("cash.kpi.cost_help"), outlook.best
    if best is None:
        return Headline(label=label, value="—", second=say("cash.kpi.cost_none"), help=note)
    cost, months = outlook.cost_minor(best), outlook.question.months
    sales = outlook.sales_minor * months // 12
    period = say("cash.kpi.per_year") if months == 12 else say("cash.kpi.per_months", months=months)
    second = (
        say("cash.kpi.cost_second", period=period, share=say.f.percent(cost / sales, digits=2)) if sales > 0 else period
    )
    return Headline(label=label, value=say.f.amount(cost), second=second, help=note)


def _gain(outlook: Outlook, say: Voice) -> Headline:
    label, best = say("cash.kpi.gain"), outlook.best
    if best is None:
        return Headline(label=label, value="—", second=say("cash.kpi.cost_none"), help=say("explain.cash_gain"))
    without, protected = (
        say.f.thousands(curve.lowest.median_minor) for curve in (outlook.baseline, outlook.projection.curves[best])
    )
    gain = protected - without
    lows = say.f.from_to(*(say.f.whole(low, signed=True) for low in (without, protected)))
    second = say(f"cash.kpi.under.{best}", lows=lows)
    return Headline(label=label, value=say.f.of_thousands(gain, signed=True), second=second, help=say("explain.cash_gain"))


def yearly_sales_minor(ledger: Ledger) -> int:
    """Invoiced to customers in the twelve months before today, VAT included, credit notes deducted."""
    side = ledger.customers
    last_year = (side.issue < ledger.as_of) & (side.issue >= ledger.as_of - 365)
    return int(side.amount_minor[last_year].sum())


# ── causes and alternatives to pictures ──────────────────────────────────────────────────────────────────────────────


def bridge(outlook: Outlook, found: tuple[tuple[Cause, int], ...], say: Voice) -> Bridge:
    """The causes in words and whole thousands, from cash today to the lowest point."""
    start, steps, end = rounded_steps(outlook.ledger.opening_cash_minor, [amount for _, amount in found], say.f)
    rows = [(cause_name(outlook, cause, say), step) for (cause, _), step in zip(found, steps, strict=True)]
    return Bridge(
        start=(say("cash.cause.today"), start),
        causes=tuple((name, step) for name, step in rows if step),
        result=(say("cash.cause.result"), end),
    )


def cause_name(outlook: Outlook, cause: Cause, say: Voice) -> str:
    """A cause in words, with what the panel asks for it."""
    question = outlook.question
    if cause == "delays":
        return say("cash.cause.delays", days=question.delay_days) if question.delay_days else say("cash.cause.delays_plain")
    if cause == "defaults":
        return say("cash.cause.defaults", factor=say.f.factor(question.factor))
    if cause == "facts":
        return (
            say("cash.cause.facts", count=len(question.fails), name=name_of(outlook.ledger, question.fails[0]))
            if question.fails
            else say("cash.cause.facts_plain")
        )
    return say(f"cash.cause.{cause}")


def hero_alt(outlook: Outlook, say: Voice) -> str:
    """The figure in words: the lowest point of each variant."""
    return " ".join(
        say(
            "cash.alt_variant",
            variant=say(f"app.variant.{variant}"),
            amount=say.f.amount(curve.lowest.median_minor),
            day=say.f.spoken_day(curve.lowest.day, outlook.ledger.as_of),
        )
        for variant, curve in outlook.projection.curves.items()
    )


def bridge_alt(picture: Bridge, say: Voice) -> str:
    """The causes in words."""
    listed = ", ".join(f"{name} {say.f.of_thousands(amount, signed=True)}" for name, amount in picture.causes)
    start, result = (say.f.of_thousands(a, signed=True) for a in (picture.start[1], picture.result[1]))
    return say("cash.alt_causes", start=start, result=result, causes=listed)
