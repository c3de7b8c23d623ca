"""The balance per day: the fan of one variant, the medians of all, the limits, the lowest point, what lifts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from forecasting.curve import Curve
from forecasting.ledger import Amounts
from forecasting.money import Currency
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_DESKTOP = base.Frame(height=tokens.HERO_PX, left=58, right=138, top=34, bottom=48)
_PHONE = base.Frame(height=tokens.HERO_PHONE_PX, left=48, right=8, top=28, bottom=46)
#: Names at the right end keep this distance so that two lines of text fit.
_NAME_GAP_PX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """A pinned curve that stays behind the live ones, with its name."""

    name: str
    first_day: int
    median_minor: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """What the figure shows: the curves, the one that carries the fan, the limits, the actual balances before today.

    glance: it stands for less than a second, in which nobody clicks a day or reads a balance on the line.
    """

    curves: Mapping[Variant, Curve]
    shown: Variant
    overdraft_limit_minor: int
    cash_floor_minor: int
    actual_days: Sequence[int] = field(default=())
    actual_minor: Sequence[int] = field(default=())
    ghost: Ghost | None = None
    glance: bool = False
    phone: bool = False

    @property
    def curve(self) -> Curve:
        """The curve that carries the fan."""
        return self.curves[self.shown]

    @property
    def others(self) -> tuple[Variant, ...]:
        """The variants that are drawn without fan."""
        return tuple(v for v in VARIANTS if v in self.curves and v != self.shown)


def hero(picture: Hero, say: Voice) -> go.Figure:
    """The figure of the cash page (about 60 kB as JSON for a year of four variants).

    Heights are thousands of the currency's unit as float32; daily lines carry no days of their own (x0 and dx), bands
    carry them as float32 milliseconds, exact to a few minutes. A phone draws the lowest day of each week, never a mean,
    so that no low is hidden.
    """
    drawing = _Drawing(picture, say)
    drawing.limits()
    drawing.fan()
    drawing.medians()
    drawing.actual()
    drawing.lowest_point()
    drawing.lift()
    drawing.days()
    drawing.names_at_the_end()
    drawing.axes()
    return drawing.canvas.figure()


class _Drawing:
    """One figure in the making; heights are thousands of the currency's unit."""

    def __init__(self, picture: Hero, say: Voice) -> None:
        self.picture, self.say = picture, say
        self.frame = _PHONE if picture.phone else _DESKTOP
        self.canvas = base.Canvas(self.frame)
        self.unit = 1000 * 10 ** Currency(say.f.currency).exponent
        self.kept = self._kept()
        self.first = min([picture.curve.first_day, *picture.actual_days])
        self.last = picture.curve.first_day + len(picture.curve.p50_minor) - 1
        self.low, self.high = self._bounds()

    def _kept(self) -> npt.NDArray[np.int64]:
        """Positions drawn: every day, or on a phone the day of each week on which the shown median is lowest."""
        median = self.picture.curve.p50_minor
        if not self.picture.phone:
            return np.arange(len(median))
        weeks = (np.arange(start, min(start + 7, len(median))) for start in range(0, len(median), 7))
        return np.array(sorted({int(w[np.argmin(median[w])]) for w in weeks} | {0, len(median) - 1}))

    def _bounds(self) -> tuple[float, float]:
        """The axis from a little under everything drawn (the words at the foot need room) to a little above."""
        picture = self.picture
        drawn = [0, -picture.overdraft_limit_minor, picture.cash_floor_minor, *picture.actual_minor]
        drawn += [int(picture.curve.p05_minor.min()), int(picture.curve.p95_minor.max())]
        for curve in picture.curves.values():
            drawn += [int(curve.p50_minor.min()), int(curve.p50_minor.max())]
        low, high = min(drawn) / self.unit, max(drawn) / self.unit
        span = max(high - low, 1.0)
        # The words at the foot stand under the limit's name.
        under_the_limit = -picture.overdraft_limit_minor / self.unit - 0.17 * span
        return min(low - 0.12 * span, under_the_limit), high + 0.04 * span

    def _heights(self, amounts_minor: Amounts) -> npt.NDArray[np.float32]:
        return np.asarray(np.asarray(amounts_minor) / self.unit, dtype=np.float32)

    def _place(self, curve: Curve) -> dict[str, object]:
        """Where the kept days of a curve stand on the axis."""
        if not self.picture.phone:
            return {"x0": base.stamp(curve.first_day), "dx": base.DAY_MS}
        return {"x": np.asarray((curve.first_day + self.kept) * base.DAY_MS, dtype=np.float64)}

    # ── from the back to the front ───────────────────────────────────────────────────────────────────────────────────

    def limits(self) -> None:
        """The overdraft limit over its tint, the zero line, the floor; their names sit at the left, inside."""
        picture, say = self.picture, self.say
        limit = -picture.overdraft_limit_minor / self.unit
        self.canvas.tint(self.low, limit, tokens.DANGER, 0.05)
        self._level(0, {"color": tokens.LABEL, "width": 1})
        self._level(limit, {"color": tokens.DANGER, "width": 1.5})
        name = say("cash.limit_overdraft", amount=say.f.amount(-picture.overdraft_limit_minor))
        self._limit_name(name if limit else say("cash.limit_none"), tokens.DANGER, limit, "top")
        if picture.cash_floor_minor:
            floor = picture.cash_floor_minor / self.unit
            self._level(floor, {"color": tokens.FLOOR, "width": 1.25, "dash": "4px,4px"})
            name = say("cash.limit_floor", amount=say.f.amount(picture.cash_floor_minor))
            self._limit_name(name, tokens.FLOOR, floor, "bottom")

    def _level(self, height: float, style: dict[str, object]) -> None:
        """A horizontal line across the plot, as a trace so that it lies over the grid and under the curves."""
        ends = [base.stamp(self.first), base.stamp(self.last)]
        self.canvas.scatter(x=ends, y=[height, height], mode="lines", line=style, hoverinfo="skip")

    def _limit_name(self, name: str, color: str, height: float, anchor: str) -> None:
        """A limit's name on its line, at the left or, where curves cross there, at the first place where none does."""
        self.canvas.text(
            name,
            color=color,
            size=tokens.FONT_SMALL_PX,
            x=base.stamp(self._clear_day(height, anchor, len(name))),
            xanchor="left",
            xshift=6,
            y=height,
            yanchor=anchor,
        )

    def _clear_day(self, height: float, anchor: str, letters: int) -> int:
        """The first day from which words of so many letters, over or under a height, meet no median, or the fewest."""
        per_pixel = (self.high - self.low) / self.frame.plot_height
        low, high = (height, height + 18 * per_pixel) if anchor == "bottom" else (height - 18 * per_pixel, height)
        span = self.last - self.first + 1
        per_letter = 6.6 / (310 if self.picture.phone else 640) * span
        wide = min(span, round(letters * per_letter))
        crossed = np.zeros(span, dtype=bool)
        lines = [(c.first_day, c.p50_minor) for c in self.picture.curves.values()]
        if self.picture.actual_days:
            lines.append((self.picture.actual_days[0], np.asarray(self.picture.actual_minor)))
        for first_day, line in lines:
            at = self._heights(line)
            # A curve also crosses between two days.
            before = np.concatenate([at[:1], at[:-1]])
            offset = first_day - self.first
            crossed[offset : offset + len(at)] |= (np.minimum(at, before) <= high) & (np.maximum(at, before) >= low)
        if low <= self.low + (22 if self.picture.phone else 42) * per_pixel:
            # The words of the lowest point stand at the foot (`lowest_point`).
            day, words = self.picture.curve.lowest.day - self.first, round(36 * per_letter)
            crossed[max(day if self._low_is_left else day - words, 0) : day + words if self._low_is_left else day] = True
        starts = range(0, span - wide + 1, 3)
        return self.first + min(starts, key=lambda start: int(crossed[start : start + wide].sum()), default=0)

    def days(self) -> None:
        """A mark of no colour on each day, on top: what a click chooses, as a line alone cannot be chosen."""
        curve, unseen = self.picture.curve, {"marker": {"opacity": 0}}
        self.canvas.scatter(
            **self._place(curve),
            y=self._heights(curve.p50_minor[self.kept]),
            mode="markers",
            marker={"size": 4, "opacity": 0},  # larger, and the browser would think the line nearer
            selected=unseen,
            unselected=unseen,
            visible=not self.picture.glance,
            hoverinfo="none",
        )

    @property
    def _low_is_left(self) -> bool:
        """Whether the lowest point lies so far at the left that its words stand at its right."""
        return (self.picture.curve.lowest.day - self.first) < 0.36 * (self.last - self.first)

    def fan(self) -> None:
        """Two closed polygons: the range of 9 runs in 10, then of 1 in 2."""
        curve, color = self.picture.curve, tokens.HUE[self.picture.shown]
        days = (curve.first_day + self.kept) * base.DAY_MS
        around = np.concatenate([days, days[::-1]]).astype(np.float32)
        for lower, upper, opacity in (
            (curve.p05_minor, curve.p95_minor, 0.13),
            (curve.p25_minor, curve.p75_minor, 0.22),
        ):
            outline = np.concatenate([upper[self.kept], lower[self.kept][::-1]])
            self.canvas.scatter(
                x=around,
                y=self._heights(outline),
                mode="lines",
                line={"width": 0, "color": color},
                fill="toself",
                fillcolor=color,
                opacity=opacity,
                hoverinfo="skip",
            )

    def medians(self) -> None:
        """A pinned ghost, the other variants, then the shown one, thicker."""
        ghost = self.picture.ghost
        if ghost:
            place: dict[str, object] = {"x0": base.stamp(ghost.first_day), "dx": base.DAY_MS}
            style: dict[str, object] = {"color": tokens.DOMINATED, "width": 1.5, "dash": "3px,2px"}
            self._line(place, ghost.median_minor, ghost.name, style)
        for variant in (*self.picture.others, self.picture.shown):
            curve = self.picture.curves[variant]
            width = 2.5 if variant == self.picture.shown else 1.5
            style = {"color": tokens.HUE[variant], "width": width, "dash": tokens.DASH[variant]}
            name = self.say(f"app.variant.{variant}")
            self._line(self._place(curve), curve.p50_minor[self.kept], name, style)

    def _line(self, place: dict[str, object], amounts: Amounts, name: str, style: dict[str, object]) -> None:
        told: dict[str, object] = {"hoverinfo": "skip"}
        if not self.picture.glance:
            told = {"text": self.say.f.amounts(amounts.tolist()), "hovertemplate": "%{text}"}
        self.canvas.scatter(**place, y=self._heights(amounts), mode="lines", line=style, name=name, **told)

    def actual(self) -> None:
        """The balances that were, a dot where they end and a hairline with its word above the plot."""
        picture = self.picture
        today = picture.curve.first_day
        if picture.actual_days:
            place: dict[str, object] = {"x0": base.stamp(picture.actual_days[0]), "dx": base.DAY_MS}
            name, style = self.say("cash.actual"), {"color": tokens.BASELINE, "width": 2.5}
            self._line(place, np.asarray(picture.actual_minor), name, dict(style))
            self._dot(picture.actual_days[-1], picture.actual_minor[-1] / self.unit, tokens.BASELINE, 8)
        self.canvas.shape(
            type="line",
            x0=base.stamp(today),
            x1=base.stamp(today),
            yref="paper",
            y0=0,
            y1=1,
            line={"color": tokens.LABEL, "width": 1},
            opacity=0.6,
        )
        self.canvas.text(
            self.say("cash.today"),
            size=tokens.FONT_SMALL_PX,
            x=base.stamp(today),
            xanchor="center" if picture.actual_days else "left",
            yref="paper",
            y=1,
            yanchor="bottom",
        )

    def _dot(self, day: int, height: float, color: str, size: int) -> None:
        self.canvas.scatter(
            x=[base.stamp(day)],
            y=[height],
            mode="markers",
            marker={"color": color, "size": size, "symbol": "circle"},
            hoverinfo="skip",
        )

    def lowest_point(self) -> None:
        """A dot on the lowest median, a dotted leader to the foot, and there the day, the amount and its range."""
        lowest, say, color = self.picture.curve.lowest, self.say, tokens.HUE[self.picture.shown]
        height = lowest.median_minor / self.unit
        self._dot(lowest.day, height, color, 10)
        leader = {"color": color, "width": 1, "dash": "1px,2px"}
        day = base.stamp(lowest.day)
        self.canvas.shape(type="line", x0=day, x1=day, y0=self.low, y1=height, line=leader)
        words = say(
            "cash.lowest_label",
            day=say.f.day(lowest.day, markup=True),
            amount=say.f.amount(lowest.median_minor, signed=True),
        )
        if not self.picture.phone:
            low, high = (say.f.amount(a, signed=True) for a in (lowest.p05_minor, lowest.p95_minor))
            words += "<br>" + say("cash.lowest_range", range=say.f.range(low, high))
        right_of_it = self._low_is_left
        self.canvas.text(
            words,
            color=color,
            x=day,
            xanchor="left" if right_of_it else "right",
            xshift=8 if right_of_it else -8,
            align="left" if right_of_it else "right",
            yref="paper",
            y=0,
            yanchor="bottom",
        )

    def lift(self) -> None:
        """The signature: an arrow from the unprotected low up to the best protection on the same day, with its gain."""
        picture = self.picture
        best = next((v for v in reversed(VARIANTS) if v in picture.curves and v != "baseline"), None)
        if picture.shown != "baseline" or best is None:
            return
        lowest, offset = picture.curve.lowest, picture.curve.lowest.day - picture.curve.first_day
        top_minor = int(picture.curves[best].p50_minor[offset])
        gain = self.say.f.thousands(top_minor) - self.say.f.thousands(lowest.median_minor)
        if gain <= 0 or (top_minor - lowest.median_minor) / self.unit < 0.04 * (self.high - self.low):
            return
        day = base.stamp(lowest.day)
        self.canvas.arrow(
            x=day,
            y=top_minor / self.unit,
            ax=day,
            ay=lowest.median_minor / self.unit,
            axref="x",
            ayref="y",
            arrowhead=2,
            arrowsize=0.9,
            arrowwidth=2,
            arrowcolor=tokens.HUE[best],
            startstandoff=6,
        )
        amount = self.say.f.of_thousands(gain, signed=True)
        key = f"cash.{self._lift_key(best, gain)}.{best}"
        words = f"<b>{amount}</b>" if picture.phone else self.say(key, amount=amount)
        share = (lowest.day - self.first) / (self.last - self.first)
        self.canvas.text(
            words,
            color=tokens.HUE[best],
            x=day,
            xanchor="center" if 0.15 < share < 0.85 else ("left" if share < 0.5 else "right"),
            y=self._free_air(offset),
            yanchor="bottom",
            yshift=8,
        )

    def _lift_key(self, best: Variant, gain: int) -> str:
        """Says "that day" where the gain on the day differs from the gain between the two lowest points."""
        lows = (self.picture.curves[v].lowest.median_minor for v in (best, "baseline"))
        high, low = (self.say.f.thousands(a) for a in lows)
        return "lift" if gain == high - low else "lift_that_day"

    def _free_air(self, offset: int) -> float:
        """A height above every curve around a day, inside the plot."""
        near = slice(max(0, offset - 55), offset + 56)
        tops = [int(c.p50_minor[near].max()) for c in self.picture.curves.values()]
        tops.append(int(self.picture.curve.p95_minor[near].max()))
        return float(min(max(tops) / self.unit, self.high - 0.08 * (self.high - self.low)))

    def names_at_the_end(self) -> None:
        """Each variant's name and lowest point beside the end of its line; a phone has the table below instead."""
        if self.picture.phone:
            return
        pixels = self.frame.plot_height
        ends = sorted(
            ((c.p50_minor[-1] / self.unit - self.low) / (self.high - self.low) * pixels, v)
            for v, c in self.picture.curves.items()
        )
        places = base.spread([e for e, _ in ends], _NAME_GAP_PX, 14, pixels - 14)
        for (_, variant), place in zip(ends, places, strict=True):
            name = self.say(f"app.variant.{variant}")
            amount = self.say.f.amount(self.picture.curves[variant].lowest.median_minor, signed=True)
            strong = f"<b>{name}</b>" if variant == self.picture.shown else name
            second = f'<span style="font-size:{tokens.FONT_SMALL_PX}px">{self.say("cash.low_of", amount=amount)}</span>'
            self.canvas.text(
                f"{strong}<br>{second}",
                color=tokens.HUE[variant],
                align="left",
                xref="paper",
                x=1.0,
                xshift=8,
                xanchor="left",
                yref="paper",
                y=place / pixels,
                yanchor="middle",
            )

    def axes(self) -> None:
        """Months below, round amounts at the left, one unified answer to the pointer."""
        span = self.last - self.first
        every = 3 if self.picture.phone and span > 200 else (2 if span > 430 else 1)
        base.style_axes(
            self.canvas,
            days=base.month_ticks(self.first, self.last, self.say.f, every=every),
            amounts=base.amount_ticks(self.low, self.high, self.say.f),
        )
        self.canvas.x(
            range=[base.stamp(self.first), base.stamp(self.last)], unifiedhovertitle={"text": "<b>%{x|%d/%m/%Y}</b>"}
        )
        self.canvas.y(range=[self.low, self.high])
        self.canvas.layout(hovermode="x unified")
