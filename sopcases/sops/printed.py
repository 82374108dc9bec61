"""An SOP as its official document: its sheet set on paper, with the chart over the table. In millimetres.

One `Document` feeds the PDF, the page on screen and the .docx. The height of every row is known before
anything is drawn (its texts are measured with the very typeface), so the pages are ours to break: between two
steps, with the table's head repeated and a pair of pentagons for every arrow that goes on.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import escape
from PIL import ImageFont

from sopcases import pdf
from sopcases.people.letterhead import crest
from sopcases.people.models import Agency
from sopcases.sops import chart, flow
from sopcases.sops.models import Performer, Revision
from sopcases.sops.plans import plan_of
from sopcases.sops.sheet import UNREADABLE, Cell, Column, Line, Sheet, build

STYLES = ("sops/document.css", "sops/print.css")
MARGIN = 10
FOOT = 8
"""Under the table, for the line with name and page."""
POINT = 25.4 / 72
SIZE, HEAD_SIZE, LINE = 7.0, 7.0, 1.2
PAD_X, PAD_Y = 1.0, 0.9
NUMBER = 8.0
RULE = 0.2
"""What the rule under a row adds to its height."""
LABELS_FROM = 6.0
"""Type size of the columns' labels, in points, from the narrowest column on."""
PERFORMER = {1: 26.0, 2: 24.0, 3: 20.0, 4: 18.0, 5: 16.0, 6: 14.0, 7: 13.0, 8: 12.0}
NARROWEST = 11.5
SHARES = {"activity": 0.34, "requires": 0.24, "time": 0.09, "produces": 0.2, "remark": 0.13}
ORDER = (
    {Performer.Part.ORDERS},
    {Performer.Part.PERFORMS, Performer.Part.TAKES_PART},
    {Performer.Part.RECEIVES},
    {Performer.Part.DISPOSES},
    {Performer.Part.SIGNS},
)
"""Who comes first within a step: orders, then doing, then receiving, initials, signature."""
RANK = {part.label: rank for rank, parts in enumerate(ORDER) for part in parts}
PIN = 3.0
"""Side of a running number over the chart."""
HEAD = 1.5
"""Length of an arrow's head."""


@dataclass(frozen=True)
class Paper:
    """A sheet of paper lying across."""

    key: str
    label: str
    width: int
    height: int

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the table."""
        return self.width - 2 * MARGIN, self.height - 2 * MARGIN - FOOT

    @property
    def css(self) -> str:
        return f"@page {{ size: {self.width}mm {self.height}mm }}"


PAPERS = {
    paper.key: paper
    for paper in (
        Paper("a4", "A4 (297 × 210 mm)", 297, 210),
        Paper("f4", "F4 (330 × 215 mm)", 330, 215),
        Paper("f4-210", "F4 (330 × 210 mm)", 330, 210),
    )
}
A4 = PAPERS["a4"]
FOOT_HERE, SEAL_HERE = "<!--kaki-->", "<!--tera-->"


def paper_of(agency: Agency) -> Paper:
    """The paper of the office's letters (tata naskah), turned; A4 where it has chosen none."""
    style = getattr(agency, "house_style", None)  # a row of the letters room
    sizes = {f"{paper.height}mm {paper.width}mm": paper for paper in PAPERS.values()}
    return sizes.get(style.paper, A4) if style else A4


@dataclass(frozen=True)
class Shape:
    """A box of the chart as the template draws it; numbers as SVG writes them."""

    name: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    base: str
    """Where its words stand: their middle, and their base line."""
    text: str
    path: str = ""


@dataclass(frozen=True)
class Badge:
    """Running numbers to lay over a step: the cases that stand there, those of them late, and their lists."""

    cases: int
    late: int
    url: str
    late_url: str


@dataclass(frozen=True)
class Pinned:
    """A badge in its place: at the upper corners of the step's box."""

    badge: Badge
    left: str
    right: str
    top: str
    left_middle: str
    right_middle: str
    base: str


@dataclass(frozen=True)
class Drawing:
    """A piece of the chart: what one cell shows."""

    width: str
    height: str
    shapes: tuple[Shape, ...] = ()
    lines: str = ""
    heads: str = ""
    words: tuple[tuple[str, str, str], ...] = ()
    pinned: Pinned | None = None


@dataclass(frozen=True)
class Row:
    """A step on paper: its line of the sheet, and for each column its piece of the chart. What is too long
    for a page goes on in further rows."""

    line: Line
    """The texts that stand in this row; the line of the sheet has all of them."""
    performers: tuple[tuple[Column, Cell, Drawing], ...]
    order: int
    first: bool = True

    @property
    def signs(self) -> list[str]:
        """The marks as text."""
        return [sign(cell) for _, cell, _ in self.performers]


@dataclass(frozen=True)
class Page:
    """A page of the table."""

    rows: tuple[Row, ...]
    top: Drawing | None
    bottom: Drawing | None


@dataclass(frozen=True)
class Document:
    """The whole document."""

    sheet: Sheet
    """As printed: each mark is the one that is drawn."""
    paper: Paper
    widths: tuple[tuple[str, str], ...]
    """Each column of the table: its class and its width."""
    pages: tuple[Page, ...]
    crest: str
    arrows: tuple[chart.Link, ...]
    """Between the lines of the sheet."""

    @property
    def face(self) -> str:
        """What it says of itself where it is not in force."""
        return "" if self.sheet.state == Revision.State.IN_FORCE.label else self.sheet.state.upper()

    @property
    def number(self) -> str:
        """The SOP's number, "" where it has none."""
        return self.sheet.header.facts[0][1]

    @property
    def blocks(self) -> list[tuple]:
        """The blocks of the header two by two, left and right."""
        found = self.sheet.header.blocks
        return list(zip(found[::2], found[1::2], strict=True))

    @property
    def shares(self) -> list[tuple[str, str]]:
        """Each column of the table, its width in hundredths of the whole."""
        return [(name, _mm(float(wide) * 100 / self.paper.room[0])) for name, wide in self.widths]

    @property
    def css(self) -> str:
        """The rules for its paper and its columns."""
        return self.paper.css + "".join(f" col.{name} {{ width: {wide}mm }}" for name, wide in self.widths)


def of(revision: Revision, paper: Paper = A4, badges: Sequence[Badge | None] = ()) -> Document:
    """The document of a revision; its `sop.agency` should be at hand. `badges`: one for each step, to be laid
    over the chart, or none at all."""
    return compose(build(revision), plan_of(revision), paper, crest(revision.sop.agency), badges)


def compose(
    sheet: Sheet,
    plan: flow.Plan,
    paper: Paper = A4,
    crest: str = "",
    badges: Sequence[Badge | None] = (),
) -> Document:
    """Set a sheet on paper, with the arrows that its plan asks for."""
    widths = _widths(len(sheet.columns), paper.room[0])
    sizes = dict(widths)
    room = paper.room[1] - _head(sheet, sizes)
    parts = _parts(sheet.lines, sizes, room)
    arrows = links_of(plan)
    ground = _ground(sheet, arrows, parts, sizes)
    pages = chart.paginate([height + RULE for height in ground.heights], room)
    laid = ground.drawn(pages)
    sheet = _as_drawn(sheet, laid, parts)
    if laid:
        found = tuple(_page(page, sheet, parts, ground.width, badges) for page in laid)
    else:
        found = tuple(Page(tuple(_row(sheet, parts[r], ()) for r in rows), None, None) for rows in pages)
    columns = [("number", _mm(sizes["number"])), ("activity", _mm(sizes["activity"]))]
    columns += [("performer", _mm(sizes["performer"]))] * len(sheet.columns)
    columns += [(name, _mm(sizes[name])) for name in ("requires", "time", "produces", "remark")]
    return Document(sheet, paper, tuple(columns), found, crest, tuple(arrows))


@dataclass(frozen=True)
class Unbroken:
    """The table as on one endless page, for a word processor, which breaks pages itself."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    strips: tuple[chart.Strip, ...]
    """The chart row by row; none where nobody performs."""


def unbroken(document: Document, narrowest: float) -> Unbroken:
    """The document's table on an endless page, its performers' columns at least so wide, as far as the texts
    keep their room."""
    sheet = document.sheet
    narrowest = min(narrowest, 0.6 * document.paper.room[0] / max(1, len(sheet.columns)))
    widths = _widths(len(sheet.columns), document.paper.room[0], narrowest)
    sizes = dict(widths)
    parts = [_Part(order, line) for order, line in enumerate(sheet.lines)]
    ground = _ground(sheet, document.arrows, parts, sizes)
    laid = ground.drawn([range(len(parts))]) if parts else []
    columns = [sizes["number"], sizes["activity"], *[sizes["performer"]] * len(sheet.columns)]
    columns += [sizes[name] for name in ("requires", "time", "produces", "remark")]
    return Unbroken(tuple(columns), tuple(ground.heights), laid[0].rows if laid else ())


def links_of(plan: flow.Plan) -> list[chart.Link]:
    """The arrows between the rows: what each step follows, and where a refusal goes."""
    rows = {step.key: row for row, step in enumerate(plan.steps)}
    found = []
    for row, step in enumerate(plan.steps):
        found += [chart.Link(rows[key], row) for key in plan.after[step.key] if key in rows]
        back = flow.return_target(plan, step)
        if step.refusal_ends:
            found.append(chart.Link.ending(row))
        elif step.refusal_to in rows:
            found.append(chart.Link(row, rows[step.refusal_to], no=True))
        elif back:
            found.append(chart.Link(row, rows[back.key], no=True))
    return found


def as_pdf(document: Document, *, key: str) -> bytes:
    """The document for printing. `key` tells equal texts apart."""
    return pdf.write(_page_of(document), key=key, styles=STYLES, page=document.css)


def frozen(document: Document) -> str:
    """The page of a document to be kept: what its foot says and whether it is sealed comes with `sealed`.

    Raises Refused for characters that no font holds.
    """
    html = _page_of(document, frozen=True)
    pdf.demand_printable(html)
    return html


def _page_of(document: Document, *, frozen: bool = False) -> str:
    context = {"document": document, "unreadable": UNREADABLE, "frozen": frozen}
    return render_to_string("sops/pdf.html", context)


def sealed(html: str, css: str, *, face: str, key: str, qr: str = "") -> bytes:
    """A kept page as PDF. `face` says at the foot of each page how far it is; `qr`, a picture as a data:
    address, stands in the room for the signature of what a certificate signs."""
    seal = render_to_string("sops/parts/seal.html", {"qr": qr}) if qr else ""
    html = html.replace(FOOT_HERE, f" · {escape(face)}").replace(SEAL_HERE, seal)
    return pdf.write(html, key=key, styles=STYLES, page=css)


def as_html(document: Document) -> str:
    """The document as a file of its own for a word processor or a browser: its marks as text, no chart."""
    lines = document.sheet.lines
    pages = [
        replace(page, rows=tuple(replace(row, line=lines[row.order]) for row in page.rows if row.first))
        for page in document.pages
    ]
    whole = replace(document, pages=tuple(page for page in pages if page.rows))
    return render_to_string("sops/plain.html", {"document": whole})


@dataclass(frozen=True)
class _Part:
    """What stands in one row: a line of the sheet, or as much of it as a page holds."""

    order: int
    line: Line
    first: bool = True


@dataclass(frozen=True)
class _Ground:
    """What the chart is drawn from."""

    columns: int
    width: float
    marks: list[list[chart.Mark]]
    heights: list[float]
    links: list[chart.Link]

    def drawn(self, pages: Sequence[range]) -> list[chart.Page]:
        """The chart on these pages; nothing where nobody performs."""
        if not self.columns:
            return []
        return chart.lay_out(self.columns, self.width, self.marks, self.heights, self.links, pages)


def _ground(
    sheet: Sheet, arrows: Iterable[chart.Link], parts: Sequence[_Part], sizes: Mapping[str, float]
) -> _Ground:
    marks = [_marks(part.line) if part.first else [] for part in parts]
    row_of = {part.order: row for row, part in enumerate(parts) if part.first} | {chart.OUT: chart.OUT}
    unmarked = {part.order for part, found in zip(parts, marks, strict=True) if part.first and not found}
    links = [
        replace(link, source=row_of[link.source], target=row_of[link.target])
        for link in chart.through(arrows, unmarked)
    ]
    heights = [
        max(chart.least_height(row, marks[row], links) if marks[row] else 0, _height(part.line, sizes))
        for row, part in enumerate(parts)
    ]
    columns = len(sheet.columns)
    return _Ground(columns, columns * sizes["performer"], marks, heights, links)


# Sizes ---------------------------------------------------------------------------------------------


def _widths(columns: int, room: float, narrowest: float = NARROWEST) -> tuple[tuple[str, float], ...]:
    performer = max(PERFORMER.get(columns, NARROWEST), narrowest)
    left = room - NUMBER - performer * columns
    return (
        ("number", NUMBER),
        ("performer", performer),
        *((name, left * share) for name, share in SHARES.items()),
    )


TEXTS = ("number", "activity", "requires", "time", "produces", "remark")
"""The columns of text, by their name in a line of the sheet."""


def _height(line: Line, sizes: Mapping[str, float]) -> float:
    """The height of a row by its texts."""
    most = max(_lines(getattr(line, name), sizes[name] - 2 * PAD_X, SIZE) for name in TEXTS)
    return _up(most * SIZE * POINT * LINE + 2 * PAD_Y)


def _parts(lines: Sequence[Line], sizes: Mapping[str, float], room: float) -> list[_Part]:
    """The rows of the table: a line whose texts are higher than a page goes on in further rows."""
    most = int((room - 2 * chart.JOINT - RULE - 0.5 - 2 * PAD_Y) / (SIZE * POINT * LINE))
    found = []
    for order, line in enumerate(lines):
        texts = {name: _cut(getattr(line, name), sizes[name] - 2 * PAD_X, most) for name in TEXTS}
        for place, pieces in enumerate(zip_longest(*texts.values(), fillvalue="")):
            found.append(_Part(order, replace(line, **dict(zip(texts, pieces, strict=True))), place == 0))
    return found


def _cut(text: str, width: float, most: int) -> list[str]:
    """A text in pieces of at most so many lines, cut between words or where a line breaks a long one."""
    if _lines(text, width, SIZE) <= most:
        return [text]
    pieces, piece = [], ""
    for number, paragraph in enumerate(text.split("\n")):
        for place, word in enumerate(paragraph.split() or [""]):
            between = " " if place else "\n" if number else ""
            for bit in _bits(word, width):
                longer = f"{piece}{between}{bit}"
                if piece and _lines(longer, width, SIZE) > most:
                    pieces.append(piece)
                    longer = bit
                piece, between = longer, ""
    return [*pieces, piece]


def _bits(word: str, width: float) -> list[str]:
    """A word, in bits where it is longer than a line."""
    font, room = _font(False), width / (SIZE * POINT) * 100 * 0.85
    if font.getlength(word) <= room:
        return [word]
    short = max(1, int(len(word) * room / font.getlength(word)))
    return [word[at : at + short] for at in range(0, len(word), short)]


def _head(sheet: Sheet, sizes: Mapping[str, float]) -> float:
    """The height of the table's head: two rows, the second with the performers' labels."""
    labels = [column.label for column in sheet.columns]
    wide = sizes["performer"] - 2 * PAD_X + 0.6
    lines = max((_lines(label, wide, LABELS_FROM, bold=True) for label in labels), default=1)
    under = max(lines * LABELS_FROM, HEAD_SIZE) * POINT * LINE + 2 * PAD_Y
    return _up(HEAD_SIZE * POINT * LINE + 2 * PAD_Y + under + 1)


def _up(height: float) -> float:
    """Rounded up to a fifth of a millimetre, with a hair to spare for the rules."""
    return math.ceil((height + 0.3) * 5) / 5


def text_width(text: str, size: float) -> float:
    """How wide a line of text is in the document's typeface, in millimetres; `size` in points."""
    return _font(False).getlength(text) / 100 * size * POINT


def _lines(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """How many lines a text takes at most in a cell of this width."""
    font = _font(bold)
    room = width / (size * POINT) * 100 * 0.985
    count = 0
    for paragraph in text.split("\n") or [""]:
        count += 1
        used = 0.0
        for word in paragraph.split():
            long = font.getlength(word)
            space = font.getlength(" ") if used else 0
            if used and used + space + long > room:
                count += 1
                used, space = 0.0, 0
            if long > room:  # broken wherever it fills the line
                count += math.ceil(long / (room * 0.85)) - 1
                long = room
            used += space + long
    return count


@lru_cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    """The typeface of the document, 100 units to the em."""
    name = pdf.FONTS["fonts:sans-bold" if bold else "fonts:sans-regular"]
    return ImageFont.truetype(finders.find(name), 100, layout_engine=ImageFont.Layout.BASIC)


# The chart -----------------------------------------------------------------------------------------


def _marks(line) -> list[chart.Mark]:
    found = []
    for number, (_, cell) in enumerate(line.cells):
        ranks = [RANK[part] for part in cell.parts if part in RANK]
        if cell:
            found.append(chart.Mark(number, (min(ranks), max(ranks)), cell.damaged))
    return found


def _as_drawn(sheet: Sheet, laid: Sequence[chart.Page], parts: Sequence[_Part]) -> Sheet:
    """The sheet with the marks that the chart draws, its columns as the document has them."""
    shapes = {
        (parts[page.first + number].order, box.column): box.shape
        for page in laid
        for number, strip in enumerate(page.rows)
        for box in reversed(strip.boxes)  # a step's own box comes before the capsule beside it
    }
    columns = tuple(replace(column, added=False) for column in sheet.columns)
    lines = tuple(
        replace(
            line,
            cells=tuple(
                (columns[number], replace(cell, symbols=(shapes[row, number],) if cell else ()))
                for number, (_, cell) in enumerate(line.cells)
            ),
        )
        for row, line in enumerate(sheet.lines)
    )
    return replace(sheet, columns=columns, lines=lines)


def _page(
    page: chart.Page,
    sheet: Sheet,
    parts: Sequence[_Part],
    across: float,
    badges: Sequence[Badge | None],
) -> Page:
    rows = []
    wide = across / len(sheet.columns)
    for number, strip in enumerate(page.rows, page.first):
        part = parts[number]
        line = sheet.lines[part.order]
        pieces = [_piece(strip, i * wide, wide) for i in range(len(sheet.columns))]
        if badges and badges[part.order] and part.first:
            _pin(badges[part.order], line, pieces)
        rows.append(_row(sheet, part, pieces))
    return Page(
        tuple(rows),
        page.top and _piece(page.top, 0, across),
        page.bottom and _piece(page.bottom, 0, across),
    )


def _row(sheet: Sheet, part: _Part, pieces: Sequence[Drawing]) -> Row:
    line = sheet.lines[part.order]
    cells = tuple((*cell, piece) for cell, piece in zip(line.cells, pieces, strict=False))
    return Row(replace(part.line, cells=line.cells), cells, part.order, part.first)


def _piece(strip: chart.Strip, left: float, width: float) -> Drawing:
    """What a strip shows between two places, drawn from the left one on."""
    shapes = tuple(_shape(box, left) for box in strip.boxes if left <= box.middle[0] < left + width)
    lines, heads = [], []
    for s in strip.segments:
        low, high = sorted((s.x1, s.x2))
        if high < left or low > left + width or (low == high and not left <= low < left + width):
            continue
        a, b = (min(max(x, left), left + width) - left for x in (s.x1, s.x2))
        end = (b, s.y2)
        if s.head and left <= s.x2 < left + width:
            dx, dy = _direction(s)
            heads.append(_triangle(b, s.y2, dx, dy))
            end = (b - dx * HEAD * 0.8, s.y2 - dy * HEAD * 0.8)
        lines.append(f"M{_mm(a)} {_mm(s.y1)}L{_mm(end[0])} {_mm(end[1])}")
    words = tuple(
        (_mm(w.x - left), _mm(w.y + w.height - 0.05), w.text)
        for w in strip.words
        if left <= w.x < left + width
    )
    return Drawing(_mm(width), _mm(strip.height), shapes, "".join(lines), "".join(heads), words)


def _pin(badge: Badge, line, pieces: list[Drawing]) -> None:
    """Lay the numbers of a step over the box of who does it, else over its first."""
    marked = [number for number, (_, cell) in enumerate(line.cells) if cell]
    doing = Performer.Part.PERFORMS.label
    place = next((n for n in marked if doing in line.cells[n][1].parts), marked[0] if marked else None)
    if place is None:
        return
    box = pieces[place].shapes[0]
    left, top = float(box.x) - 0.3, float(box.y) - PIN / 2
    right = left + float(box.width) + 0.6 - PIN
    pinned = Pinned(
        badge,
        *map(_mm, (left, right, top, left + PIN / 2, right + PIN / 2, top + PIN / 2 + 0.62)),
    )
    pieces[place] = replace(pieces[place], pinned=pinned)


def _direction(s: chart.Segment) -> tuple[int, int]:
    return (s.x2 > s.x1) - (s.x2 < s.x1), (s.y2 > s.y1) - (s.y2 < s.y1)


def _triangle(x: float, y: float, dx: int, dy: int) -> str:
    back_x, back_y = x - dx * HEAD, y - dy * HEAD
    half = HEAD * 0.42
    points = [(x, y), (back_x - dy * half, back_y + dx * half), (back_x + dy * half, back_y - dx * half)]
    return "M" + "L".join(f"{_mm(a)} {_mm(b)}" for a, b in points) + "Z"


WORDS = {chart.START: "Mulai", chart.END: "Selesai", chart.DAMAGED: UNREADABLE}
SIGNS = WORDS | {chart.BOX: "▭", chart.DECISION: "◇"}


def sign(cell: Cell) -> str:
    """A mark in visible text, where no chart is drawn: its sign, and in words what the position does."""
    return "\n".join([*(SIGNS[symbol] for symbol in cell.symbols), *cell.parts])


def _shape(box: chart.Box, left: float) -> Shape:
    x, y = box.x - left, box.y
    middle = (x + box.width / 2, y + box.height / 2)
    path: Iterable[tuple[float, float]] = ()
    base = middle[1] + 0.72
    if box.shape == chart.DECISION:
        path = ((middle[0], y), (x + box.width, middle[1]), (middle[0], y + box.height), (x, middle[1]))
    elif box.shape == chart.CONNECTOR:
        shoulder = y + box.height * 0.6
        path = (
            (x, y),
            (x + box.width, y),
            (x + box.width, shoulder),
            (middle[0], y + box.height),
            (x, shoulder),
        )
        base = y + box.height * 0.3 + 0.8
    return Shape(
        box.shape,
        _mm(x),
        _mm(y),
        _mm(box.width),
        _mm(box.height),
        _mm(middle[0]),
        _mm(base),
        box.text or WORDS.get(box.shape, ""),
        "M" + "L".join(f"{_mm(a)} {_mm(b)}" for a, b in path) + "Z" if path else "",
    )


def _mm(value: float) -> str:
    """A number as SVG and CSS write it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
