"""PowerPoint slides of a plan, all of native shapes: a bar that is moved takes its connectors along."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from core.calc.lazy import load_when_used
from roadmap.calc.plan import Plan
from roadmap.calc.plan_layout import (
    AXIS_ROW,
    AXIS_TOP,
    BAR_HEIGHT,
    DIAMOND,
    FOOTER,
    GROUP_TITLE,
    HEADER_HEIGHT,
    ITEM_FACTS,
    ITEM_TITLE,
    LABEL,
    LANE_HEIGHT,
    MAJOR_TICK,
    MARGIN,
    MINOR_TICK,
    PLAN_FACTS,
    PLAN_TITLE,
    ROW_HEIGHT,
    SLIDE,
    TITLE_WIDTH,
    Arrow,
    Bar,
    Page,
    Picture,
    Style,
    lay_out,
)
from roadmap.services.exports import lettering, palette
from roadmap.services.exports.drawing import fit, measure

pptx = load_when_used("pptx")
dml = load_when_used("pptx.dml.color")
dml_enum = load_when_used("pptx.enum.dml")
shape_enum = load_when_used("pptx.enum.shapes")
text_enum = load_when_used("pptx.enum.text")
oxml = load_when_used("pptx.oxml.ns")
units = load_when_used("pptx.util")
etree = load_when_used("lxml.etree")

# Where connectors are glued on a rectangle, counted from the top against the clock.
_LEFT, _RIGHT = 1, 3
_BLANK_LAYOUT = 6
# On every computer with an office program, or replaced by a font of the same widths, which are below Inter's.
FONT = "Arial"
# Longer alternative texts are read by nobody.
_LONGEST_DESCRIPTION = 500


def pptx_of(plan: Plan) -> bytes:
    """A deck in 16:9; as many slides as the rows need."""
    picture = lay_out(plan, paper=SLIDE, fit=fit, measure=measure)
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = units.Pt(SLIDE.width), units.Pt(SLIDE.height or 0)
    deck.core_properties.title = plan.title[:255]
    deck.core_properties.author = plan.organization[:255]
    deck.core_properties.subject = palette.subtitle_of(plan)[:255]
    for page in picture.pages:
        slide = deck.slides.add_slide(deck.slide_layouts[_BLANK_LAYOUT])
        _Slide(slide.shapes, picture).fill(page)
    stream = BytesIO()
    deck.save(stream)
    return stream.getvalue()


class _Slide:
    """Puts one page of the layout on a slide; both are measured in points from the top left."""

    def __init__(self, shapes: Any, picture: Picture) -> None:
        self.shapes = shapes
        # Else every new shape looks through all others for a free number.
        shapes.turbo_add_enabled = True
        self.picture = picture
        self.bars: dict[str, Any] = {}

    def fill(self, page: Page) -> None:
        self._head(page)
        self._axis(page)
        self._rows(page)
        for bar in page.bars:
            self._bar(bar)
        for arrow in page.arrows:
            self._arrow(arrow)
        for diamond in page.diamonds:
            shape = self._shape("DIAMOND", diamond.x - DIAMOND / 2, diamond.y - DIAMOND / 2, DIAMOND, DIAMOND)
            self._paint(shape, palette.MILESTONE)
            _name(
                shape, f"Milestone: {diamond.milestone.title}", f"{diamond.milestone.title}, {diamond.milestone.when}"
            )
            if diamond.label:
                width = measure(diamond.label, LABEL) * 1.25 + 12
                self._text(diamond.label, diamond.x + DIAMOND / 2 + 1, diamond.y - LANE_HEIGHT / 2, width, LABEL)
        self._legend(page)

    def _head(self, page: Page) -> None:
        plan, width = self.picture.plan, self.picture.chart_right - MARGIN
        title = self._text(fit(plan.title, width - 90, PLAN_TITLE), MARGIN - 4, 18, width - 60, PLAN_TITLE, height=32)
        _name(title, "Title", plan.title)
        facts = fit(palette.subtitle_of(plan), width - 90, PLAN_FACTS)
        self._text(facts, MARGIN - 4, 49, width - 60, PLAN_FACTS, palette.MUTED)
        if len(self.picture.pages) > 1:
            text = f"{page.number} / {len(self.picture.pages)}"
            self._text(text, self.picture.chart_right - 56, 24, 60, PLAN_FACTS, palette.MUTED, is_at_end=True)

    def _axis(self, page: Page) -> None:
        bottom = max(page.bottom, page.body_top)
        for tick in self.picture.ticks:
            top = AXIS_TOP if tick.is_major else AXIS_TOP + AXIS_ROW
            self._line(tick.x, top, tick.x, bottom, palette.LINE, 0.9 if tick.is_major else 0.5)
            style = MAJOR_TICK if tick.is_major else MINOR_TICK
            if tick.width > measure(tick.label, style) + 6:
                self._text(tick.label, tick.x, top, tick.width, style, palette.MUTED, height=AXIS_ROW)
        for y in (AXIS_TOP + AXIS_ROW, AXIS_TOP + 2 * AXIS_ROW):
            self._line(self.picture.chart_left, y, self.picture.chart_right, y, palette.LINE, 0.5)
        if self.picture.today_x is not None:
            x = self.picture.today_x
            line = self._line(x, AXIS_TOP + 2 * AXIS_ROW, x, bottom, palette.TODAY, 1)
            line.line.dash_style = dml_enum.MSO_LINE.DASH
            _name(line, "Today", f"Today, {self.picture.plan.as_of.isoformat()}")

    def _rows(self, page: Page) -> None:
        right = self.picture.chart_right
        for header in page.headers:
            band = self._shape("RECTANGLE", MARGIN, header.y + 1, right - MARGIN, HEADER_HEIGHT - 2)
            self._paint(band, palette.STRIPE)
            _name(band, f"Group: {header.label}")
            self._text(header.label, MARGIN, header.y, right - MARGIN, GROUP_TITLE, height=HEADER_HEIGHT)
        for row in page.rows:
            self._text(row.title, MARGIN, row.y + 1, TITLE_WIDTH, ITEM_TITLE, height=14)
            self._text(row.facts, MARGIN, row.y + 13, TITLE_WIDTH, ITEM_FACTS, palette.MUTED, height=11)
            self._line(MARGIN, row.y + ROW_HEIGHT, right, row.y + ROW_HEIGHT, palette.LINE, 0.4)

    def _bar(self, bar: Bar) -> None:
        """A rectangle, not a rounded one: on it the places for connectors are its very ends."""
        shape = self._shape("RECTANGLE", bar.x, bar.y, bar.width, BAR_HEIGHT)
        colour = palette.colour_of(bar.item)
        self._paint(shape, colour)
        if bar.fade is not None:
            _fade(shape, colour, bar.fade)
            self._outline(shape, palette.darker(colour))
        elif bar.item.external_party:
            self._outline(shape, palette.INK)
        _name(shape, f"Bar: {bar.item.title}", palette.description_of(bar.item))
        self.bars[bar.item.uid] = shape
        if bar.item.progress and bar.fade is None:
            done = self._shape("RECTANGLE", bar.x, bar.y + BAR_HEIGHT - 3, bar.width * min(bar.item.progress, 1.0), 3)
            self._paint(done, palette.darker(colour))
            _name(done, f"Progress: {bar.item.title}", f"{bar.item.progress:.0%} done")

    def _arrow(self, arrow: Arrow) -> None:
        dependency = arrow.dependency
        (x, y), (to_x, to_y) = arrow.points[0], arrow.points[-1]
        kind = shape_enum.MSO_CONNECTOR.ELBOW
        line = self.shapes.add_connector(kind, units.Pt(x), units.Pt(y), units.Pt(to_x), units.Pt(to_y))
        line.begin_connect(self.bars[dependency.predecessor], _RIGHT if dependency.kind[0] == "F" else _LEFT)
        line.end_connect(self.bars[dependency.successor], _LEFT if dependency.kind[1] == "S" else _RIGHT)
        _unstyle(line)
        self._stroke(line, palette.BROKEN if dependency.is_broken else palette.DEPENDENCY, 1)
        _route(line, arrow.points)
        _point_at_end(line)
        _name(line, f"Dependency ({dependency.kind})", "Broken" if dependency.is_broken else "")

    def _legend(self, page: Page) -> None:
        x, y = MARGIN, (SLIDE.height or 0) - FOOTER + 22
        for kind, colour, label in palette.LEGEND:
            self._sample(kind, colour, x, y)
            width = measure(label, LABEL) * 1.25 + 12
            self._text(label, x + 20, y - 8, width, LABEL, palette.MUTED, height=16)
            x += 20 + width + 6
        if page.dependencies_elsewhere:
            text = palette.reaching_elsewhere(page.dependencies_elsewhere)
            self._text(text, MARGIN - 4, y + 7, 400, ITEM_FACTS, palette.MUTED, height=12)

    def _sample(self, kind: str, colour: str, x: float, y: float) -> None:
        if kind in ("bar", "fade"):
            shape = self._shape("RECTANGLE", x, y - 4, 18, 8)
            self._paint(shape, colour)
            if kind == "fade":
                _fade(shape, colour, 0.45)
                self._outline(shape, palette.darker(colour))
        elif kind == "diamond":
            shape = self._shape("DIAMOND", x + 5, y - DIAMOND / 2, DIAMOND, DIAMOND)
            self._paint(shape, colour)
        elif kind == "arrow":
            shape = self._line(x, y, x + 18, y, colour, 1)
            _point_at_end(shape)
        else:
            shape = self._line(x + 9, y - 5, x + 9, y + 5, colour, 1)
            shape.line.dash_style = dml_enum.MSO_LINE.DASH
        _name(shape, "Legend")

    def _shape(self, kind: str, x: float, y: float, width: float, height: float) -> Any:
        place = (units.Pt(x), units.Pt(y), units.Pt(width), units.Pt(height))
        shape = self.shapes.add_shape(getattr(shape_enum.MSO_SHAPE, kind), *place)
        _unstyle(shape)
        return shape

    def _paint(self, shape: Any, colour: str) -> None:
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(colour)
        shape.line.fill.background()

    def _outline(self, shape: Any, colour: str) -> None:
        self._stroke(shape, colour, 0.75)
        shape.line.dash_style = dml_enum.MSO_LINE.DASH

    def _line(self, x: float, y: float, to_x: float, to_y: float, colour: str, width: float) -> Any:
        kind = shape_enum.MSO_CONNECTOR.STRAIGHT
        line = self.shapes.add_connector(kind, units.Pt(x), units.Pt(y), units.Pt(to_x), units.Pt(to_y))
        _unstyle(line)
        self._stroke(line, colour, width)
        return line

    def _stroke(self, shape: Any, colour: str, width: float) -> None:
        shape.line.color.rgb = _rgb(colour)
        shape.line.width = units.Pt(width)

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        style: Style,
        colour: str = palette.INK,
        *,
        height: float = LANE_HEIGHT,
        is_at_end: bool = False,
    ) -> Any:
        """A text box of one line; text written from the right starts at its right."""
        box = self.shapes.add_textbox(units.Pt(x), units.Pt(y), units.Pt(width), units.Pt(height))
        frame = box.text_frame
        # Off, it would be right too, but LibreOffice then centres the text.
        frame.word_wrap = True
        frame.vertical_anchor = text_enum.MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = units.Pt(4)
        frame.margin_top = frame.margin_bottom = 0
        paragraph = frame.paragraphs[0]
        if lettering.is_right_to_left(text):
            paragraph.alignment = text_enum.PP_ALIGN.LEFT if is_at_end else text_enum.PP_ALIGN.RIGHT
            box.element.xpath(".//a:pPr")[0].set("rtl", "1")
        elif is_at_end:
            paragraph.alignment = text_enum.PP_ALIGN.RIGHT
        run = paragraph.add_run()
        run.text = text
        run.font.name = FONT
        run.font.size = units.Pt(style.size)
        run.font.bold = style.is_strong
        run.font.color.rgb = _rgb(colour)
        return box


def _rgb(colour: str) -> Any:
    return dml.RGBColor.from_string(colour.removeprefix("#"))


def _name(shape: Any, name: str, description: str = "") -> None:
    """What the selection pane and a screen reader say."""
    properties = shape.element.xpath(".//p:cNvPr")[0]
    properties.set("name", name[:255])
    if description:
        properties.set("descr", description[:_LONGEST_DESCRIPTION])


def _fade(shape: Any, colour: str, share: float) -> None:
    """Pale at both ends, full in the middle; `share` is how much of the length fades at either end."""
    pale = palette.paler(colour, 0.9)
    stops = ((0.0, pale), (min(share, 0.49), colour), (max(1 - share, 0.51), colour), (1.0, pale))
    _replace_fill(shape, stops)


def _replace_fill(shape: Any, stops: Sequence[tuple[float, str]]) -> None:
    """python-pptx changes the stops of a gradient but cannot add any."""
    properties = shape.element.spPr
    for old in properties.findall(oxml.qn("a:solidFill")):
        gradient = etree.SubElement(properties, oxml.qn("a:gradFill"), rotWithShape="1")
        listing = etree.SubElement(gradient, oxml.qn("a:gsLst"))
        for place, colour in stops:
            stop = etree.SubElement(listing, oxml.qn("a:gs"), pos=str(round(place * 100_000)))
            etree.SubElement(stop, oxml.qn("a:srgbClr"), val=colour.removeprefix("#"))
        etree.SubElement(gradient, oxml.qn("a:lin"), ang="0", scaled="0")
        properties.replace(old, gradient)


def _unstyle(shape: Any) -> None:
    """Without the theme's shadow and colours: what is shown is what is set here."""
    style = shape.element.find(oxml.qn("p:style"))
    if style is not None:
        shape.element.remove(style)


def _route(connector: Any, points: Sequence[tuple[float, float]]) -> None:
    """Bend an elbow connector where the layout does; programs find a way of their own once a bar is moved."""
    (x, y), (to_x, to_y) = points[0], points[-1]
    width, height = to_x - x, to_y - y
    if abs(width) < 1:
        width = 1.0
        connector.width = units.Pt(1)
    bends = [(points[1][0] - x) / width]
    if len(points) == 6:
        bends += [(points[2][1] - y) / height, (points[3][0] - x) / width]
    geometry = connector.element.spPr.find(oxml.qn("a:prstGeom"))
    geometry.set("prst", "bentConnector5" if len(bends) == 3 else "bentConnector3")
    listing = geometry.find(oxml.qn("a:avLst"))
    if listing is None:
        listing = etree.SubElement(geometry, oxml.qn("a:avLst"))
    for number, bend in enumerate(bends, start=1):
        etree.SubElement(listing, oxml.qn("a:gd"), name=f"adj{number}", fmla=f"val {round(bend * 100_000)}")


def _point_at_end(connector: Any) -> None:
    """An arrow head at the end of a line."""
    line = connector.element.spPr.get_or_add_ln()
    etree.SubElement(line, oxml.qn("a:tailEnd"), type="triangle", w="med", len="med")
