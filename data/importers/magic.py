"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from typing import Final

#: First bytes of kinds of files; those that we read and those that we name when we refuse them.
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"RIFF", "riff"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"\x00\x00\x00\x18ftyp", "video"),
    (b"\x00\x00\x00\x20ftyp", "video"),
    (b"ID3", "audio"),
)
_SAMPLE: Final = 8_192
#: Kinds that are told by two or three plain letters, which a text may begin with too.
_SHORT: Final = frozenset({"bmp", "exe", "audio", "bzip2", "riff"})


def kind_of_bytes(content: bytes) -> str:
    """The kind of a file by its first bytes ("png", "zip", "pdf"…), "" for text and for what we do not know."""
    head = (
        content[:1024].lstrip(b"\r\n\t \xef\xbb\xbf")
        if content[:1024].lstrip(b"\r\n\t \xef\xbb\xbf")[:5] == b"%PDF-"
        else content
    )
    for first, kind in _MAGIC:
        if head.startswith(first) and (kind not in _SHORT or _has_control(content)):
            return kind
    return ""


def _has_control(content: bytes) -> bool:
    """Whether the beginning holds bytes that no text holds."""
    sample = content[:_SAMPLE]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    control = sum(b < 9 or 13 < b < 32 for b in sample)
    zeros = sample.count(0)
    # UTF-16 text without its mark has a zero in every second byte and nowhere else.
    if zeros and zeros == max(sample[0::2].count(0), sample[1::2].count(0)) and zeros > len(sample) // 3:
        return False
    return control > max(2, len(sample) // 200)


def looks_binary(content: bytes) -> bool:
    """Whether a file is not text."""
    return bool(kind_of_bytes(content)) or _has_control(content)
