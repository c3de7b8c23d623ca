"""A TOML file of the file interface, value by value; every fault with its line, key and remedy.

Amounts and rates are text, so that no digit is lost (a whole number is accepted, a float is not). A key that nobody
asks for is unknown and a problem.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from data.values import BadValue, checked_date, checked_share, parse_amount, parse_date, parse_rate, parse_whole, shown
from forecasting.dates import to_day
from forecasting.errors import InputRejected, Problem, Severity

_FILE_BYTES_MAX: Final = 16 * 2**20
_Value = TypeVar("_Value")
_Absent = TypeVar("_Absent")

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")
_BARE_DATE = re.compile(r"=\s*\d+[-/]\d+[-/]\d+")
_AT_LINE = re.compile(r"at line (\d+)")


class TomlTable:
    """One table of a TOML file; reading its values collects problems of the whole file."""

    def __init__(self, file: TomlFile, values: dict[str, Any], path: str = "") -> None:
        self.file, self.values, self.path = file, values, path
        self.asked: set[str] = set()
        file.tables.append(self)

    def wrong(self, key: str, code: str, /, **values: object) -> None:
        """Notes what is wrong with a key."""
        self._note(key, code, tuple((name, str(value)) for name, value in values.items()), "error")

    def warn(self, key: str, code: str, /, **values: object) -> None:
        """Notes what is allowed and probably not meant."""
        self._note(key, code, tuple((name, str(value)) for name, value in values.items()), "warning")

    def _note(self, key: str, code: str, values: tuple[tuple[str, str], ...], severity: Severity) -> None:
        column = f"{self.path}.{key}" if self.path and key else self.path or key
        row = self.file.row(self.path, key)
        self.file.problems.append(
            Problem(code=code, values=values, file=self.file.name, row=row, column=column, severity=severity)
        )

    def has(self, key: str) -> bool:
        """Whether the key stands in the table."""
        return key in self.values

    def read(
        self, key: str, parse: Callable[[Any], _Value], absent: _Absent, *, required: bool = False
    ) -> _Value | _Absent:
        """The value of a key read by `parse`, or `absent` where it is missing or wrong."""
        self.asked.add(key)
        if key not in self.values:
            if required:
                self.wrong(key, "toml.key_missing", name=key)
            return absent
        try:
            return parse(self.values[key])
        except BadValue as bad:
            self._note(key, bad.code, bad.values, "error")
            return absent

    def text(self, key: str, absent: str = "", *, required: bool = False) -> str:
        """A text."""
        return self.read(key, _text, absent, required=required)

    def choice(self, key: str, known: Sequence[str], absent: Any, *, required: bool = False) -> Any:
        """One of the known texts; `absent` where the key is missing."""

        def parse(value: Any) -> str:
            if value not in known:
                raise BadValue("value.bad_choice", str(value), known=", ".join(known))
            return str(value)

        return self.read(key, parse, absent, required=required)

    def flag(self, key: str, absent: _Absent, *, required: bool = False) -> bool | _Absent:
        """true or false."""
        return self.read(key, _flag, absent, required=required)

    def day(self, key: str, absent: _Absent, *, required: bool = False) -> int | _Absent:
        """The day number of a date."""
        return self.read(key, day_of, absent, required=required)

    def whole(self, key: str, absent: _Absent, *, required: bool = False) -> int | _Absent:
        """A whole number of 0 or more."""
        return self.read(key, _whole, absent, required=required)

    def amount(self, key: str, absent: _Absent, exponent: int, *, signed: bool = False) -> int | _Absent:
        """Minor units of an amount, 0 or more unless `signed`."""
        return self.read(key, amount_reader(exponent, signed=signed), absent)

    def rate(self, key: str, absent: _Absent, *, required: bool = False) -> Decimal | _Absent:
        """A rate of any sign."""
        return self.read(key, _rate, absent, required=required)

    def positive_rate(self, key: str, absent: _Absent) -> Decimal | _Absent:
        """A rate of 0 or more."""
        return self.read(key, _positive_rate, absent)

    def share(self, key: str, absent: _Absent, *, required: bool = False) -> Decimal | _Absent:
        """A rate between 0 and 1."""
        return self.read(key, _share, absent, required=required)

    def table(self, key: str) -> TomlTable | None:
        """The table under a key; None where it is absent or no table."""
        found = self.read(key, _table, None)
        return None if found is None else TomlTable(self.file, found, f"{self.path}.{key}" if self.path else key)

    def tables(self, key: str) -> list[TomlTable]:
        """The rows of an array of tables, [[key]]; none where it is absent."""
        rows: list[dict[str, Any]] = self.read(key, _tables, [])
        return [TomlTable(self.file, row, f"{key}[{n}]") for n, row in enumerate(rows, start=1)]

    def names(self, key: str) -> tuple[str, ...] | None:
        """A list of texts; None where it is absent."""
        return self.read(key, _names, None)

    def everything(self) -> dict[str, Any]:
        """All values of a table whose keys are free, such as partner ids."""
        self.asked |= self.values.keys()
        return self.values


class TomlFile:
    """A TOML file read once: its top table, the line of each key, and the problems found so far."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.tables: list[TomlTable] = []
        self._rows = _lines(text)
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputRejected((_syntax_problem(name, text, str(error)),)) from error
        self.top = TomlTable(self, values)

    def row(self, place: str, key: str) -> int | None:
        """The line of a key of a table, of the table of that name, of the table that should hold it, or None."""
        outer = place.split("[")[0]
        places = ((place, key), (key, ""), (f"{key}[1]", ""), (place, ""), ("", outer))
        return next((self._rows[known] for known in places if known in self._rows), None)

    def told(self, column: str) -> bool:
        """Whether something is wrong already with a key, or with a row or key of the table of that name."""
        return any(re.split(r"[.\[]", found.column)[0] == column for found in self.problems)

    def finish(self, *, unknown_keys: Severity = "error") -> tuple[Problem, ...]:
        """The warnings; raises InputRejected where anything is an error.

        Beside errors only unknown keys are told as warnings: another warning may follow from a value that is wrong.
        """
        for table in self.tables:
            for key in table.values.keys() - table.asked:
                note = table.wrong if unknown_keys == "error" else table.warn
                note(key, "toml.unknown_key", name=key)
        found = sorted(self.problems, key=lambda wrong: (wrong.row or 0, wrong.column, wrong.code))
        if any(wrong.severity == "error" for wrong in found):
            raise InputRejected(tuple(w for w in found if w.severity == "error" or w.code == "toml.unknown_key"))
        return tuple(found)


def _syntax_problem(name: str, text: str, message: str) -> Problem:
    """What the parser's message means, with its line."""
    found = _AT_LINE.search(message)
    row = int(found.group(1)) if found else None
    code = "toml.syntax"
    if "overwrite" in message or "twice" in message:
        code = "toml.key_twice"
    elif row and _BARE_DATE.search(text.split("\n")[row - 1]):
        code = "toml.bad_date"
    return Problem(code=code, file=name, row=row)


def read_toml(path: Path, name: str = "") -> TomlFile:
    """A TOML file; raises InputRejected where it is missing, too large, or no TOML."""
    name = name or str(path)
    if not path.is_file():
        raise InputRejected((Problem(code="toml.file_missing", file=name),))
    if path.stat().st_size > _FILE_BYTES_MAX:
        raise InputRejected((Problem(code="file.too_large", file=name, values=(("limit", "16 MB"),)),))
    content = path.read_bytes()
    try:
        return TomlFile(name, content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise InputRejected((Problem(code="toml.not_utf8", file=name, row=row),)) from error


def amount_reader(exponent: int, *, signed: bool = False) -> Callable[[Any], int]:
    """A reader of amounts in a currency with so many decimals."""

    def parse(value: Any) -> int:
        minor = parse_amount(_digits(value), exponent)
        if minor < 0 and not signed:
            raise BadValue("value.negative", str(value))
        return minor

    return parse


def _digits(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadValue("toml.not_text" if isinstance(value, float) else "toml.wrong_type", _as_toml(value))


def _as_toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(str(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue("toml.not_text", _as_toml(value))
    return value.strip()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("value.bad_flag", _as_toml(value))
    return value


def day_of(value: Any) -> int:
    """The day number of a TOML date, or of ISO text."""
    if isinstance(value, str):
        return to_day(parse_date(value.strip()))
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadValue("value.bad_date", _as_toml(value))
    return to_day(checked_date(value))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadValue("value.bad_number", _as_toml(value))
    return parse_whole(str(value).strip())


def _rate(value: Any) -> Decimal:
    return parse_rate(_digits(value))


def _positive_rate(value: Any) -> Decimal:
    rate = _rate(value)
    if rate < 0:
        raise BadValue("value.negative", _as_toml(value))
    return rate


def _share(value: Any) -> Decimal:
    return checked_share(_rate(value), _as_toml(value))


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValue("toml.not_a_table", _as_toml(value))
    return value


def _tables(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise BadValue("toml.not_tables", _as_toml(value))
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadValue("toml.not_a_list", _as_toml(value))
    return tuple(name.strip() for name in value)


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each table and key, as (table, key); the n-th row of [[key]] is the table "key[n]"."""
    rows: dict[tuple[str, str], int] = {}
    table, counts = "", dict[str, int]()
    for number, line in enumerate(text.split("\n"), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = header.group(1).strip("\"' ")
            if line.lstrip().startswith("[["):
                counts[table] = counts.get(table, 0) + 1
                table = f"{table}[{counts[table]}]"
            rows.setdefault((table, ""), number)
        elif key:
            rows.setdefault((table, key.group(1).strip("\"'")), number)
    return rows
