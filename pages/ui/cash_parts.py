"""The parts of the cash page: curve, causes, weeks with their invoices, notices, empty state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from data.access import may
from data.exporters.projection_files import curve_text
from forecasting.dates import to_date, to_day
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import answering, cash_tables, day_parts, figure_tables, frame, panel, session
from pages.ui.cash_words import Outlook, bridge, bridge_alt, hero_alt, shocks
from pages.ui.causes import steps_of
from pages.ui.charts.drivers import drivers
from pages.ui.charts.hero import Ghost, Hero, hero
from pages.ui.charts.weeks import Weeks
from pages.ui.charts.weeks import weeks as weeks_figure
from pages.ui.expected_parts import expected_notice
from pages.ui.headings import daily_headings, week_starts, weekly
from pages.ui.question import HORIZONS, Question, Repair, days_known
from pages.ui.reports.gather import causes_of, view_of
from pages.ui.reports.offer import offer
from pages.ui.session import Contracts, Desk
from pages.ui.share_parts import make

#: So long a browser takes to draw a first look, on the machine's processors where they are its own as well.
DRAWN_SECONDS = 0.4
#: So often a page that shows a first look asks whether the whole answer is there.
_LATE_SECONDS = 4.0
#: Balances older than this many days are worth a remark.
_OLD_DAYS = 4


def title(at: Desk) -> None:
    """The page's title with the day from which it looks ahead."""
    day = at.say.f.long_day(session.ledger(at).as_of)
    frame.title_row(at.say("cash.title"), at.say("app.as_of", day=day), at.say, lambda: _tools(at))


def _tools(at: Desk) -> None:
    """Share the question, take the whole answer away."""
    _share(at)
    offer(lambda: view_of(at, panel.current()), at.say)


def _share(at: Desk) -> None:
    """The link that reopens what is on screen, made at the moment it is asked for."""
    fold = st.popover(at.say("app.share"), key="share", on_change="rerun")
    if fold.open:
        with fold:
            st.markdown(at.say("cash.share"))
            st.code(panel.link(st.context.url or "", at.say.t.language, at.entity), language=None, wrap_lines=True)
            if may(at.principal, "change_library"):
                make(at)


def empty(at: Desk) -> None:
    """What to do where there is no invoice yet."""

    def actions() -> None:
        if st.button(at.say("cash.empty.load"), type="primary"):
            st.switch_page("pages/load.py")

    frame.empty_state(at.say, "cash.empty", actions)


def notices(at: Desk, outlook: Outlook, repairs: Sequence[Repair]) -> None:
    """One line each: what had to be repaired in the link, what is missing, where the curve stops, how old balances are."""
    say, ledger = at.say, outlook.ledger
    for repair in repairs:
        key = repair.field if repair.field in ("delay", "defaults") else "other"
        st.info(say(f"cash.notice.repaired_{key}", asked=repair.asked, applied=repair.applied), icon=":material/link:")
    _missing(at)
    known = days_known(ledger)
    if known < HORIZONS[outlook.question.months]:
        st.info(say("cash.notice.stops", day=say.f.long_day(ledger.as_of + known)), icon=":material/event_busy:")
    expected_notice(at, ledger)
    age = to_day(date.today()) - ledger.as_of
    if age > _OLD_DAYS:
        words = say("cash.notice.old", count=age, day=say.f.long_day(ledger.as_of))
        st.warning(words, icon=":material/schedule:")


def _missing(at: Desk) -> None:
    """What nobody has said yet and what the curve therefore is not, in one notice with the way to the answer."""
    say, lacking = at.say, session.missing(at)
    if not lacking:
        return
    words = say(
        "cash.notice.missing",
        list=say.list([say(f"cash.missing.{code}") for code in lacking]),
        consequence=" ".join(say(f"cash.consequence.{code}") for code in lacking),
    )
    st.warning(words, icon=":material/rule_settings:")
    if may(at.principal, "change_data") and st.button(say("cash.notice.complete"), key="complete_settings"):
        st.session_state["load_view"] = "files" if lacking[0].endswith("_invoices") else "settings"
        st.switch_page("pages/load.py")


def grid(at: Desk) -> Sequence[Any]:
    """Places for curve and causes: side by side, one above the other on a phone."""
    return [st.container(), st.container()] if at.phone else st.columns([9, 3], gap="large")


def curve(at: Desk, outlook: Outlook, *, glance: go.Figure | None = None) -> None:
    """The balance per day with the choice of the variant that carries the fan.

    glance: the figure of a first look, which is drawn in its place; all around it stays as it is.
    """
    say, shown = at.say, outlook.shown
    with st.container():
        if glance is None:
            _above(at, outlook)
    frame.figure(
        glance or picture(at, outlook),
        key="hero",
        alt=hero_alt(outlook, say),
        on_select=day_parts.clicked,
        selection_mode="points",
    )
    if glance is not None:
        return
    if at.phone:
        frame.table(cash_tables.variants(outlook, say, phone=True), alt=say("cash.curve_title", unit=say.f.unit))
    with st.container(horizontal=not at.phone, vertical_alignment="center", gap="small"):
        st.caption(" ".join(_footnotes(at, outlook)), width="stretch")
        _pin(at, outlook, shown)
        _check(at, outlook)
    frame.folded_table(
        say, lambda: cash_tables.curve(outlook, shown, say), key="hero_table", more=lambda: _files(at, outlook)
    )


def _above(at: Desk, outlook: Outlook) -> None:
    """The figure's title, and the choice of the variant that carries the fan."""
    say = at.say
    with st.container(horizontal=not at.phone, vertical_alignment="center", gap="small"):
        st.header(say("cash.curve_title", unit=say.f.unit), anchor=False, width="content")
        if not at.phone:
            st.caption(say("cash.bands"), width="content")
            st.space("stretch")
        with st.container(key="band", width="stretch" if at.phone else "content"):
            _band(at, outlook)


def picture(at: Desk, outlook: Outlook, *, glance: bool = False) -> go.Figure:
    """The curves with the fan, the balances that were, and the pinned curve."""
    actual = session.actual(at)
    content = Hero(
        curves=outlook.projection.curves,
        shown=outlook.shown,
        overdraft_limit_minor=outlook.ledger.overdraft_limit_minor,
        cash_floor_minor=outlook.ledger.cash_floor_minor,
        actual_days=actual.days if actual else (),
        actual_minor=actual.balances_minor if actual else (),
        ghost=_ghost(outlook),
        glance=glance,
        phone=at.phone,
    )
    return hero(content, at.say)


def _ghost(outlook: Outlook) -> Ghost | None:
    """The curve that was pinned, while it looks at the same days."""
    found: Ghost | None = st.session_state.get("ghost")
    return found if found and found.first_day == outlook.ledger.as_of else None


def _pin(at: Desk, outlook: Outlook, shown: Variant) -> None:
    """Keep the shown curve behind the ones to come, to see what a control changes; or let it go."""
    say, ghost = at.say, _ghost(outlook)
    if ghost:
        st.button(
            say("cash.unpin"),
            type="tertiary",
            icon=":material/keep_off:",
            key="unpin",
            on_click=lambda: st.session_state.pop("ghost", None),
        )
        return
    curve = outlook.projection.curves[shown]
    name = say(
        "cash.pinned",
        variant=say(f"app.variant.{shown}"),
        shocks=shocks(outlook.question, outlook.ledger, say) or say("cash.pinned_plain"),
    )
    pinned = Ghost(name=name, first_day=curve.first_day, median_minor=curve.p50_minor)
    st.button(
        say("cash.pin"),
        type="tertiary",
        icon=":material/keep:",
        key="pin",
        on_click=lambda: st.session_state.update(ghost=pinned),
    )


def _files(at: Desk, outlook: Outlook) -> None:
    """The curves to the cent and the question behind them, as files that the command line writes and reads."""
    say = at.say
    if outlook.coarse:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            say("cash.files.curve"),
            data=curve_text(outlook.projection, outlook.ledger.currency).encode("utf-8"),
            file_name="curve.csv",
            mime="text/csv",
            on_click="ignore",
            key="download_curve",
        )
        st.download_button(
            say("cash.files.question"),
            data=session.question_text(at, outlook.question).encode("utf-8"),
            file_name="scenario.toml",
            mime="application/toml",
            on_click="ignore",
            key="download_question",
        )
        st.caption(say("cash.files.note"), width="stretch")


def _band(at: Desk, outlook: Outlook) -> None:
    """The variant that carries the fan; writes the choice into the question."""
    present = [v for v in VARIANTS if v in outlook.projection.curves]
    st.session_state["ask_band"] = outlook.shown
    names = "variant_short" if at.phone else "variant"
    st.segmented_control(
        at.say("cash.band_choice"),
        options=present,
        format_func=lambda v: at.say(f"app.{names}.{v}"),
        key="ask_band",
        required=True,
        label_visibility="collapsed",
        width="stretch" if at.phone else "content",
        on_change=lambda: panel.set_band(st.session_state["ask_band"]),
    )


def _footnotes(at: Desk, outlook: Outlook) -> list[str]:
    say, projection = at.say, outlook.projection
    notes = [say("cash.phone_key")] if at.phone else []
    if outlook.assumed_customers:
        notes.append(say("cash.assumption", count=outlook.assumed_customers))
    notes.append(say("cash.drawn", paths=say.f.whole(projection.path_count), seed=projection.seed))
    return notes


def _check(at: Desk, outlook: Outlook) -> None:
    """On demand, some paths computed again line by line by the reference, with the number of cents that differ."""
    say = at.say
    if st.button(say("cash.check"), type="tertiary", icon=":material/fact_check:", key="check"):
        with st.spinner(say("cash.checking")):
            paths, differences = answering.vouched(
                outlook.ledger, session.scenario(at, outlook.question), session.contracts(at)
            )
        key = "cash.checked_differs" if differences else "cash.checked_same"
        st.caption(say(key, paths=say.f.whole(paths), count=differences))


def is_first_look(at: Desk, question: Question) -> bool:
    """Whether a coarse answer comes first: a control was moved, and a whole answer takes longer than a moment.

    The run that follows by itself is the whole answer's.
    """
    moved = not st.session_state.pop("whole_run", False) and st.session_state.get("looked_at") != question
    st.session_state["looked_at"] = question
    ready = answering.is_ready(session.ledger(at), session.scenario(at, question), session.contracts(at))
    # Until the browser is told values that were set for it, each of its requests says the old ones: the panel cannot wait.
    return moved and not ready and not panel.is_untold() and answering.is_slow()


def is_late(at: Desk, question: Question) -> bool:
    """Whether the page shows the first paths of an answer because others compute; the whole one then comes by itself."""
    of, asked, under = session.ledger(at), session.scenario(at, question), session.contracts(at)
    if answering.is_ready(of, asked, under):
        return False
    if st.session_state.get("late") == question:
        # Computed in vain (an error, or forgotten since) is computed by the page itself, which says what went wrong.
        return answering.is_wanted()
    if not answering.is_pressed():
        return False
    st.session_state["late"] = question
    steps = steps_of(asked)
    lesser = [(step, Contracts()) for step in steps.distinct if step != steps.whole]
    answering.want(of, [(asked, under), *lesser])
    return True


@st.fragment(run_every=_LATE_SECONDS)
def late(at: Desk, question: Question) -> None:
    """What the figures rest on so far; draws the page anew once the whole answer is there."""
    if not answering.is_wanted():
        st.rerun()
    f, paths = at.say.f, session.scenario(at, question).path_count
    few = min(paths, answering.FIRST_PATHS)
    st.caption(at.say("cash.late", few=f.whole(few), paths=f.whole(paths)))


@contextmanager
def waiting(at: Desk, question: Question, place: Any, shapes: Sequence[tuple[Any, int]]) -> Iterator[None]:
    """While an answer is computed: a word in the panel, and the previous curve stays; shapes of it the first time."""
    of = session.ledger(at)
    asked = session.scenario(at, question)
    # The places are there at every run, so that nothing below them moves.
    slots = []
    for where, height in shapes:
        with where:
            slots.append((st.empty(), height))
    if answering.is_ready(of, asked, session.contracts(at)):
        yield
        return
    first = "drawn" not in st.session_state
    for slot, height in slots if first else ():
        slot.skeleton(height)
    key = "cash.preparing" if first and answering.is_cold() else "cash.simulating"
    with place, st.spinner(at.say(key, paths=at.say.f.whole(asked.path_count))):
        yield
    for slot, _ in slots:
        slot.empty()
    st.session_state["drawn"] = True


def causes(at: Desk, outlook: Outlook) -> None:
    """What drives the lowest point of the shown variant."""
    say = at.say
    picture = bridge(outlook, causes_of(at, outlook, outlook.shown), say)
    st.header(say("cash.causes_title"), anchor=False)
    frame.figure(drivers(picture, say), key="drivers", alt=bridge_alt(picture, say))
    frame.folded_table(say, lambda: figure_tables.steps(picture, say), key="drivers_table")


def weeks(at: Desk, outlook: Outlook) -> None:
    """Thirteen weeks by heading; a click, or the list below for the keyboard, shows a week's invoices."""
    say, shown = at.say, outlook.projection.curves[outlook.shown]
    starts = tuple(s for s in week_starts(shown.first_day) if s < shown.first_day + len(shown.p50_minor))
    flows = weekly(daily_headings(shown, outlook.ledger), shown.first_day, starts)
    chosen = st.session_state.get("week") if st.session_state.get("week") in starts else None
    place = starts.index(chosen) if chosen is not None else None
    picture = Weeks(first_days=starts, flows_minor=flows, chosen=place, phone=at.phone)
    st.header(say("cash.weeks_title", unit=say.f.unit), anchor=False)
    worst = min(range(len(starts)), key=lambda k: picture.net_minor[k])
    alt = say("cash.alt_weeks", day=say.f.day(starts[worst]), net=say.f.amount(picture.net_minor[worst], signed=True))
    frame.figure(weeks_figure(picture, say), key="weeks", alt=alt, on_select=_clicked(starts), selection_mode="points")
    st.selectbox(
        say("cash.week_choice"),
        options=[None, *starts],
        format_func=lambda s: say("cash.week_none") if s is None else say("cash.week_of", day=say.f.day_year(s)),
        key="week",
        width=320,
    )
    if chosen is not None:
        invoices_of(at, outlook, chosen)
    frame.folded_table(say, lambda: cash_tables.weeks(picture, say), key="weeks_table")


def _clicked(starts: tuple[int, ...]) -> Callable[[], None]:
    """What a click on a bar does: it chooses the week in the list below."""

    def choose() -> None:
        points = frame.picked("weeks")
        if points:
            st.session_state["week"] = starts[int(points[0]["x"])]

    return choose


def invoices_of(at: Desk, outlook: Outlook, start: int) -> None:
    """The invoices that fall due in a week, the largest first."""
    say = at.say
    st.markdown(say("cash.week_note", day=say.f.day_year(start)))
    delay = 0 if outlook.question.who else outlook.question.delay_days
    rows = session.invoices_due(at, to_date(start), to_date(start + 6), delay)
    if not rows:
        st.caption(say("cash.week_empty"))
        return
    frame.listing(
        say, cash_tables.invoices(rows, say), key="week_invoices", alt=say("cash.week_note", day=say.f.day_year(start))
    )
