"""Word documents by python-docx: what the page shows, with list numbers, merged cells and drawn shapes."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap

from sopcases.sops.reading.document import Block, Paragraph, Place
from sopcases.sops.reading.sources.limits import Budget, Grid, Package, damaged
from sopcases.sops.reading.sources.numerals import numeral

KIND = "docx"
_MAIN = "word/document.xml"
_NS = nsmap | {
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}


def _q(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_NS[prefix]}}}{local}"


VAL = _q("w:val")
_UNSEEN = {
    _q(n) for n in "w:del w:moveFrom mc:Fallback w:pPr w:rPr w:drawing w:pict w:object w:instrText".split()
}
_SIGNS = {_q("w:tab"): "\t", _q("w:cr"): "\n", _q("w:noBreakHyphen"): "-", _q("w:ptab"): "\t"}
_TEXTS = {_q("w:t"), _q("m:t")}
_EMU_OF_TWIP = 635
_EMU_OF_POINT = 12_700

SHAPES = {
    "decision": "flowChartDecision diamond 110 4",
    "terminator": "flowChartTerminator roundRect flowChartAlternateProcess round2SameRect 116 176 2",
    "process": "rect flowChartProcess flowChartPredefinedProcess 109 1 112",
    "connector": "flowChartOffpageConnector flowChartConnector homePlate pentagon 177 120 15 56",
    "arrow": "rightArrow leftArrow downArrow upArrow leftRightArrow upDownArrow bentArrow 13 66 67 68 69 70",
    "": "line straightConnector1 bentConnector2 bentConnector3 bentConnector4 bentConnector5 "
    "curvedConnector2 curvedConnector3 curvedConnector4 curvedConnector5 20 32 33 34 35 36 37 38 39 40 202",
}
"""What a preset shape means, by its name in DrawingML or number in VML; a line means nothing by itself."""
_MEANING = {name: mark for mark, names in SHAPES.items() for name in names.split()}


def mark_of(preset: str) -> str:
    """The mark a preset shape is; "" for lines between shapes and text boxes."""
    return _MEANING.get(preset, "picture")


def recognizes(package: Package) -> bool:
    return package.has(_MAIN)


def read(package: Package) -> list[Block]:
    package.check_markup()
    try:
        document = docx.Document(io.BytesIO(package.content))
    except Exception as error:  # python-docx answers a damaged package with whatever it stumbles over
        if isinstance(error, MemoryError):
            raise
        raise damaged(package.name) from None
    reader = _Reader(document, Budget(package.name))
    for section in document.sections[:1]:
        if not section.header.is_linked_to_previous:
            reader.header(section.header._element)
    reader.blocks_of(document.element.body)
    return reader.blocks


@dataclass
class _Shape:
    mark: str
    element: object
    centre: float | None
    """Its middle in EMU from the cell's edge; None where it stands in the line of text."""


class _Reader:
    def __init__(self, document, budget: Budget):
        self.budget = budget
        self.blocks: list[Block] = []
        self.numbers = _Numbers(document)
        self.headings = _heading_styles(document)
        self.lines = self.tables = 0
        self.part = ""

    def header(self, element):
        """The tables of the page's head: many sheets keep their header block there."""
        self.part = "kepala halaman"
        for table in element.iterchildren(_q("w:tbl")):
            self.table(table)
        self.part, self.tables = "", 0

    def blocks_of(self, around):
        for element in _through_controls(around):
            if element.tag == _q("w:p"):
                self.paragraph(element)
            elif element.tag == _q("w:tbl"):
                self.table(element)

    def paragraph(self, element):
        label, text = self.numbers.label(element), _text(element)
        if (label or text).strip():
            self.lines += 1
            self.budget.line()
            shown = self.budget.text(f"{label} {text}".strip() if label else text.strip("\n"))
            heading = _style(element) in self.headings or _outlined(element)
            self.blocks.append(Paragraph(shown, Place(self.part, line=self.lines), heading))
        for shape in _shapes(element):
            for box in shape.element.iter(_q("w:txbxContent")):
                self.blocks_of(box)

    def table(self, element):
        self.tables += 1
        grid = Grid(Place(self.part, self.tables), self.budget)
        edges = _edges(element)
        nested = []
        for row in _through_controls(element, _q("w:tr")):
            grid.next_row()
            grid.skip(_number(row, "w:trPr/w:gridBefore"))
            drawn = []  # (cell or None, its first and last column, its shapes)
            for cell in _through_controls(row, _q("w:tc")):
                columns = max(1, _number(cell, "w:tcPr/w:gridSpan", 1))
                merge = cell.find("w:tcPr/w:vMerge", _NS)
                continued = merge is not None and merge.get(VAL, "continue") == "continue"
                if continued and grid.continue_above(columns):
                    self.cell(cell, nested)  # its list numbers count, its words are not shown
                    continue
                first = grid.column
                lines, shapes = self.cell(cell, nested)
                grid.add("\n".join(lines), columns)
                drawn.append((grid.rows[-1][-1], first, first + columns, shapes))
            _put_marks(drawn, edges)
        if grid.says_anything:
            self.blocks.append(grid.table())
        else:
            self.tables -= 1
        for inner in nested:
            self.table(inner)

    def cell(self, cell, nested: list) -> tuple[list[str], list[_Shape]]:
        lines, shapes = [], []
        for element in _through_controls(cell):
            if element.tag == _q("w:tbl"):
                nested.append(element)
            elif element.tag == _q("w:p"):
                label, text = self.numbers.label(element), _text(element).strip(" \n")
                if line := f"{label} {text}".strip() if label else text:
                    lines.append(line)
                shapes += _shapes(element)
        return lines, shapes


def _put_marks(drawn, edges: list[int]):
    """Give every shape of a row to the cell its middle stands over, else to the one it is anchored in."""
    for cell, first, _, shapes in drawn:
        for shape in shapes:
            owner = cell
            if shape.centre is not None and first < len(edges):
                middle = edges[first] + shape.centre
                for other, begin, end, _ in drawn:
                    if end < len(edges) and edges[begin] <= middle < edges[end]:
                        owner = other
            words = "\n".join(
                filter(
                    None,
                    (
                        _text(p).strip()
                        for box in shape.element.iter(_q("w:txbxContent"))
                        for p in box.iter(_q("w:p"))
                    ),
                )
            )
            if words:
                owner[0] = f"{owner[0]}\n{words}".strip()
            if shape.mark:
                owner[4] = (*owner[4], shape.mark)


def _edges(table) -> list[int]:
    """Where the columns of the table's grid begin and end, in EMU."""
    found = [0]
    for column in table.findall("w:tblGrid/w:gridCol", _NS):
        width = column.get(_q("w:w"), "0")
        found.append(found[-1] + _EMU_OF_TWIP * (int(width) if width.isdecimal() else 0))
    return found


def _through_controls(around, only: str | None = None) -> Iterator:
    """The children, those in content controls, insertions and the like as if they stood here."""
    for child in around.iterchildren():
        if child.tag in (_q("w:sdt"), _q("w:sdtContent"), _q("w:ins"), _q("w:moveTo"), _q("w:customXml")):
            yield from _through_controls(child, only)
        elif only is None or child.tag == only:
            yield child


# Words ----------------------------------------------------------------------------------------------


def _text(paragraph) -> str:
    return "".join(_parts(paragraph))


def _parts(element) -> Iterator[str]:
    for child in element.iterchildren():
        tag = child.tag
        if tag in _TEXTS:
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == _q("w:br"):
            yield "\n" if child.get(_q("w:type"), "textWrapping") == "textWrapping" else ""
        elif tag == _q("w:sym"):
            yield "\ufffd"  # a sign of a symbol font: which one it shows cannot be told
        elif tag not in _UNSEEN and not (tag == _q("w:r") and _is_on(child.find("w:rPr/w:vanish", _NS))):
            yield from _parts(child)


def _is_on(flag) -> bool:
    return flag is not None and flag.get(VAL, "true") not in ("0", "false", "off")


def _number(element, path: str, default: int = 0) -> int:
    found = element.find(path, _NS)
    value = found.get(VAL, "") if found is not None else ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else default


def _style(paragraph) -> str:
    found = paragraph.find("w:pPr/w:pStyle", _NS)
    return found.get(VAL, "") if found is not None else ""


def _outlined(paragraph) -> bool:
    return _number(paragraph, "w:pPr/w:outlineLvl", 9) < 9


def _heading_styles(document) -> set[str]:
    found = set()
    for style in document.styles.element.iterchildren(_q("w:style")):
        name = style.find("w:name", _NS)
        word = name.get(VAL, "").casefold() if name is not None else ""
        if word.startswith(("heading", "title")) or style.find("w:pPr/w:outlineLvl", _NS) is not None:
            found.add(style.get(_q("w:styleId")))
    return found


# Shapes ---------------------------------------------------------------------------------------------


def _shapes(paragraph) -> Iterator[_Shape]:
    """Everything drawn or pasted at a paragraph, each thing once."""
    for holder in paragraph.iter(_q("w:drawing"), _q("w:pict"), _q("w:object")):
        above = {parent.tag for parent in holder.iterancestors() if parent is not paragraph}
        inside = next((p for p in holder.iterancestors(_q("w:p"))), None)
        if _q("mc:Fallback") in above or inside is not paragraph:
            continue
        yield from _drawingml(holder) if holder.tag == _q("w:drawing") else _vml(holder)


def _drawingml(drawing) -> Iterator[_Shape]:
    anchor = drawing.find("wp:anchor", _NS)
    centre = _anchored(anchor) if anchor is not None else None
    alone = len(list(drawing.iter(_q("wps:wsp"), _q("pic:pic")))) == 1
    for shape in drawing.iter(_q("wps:wsp"), _q("pic:pic")):
        if shape.tag == _q("pic:pic"):
            mark = "picture"
        else:
            preset = shape.find("wps:spPr/a:prstGeom", _NS)
            box = shape.find("wps:cNvSpPr", _NS)
            text_box = box is not None and box.get("txBox") in ("1", "true")
            mark = "" if text_box else mark_of(preset.get("prst", "") if preset is not None else "")
        yield _Shape(mark, shape, centre if alone else None)


def _anchored(anchor) -> float | None:
    offset = anchor.find("wp:positionH/wp:posOffset", _NS)
    extent = anchor.find("wp:extent", _NS)
    if offset is None or extent is None or anchor.get("layoutInCell") in ("0", "false"):
        return None
    try:
        return int(offset.text) + int(extent.get("cx", "0")) / 2
    except (TypeError, ValueError):
        return None


def _vml(holder) -> Iterator[_Shape]:
    for shape in holder.iter(*(_q(f"v:{n}") for n in "shape rect roundrect oval line polyline".split())):
        local = shape.tag.rpartition("}")[2]
        number = shape.get(_q("o:spt"), "") or (re.search(r"_t(\d+)$", shape.get("type", "")) or [0, ""])[1]
        if shape.find("v:imagedata", _NS) is not None or number == "75":
            mark = "picture"
        elif local in ("line", "polyline"):
            mark = ""
        else:
            named = {"rect": "rect", "roundrect": "roundRect"}.get(local, "")
            mark = mark_of(number or named)
        yield _Shape(mark, shape, _styled(shape.get("style", "")))


def _styled(style: str) -> float | None:
    """The middle of a shape from its CSS, in points there."""
    found = dict(part.strip().split(":", 1) for part in style.split(";") if ":" in part)
    sizes = [
        re.fullmatch(r"(-?[\d.]{1,9})pt", found.get(name, "").strip()) for name in ("margin-left", "width")
    ]
    if found.get("position") != "absolute" or not all(sizes):
        return None
    try:
        left, width = (float(size[1]) for size in sizes)
    except ValueError:
        return None
    return (left + width / 2) * _EMU_OF_POINT


# List numbers ----------------------------------------------------------------------------------------


class _Numbers:
    """What Word prints before numbered paragraphs; they must be asked in the document's order."""

    def __init__(self, document):
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # of a list: format, text, start
        self.restarts: dict[str, dict[int, int]] = {}
        self.lists: dict[str, str] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.styles = {
            style.get(_q("w:styleId")): style for style in document.styles.element.iterchildren(_q("w:style"))
        }
        try:
            root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
        except (KeyError, AttributeError):
            return
        for abstract in root.iterchildren(_q("w:abstractNum")):
            key = abstract.get(_q("w:abstractNumId"), "")
            self.levels[key] = {
                _attribute(level, "w:ilvl"): (
                    _value(level, "w:numFmt", "decimal"),
                    _value(level, "w:lvlText", ""),
                    _number(level, "w:start", 1),
                )
                for level in abstract.iterchildren(_q("w:lvl"))
            }
        for row in root.iterchildren(_q("w:num")):
            key = row.get(_q("w:numId"), "")
            self.lists[key] = _value(row, "w:abstractNumId", "")
            self.restarts[key] = {
                _attribute(over, "w:ilvl"): _number(over, "w:startOverride", 1)
                for over in row.iterchildren(_q("w:lvlOverride"))
                if over.find("w:startOverride", _NS) is not None
            }

    def label(self, paragraph) -> str:
        """The number or bullet of a paragraph, "" for none."""
        numbering = self._numbering(paragraph)
        if numbering is None:
            return ""
        key = _value(numbering, "w:numId", "")
        level = _number(numbering, "w:ilvl")
        levels = self.levels.get(self.lists.get(key, ""), {})
        if level not in levels:
            return ""
        counts = self.counts.setdefault(self.lists[key], {})
        restart = self.restarts[key].pop(level, None)
        if restart is not None:
            counts[level] = restart
        else:
            counts[level] = counts[level] + 1 if level in counts else levels[level][2]
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        shape, text, _ = levels[level]
        if shape == "bullet":
            return "•"

        def shown(found: re.Match) -> str:
            other = int(found[1]) - 1
            kind, _, start = levels.get(other, ("decimal", "", 1))
            return numeral(counts.get(other, start), kind)

        return re.sub(r"%([1-9])", shown, text) if shape != "none" else ""

    def _numbering(self, paragraph):
        """The numbering of the paragraph itself, else of its style or one that this is based on."""
        found = paragraph.find("w:pPr/w:numPr", _NS)
        name = _style(paragraph)
        for _ in range(10):
            style = self.styles.get(name)
            if found is not None or style is None:
                break
            found = style.find("w:pPr/w:numPr", _NS)
            name = _value(style, "w:basedOn", "")
        return found


def _value(element, path: str, default: str) -> str:
    found = element.find(path, _NS)
    return found.get(VAL, default) if found is not None else default


def _attribute(element, name: str) -> int:
    value = element.get(_q(name), "0")
    return int(value) if re.fullmatch(r"\d{1,3}", value) else 0
