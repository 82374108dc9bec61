"""The chart of an SOP over its table: where each box stands and how each arrow runs. Pure; in millimetres.

The columns of the performers are one strip per row, exactly as high as the row, so that a line leaving a
strip below enters the next one at the same place. Arrows run in lanes: a horizontal just under a row belongs
to the step it leaves, one just above a row to the step it enters, and verticals keep to the margins between
the boxes. So no line crosses a box, and where two lines lie on each other they lead to or come from one step.

Shapes: Permen PAN-RB 35/2012. A diamond stands only where a step has two exits; a pentagon joins two pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

START, END, BOX, DECISION, DAMAGED, CONNECTOR = "start", "end", "box", "decision", "damaged", "connector"

ABOVE, BELOW = 4.5, 3.5
"""Room for lines over and under the boxes of a row."""
ENTER, REFUSE, LEAVE = 1.5, 2.8, 1.5
"""Heights of the horizontals: of those that enter and those refused, from the top; of those that leave, from
the bottom."""
LEVEL, GAP = 8.0, 3.4
HEIGHTS = {START: 6.0, END: 6.0, BOX: 6.0, DECISION: 8.0, DAMAGED: 6.0}
WIDEST_BOX, LANES = 14.0, 2.0
JOINT = 9.0
"""Height of the strip with the pentagons where a page ends or begins."""
PITCH, PENTAGON_W, PENTAGON_H = 6.0, 4.8, 5.4
WORDS_FROM = 12.0
"""A diamond so wide has room for the whole words at its exits."""
WORD_SIZE, WORD_FROM, WORD_HEIGHT = 1.6, 2.65, 1.25
WORD_WIDTHS = {"Ya": 1.96, "Tidak": 3.92, "Y": 1.07, "T": 0.98}
"""Words at the exits, in type of WORD_SIZE: so far from the diamond's middle, so high and so wide."""
EPSILON = 1e-6


@dataclass(frozen=True)
class Mark:
    """A performer's mark in a row. `rank` orders who comes first in the step and who last."""

    column: int
    rank: tuple[int, int] = (0, 0)
    damaged: bool = False


@dataclass(frozen=True)
class Link:
    """An arrow from the step of one row to that of another; `no`: taken when the step refuses."""

    source: int
    target: int
    no: bool = False

    @classmethod
    def ending(cls, row: int) -> "Link":
        """The refusal that ends the case there."""
        return cls(row, OUT, no=True)


OUT = -1
"""Where a refusal leads that ends the case: to a capsule under its diamond."""


@dataclass(frozen=True)
class Box:
    """A shape; `step` numbers the row of its step, or is None for a pentagon."""

    shape: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    step: int | None = None
    column: int | None = None

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Segment:
    """A straight piece of a line; `head`: an arrow's head at its end. `net` is the row it leads to, or None
    for what joins the performers of one step."""

    x1: float
    y1: float
    x2: float
    y2: float
    net: int | None
    head: bool = False


@dataclass(frozen=True)
class Word:
    """A word beside a diamond."""

    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Strip:
    """What is drawn over all performers' columns in one row, or at the edge of a page."""

    height: float
    boxes: tuple[Box, ...] = ()
    segments: tuple[Segment, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Page:
    """The rows of a page, numbered from `first`, and the pentagons over and under them."""

    first: int
    rows: tuple[Strip, ...]
    top: Strip | None
    bottom: Strip | None


@dataclass(frozen=True)
class _Place:
    """What a step is in the flow."""

    begins: bool
    ends: bool
    decides: bool
    alone: bool
    """Entered and left by the same box."""
    stops: bool
    """Its refusal ends the case: the capsule under the diamond is that of its no; its yes leaves aside."""

    @classmethod
    def of(cls, row: int, marks: Sequence[Mark], links: Iterable[Link]) -> "_Place":
        links = list(links)
        ranks = {mark.rank for mark in marks}
        ends = not any(a.source == row and not a.no and a.target != row for a in links)
        stops = Link.ending(row) in links and not ends
        return cls(
            begins=not any(a.target == row and not a.no and a.source != row for a in links),
            ends=ends,
            decides=stops or any(a.source == row and a.no and a.target != OUT for a in links),
            alone=len(ranks) == 1,
            stops=stops,
        )

    @property
    def stacked(self) -> tuple[bool, bool]:
        """Whether a capsule stands over the diamond, and under it."""
        return self.decides and self.alone and self.begins, self.decides and (self.ends or self.stops)


@dataclass
class _Node:
    """The boxes of a row and where lines may enter and leave them."""

    boxes: list[Box] = field(default_factory=list)
    joins: list[Segment] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    enters: Box | None = None
    leaves: Box | None = None
    decides: Box | None = None
    stops: bool = False
    free: tuple[int, ...] = ()
    """Sides of the deciding box on which nothing stands: -1 left, 1 right; none: it is left by its top."""


@dataclass
class _Piece:
    """A link's part on one page. `row`: where it begins, None where it comes in from another page."""

    target: int
    row: int | None
    no: bool = False
    """It leaves its box aside: the no of a step, or the yes of one whose no ends the case."""
    down: bool = True
    out: bool = False
    lane: tuple[int, int] | None = None
    line: int = 0
    """The pentagon it comes in by, and `to` the one it leaves by."""
    to: int = 0


def least_height(row: int, marks: Sequence[Mark], links: Iterable[Link]) -> float:
    """How high a row must be at least: a first or last step that decides has a capsule beside its diamond."""
    return ABOVE + LEVEL + BELOW + (LEVEL + GAP) * sum(_Place.of(row, marks, links).stacked)


def through(links: Iterable[Link], empty: Iterable[int]) -> list[Link]:
    """The links without rows that nobody is marked in: what led to such a row leads on to what follows it."""
    found = dict.fromkeys(links)
    for row in empty:
        into = [a for a in found if a.target == row and a.source != row]
        outof = [b for b in found if b.source == row and b.target != row and not b.no]
        kept = [a for a in found if row not in (a.source, a.target)]
        found = dict.fromkeys(kept + [Link(a.source, b.target, a.no) for a in into for b in outof])
    return list(found)


def paginate(heights: Sequence[float], room: float) -> list[range]:
    """Which rows stand on which page of so much room; a row higher than a page has one to itself."""
    pages, first, used = [], 0, 0.0
    left = sum(heights)
    for row, height in enumerate(heights):
        over = JOINT if pages else 0
        under = JOINT if left > height + EPSILON else 0
        if row > first and over + used + height + under > room:
            pages.append(range(first, row))
            first, used = row, 0.0
        used += height
        left -= height
    return [*pages, range(first, len(heights))] if heights else []


def lay_out(
    columns: int,
    width: float,
    marks: Sequence[Sequence[Mark]],
    heights: Sequence[float],
    links: Iterable[Link],
    pages: Sequence[range],
) -> list[Page]:
    """The chart of so many columns, together `width` wide, on its pages.

    `heights` are those of the rows, at least `least_height`; every row of a link must be marked.
    """
    return _Chart(columns, width, marks, heights, list(links), pages).draw()


def box_width(column: float) -> float:
    """How wide a box is in a column."""
    return min(column - 2 * LANES, WIDEST_BOX)


def letters(number: int) -> str:
    """A, B … Z, AA, AB … for the pentagons, counted from 1."""
    found = ""
    while number:
        number, digit = divmod(number - 1, 26)
        found = chr(ord("A") + digit) + found
    return found


class _Chart:
    def __init__(self, columns, width, marks, heights, links, pages):
        self.columns, self.width = columns, width
        self.column = width / columns
        self.box = box_width(self.column)
        self.heights, self.pages, self.links = heights, pages, links
        self.page_of = {row: number for number, rows in enumerate(pages) for row in rows}
        self.nodes = [self._node(row, list(found)) for row, found in enumerate(marks)]
        self.lines = 0

    # The boxes --------------------------------------------------------------------------------------

    def _node(self, row: int, marks: list[Mark]) -> _Node:
        node = _Node()
        if not marks:
            return node
        marks = sorted(marks, key=lambda m: m.column)
        place = _Place.of(row, marks, self.links)
        over, under = place.stacked
        low, high = min(m.rank for m in marks), max(m.rank for m in marks)
        enters = next(m for m in marks if m.rank == low)
        leaves = enters if low == high else next(m for m in marks if m.rank == high)
        block = LEVEL + (LEVEL + GAP) * (over + under)
        top = ABOVE + (self.heights[row] - ABOVE - BELOW - block) / 2 + (LEVEL + GAP) * over
        made: dict[int, Box] = {}
        for mark in marks:
            shape = BOX
            if mark.damaged:
                shape = DAMAGED
            elif place.decides and mark is leaves:
                shape = DECISION
            elif place.begins and not over and mark.rank == low:
                shape = START
            elif place.ends and not under and mark.rank == high:
                shape = END
            made[mark.column] = self._box(shape, row, mark.column, top)
        node.boxes = list(made.values())
        node.enters, node.leaves = made[enters.column], made[leaves.column]
        if over:
            node.enters = self._stack(node, START, row, enters.column, top, up=True)
        if under:
            self._stack(node, END, row, leaves.column, top, up=False)
        for left, right in pairwise(marks):
            a, b = made[left.column], made[right.column]
            y = a.middle[1]
            if left.rank <= right.rank:
                node.joins.append(Segment(a.x + a.width, y, b.x, y, None, left.rank < right.rank))
            else:
                node.joins.append(Segment(b.x, y, a.x + a.width, y, None, True))
        if place.decides:
            node.decides, node.stops = made[leaves.column], place.stops
            taken = {(m.column > leaves.column) - (m.column < leaves.column) for m in marks} - {0}
            node.free = tuple(side for side in (-1, 1) if side not in taken)
        return node

    def _box(self, shape: str, row: int, column: int, top: float) -> Box:
        height = HEIGHTS[shape]
        x = (column + 0.5) * self.column - self.box / 2
        return Box(shape, x, top + (LEVEL - height) / 2, self.box, height, "", row, column)

    def _stack(self, node: _Node, shape: str, row: int, column: int, top: float, *, up: bool) -> Box:
        """A capsule over or under a diamond, and the arrow between them."""
        box = self._box(shape, row, column, top + (LEVEL + GAP) * (-1 if up else 1))
        node.boxes.append(box)
        x, diamond = box.middle[0], top + (LEVEL - HEIGHTS[DECISION]) / 2
        if up:
            node.joins.append(Segment(x, box.y + box.height, x, diamond, None, True))
        else:
            node.joins.append(Segment(x, diamond + HEIGHTS[DECISION], x, box.y, None, True))
        return box

    def _exits(self, node: _Node, side: int, *, up: bool) -> Iterable[Word]:
        """Yes and no in the corners of the diamond that no line touches."""
        box = node.decides
        if box is None or box.shape != DECISION:
            return
        whole = self.box >= WORDS_FROM
        x, y = box.middle
        yes, no = ("Ya", "Tidak") if whole else ("Y", "T")
        if node.stops:
            yes, no = no, yes
        low, high = y + WORD_FROM, y - WORD_FROM - WORD_HEIGHT
        aside = box.width / 2 * (1 - WORD_FROM / (box.height / 2)) + 0.3
        for text, left, top in (
            (no, side < 0, low if up and side else high),
            (yes, side > 0, low),
        ):
            wide = WORD_WIDTHS[text]
            yield Word(text, x - aside - wide if left else x + aside, top, wide, WORD_HEIGHT)

    # The way of each link over the pages ------------------------------------------------------------

    def _pieces(self) -> list[list[_Piece]]:
        """The pieces of all links page by page: those that lead down first page first, the others last page
        first, since what comes in was found on the page before."""
        found: list[list[_Piece]] = [[] for _ in self.pages]
        for down in (True, False):
            coming: list[_Piece] = []
            order = range(len(self.pages)) if down else reversed(range(len(self.pages)))
            for number in order:
                rows = self.pages[number]
                here = [_Piece(a.target, None, down=down, line=a.to) for a in coming]
                here += [
                    _Piece(a.target, a.source, a.no or self.nodes[a.source].stops, down)
                    for a in self.links
                    if a.target != OUT and a.source in rows and (a.target > a.source) == down
                ]
                found[number] += here
                coming = self._leaving(here, rows, found[number])
        return found

    def _leaving(self, pieces: list[_Piece], rows: range, all_here: list[_Piece]) -> list[_Piece]:
        """Give each piece its lane, and a pentagon to each line that leaves the page: those."""
        lines: dict[tuple, _Piece] = {}
        straight: set[int] = set()
        for piece in pieces:
            piece.out = piece.target not in rows
            if piece.row is None:
                direct = piece.down and piece.target == rows[0]
            elif piece.no:
                direct = False
            elif piece.out:
                direct = piece.down and piece.row == rows[-1] and piece.row not in straight
                straight |= {piece.row} if direct else set()
            else:
                direct = piece.target == piece.row + 1
            if not direct:
                piece.lane = self._lane(piece, rows, all_here)
            if piece.out:
                key = (piece.target, piece.lane or ("straight", piece.row))
                if key not in lines:
                    self.lines += 1
                    lines[key] = piece
                    piece.to = self.lines
                piece.to = lines[key].to
        return list(lines.values())

    def _span(self, piece: _Piece, rows: range) -> tuple[float, float]:
        """From where to where a piece runs along its lane, from the top of the page's rows."""
        if piece.row is None:
            begins = 0.0 if piece.down else self._top(rows.stop, rows)
        else:
            begins = self._top(piece.row, rows) + self._height_of_exit(piece)
        if piece.out:
            ends = self._top(rows.stop, rows) if piece.down else 0.0
        else:
            ends = self._top(piece.target, rows) + ENTER
        return begins, ends

    def _top(self, row: int, rows: range) -> float:
        return sum(self.heights[rows[0] : row])

    def _height_of_exit(self, piece: _Piece) -> float:
        node = self.nodes[piece.row]
        if not piece.no:
            return self.heights[piece.row] - LEAVE
        return node.decides.middle[1] if node.free else REFUSE

    def _lane(self, piece: _Piece, rows: range, others: list[_Piece]) -> tuple[int, int]:
        """The margin to run in, as column and side: near, little used, and reached without a box between."""
        node = self.nodes[piece.row] if piece.row is not None else None
        goal = None if piece.out else self.nodes[piece.target].enters.column
        source = None
        if node is not None:
            source = (node.decides if piece.no else node.leaves).column
        choice = [(column, side) for column in range(self.columns) for side in (-1, 1)]
        if piece.no and node.free:
            choice = [lane for lane in choice if self._reached(lane, source, node.free)]
        low, high = sorted(self._span(piece, rows))

        def cost(lane: tuple[int, int]) -> tuple:
            shared, crowd = False, 0
            for other in others:
                if other.lane != lane:
                    continue
                if (other.target, other.out, other.down) == (piece.target, piece.out, piece.down):
                    shared = True
                    continue
                begins, ends = sorted(self._span(other, rows))
                crowd += begins < high + EPSILON and low < ends + EPSILON
            near = [abs(lane[0] - column) for column in (source, goal) if column is not None]
            return (3 * crowd - 2 * shared + sum(near), lane[0] if source is None else 0, lane)

        return min(choice, key=cost)

    @staticmethod
    def _reached(lane: tuple[int, int], source: int, free: tuple[int, ...]) -> bool:
        column, side = lane
        if column == source:
            return side in free
        return (1 if column > source else -1) in free

    # The drawing ------------------------------------------------------------------------------------

    def draw(self) -> list[Page]:
        pieces = self._pieces()
        return [self._page(rows, found) for rows, found in zip(self.pages, pieces, strict=True)]

    def _page(self, rows: range, pieces: list[_Piece]) -> Page:
        places = self._tracks(rows, pieces)
        strips: dict[int, list[Segment]] = {row: list(self.nodes[row].joins) for row in rows}
        words: dict[int, list[Word]] = {row: [] for row in rows}
        edges: dict[bool, list[tuple[int, int, float, bool]]] = {True: [], False: []}
        """Above (True) and below: line, net, place, whether it leaves the page there."""
        entered: dict[int, float] = {}
        for piece in pieces:
            x = places.get(id(piece))
            entry = None if piece.out else self.nodes[piece.target].enters.middle[0]
            if x is None:  # straight down, under the box it leaves or over the one it enters
                x = self.nodes[piece.row].leaves.middle[0] if piece.out else entry
            if piece.row is None:
                edges[piece.down].append((piece.line, piece.target, x, False))
            else:
                self._leave(piece, x, strips, words)
            if piece.out:
                edges[not piece.down].append((piece.to, piece.target, x, True))
            begins, ends = self._span(piece, rows)
            if piece.lane is None:
                ends = ends if piece.out else self._top(piece.target, rows)
            self._fall(x, begins, ends, piece.target, rows, strips)
            if not piece.out:
                if piece.lane is not None:
                    strips[piece.target].append(Segment(x, ENTER, entry, ENTER, piece.target))
                at = 0.0 if piece.lane is None else ENTER
                entered[piece.target] = min(entered.get(piece.target, ENTER), at)
        for row, at in entered.items():
            box = self.nodes[row].enters
            strips[row].append(Segment(box.middle[0], at, box.middle[0], box.y, row, True))
        return Page(
            rows[0],
            tuple(
                Strip(
                    self.heights[row],
                    tuple(self.nodes[row].boxes),
                    tuple(dict.fromkeys(s for s in strips[row] if (s.x1, s.y1) != (s.x2, s.y2))),
                    tuple(words[row]),
                )
                for row in rows
            ),
            self._joint(edges[True], above=True),
            self._joint(edges[False], above=False),
        )

    def _leave(self, piece: _Piece, x: float, strips: dict, words: dict) -> None:
        """From the box to the lane, in the row of the source."""
        row, node = piece.row, self.nodes[piece.row]
        if not piece.no:
            box = node.leaves
            middle, at = box.middle[0], self.heights[row] - LEAVE
            strips[row].append(Segment(middle, box.y + box.height, middle, at, piece.target))
            strips[row].append(Segment(middle, at, x, at, piece.target))
            return
        box = node.decides
        middle, y = box.middle
        if node.free:
            side = -1 if x < middle else 1
            strips[row].append(Segment(box.x if side < 0 else box.x + box.width, y, x, y, piece.target))
        else:
            side = 0
            strips[row].append(Segment(middle, box.y, middle, REFUSE, piece.target))
            strips[row].append(Segment(middle, REFUSE, x, REFUSE, piece.target))
        words[row] = list(self._exits(node, side or -1, up=not piece.down or piece.target == row))
        if not side:
            words[row] = list(self._exits(node, -1, up=False))

    def _fall(self, x: float, begins: float, ends: float, net: int, rows: range, strips: dict) -> None:
        """A vertical through the rows, cut where one row ends and the next begins."""
        low, high = sorted((begins, ends))
        for row in rows:
            top = self._top(row, rows)
            a, b = max(low, top), min(high, top + self.heights[row])
            if b - a > EPSILON:
                strips[row].append(Segment(x, a - top, x, b - top, net))

    def _tracks(self, rows: range, pieces: list[_Piece]) -> dict[int, float]:
        """Each piece with a lane → its place across. Lines to one step share a track; others never touch."""
        lanes: dict[tuple[int, int], dict[tuple, list[_Piece]]] = defaultdict(lambda: defaultdict(list))
        for piece in pieces:
            if piece.lane is not None:
                lanes[piece.lane][(piece.target, piece.out, piece.down)].append(piece)
        places: dict[int, float] = {}
        for (column, side), buses in lanes.items():
            spans = {
                key: (
                    min(min(self._span(p, rows)) for p in bus),
                    max(max(self._span(p, rows)) for p in bus),
                )
                for key, bus in buses.items()
            }
            tracks: list[float] = []
            chosen: dict[tuple, int] = {}
            for key in sorted(spans, key=lambda k: (spans[k], k)):
                low, high = spans[key]
                free = next((t for t, end in enumerate(tracks) if end < low - EPSILON), len(tracks))
                tracks[free : free + 1] = [high]
                chosen[key] = free
            margin = (self.column - self.box) / 2
            left = column * self.column + 0.3 if side < 0 else (column + 1) * self.column - margin + 0.3
            step = (margin - 0.6) / (len(tracks) + 1)
            for key, bus in buses.items():
                for piece in bus:
                    places[id(piece)] = left + step * (chosen[key] + 1)
        return places

    def _joint(self, edges: list[tuple[int, int, float, bool]], *, above: bool) -> Strip | None:
        """The pentagons at the edge of a page, each under or over its line, side by side in their order."""
        lines = {line: (net, x, leaves) for line, net, x, leaves in edges}
        if not lines:
            return None
        order = sorted(lines, key=lambda line: (lines[line][1], line))
        slots = _spread([lines[line][1] for line in order], self.width)
        scale = min(1.0, self.width / len(order) / PITCH)
        wide = PENTAGON_W * scale
        # Lines that shift to the right turn the later the further right they stand, so that none lies on
        # another; those that shift to the left the other way round.
        right = [line for line, slot in zip(order, slots, strict=True) if slot > lines[line][1] + EPSILON]
        turns = [*reversed(right), *(line for line in order if line not in right)]
        boxes, segments = [], []
        for line, slot in zip(order, slots, strict=True):
            net, x, leaves = lines[line]
            turn = 0.4 + 2.0 * (turns.index(line) + 1) / (len(turns) + 1)
            box = Box(CONNECTOR, slot - wide / 2, 3.2, wide, PENTAGON_H, letters(line))
            way = [(x, 0.0), (x, turn), (slot, turn), (slot, box.y)]
            if above:
                box = Box(CONNECTOR, box.x, JOINT - box.y - box.height, wide, PENTAGON_H, box.text)
                way = [(a, JOINT - b) for a, b in way]
            if not leaves:
                way.reverse()
            boxes.append(box)
            for (a, b), (c, d) in pairwise(way):
                if (a, b) != (c, d):
                    segments.append(Segment(a, b, c, d, net, leaves and (c, d) == way[-1]))
        return Strip(JOINT, tuple(boxes), tuple(dict.fromkeys(segments)))


def _spread(wished: list[float], width: float) -> list[float]:
    """Places from left to right, each as near to its wish as the pitch allows, all within the width."""
    pitch = min(PITCH, width / len(wished))
    places: list[float] = []
    for wish in wished:
        least = places[-1] + pitch if places else pitch / 2
        places.append(max(wish, least))
    most = width - pitch / 2
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], most)
        most = places[number] - pitch
    return places
