"""The numbers of figures that several pages draw, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from forecasting.curve import Curve
from pages.ui.charts.drivers import Bridge
from pages.ui.frame import Table, plain
from pages.ui.voice import Voice


def steps(picture: Bridge, say: Voice, *, days: bool = False) -> Table:
    """From the start through each cause to the result, in whole thousands as the figure writes them, or in `days`."""
    rows = [picture.start, *picture.causes, picture.result]
    title = say("app.steps.days") if days else say("app.steps.amount", unit=say.f.unit)
    return Table(
        columns={say("app.steps.step"): [plain(name) for name, _ in rows], title: [amount for _, amount in rows]},
        writers={title: lambda value: say.f.whole(int(value), signed=True)},
        strong=(len(rows) - 1,),
    )


def curves(named: Sequence[tuple[str, Curve]], say: Voice) -> Table:
    """The median balance at the end of each week on every curve; the names must differ; unknown after a curve's end."""
    assert len({name for name, _ in named}) == len(named), "each curve has a column of its own"
    first = min(curve.first_day for _, curve in named)
    count = max(curve.first_day - first + len(curve.p50_minor) for _, curve in named)
    ends = sorted({*range(6, count, 7), count - 1})

    def balance(curve: Curve, end: int) -> int | None:
        k = end - (curve.first_day - first)
        return say.f.thousands(int(curve.p50_minor[k])) if 0 <= k < len(curve.p50_minor) else None

    writers: dict[str, Callable[[Any], str]] = {
        plain(name): lambda value: say.f.whole(int(value), signed=True) for name, _ in named
    }
    return Table(
        columns={
            say("cash.table.week"): [say.f.day_year(first + max(end - 6, 0)) for end in ends],
            **{plain(name): [balance(curve, end) for end in ends] for name, curve in named},
        },
        writers=writers,
    )


def tenths(shares: Sequence[float], say: Voice) -> Table:
    """The share of payments in each tenth of what was forecast, the earliest first."""
    share = say("accuracy.column.share")
    return Table(
        columns={say("accuracy.column.tenth"): list(range(1, len(shares) + 1)), share: list(shares)},
        writers={share: lambda value: say.f.percent(value, digits=1)},
    )
