"""Reading in a process of its own, with limits of time and memory: a hostile file ends that process and not the server.

The files go in and the readings come out as one message each over pipes. What comes back is opened with a list of the few
types that a reading is made of, so that a process that was taken over can say nothing else.
"""

from __future__ import annotations

import io
import pickle
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

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


T = TypeVar("T")


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


def answer(task: str, files: Sequence[SourceFile], options: ReadOptions) -> tuple[object, ...]:
    """What the other process does: reads files, or shows the tables of the first."""
    return read_files(files, options) if task == "read" else preview(files[0], options)


def _ask(
    task: str, kind: type[T], files: Sequence[SourceFile], options: ReadOptions, limits: Limits
) -> tuple[T, ...] | str:
    """What one process answers, or the code of the problem that ended it."""
    environment = {"PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", _PROCESS, str(limits.seconds), str(limits.memory)]
    message = to_message((task, tuple(files), options))
    try:
        done = subprocess.run(
            command,
            input=message,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "import.too_slow"
    if done.returncode != 0:
        return "import.crashed"
    try:
        answered = from_message(done.stdout)
    except (pickle.UnpicklingError, EOFError, AttributeError, pa.ArrowInvalid):
        return "import.crashed"
    valid = isinstance(answered, tuple) and all(isinstance(one, kind) for one in answered)
    return answered if valid else "import.crashed"


def read_files_isolated(
    files: Sequence[SourceFile], options: ReadOptions, limits: Limits | None = None
) -> tuple[Reading, ...]:
    """The same as `read_files`, in a process of its own.

    Where that process is ended by a limit or a crash, each file is read in a process of its own, so that only the one
    that did it is refused.
    """
    limits = limits or Limits()
    large = [f for f in files if len(f.content) > FILE_SIZE_LIMIT]
    if large:
        return tuple(
            reading
            for f in files
            for reading in (read_files((f,), options) if f in large else read_files_isolated((f,), options, limits))
        )
    answered = _ask("read", Reading, files, options, limits)
    if not isinstance(answered, str):
        return answered
    if len(files) == 1:
        return (refused(files[0].name, "unknown", answered, seconds=int(limits.seconds)),)
    return tuple(reading for file in files for reading in read_files_isolated((file,), options, limits))


def preview_isolated(file: SourceFile, options: ReadOptions, limits: Limits | None = None) -> tuple[TablePreview, ...]:
    """The same as `preview`, in a process of its own; no table where that process was ended."""
    if len(file.content) > FILE_SIZE_LIMIT:
        return ()
    answered = _ask("preview", TablePreview, (file,), options, limits or Limits())
    return () if isinstance(answered, str) else answered
