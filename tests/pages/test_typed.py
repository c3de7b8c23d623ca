"""Numbers as readers type them: in the marks of the language, within bounds, or said to be none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.i18n import LANGUAGES, Language


def page(language: str) -> None:
    from decimal import Decimal

    import streamlit as st

    from pages.ui.typed import Field
    from pages.ui.voice import voice_of

    field = Field(key="rate", usual=Decimal("4.5"), most=Decimal(20))
    st.session_state["before"] = field.value(voice_of(language))  # type: ignore[arg-type]
    st.session_state["drawn"] = field.draw(st, "Rate", voice_of(language))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "read"),
    [("4,25", "4.25"), ("4.25", "4.25"), ("20", "20"), ("20,01", None), ("-1", None), ("quatre", None), ("", None)],
)
def test_what_is_typed_is_read_or_said_to_be_none(language: Language, typed: str, read: str | None) -> None:
    app = AppTest.from_function(page, args=(language,)).run()
    assert app.text_input(key="rate").value == ("4,5" if language == "fr" else "4.5")
    app.text_input(key="rate").set_value(typed).run()
    assert not app.exception
    wanted = Decimal(read or "4.5")
    assert (app.session_state["before"], app.session_state["drawn"]) == (wanted, wanted)
    assert bool(app.caption) == (read is None)


def money_page(typed: str) -> None:
    from decimal import Decimal

    import streamlit as st

    from pages.ui.typed import Field
    from pages.ui.voice import voice_of

    st.session_state.setdefault("amount", typed)
    field = Field(key="amount", usual=Decimal(35), most=Decimal(500), money=True)
    st.session_state["drawn"] = field.draw(st, "Amount", voice_of("fr"))


@pytest.mark.parametrize(("typed", "read"), [("12,34", "12.34"), ("12,340", "12.34"), ("12,345", None), ("501", None)])
def test_an_amount_has_no_fraction_of_a_cent(typed: str, read: str | None) -> None:
    app = AppTest.from_function(money_page, args=(typed,)).run()
    assert not app.exception and app.session_state["drawn"] == Decimal(read or 35)
    assert [("centime" in caption.value) for caption in app.caption] == ([] if read else [True])
