"""Files as columns: row numbers that a spreadsheet shows, and limits that hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import columns, toml_values
from data.columns import Table, read_table
from data.toml_values import read_toml
from data.values import (
    BadValue,
    parse_amount,
    parse_currency,
    parse_date,
    parse_flag,
    parse_positive_rate,
    parse_rate,
    parse_share,
    parse_whole,
    shown,
)
from forecasting.errors import InputRejected


def table(where: Path, text: str | bytes, required: tuple[str, ...] = ("a",), optional: tuple[str, ...] = ()) -> Table:
    path = where / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, required=required, optional=optional, name="t.csv")


def codes(found: Table) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in found.problems]


def test_rows_keep_the_number_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n1,x\n\n"2","two\nlines"\n,\n3,y\n', optional=("b",))
    assert (found.columns["a"], found.columns["b"]) == (["1", "2", "3"], ["x", "two\nlines", "y"])
    assert found.rows == [2, 4, 6]


def test_columns_that_nobody_asks_for_are_ignored(tmp_path: Path) -> None:
    found = table(tmp_path, "z,a,z\n9,1,9\n")
    assert found.columns == {"a": ["1"]} and codes(found) == []


def test_an_optional_column_is_empty_where_it_is_absent(tmp_path: Path) -> None:
    found = table(tmp_path, "a\n1\n2\n", optional=("b",))
    assert found.text("b") == ["", ""]
    assert found.values("b", int, 7) == [7, 7]


def test_many_different_texts_and_few(tmp_path: Path) -> None:
    """Equal texts are kept once only while there are few different ones; the values are the same either way."""
    count = 120_000
    text = "a,b\n" + "".join(f"{k} ,{k % 3}\n" for k in range(count))
    found = table(tmp_path, text, optional=("b",))
    assert found.columns["a"] == [str(k) for k in range(count)]
    assert len({id(cell) for cell in found.columns["b"]}) == 3


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FILE_BYTES_MAX", 10)
    assert codes(table(tmp_path, "a\n" + "1\n" * 10)) == [(None, "file.too_large")]


def test_a_file_with_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "ROWS_MAX", 5)
    assert codes(table(tmp_path, "a\n" + "1\n" * 6)) == [(None, "file.too_many_rows")]
    assert codes(table(tmp_path, "a\n" + "1\n" * 5)) == []


def test_a_toml_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml_values, "_FILE_BYTES_MAX", 10)
    (tmp_path / "x.toml").write_text('name = "long enough"\n')
    with pytest.raises(InputRejected) as rejected:
        read_toml(tmp_path / "x.toml")
    assert rejected.value.problems[0].code == "file.too_large"


def test_problems_come_in_the_order_of_the_rows(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\nx,1\n1,x\n", optional=("b",))
    found.values("b", parse_whole, 0)
    found.values("a", parse_whole, 0)
    with pytest.raises(InputRejected) as rejected:
        found.reject()
    assert [(p.row, p.column) for p in rejected.value.problems] == [(2, "a"), (3, "b")]


@pytest.mark.parametrize(
    ("parse", "right", "wrong"),
    [
        (
            lambda t: parse_amount(t, 2),
            ["0", "-1.5", "+3", "1234.5600"],
            ["", "1,5", "1.234", "1e3", "١٢", "0x10", "9" * 40],
        ),
        (lambda t: parse_amount(t, 0), ["5", "5.00"], ["5.5"]),
        (parse_rate, ["-0.5", "0.123456", "0.1230000000", "1000"], ["0.1234567", "5 %", "1001", "."]),
        (parse_positive_rate, ["0", "3"], ["-0.01"]),
        (parse_share, ["0", "1", "0.9"], ["1.01", "-0.01", "90"]),
        (parse_whole, ["0", "42"], ["-1", "1.0", "9999999999", "ten"]),
        (parse_flag, ["true", "False", "1", "0"], ["yes", "vrai", "2", ""]),
        (parse_currency, ["EUR", "XOF"], ["eur", "EURO", "€"]),
        (parse_date, ["1950-01-01", "2150-12-31"], ["1949-12-31", "2151-01-01", "2026-1-1", "20260101", "2026-13-01"]),
    ],
)
def test_doors(parse: object, right: list[str], wrong: list[str]) -> None:
    assert callable(parse)
    for text in right:
        parse(text)
    for text in wrong:
        with pytest.raises(BadValue):
            parse(text)


def test_a_quoted_text_is_one_short_line() -> None:
    assert shown("a\n  b") == "a b"
    assert len(shown("x" * 100)) == 40 and shown("x" * 100).endswith("…")
