"""The frame that every page shares: title row, the sentence, headline numbers, figures with their table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.ui.charts.base import CONFIG
from pages.ui.glossary_parts import words
from pages.ui.i18n import LANGUAGES
from pages.ui.reports.words import file_name
from pages.ui.table_files import table_csv
from pages.ui.voice import Voice

Tone = Literal["gray", "red", "green"]
#: From so many rows on a table has a file; fewer are read and typed faster.
_FILED_ROWS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline number: what it is, the number, a second line with its tone, and a quieter remark beside it."""

    label: str
    value: str
    second: str = ""
    tone: Tone = "gray"
    aside: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns to show: texts stand left, numbers right with their writer; `strong` rows are bold.

    `whole`: the table that these columns were taken from.
    """

    columns: Mapping[str, Sequence[Any]]
    writers: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    strong: tuple[int, ...] = ()
    whole: Table | None = None

    @property
    def row_count(self) -> int:
        """How many rows the table has."""
        return len(next(iter(self.columns.values()), ()))

    def only(self, names: Sequence[str]) -> Table:
        """The same rows with these columns alone, for a screen on which the others find no room; its file keeps them all."""
        return Table(
            columns={name: self.columns[name] for name in names if name in self.columns},
            writers={name: write for name, write in self.writers.items() if name in names},
            strong=self.strong,
            whole=self.whole or self,
        )

    def styled(self) -> Any:
        """The table for Streamlit: numbers stay numbers, so that they align, and are written in the reader's language."""
        frame = pd.DataFrame(self.columns)
        styler = frame.style.format({name: _known(write) for name, write in self.writers.items()})
        if self.strong:
            styler = styler.apply(lambda row: ["font-weight: 600" if row.name in self.strong else ""] * len(row), axis=1)
        return styler


def _known(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """A writer for cells, which are Markdown: what is unknown is a dash, and "> 99 %" is no quotation."""

    def cell(value: Any) -> str:
        words = "—" if pd.isna(value) else write(value)
        return f"\\{words}" if words.startswith(">") else words

    return cell


# ── the page's head ──────────────────────────────────────────────────────────────────────────────────────────────────


def title_row(title: str, note: str, say: Voice, actions: Callable[[], None] | None = None) -> None:
    """The page's title in the serif, a note beside it, what one can do with the page and the other language at the right."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="title"):
        st.title(title, anchor=False, width="content")
        st.caption(note, width="content")
        st.space("stretch")
        with st.container(horizontal=True, width="content", key="actions", gap="small", vertical_alignment="center"):
            if actions:
                actions()
            words(say)
            st.button(say("app.other_language"), type="tertiary", key="language", on_click=_switch_language, args=(say,))


def _switch_language(say: Voice) -> None:
    other = next(language for language in LANGUAGES if language != say.t.language)
    st.session_state["lang"] = other
    # The browser knows a choice by its words: what was chosen is told to it again, or it would show the first option.
    for name, value in dict(st.session_state).items():
        if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
            st.session_state[name] = value


def sentence(words: str, *, coarse: bool = False) -> None:
    """The one sentence that a director can read aloud; `coarse`: a whole answer is about to take its place."""
    with st.container(key="say"), st.container(key="coarse" if coarse else "whole"):
        st.markdown(words)


def headlines(numbers: Sequence[Headline], *, phone: bool, key: str = "kpi") -> None:
    """The headline numbers under one ink rule: in a row, or two by two on a phone."""
    per_row = 2 if phone else len(numbers)
    with st.container(key=key):
        for start in range(0, len(numbers), per_row):
            places = st.columns(per_row, gap="medium", wrap=False)
            for place, number in zip(places, numbers[start : start + per_row], strict=False):
                place.metric(
                    number.label,
                    number.value,
                    number.second or None,
                    delta_color=number.tone,
                    delta_arrow="off",
                    delta_description=(None if phone else number.aside) or None,
                    help=number.help or None,
                )


# ── figures and tables ───────────────────────────────────────────────────────────────────────────────────────────────


def figure_key(key: str) -> str:
    """The key of a figure follows the theme, so that its colours are right at the next run after a switch."""
    return f"{key}_{st.context.theme.type or 'light'}"


def figure(chart: go.Figure, *, key: str, alt: str, **options: Any) -> Any:
    """A figure with its words for screen readers."""
    return st.plotly_chart(chart, theme="streamlit", config=CONFIG, key=figure_key(key), alt=alt, **options)


def picked(key: str) -> list[dict[str, Any]]:
    """The points of a figure that the reader has clicked."""
    state: Any = st.session_state.get(figure_key(key)) or {}
    return list(state.get("selection", {}).get("points", []))


def table(content: Table, *, alt: str) -> None:
    """A table as it stands, without a file: the page has one of its own for it, or a form beneath it."""
    st.table(content.styled(), border="horizontal", hide_index=True, alt=alt)


def listing(say: Voice, content: Table, *, key: str, alt: str, whole: Callable[[], Table] | None = None) -> None:
    """A table with its file: one quiet button beneath it; the file is named after `key` and made at the click.

    `whole` tells all the rows where the screen shows a page of them.
    """
    table(content, alt=alt)
    if whole is None and content.row_count < _FILED_ROWS:
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            say("app.csv"),
            data=partial(table_csv, whole or content, say),
            file_name=f"{file_name(key.replace('_', '-'))}.csv",
            mime="text/csv",
            key=f"{key}_csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def plain(text: str) -> str:
    """Text of a user's file as it is, safe inside Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~:$" else c for c in text)


def folded_table(say: Voice, content: Callable[[], Table], *, key: str, more: Callable[[], None] | None = None) -> None:
    """The numbers behind a figure, folded away beneath it; made and sent only once it is opened.

    `more` draws the page's own files of them, above the table; without it the table has its file beneath.
    """
    fold = st.expander(say("app.figures"), key=key, on_change="rerun")
    if fold.open:
        with fold:
            if more:
                more()
                table(content(), alt=say("app.figures"))
            else:
                listing(say, content(), key=key.removesuffix("_table"), alt=say("app.figures"))


def empty_state(say: Voice, key: str, actions: Callable[[], None]) -> None:
    """Nothing here yet: a bold line, a caption, what to do."""
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.space("medium")
        st.markdown(f"**{say(f'{key}.title')}**", width="content")
        st.caption(say(f"{key}.caption"), width="content")
        with st.container(horizontal=True, horizontal_alignment="center"):
            actions()
        st.space("medium")
