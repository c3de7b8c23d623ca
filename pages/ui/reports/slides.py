"""The pack as slides: seven of them or, where offers were weighed, eight, 16:9, with native charts and tables that PowerPoint can edit."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN_TYPE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Inches, Length, Pt

from forecasting.dates import to_date
from forecasting.simulation.flows import Variant
from pages.ui.cash_words import bridge
from pages.ui.reports import palette
from pages.ui.reports.pack import Pack, month_format, with_total, written
from pages.ui.reports.words import clean

#: Typefaces that every office has: the screen's own are not embedded in slides.
SERIF: Final = "Georgia"
SANS: Final = "Arial"
_LEFT, _WIDTH = Inches(0.6), Inches(12.13)
_FOOT, _CHART_TOP, _CHART_HEIGHT = Inches(6.9), Inches(1.45), Inches(5.4)
#: Offers that a slide has room for, in two lines each.
_OFFERS: Final = 8
#: What one line beneath a headline number holds on the cover.
_LINE_CHARACTERS: Final = 28
_DASH: Final[dict[Variant, Any]] = {
    "baseline": MSO_LINE_DASH_STYLE.SOLID,
    "factoring": MSO_LINE_DASH_STYLE.DASH,
    "insurance": MSO_LINE_DASH_STYLE.ROUND_DOT,
    "both": MSO_LINE_DASH_STYLE.SOLID,
}
_THOUSANDS: Final = "#,##0;\u2212#,##0"
#: Textures that tell the outflows apart without a colour of their own, as on screen.
_PATTERN: Final[dict[str, Any]] = {
    "wages": MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL,
    "tax": MSO_PATTERN_TYPE.SMALL_GRID,
    "rent": MSO_PATTERN_TYPE.PERCENT_20,
    "financing": MSO_PATTERN_TYPE.LIGHT_HORIZONTAL,
    "other": MSO_PATTERN_TYPE.LIGHT_VERTICAL,
}


def slides(pack: Pack) -> bytes:
    """The presentation's bytes."""
    show = _Slides(pack)
    for step in (show.cover, show.curve, show.causes, show.weeks, show.variants, show.costs, show.offers, show.basis):
        step()
    target = BytesIO()
    show.file.save(target)
    return target.getvalue()


class _Slides:
    """One presentation in the making."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.say = pack, pack.say
        self.shown = pack.say(f"app.variant.{pack.view.shown}")
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(13.333), Inches(7.5)
        self.file.core_properties.title = f"{pack.title} · {pack.subtitle}"
        self.file.core_properties.author = "Encaisse"
        self.file.core_properties.comments = pack.footer

    def _slide(self, title: str, note: str = "") -> Any:
        """A slide with its title, a quiet word under it, its foot."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[5])
        place = slide.shapes.title
        place.left, place.top, place.width, place.height = _LEFT, Inches(0.4), _WIDTH, Inches(0.75)
        self._words(place.text_frame, [(clean(title), False)], size=26, serif=True)
        if note:
            self._text(slide, [(clean(note), False)], Inches(1.0), Inches(0.35), size=13, color=palette.LABEL)
        rule = slide.shapes.add_connector(1, _LEFT, Inches(6.98), _LEFT + _WIDTH, Inches(6.98))
        rule.line.color.rgb, rule.line.width = _rgb(palette.HAIRLINE), Pt(0.75)
        self._text(slide, [(self.pack.footer, False)], Inches(7.0), Inches(0.35), size=10, color=palette.LABEL)
        return slide

    def _text(
        self,
        slide: Any,
        runs: Sequence[tuple[str, bool]],
        top: Length,
        height: Length,
        *,
        left: Length = _LEFT,
        width: Length = _WIDTH,
        size: float = 16,
        serif: bool = False,
        color: str = palette.TEXT,
    ) -> None:
        box = slide.shapes.add_textbox(left, top, width, height)
        self._words(box.text_frame, runs, size=size, serif=serif, color=color)

    def _words(
        self, frame: Any, runs: Sequence[tuple[str, bool]], *, size: float, serif: bool = False, color: str = palette.TEXT
    ) -> None:
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        line = frame.paragraphs[0]
        line.alignment = PP_ALIGN.LEFT
        for words, bold in runs:
            run = line.add_run()
            run.text = words
            run.font.name, run.font.size, run.font.bold = SERIF if serif else SANS, Pt(size), bold
            run.font.color.rgb = _rgb(color)

    # ── slides ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def cover(self) -> None:
        """The sentence and the headline numbers."""
        slide = self._slide(self.pack.title, self.pack.subtitle)
        self._text(slide, self.pack.sentence, Inches(1.8), Inches(1.6), size=26, serif=True)
        rule = slide.shapes.add_connector(1, _LEFT, Inches(3.75), _LEFT + _WIDTH, Inches(3.75))
        rule.line.color.rgb, rule.line.width = _rgb(palette.TEXT), Pt(2)
        step = int(_WIDTH / len(self.pack.numbers))
        for k, number in enumerate(self.pack.numbers):
            left, wide = Emu(_LEFT + k * step), Emu(step - Inches(0.15))
            self._text(slide, [(clean(number.label), False)], Inches(3.9), Inches(0.4), left=left, width=wide, size=13)
            self._text(slide, [(clean(number.value), True)], Inches(4.25), Inches(0.7), left=left, width=wide, size=28)
            tone = palette.DANGER if number.tone == "red" else palette.LABEL
            self._text(
                slide, [(clean(number.second), False)], Inches(4.9), Inches(0.4), left=left, width=wide, size=12, color=tone
            )
            aside = [(clean(number.aside), False)]
            lines = max(1, -(-len(number.second) // _LINE_CHARACTERS))
            self._text(
                slide, aside, Inches(5.0 + 0.2 * lines), Inches(0.4), left=left, width=wide, size=12, color=palette.LABEL
            )
        if self.pack.view.comment:
            comment = [(clean(self.pack.view.comment), False)]
            self._text(slide, comment, Inches(5.9), Inches(0.8), size=14, color=palette.LABEL)

    def curve(self) -> None:
        """The balance per day: medians of every variant, the range of the shown one."""
        note = f"{self.say('pack.bands_lines')} · {self.shown}"
        slide = self._slide(self.say("cash.curve_title", unit=self.say.f.unit), note)
        sheet, view = self.pack.sheet("balance"), self.pack.view
        data = CategoryChartData(number_format=_THOUSANDS)
        data.categories = [to_date(int(row[0])) for row in sheet.rows]  # type: ignore[arg-type]
        codes = [*view.outlook.projection.curves, "p05", "p95"]
        for code in codes:
            k = sheet.column(code)
            data.add_series(clean(sheet.columns[k].title), [self.say.f.thousands(int(row[k])) for row in sheet.rows])  # type: ignore[arg-type]
        frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE, _LEFT, _CHART_TOP, _WIDTH, _CHART_HEIGHT, data)
        chart = frame.chart
        for code, series in zip(codes, chart.plots[0].series, strict=True):
            variant = view.shown if code in ("p05", "p95") else code
            series.smooth = False
            series.format.line.color.rgb = _rgb(palette.VARIANT[variant])  # type: ignore[index]
            series.format.line.width = Pt(0.75 if code in ("p05", "p95") else 2.75 if code == view.shown else 1.75)
            dash = MSO_LINE_DASH_STYLE.SQUARE_DOT if code in ("p05", "p95") else _DASH[variant]  # type: ignore[index]
            series.format.line.dash_style = dash
        self._finish(chart)
        axis = chart.category_axis
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = month_format(self.say), False
        _by_month(axis)

    def causes(self) -> None:
        """What leads to the lowest point, as bars."""
        told = bridge(self.pack.view.outlook, self.pack.view.causes[self.pack.view.shown], self.say)
        slide = self._slide(f"{self.say('cash.causes_title')}, {self.say.f.unit}", self.shown)
        rows = [told.start, *told.causes, told.result]
        data = CategoryChartData(number_format=_THOUSANDS)
        data.categories = [clean(name) for name, _ in rows]
        data.add_series(self.say.f.unit, [amount for _, amount in rows])
        chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, _LEFT, _CHART_TOP, _WIDTH, _CHART_HEIGHT, data).chart
        plot = chart.plots[0]
        plot.gap_width, plot.has_data_labels = 60, True
        plot.data_labels.font.size, plot.data_labels.number_format = Pt(13), "+#,##0;\u2212#,##0;0"
        plot.data_labels.number_format_is_linked = False
        series = plot.series[0]
        series.invert_if_negative = False
        for k, (_, amount) in enumerate(rows):
            ends = k in (0, len(rows) - 1)
            color = palette.VARIANT["baseline"] if ends else palette.DANGER if amount < 0 else palette.CASH_IN
            point = series.points[k].format.fill
            point.solid()
            point.fore_color.rgb = _rgb(color)
        self._finish(chart)
        chart.has_legend, chart.category_axis.reverse_order = False, True
        chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False

    def weeks(self) -> None:
        """Thirteen weeks by heading, stacked."""
        sheet = self.pack.sheet("weeks")
        slide = self._slide(self.say("cash.weeks_title", unit=self.say.f.unit), self.shown)
        data = CategoryChartData(number_format=_THOUSANDS)
        data.categories = [self.say.f.day(int(row[0])) for row in sheet.rows]  # type: ignore[arg-type]
        for k, column in enumerate(sheet.columns[1:-1], start=1):
            data.add_series(clean(column.title), [self.say.f.thousands(int(row[k])) for row in sheet.rows])  # type: ignore[arg-type]
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, _LEFT, _CHART_TOP, _WIDTH, _CHART_HEIGHT, data).chart
        chart.plots[0].gap_width, chart.plots[0].overlap = 70, 100
        for column, series in zip(sheet.columns[1:-1], chart.plots[0].series, strict=True):
            series.invert_if_negative = False
            own = {"customers": palette.CASH_IN, "protection": palette.VARIANT["both"]}.get(column.code, palette.CASH_OUT)
            _fill(series.format.fill, own, _PATTERN.get(column.code))
        self._finish(chart)

    def variants(self) -> None:
        """With and without protection."""
        slide = self._slide(self.say("pack.table.variants", unit=self.say.f.unit))
        head, rows = written(self.pack.sheet("variants"), self.say)
        self._table(slide, head, rows, Inches(1.35))

    def costs(self) -> None:
        """What each protection costs, heading by heading."""
        costs = with_total(self.pack.sheet("costs"), self.say)
        if costs.rows:
            slide = self._slide(self.say("pack.table.costs", unit=self.say.f.unit))
            head, rows = written(costs, self.say)
            self._table(slide, head, rows, Inches(1.35), strong_last=True)

    def offers(self) -> None:
        """The efficient offers with the one that is advised, where they were weighed."""
        if not self.pack.has("offers"):
            return
        slide = self._slide(self.say("decide.table_title", unit=self.say.f.unit))
        self._text(slide, [(self.pack.advice, False)], Inches(1.15), Inches(0.7), size=16, serif=True)
        sheet = self.pack.sheet("offers")
        head, rows = written(sheet, self.say, range(min(len(sheet.rows), _OFFERS)))
        self._table(slide, head, rows, Inches(2.0), wide=sheet.column("content"))

    def basis(self) -> None:
        """What the figures rest on."""
        slide = self._slide(self.say("pack.sheet.basis"))
        rows = [[clean(name), clean(value)] for name, value in self.pack.facts]
        self._table(
            slide, [self.say("pack.column.what"), self.say("pack.column.value")], rows, Inches(1.3), width=Inches(6.2)
        )
        for k, words in enumerate(self.pack.assumptions):
            top = Inches(1.3 + 0.85 * k)
            self._text(slide, [(clean(words), False)], top, Inches(0.8), left=Inches(7.2), width=Inches(5.5), size=14)

    # ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _table(
        self,
        slide: Any,
        head: list[str],
        rows: list[list[str]],
        top: Length,
        *,
        width: Length = _WIDTH,
        strong_last: bool = False,
        wide: int | None = None,
    ) -> None:
        """A table that stays above the foot, however many rows it has; `wide`: the column of long words."""
        height = Emu(min(Inches(0.36), int((_FOOT - top) / (len(rows) + 1))))
        size = 12 if height > Inches(0.28) else 10
        frame = slide.shapes.add_table(len(rows) + 1, len(head), _LEFT, top, width, Emu(height * (len(rows) + 1)))
        table = frame.table
        if wide is not None:
            for k in range(len(head)):
                table.columns[k].width = Emu(int(width * (0.4 if k == wide else 0.6 / (len(head) - 1))))
        table.horz_banding = False
        for r, line in enumerate([head, *rows]):
            table.rows[r].height = height
            for k, words in enumerate(line):
                cell = table.cell(r, k)
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb(palette.WASH if r == 0 else "#FFFFFF")
                cell.margin_top = cell.margin_bottom = Inches(0.03)
                bold = r == 0 or (strong_last and r == len(rows))
                self._words(cell.text_frame, [(words, bold)], size=size, color=palette.LABEL if r == 0 else palette.TEXT)
                cell.text_frame.paragraphs[0].alignment = (
                    PP_ALIGN.LEFT if k in (0, wide) or len(head) == 2 else PP_ALIGN.RIGHT
                )

    def _finish(self, chart: Any) -> None:
        chart.font.name, chart.font.size, chart.font.color.rgb = SANS, Pt(12), _rgb(palette.LABEL)
        chart.has_title = False
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        axis = chart.category_axis
        axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        axis.has_major_gridlines = False
        values = chart.value_axis
        values.tick_labels.number_format, values.tick_labels.number_format_is_linked = _THOUSANDS, False
        values.major_gridlines.format.line.color.rgb = _rgb(palette.HAIRLINE)
        values.format.line.fill.background()


def _fill(fill: Any, color: str, pattern: Any) -> None:
    """A bar's colour, or its texture in that colour on white."""
    if pattern is None:
        fill.solid()
        fill.fore_color.rgb = _rgb(color)
        return
    fill.patterned()
    fill.pattern, fill.fore_color.rgb, fill.back_color.rgb = pattern, _rgb(color), _rgb("#FFFFFF")


def _by_month(axis: Any) -> None:
    """One label per month on an axis of days; the schema wants these three after the offset of the labels, in order."""
    element = axis._element  # the library has no name for them
    for name in ("baseTimeUnit", "majorUnit", "majorTimeUnit"):
        for old in element.findall(qn(f"c:{name}")):
            element.remove(old)
    place = element.find(qn("c:lblOffset"))
    for name, value in reversed((("baseTimeUnit", "days"), ("majorUnit", "1"), ("majorTimeUnit", "months"))):
        made = OxmlElement(f"c:{name}")
        made.set("val", value)
        place.addnext(made)


def _rgb(color: str) -> RGBColor:
    made: RGBColor = RGBColor.from_string(color.removeprefix("#"))
    return made
