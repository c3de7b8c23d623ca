"""Named offers of one kind: pick one, save, duplicate, delete, show it in the curves, take it out and in as TOML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from data import repository
from data.access import may
from data.contract_files import factoring_from_text, insurance_from_text
from data.factoring_files import write_factoring
from data.insurance_files import write_insurance
from data.repository import ContractKind, SavedContract
from forecasting.errors import InputRejected, Problem
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.money import Currency
from pages.ui import session
from pages.ui.frame import plain
from pages.ui.library import guarded
from pages.ui.session import Desk
from pages.ui.voice import Voice

Contract = FactoringContract | InsurancePolicy
#: The key of an offer that is being entered from blank.
NEW: Final = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The offer on screen: the saved one it started from (None: from blank), and the draft with what was changed."""

    kind: ContractKind
    saved: SavedContract | None
    draft: Contract

    @property
    def key(self) -> str:
        """What tells its widgets apart from those of other offers."""
        return self.saved.contract_id if self.saved else NEW

    @property
    def name(self) -> str:
        """The name under which it is known."""
        return self.saved.name if self.saved else self.draft.name


def current(at: Desk, kind: ContractKind, blank: Callable[[], Contract]) -> Offer:
    """The offer on screen: the one picked, else the one in the curves, else the first, else a blank one."""
    saved = {found.contract_id: found for found in repository.contracts(at.store, at.principal, kind)}
    picked = st.session_state.get(f"{kind}_picked")
    if picked not in (*saved, NEW):
        chosen = next((key for key, found in saved.items() if found.chosen), None)
        picked = chosen or next(iter(saved), NEW)
    found = saved.get(picked)
    drafts: dict[str, Contract] = st.session_state.get(f"{kind}_drafts", {})
    draft = drafts.get(picked) or (read(at, found) if found else blank())
    return Offer(kind=kind, saved=found, draft=draft)


def keep_draft(offer: Offer, draft: Contract) -> None:
    """Keep what was changed, for this session, until it is saved."""
    drafts = dict(st.session_state.get(f"{offer.kind}_drafts", {}))
    st.session_state[f"{offer.kind}_drafts"] = {**drafts, offer.key: draft}


def read(at: Desk, saved: SavedContract) -> Contract:
    """The contract of a saved offer."""
    return session.factoring_of(at, saved) if saved.kind == "factoring" else session.insurance_of(at, saved)


def text_of(at: Desk, contract: Contract) -> str:
    """A contract as the TOML of the file interface."""
    exponent = Currency(at.company.currency).exponent
    if isinstance(contract, FactoringContract):
        return write_factoring(contract, exponent=exponent)
    return write_insurance(contract, exponent=exponent)


def from_text(at: Desk, kind: ContractKind, name: str, text: str) -> tuple[Contract, tuple[Problem, ...]]:
    """A contract from TOML with what is worth a warning; InputRejected with everything that is wrong."""
    of = session.ledger(at)
    if kind == "factoring":
        factoring = factoring_from_text(name, text, of)
        return factoring.record, factoring.warnings
    insurance = insurance_from_text(name, text, of)
    return insurance.record, insurance.warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What was pressed at the foot of a form: recalculate, or save under a name."""

    recalculate: bool
    save: bool
    name: str

    @property
    def is_pressed(self) -> bool:
        """Whether what was typed is to be taken."""
        return self.recalculate or self.save


def foot(at: Desk, offer: Offer) -> Foot:
    """The end of an offer's form. Saving stands inside it, so that what is saved is what is typed."""
    say = at.say
    if not may(at.principal, "change_library"):
        pressed = st.form_submit_button(say("factoring.recalculate"), type="primary", width="stretch")
        return Foot(recalculate=pressed, save=False, name=offer.name)
    recalculate = st.form_submit_button(say("factoring.recalculate"), width="stretch", key=f"{offer.kind}_recalculate")
    with st.container(horizontal=True, vertical_alignment="bottom", key="contract_save"):
        name = st.text_input(say("factoring.name"), value=offer.name, max_chars=120, key=f"contract_name_{offer.key}")
        save = st.form_submit_button(say("factoring.save"), type="primary", key=f"{offer.kind}_save")
    return Foot(recalculate=recalculate, save=save, name=name)


def take(at: Desk, offer: Offer, changed: Contract, wrong: list[str], pressed: Foot) -> None:
    """The draft becomes what was typed, and is saved where that was asked; or everything that is wrong with it is said."""
    for words in dict.fromkeys(wrong):
        st.error(words, icon=":material/error:")
    if wrong:
        return
    keep_draft(offer, changed)
    if pressed.save:
        _save(at, replace(offer, draft=changed), pressed.name)
    else:
        st.rerun()


def named(found: Problem, kind: ContractKind, say: Voice) -> str:
    """What is wrong with a clause, after the name that its field has on the form."""
    for suffix in ("", "_minor", "_day", "_days"):
        key = f"{kind}.clause.{found.column.removesuffix('_date')}{suffix}"
        if say.t.knows(key):
            return say("factoring.field_problem", field=say(key), words=plain(say.problem(found)))
    return plain(say.problem(found))


def warnings(offer: Offer, found: Iterable[Problem], say: Voice) -> None:
    """What is worth a warning in an offer, such as a clause under which it can never pay."""
    for words in dict.fromkeys(named(one, offer.kind, say) for one in found if one.severity == "warning"):
        st.warning(words, icon=":material/warning:")


# ── what one does with an offer ──────────────────────────────────────────────────────────────────────────────────────


def picker(at: Desk, offer: Offer) -> None:
    """Which offer is on screen, and whether the curves show it."""
    say = at.say
    saved = {found.contract_id: found for found in repository.contracts(at.store, at.principal, offer.kind)}
    names = {key: found.name for key, found in saved.items()} | {NEW: say("factoring.new")}
    st.session_state[f"{offer.kind}_pick"] = offer.key
    st.selectbox(
        say("factoring.offer"),
        list(names),
        format_func=names.__getitem__,
        key=f"{offer.kind}_pick",
        on_change=lambda: st.session_state.update({f"{offer.kind}_picked": st.session_state[f"{offer.kind}_pick"]}),
    )
    if offer.saved:
        st.session_state[f"{offer.kind}_shown"] = offer.saved.chosen
        st.toggle(
            say("factoring.in_curves"),
            key=f"{offer.kind}_shown",
            on_change=lambda: _show(at, offer, bool(st.session_state[f"{offer.kind}_shown"])),
            disabled=not may(at.principal, "change_library"),
        )


def preset(at: Desk, offer: Offer, kinds: Sequence[str], make: Callable[[str], Contract]) -> str:
    """Ready kinds of offers where one is entered from blank; the kind picked, "" for a saved offer."""
    if offer.saved:
        return ""
    say, key = at.say, f"{offer.kind}_preset"

    def pick() -> None:
        keep_draft(offer, make(str(st.session_state[key])))

    return str(
        st.selectbox(
            say("factoring.preset.title"),
            kinds,
            format_func=lambda kind: say(f"{offer.kind}.preset.{kind}"),
            key=key,
            on_change=pick,
        )
    )


def _show(at: Desk, offer: Offer, shown: bool) -> None:
    key = offer.saved.contract_id if offer.saved and shown else None
    repository.choose_contract(at.store, at.principal, offer.kind, key)


def actions(at: Desk, offer: Offer) -> None:
    """The buttons of the title row: take out or in, duplicate."""
    say, changes = at.say, may(at.principal, "change_library")
    with st.popover(say("factoring.file"), key="contract_file"):
        st.download_button(
            say("factoring.download"),
            data=text_of(at, offer.draft),
            file_name=f"{offer.kind}.toml",
            mime="application/toml",
            on_click="ignore",
            key="contract_download",
        )
        if changes:
            _take_in(at, offer.kind)
        if changes and offer.saved and st.button(say("factoring.delete"), key="contract_delete"):
            repository.delete_contract(at.store, at.principal, offer.saved.contract_id)
            _forget(offer)
            st.rerun()
    if not changes:
        return
    if offer.saved and st.button(say("factoring.duplicate"), key="contract_duplicate"):
        _duplicate(at, offer)


def _save(at: Desk, offer: Offer, name: str) -> None:
    draft = replace(offer.draft, name=name.strip())
    known = offer.saved.contract_id if offer.saved else ""

    def write() -> str:
        return repository.save_contract(
            at.store, at.principal, kind=offer.kind, name=name, content=text_of(at, draft), contract_id=known
        )

    key = guarded(at, write)
    if key:
        _forget(offer)
        if not any(found.chosen for found in repository.contracts(at.store, at.principal, offer.kind)):
            repository.choose_contract(at.store, at.principal, offer.kind, key)
        st.session_state[f"{offer.kind}_picked"] = key
        st.toast(at.say("factoring.saved", name=name), icon=":material/check:")
        st.rerun()


def _duplicate(at: Desk, offer: Offer) -> None:
    assert offer.saved is not None
    name = at.say("scenarios.copy_of", name=offer.name)
    key = guarded(at, lambda: repository.duplicate_contract(at.store, at.principal, offer.key, name))
    if key:
        st.session_state[f"{offer.kind}_picked"] = key
        st.rerun()


def _forget(offer: Offer) -> None:
    """Drop the draft and the pick of an offer that is saved or gone."""
    drafts = dict(st.session_state.get(f"{offer.kind}_drafts", {}))
    drafts.pop(offer.key, None)
    st.session_state[f"{offer.kind}_drafts"] = drafts
    st.session_state.pop(f"{offer.kind}_picked", None)


def _take_in(at: Desk, kind: ContractKind) -> None:
    say: Any = at.say
    upload = st.file_uploader(
        say("factoring.take_in"), type=["toml"], key=f"{kind}_upload_{st.session_state.get('taken', 0)}"
    )
    if upload is None:
        return
    try:
        contract, warnings = from_text(at, kind, upload.name, upload.getvalue().decode("utf-8", errors="replace"))
        name = contract.name or upload.name.removesuffix(".toml")
        key = repository.save_contract(
            at.store, at.principal, kind=kind, name=name, content=text_of(at, replace(contract, name=name))
        )
    except InputRejected as rejected:
        for found in rejected.problems:
            place = f"{found.row}: " if found.row else ""
            st.error(f"{place}{plain(say.problem(found))}", icon=":material/error:")
        return
    for found in warnings:
        st.toast(say.problem(found), icon=":material/warning:")
    st.session_state[f"{kind}_picked"] = key
    st.session_state["taken"] = st.session_state.get("taken", 0) + 1
    st.rerun()
