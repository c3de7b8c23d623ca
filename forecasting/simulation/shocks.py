"""What a scenario does to one partner: its own shock, else its segment's, else the general one."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.ledger import Partner
from forecasting.scenario import Defaults, Delays, Scenario, Shock


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerShock:
    """The delays and failures that a scenario holds for one partner."""

    delays: Delays
    defaults: Defaults


def partner_shock(scenario: Scenario, partner: Partner) -> PartnerShock:
    """The shock that concerns a partner: its own row wins over its segment's, that over the general one.

    Delays and failures are looked up apart: a row that says nothing of one leaves it to the next.
    """
    own = [shock for shock in scenario.shocks if shock.partner_id and shock.partner_id == partner.partner_id]
    segment = [
        shock for shock in scenario.shocks if not shock.partner_id and shock.segment and shock.segment == partner.segment
    ]
    rows: list[Shock] = own + segment
    delays = [shock.delays for shock in rows if shock.delays != Delays()]
    defaults = [shock.defaults for shock in rows if shock.defaults != Defaults()]
    return PartnerShock(delays=[*delays, scenario.delays][0], defaults=[*defaults, scenario.defaults][0])
