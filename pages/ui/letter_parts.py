"""The letter to a customer, on the page of collections: chosen, edited, saved as text or PDF, or taken to the mail program."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.repository import InvoiceLine
from forecasting.errors import InputRejected
from forecasting.latepayment import LateInterest
from forecasting.worklist import WorkItem
from pages.ui import action_parts
from pages.ui.collecting import Collecting, interest_of
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.letters import LETTERS, Claimed, Letter, letter
from pages.ui.reports.letter_pdf import letter_pdf
from pages.ui.session import Desk
from pages.ui.voice import voice_of


def letters(at: Desk, item: WorkItem, found: Collecting) -> None:
    """A letter ready to be edited, copied or saved, in the language of the customer."""
    say = at.say
    left, right = st.columns(2, gap="medium")
    kind = left.selectbox(
        say("collect.letter.kind"), LETTERS, format_func=lambda k: say(f"collect.letter.{k}.name"), key="letter_kind"
    )
    language = right.selectbox(
        say("collect.letter.language"),
        LANGUAGES,
        index=LANGUAGES.index(at.say.t.language),
        format_func=lambda code: say(f"collect.letter.languages.{code}"),
        key="letter_language",
    )
    claims, unknown = _claims(at, item, found)
    if not claims:
        st.caption(say("collect.letter.none"))
        return
    if unknown:
        st.warning(say("collect.letter.no_rate"), icon=":material/warning:")
    if any(claim.interest and claim.interest.provisional for claim in claims):
        st.caption(say("collect.letter.provisional"))
    text = st.text_area(
        say("collect.letter.text"),
        _text(at, item, found, kind, language, claims),
        height=420,
        key=f"letter_{item.partner_id}_{kind}_{language}_{found.as_of}",
    )
    st.download_button(
        say("collect.letter.save"),
        text.encode(),
        file_name=f"{kind}-{item.partner_id}.txt",
        mime="text/plain",
        icon=":material/download:",
        key="letter_save",
    )
    with st.container(horizontal=True):
        if st.button(say("collect.letter.make_pdf"), icon=":material/picture_as_pdf:", key="letter_pdf"):
            st.session_state["letter_made"] = letter_pdf(text, company=at.company.name, language=language, day=found.as_of)
        st.link_button(
            say("collect.letter.mail"), action_parts.mail_link(at, item, text), icon=":material/mail:", key="letter_mail"
        )
    made = st.session_state.pop("letter_made", None)
    if made:
        st.download_button(
            say("collect.letter.save_pdf"),
            made,
            file_name=f"{kind}-{item.partner_id}.pdf",
            mime="application/pdf",
            on_click="ignore",
            key="letter_pdf_save",
        )


def _claims(at: Desk, item: WorkItem, found: Collecting) -> tuple[list[Claimed], bool]:
    """The overdue invoices with what they owe on top, and whether a rate was missing."""
    claims, unknown = [], False
    for line in found.overdue(item.partner_id):
        assert line.due is not None
        interest = _interest(at, line, found)
        unknown |= interest is None
        claims.append(
            Claimed(number=line.number, issue=line.issue, due=line.due, open_minor=line.open_minor, interest=interest)
        )
    return claims, unknown


def _interest(at: Desk, line: InvoiceLine, found: Collecting) -> LateInterest | None:
    try:
        return interest_of(at, line, found.positions.get(line.partner_id), found.as_of)
    except InputRejected:
        return None


def _text(at: Desk, item: WorkItem, found: Collecting, kind: Letter, language: Language, claims: Sequence[Claimed]) -> str:
    return letter(
        kind,
        claims,
        customer=found.name(item.partner_id),
        company=at.company.name,
        day=found.as_of,
        say=voice_of(language, at.company.currency),
    )
