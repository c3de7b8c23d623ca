"""The balances before today: exact, back for as long as every line is known and no further."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.actual import AccountPast, actual_balances

#: A Monday.
AS_OF = 20_605 - 20_605 % 7 + 4
FIRST = AS_OF - 42


def account(**changes: object) -> AccountPast:
    plain = AccountPast(
        account_id="A",
        entity="",
        stated=((AS_OF, 1_000_00),),
        moves=((AS_OF - 10, 250_00), (AS_OF - 3, -40_00), (AS_OF - 3, -10_00)),
        told=((AS_OF - 50, AS_OF),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_balance_is_that_of_the_next_morning_less_what_moved() -> None:
    found = actual_balances([account()], FIRST, AS_OF)
    assert found is not None and found.days == range(FIRST, AS_OF + 1)
    assert (found.on(AS_OF), found.on(AS_OF - 2), found.on(AS_OF - 3)) == (1_000_00, 1_000_00, 1_050_00)
    assert (found.on(AS_OF - 9), found.on(AS_OF - 10), found.on(FIRST)) == (1_050_00, 800_00, 800_00)
    assert found.on(FIRST - 1) is None and found.on(AS_OF + 1) is None


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(-(10**9), 10**9)), max_size=80), st.integers(-(10**9), 10**9))
def test_the_last_balance_less_every_line_is_the_first(moves: list[tuple[int, int]], balance: int) -> None:
    told = account(stated=((AS_OF, balance),), moves=tuple((AS_OF - d, a) for d, a in moves), told=((AS_OF - 60, AS_OF),))
    found = actual_balances([told], AS_OF - 60, AS_OF)
    assert found is not None
    assert found.balances_minor[0] == balance - sum(amount for _, amount in moves)
    for day in found.days[:-1]:
        moved = sum(amount for d, amount in moves if AS_OF - d == day)
        assert found.on(day + 1) == found.on(day) + moved  # type: ignore[operator]


def test_lines_after_the_last_stated_balance_carry_it_on() -> None:
    found = actual_balances([account(stated=((AS_OF - 20, 500_00),))], FIRST, AS_OF)
    assert found is not None and (found.on(AS_OF - 20), found.on(AS_OF)) == (500_00, 700_00)


def test_statements_that_end_before_today_end_the_line() -> None:
    found = actual_balances([account(stated=((AS_OF - 20, 500_00),), told=((AS_OF - 50, AS_OF - 2),))], FIRST, AS_OF)
    assert found is not None and found.days[-1] == AS_OF - 2


def test_a_day_of_which_nobody_tells_begins_the_line() -> None:
    """A business day between two statements; a weekend between two is none."""
    hole = account(told=((AS_OF - 50, AS_OF - 21), (AS_OF - 19, AS_OF)), moves=())
    found = actual_balances([hole], FIRST, AS_OF)
    assert found is not None and found.first_day == AS_OF - 19
    # Saturday and Sunday.
    weekend = account(told=((AS_OF - 50, AS_OF - 16), (AS_OF - 14, AS_OF)), moves=())
    closed = actual_balances([weekend], FIRST, AS_OF)
    assert closed is not None and closed.first_day == FIRST


def test_two_stated_balances_that_agree_prove_the_days_between() -> None:
    quiet = account(told=(), moves=(), stated=((FIRST, 1_000_00), (AS_OF, 1_000_00)))
    found = actual_balances([quiet], FIRST, AS_OF)
    assert found is not None and set(found.balances_minor) == {1_000_00} and found.first_day == FIRST


def test_a_missing_line_takes_all_days_down_to_the_stated_balance_that_shows_it() -> None:
    stated = ((FIRST, 799_99), (AS_OF - 5, 1_050_00), (AS_OF, 1_000_00))
    found = actual_balances([account(stated=stated)], FIRST, AS_OF)
    assert found is not None and found.first_day == AS_OF - 5


@pytest.mark.parametrize("other", [account(stated=()), account(told=(), moves=())])
def test_an_account_that_tells_nothing_leaves_nothing_to_draw(other: AccountPast) -> None:
    assert actual_balances([account(), replace(other, account_id="B")], FIRST, AS_OF) is None
    assert actual_balances([], FIRST, AS_OF) is None


def test_each_account_is_converted_by_itself_and_rounded_once() -> None:
    dollars = account(account_id="B", rate=Decimal("0.925"), stated=((AS_OF, 1),), moves=((AS_OF - 1, -2),))
    found = actual_balances([account(), dollars], FIRST, AS_OF)
    assert found is not None
    assert (found.on(AS_OF), found.on(AS_OF - 1)) == (1_000_00 + 1, 1_000_00 + 3)
