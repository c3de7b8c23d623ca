"""How a table is to be read, as a TOML file: `import --mapping FILE.toml`.

side = "customer"            # or supplier
date_order = "dmy"           # or ymd, mdy
decimal = ","                # or "."
header_row = 1               # 0: no header, columns are named "1", "2"…
sheet = ""                   # of a workbook
delimiter = ";"              # found in the file where absent
encoding = "cp1252"          # likewise
[columns]                    # column of the file = field
"N° facture" = "number"
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from data.importers.phrases import FIELDS
from data.importers.protocol import ColumnGuess, TableMapping
from data.scenario_files import within
from data.toml_values import read_toml
from data.values import BadValue
from forecasting.ledger import Side

_SIDES: Final = ("customer", "supplier")
_DATE_ORDERS: Final = ("ymd", "dmy", "mdy")
_DECIMALS: Final = (",", ".")
_ROWS_ABOVE_MAX: Final = 1_000


def read_mapping_file(path: Path, side: Side | None = None) -> TableMapping:
    """The mapping of a file; raises InputRejected with everything that is wrong. `side` is what the call itself says."""
    file = read_toml(path)
    top = file.top
    told = top.choice("side", _SIDES, None)
    columns = top.table("columns")
    found: list[ColumnGuess] = []
    if columns is None:
        if not top.has("columns"):
            top.wrong("columns", "toml.key_missing", name="columns")
    else:
        for name in columns.everything():
            becomes = columns.read(name, _field, "")
            found.append(ColumnGuess(name=name, becomes=becomes))
    mapping = TableMapping(
        signature="",
        side=side or told or "customer",
        columns=tuple(found),
        date_order=top.choice("date_order", _DATE_ORDERS, "dmy"),
        decimal=top.choice("decimal", _DECIMALS, ","),
        header_row=top.read("header_row", within(0, _ROWS_ABOVE_MAX), 1),
        sheet=top.text("sheet"),
        delimiter=top.read("delimiter", _mark, ""),
        encoding=top.text("encoding"),
    )
    file.finish()
    return mapping


def _field(value: Any) -> str:
    if value not in FIELDS:
        raise BadValue("value.bad_choice", str(value), known=", ".join(FIELDS))
    return str(value)


def _mark(value: Any) -> str:
    """A delimiter keeps its blanks: a tab is one."""
    if not isinstance(value, str) or len(value) != 1:
        raise BadValue("value.bad_choice", str(value), known='"," ";" "|" "\\t"')
    return value
