"""The figures of the cash page as drawings for paper: curve, causes, weeks; the same figures, words and colours."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.ledger import Amounts
from forecasting.money import Currency
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import tokens
from pages.ui.cash_words import bridge, bridge_alt, hero_alt
from pages.ui.charts import base
from pages.ui.charts.weeks import HEADINGS, Heading
from pages.ui.reports import palette
from pages.ui.reports.marks import Drawing
from pages.ui.reports.sheets import weeks_of
from pages.ui.reports.view import View
from pages.ui.voice import Voice

_DASH: Final[dict[Variant, str]] = {
    "baseline": "solid",
    "factoring": "dashed",
    "insurance": "dotted",
    "both": "solid",
}
_LEFT, _RIGHT, _TOP, _BOTTOM = 38.0, 92.0, 14.0, 26.0


class _Curve:
    """The balance per day in the making."""

    def __init__(self, view: View, say: Voice, width: float, height: float) -> None:
        self.view, self.say = view, say
        self.curves = view.outlook.projection.curves
        self.curve = self.curves[view.shown]
        self.unit = 1000 * 10 ** Currency(say.f.currency).exponent
        self.days = len(self.curve.p50_minor)
        self.low, self.high = self._bounds()
        self.to = Drawing(width, height, hero_alt(view.outlook, say))

    def _bounds(self) -> tuple[float, float]:
        ledger = self.view.outlook.ledger
        drawn = [0, -ledger.overdraft_limit_minor, ledger.cash_floor_minor]
        drawn += [int(self.curve.p05_minor.min()), int(self.curve.p95_minor.max())]
        for curve in self.curves.values():
            drawn += [int(curve.p50_minor.min()), int(curve.p50_minor.max())]
        low, high = min(drawn) / self.unit, max(drawn) / self.unit
        span = max(high - low, 1.0)
        return min(low - 0.12 * span, -ledger.overdraft_limit_minor / self.unit - 0.16 * span), high + 0.04 * span

    def x(self, day: int) -> float:
        """Where a day stands, counted from the first one."""
        return _LEFT + (self.to.width - _LEFT - _RIGHT) * day / max(self.days - 1, 1)

    def y(self, amount_minor: float) -> float:
        """Where an amount stands."""
        share = (amount_minor / self.unit - self.low) / (self.high - self.low)
        return float(self.to.height - _BOTTOM - share * (self.to.height - _TOP - _BOTTOM))

    def path(self, amounts: Amounts) -> list[tuple[float, float]]:
        """A line of one amount a day."""
        return [(self.x(k), self.y(int(a))) for k, a in enumerate(amounts)]

    def axes(self) -> None:
        """Round amounts with their rules, months below."""
        right, foot = self.to.width - _RIGHT, self.to.height - _BOTTOM
        for value, words in zip(*base.amount_ticks(self.low, self.high, self.say.f), strict=True):
            height = self.y(value * self.unit)
            self.to.line([(_LEFT, height), (right, height)], palette.HAIRLINE, 0.4)
            self.to.text(words, _LEFT - 6, height, color=palette.LABEL, anchor="right", size=7.5)
        first = self.curve.first_day
        every = 2 if self.days > 430 else 1
        for day, words in zip(*base.month_ticks(first, first + self.days - 1, self.say.f, every=every), strict=True):
            place = self.x(day - first)
            self.to.line([(place, foot), (place, foot + 3)], palette.LABEL, 0.5)
            for k, line in enumerate(words.split("<br>")):
                self.to.text(line, place, foot + 9 + 9 * k, color=palette.LABEL, anchor="center", size=7.5)

    def limits(self) -> None:
        """The overdraft over its tint, the zero line, the floor, with their names."""
        ledger, say, right = self.view.outlook.ledger, self.say, self.to.width - _RIGHT
        limit, floor = self.y(-ledger.overdraft_limit_minor), self.y(ledger.cash_floor_minor)
        foot = self.to.height - _BOTTOM
        self.to.area([(_LEFT, limit), (right, limit), (right, foot), (_LEFT, foot)], palette.DANGER, 0.05)
        self.axes()
        self.to.line([(_LEFT, self.y(0)), (right, self.y(0))], palette.LABEL, 0.7)
        self.to.line([(_LEFT, limit), (right, limit)], palette.DANGER, 1.1)
        name = say("cash.limit_overdraft", amount=say.f.amount(-ledger.overdraft_limit_minor))
        words = name if ledger.overdraft_limit_minor else say("cash.limit_none")
        self.to.text(words, _LEFT + 4, limit + 7, color=palette.DANGER, size=7.5)
        if ledger.cash_floor_minor:
            self.to.line([(_LEFT, floor), (right, floor)], palette.FLOOR, 0.9, "dashed")

    def floor_name(self) -> None:
        """The floor's name, over the curves, where the fewest pass."""
        ledger = self.view.outlook.ledger
        if not ledger.cash_floor_minor:
            return
        name = self.say("cash.limit_floor", amount=self.say.f.amount(ledger.cash_floor_minor))
        width = round(len(name) * 3.7 / (self.x(1) - self.x(0)))
        near = np.zeros(self.days, dtype=bool)
        for curve in self.curves.values():
            heights = np.array([self.y(int(a)) for a in curve.p50_minor])
            level = self.y(ledger.cash_floor_minor)
            near |= (heights > level - 13) & (heights < level + 2)
        starts = range(0, max(self.days - width, 1), 3)
        start = min(starts, key=lambda k: int(near[k : k + width].sum()), default=0)
        self.to.text(name, self.x(start) + 4, self.y(ledger.cash_floor_minor) - 6, color=palette.FLOOR, size=7.5)

    def fan(self) -> None:
        """The ranges of 9 runs in 10 and of 1 in 2."""
        color = palette.VARIANT[self.view.shown]
        for low, high, opacity in (
            (self.curve.p05_minor, self.curve.p95_minor, 0.14),
            (self.curve.p25_minor, self.curve.p75_minor, 0.32),
        ):
            self.to.area([*self.path(high), *reversed(self.path(low))], color, opacity)

    def medians(self) -> None:
        """The other variants, then the shown one, thicker."""
        for variant in (*(v for v in VARIANTS if v in self.curves and v != self.view.shown), self.view.shown):
            width = 1.8 if variant == self.view.shown else 1.0
            self.to.line(self.path(self.curves[variant].p50_minor), palette.VARIANT[variant], width, _DASH[variant])

    def lowest(self) -> None:
        """A dot on the lowest median, a leader to the foot, and there day, amount and range."""
        lowest, say, color = self.curve.lowest, self.say, palette.VARIANT[self.view.shown]
        place, foot = self.x(lowest.day - self.curve.first_day), self.to.height - _BOTTOM
        self.to.line([(place, self.y(lowest.median_minor)), (place, foot)], color, 0.7, "dotted")
        self.to.dot(place, self.y(lowest.median_minor), 3.2, color)
        words = say("cash.lowest_label", day=say.f.day(lowest.day), amount=say.f.amount(lowest.median_minor, signed=True))
        low, high = (say.f.amount(a, signed=True) for a in (lowest.p05_minor, lowest.p95_minor))
        left = (lowest.day - self.curve.first_day) > 0.36 * self.days
        shift, anchor = (-6, "right") if left else (6, "left")
        plain = words.replace("<b>", "").replace("</b>", "")
        self.to.text(plain, place + shift, foot - 17, color=color, bold=True, anchor=anchor)  # type: ignore[arg-type]
        range_words = say("cash.lowest_range", range=say.f.range(low, high))
        self.to.text(range_words, place + shift, foot - 7, color=color, anchor=anchor, size=7.5)  # type: ignore[arg-type]

    def names(self) -> None:
        """Each variant's name and lowest point at the end of its line."""
        ends = sorted((-self.y(int(c.p50_minor[-1])), v) for v, c in self.curves.items())
        places = base.spread([e for e, _ in ends], 22, -(self.to.height - _BOTTOM - 8), -_TOP)
        for (_, variant), place in zip(ends, places, strict=True):
            color, left = palette.VARIANT[variant], self.to.width - _RIGHT + 6
            amount = self.say.f.amount(self.curves[variant].lowest.median_minor, signed=True)
            name = self.say(f"app.variant.{variant}")
            self.to.text(name, left, -place - 5, color=color, bold=variant == self.view.shown, size=8)
            self.to.text(self.say("cash.low_of", amount=amount), left, -place + 5, color=color, size=7.5)


def curve(view: View, say: Voice, width: float, height: float) -> Drawing:
    """The balance per day."""
    drawing = _Curve(view, say, width, height)
    for step in (drawing.limits, drawing.fan, drawing.medians, drawing.lowest, drawing.floor_name, drawing.names):
        step()
    return drawing.to


def causes(view: View, say: Voice, width: float, height: float) -> Drawing:
    """What leads from cash today to the lowest point, as a list with bars."""
    told = bridge(view.outlook, view.causes[view.shown], say)
    rows = [told.start, *told.causes, told.result]
    step = min(30.0, height / len(rows))
    to = Drawing(width, step * len(rows), bridge_alt(told, say))
    largest = max((abs(a) for _, a in told.causes), default=1) or 1
    for k, (name, amount) in enumerate(rows):
        ends, middle = k in (0, len(rows) - 1), step * k + step * 0.36
        to.text(name, 0, middle, color=palette.TEXT, bold=k == len(rows) - 1)
        to.text(say.f.of_thousands(amount, signed=True), width, middle, color=palette.TEXT, bold=k > 0, anchor="right")
        if not ends:
            color = palette.DANGER if amount < 0 else palette.CASH_IN
            to.bar(0, middle + 7, abs(amount) / largest * width * 0.88, 4, color)
    for rule in (step * 0.82, step * (len(rows) - 1) - step * 0.1):
        to.line([(0, rule), (width, rule)], palette.LABEL, 0.6)
    return to


#: Textures that tell the outflows apart without a colour of their own.
_PATTERN: Final[dict[Heading, str]] = {
    "wages": "lines",
    "tax": "cross",
    "rent": "dots",
    "financing": "level",
    "other": "posts",
}


def _fill(heading: Heading) -> str:
    if heading == "protection":
        return palette.ink(tokens.BOTH)
    return palette.CASH_IN if heading == "customers" else palette.CASH_OUT


def weeks(view: View, say: Voice, width: float, height: float) -> Drawing:
    """Cash in above zero and out below, week by week, with the net under each."""
    picture = weeks_of(view)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    net = picture.net_minor
    worst = min(range(len(net)), key=lambda k: net[k])
    alt = say("cash.alt_weeks", day=say.f.day(picture.first_days[worst]), net=say.f.amount(net[worst], signed=True))
    to = Drawing(width, height, alt)
    present = [h for h in HEADINGS if h in picture.flows_minor and np.any(picture.flows_minor[h])]
    above = sum((np.maximum(picture.flows_minor[h], 0) for h in present), np.zeros(len(net), dtype=np.int64))
    below = sum((np.minimum(picture.flows_minor[h], 0) for h in present), np.zeros(len(net), dtype=np.int64))
    high, low = float(np.max(above)) / unit, float(np.min(below)) / unit
    span = max(high - low, 1.0)
    high, low = high + 0.04 * span, low - 0.04 * span
    foot, right = height - 26, width - _RIGHT

    def y(thousands: float) -> float:
        return float(_TOP + (high - thousands) / (high - low) * (foot - _TOP))

    for value, words in zip(*base.amount_ticks(low, high, say.f, most=5), strict=True):
        to.line([(_LEFT, y(value)), (right, y(value))], palette.HAIRLINE, 0.4)
        to.text(words, _LEFT - 6, y(value), color=palette.LABEL, anchor="right", size=7.5)
    step = (right - _LEFT) / len(net)
    for k, day in enumerate(picture.first_days):
        _stack(to, [(h, int(picture.flows_minor[h][k]) / unit) for h in present], _LEFT + step * (k + 0.28), step * 0.44, y)
        middle = _LEFT + step * (k + 0.5)
        to.text(say.f.day(day), middle, foot + 9, color=palette.LABEL, anchor="center", size=7.5)
        words = say.f.whole(say.f.thousands(net[k]), signed=True)
        to.text(words, middle, foot + 20, color=palette.TEXT, anchor="center", size=7.5, bold=True)
    to.line([(_LEFT, y(0)), (right, y(0))], palette.LABEL, 0.7)
    for k, heading in enumerate(present):
        to.bar(right + 10, _TOP + 13 * k, 8, 8, _fill(heading), _PATTERN.get(heading, ""))
        to.text(say(f"cash.heading.{heading}"), right + 23, _TOP + 13 * k + 4, color=palette.LABEL)
    to.text(say("cash.net"), right + 10, foot + 20, color=palette.TEXT, bold=True, size=7.5)
    return to


def _stack(to: Drawing, parts: list[tuple[Heading, float]], left: float, width: float, y) -> None:  # type: ignore[no-untyped-def]
    """One week's bar: inflows piled up from zero, outflows down."""
    up = down = 0.0
    for heading, amount in parts:
        start = up if amount >= 0 else down
        top, bottom = max(start, start + amount), min(start, start + amount)
        if amount:
            to.bar(left, y(top), width, y(bottom) - y(top), _fill(heading), _PATTERN.get(heading, ""))
        up, down = (up + amount, down) if amount >= 0 else (up, down + amount)
