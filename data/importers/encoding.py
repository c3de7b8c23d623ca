"""Bytes of a text file as characters: byte order mark, then strict UTF-8, then the Western code pages."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

#: Marks that say the encoding; the longer ones first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 1 << 20

#: A byte from 80 to A3 beside letters: an accented letter in the DOS page 850, a sign in page 1252 (but 91 and 92, its
#: apostrophes, do stand between letters).
_DOS_LETTER: Final = re.compile(
    rb"(?<=[A-Za-z'])[\x80-\x8c\x90\x93-\x97\xa0-\xa3](?=[a-z])|[ ;,\t\n][\x80\x90](?=[a-z])|[a-z][\x82\x85\x8a](?=[\s;,|]|$)"
)
#: A byte that is an accented letter in pages 1252, 8859-1 and 8859-15; F8 is the degree sign of page 850.
_WESTERN_LETTER: Final = re.compile(rb"[A-Za-z ][\xc0-\xd6\xd8-\xf6\xf9-\xff](?=[a-z\s;,|]|$)")
#: Letters of the Macintosh page that other pages hardly write inside or at the end of a word.
_MAC_LETTER: Final = re.compile(rb"[A-Za-z](?:[\x8d\x8e\x8f](?=[a-z\s;,|]|$)|[\x99\x9d\x9e](?=[a-z]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A text, the encoding it was read in, and the lines (from 1) that were in another encoding than the rest."""

    text: str
    encoding: str
    mixed_lines: tuple[int, ...] = ()


def _western(content: bytes) -> str:
    """The single-byte page of a Western text that is not UTF-8.

    Page 1252 holds 8859-1; 8859-15 differs where it writes the euro sign as A4. DOS and Macintosh pages are told by
    bytes that would be punctuation in page 1252 but stand inside words.
    """
    sample = content[:_SAMPLE]
    western = len(_WESTERN_LETTER.findall(sample))
    dos, mac = len(_DOS_LETTER.findall(sample)), len(_MAC_LETTER.findall(sample))
    if mac > western and mac > dos:
        return "mac-roman"
    if dos > western:
        return "cp850"
    if b"\xa4" in sample and b"\x80" not in sample:
        return "iso8859-15"
    return "cp1252"


def _decode_western(content: bytes, encoding: str) -> str:
    """Page 1252 leaves five bytes undefined: these become control characters, as in 8859-1."""
    if encoding != "cp1252":
        return content.decode(encoding)
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in content)


def _without_mark(content: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of Western text is zero."""
    sample = content[:4096]
    if len(sample) < 4 or len(content) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_line(content: bytes) -> Decoded:
    """A file whose lines are partly UTF-8 and partly not: each is read by itself, and the minority is named."""
    lines = content.split(b"\n")
    accented = {i: _is_utf8(line) for i, line in enumerate(lines, start=1) if not line.isascii()}
    modern = sum(accented.values())
    western = _western(b"\n".join(line for i, line in enumerate(lines, start=1) if accented.get(i) is False))
    if modern == 0:
        return Decoded(text=_decode_western(content, western), encoding=western)
    text = "\n".join(
        line.decode("utf-8") if accented.get(i, True) else _decode_western(line, western)
        for i, line in enumerate(lines, start=1)
    )
    main_is_utf8 = 2 * modern >= len(accented)
    others = tuple(i for i, is_utf8 in accented.items() if is_utf8 is not main_is_utf8)
    return Decoded(text=text, encoding="utf-8" if main_is_utf8 else western, mixed_lines=others)


def decode(content: bytes) -> Decoded:
    """The text of a file, with the encoding found: mark, UTF-8, else the Western page that fits; never an error."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return Decoded(text=content.decode(encoding), encoding=encoding)
            except UnicodeDecodeError:
                break
    if guessed := _without_mark(content):
        return Decoded(text=content.decode(guessed, "replace"), encoding=guessed)
    body = content.removeprefix(codecs.BOM_UTF8)
    if _is_utf8(body):
        return Decoded(text=body.decode("utf-8"), encoding="utf-8")
    return _by_line(body)
