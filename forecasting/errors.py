"""What can go wrong, as a small tree of exceptions and as a list of problems in the user's data.

EncaisseError
├── InputRejected     the user's files or forms hold problems (all of them, not only the first)
├── StoreBusy         another process holds the store
├── StoreUnreadable   the store's file is damaged, is no store, or was made by a newer program
└── AccessDenied      the principal may not read or change this
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]
Unreadable = Literal["truncated", "damaged", "not_a_store", "newer", "missing", "unreachable", "no_driver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in what the user gave, where it stands, as a code to be worded by a screen.

    `code` is a key of the catalogues (`problem.<code>`), `values` fill its sentence, `row` counts from 1 with the
    header as row 1, `column` is the name in the user's own file. An `error` keeps the row out; a `warning` does not.
    """

    code: str
    values: tuple[tuple[str, str], ...] = field(default=())
    file: str = ""
    row: int | None = None
    column: str = ""
    severity: Severity = "error"


def problem(
    code: str, *, file: str = "", row: int | None = None, column: str = "", severity: Severity = "error", **values: object
) -> Problem:
    """A problem whose sentence takes the given values."""
    return Problem(
        code=code,
        values=tuple((k, str(v)) for k, v in values.items()),
        file=file,
        row=row,
        column=column,
        severity=severity,
    )


class EncaisseError(Exception):
    """Everything that this product raises on purpose."""


class InputRejected(EncaisseError):
    """The user's input holds problems; `problems` lists every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        assert problems, "a rejection without a problem explains nothing"
        super().__init__("; ".join(f"{p.file}:{p.row or ''}:{p.column} {p.code}" for p in problems[:5]))
        self.problems = problems

    def __reduce__(self) -> tuple[type[InputRejected], tuple[tuple[Problem, ...]]]:
        """What it is made of again in another process: its problems, not its message."""
        return type(self), (self.problems,)


class StoreBusy(EncaisseError):
    """Another process holds the store; `pid` names it where it is known."""

    def __init__(self, path: str, pid: int | None = None) -> None:
        super().__init__(f"{path} is held by process {pid}")
        self.path, self.pid = path, pid


class StoreUnreadable(EncaisseError):
    """The store's file cannot be trusted, so nothing of it is opened; `reason` is a code to be worded by a screen.

    truncated: shorter than it says of itself; damaged: a checksum does not match; not_a_store: another kind of file;
    newer: made by a newer or another version of the program; missing: there is none. Where it is on a server:
    unreachable: the server does not answer or does not let us in; no_driver: the packages that speak to it are missing.
    """

    def __init__(self, path: str, reason: Unreadable) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class AccessDenied(EncaisseError):
    """The principal may not read or change this; `is_change` says which of the two."""

    def __init__(self, reason: str, *, is_change: bool = False) -> None:
        super().__init__(reason)
        self.is_change = is_change
