"""PDF pages and PNG pictures of a plan: one drawing, so that both show the same."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from core.calc.lazy import load_when_used
from core.errors import InvalidInputError
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
    MAJOR_TICK,
    MARGIN,
    MINOR_TICK,
    PLAN_FACTS,
    PLAN_TITLE,
    ROW_HEIGHT,
    TITLE_WIDTH,
    Bar,
    Page,
    Paper,
    Picture,
    Style,
    lay_out,
)
from roadmap.services.exports import lettering, palette

pdf_canvas = load_when_used("reportlab.pdfgen.canvas")
colors = load_when_used("reportlab.lib.colors")
pdfium = load_when_used("pypdfium2")

LANDSCAPE_A3 = Paper(1190.55, 841.89)
SCREEN = Paper(1200, None)
PNG_SCALE = 2.0
# A PNG of more pixels than this is more than most programs open.
TALLEST_PICTURE = 9000.0
CORNER = 3.0


def pdf_of(plan: Plan) -> bytes:
    """Landscape A3 pages with vector shapes and embedded fonts."""
    return _pdf(plan, LANDSCAPE_A3)[0]


def png_of(plan: Plan) -> bytes:
    """One picture of the whole plan, two pixels a point; raises InvalidInputError when it would be too tall."""
    content, picture = _pdf(plan, SCREEN)
    if picture.height > TALLEST_PICTURE:
        raise InvalidInputError(
            "The plan is too long for one picture; choose PDF or PowerPoint.", pointer="file_format"
        )
    document = pdfium.PdfDocument(content)
    try:
        image = document[0].render(scale=PNG_SCALE).to_pil()
        stream = BytesIO()
        image.save(stream, format="PNG", optimize=True)
        return stream.getvalue()
    finally:
        document.close()


def _pdf(plan: Plan, paper: Paper) -> tuple[bytes, Picture]:
    picture = lay_out(plan, paper=paper, fit=fit, measure=measure)
    stream = BytesIO()
    size = (paper.width, picture.height)
    canvas = pdf_canvas.Canvas(stream, pagesize=size, pageCompression=1, lang="en")
    canvas.setTitle(plan.title)
    canvas.setAuthor(plan.organization)
    canvas.setSubject(palette.subtitle_of(plan))
    canvas.setCreator("Fairlead")
    for page in picture.pages:
        _Drawing(canvas, picture).draw(page)
        canvas.showPage()
    canvas.save()
    return stream.getvalue(), picture


def _font(style: Style) -> str:
    return lettering.STRONG if style.is_strong else lettering.REGULAR


def fit(text: str, width: float, style: Style) -> str:
    """The text cut to the width, as Inter would be set."""
    return lettering.fitted(text, width, style.size, font=_font(style))


def measure(text: str, style: Style) -> float:
    """The width of the text, as Inter would be set."""
    return lettering.width_of(text, style.size, font=_font(style))


class _Drawing:
    """Puts one page on the canvas, whose y grows upwards while the layout's grows downwards."""

    def __init__(self, canvas: Any, picture: Picture) -> None:
        self.canvas = canvas
        self.picture = picture
        self.height = picture.height

    def draw(self, page: Page) -> None:
        self._head(page)
        self._axis(page)
        self._rows(page)
        for bar in page.bars:
            self._bar(bar)
        for arrow in page.arrows:
            self._arrow(arrow.points, palette.BROKEN if arrow.dependency.is_broken else palette.DEPENDENCY)
        for diamond in page.diamonds:
            self._diamond(diamond.x, diamond.y)
            label_x = diamond.x + DIAMOND / 2 + 4
            self._text(diamond.label, label_x, diamond.y + LABEL.size * 0.36, LABEL)
        self._legend(page)

    def _head(self, page: Page) -> None:
        plan, right = self.picture.plan, self.picture.chart_right
        width = right - MARGIN - 80
        self._text(fit(plan.title, width, PLAN_TITLE), MARGIN, 46, PLAN_TITLE)
        self._text(fit(palette.subtitle_of(plan), width, PLAN_FACTS), MARGIN, 63, PLAN_FACTS, palette.MUTED)
        if len(self.picture.pages) > 1:
            text = f"{page.number} / {len(self.picture.pages)}"
            self._text(text, right - measure(text, PLAN_FACTS), 46, PLAN_FACTS, palette.MUTED)

    def _axis(self, page: Page) -> None:
        bottom = max(page.bottom, page.body_top)
        for tick in self.picture.ticks:
            top = AXIS_TOP if tick.is_major else AXIS_TOP + AXIS_ROW
            self._line(((tick.x, top), (tick.x, bottom)), palette.LINE, 0.9 if tick.is_major else 0.5)
            style = MAJOR_TICK if tick.is_major else MINOR_TICK
            if tick.width > measure(tick.label, style) + 4:
                self._text(tick.label, tick.x + 4, top + 10, style, palette.MUTED)
        edges = (AXIS_TOP + AXIS_ROW, AXIS_TOP + 2 * AXIS_ROW)
        for y in edges:
            self._line(((self.picture.chart_left, y), (self.picture.chart_right, y)), palette.LINE, 0.5)
        if self.picture.today_x is not None:
            x = self.picture.today_x
            self._line(((x, AXIS_TOP + 2 * AXIS_ROW), (x, bottom)), palette.TODAY, 1, dash=(3, 2))

    def _rows(self, page: Page) -> None:
        right = self.picture.chart_right
        for header in page.headers:
            self._rectangle(MARGIN, header.y + 1, right - MARGIN, HEADER_HEIGHT - 2, palette.STRIPE)
            self._text(header.label, MARGIN + 4, header.y + 13.5, GROUP_TITLE)
        for row in page.rows:
            self._text(row.title, MARGIN + 4, row.y + 12, ITEM_TITLE, align_width=TITLE_WIDTH - 4)
            self._text(row.facts, MARGIN + 4, row.y + 21.5, ITEM_FACTS, palette.MUTED, align_width=TITLE_WIDTH - 4)
            bottom = row.y + ROW_HEIGHT
            self._line(((MARGIN, bottom), (right, bottom)), palette.LINE, 0.4)

    def _bar(self, bar: Bar) -> None:
        colour = palette.colour_of(bar.item)
        self._fading(bar.x, bar.y, bar.width, BAR_HEIGHT, colour, bar.fade)
        if bar.item.progress and bar.fade is None:
            done = bar.width * min(bar.item.progress, 1.0)
            self._rectangle(bar.x, bar.y + BAR_HEIGHT - 3, done, 3, palette.INK, alpha=0.35)
        if bar.item.external_party:
            self._outline(bar)

    def _fading(self, x: float, y: float, width: float, height: float, colour: str, fade: float | None) -> None:
        """A bar whose ends grow pale where its dates are not exact."""
        if fade is None:
            self._rectangle(x, y, width, height, colour, radius=min(CORNER, width / 2))
            return
        canvas, pale = self.canvas, palette.paler(colour, 0.9)
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(x, self.height - y - height, width, height)
        canvas.setFillAlpha(1)
        canvas.clipPath(path, stroke=0, fill=0)
        shades = [colors.HexColor(each) for each in (pale, colour, colour, pale)]
        places = [0, min(fade, 0.499), max(1 - fade, 0.501), 1]
        canvas.linearGradient(x, self.height - y, x + width, self.height - y, shades, places, extend=False)
        canvas.restoreState()
        self._line(((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)), colour, 0.6, dash=(2, 2))

    def _outline(self, bar: Bar) -> None:
        x, y, right, bottom = bar.x, bar.y, bar.x + bar.width, bar.y + BAR_HEIGHT
        corners = ((x, y), (right, y), (right, bottom), (x, bottom), (x, y))
        self._line(corners, palette.INK, 0.8, dash=(1.5, 1.5))

    def _arrow(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        self._line(points, colour, 0.9)
        (from_x, _), (x, y) = points[-2], points[-1]
        back = -4.0 if x >= from_x else 4.0
        self._polygon(((x, y), (x + back, y - 2.4), (x + back, y + 2.4)), colour)

    def _diamond(self, x: float, y: float) -> None:
        half = DIAMOND / 2
        self._polygon(((x, y - half), (x + half, y), (x, y + half), (x - half, y)), palette.MILESTONE)

    def _legend(self, page: Page) -> None:
        x, y = MARGIN, self.height - FOOTER + 22
        for kind, colour, label in palette.LEGEND:
            self._sample(kind, colour, x, y)
            self._text(label, x + 24, y + 2.8, LABEL, palette.MUTED)
            x += 24 + measure(label, LABEL) + 18
        if page.dependencies_elsewhere:
            text = palette.reaching_elsewhere(page.dependencies_elsewhere)
            x = self.picture.chart_right - measure(text, ITEM_FACTS)
            self._text(text, x, y + 2.8, ITEM_FACTS, palette.MUTED)

    def _sample(self, kind: str, colour: str, x: float, y: float) -> None:
        if kind in ("bar", "fade"):
            self._fading(x, y - 4, 18, 8, colour, 0.45 if kind == "fade" else None)
        elif kind == "diamond":
            self._diamond(x + 9, y)
        elif kind == "arrow":
            self._arrow(((x, y), (x + 18, y)), colour)
        else:
            self._line(((x + 9, y - 5), (x + 9, y + 5)), colour, 1, dash=(3, 2))

    def _text(
        self,
        text: str,
        x: float,
        baseline: float,
        style: Style,
        colour: str = palette.INK,
        *,
        align_width: float | None = None,
    ) -> None:
        """Text from x on; with `align_width` a text written from the right ends at the right of that width."""
        if align_width is not None and lettering.is_right_to_left(text):
            x += align_width - measure(text, style)
        self.canvas.setFillColor(colors.HexColor(colour))
        for name, part in lettering.runs(text, font=_font(style)):
            self.canvas.setFont(name, style.size)
            self.canvas.drawString(x, self.height - baseline, part)
            x += self.canvas.stringWidth(part, name, style.size)

    def _rectangle(
        self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0, alpha: float = 1
    ) -> None:
        self.canvas.setFillColor(colors.HexColor(colour), alpha=alpha)
        self.canvas.roundRect(x, self.height - y - height, width, height, radius, stroke=0, fill=1)

    def _line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float,
        *,
        dash: tuple[float, float] | None = None,
    ) -> None:
        self.canvas.setStrokeColor(colors.HexColor(colour))
        self.canvas.setLineWidth(width)
        self.canvas.setDash(list(dash) if dash else [], 0)
        self.canvas.drawPath(self._path(points), stroke=1, fill=0)

    def _polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        path = self._path(points)
        path.close()
        self.canvas.setFillColor(colors.HexColor(colour), alpha=1)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def _path(self, points: Sequence[tuple[float, float]]) -> Any:
        path = self.canvas.beginPath()
        path.moveTo(points[0][0], self.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.height - y)
        return path
