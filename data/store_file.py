"""What a store's file says of itself before the database opens it: whether it is one, and how many blocks it lacks."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Final

from forecasting.errors import StoreUnreadable

#: The file begins with three headers of 4 KiB, the last two of them in turn the valid one; blocks follow.
_HEADER_BYTES: Final = 4096
_MAGIC: Final = b"DUCK"
#: A file that another process is making right now is looked at again after these seconds.
_PATIENCE_SECONDS: Final = (0.05, 0.2)


def missing_blocks(path: str) -> int:
    """How many blocks the file's header counts beyond its length; StoreUnreadable where there is not even a header.

    A valid header holds, from its byte 8 on, iteration, two block numbers, the count of blocks, their size (uint64 each).
    The database trims free blocks from the end after it has written the header, so that a few may be missing rightly.
    """
    for wait in (*_PATIENCE_SECONDS, None):
        with Path(path).open("rb") as file:
            head = file.read(3 * _HEADER_BYTES)
        if head[8:12] not in (_MAGIC, b""):
            raise StoreUnreadable(path, "not_a_store")
        if len(head) == 3 * _HEADER_BYTES:
            break
        if wait is None:
            raise StoreUnreadable(path, "truncated")
        time.sleep(wait)
    headers = (struct.unpack_from("<5Q", head, k * _HEADER_BYTES + 8) for k in (1, 2))
    _, _, _, blocks, block_bytes = max(headers)
    lacking = 3 * _HEADER_BYTES + int(blocks) * int(block_bytes) - Path(path).stat().st_size
    return -(-max(lacking, 0) // max(int(block_bytes), 1))
