"""The parts of the Load page: drop, recognise, map, check, store; and the list of imports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final

import streamlit as st

from data import repository
from data.importers.protocol import Reading
from data.repository import ImportReceipt, ImportRecord
from forecasting.errors import InputRejected, Problem
from pages.ui import frame, intake, session
from pages.ui.audit_parts import trail
from pages.ui.change_parts import changed
from pages.ui.column_parts import columns
from pages.ui.frame import Table, plain
from pages.ui.intake import UPLOAD_LIMIT, Dropped
from pages.ui.reports.csv_files import spreadsheet
from pages.ui.safety_parts import safety
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Problems shown on the page; the whole list can be downloaded.
_SHOWN: Final = 60
_ROWS_NAMED: Final = 6
#: Remarks on a file that stand open; the others are folded beneath.
_REMARKS: Final = 5
_TYPES: Final = ["csv", "txt", "xlsx", "xls", "ods", "xml", "pdf", "zip", "sta", "940", "ofx", "qfx", "afb", "dat"]


def note(at: Desk) -> str:
    """Where the reader stands: how many imports there are."""
    done = sum(record.undone_at is None for record in repository.list_imports(at.store, at.principal))
    return at.say("load.note", count=done)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def files(at: Desk) -> None:
    """Drop files; see what they are, how they are read, what is wrong; store the good rows."""
    say = at.say
    if st.session_state.pop("see_cash_now", False):
        st.switch_page("pages/cash.py")
    _receipts(at)
    words = st.container()
    left, right = [st.container(), st.container()] if at.phone else st.columns([4.1, 7.9], gap="large")
    with left:
        st.header(say("load.file"), anchor=False)
        uploads = st.file_uploader(
            say("load.drop"), accept_multiple_files=True, type=_TYPES, key=f"uploads_{st.session_state.get('round', 0)}"
        )
    with left:
        dropped = _read(at, [up for up in uploads or () if up.size <= UPLOAD_LIMIT])
    with words:
        frame.sentence(_sentence(dropped, say))
        for up in uploads or ():
            if up.size > UPLOAD_LIMIT:
                text = say("problem.import.too_large", limit=UPLOAD_LIMIT >> 20)
                st.error(f"**{up.name}** · {text}", icon=":material/error:")
    with left:
        for one in dropped:
            _card(one, say)
    if not dropped:
        with right:
            _help(at)
        return
    with right:
        shown = _chosen(dropped, say)
        columns(at, shown)
    _problems(at, [p for one in dropped for p in one.problems])
    _bar(at, dropped)


def _read(at: Desk, uploads: Sequence[Any]) -> list[Dropped]:
    """Every file that came, read apart from the server; the next reader already gets ready."""
    with st.spinner(at.say("load.reading", count=len(uploads))) if uploads else nullcontext():
        dropped = [intake.read(at, up.name, up.getvalue()) for up in uploads]
    intake.stand_by()
    return dropped


def _sentence(dropped: Sequence[Dropped], say: Voice) -> str:
    if not dropped:
        return say("load.say.nothing")
    ready, wrong = sum(one.accepted for one in dropped), sum(one.rejected for one in dropped)
    total = ready + wrong + sum(r.duplicates for one in dropped for r in one.readings)
    key = "load.say.some" if wrong else "load.say.all"
    return say(
        key,
        ready=say("load.ready_of", count=ready, shown=say.f.whole(ready), total=say.f.whole(total)),
        wrong=say("load.to_correct", count=wrong, shown=say.f.whole(wrong)),
    )


def _help(at: Desk) -> None:
    """What can be dropped, and a way out of the sample company."""
    say = at.say
    st.header(say("load.help.title"), anchor=False)
    st.markdown(say("load.help.body"))
    if session.is_sample(at):
        st.info(say("load.help.sample"), icon=":material/science:")
        if st.button(say("load.help.clear"), key="clear_sample"):
            session.clear(at)
            st.rerun()
    elif session.is_empty(session.ledger(at)) and st.button(say("load.help.fill"), key="fill_sample"):
        session.fill(at)
        st.rerun()


def _card(one: Dropped, say: Voice) -> None:
    """A dropped file with what it was recognised as."""
    for reading in one.readings:
        with st.container(border=True):
            known = reading.format != "unknown" and bool(reading.accepted or reading.bank or reading.balances)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{plain(reading.file)}**", width="content")
                st.badge(
                    say("load.recognised" if known else "load.not_recognised"),
                    icon=":material/check:" if known else ":material/error:",
                    color="green" if known else "red",
                )
            st.caption(" · ".join(_facts(one, reading, say)))
            remarks = [say(remark.code, **dict(remark.values)) for remark in (*reading.notes, *reading.questions)]
            for words in remarks[:_REMARKS]:
                st.caption(words)
            if len(remarks) > _REMARKS:
                with st.expander(say("load.remarks", count=len(remarks) - _REMARKS)):
                    for words in remarks[_REMARKS:]:
                        st.caption(words)


def _facts(one: Dropped, reading: Reading, say: Voice) -> list[str]:
    facts = [say(f"import.format.{reading.format}"), say("load.rows", count=reading.accepted + reading.rejected)]
    facts.append(say("load.kilobytes", count=say.f.whole(max(1, len(one.file.content) // 1000))))
    if reading.first_day and reading.last_day:
        facts.append(say("load.period", first=say.f.day_year(reading.first_day), last=say.f.day_year(reading.last_day)))
    facts += [
        say.f.cents(total) if c == say.f.currency else f"{say.f.cents(total, symbol=False)} {c}"
        for c, total in reading.total_minor.items()
    ]
    mapping = reading.mapping
    if mapping and mapping.delimiter:
        facts.append(say("load.text_style", encoding=mapping.encoding.upper(), mark=_mark_name(mapping.delimiter, say)))
    return facts


def _mark_name(delimiter: str, say: Voice) -> str:
    names = {";": "semicolon", ",": "comma", "\t": "tab", "|": "pipe"}
    return say(f"load.mark.{names[delimiter]}") if delimiter in names else delimiter


def _chosen(dropped: Sequence[Dropped], say: Voice) -> Dropped:
    """The file whose columns are shown."""
    if len(dropped) == 1:
        return dropped[0]
    place = st.selectbox(
        say("load.which"), range(len(dropped)), format_func=lambda k: dropped[k].file.name, key="shown_file"
    )
    return dropped[place or 0]


# ── problems and the bar ─────────────────────────────────────────────────────────────────────────────────────────────


def _problems(at: Desk, problems: Sequence[Problem]) -> None:
    """Every problem with severity, row, column, value and remedy; as cards on a phone."""
    say = at.say
    if not problems:
        return
    blocking = sum(p.severity == "error" for p in problems)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(say("load.problems", count=len(problems)), anchor=False, width="content")
        if blocking:
            st.badge(say("load.blocking_count", count=blocking), icon=":material/error:", color="red")
        if len(problems) > blocking:
            st.badge(say("load.check_count", count=len(problems) - blocking), icon=":material/warning:", color="orange")
    groups = alike(problems, say)
    shown = groups[:_SHOWN]
    if at.phone:
        for group in shown:
            with st.container(border=True):
                st.markdown(f"{_severity(group[0], say)} · {say('load.row_of', row=_rows(group, say))}")
                st.markdown(f"**{plain(group[0].column or group[0].file)}** {plain(_value(group[0]))}")
                st.caption(plain(say.problem(group[0])))
    else:
        columns = {
            say("load.severity"): [_severity(group[0], say) for group in shown],
            say("load.file_column"): [plain(group[0].file) or "—" for group in shown],
            say("load.row"): [_rows(group, say) for group in shown],
            say("load.column"): [plain(group[0].column) or "—" for group in shown],
            say("load.value"): [plain(_value(group[0])) or "—" for group in shown],
            say("load.what_to_do"): [plain(say.problem(group[0])) for group in shown],
        }
        frame.table(Table(columns=columns), alt=say("load.problems", count=len(problems)))
    if len(groups) > _SHOWN:
        st.caption(say("load.more", count=say.f.whole(sum(map(len, groups[_SHOWN:])))))


def alike(problems: Sequence[Problem], say: Voice) -> list[list[Problem]]:
    """Problems of one file that say the same of other rows, put together, in the order of their first."""
    found: dict[tuple[str, str, str, str], list[Problem]] = {}
    for one in problems:
        found.setdefault((one.severity, one.file, one.column, say.problem(one)), []).append(one)
    return list(found.values())


def _rows(group: Sequence[Problem], say: Voice) -> str:
    """The rows that a sentence speaks of; the first few where there are many."""
    rows = [say.f.whole(one.row) for one in group if one.row]
    if not rows:
        return "—"
    if len(rows) <= _ROWS_NAMED:
        return ", ".join(rows)
    return say("load.rows_more", rows=", ".join(rows[:_ROWS_NAMED]), count=len(rows) - _ROWS_NAMED)


def _severity(found: Problem, say: Voice) -> str:
    if found.severity == "error":
        return f":red[:material/error: {say('load.blocking')}]"
    return f":orange[:material/warning: {say('load.to_check')}]"


def _value(found: Problem) -> str:
    return dict(found.values).get("text", "")


def problems_csv(problems: Sequence[Problem], say: Voice) -> bytes:
    """The list of problems for a spreadsheet; cells that a spreadsheet would run are made text."""
    head = [say("load.file_column"), say("load.row"), say("load.column"), say("load.value"), say("load.what_to_do")]
    rows = [[p.file, str(p.row or ""), p.column, _value(p), say.problem(p)] for p in problems]
    return spreadsheet([head, *rows], french=say.t.language == "fr")


def _bar(at: Desk, dropped: Sequence[Dropped]) -> None:
    """What is ready, what is set aside, and the one button that stores."""
    say = at.say
    ready, aside = sum(one.accepted for one in dropped), sum(one.rejected for one in dropped)
    problems = [p for one in dropped for p in one.problems]
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        words = say("load.bar", ready=say("load.rows_ready", count=ready), aside=say("load.aside", count=aside))
        st.markdown(words, width="stretch")
        if problems:
            st.download_button(
                say("load.download", count=len(problems)),
                data=problems_csv(problems, say),
                file_name="problemes.csv" if say.t.language == "fr" else "problems.csv",
                mime="text/csv",
                on_click="ignore",
                key="download_problems",
            )
        kind = "import_nothing" if not ready else "import_good" if aside else "import"
        label = say(f"load.{kind}", count=ready)
        reason = "" if ready else say("load.nothing_ready")
        if st.button(label, type="primary", disabled=not ready, help=reason or None, key="import"):
            receipts, refused = intake.store(at, dropped)
            st.session_state["receipts"], st.session_state["refused"] = receipts, refused
            st.session_state["round"] = st.session_state.get("round", 0) + 1
            st.rerun()


def _receipts(at: Desk) -> None:
    """What became of the files that were just stored."""
    say = at.say
    receipts: list[ImportReceipt] = st.session_state.pop("receipts", [])
    for receipt in receipts:
        key = "load.receipt.unchanged" if receipt.unchanged else "load.receipt.stored"
        words = say(
            key,
            file=plain(receipt.file),
            stored=say.f.whole(receipt.stored),
            replaced=say.f.whole(receipt.replaced),
            duplicates=say.f.whole(receipt.duplicates),
            rejected=say.f.whole(receipt.rejected),
        )
        st.success(words, icon=":material/check:")
        # What only the store could see was in no preview: it is said here or nowhere.
        for found in [p for p in receipt.problems if p.code.startswith("store.")][:_SHOWN]:
            st.warning(
                f"{say('load.row_of', row=found.row or '—')} · {plain(say.problem(found))}", icon=":material/warning:"
            )
    for found in st.session_state.pop("refused", ()):
        st.error(plain(say.problem(found)), icon=":material/error:")
    if receipts:
        changed(at, open_at_once=True)
    if receipts:
        # The receipts are gone at the next run, and with them the button: what it does is remembered.
        st.button(
            say("load.receipt.see"),
            type="primary",
            key="see_cash",
            on_click=lambda: st.session_state.update(see_cash_now=True),
        )


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def history(at: Desk) -> None:
    """Every import, newest first, with a way back."""
    say, records = at.say, repository.list_imports(at.store, at.principal)
    st.header(say("load.history"), anchor=False)
    if records:
        _imports(at, records)
    else:
        st.caption(say("load.no_history"))
    safety(at)
    trail(at)


def _imports(at: Desk, records: Sequence[ImportRecord]) -> None:
    say = at.say
    content = _history_table(records, say)
    narrow = [say(f"load.{name}") for name in ("file_column", "state", "count.stored", "count.rejected")]
    frame.listing(say, content.only(narrow) if at.phone else content, key="imports", alt=say("load.history"))
    alive = [record for record in records if record.undone_at is None]
    if not alive:
        return
    names = {r.import_id: f"{r.file} ({say.f.short_date(r.imported_at.date())})" for r in alive}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("load.undo_which"), list(names), format_func=names.__getitem__, key="undo_which", width=420
        )
        if st.button(say("load.undo"), key="undo") and chosen is not None:
            try:
                repository.undo_import(at.store, at.principal, chosen)
            except InputRejected as rejected:
                for found in rejected.problems:
                    st.error(say.problem(found), icon=":material/error:")
            else:
                st.toast(say("load.undone", file=names[chosen]), icon=":material/undo:")
                st.rerun()
    if chosen is not None:
        _problems(at, repository.import_problems(at.store, at.principal, chosen))


def _history_table(records: Sequence[ImportRecord], say: Voice) -> Table:
    counts = {name: say(f"load.count.{name}") for name in ("stored", "replaced", "duplicates", "rejected")}
    columns: dict[str, Sequence[object]] = {
        say("load.when"): [f"{say.f.short_date(r.imported_at.date())} {say.f.hour(r.imported_at)}" for r in records],
        say("load.file_column"): [plain(r.file) for r in records],
        say("load.format"): [_format_name(r.format, say) for r in records],
        say("load.state"): [say("load.state_undone" if r.undone_at else "load.state_there") for r in records],
    }
    for name, label in counts.items():
        columns[label] = [int(getattr(r, name)) for r in records]
    return Table(columns=columns, writers=dict.fromkeys(counts.values(), lambda value: say.f.whole(int(value))))


def _format_name(code: str, say: Voice) -> str:
    return say("load.sample") if code == "sample" else say(f"import.format.{code}")
