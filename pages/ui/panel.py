"""The "What if…" panel: its values live in the session and in the address, so that a link reopens what was on screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from forecasting.ledger import Ledger
from forecasting.simulation.flows import Variant
from pages.ui.cash_words import days_of, name_of, who_name
from pages.ui.i18n import Language
from pages.ui.question import (
    DELAY_MAX,
    FACTORS,
    HORIZONS,
    READY,
    Question,
    Repair,
    from_address,
    largest_customer,
    ready,
    ready_code,
    to_address,
    unpaid,
)
from pages.ui.voice import Voice

_QUESTION: Final = "question"
_WRITTEN: Final = "question_written"
#: The questions that were left, the latest last.
_PAST: Final = "ask_past"
#: Stands in the session while the panel's widgets do.
_DRAWN: Final = "ask_months"
#: Values were set that the browser does not know: it is told them when the panel is drawn.
_UNTOLD: Final = "ask_untold"
#: The browser's address follows ours within so many seconds; so many of our addresses are remembered.
_LAG_SECONDS: Final = 3.0
_REMEMBERED: Final = 40
#: How the panel names a customer among those it can speak of.
_PARTNER: Final = "partner:"
_NAMES: Final = ("months", "delay", "defaults", "who", "fails", "scenario", "band")


def arrive(ledger: Ledger, saved: Sequence[str]) -> tuple[Repair, ...]:
    """Take the question from the address where it is new there, else keep the session's; returns what had to be repaired."""
    address = {name: st.query_params[name] for name in _NAMES if name in st.query_params}
    coming_back = st.session_state.pop("arrived", False) and not address
    if coming_back:
        # The walk has emptied the address: what was written is there no more, and is written anew.
        st.session_state[_WRITTEN] = []
    if _QUESTION not in st.session_state or (_is_new(address) and not coming_back):
        question, repairs = from_address(
            address, whos=whos(ledger), partners=[p.partner_id for p in ledger.partners], saved=saved
        )
        st.session_state["repairs"] = repairs
        put(question, ledger)
    elif _DRAWN in st.session_state:
        # A control was moved: its new value stands in the session before the panel is drawn.
        question = _collect()
        if _UNTOLD in st.session_state:
            put(question, ledger)
        else:
            st.session_state["ask_ready"] = ready_code(question, largest_customer(ledger)) or None
    else:
        put(current(), ledger)
    return tuple(st.session_state.get("repairs", ()))


def _is_new(address: dict[str, str]) -> bool:
    """Whether somebody else wrote the address: a link, the browser's way back.

    The browser sends the address that it shows, which lags behind ours while controls move fast; what we replaced a
    moment ago, however long it stood, or what comes with a moved control, is no news.
    """
    if _DRAWN in st.session_state and _collected() != current():
        return False
    history, long_ago = _history(), time.monotonic() - _LAG_SECONDS
    lately = [written for (_, written), (replaced, _) in pairwise(history) if replaced > long_ago]
    return address not in lately and address != _last_written()


def _history() -> list[tuple[float, dict[str, str]]]:
    found: list[tuple[float, dict[str, str]]] = st.session_state.get(_WRITTEN, [])
    return found


def _last_written() -> dict[str, str] | None:
    return _history()[-1][1] if _history() else None


def current() -> Question:
    """The question on screen."""
    found = st.session_state.get(_QUESTION, Question())
    assert isinstance(found, Question)
    return found


def asked() -> Question:
    """The question that the controls stand at, known before they are drawn; after `arrive`."""
    return _collected()


def is_untold() -> bool:
    """Whether values were set that the browser has not been told: a ready-made question, a step back, a link."""
    return _UNTOLD in st.session_state


def put(question: Question, ledger: Ledger) -> None:
    """Set the panel to a question; before its widgets are drawn, or in their callbacks."""
    st.session_state[_QUESTION] = question
    st.session_state[_UNTOLD] = True
    st.session_state["ask_months"] = question.months
    st.session_state["ask_delay"] = question.delay_days
    st.session_state["ask_factor"] = question.factor
    st.session_state["ask_who"] = question.who
    st.session_state["ask_fails"] = list(question.fails)
    st.session_state["ask_ready"] = ready_code(question, largest_customer(ledger)) or None


def adopt(question: Question) -> None:
    """Make a question the one on screen where the panel's own values stay as they are."""
    st.session_state[_QUESTION] = question


def write_address() -> None:
    """Keep the address in step with the question."""
    address = to_address(current())
    if address == _last_written():
        return
    # Remembered first: a run that is interrupted here must know its own address again.
    st.session_state[_WRITTEN] = [*_history()[-_REMEMBERED:], (time.monotonic(), address)]
    for name in _NAMES:
        if name in address:
            st.query_params[name] = address[name]
        elif name in st.query_params:
            del st.query_params[name]


def link(page: str, language: Language, entity: str = "") -> str:
    """The address that reopens the question on screen, of the company looked at, in the language that it is shown in."""
    base = urlsplit(page)
    query = urlencode({**to_address(current()), **({"entity": entity} if entity else {}), "lang": language})
    return urlunsplit((base.scheme, base.netloc, base.path or "/", query, ""))


def set_band(band: Variant) -> None:
    """Give the fan to a variant."""
    st.session_state[_QUESTION] = replace(current(), band=band)


@lru_cache(maxsize=8)
def whos(ledger: Ledger) -> Sequence[str]:
    """Whom the panel can speak of: everybody, each segment, each customer with unpaid invoices, by name."""
    side = ledger.customers
    concerned = sorted(set(side.partner[unpaid(side, ledger.as_of)].tolist()))
    partners = [ledger.partners[p] for p in concerned]
    segments = sorted({p.segment for p in partners if p.segment})
    named = sorted(partners, key=lambda p: (p.name or p.partner_id).casefold())
    return ("", *(f"segment:{s}" for s in segments), *(f"partner:{p.partner_id}" for p in named))


def panel(ledger: Ledger, say: Voice, *, phone: bool, library: Callable[[Question], None]) -> tuple[Question, Any]:
    """Draw the panel; the question that it is set to, and a place in it for a word while the answer is computed.

    `library` draws what one does with named scenarios.
    """
    question = current()
    if phone:
        title = say(
            "cash.panel.summary",
            days=days_of(question.delay_days, say),
            factor=say.f.factor(question.factor),
            months=question.months,
        )
        if question.fails:
            title = say("cash.panel.summary_fails", summary=title, count=len(question.fails))
        with st.expander(title, key="panel"):
            status = _controls(ledger, say, phone=True, library=library)
    else:
        with st.container(border=True, key="panel"):
            status = _controls(ledger, say, phone=False, library=library)
    st.session_state.pop(_UNTOLD, None)
    return _collect(), status


def _controls(ledger: Ledger, say: Voice, *, phone: bool, library: Callable[[Question], None]) -> Any:
    title, delay, factor, months, who, fails = (
        [st.container() for _ in range(6)] if phone else st.columns([0.6, 1, 1, 1.05, 1, 1.15], gap="medium")
    )
    with title.container(gap=None):
        if not phone:
            st.header(say("cash.panel.title"), anchor=False)
        st.button(
            say("cash.panel.reset"),
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=_reset,
            args=(ledger,),
            key="panel_reset",
        )
    delay.select_slider(
        say("cash.panel.delay"),
        options=range(DELAY_MAX + 1),
        format_func=lambda days: days_of(days, say),
        key="ask_delay",
    )
    factor.select_slider(say("cash.panel.factor"), options=FACTORS, format_func=lambda f: say.f.factor(f), key="ask_factor")
    months.segmented_control(say("cash.panel.months"), options=list(HORIZONS), required=True, key="ask_months")
    everybody = whos(ledger)
    who.selectbox(say("cash.panel.who"), options=everybody, format_func=lambda w: who_name(ledger, w, say), key="ask_who")
    owing = [name.removeprefix(_PARTNER) for name in everybody if name.startswith(_PARTNER)]
    fails.multiselect(
        say("cash.panel.fails"),
        options=list(dict.fromkeys([*owing, *current().fails])),
        format_func=lambda partner_id: name_of(ledger, partner_id),
        key="ask_fails",
        placeholder=say("cash.panel.nobody"),
    )
    with st.container(horizontal=not phone, vertical_alignment="center", gap="small"):
        st.pills(
            say("cash.panel.ready"),
            options=list(READY),
            format_func=lambda code: ready_name(code, say),
            key="ask_ready",
            on_change=_take_ready,
            args=(ledger,),
            label_visibility="collapsed",
            width="stretch" if phone else "content",
        )
        st.button(
            say("cash.panel.undo"),
            icon=":material/undo:",
            type="tertiary",
            on_click=_undo,
            args=(ledger,),
            disabled=not st.session_state.get(_PAST),
            key="panel_undo",
        )
        status = st.container(width="stretch", horizontal=True, horizontal_alignment="right", key="status").empty()
        library(current())
    return status


def ready_name(code: str, say: Voice) -> str:
    """A ready-made question with what its name alone does not tell: Récession : +10 j, défauts ×2."""
    days, factor, fails = READY[code]
    name = say(f"cash.ready.{code}")
    return name if factor == 1 or fails else say("cash.panel.ready_told", name=name, days=days, factor=say.f.factor(factor))


def _collect() -> Question:
    """The question with the widgets' values, kept in the session."""
    question = _collected()
    if question != current():
        st.session_state["repairs"] = ()
        _remember(current())
    st.session_state[_QUESTION] = question
    return question


def _collected() -> Question:
    state = st.session_state
    return replace(
        current(),
        months=int(state["ask_months"]),
        delay_days=int(state["ask_delay"]),
        factor=Decimal(state["ask_factor"]),
        who=str(state["ask_who"]),
        fails=tuple(sorted(state["ask_fails"])),
    )


def _remember(before: Question) -> None:
    """Keep the question that was left, so that it can be gone back to."""
    past: list[Question] = st.session_state.get(_PAST, [])
    st.session_state[_PAST] = [*past[-_REMEMBERED:], before]


def _undo(ledger: Ledger) -> None:
    past: list[Question] = st.session_state.get(_PAST, [])
    if past:
        put(past[-1], ledger)
        st.session_state[_PAST] = past[:-1]


def _reset(ledger: Ledger) -> None:
    _remember(current())
    put(Question(months=12, band=current().band), ledger)


def _take_ready(ledger: Ledger) -> None:
    """Ask the ready-made question that was clicked, or nothing where the one on screen was clicked away.

    A browser that has not yet drawn the choice that a control brought about sends its old one with the next control's
    value: that is no click.
    """
    if _collected() != current():
        return
    code = st.session_state["ask_ready"]
    if code is not None:
        _remember(current())
    _reset(ledger) if code is None else put(ready(code, current(), largest_customer(ledger)), ledger)
