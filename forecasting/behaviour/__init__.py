"""How late and how surely each partner pays, learnt from history."""

from forecasting.behaviour.clock import Clock, Holidays
from forecasting.behaviour.failure import FailureRisk, failure_risk, unpaid_probability
from forecasting.behaviour.forecast import OpenForecast, forecast_open
from forecasting.behaviour.history import PaymentHistory, history_of
from forecasting.behaviour.learning import Behaviour, learn
from forecasting.behaviour.overrides import caution
from forecasting.behaviour.profiles import DelayProfiles, delay_profiles
from forecasting.overrides import DelayShift, ExpectedPayment, Overrides, Trust

__all__ = [
    "Behaviour",
    "Clock",
    "DelayProfiles",
    "DelayShift",
    "ExpectedPayment",
    "FailureRisk",
    "Holidays",
    "OpenForecast",
    "Overrides",
    "PaymentHistory",
    "Trust",
    "caution",
    "delay_profiles",
    "failure_risk",
    "forecast_open",
    "history_of",
    "learn",
    "unpaid_probability",
]
