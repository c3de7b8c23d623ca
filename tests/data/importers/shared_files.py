"""Third-party files beside the repository, used where they are present and never committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.recognise import read_files

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skips a test, saying so, where the third-party files are not there."""
    return pytest.mark.skipif(
        not (SHARED / folder).exists(), reason=f"third-party files {folder} are not beside the repository"
    )


def source(path: Path) -> SourceFile:
    return SourceFile(name=path.name, content=path.read_bytes())


def read(path: Path, options: ReadOptions | None = None) -> Reading:
    (reading,) = read_files((source(path),), options or ReadOptions())
    return reading


def text_file(text: str, name: str = "file.csv", encoding: str = "utf-8") -> SourceFile:
    return SourceFile(name=name, content=text.encode(encoding))


def read_text(text: str, options: ReadOptions | None = None, name: str = "file.csv", encoding: str = "utf-8") -> Reading:
    (reading,) = read_files((text_file(text, name, encoding),), options or ReadOptions())
    return reading


def codes(reading: Reading) -> list[str]:
    return [p.code for p in reading.problems]
