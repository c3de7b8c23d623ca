"""Days, business days, payment terms and their legal caps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from forecasting.dates import (
    Terms,
    TermsMethod,
    add_business_days,
    add_months,
    business_day_from,
    business_table,
    due_date,
    due_on,
    easter_sunday,
    is_business_day,
    month_end,
    parse_terms,
    to_date,
    to_day,
)
from tests.forecasting import golden

FIRST, LAST = date(2023, 1, 1), date(2028, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=k) for k in range((LAST - FIRST).days + 1)]
ONE = timedelta(days=1)


def last_of_month(when: date) -> date:
    """Naive: walk until the month changes."""
    while (when + ONE).month == when.month:
        when += ONE
    return when


@pytest.mark.parametrize(
    "case", golden.case("due_dates")["cases"] if golden.GOLDEN.is_dir() else [], ids=lambda c: c["issue"]
)
def test_worked_due_dates(case: dict[str, Any]) -> None:
    issue, label = date.fromisoformat(case["issue"]), f"{case['days']} jours fin de mois"
    assert due_date(issue, label, "A").due.isoformat() == case["method_A_add_then_eom"]
    assert due_date(issue, label, "B").due.isoformat() == case["method_B_eom_then_add"]
    assert due_date(issue, f"{case['days']} jours nets").due.isoformat() == case["net"]


@pytest.mark.parametrize("days", [0, 10, 30, 45, 60, 90])
def test_every_day_of_six_years_against_a_naive_calendar(days: int) -> None:
    """Acceptance check 10 of the domain specification."""
    for issue in EVERY_DAY:
        moved = issue
        for _ in range(days):
            moved += ONE
        assert due_on(issue, Terms(days=days, method="net")) == moved
        assert due_on(issue, Terms(days=days, method="A")) == last_of_month(moved)
        assert due_on(issue, Terms(days=days, method="B")) == last_of_month(issue) + timedelta(days=days)
        after = last_of_month(moved) + ONE
        for month_day in (10, 31):
            end = last_of_month(after)
            expected = after + timedelta(days=month_day - 1)
            assert due_on(issue, Terms(days=days, method="C", month_day=month_day)) == min(expected, end)


@pytest.mark.parametrize(
    ("label", "days", "method", "month_day"),
    [
        ("45 FDM", 45, "A", 15),
        ("45FDM", 45, "A", 15),
        ("45 j. F.D.M.", 45, "A", 15),
        ("45 jours fin de mois", 45, "A", 15),
        ("45\u202fjours fin\u00a0de mois", 45, "A", 15),
        ("À 30 JOURS FIN DU MOIS", 30, "A", 15),
        ("fin de mois", 0, "A", 15),
        ("fin de mois + 45", 45, "B", 15),
        ("fin de mois 45 jours", 45, "B", 15),
        ("FDM+45", 45, "B", 15),
        ("15 jours après fin de mois", 15, "B", 15),
        ("30 j FDM le 10", 30, "C", 10),
        ("30 jours fin de mois, le 1er", 30, "C", 1),
        ("45 jours fin de mois + 10", 45, "C", 10),
        ("30 jours le 15", 30, "C", 15),
        ("60 nets", 60, "net", 15),
        ("60 jours date de facture", 60, "net", 15),
        ("30 jours à réception de facture", 30, "net", 15),
        ("comptant", 0, "net", 15),
        ("à réception", 0, "net", 15),
        ("paiement immédiat", 0, "net", 15),
        ("45 days end of month", 45, "A", 15),
        ("30 EOM", 30, "A", 15),
        ("month end + 30", 30, "B", 15),
        ("30 days from the end of the month", 30, "B", 15),
        ("30 days end of month on the 10th", 30, "C", 10),
        ("net 30", 30, "net", 15),
        ("2/10 net 30", 30, "net", 15),
        ("cash on delivery", 0, "net", 15),
        ("due on receipt", 0, "net", 15),
    ],
)
def test_labels_of_both_languages(label: str, days: int, method: TermsMethod, month_day: int) -> None:
    assert parse_terms(label) == Terms(days=days, method=method, month_day=month_day)


@pytest.mark.parametrize("label", ["", "bientôt", "2 mois", "-30 jours", "1000 jours nets", "30 j FDM le 45", "le 0"])
def test_labels_that_say_no_terms(label: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_terms(label)


def test_what_the_label_says_wins_over_the_method_asked_for() -> None:
    assert parse_terms("30 j FDM le 10", "B").method == "C"
    assert parse_terms("fin de mois + 30", "C").method == "B"
    assert parse_terms("60 nets", "B").method == "net"
    assert parse_terms("45 FDM", "C") == Terms(days=45, method="C", month_day=15)


@pytest.mark.parametrize(
    ("issue", "label", "method", "legal", "limit"),
    [
        ("2026-08-31", "60 jours fin de mois", "A", True, "2026-10-31"),  # 61 days, and the 45-EOM date itself
        ("2026-08-15", "60 jours fin de mois", "A", False, "2026-10-14"),
        ("2026-08-15", "45 jours fin de mois", "A", True, "2026-10-14"),
        ("2026-08-15", "60 nets", "A", True, "2026-10-14"),
        ("2026-08-15", "61 nets", "A", False, "2026-10-14"),
        ("2025-03-01", "45 jours fin de mois", "B", True, "2025-05-15"),
        ("2025-03-10", "30 j FDM le 10", "A", False, "2025-05-09"),
    ],
)
def test_legal_check_is_on_the_date(issue: str, label: str, method: TermsMethod, legal: bool, limit: str) -> None:
    """Code de commerce L441-10 I: 60 days, or 45 days end of month by the same method."""
    found = due_date(date.fromisoformat(issue), label, method)
    assert (found.legal, found.legal_limit.isoformat()) == (legal, limit)


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2019, "2019-04-21"), (2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")],
)
def test_easter(year: int, easter: str) -> None:
    assert easter_sunday(year).isoformat() == easter


@pytest.mark.parametrize(
    "closed", ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2025-12-26", "2026-03-07"]
)
def test_days_on_which_t2_is_closed(closed: str) -> None:
    assert not is_business_day(to_day(date.fromisoformat(closed)))


@pytest.mark.parametrize("is_open", ["2026-05-08", "2026-07-14", "2026-11-11", "2026-08-15", "2026-12-24"])
def test_french_holidays_are_t2_business_days(is_open: str) -> None:
    day = to_day(date.fromisoformat(is_open))
    assert is_business_day(day) == (date.fromisoformat(is_open).weekday() < 5)


def test_business_days_count_from_the_next_one() -> None:
    saturday = to_day(date(2026, 3, 7))
    assert to_date(add_business_days(saturday, 1)) == date(2026, 3, 9)
    assert to_date(add_business_days(saturday, 0)) == date(2026, 3, 9)
    assert to_date(add_business_days(to_day(date(2026, 4, 2)), 1)) == date(2026, 4, 7)  # over Easter
    assert business_day_from(saturday + 2) == saturday + 2


def test_business_table_says_the_same_day_by_day() -> None:
    first = to_day(date(2025, 12, 20))
    table = business_table(first, 40)
    assert table.tolist() == [is_business_day(first + k) for k in range(40)]


def test_months_are_clamped_to_their_end() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert month_end(date(2026, 12, 1)) == date(2026, 12, 31)


def test_days_and_dates_are_each_other() -> None:
    assert [to_date(to_day(when)) for when in EVERY_DAY] == EVERY_DAY
    assert to_day(date(1970, 1, 1)) == 0
