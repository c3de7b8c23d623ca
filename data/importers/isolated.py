"""Reading in a process of its own, with limits of time and memory: a hostile file ends that process and not the server.

The files go in and the readings come out as one message each over pipes. What comes back is opened with a list of the few
types that a reading is made of, so that a process that was taken over can say nothing else.
"""

from __future__ import annotations

import atexit
import io
import pickle
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data.importers.limits import FILE_SIZE_LIMIT, READ_MEMORY_LIMIT, READ_SECONDS_LIMIT
from data.importers.preview import TablePreview, preview
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files
from data.importers.refusals import refused
from data.importers.rows import InvoiceRows

_ROOT: Final = Path(__file__).resolve().parents[2]
_MODULE: Final = "data.importers.isolated"
_PROCESS: Final = "data.importers.isolated_process"

#: Everything that a message may be made of.
_TYPES: Final = frozenset(
    {
        *((("data.importers.protocol"), name) for name in (
            "SourceFile", "InvoiceRow", "PaymentRow", "BankRow", "BalanceRow", "PartnerRow", "PlannedRow", "Question", "ColumnGuess",
            "TableMapping", "Reading", "ReadOptions",
        )),
        ("data.importers.preview", "TablePreview"),
        ("forecasting.errors", "Problem"),
        ("datetime", "date"),
        ("decimal", "Decimal"),
        (_MODULE, "rows_of"),
        ("copyreg", "_reconstructor"),
        ("builtins", "object"),
    }
)  # fmt: skip


class _Plain(pickle.Unpickler):
    """Opens messages made of the types of a reading and of nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The type, if it is on the list."""
        if (module, name) in _TYPES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


class _Pickler(pickle.Pickler):
    """Writes columns of invoices as the bytes of an Arrow stream."""

    def reducer_override(self, obj: Any) -> Any:
        """How columns are written; everything else as usual."""
        if not isinstance(obj, InvoiceRows):
            return NotImplemented
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, obj.table.schema) as writer:
            writer.write_table(obj.table)
        return rows_of, (sink.getvalue().to_pybytes(),)


def rows_of(stream: bytes) -> InvoiceRows:
    """Columns of invoices from the bytes of an Arrow stream."""
    return InvoiceRows(pa.ipc.open_stream(stream).read_all())


def to_message(value: object) -> bytes:
    """A value as the bytes of a message."""
    sink = io.BytesIO()
    _Pickler(sink, protocol=5).dump(value)
    return sink.getvalue()


def from_message(message: bytes) -> Any:
    """The value of a message; pickle.UnpicklingError where it holds anything but readings."""
    return _Plain(io.BytesIO(message)).load()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a read may take: seconds of time, bytes of memory."""

    seconds: float = READ_SECONDS_LIMIT
    memory: int = READ_MEMORY_LIMIT


def _reserved() -> int:
    """Bytes of address space that this process holds already: libraries reserve far more than they use."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 2 << 30
    return pages * resource.getpagesize()


def restrain(limits: Limits) -> None:
    """Sets the limits of this process: memory beyond what it holds, processor time, no core dump, no large file written."""
    memory = _reserved() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    seconds = 2 * (int(limits.seconds) + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a file was read as, with its tables as the screen shows them: several readings where it is an archive."""

    readings: tuple[Reading, ...]
    tables: tuple[TablePreview, ...] = ()


def answer(files: Sequence[SourceFile], options: ReadOptions, *, tables: bool) -> tuple[tuple[object, object], ...]:
    """What the other process does: (readings, tables) of each file; no tables where they are not wanted."""
    return tuple((read_files((file,), options), preview(file, options) if tables else ()) for file in files)


# ── processes ────────────────────────────────────────────────────────────────────────────────────────────────────────

_GUARD: Final = threading.Lock()
#: At most one process that has started and waits for its message.
_SPARE: Final[list[subprocess.Popen[bytes]]] = []


def prepare() -> None:
    """Starts the process of the next read, so that it stands ready when a file comes: starting takes a second."""
    with _GUARD:
        if _SPARE and _SPARE[0].poll() is not None:
            _SPARE.clear()
        if not _SPARE:
            _SPARE.append(_start())


def _take() -> subprocess.Popen[bytes]:
    """The spare process, or a new one. Each reads one message only, so that no file meets what another one left."""
    with _GUARD:
        spare = _SPARE.pop() if _SPARE else None
    return spare if spare is not None and spare.poll() is None else _start()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", _PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    )


@atexit.register
def _dismiss() -> None:
    """Nothing waits on after this process."""
    with _GUARD:
        for spare in _SPARE:
            spare.kill()
            spare.communicate()
        _SPARE.clear()


def _ask(files: Sequence[SourceFile], options: ReadOptions, limits: Limits, *, tables: bool) -> tuple[Look, ...] | str:
    """What one process answers, or the code of the problem that ended it."""
    message = to_message((limits.seconds, limits.memory, tables, tuple(files), options))
    process = _take()
    try:
        answered, _ = process.communicate(message, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return "import.too_slow"
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        return "import.crashed"
    try:
        return _looks(from_message(answered), len(files)) or "import.crashed"
    except (pickle.UnpicklingError, EOFError, AttributeError, pa.ArrowInvalid):
        return "import.crashed"


def _looks(answered: Any, count: int) -> tuple[Look, ...]:
    """An answer of the shape that was asked for; empty where it is anything else."""
    if not isinstance(answered, tuple) or len(answered) != count:
        return ()
    for one in answered:
        if not (isinstance(one, tuple) and len(one) == 2 and all(isinstance(part, tuple) for part in one)):
            return ()
        if not all(isinstance(r, Reading) for r in one[0]) or not all(isinstance(t, TablePreview) for t in one[1]):
            return ()
    return tuple(Look(readings=readings, tables=tables) for readings, tables in answered)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def look_isolated(
    files: Sequence[SourceFile], options: ReadOptions, limits: Limits | None = None, *, tables: bool = True
) -> tuple[Look, ...]:
    """The readings of each file and its tables, in a process of its own; one look per file, in their order.

    Where that process is ended by a limit or a crash, each file is read in a process of its own, so that only the one
    that did it is refused. A file beyond the limit of size is refused without any process.
    """
    limits = limits or Limits()
    if not files:
        return ()
    if any(len(f.content) > FILE_SIZE_LIMIT for f in files):
        return tuple(look for f in files for look in _alone(f, options, limits, tables=tables))
    answered = _ask(files, options, limits, tables=tables)
    if not isinstance(answered, str):
        return answered
    if len(files) == 1:
        return (Look(readings=(refused(files[0].name, "unknown", answered, seconds=int(limits.seconds)),)),)
    return tuple(look for f in files for look in _alone(f, options, limits, tables=tables))


def _alone(file: SourceFile, options: ReadOptions, limits: Limits, *, tables: bool) -> tuple[Look, ...]:
    if len(file.content) > FILE_SIZE_LIMIT:
        return (Look(readings=read_files((file,), options)),)
    return look_isolated((file,), options, limits, tables=tables)


def read_files_isolated(
    files: Sequence[SourceFile], options: ReadOptions, limits: Limits | None = None
) -> tuple[Reading, ...]:
    """The same as `read_files`, in a process of its own."""
    return tuple(r for look in look_isolated(files, options, limits, tables=False) for r in look.readings)


def preview_isolated(file: SourceFile, options: ReadOptions, limits: Limits | None = None) -> tuple[TablePreview, ...]:
    """The same as `preview`, in a process of its own; no table where that process was ended."""
    return look_isolated((file,), options, limits)[0].tables
