"""An entity's account in another currency carries what that currency is worth, whatever the decimals of either."""

from __future__ import annotations

from decimal import Decimal

from data.repository_currency import Rates
from data.repository_ledger import _rated
from forecasting.ledger import Account
from forecasting.money import Currency, converted


def account(number: str, entity: str, currency: str) -> Account:
    return Account(account_id=number, entity=entity, currency=currency, balance_minor=12_345, day=20_000)


def test_entities_accounts_alone_carry_a_rate() -> None:
    # 1 JPY is 0.006 EUR: a minor unit of the one (a yen) is 0.6 of the other's (a cent).
    rates = Rates("EUR", {"JPY": Decimal("0.6"), "USD": Decimal("0.92")})
    given = (account("1", "Nord", "JPY"), account("2", "Sud", "USD"), account("3", "", "USD"), account("4", "Sud", "GBP"))
    assert [a.rate for a in _rated(given, rates)] == [Decimal("0.006"), Decimal("0.92"), None, None]
    yen = converted(12_345, Decimal("0.006"), Currency("JPY"), Currency("EUR"))
    assert yen == rates.convert_one(12_345, "JPY") == 7_407
