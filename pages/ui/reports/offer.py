"""The "Export" button of a screen: each file is made when it is asked for, from the view on screen."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Final

import streamlit as st

from pages.ui.reports.csv_files import csv_files
from pages.ui.reports.pack import Pack, pack_of
from pages.ui.reports.pdf import pdf
from pages.ui.reports.slides import slides
from pages.ui.reports.view import View
from pages.ui.reports.words import file_name
from pages.ui.reports.workbook import workbook
from pages.ui.voice import Voice

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."


def tables(pack: Pack) -> bytes:
    """Every table as a text file, in one archive."""
    return _zipped(csv_files(pack))


def everything(pack: Pack) -> bytes:
    """The whole pack in one archive."""
    return _zipped(
        {"pack.pdf": pdf(pack), "pack.pptx": slides(pack), "pack.xlsx": workbook(pack)}
        | {f"csv/{name}": content for name, content in csv_files(pack).items()}
    )


def _zipped(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


#: What can be taken away: code, ending, type, maker.
FORMATS: Final[tuple[tuple[str, str, str, Callable[[Pack], bytes]], ...]] = (
    ("all", "zip", "application/zip", everything),
    ("pdf", "pdf", "application/pdf", pdf),
    ("slides", "pptx", f"{_OFFICE}presentationml.presentation", slides),
    ("workbook", "xlsx", f"{_OFFICE}spreadsheetml.sheet", workbook),
    ("tables", "zip", "application/zip", tables),
)


def offer(view: Callable[[], View], say: Voice) -> None:
    """One button that unfolds the formats; the view is gathered once it is unfolded."""
    fold = st.popover(say("app.export"), key="export", on_change="rerun")
    if fold.open:
        with fold:
            buttons(view(), say)


def buttons(view: View, say: Voice) -> None:
    """A button per format; the file is made at the click, away from the screen."""
    pack = pack_of(view, say)
    name = file_name("encaisse", view.company, say.f.short_date(view.outlook.ledger.as_of))
    st.caption(say("pack.offer.caption"))
    for code, ending, kind, make in FORMATS:
        st.download_button(
            say(f"pack.offer.{code}"),
            data=partial(make, pack),
            file_name=f"{name}{'-csv' if code == 'tables' else ''}.{ending}",
            mime=kind,
            key=f"take_{code}",
            on_click="ignore",
            type="primary" if code == "all" else "secondary",
            width="stretch",
        )
