"""Numbers that a reader types, in the marks of the language: a field, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.ui.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A number with its bounds (both allowed) and what stands in its field at first; `money` knows no fraction of a cent."""

    key: str
    usual: Decimal
    least: Decimal = Decimal(0)
    most: Decimal
    money: bool = False

    def value(self, say: Voice) -> Decimal:
        """The number that is typed; the usual one where nothing readable within the bounds is."""
        found = self._read(say)
        return self.usual if found is None else found

    def draw(self, place: Any, label: str, say: Voice, help: str | None = None) -> Decimal:
        """The field at a place, with a word below where what is typed is no number within the bounds."""
        place.text_input(label, say.f.decimal(self.usual), key=self.key, help=help, max_chars=20)
        if self._read(say) is None:
            bounds = {"least": self.least, "most": self.most, "usual": self.usual}
            wrong = "typed.wrong_money" if self.money else "typed.wrong"
            place.caption(f":red[{say(wrong, **{k: say.f.decimal(v) for k, v in bounds.items()})}]")
        return self.value(say)

    def _read(self, say: Voice) -> Decimal | None:
        try:
            text = st.session_state.get(self.key, say.f.decimal(self.usual))
            typed = say.f.read_decimal(text)
            if self.money:
                say.f.read_amount(text)
        except ValueError:
            return None
        return typed if self.least <= typed <= self.most else None
