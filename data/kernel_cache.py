"""Where the compiled simulation kernel is kept between starts, so that only a changed kernel is compiled again.

The compiler's own cache does not see an edit in an imported module: it would silently serve old constants. The folder is
therefore named after everything that went into the code: the kernel's sources, the compiler, NumPy, Python.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent.parent / "forecasting" / "simulation"

#: Folders of this room are named by their digest; one that was not used for so long is thrown away.
_NAME = re.compile(r"(encaisse-)?[0-9a-f]{16}")
_KEPT_SECONDS = 30 * 86_400


def kernel_digest() -> str:
    """A short name for the sources and versions that compiled code depends on."""
    digest = hashlib.sha256()
    digest.update(_versions().encode())
    for source in kernel_sources():
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def kernel_sources() -> list[Path]:
    """The files that compiled code is made of, in one order everywhere."""
    # the headings of flows.py are constants of the compiled code; all others stand in the kernel's own modules
    return sorted([*_SOURCES.glob("kernel*.py"), _SOURCES / "flows.py"])


@cache
def _versions() -> str:
    # Asked once: the answer is searched for along sys.path, and a search is lost where another thread shortens that list
    # meanwhile (a script runner that leaves its folder does).
    packages = "".join(f"{name} {version(name)}\n" for name in ("numba", "llvmlite", "numpy"))
    return f"{packages}python {platform.python_version()}\n"


def use_kernel_cache(folder: Path | None = None) -> Path:
    """Names the folder of compiled code to the compiler; call it before the kernel is imported.

    `folder` None: what NUMBA_CACHE_DIR says already is kept (a packager's choice), else the user's cache folder.
    Where that cannot be written, compiled code goes to a temporary folder of this digest.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR") if folder is None else None
    root = Path(chosen) if chosen else folder or _user_cache() / "encaisse"
    target = root if root.name == kernel_digest() else root / kernel_digest()
    if not _writable(target):
        target = Path(tempfile.gettempdir()) / f"encaisse-{kernel_digest()}"
        target.mkdir(parents=True, exist_ok=True)
    _forget_old(target)
    os.environ["NUMBA_CACHE_DIR"] = str(target)
    compiler = sys.modules.get("numba")
    if compiler is not None:
        # it has read the environment when it was imported; what counts is the moment at which the kernel is
        compiler.config.CACHE_DIR = str(target)
    return target


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _forget_old(target: Path) -> None:
    """Removes compiled code of other sources and versions that nobody has used for a month."""
    oldest = time.time() - _KEPT_SECONDS
    others = [path for path in target.parent.iterdir() if path != target and _NAME.fullmatch(path.name)]
    for other in others:
        with contextlib.suppress(OSError):
            if other.stat().st_mtime < oldest:
                shutil.rmtree(other, ignore_errors=True)
    target.touch()


def _user_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(base) if base else Path.home() / ".cache"
