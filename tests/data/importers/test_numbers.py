"""Amounts: every kind of space, both decimal marks, signs before and after, currencies; what is none is refused."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.numbers import AmountError, DecimalMark, guess_decimal, minor_of, read_amount
from data.importers.typed import read_minor

SPACES = (" ", "\u00a0", "\u202f", "\u2009", "")


@pytest.mark.parametrize(
    ("text", "decimal", "value", "currency"),
    [
        ("1 234,56", ",", "1234.56", ""),
        ("1\u202f234,56", ",", "1234.56", ""),
        ("1\u00a0234,56 €", ",", "1234.56", "EUR"),
        ("1.234,56", ",", "1234.56", ""),
        ("1,234.56", ".", "1234.56", ""),
        ("1'234.50", ".", "1234.50", ""),
        ("1\u2019234.50 CHF", ".", "1234.50", "CHF"),
        ("$13.50 ", ".", "13.50", "USD"),
        ("US$1,000", ".", "1000", "USD"),
        ("-12,5", ",", "-12.5", ""),
        ("\u221212,5", ",", "-12.5", ""),
        ("12,5-", ",", "-12.5", ""),
        ("(1 200,00)", ",", "-1200", ""),
        ("1200,00 C", ",", "-1200", ""),
        ("1200,00 D", ",", "1200", ""),
        ("+000000069,40", ",", "69.40", ""),
        ("EUR 5", ",", "5", "EUR"),
        (",5", ",", "0.5", ""),
        ("1 234", ",", "1234", ""),
        ("1.234", ",", "1234", ""),
        ("1.5", ",", "1.5", ""),
    ],
)
def test_amounts_are_read(text: str, decimal: DecimalMark, value: str, currency: str) -> None:
    read = read_amount(text, decimal)
    assert (read.value, read.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("douze", "bad_amount"),
        ("12a", "bad_amount"),
        ("1,2,3", "bad_amount"),
        ("12 345 678 901 234 567", "amount_too_large"),
        ("=A1*2", "amount_formula"),
        ("1,23.4", "bad_amount"),
        ("--", "bad_amount"),
        ("12/05/2026", "bad_amount"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, fault: str) -> None:
    with pytest.raises(AmountError) as caught:
        read_amount(text, ",")
    assert caught.value.fault == fault


def test_an_amount_beyond_the_limit_of_money_is_refused() -> None:
    with pytest.raises(AmountError) as caught:
        minor_of(Decimal(10**11), "EUR")
    assert caught.value.fault == "amount_too_large"


@pytest.mark.parametrize(
    ("samples", "decimal", "contradict"),
    [
        (["1 234,56", "7,00"], ",", False),
        (["1,234.56", "12"], ".", False),
        (["1,234"], ".", False),
        (["1.234"], ",", False),
        (["1,5", "2.5", "3,5"], ",", True),
        (["12", "13"], None, False),
        (["1.234.567"], ",", False),
        (["0,123"], ",", False),
    ],
)
def test_the_decimal_mark_is_decided_by_the_column(samples: list[str], decimal: str | None, contradict: bool) -> None:
    assert guess_decimal(samples) == (decimal, contradict)


@given(
    minor=st.integers(-(10**12), 10**12),
    decimal=st.sampled_from([",", "."]),
    space=st.sampled_from(SPACES),
    grouped=st.booleans(),
    sign_last=st.booleans(),
)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_every_way_of_writing_gives_the_amount_back(
    minor: int, decimal: DecimalMark, space: str, grouped: bool, sign_last: bool
) -> None:
    whole, cents = divmod(abs(minor), 100)
    digits = f"{whole:,}".replace(",", space if not grouped else ("." if decimal == "," else ","))
    body = f"{digits}{decimal}{cents:02d}"
    text = (f"{body}-" if sign_last else f"-{body}") if minor < 0 else body
    assert minor_of(read_amount(text, decimal).value, "EUR") == (minor, False)
    column = read_minor(pa.array([text]), decimal, "EUR")
    assert column.minor.tolist() == [minor] and column.given.tolist() == [True]


@given(texts=st.lists(st.text(alphabet="0123456789,. -+'€$()CD\u00a0\u202fabc", max_size=14), min_size=1, max_size=30))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_a_column_reads_as_its_cells_do(texts: list[str]) -> None:
    """The quick way for plain numbers and the careful one for the rest say the same as reading cell by cell."""
    column = read_minor(pa.array(texts), ",", "EUR")
    for place, text in enumerate(texts):
        try:
            alone = read_amount(text, ",")
            expected: int | None = minor_of(alone.value, alone.currency or "EUR")[0]
        except AmountError:
            expected = None
        if column.given[place]:
            assert expected == column.minor[place], text
        else:
            assert expected is None and column.minor[place] == 0, text
