"""What the process remembers for all of its sessions: ledgers, answers, contracts, each under everything that it rests on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.access import Principal
from data.repository import (
    Company,
    KeptOverride,
    Missing,
    SavedScenario,
)
from forecasting.activity import BudgetLine
from forecasting.actual import ActualBalances
from forecasting.curve import Projection
from forecasting.factoring.contract import FactoringContract
from forecasting.group.views import View
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.claims import Claim
from forecasting.simulation.flows import Variant
from forecasting.simulation.path import PathResult
from pages.ui.cache import Bounded
from pages.ui.later import Later
from pages.ui.lenses import Lenses
from pages.ui.turns import Turns

if TYPE_CHECKING:
    from forecasting.day import DayMoves
    from forecasting.drivers import Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """The contracts that the curves show; None where none of its kind is chosen."""

    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None


class Memory:
    """Results shared by all sessions of this process; every key is compared in full."""

    def __init__(self) -> None:
        self.companies: Bounded[tuple[str, Principal], Company] = Bounded(8)
        self.expected: Bounded[tuple[str, Principal], str] = Bounded(8)
        self.chosen: Bounded[tuple[str, Principal], Contracts] = Bounded(8)
        self.named: Bounded[tuple[str, Principal], tuple[SavedScenario, ...]] = Bounded(8)
        self.missing: Bounded[tuple[str, Principal], tuple[Missing, ...]] = Bounded(8)
        self.ledgers: Bounded[tuple[str, Principal, date], Ledger] = Bounded(4)
        self.completed: Bounded[tuple[str, tuple[BudgetLine, ...]], Ledger] = Bounded(4)
        self.views: Bounded[tuple[str, str], View] = Bounded(8)
        self.lenses = Lenses()
        self.actual: Bounded[tuple[str, Principal, str, str], ActualBalances | None] = Bounded(8)
        self.choices: Bounded[tuple[str, Principal, str], str] = Bounded(16)
        self.stops: Bounded[tuple[str, Principal], tuple[tuple[str, date], ...]] = Bounded(8)
        self.stopped: Bounded[tuple[str, tuple[tuple[str, date], ...]], Ledger] = Bounded(4)
        self.overrides: Bounded[tuple[str, Principal], tuple[KeptOverride, ...]] = Bounded(8)
        self.budgets: Bounded[tuple[str, Principal], tuple[BudgetLine, ...]] = Bounded(8)
        self.books: Bounded[tuple[str, Scenario], Any] = Bounded(6)
        self.grounds: Bounded[str, Any] = Bounded(3)
        self.paths: Bounded[tuple[str, int, Contracts, int], PathResult] = Bounded(16)
        self.days: Bounded[tuple[str, Scenario, Contracts, Variant, int], tuple[DayMoves, tuple[Driver, ...]]] = Bounded(32)
        self.claims: Bounded[tuple[str, InsurancePolicy, str], tuple[Claim, ...]] = Bounded(32)
        self.projections: Bounded[tuple[str, Scenario, Contracts], Projection] = Bounded(512)
        self.factoring: Bounded[tuple[str, str], FactoringContract] = Bounded(64)
        self.insurance: Bounded[tuple[str, str], InsurancePolicy] = Bounded(64)
        self.scenarios: Bounded[tuple[str, str], Scenario | None] = Bounded(64)
        #: First paths of answers, which the whole ones soon replace.
        self.looks: Bounded[tuple[str, Scenario, Contracts], Projection] = Bounded(128)
        #: How long the last whole answer took.
        self.seconds = 0.0
        self.answers = 0
        self.turns = Turns(os.cpu_count() or 1)
        self.later = Later()


@st.cache_resource(show_spinner=False)
def memory() -> Memory:
    """What this process remembers for all of its sessions."""
    return Memory()
