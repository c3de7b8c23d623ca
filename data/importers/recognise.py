"""Any dropped files as readings: each recognised by its content, archives opened, nothing escapes as an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from data.importers.archive import archive_kind, unpack
from data.importers.camt import Camt
from data.importers.cfonb120 import Cfonb120
from data.importers.cii import Cii
from data.importers.csv_file import CsvFile
from data.importers.ebp_edi import EbpEdi
from data.importers.excel_file import ExcelFile
from data.importers.facturx import FacturX
from data.importers.fec import Fec
from data.importers.isacompta import Isacompta
from data.importers.limits import FILE_SIZE_LIMIT
from data.importers.magic import kind_of_bytes, looks_binary
from data.importers.mt940 import Mt940
from data.importers.ofx import Ofx
from data.importers.other_text import OtherText
from data.importers.protocol import Importer, Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.sage_ecx import SageEcx
from data.importers.ubl import Ubl
from data.importers.ximport import Ximport
from data.importers.xml_documents import OtherXml

#: Every format, the surest first where two are equally sure.
IMPORTERS: Final[tuple[Importer, ...]] = (
    Fec(),
    Camt(),
    FacturX(),
    Cii(),
    Ubl(),
    Mt940(),
    Ofx(),
    Cfonb120(),
    Isacompta(),
    EbpEdi(),
    SageEcx(),
    Ximport(),
    ExcelFile(),
    OtherXml(),
    OtherText(),
    CsvFile(),
)

#: Kinds of files that we name when we refuse them.
_NAMED_KINDS: Final = {
    "png": "picture",
    "jpeg": "picture",
    "gif": "picture",
    "bmp": "picture",
    "tiff": "picture",
    "riff": "picture",
    "video": "video",
    "audio": "sound",
    "gzip": "packed",
    "7z": "packed",
    "rar": "packed",
    "bzip2": "packed",
    "xz": "packed",
    "exe": "program",
    "sqlite": "database",
    "parquet": "database",
    "docx": "document",
    "pptx": "document",
}


def recognise(file: SourceFile) -> Importer | None:
    """The importer that is surest of a file by its content, None where none knows it."""
    scored = [(importer.recognise(file), -place, importer) for place, importer in enumerate(IMPORTERS)]
    score, _, best = max(scored, key=lambda s: s[:2])
    return best if score > 0 else None


def _refusal(file: SourceFile) -> Reading | None:
    """Why a file is not even looked at: empty, too large, a picture under another name."""
    if len(file.content) > FILE_SIZE_LIMIT:
        return refused(file.name, "unknown", "import.too_large", limit=FILE_SIZE_LIMIT >> 20)
    if not file.content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return refused(file.name, "unknown", "import.empty")
    kind = kind_of_bytes(file.content)
    kind = archive_kind(file.content) if kind == "zip" else kind
    if named := _NAMED_KINDS.get(kind):
        return refused(file.name, "unknown", f"import.is_{named}", kind=kind.upper())
    return None


def _read_safely(importer: Importer, file: SourceFile, options: ReadOptions) -> Reading:
    """A reading, or a refusal where a hostile or broken file makes a parser fail in a way that nobody foresaw."""
    try:
        return importer.read(file, options)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        return refused(file.name, importer.format, "import.too_much_memory")
    except BaseException:  # a library in Rust panics with an exception that is no Exception
        return refused(file.name, importer.format, "import.unreadable")


def read_file(file: SourceFile, options: ReadOptions) -> Reading:
    """One file that is no archive, read or refused."""
    if refusal := _refusal(file):
        return refusal
    importer = recognise(file)
    if importer is None:
        code = "import.unknown_binary" if looks_binary(file.content) else "import.unknown_format"
        return refused(file.name, "unknown", code)
    return _read_safely(importer, file, options)


def read_files(files: Iterable[SourceFile], options: ReadOptions) -> tuple[Reading, ...]:
    """All files, those inside zip archives too, in the order given; one reading per file, refusals included."""
    readings: list[Reading] = []
    for file in files:
        small = len(file.content) <= FILE_SIZE_LIMIT
        if small and kind_of_bytes(file.content) == "zip" and archive_kind(file.content) in {"zip", ""}:
            readings.extend(_read_archive(file, options))
        else:
            readings.append(read_file(file, options))
    return tuple(readings)


def _read_archive(file: SourceFile, options: ReadOptions) -> list[Reading]:
    """The readings of an archive's files; an archive without any is refused as empty."""
    readings = []
    for unpacked in unpack(file):
        if unpacked.file is not None:
            readings.append(read_file(unpacked.file, options))
        elif unpacked.problem is not None:
            readings.append(Reading(file=unpacked.problem.file, format="unknown", problems=(unpacked.problem,)))
    return readings or [refused(file.name, "unknown", "import.archive_empty")]
