"""What banks write above the lines of an account: whose account it is and what it held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from data.importers.datestyles import DateError, DateOrder, read_date
from data.importers.numbers import AmountError, DecimalMark, minor_of, read_amount
from data.importers.statements import Balance

_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_RIB: Final = re.compile(
    r"\b\d{5}[ -]?\d{5}[ -]?[A-Z0-9]{11}[ -]?\d{2}\b|(?<=compte n° )\w{8,23}|(?<=account )\w{8,23}", re.IGNORECASE
)
#: "Solde au 31/03/2026 : 1 230,50 EUR", "Closing balance 31/03/2026 1,230.50".
_BALANCE: Final = re.compile(
    r"\b(?:solde|balance)\b\D{0,40}?(\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4})\s*:?\s*([-+(]?\s*(?:[€$£]|[A-Z]{3})?\s*\d[^A-Za-z]*(?:€|[A-Z]{3})?)\s*$",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"\b(?:initial|opening|precedent|précédent|ancien|debut|début|previous|starting)\b", re.IGNORECASE
)


def account_of_titles(titles: Sequence[str]) -> str:
    """The account that the titles name by an IBAN or a bank key, without spaces; "" where they name none."""
    for text in titles:
        found = _IBAN.search(text) or _RIB.search(text)
        if found:
            return re.sub(r"[ -]", "", found.group())
    return ""


def closing_of_titles(titles: Sequence[str], order: DateOrder, decimal: DecimalMark, currency: str) -> Balance | None:
    """The balance that the titles state with its day, None where they state none or several that differ."""
    stated = set()
    for text in titles:
        found = None if _OPENING.search(text) else _BALANCE.search(text)
        if found:
            try:
                amount = read_amount(found.group(2), decimal)
                stated.add((read_date(found.group(1), order), minor_of(amount.value, currency)[0]))
            except (AmountError, DateError):
                continue
    if len(stated) != 1:
        return None
    day, minor = stated.pop()
    return Balance(day=day, minor=minor, row=0)
