"""The figures of the cash page as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from data.repository import InvoiceLine
from forecasting.simulation.flows import Variant
from pages.ui import tokens
from pages.ui.cash_words import Outlook
from pages.ui.charts.weeks import Weeks
from pages.ui.frame import Table, plain
from pages.ui.voice import Voice


def curve(outlook: Outlook, shown: Variant, say: Voice) -> Table:
    """The balance at the end of each week: the median of every variant, and the range of the shown one."""
    curves = outlook.projection.curves
    first, count = curves[shown].first_day, len(curves[shown].p50_minor)
    ends = sorted({*range(6, count, 7), count - 1})

    def signed(thousands: int) -> str:
        return say.f.whole(int(thousands), signed=True)

    columns: dict[str, Sequence[object]] = {say("cash.table.week"): [say.f.day_year(first + max(k - 6, 0)) for k in ends]}
    for variant, found in curves.items():
        columns[say(f"app.variant.{variant}")] = [say.f.thousands(int(found.p50_minor[k])) for k in ends]
    columns[say("cash.table.low")] = [say.f.thousands(int(curves[shown].p05_minor[k])) for k in ends]
    columns[say("cash.table.high")] = [say.f.thousands(int(curves[shown].p95_minor[k])) for k in ends]
    return Table(columns=columns, writers=dict.fromkeys(list(columns)[1:], signed))


def variants(outlook: Outlook, say: Voice, *, phone: bool = False) -> Table:
    """Each variant with its lowest point and its risks; on a phone the key of the figure, with the variant's dash."""
    curves = outlook.projection.curves
    names = [_keyed(v, say) if phone else say(f"app.variant.{v}") for v in curves]
    lows = [say.f.thousands(c.lowest.median_minor) for c in curves.values()]
    columns: dict[str, Sequence[object]] = {
        say("cash.table.variant"): names,
        say("cash.table.lowest", unit=say.f.unit): lows,
        say("cash.table.below_floor"): [c.probability_below_floor_ever for c in curves.values()],
    }
    if not phone:
        columns[say("cash.table.below_overdraft")] = [c.probability_below_overdraft_ever for c in curves.values()]
    writers: dict[str, Callable[[Any], str]] = dict.fromkeys(list(columns)[2:], lambda value: say.f.chance(float(value)))
    writers[say("cash.table.lowest", unit=say.f.unit)] = lambda value: say.f.whole(int(value), signed=True)
    return Table(columns=columns, writers=writers)


def _keyed(variant: Variant, say: Voice) -> str:
    hue, dash = tokens.MARKDOWN_HUE[variant], tokens.DASH_TEXT[variant]
    return f":{hue}[{dash}] {say(f'app.variant.{variant}')}" if hue else f"{dash} {say(f'app.variant.{variant}')}"


def weeks(picture: Weeks, say: Voice) -> Table:
    """Each week's flow per heading with its net."""
    columns: dict[str, Sequence[object]] = {say("cash.table.week"): [say.f.day_year(d) for d in picture.first_days]}
    for heading, flow in picture.flows_minor.items():
        columns[say(f"cash.heading.{heading}")] = [say.f.thousands(int(a)) for a in flow]
    columns[say("cash.table.net")] = [say.f.thousands(a) for a in picture.net_minor]
    return Table(
        columns=columns, writers=dict.fromkeys(list(columns)[1:], lambda value: say.f.whole(int(value), signed=True))
    )


def invoices(rows: Sequence[InvoiceLine], say: Voice) -> Table:
    """Invoices with what is open on them and the row of the file that they came from."""
    amount = say("cash.table.open", currency=say.f.symbol)
    return Table(
        columns={
            say("cash.table.partner"): [plain(row.partner_name or row.partner_id) for row in rows],
            say("cash.table.number"): [plain(row.number) for row in rows],
            say("cash.table.due"): [say.f.short_date(row.due) for row in rows],
            say("cash.table.source"): [plain(f"{row.file}, {row.source_row}") for row in rows],
            amount: [row.open_minor if row.side == "customer" else -row.open_minor for row in rows],
        },
        writers={amount: lambda value: say.f.cents(int(value), signed=True, symbol=False)},
    )
