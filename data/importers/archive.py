"""Zip archives opened with suspicion: how much they unpack to, how often they nest, what they call their files."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from data.importers.limits import (
    ARCHIVE_DEPTH_LIMIT,
    ARCHIVE_ENTRY_LIMIT,
    ARCHIVE_RATIO_FLOOR,
    ARCHIVE_RATIO_LIMIT,
    ARCHIVE_TOTAL_LIMIT,
)
from data.importers.protocol import SourceFile
from forecasting.errors import Problem, problem

_CHUNK: Final = 1 << 20
#: Files that systems add to archives on their own.
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class ArchiveRefused(ValueError):
    """An archive that is not opened; `code` is the problem's."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self._values = tuple((name, str(value)) for name, value in values.items())

    def problem_in(self, file: str) -> Problem:
        """The refusal as the problem of a file."""
        return Problem(code=self.code, values=self._values, file=file)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The archive, after its directory was weighed; ArchiveRefused where it is broken, locked or a bomb."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ArchiveRefused("import.archive_broken") from error
    if len(entries) > ARCHIVE_ENTRY_LIMIT:
        raise ArchiveRefused("import.archive_too_many", limit=ARCHIVE_ENTRY_LIMIT)
    if sum(e.file_size for e in entries) > ARCHIVE_TOTAL_LIMIT:
        raise ArchiveRefused("import.archive_bomb", limit=ARCHIVE_TOTAL_LIMIT >> 20)
    for entry in entries:
        if entry.file_size > ARCHIVE_RATIO_FLOOR and entry.file_size > ARCHIVE_RATIO_LIMIT * max(entry.compress_size, 1):
            raise ArchiveRefused("import.archive_bomb", limit=ARCHIVE_TOTAL_LIMIT >> 20)
        if entry.flag_bits & 0x1:
            raise ArchiveRefused("import.archive_locked")
    return archive


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int = ARCHIVE_TOTAL_LIMIT) -> bytes:
    """An entry's bytes, never more than it declared or than there is room for: a directory may lie."""
    limit = min(entry.file_size, room)
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise ArchiveRefused("import.archive_bomb", limit=ARCHIVE_TOTAL_LIMIT >> 20)
                parts.append(chunk)
    except ArchiveRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveRefused("import.archive_broken") from error
    return b"".join(parts)


def archive_kind(content: bytes) -> str:
    """What a zip is by its entries: "xlsx", "ods", "docx", "pptx", else "zip"; "" where it cannot be opened."""
    try:
        names = set(open_archive(content).namelist())
    except ArchiveRefused:
        return ""
    if any(n.startswith("xl/workbook.") for n in names):
        return "xlsx"
    if any(n.startswith("word/") for n in names):
        return "docx"
    if any(n.startswith("ppt/") for n in names):
        return "pptx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    return "zip"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file of an archive, or why it was left in it."""

    file: SourceFile | None
    problem: Problem | None = None


def _safe(name: str) -> bool:
    """Whether a name stays inside its archive; we write nothing to disk, but such a name is an attack."""
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name and "\0" not in name


def unpack(file: SourceFile, depth: int = 1, room: int = ARCHIVE_TOTAL_LIMIT) -> Iterator[Unpacked]:
    """The files of an archive, those of archives inside it too, each called by its way through them."""
    try:
        archive = open_archive(file.content)
    except ArchiveRefused as error:
        yield Unpacked(None, error.problem_in(file.name))
        return
    for entry in archive.infolist():
        if entry.is_dir() or any(litter in entry.filename for litter in _LITTER):
            continue
        name = f"{file.name}/{entry.filename}"
        if not _safe(entry.filename):
            yield Unpacked(None, problem("import.archive_bad_name", file=file.name, text=entry.filename[:60]))
            continue
        try:
            content = read_entry(archive, entry, room)
        except ArchiveRefused as error:
            yield Unpacked(None, error.problem_in(name))
            continue
        room -= len(content)
        inner = SourceFile(name=name, content=content)
        if content.startswith(b"PK") and archive_kind(content) in {"zip", ""}:
            if depth >= ARCHIVE_DEPTH_LIMIT:
                yield Unpacked(None, problem("import.archive_nested", file=name, limit=ARCHIVE_DEPTH_LIMIT))
            else:
                yield from unpack(inner, depth + 1, room)
        else:
            yield Unpacked(inner)
