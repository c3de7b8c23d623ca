"""What the product said, or would have said, of past mornings, held against what happened."""

from forecasting.backtest.kept import WeekForecast, due_date_receipts, received, weekly_forecast
from forecasting.backtest.records import METHODS, Backtest, Method, Miss, PartnerError, WeekAhead, WeekResult
from forecasting.backtest.rolling import ORIGINS_DEFAULT, backtest, origins_of

__all__ = [
    "METHODS",
    "ORIGINS_DEFAULT",
    "Backtest",
    "Method",
    "Miss",
    "PartnerError",
    "WeekAhead",
    "WeekForecast",
    "WeekResult",
    "backtest",
    "due_date_receipts",
    "origins_of",
    "received",
    "weekly_forecast",
]
