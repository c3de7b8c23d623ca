"""The figures: what they show, what they weigh, and that no colour is written into them."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.elements.lib import streamlit_plotly_theme as theme

from forecasting.choice.frontier import MEASURES, Measure
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import tokens
from pages.ui.charts.account import Account, account
from pages.ui.charts.base import Canvas, Frame, month_ticks, nice_step, shortened, spread
from pages.ui.charts.compare import Compared, compare
from pages.ui.charts.drivers import Bridge, drivers
from pages.ui.charts.frontier import Frontier, Point, frontier
from pages.ui.charts.hero import Hero, hero
from pages.ui.charts.weeks import Heading, Weeks, weeks
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.pages.fixtures.projections import AS_OF, projection

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def picture(shown: Variant = "baseline", *, phone: bool = False, days: int = 365) -> Hero:
    return Hero(
        curves=projection(days=days).curves,
        shown=shown,
        overdraft_limit_minor=50_000_000,
        cash_floor_minor=10_000_000,
        actual_days=tuple(range(AS_OF - 42, AS_OF + 1)),
        actual_minor=tuple(60_000_000 + 1_600_000 * k for k in range(43)),
        phone=phone,
    )


def flows() -> dict[Heading, np.ndarray]:
    luck = np.random.default_rng(3)
    return {
        "customers": luck.integers(30, 60, 13) * 1_000_000,
        "suppliers": -luck.integers(15, 30, 13) * 1_000_000,
        "wages": np.where(np.arange(13) % 4 == 3, -20_000_000, 0),
    }


def offers(count: int, measure: Measure = "lowest") -> Frontier:
    """So many offers, a tenth of them efficient, each with words as long as those of a sample offer."""
    luck = np.random.default_rng(5)
    words = "Offre d’affacturage Lutécia, avec recours + Police d’assurance-crédit Garonne · à la demande, quand le solde passe sous le seuil"
    points = [
        Point(
            letter=chr(65 + k % 26) if k % 10 == 0 else "",
            variant=VARIANTS[k % 4],
            cost_minor=int(luck.integers(0, 20_000_000)),
            lowest_minor=int(luck.integers(-20_000_000, 100_000_000)),
            below_floor=float(k % 41) / 100,
            words=f"{words} · 5 plus gros débiteurs cédés<br>Coût 117 k€<br>Point bas +1 044 k€<br>Moins bien que C, {k}",
            chosen=k == 10,
        )
        for k in range(count)
    ]
    return Frontier(
        points=points,
        efficient=range(0, min(count, 300), 10),
        cash_floor_minor=30_000_000,
        overdraft_limit_minor=50_000_000,
        level=0.05,
        measure=measure,
    )


def every_figure(language: Language) -> list[go.Figure]:
    say = voice_of(language)
    bridge = Bridge(start=("a", 635), causes=(("b", -412), ("c", 140)), result=("d", 363))
    compared = [(f"Scénario <{v}> & co", c) for v, c in projection().curves.items()]
    return [
        *(hero(picture(variant, phone=phone), say) for variant in VARIANTS for phone in (False, True)),
        hero(picture(days=547), say),
        drivers(bridge, say),
        weeks(Weeks(first_days=tuple(AS_OF + 7 * k for k in range(13)), flows_minor=flows()), say),
        compare(Compared(curves=compared, overdraft_limit_minor=0, cash_floor_minor=0), say),
        *(frontier(offers(count), say) for count in (44, 150, 2_000)),
        frontier(offers(44, "floor"), say),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_heavy_or_coloured(language: Language) -> None:
    allowed = {*tokens.SLOTS, tokens.PAGE}
    for figure in every_figure(language):
        text = figure.to_json()
        assert len(text) < tokens.PAYLOAD_LIMIT
        own = figure.to_dict()
        own.get("layout", {}).pop("template", None)
        written = set(re.findall(r"#[0-9a-fA-F]{6}\b", str(own)))
        assert written <= allowed, written - allowed
        assert "rgb" not in str(own)


def test_a_figure_is_sent_as_plotly_would_send_it_and_a_misspelt_part_is_found() -> None:
    drawn = hero(picture(), voice_of("fr"))
    assert json.loads(drawn.to_json()) == json.loads(go.Figure(data=drawn.data, layout=drawn.layout).to_json())
    canvas = Canvas(Frame(height=10, left=0, right=0, top=0, bottom=0))
    canvas.scatter(x=[1], y=[2], lines={})
    with pytest.raises(ValueError, match="lines"):
        canvas.figure().to_json()


def test_streamlit_still_replaces_our_slots() -> None:
    """Streamlit swaps these placeholders for the ten categorical colours; with fewer than ten it swaps none."""
    assert tuple(getattr(theme, f"CATEGORY_{k}") for k in range(10)) == tokens.SLOTS
    assert tokens.PAGE == theme.BG_COLOR
    for mode in ("light", "dark"):
        assert len(CONFIG["theme"][mode]["chartCategoricalColors"]) == 10


def words(figure: go.Figure) -> str:
    return " ".join(a.text for a in figure.layout.annotations)


def test_the_hero_names_limits_low_and_lift() -> None:
    shown = picture()
    text = words(hero(shown, voice_of("fr")))
    low = shown.curve.lowest
    for piece in (
        "Seuil de trésorerie 100\u00a0k€",
        "Plafond de découvert \u2212500\u00a0k€",
        "9 fois sur 10",
        "avec les deux",
    ):
        assert piece in text, piece
    assert voice_of("fr").f.amount(low.median_minor, signed=True) in text


def test_the_arrow_goes_when_protection_carries_the_fan() -> None:
    both = hero(picture("both"), voice_of("en"))
    assert not [a for a in both.layout.annotations if a.arrowhead]
    assert [a for a in hero(picture(), voice_of("en")).layout.annotations if a.arrowhead]


def test_a_phone_draws_the_lowest_day_of_each_week() -> None:
    shown = picture(phone=True)
    line = next(t for t in hero(shown, voice_of("en")).data if t.name == "No protection")
    heights = np.asarray(line.y)
    median = shown.curve.p50_minor / 100_000
    assert len(heights) < 60
    assert heights.min() == pytest.approx(median.min())
    weekly = {round(float(median[s : s + 7].min()), 2) for s in range(0, 365, 7)}
    assert weekly <= {round(float(h), 2) for h in heights}


@pytest.mark.parametrize("phone", [False, True])
def test_every_day_that_is_drawn_can_be_clicked(phone: bool) -> None:
    """A browser chooses among the traces under the pointer the last one of the smallest marks: the days'."""
    traces = hero(picture(phone=phone), voice_of("fr")).data
    line = next(t for t in traces if t.name == "Sans protection")
    days = [t for t in traces if t.mode == "markers" and t.hoverinfo == "none"]
    assert len(days) == 1 and traces[-1] is days[0] and days[0].marker.size <= 6
    assert np.array_equal(np.asarray(days[0].y), np.asarray(line.y))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_limits_name_lies_on_the_words_of_an_early_low(language: Language) -> None:
    shown = picture()
    early = {v: replace(c, lowest=replace(c.lowest, day=c.first_day + 3)) for v, c in shown.curves.items()}
    figure = hero(replace(shown, curves=early, actual_days=(), actual_minor=()), voice_of(language))
    low = next(a for a in figure.layout.annotations if a.yref == "paper" and a.y == 0 and a.yanchor == "bottom")
    limit = next(a for a in figure.layout.annotations if a.text.startswith(("Plafond", "Overdraft")))
    assert low.xanchor == "left"
    assert np.datetime64(str(limit.x)[:10]) > np.datetime64(str(low.x)[:10]) + 90


def test_every_drawn_point_is_the_curve() -> None:
    shown = picture()
    for trace in hero(shown, voice_of("fr")).data:
        variant = next((v for v in VARIANTS if voice_of("fr")(f"app.variant.{v}") == trace.name), None)
        if variant:
            assert np.allclose(np.asarray(trace.y), shown.curves[variant].p50_minor / 100_000, atol=0.01)


def test_a_bridge_must_add_up() -> None:
    with pytest.raises(AssertionError):
        Bridge(start=("a", 1), causes=(("b", 2),), result=("c", 4))


def test_weeks_say_their_net() -> None:
    shown = Weeks(first_days=tuple(AS_OF + 7 * k for k in range(13)), flows_minor=flows())
    labels = weeks(shown, voice_of("fr")).layout.xaxis.ticktext
    assert len(labels) == 13
    for label, net in zip(labels, shown.net_minor, strict=True):
        assert voice_of("fr").f.whole(round(net / 100_000), signed=True) in label


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.floats(0, 300), min_size=1, max_size=6))
def test_labels_keep_their_distance_and_order(wanted: list[float]) -> None:
    placed = spread(sorted(wanted), 40, 0, 300)
    gap = min(40, 300 / (len(wanted) - 1)) if len(wanted) > 1 else 0
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(placed))
    assert all(-1e-6 <= p <= 300 + 1e-6 for p in placed)


@settings(derandomize=True, max_examples=100)
@given(st.floats(1, 1e7), st.integers(2, 9))
def test_a_nice_step_cuts_few_intervals(span: float, most: int) -> None:
    step = nice_step(span, most)
    assert step * most >= span
    assert str(step).strip("0") in ("1", "2", "5")


def test_months_say_their_year_once() -> None:
    values, texts = month_ticks(AS_OF, AS_OF + 365, voice_of("fr").f)
    assert texts[0] == "déc.<br>2026" and texts[1] == "janv.<br>2027"
    assert sum("<br>" in t for t in texts) == 2
    assert len(values) == len(texts) == 12


def test_names_are_safe_and_short_in_figures() -> None:
    assert shortened("<b>Société & fils", 40) == "&lt;b>Société &amp; fils"
    assert len(shortened("x" * 100, 24)) == 24


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(("dearer", "anchor"), [(135, "right"), (110, "left"), (300, "center")])
def test_the_words_of_the_advised_offer_turn_away_from_its_neighbour(
    phone: bool, dearer: int, anchor: str, measure: Measure
) -> None:
    """A neighbour a little dearer stands right of it, one a little cheaper left; one far away leaves the words where they are."""
    offers = [("", "baseline", 0, -200), ("C", "factoring", 117, 1044), ("D", "both", dearer, 1081)]
    points = [
        Point(
            letter=letter,
            variant=variant,
            cost_minor=cost * 100_000,
            lowest_minor=low * 100_000,
            below_floor=0.4 if letter == "" else 0.01,
            words="",
            chosen=letter == "C",
        )  # type: ignore[arg-type]
        for letter, variant, cost, low in offers
    ]
    drawn = frontier(
        Frontier(
            points=points,
            efficient=(0, 1, 2),
            cash_floor_minor=30_000_000,
            overdraft_limit_minor=50_000_000,
            level=0.05,
            measure=measure,
            phone=phone,
        ),
        voice_of("fr"),
    )
    words = {a.text: a.xanchor for a in drawn.layout.annotations}
    assert words["<b>C, conseillée</b>"] == anchor
    assert words["D"] == "center"


@pytest.mark.parametrize("language", LANGUAGES)
def test_less_risk_stands_higher_whichever_measure_is_drawn(language: Language) -> None:
    say = voice_of(language)
    for measure, better in (("lowest", 1), ("floor", -1)):
        drawn = frontier(offers(60, measure), say)  # type: ignore[arg-type]
        low, high = drawn.layout.yaxis.range
        assert (high - low) * better > 0
        told = [point.below_floor * 100 if measure == "floor" else point.lowest_minor / 1e5 for point in offers(60).points]
        assert sorted(height for trace in drawn.data if trace.mode == "markers" for height in np.asarray(trace.y)) == (
            pytest.approx(sorted(told))
        )
        assert all(min(low, high) <= height <= max(low, high) for height in told)
    named = [a.text for a in frontier(offers(60, "floor"), say).layout.annotations]
    assert say("decide.accepted", share=say.f.percent(0.05)) in named
    assert not any("300" in text for text in named), "the floor is an amount, and no height of this axis"


@pytest.mark.parametrize("phone", [False, True])
def test_the_highest_use_is_a_dot_without_words_in_the_figure(phone: bool) -> None:
    say, ceiling = voice_of("fr"), np.full(120, 120_000_000)
    used = np.full(120, 80_000_000) + 20_000_000 * (np.arange(120) == 60)
    picture = Account(
        first_day=AS_OF,
        assigned_minor=ceiling,
        eligible_minor=ceiling,
        ceiling_minor=ceiling,
        used_minor=used,
        phone=phone,
    )
    (dot,) = [trace for trace in account(picture, say).data if trace.mode == "markers"]
    assert list(dot.y) == [1_000] and picture.peak == (60, pytest.approx(100 / 120))
    assert replace(picture, used_minor=np.zeros(120, dtype=np.int64)).peak is None
