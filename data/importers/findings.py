"""What is wrong in a table, line by line, gathered while it is read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.limits import PROBLEM_LIMIT
from data.importers.table import Mask, Table
from forecasting.errors import Problem, Severity, problem

#: A cell is quoted in a sentence up to this length.
_QUOTED = 60


def quoted(text: str) -> str:
    """A cell as a sentence may show it: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


class Findings:
    """Problems of the lines of one table, and which lines they keep out (`bad`, bool (n,))."""

    def __init__(self, file: str, table: Table) -> None:
        self._file = file
        self._table = table
        self._found: list[Problem] = []
        self._unlisted = 0
        self.bad: Mask = np.zeros(len(table), np.bool_)

    def at(
        self,
        places: npt.NDArray[np.int64] | Iterable[int],
        code: str,
        *,
        column: str = "",
        severity: Severity = "error",
        texts: pa.Array | None = None,
        **values: object,
    ) -> None:
        """The same problem on several lines; `texts` is the column whose cell the sentence quotes as `text`."""
        for place in places:
            line = int(place)
            if severity == "error":
                self.bad[line] = True
            if len(self._found) >= PROBLEM_LIMIT:
                self._unlisted += 1
                continue
            said = {"text": quoted(texts[line].as_py()), **values} if texts is not None else values
            row = int(self._table.rows[line])
            self._found.append(problem(code, file=self._file, row=row, column=column, severity=severity, **said))

    def of_table(
        self, code: str, *, column: str = "", row: int | None = None, severity: Severity = "error", **values: object
    ) -> None:
        """A problem of the table as a whole."""
        self._found.append(problem(code, file=self._file, row=row, column=column, severity=severity, **values))

    def problems(self) -> tuple[Problem, ...]:
        """All of them in the order of the rows; beyond a limit they are counted and not listed."""
        ordered = sorted(self._found, key=lambda p: p.row or 0)
        if self._unlisted:
            ordered.append(problem("import.more_problems", file=self._file, severity="warning", count=self._unlisted))
        return tuple(ordered)
