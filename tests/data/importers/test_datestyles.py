"""Dates: the order is decided by the table, impossible days are named, month names and ISO need no order."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.datestyles import DateError, DateOrder, guess_order, is_no_date, looks_like_date, read_date


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("28/02/2026", "dmy", date(2026, 2, 28)),
        ("2/28/2026", "mdy", date(2026, 2, 28)),
        ("2026-02-28", "dmy", date(2026, 2, 28)),
        ("2026/2/8", "mdy", date(2026, 2, 8)),
        ("2026-02-28T10:22:03+01:00", "dmy", date(2026, 2, 28)),
        ("28.02.26", "dmy", date(2026, 2, 28)),
        ("28-02-99", "dmy", date(1999, 2, 28)),
        ("20260228", "dmy", date(2026, 2, 28)),
        ("28022026", "dmy", date(2026, 2, 28)),
        ("280226", "dmy", date(2026, 2, 28)),
        ("260228", "ymd", date(2026, 2, 28)),
        ("1er février 2026", "dmy", date(2026, 2, 1)),
        ("28 févr. 2026", "dmy", date(2026, 2, 28)),
        ("28-Feb-26", "dmy", date(2026, 2, 28)),
        ("Feb 28, 2026", "dmy", date(2026, 2, 28)),
        ("samedi 28 février 2026", "dmy", date(2026, 2, 28)),
        ("46081", "dmy", date(2026, 2, 28)),
    ],
)
def test_dates_are_read(text: str, order: DateOrder, expected: date) -> None:
    assert read_date(text, order) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("31/02/2026", "impossible_date"),
        ("29/02/2025", "impossible_date"),
        ("2026-13-01", "impossible_date"),
        ("00/05/2026", "impossible_date"),
        ("bientôt", "bad_date"),
        ("12,50", "bad_date"),
        ("01/01/1890", "date_out_of_range"),
    ],
)
def test_what_is_no_date_says_why(text: str, fault: str) -> None:
    with pytest.raises(DateError) as caught:
        read_date(text, "dmy")
    assert caught.value.fault == fault


@pytest.mark.parametrize("text", ["", "  ", "00/00/0000", "0000-00-00", "n/a", "-"])
def test_no_date_at_all(text: str) -> None:
    assert is_no_date(text)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (["01/02/2026", "28/02/2026"], ("dmy", False)),
        (["01/02/2026", "2/28/2026"], ("mdy", False)),
        (["13/01/2026", "1/13/2026", "14/01/2026"], ("dmy", True)),
        (["01/02/2026"], (None, False)),
        (["2026-02-01"], (None, False)),
        (["02092015"], (None, False)),
        (["28092015"], ("dmy", False)),
        (["20150928"], ("ymd", False)),
    ],
)
def test_the_order_is_decided_by_the_table(samples: list[str], expected: tuple[str | None, bool]) -> None:
    assert guess_order(samples) == expected


@given(
    when=st.dates(date(1970, 1, 1), date(2069, 12, 31)),
    order=st.sampled_from(["dmy", "mdy", "ymd"]),
    mark=st.sampled_from("/-."),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_every_style_gives_the_day_back(when: date, order: DateOrder, mark: str) -> None:
    pattern = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}[order].format(mark)
    assert read_date(when.strftime(pattern), order) == when
    assert looks_like_date(when.strftime(pattern))


@given(text=st.text(max_size=20))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_text_is_a_date_or_a_fault(text: str) -> None:
    try:
        read_date(text, "dmy")
    except DateError as error:
        assert error.fault in {"bad_date", "impossible_date", "date_out_of_range"}
