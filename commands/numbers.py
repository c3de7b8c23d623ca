"""Amounts and rates as the command line prints them: plain digits with a point, as in its files."""

from __future__ import annotations

from decimal import Decimal

from forecasting.money import to_text


def euros(amount_minor: int) -> str:
    """An amount of a currency with two decimals, such as 1234.56."""
    return to_text(amount_minor, 2)


def rate_text(rate: Decimal) -> str:
    """A rate as decimal text without trailing zeros, such as 0.145."""
    return f"{rate.normalize():f}"
