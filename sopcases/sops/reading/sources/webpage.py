"""HTML by lxml: what a reader sees, tables with their spans, nested tables after the one around them."""

import re

from lxml import etree, html

from sopcases.sops.reading.document import Block, Paragraph, Place
from sopcases.sops.reading.sources.limits import MAX_DEPTH, Budget, Grid, damaged, too_deep

KIND = "html"
_BEGINS = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html|head|body|meta|table|div)\b",
    re.I | re.S,
)
_UNSEEN = set("script style head noscript template title select datalist object iframe".split())
_BREAKS = set(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary tbody td tfoot "
    "th thead tr ul".split()
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def recognizes(text: str) -> bool:
    return _BEGINS.match(text[:4096]) is not None


def read(name: str, text: str) -> list[Block]:
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(text.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise damaged(name) from None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise too_deep(name)  # the tree would end there without a word
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise too_deep(name)
    page = _Page(Budget(name))
    page.walk(root)
    page.edge()
    return page.blocks


class _Flow:
    """Walks through elements and gathers what they show; what an edge and a table mean is the heir's."""

    def __init__(self):
        self.words: list[str] = []

    def edge(self, tag: str = ""):
        raise NotImplementedError

    def table(self, element):
        raise NotImplementedError

    def picture(self):
        """Pictures outside of cells say nothing to the reader."""

    def walk(self, element):
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN or _hidden(element):
            return
        if tag == "table":
            self.table(element)
        elif tag in ("img", "svg"):
            self.picture()
        else:
            self.inside(element)

    def inside(self, element):
        tag = element.tag
        if tag in _BREAKS:
            self.edge(tag)
        if tag == "li":
            self.words.append(f"{_number(element)} ")
        kept = tag == "pre"
        self.words.append(_flat(element.text, kept))
        for child in element:
            self.walk(child)
            self.words.append(_flat(child.tail, kept))
        if tag in _BREAKS and tag != "br":
            self.edge()

    def taken(self) -> str:
        """The words so far, lines without margins; the next begin anew."""
        lines = "".join(self.words).split("\n")
        self.words = []
        return "\n".join(filter(None, (line.strip() for line in lines)))


class _CellFlow(_Flow):
    def __init__(self):
        super().__init__()
        self.marks: list[str] = []
        self.nested: list = []

    def edge(self, tag=""):
        self.words.append("\n")

    def table(self, element):
        self.nested.append(element)

    def picture(self):
        self.marks.append("picture")


class _Page(_Flow):
    def __init__(self, budget: Budget):
        super().__init__()
        self.budget = budget
        self.blocks: list[Block] = []
        self.heading = False
        self.lines = self.tables = 0

    def edge(self, tag=""):
        for line in filter(None, self.taken().split("\n")):
            self.budget.line()
            self.lines += 1
            self.blocks.append(Paragraph(self.budget.text(line), Place(line=self.lines), self.heading))
        self.heading = tag in _HEADINGS

    def table(self, element):
        self.edge()
        for caption in element.findall("caption"):
            self.inside(caption)
        self.tables += 1
        grid = Grid(Place(table=self.tables), self.budget)
        nested = []
        for row in _rows(element):
            grid.next_row()
            for cell in row:
                if cell.tag in ("td", "th") and not _hidden(cell):
                    flow = _CellFlow()
                    flow.inside(cell)
                    grid.add(flow.taken(), _span(cell, "colspan"), _span(cell, "rowspan"), flow.marks)
                    nested += flow.nested
        if grid.says_anything:
            self.blocks.append(grid.table())
        else:
            self.tables -= 1
        for inner in nested:
            self.table(inner)


def _flat(text: str | None, kept: bool) -> str:
    """A browser shows blanks and lines of the source as one blank, but in preformatted text."""
    return (text or "") if kept else re.sub(r"[\s\u00a0]+", " ", text or "")


def _number(item) -> str:
    around = item.getparent()
    if around is None or around.tag != "ol":
        return "•"
    start = around.get("start", "1")
    number = sum(1 for _ in item.itersiblings("li", preceding=True))
    number += int(start) if re.fullmatch(r"\d{1,4}", start) else 1
    first = around.get("type", "")
    if first in ("a", "A") and number <= 26:
        return f"{chr(ord(first) + number - 1)}."
    return f"{number}."


def _rows(table):
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _span(cell, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), 65_534) if re.fullmatch(r"\d{1,9}", value) else 1


def _hidden(element) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))
