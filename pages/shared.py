"""A frozen view that somebody shared by a link: read-only, without an account, the same whatever happened since."""

from __future__ import annotations

from pages.ui import share_parts


def show() -> None:
    """The view of the link's key, or the reason why there is none."""
    share_parts.shared()


show()
