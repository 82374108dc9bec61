"""OpenDocument texts by odfpy: paragraphs with their list numbers, tables with merged cells, drawn shapes."""

import io
from collections.abc import Iterator

from odf import opendocument
from odf.element import Element
from odf.namespaces import DRAWNS, OFFICENS, STYLENS, TABLENS, TEXTNS

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Block, Paragraph, Place
from sopcases.sops.reading.sources.limits import MAX_COLUMNS, MB, Budget, Grid, Package, damaged, parsed
from sopcases.sops.reading.sources.numerals import numeral

KIND = "odt"
MAX_CONTENT = 4 * MB  # odfpy makes about 1 MB a second into objects
_UNSEEN = {
    (TEXTNS, name)
    for name in "note tracked-changes sequence-decls bookmark-start bookmark-end soft-page-break".split()
} | {(OFFICENS, "annotation"), (DRAWNS, "image"), (DRAWNS, "enhanced-geometry")}
_DRAWN = {
    (DRAWNS, name) for name in "custom-shape rect ellipse circle frame polygon path g line connector".split()
}
SHAPES = {
    "decision": "flowchart-decision diamond",
    "terminator": "flowchart-terminator round-rectangle flowchart-alternate-process",
    "process": "rectangle flowchart-process flowchart-predefined-process",
    "connector": "flowchart-off-page-connector flowchart-connector pentagon homeplate",
    "arrow": "right-arrow left-arrow down-arrow up-arrow left-right-arrow up-down-arrow",
}
_MEANING = {name: mark for mark, names in SHAPES.items() for name in names.split()}


def recognizes(package: Package) -> bool:
    return package.has("content.xml")


def read(package: Package) -> list[Block]:
    if not package.mimetype.startswith("application/vnd.oasis.opendocument.text"):
        raise Refused(f"Berkas “{package.name}” bukan dokumen teks. Simpan lembar kerja sebagai .xlsx.")
    for part in ("META-INF/manifest.xml", "content.xml", "styles.xml", "meta.xml", "settings.xml"):
        if package.has(part):
            markup = package.read(part)
            if len(markup) > MAX_CONTENT:
                raise Refused(f"Isi berkas “{package.name}” terlalu besar untuk sebuah SOP.")
            parsed(package.name, markup)
    held = sum(entry.file_size for entry in package.zip.infolist() if entry.filename.endswith(".xml"))
    if held > 2 * MAX_CONTENT:  # odfpy reads the objects inside as well
        raise Refused(f"Isi berkas “{package.name}” terlalu besar untuk sebuah SOP.")
    try:
        document = opendocument.load(io.BytesIO(package.content))
    except Exception as error:  # odfpy answers a damaged package with whatever it stumbles over
        if isinstance(error, MemoryError):
            raise
        raise damaged(package.name) from None
    reader = _Reader(document, Budget(package.name))
    reader.blocks_of(document.text)
    return reader.blocks


class _Reader:
    def __init__(self, document, budget: Budget):
        self.budget = budget
        self.blocks: list[Block] = []
        self.lists = _list_styles(document)
        self.counts: dict[str, int] = {}  # how far a list style has come, for lists that go on
        self.lines = self.tables = 0

    def blocks_of(self, around, label: str = ""):
        """The blocks under an element; `label` is what the first paragraph shows before its words."""
        for element in _elements(around):
            if element.qname in ((TEXTNS, "p"), (TEXTNS, "h")):
                self.paragraph(element, label)
                label = ""
            elif element.qname == (TEXTNS, "list"):
                for item_label, item in self.items(element):
                    self.blocks_of(item, item_label)
            elif element.qname == (TABLENS, "table"):
                self.table(element)
            elif element.qname in _DRAWN:
                self.drawn(element)
            elif element.qname not in _UNSEEN:
                self.blocks_of(element, label)

    def paragraph(self, element, label: str):
        text = _text(element).strip("\n")
        if (label or text).strip():
            self.lines += 1
            self.budget.line()
            shown = self.budget.text(f"{label} {text}".strip() if label else text)
            self.blocks.append(Paragraph(shown, Place(line=self.lines), element.qname == (TEXTNS, "h")))
        for shape in _shapes(element):
            self.drawn(shape)

    def drawn(self, shape):
        """The words in a shape or text box that stands outside of tables."""
        for child in _elements(shape):
            if child.qname not in _UNSEEN:
                self.blocks_of(child if child.qname == (DRAWNS, "text-box") else _Around(child))

    def table(self, element):
        self.tables += 1
        grid = Grid(Place(table=self.tables), self.budget)
        nested = []
        for row in _rows(element):
            grid.next_row()
            for cell in _elements(row):
                if cell.qname != (TABLENS, "table-cell"):
                    continue  # covered cells: the grid knows them by the spans
                lines, marks = [], []
                self.cell(cell, lines, marks, nested)
                for _ in range(min(_number(cell, TABLENS, "number-columns-repeated"), MAX_COLUMNS + 1)):
                    grid.add(
                        "\n".join(lines),
                        _number(cell, TABLENS, "number-columns-spanned"),
                        _number(cell, TABLENS, "number-rows-spanned"),
                        marks,
                    )
        if grid.says_anything:
            self.blocks.append(grid.table())
        else:
            self.tables -= 1
        for inner in nested:
            self.table(inner)

    def cell(self, around, lines: list[str], marks: list[str], nested: list, label: str = ""):
        for element in _elements(around):
            if element.qname in ((TEXTNS, "p"), (TEXTNS, "h")):
                text = _text(element).strip(" \n")
                if line := f"{label} {text}".strip() if label else text:
                    lines.append(line)
                label = ""
                for shape in _shapes(element):
                    self.shape(shape, lines, marks)
            elif element.qname == (TEXTNS, "list"):
                for item_label, item in self.items(element):
                    self.cell(item, lines, marks, nested, item_label)
            elif element.qname == (TABLENS, "table"):
                nested.append(element)
            elif element.qname in _DRAWN:
                self.shape(element, lines, marks)
            elif element.qname not in _UNSEEN:
                self.cell(element, lines, marks, nested, label)

    def shape(self, shape, lines: list[str], marks: list[str]):
        mark = _mark(shape)
        if mark:
            marks.append(mark)
        for paragraph in shape.getElementsByType(_paragraph_factory):
            if text := _text(paragraph).strip():
                lines.append(text)

    def items(self, element, level: int = 1, style: str = "") -> Iterator[tuple[str, Element]]:
        """Each item of a list with its label; those of lists within lists come with their own."""
        style = _get(element, TEXTNS, "style-name") or style
        shape, suffix, start = self.lists.get((style, level), ("", "", 1))
        count = start - 1
        if _get(element, TEXTNS, "continue-numbering") == "true" or _get(element, TEXTNS, "continue-list"):
            count = self.counts.get((style, level), count)
        for item in _elements(element):
            if item.qname not in ((TEXTNS, "list-item"), (TEXTNS, "list-header")):
                continue
            own = [child for child in _elements(item) if child.qname != (TEXTNS, "list")]
            label = ""
            if own and item.qname == (TEXTNS, "list-item"):
                count = _number(item, TEXTNS, "start-value", count + 1)
                label = shape if shape == "•" else (numeral(count, shape) + suffix if shape else "")
            yield label, _Around(*own)
            for inner in _elements(item):
                if inner.qname == (TEXTNS, "list"):
                    yield from self.items(inner, level + 1, style)
        self.counts[(style, level)] = count


class _Around:
    """A few elements as if they stood in one of their own."""

    def __init__(self, *elements):
        self.childNodes = elements


def _paragraph_factory(**_):
    """odfpy asks a factory for the name it looks for."""
    return Element(qname=(TEXTNS, "p"), check_grammar=False)


def _elements(around) -> Iterator[Element]:
    return (child for child in around.childNodes if isinstance(child, Element))


def _get(element, namespace: str, name: str) -> str:
    return element.attributes.get((namespace, name)) or ""


def _number(element, namespace: str, name: str, default: int = 1) -> int:
    value = _get(element, namespace, name)
    return int(value) if value.isdecimal() and len(value) < 7 else default


def _text(element) -> str:
    return "".join(_parts(element))


def _parts(element) -> Iterator[str]:
    for child in element.childNodes:
        if not isinstance(child, Element):
            yield " ".join(child.data.replace("\t", " ").replace("\n", " ").split(" "))
        elif child.qname == (TEXTNS, "s"):
            yield " " * min(_number(child, TEXTNS, "c"), 100)
        elif child.qname == (TEXTNS, "tab"):
            yield "\t"
        elif child.qname == (TEXTNS, "line-break"):
            yield "\n"
        elif child.qname not in _UNSEEN and child.qname not in _DRAWN:
            yield from _parts(child)


def _shapes(paragraph) -> Iterator[Element]:
    for child in _elements(paragraph):
        if child.qname in _DRAWN:
            yield child
        elif child.qname not in _UNSEEN:
            yield from _shapes(child)


def _mark(shape) -> str:
    """What a shape means; "" for lines and text boxes."""
    kind = shape.qname[1]
    if kind in ("line", "connector", "g"):
        return ""
    if kind == "frame":
        boxed = any(child.qname == (DRAWNS, "text-box") for child in _elements(shape))
        return "" if boxed else "picture"
    if kind == "rect":
        return "process"
    for child in _elements(shape):
        if child.qname == (DRAWNS, "enhanced-geometry"):
            return _MEANING.get(_get(child, DRAWNS, "type").removeprefix("ooxml-").casefold(), "picture")
    return "picture"


def _rows(around) -> Iterator[Element]:
    for child in _elements(around):
        if child.qname == (TABLENS, "table-row"):
            for _ in range(min(_number(child, TABLENS, "number-rows-repeated"), 10_000)):
                yield child
        elif child.qname in (
            (TABLENS, "table-header-rows"),
            (TABLENS, "table-rows"),
            (TABLENS, "table-row-group"),
        ):
            yield from _rows(child)


def _list_styles(document) -> dict[tuple[str, int], tuple[str, str, int]]:
    """By style and level: the number's format ("•" for a bullet), what stands behind it, the first number."""
    found = {}
    for part in (document.styles, document.automaticstyles):
        for style in _elements(part):
            if style.qname != (TEXTNS, "list-style"):
                continue
            for level in _elements(style):
                key = (_get(style, STYLENS, "name"), _number(level, TEXTNS, "level"))
                if level.qname == (TEXTNS, "list-level-style-number"):
                    found[key] = (
                        _get(level, STYLENS, "num-format"),
                        _get(level, STYLENS, "num-suffix"),
                        _number(level, TEXTNS, "start-value"),
                    )
                elif level.qname == (TEXTNS, "list-level-style-bullet"):
                    found[key] = ("•", "", 1)
    return found
