"""The glossary on every page: the field's terms with what they mean, to be searched, in the reader's language."""

from __future__ import annotations

import unicodedata

import streamlit as st

from pages.ui.i18n import catalogue
from pages.ui.voice import Voice


def words(say: Voice) -> None:
    """A button of the title row; the terms are drawn once it is opened."""
    fold = st.popover(say("explain.words.title"), type="tertiary", key="words", on_change="rerun")
    if not fold.open:
        return
    with fold:
        wanted = st.text_input(say("explain.words.search"), key="words_wanted", icon=":material/search:")
        found = [(term, meaning) for term, meaning in terms(say) if plain(wanted) in plain(f"{term} {meaning}")]
        st.markdown("\n\n".join(f"**{term}**  \n{meaning}" for term, meaning in found) or say("explain.words.none"))


def terms(say: Voice) -> list[tuple[str, str]]:
    """Every term with its meaning, by the alphabet."""
    keys = [
        key.removesuffix(".term")
        for key in catalogue(say.t.language)
        if key.startswith("glossary.") and key.endswith(".term")
    ]
    return sorted(((say(f"{key}.term"), say(f"{key}.definition")) for key in keys), key=lambda pair: plain(pair[0]))


def plain(text: str) -> str:
    """Without accents and capitals, so that "echeance" finds "échéance"."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c)).strip()
