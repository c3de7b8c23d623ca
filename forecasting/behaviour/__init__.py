"""How late and how surely each partner pays, learnt from history."""

from forecasting.behaviour.clock import Clock, Holidays
from forecasting.behaviour.forecast import OpenForecast, forecast_open
from forecasting.behaviour.history import PaymentHistory, history_of
from forecasting.behaviour.learning import Behaviour, learn
from forecasting.behaviour.profiles import DelayProfiles

__all__ = [
    "Behaviour",
    "Clock",
    "DelayProfiles",
    "Holidays",
    "OpenForecast",
    "PaymentHistory",
    "forecast_open",
    "history_of",
    "learn",
]
