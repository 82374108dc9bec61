"""The official document: what its PDF, its page and its .docx say, and who may have it."""

import io
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import docx
import pytest
import yaml
from django.test import Client

from sopcases.people.authority import Machine
from sopcases.sops import printed, revising, sopfile, wordchart, wordfile
from sopcases.sops.chart import Link
from sopcases.sops.plans import plan_of
from sopcases.sops.sheet import UNREADABLE
from tests.conftest import ROOT
from tests.sops.generated_sops import LONG, positions, sop

pytestmark = pytest.mark.django_db
SHOW = "/sop/bayi-balita-terlantar/"
SOPS = ("bayi-balita-terlantar", "anak-jalanan", "anak-terlantar-luar-panti")
HEAD = "No Kegiatan Pelaksana Mutu Baku Keterangan"


@pytest.fixture
def get(world, frozen):
    def ask(name: str, path: str):
        client = Client()
        client.force_login(world.users[name])
        return client.get(path)

    return ask


def draft(world, steps: int, columns: int, **changes):
    data = sopfile.read(yaml.safe_dump(sop(positions(world.home, columns), steps, **changes)))
    return sopfile.load(data, world.home, Machine(world.now))


def test_two_columns_of_one_name_stay_two(world):
    name = world.home.positions.order_by("pk").first().name
    found = draft(world, 3, 2)
    found.sheet = {**found.sheet, "columns": [name, name]}
    found.save()
    document = printed.of(found)
    assert [column.label for column in document.sheet.columns][:2] == [name, name]
    assert wordfile.write(document)


@pytest.mark.parametrize("columns", [17, 22])
def test_many_columns_fit_the_word_file(world, columns):
    """On the narrowest paper the columns of the texts keep a width."""
    document = printed.of(draft(world, 3, columns))
    assert min(printed.unbroken(document, wordfile.NARROWEST).widths) > 0
    assert wordfile.write(document)


def test_what_no_word_file_can_hold_is_a_blank(world):
    found = draft(world, 2, 2)
    found.steps.filter(order=1).update(activity="Kerja\x0blagi")
    text = wordfile.write(printed.of(found))
    assert "Kerja lagi" in "".join(
        p.text for t in docx.Document(io.BytesIO(text)).tables for c in t._cells for p in c.paragraphs
    )


def said(content: bytes, folder: Path) -> list[str]:
    """The text of each page of a PDF, spaces folded."""
    (folder / "dokumen.pdf").write_bytes(content)
    told = subprocess.run(["pdftotext", "-raw", "dokumen.pdf", "-"], cwd=folder, capture_output=True)
    return [" ".join(page.split()) for page in told.stdout.decode().split("\f")[:-1]]


def whole(text: str) -> str:
    """A text without its spaces: a line may break after any sign."""
    return "".join(text.split())


def of_pdf(revision, folder: Path, paper=printed.A4) -> list[str]:
    return said(printed.as_pdf(printed.of(revision, paper), key="1"), folder)


# --- the PDF


def test_the_header_and_every_step_stand_in_their_own_words(world, tmp_path):
    for slug in SOPS:
        revision = world.revision(slug)
        sheet = printed.of(revision).sheet
        pages = [whole(page) for page in of_pdf(revision, tmp_path)]
        for label, value in (*sheet.header.facts, *sheet.header.blocks):
            for text in (label, *([value] if isinstance(value, str) else value)):
                assert whole(text) in pages[0]
        for line in sheet.header.ratified_by:
            assert whole(line) in pages[0]
        for part in sheet.parts:
            for text in (f"{part.letter}. {part.title}", *part.lines, *(row[1] for row in part.process)):
                assert whole(text) in pages[-1]
        table = "".join(page for page in pages if "MutuBaku" in page)
        for step in revision.steps.all():
            assert whole(step.activity) in table


@pytest.mark.parametrize("paper", printed.PAPERS.values(), ids=lambda p: p.key)
@pytest.mark.parametrize("columns", [1, 5, 9])
def test_pages_break_between_steps_with_the_head_repeated(world, tmp_path, paper, columns):
    revision = draft(world, 17, columns)
    document = printed.of(revision, paper)
    pages = of_pdf(revision, tmp_path, paper)
    table = [page for page in pages if "Mutu Baku" in page]
    assert len(table) == len(document.pages) >= 3  # none ran over onto another
    for page, made in zip(table, document.pages, strict=True):
        assert all(word in page for word in HEAD.split())
        for row in made.rows:
            assert f"ke-{row.order + 1} " in f"{page} "
    steps = Counter(re.findall(r"ke-(\d+)", " ".join(table)))
    assert steps == {str(n + 1): 1 for n in range(17)}
    assert " ".join(table).count(LONG[:50]) >= 17


def test_the_texts_of_a_row_fit_its_chart(world, tmp_path):
    """What is measured is what WeasyPrint sets: no row grows beyond its drawing, so no line is torn."""
    from django.template.loader import render_to_string
    from weasyprint import CSS, HTML

    from sopcases import pdf

    for columns in (1, 4, 9):
        document = printed.of(draft(world, 6, columns, slug=f"contoh-{columns}", code=f"C{columns}"))
        pdf.write("<p>", key="", styles=printed.STYLES)  # the engine is there
        html = render_to_string("sops/pdf.html", {"document": document})
        sheets = [pdf._engine.style(name) for name in printed.STYLES] + [CSS(string=document.css)]
        laid = HTML(string=html, url_fetcher=pdf._engine.fetcher).render(
            stylesheets=sheets, font_config=pdf._engine.fonts
        )
        rows = [
            box
            for page in laid.pages
            for box in page._page_box.descendants()
            if box.element_tag == "tr"
            and any("sop-number" in (c.element.get("class") or "") for c in box.children)
        ]
        drawn = [float(row.performers[0][2].height) for page in document.pages for row in page.rows]
        assert len(rows) == len(drawn) == 6
        for box, height in zip(rows, drawn, strict=True):
            assert box.height * 25.4 / 96 == pytest.approx(height, abs=0.3)


@pytest.mark.parametrize("columns", [1, 9])
@pytest.mark.parametrize("text", [f"{LONG} " * 10, "x" * 3000, "\n".join(["Memeriksa"] * 150)])
def test_a_step_longer_than_a_page_goes_on_over_the_page(world, tmp_path, columns, text):
    revision = draft(world, 5, columns)
    revision.steps.filter(key="3").update(activity=f"{text.strip()} tamat", remark=LONG)
    document = printed.of(revision)
    rows = [row for page in document.pages for row in page.rows]
    third = [row for row in rows if row.order == 2]
    assert len(third) > 1 and [row.first for row in third] == [True] + [False] * (len(third) - 1)
    assert [bool(row.line.number) for row in third] == [row.first for row in third]
    assert whole("".join(row.line.activity for row in third)) == whole(f"{text}tamat")
    assert [any(d.shapes for _, _, d in row.performers) for row in third] == [row.first for row in third]
    assert all(any(d.lines for _, _, d in row.performers) for row in third), "the arrow goes on"
    pages = of_pdf(revision, tmp_path)
    table = [page for page in pages if "Mutu Baku" in page]
    assert len(table) == len(document.pages)
    assert all(word in page for page in table for word in HEAD.split())
    assert "".join(table).count(text[0]) >= text.count(text[0]), "nothing is cut off"
    assert whole(printed.as_html(document)).count("tamat") == 1


def test_an_illegible_mark_says_so(world, tmp_path):
    assert UNREADABLE in " ".join(of_pdf(world.revision("anak-jalanan"), tmp_path))
    assert UNREADABLE not in " ".join(of_pdf(world.revision(), tmp_path))


def test_a_draft_says_so_and_prints_its_notes_but_never_once_in_force(world, tmp_path):
    note = world.revision().notes.first()
    pages = of_pdf(world.revision(), tmp_path)
    assert "DRAF" not in " ".join(pages) and "Catatan pembacaan" not in " ".join(pages)
    copy = revising.new_revision(world.revision(), Machine(world.now))
    pages = of_pdf(copy, tmp_path)
    assert all("DRAF" in page for page in pages)
    assert note.about in " ".join(pages) and note.reading in " ".join(pages)


def test_the_same_revision_gives_the_same_bytes(world):
    first = printed.of(world.revision())
    assert printed.as_pdf(first, key="1") == printed.as_pdf(printed.of(world.revision()), key="1")


def test_a_sheet_without_performers_prints_without_a_chart(world, tmp_path):
    data = sop([], 0, steps=[{"activity": f"Langkah ke-{n}", "time": "1 Hari"} for n in range(3)], sheet={})
    revision = sopfile.load(sopfile.read(yaml.safe_dump(data)), world.home, Machine(world.now))
    table = next(page for page in of_pdf(revision, tmp_path) if "Mutu Baku" in page)
    assert "Langkah ke-2" in table and "Pelaksana" not in table


def test_a_refusal_leads_where_the_data_say(world):
    steps = [
        {
            "key": str(n),
            "activity": f"Langkah {n}",
            "performers": [{"position": "Jabatan 1", "part": "performs"}],
        }
        for n in range(1, 5)
    ]
    positions(world.home, 1)
    steps[0]["on_refusal"] = {"to": None, "ends": True}
    steps[1]["on_refusal"] = {"to": "4", "ends": False}
    steps[2]["returns_to"] = "1"
    data = sopfile.read(yaml.safe_dump(sop(["Jabatan 1"], 0) | {"steps": steps}))
    revision = sopfile.load(data, world.home, Machine(world.now))
    found = printed.links_of(plan_of(revision))
    assert [a for a in found if a.no] == [Link.ending(0), Link(1, 3, no=True), Link(2, 0, no=True)]


# --- the page


def test_the_page_is_the_same_document(world, get):
    answer = get("dewi", f"{SHOW}dokumen/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'style="' not in page
    revision = world.revision()
    drawn = [row for made in printed.of(revision).pages for row in made.rows]
    assert page.count('<svg class="sop-chart"') == len(drawn) * 5
    for _, _, drawing in drawn[2].performers:
        assert f'd="{drawing.lines or "M0 0"}"' in page
    assert "Kertas" not in page  # what is frozen keeps its own


def test_papers_are_a_choice_of_drafts(world, get, tmp_path):
    no = revising.new_revision(world.revision(), Machine(world.now)).no
    assert "F4 (330 × 215 mm)" in get("ani", f"{SHOW}revisi/{no}/dokumen/").content.decode()
    for key, size in (("a4", "841.89 x 595.276"), ("f4", "935.433 x 609.449"), ("lain", "841.89 x 595.276")):
        (tmp_path / "a.pdf").write_bytes(get("ani", f"{SHOW}revisi/{no}/dokumen/pdf/?kertas={key}").content)
        told = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], capture_output=True, text=True).stdout
        assert size in told


def test_the_sop_leads_to_its_document(world, get):
    page = get("dewi", SHOW).content.decode()
    for kind in ("", "pdf/", "docx/"):
        assert f'href="{SHOW}revisi/1/dokumen/{kind}"' in page
        assert get("dewi", f"{SHOW}revisi/1/dokumen/{kind}").status_code == 200


@pytest.mark.parametrize("kind", ["", "pdf/", "docx/", "html/"])
def test_drafts_and_other_offices_sops_are_not_found(world, get, kind):
    no = revising.new_revision(world.revision(), Machine(world.now)).no
    assert get("ani", f"{SHOW}revisi/{no}/dokumen/{kind}").status_code == 200
    assert get("dewi", f"{SHOW}revisi/{no}/dokumen/{kind}").status_code == 404
    assert get("tono", f"{SHOW}dokumen/{kind}").status_code == 404
    assert get("dewi", f"{SHOW}dokumen/{kind}").status_code == 200


def test_a_document_costs_the_same_whatever_its_length(world, django_assert_num_queries):
    short, long = draft(world, 1, 3), draft(world, 30, 3, slug="panjang", code="PJG")
    for revision in (short, long):
        with django_assert_num_queries(10):  # five of the sheet, five of the plan
            printed.of(revision)


# --- the .docx


def test_the_word_file_has_every_cell_in_visible_text(world):
    file = docx.Document(io.BytesIO(wordfile.write(printed.of(world.revision()))))
    table = next(t for t in file.tables if t.rows[0].cells[0].text == "No")
    assert [c.text for c in table.rows[1].cells][:7] == [
        "No", "Kegiatan", "Pimpinan SKPD", "Kabid", "Kasi", "Peksos", "Petugas",
    ]  # fmt: skip
    cells = [[c.text.strip() for c in row.cells] for row in table.rows]
    assert cells[2][2:7] == ["", "", "Menerima", "Mulai\nMelaksanakan", ""]
    assert cells[4][2:4] == ["◇\nMenandatangani", "Disposisi (paraf)"]
    assert cells[10][3:5] == ["Selesai\nMelaksanakan", "Selesai\nMelaksanakan"]
    damaged = docx.Document(io.BytesIO(wordfile.write(printed.of(world.revision("anak-jalanan")))))
    assert UNREADABLE in [
        c.text.strip().split("\n")[0] for t in damaged.tables for r in t.rows for c in r.cells
    ]


WORD = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}


@pytest.mark.parametrize("columns", [1, 5, 9])
def test_the_word_file_draws_the_chart_behind_its_words(world, columns):
    """Every line and box of the chart, row by row in its place; every number of a shape once."""
    document = printed.of(draft(world, 8, columns))
    ground = printed.unbroken(document, wordfile.NARROWEST)
    file = docx.Document(io.BytesIO(wordfile.write(document)))
    table = next(t for t in file.tables if t.rows[0].cells[0].text == "No")
    assert sum(ground.widths) == pytest.approx(document.paper.room[0])
    for row, strip, height in zip(table.rows[2:], ground.strips, ground.heights, strict=True):
        assert row.height.mm == pytest.approx(height, abs=0.1)
        found = Counter()
        for anchor in row.cells[2]._tc.iterfind(".//wp:anchor", WORD):
            x, y = (int(offset.text) / wordchart.EMU for offset in anchor.iterfind(".//wp:posOffset", WORD))
            extent = anchor.find("wp:extent", WORD)
            wide, high = (int(extent.get(side)) / wordchart.EMU for side in ("cx", "cy"))
            assert x >= 0 and x + wide <= columns * ground.widths[2] + 0.01
            assert y >= -0.3 and y + high <= height + wordchart.LAP + 0.01
            found[anchor.find(".//a:prstGeom", WORD).get("prst")] += 1
        boxes = Counter(wordchart.PRESETS[box.shape] for box in strip.boxes)
        lines = Counter({"straightConnector1": len(strip.segments)})
        assert found == boxes + lines + Counter({"rect": len(strip.words)})
    numbers = [shape.get("id") for shape in file.element.iterfind(".//wp:docPr", WORD)]
    assert numbers and len(numbers) == len(set(numbers))


# --- to look at


def test_gallery(world, tmp_path):
    """The three sheets as pictures, to look at beside the seeds: build/gallery/."""
    folder = ROOT / "build" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    for slug in SOPS:
        (tmp_path / "a.pdf").write_bytes(printed.as_pdf(printed.of(world.revision(slug)), key=slug))
        drawn = ["pdftoppm", "-r", "110", "-png", tmp_path / "a.pdf", tmp_path / slug]
        subprocess.run(drawn, check=True)
    made = sorted(tmp_path.glob("*.png"))
    assert {path.stem.rpartition("-")[0] for path in made} == set(SOPS)
    for path in made:
        shutil.copy(path, folder)
