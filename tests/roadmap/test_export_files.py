"""Files opened again: what is in them, and that nothing in a title does harm."""

import csv
import io
import shutil
import subprocess
import unicodedata
from datetime import date, datetime

import openpyxl
import pypdfium2
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn

from core.errors import InvalidInputError
from roadmap.calc.plan import Plan, PlanGroup
from roadmap.services.exports import lettering, palette
from roadmap.services.exports.drawing import pdf_of, png_of
from roadmap.services.exports.slides import pptx_of
from roadmap.services.exports.tables import DEPENDENCY_COLUMNS, ITEM_COLUMNS, csv_of, markdown_of, xlsx_of
from tests.roadmap.plans import (
    ARABIC,
    AS_OF,
    CHINESE,
    EMOJI,
    FORMULAS,
    HEBREW,
    LONG,
    THAI,
    difficult_plan,
    item,
    long_plan,
)

EMPTY = Plan("Nothing", "Acme", AS_OF, ())


@pytest.fixture(scope="module")
def deck():
    return Presentation(io.BytesIO(pptx_of(difficult_plan())))


def shapes_named(deck, start):
    return [shape for slide in deck.slides for shape in slide.shapes if shape.name.startswith(start)]


def texts(deck):
    return [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]


@pytest.mark.parametrize("make", [pptx_of, pdf_of, png_of, xlsx_of, csv_of, markdown_of])
@pytest.mark.parametrize("plan", [EMPTY, difficult_plan()], ids=["empty", "difficult"])
def test_every_format_takes_every_plan(make, plan):
    assert len(make(plan)) > 20


def test_slides_have_a_native_bar_for_every_scheduled_item(deck):
    plan = difficult_plan()
    bars = shapes_named(deck, "Bar: ")
    assert len(bars) == sum(each.start_on is not None for each in plan.items)
    assert {bar.shape_type for bar in bars} == {MSO_SHAPE_TYPE.AUTO_SHAPE}
    long_bar = next(bar for bar in bars if bar.name.startswith("Bar: A title"))
    assert long_bar.element.xpath(".//p:cNvPr")[0].get("descr").startswith(LONG[:400])


def test_connectors_are_glued_to_the_bars_they_join(deck):
    plan = difficult_plan()
    connectors = shapes_named(deck, "Dependency (")
    drawn = {(c.name, *_glued(c)) for c in connectors}
    titles = {each.uid: each.title for each in plan.items}
    ids = {bar.shape_id: bar.name.removeprefix("Bar: ") for bar in shapes_named(deck, "Bar: ")}
    assert drawn
    for name, begin, begin_side, end, end_side in drawn:
        edge = next(
            edge
            for edge in plan.dependencies
            if (titles[edge.predecessor][:250], titles[edge.successor][:250]) == (ids[begin], ids[end])
        )
        assert name == f"Dependency ({edge.kind})"
        assert begin_side == (3 if edge.kind[0] == "F" else 1), "leaves at the right end"
        assert end_side == (1 if edge.kind[1] == "S" else 3)
    assert len(connectors) + sum(_left_out(deck)) == len(plan.dependencies)
    broken = [c for c in connectors if str(c.line.color.rgb) == palette.BROKEN[1:]]
    assert len(broken) == 1


def _glued(connector):
    assert connector.shape_type == MSO_SHAPE_TYPE.LINE or connector.element.tag == qn("p:cxnSp")
    begin, end = connector.element.xpath(".//a:stCxn")[0], connector.element.xpath(".//a:endCxn")[0]
    return int(begin.get("id")), int(begin.get("idx")), int(end.get("id")), int(end.get("idx"))


def _left_out(deck):
    """Dependencies whose ends lie on different slides are counted on both."""
    return [int(text.split()[0]) / 2 for text in texts(deck) if "other pages" in text]


def test_slides_say_what_they_show_and_as_of_when(deck):
    shown = " | ".join(texts(deck))
    for expected in (
        "=Plan 2026",
        "As of 22 November 2026",
        "+Group",
        "Milestone",
        "Broken dependency",
        ARABIC,
        HEBREW,
    ):
        assert expected in shown
    assert len(shapes_named(deck, "Milestone: ")) == 2 * len(deck.slides)
    assert all(shape.auto_shape_type.name == "DIAMOND" for shape in shapes_named(deck, "Milestone: "))
    assert len(shapes_named(deck, "Legend")) == len(palette.LEGEND) * len(deck.slides)


def test_imprecise_bars_fade_and_have_a_dashed_edge(deck):
    bar = shapes_named(deck, "Bar: Roughly then")[0]
    assert len(bar.element.xpath(".//a:gradFill/a:gsLst/a:gs")) == 4
    assert bar.line.dash_style is not None
    exact = shapes_named(deck, "Bar: +1+1")[0]
    assert not exact.element.xpath(".//a:gradFill")


def test_text_written_from_the_right_is_marked_so(deck):
    titles = [
        shape
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame and shape.text_frame.text == HEBREW
    ]
    assert titles[0].element.xpath(".//a:pPr")[0].get("rtl") == "1"


def test_rows_that_do_not_fit_go_to_more_slides():
    deck = Presentation(io.BytesIO(pptx_of(long_plan(60))))
    assert len(deck.slides) > 3
    assert len(shapes_named(deck, "Bar: ")) == 60
    assert len(shapes_named(deck, "Group: Team (continued)")) == len(deck.slides) - 1
    bottom = deck.slide_height
    assert all(shape.top + shape.height <= bottom for slide in deck.slides for shape in slide.shapes)


def test_pdf_pages_hold_the_text_of_every_script():
    document = pypdfium2.PdfDocument(pdf_of(difficult_plan()))
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    plain = unicodedata.normalize("NFKC", text)
    for expected in ("=Plan 2026", "As of 22 November 2026", "Roughly then", "Not scheduled", CHINESE[:5]):
        assert expected in plain, expected
    for word in (*ARABIC.split(), *HEBREW.split()):
        assert word in plain or word[::-1] in plain, word
    assert THAI not in plain
    assert lettering.MISSING * 3 in plain, "a script without a font shows that something is there"
    assert document.get_metadata_value("Title") == "=Plan 2026"


def test_pdf_brings_its_fonts_along():
    content = pdf_of(difficult_plan())
    for font in (b"Inter-Regular", b"NotoSansArabic", b"NotoSansHebrew", b"NotoEmoji", b"DroidSansFallback"):
        assert font in content, font
    assert content.count(b"/FontFile2") >= 5


def test_a_picture_shows_bars_milestones_dependencies_and_the_legend():
    image = Image.open(io.BytesIO(png_of(difficult_plan()))).convert("RGB")
    assert image.width == 2400
    colours = {colour for _, colour in image.getcolors(maxcolors=1_000_000)}
    for wanted in (
        palette.PLANNED,
        palette.IN_PROGRESS,
        palette.DONE,
        palette.MILESTONE,
        palette.DEPENDENCY,
        palette.BROKEN,
    ):
        rgb = tuple(int(wanted[place : place + 2], 16) for place in (1, 3, 5))
        assert any(max(abs(a - b) for a, b in zip(rgb, colour, strict=True)) <= 2 for colour in colours), wanted


def test_a_picture_has_an_end():
    with pytest.raises(InvalidInputError, match="too long"):
        png_of(long_plan(600))


def test_a_sheet_has_real_dates_a_header_that_stays_and_filters():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(difficult_plan())))
    assert book.sheetnames == ["Items", "Milestones", "Dependencies", "About"]
    sheet = book["Items"]
    assert [cell.value for cell in sheet[1]] == list(ITEM_COLUMNS)
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:Q")
    first = dict(zip(ITEM_COLUMNS, sheet[2], strict=True))
    assert (first["Start"].value, first["Start"].is_date) == (datetime(2026, 1, 5), True)  # noqa: DTZ001 - a cell knows no zone
    assert first["Progress"].value == 0.25
    assert first["Progress"].number_format == "0%"
    assert [cell.value for cell in book["Dependencies"][1]] == list(DEPENDENCY_COLUMNS)
    assert book["Dependencies"].max_row == 6


def test_no_text_in_a_sheet_is_a_formula():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(difficult_plan())))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    titles = [cell.value for cell in book["Items"]["A"]]
    assert set(FORMULAS) <= set(titles)
    assert LONG in titles
    assert all(cell.quotePrefix for cell in book["Items"]["A"][1:])


def test_no_text_in_a_csv_starts_as_a_formula():
    content = csv_of(difficult_plan())
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == list(ITEM_COLUMNS)
    assert len(rows) == 1 + len(list(difficult_plan().items))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [row[0] for row in rows[1:7]] == [f"'{title}" for title in FORMULAS]
    assert rows[1][11] == "2026-01-05"


def test_cells_beyond_what_excel_holds_are_cut():
    plan = Plan("P", "A", AS_OF, (PlanGroup("", (item(1, "T", description="x" * 40_000),)),))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(plan)))
    assert len(book["Items"]["Q2"].value) == 32_767


def test_markdown_shows_titles_as_they_are():
    text = markdown_of(difficult_plan()).decode()
    assert r"\<b\>&amp;\</b\> \| pipe \\ \*star\*" in text
    assert EMOJI in text
    assert ARABIC in text
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace(r"\|", "").count("|") for line in table} == {7}
    assert f"- {CHINESE} waits for {HEBREW} (SF)" in text


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)])
@pytest.mark.parametrize("make", [pptx_of, pdf_of, xlsx_of, csv_of, markdown_of])
def test_days_at_the_ends_of_the_calendar_are_drawn(make, day):
    plan = Plan("P", "A", AS_OF, (PlanGroup("", (item(1, "T", start_on=day, end_on=day), item(2, "U"))),))
    assert make(plan)


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(
    SOFFICE is None, reason="no soffice: LibreOffice Impress is missing (apt-get install libreoffice-impress)"
)
def test_libreoffice_opens_the_slides_and_shows_them(tmp_path):
    """Rendered by another program: bars, milestones, dependencies and the legend are where they belong."""
    path = tmp_path / "plan.pptx"
    path.write_bytes(pptx_of(difficult_plan()))
    command = [SOFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    document = pypdfium2.PdfDocument(tmp_path / "plan.pdf")
    assert len(document) == len(Presentation(str(path)).slides)
    page = document[0]
    shown = page.get_textpage().get_text_range()
    for expected in ("=Plan 2026", "As of 22 November 2026", "Broken dependency", "Milestone"):
        assert expected in shown
    image = page.render(scale=2).to_pil().convert("RGB")
    for wanted in (palette.PLANNED, palette.MILESTONE, palette.DEPENDENCY, palette.BROKEN):
        assert _count_of(image, wanted) > 20, wanted


def _count_of(image, wanted):
    rgb = tuple(int(wanted[place : place + 2], 16) for place in (1, 3, 5))
    near = [count for count, colour in image.getcolors(maxcolors=1_000_000) if _is_near(rgb, colour)]
    return sum(near)


def _is_near(wanted, colour):
    return max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) <= 8


def test_connectors_know_their_kind(deck):
    kinds = {c.element.spPr.find(qn("a:prstGeom")).get("prst") for c in shapes_named(deck, "Dependency (")}
    assert kinds <= {"bentConnector3", "bentConnector5"}
