"""The business to come: future sales and purchases as invoices, learnt from the ledger's own."""

from forecasting.activity.budget import NEW_CUSTOMERS, BudgetLine, budgeted, gross_share
from forecasting.activity.history import EXPECTED_PREFIX, is_expected
from forecasting.activity.invoices import (
    Expected,
    completed,
    expected_business,
    expected_count,
    with_expected,
    without_expected,
)
from forecasting.activity.level import Level, LevelError, MonthlySeries, fit_level, level_error, past_errors
from forecasting.activity.outlook import Outlook, level_factors, month_factors, month_quantiles, outlook

__all__ = [
    "EXPECTED_PREFIX",
    "NEW_CUSTOMERS",
    "BudgetLine",
    "Expected",
    "Level",
    "LevelError",
    "MonthlySeries",
    "Outlook",
    "budgeted",
    "completed",
    "expected_business",
    "expected_count",
    "fit_level",
    "gross_share",
    "is_expected",
    "level_error",
    "level_factors",
    "month_factors",
    "month_quantiles",
    "outlook",
    "past_errors",
    "with_expected",
    "without_expected",
]
