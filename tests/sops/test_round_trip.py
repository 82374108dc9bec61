"""Print → import → compare: an SOP printed by us comes back identical from its visible text alone."""

import dataclasses
import io
import random

import docx
import pytest
import yaml
from docx.oxml.ns import qn

from sopcases.people.authority import Machine
from sopcases.sops import intake, printed, sopfile, wordfile
from sopcases.sops.sheet import Sheet, build
from tests.sops.generated_sops import any_sop

pytestmark = pytest.mark.django_db
SOPS = ("bayi-balita-terlantar", "anak-jalanan", "anak-terlantar-luar-panti")
FORMS = {
    "docx": wordfile.write,
    "docx without its drawing": lambda document: words_only(wordfile.write(document)),
    "html": lambda document: printed.as_html(document).encode(),
}


def words_only(content: bytes) -> bytes:
    """The file with everything drawn taken out: its text alone."""
    file = docx.Document(io.BytesIO(content))
    for drawing in list(file.element.iter(qn("w:drawing"))):
        drawing.getparent().remove(drawing)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def read_back(world, revision, form: str) -> tuple[Sheet, Sheet]:
    """The sheet as printed, and as read from the file."""
    document = printed.of(revision)
    row = intake.receive(
        f"sop.{form.split()[0]}", FORMS[form](document), revision.sop.agency, world.officer("ani")
    )
    return document.sheet, build(intake.keep(row, world.officer("ani")))


def cells(sheet: Sheet) -> dict[str, object]:
    """What the document shows, place by place."""
    found = {f"header {f.name}": getattr(sheet.header, f.name) for f in dataclasses.fields(sheet.header)}
    found["columns"] = tuple((c.label, c.position) for c in sheet.columns)
    for n, line in enumerate(sheet.lines):
        for name in ("number", "activity", "requires", "time", "produces", "remark"):
            found[f"line {n} {name}"] = getattr(line, name)
        for column, cell in line.cells:
            found[f"line {n} {column.label}"] = cell
    for part in sheet.parts:
        found[f"part {part.letter}"] = part
    return found


def same(printed_sheet: Sheet, read: Sheet) -> None:
    said, found = cells(printed_sheet), cells(read)
    told = {key: (said.get(key), found.get(key)) for key in said.keys() | found.keys()}
    assert {key: pair for key, pair in told.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("slug", SOPS)
def test_the_given_sheets_come_back(world, slug, form):
    same(*read_back(world, world.revision(slug), form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("go", range(6))
def test_any_sheet_comes_back(world, form, go):
    seed = random.randrange(10**6)
    data = any_sop(random.Random(seed), world.home, f"contoh-{go}")
    revision = sopfile.load(sopfile.read(yaml.safe_dump(data)), world.home, Machine(world.now))
    try:
        same(*read_back(world, revision, form))
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
