"""Numbers and dates as section 4 of the design tokens writes them, and what people type read back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dates import to_day
from pages.ui.formats import Formats

FR, EN = Formats("fr"), Formats("en")
NARROW, NO_BREAK, MINUS, JOINER = "\u202f", "\u00a0", "\u2212", "\u2060"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (FR.amount(128_400_000), f"1{NARROW}284{NO_BREAK}k€"),
        (EN.amount(128_400_000), "€1,284k"),
        (FR.amount(-19_200_000, signed=True), f"{MINUS}192{NO_BREAK}k€"),
        (EN.amount(-19_200_000, signed=True), f"{MINUS}{JOINER}€192k"),
        (FR.amount(58_500_000, signed=True), f"+585{NO_BREAK}k€"),
        (EN.amount(0, signed=True), "€0k"),
        (FR.percent(0.07, digits=1), f"7,0{NARROW}%"),
        (EN.percent(0.07, digits=1), "7.0%"),
        (FR.chance(0.001), f"<{NARROW}1{NARROW}%"),
        (EN.chance(0.9999), ">99%"),
        (FR.chance(0.0), f"0{NARROW}%"),
        (FR.factor(Decimal("1.5")), "×1,5"),
        (EN.factor(2.0), "×2"),
        (FR.day(date(2027, 6, 27)), "27 juin"),
        (EN.day(date(2027, 6, 27)), "27 Jun"),
        (FR.day(date(2027, 2, 1)), "1ᵉʳ févr."),
        (FR.day(date(2027, 2, 1), markup=True), "1<sup>er</sup> févr."),
        (FR.spoken_day(date(2027, 7, 5)), "5 juillet"),
        (FR.spoken_day(date(2027, 7, 5), to_day(date(2026, 11, 27))), "5 juillet"),
        (FR.spoken_day(date(2027, 11, 24), to_day(date(2026, 11, 27))), "24 novembre 2027"),
        (FR.long_day(date(2026, 11, 20)), "20 novembre 2026"),
        (EN.long_day(date(2026, 11, 20)), "20 November 2026"),
        (FR.hour(datetime(2026, 11, 20, 18)), f"18{NO_BREAK}h"),
        (EN.hour(datetime(2026, 11, 20, 9, 42)), f"9:42{NO_BREAK}am"),
        (EN.hour(datetime(2026, 11, 20, 0, 5)), f"12:05{NO_BREAK}am"),
        (FR.cents(123_456), f"1{NARROW}234,56{NO_BREAK}€"),
        (EN.cents(-5), f"{MINUS}{JOINER}€0.05"),
        (FR.cents(None), "—"),
        (FR.range("−993", "+462"), "−993 à +462"),
        (FR.unit, "k€"),
        (EN.unit, "€k"),
    ],
)
def test_written_as_the_design_says(written: str, expected: str) -> None:
    assert written == expected


def test_a_currency_without_decimals_counts_in_its_own_unit() -> None:
    assert Formats("fr", "XOF").cents(1_500) == f"1{NARROW}500{NO_BREAK}F{NARROW}CFA"
    assert Formats("en", "TND").cents(1_500, symbol=False) == "1.500"


@pytest.mark.parametrize(
    ("formats", "typed", "value"),
    [
        (FR, "1 234,56", "1234.56"),
        (FR, f"1{NARROW}234,56{NO_BREAK}€", "1234.56"),
        (FR, "1.234,56", "1234.56"),
        (FR, "1,234.56", "1234.56"),
        (FR, "1.234", "1234"),
        (FR, "0.250", "0.250"),
        (FR, "1,234", "1.234"),
        (FR, f"{MINUS}3", "-3"),
        (FR, f"7,0{NARROW}%", "7.0"),
        (EN, "1,234", "1234"),
        (EN, "1,234.56", "1234.56"),
        (EN, "1.5", "1.5"),
        (EN, "€12,480.00", "12480.00"),
    ],
)
def test_typed_numbers_are_read(formats: Formats, typed: str, value: str) -> None:
    assert formats.read_decimal(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "abc", "1e9", "NaN", "inf", "1,2,3", "--4", "12.480.00x"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        FR.read_decimal(typed)


def test_a_fraction_of_a_cent_is_refused() -> None:
    with pytest.raises(ValueError):
        FR.read_amount("1,234")
    assert FR.read_amount("1 234,5") == 123_450


@settings(derandomize=True, max_examples=200)
@given(st.integers(-(10**12), 10**12), st.sampled_from([FR, EN]))
def test_an_amount_reads_back_as_it_was_written(amount_minor: int, formats: Formats) -> None:
    assert formats.read_amount(formats.cents(amount_minor)) == amount_minor


@settings(derandomize=True, max_examples=50)
@given(st.lists(st.integers(-(10**9), 10**9) | st.sampled_from([-50_000, 49_999, 50_000, 0])), st.sampled_from([FR, EN]))
def test_many_amounts_read_as_each_does(amounts_minor: list[int], formats: Formats) -> None:
    assert formats.amounts(amounts_minor) == [formats.amount(amount) for amount in amounts_minor]
