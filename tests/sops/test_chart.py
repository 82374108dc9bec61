"""The chart as it is laid out: every arrow leads from step to step, over no box, no word, no other line."""

from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.sops import chart
from sopcases.sops.chart import CONNECTOR, DAMAGED, DECISION, END, START, Link, Mark

TIGHT = 1e-6


@st.composite
def revisions(draw):
    """What a revision of 1 to 40 steps and 1 to 9 columns can ask of the chart: (columns, width, marks,
    heights, links, room on a page)."""
    columns, steps = draw(st.integers(1, 9)), draw(st.integers(1, 40))
    rank = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda r: (min(r), max(r)))
    marks, links = [], []
    for row in range(steps):
        if row and draw(st.integers(0, 11)) == 0:  # a text too long for its page goes on
            marks.append([])
            continue
        where = draw(st.sets(st.integers(0, columns - 1), min_size=1, max_size=min(columns, 5)))
        marks.append([Mark(c, draw(rank), draw(st.sampled_from([False] * 9 + [True]))) for c in where])
    rows = [row for row in range(steps) if marks[row]]
    for place, row in enumerate(rows):
        before = draw(st.sampled_from(["one", "one", "one", "none", "some"]))
        if place and before == "one":
            links.append(Link(rows[place - 1], row))
        elif place and before == "some":
            links += [Link(s, row) for s in draw(st.sets(st.sampled_from(rows[:place]), max_size=4))]
        if draw(st.integers(0, 3)) == 0:
            links.append(Link(row, draw(st.sampled_from(rows[: place + 1])), no=True))
        elif rows[place + 1 :] and draw(st.integers(0, 9)) == 0:
            links.append(Link(row, draw(st.sampled_from(rows[place + 1 :])), no=True))
        elif draw(st.integers(0, 9)) == 0:
            links.append(Link.ending(row))
    extra = draw(st.lists(st.floats(0, 60), min_size=steps, max_size=steps))
    least = [chart.least_height(r, marks[r], links) if marks[r] else 4.0 for r in range(steps)]
    heights = [low + more for low, more in zip(least, extra, strict=True)]
    width = columns * draw(st.sampled_from([11.5, 13.0, 16.0, 26.0]))
    return columns, width, marks, heights, links, draw(st.sampled_from([110.0, 160.0, 1e6]))


def laid_out(columns, width, marks, heights, links, room):
    return chart.lay_out(columns, width, marks, heights, links, chart.paginate(heights, room))


def strips(page):
    """Each strip of a page with its top, from the top of the page."""
    at = 0.0
    for strip in filter(None, (page.top, *page.rows, page.bottom)):
        yield at, strip
        at += strip.height


def boxes(page):
    return [(b, b.x, at + b.y, b.x + b.width, at + b.y + b.height) for at, s in strips(page) for b in s.boxes]


def lines(page):
    return [(s, s.x1, at + s.y1, s.x2, at + s.y2) for at, strip in strips(page) for s in strip.segments]


def through(line, box, margin=0.02):
    """Whether a line runs through the inside of a box."""
    _, x1, y1, x2, y2 = line
    _, left, top, right, bottom = box
    return (
        max(x1, x2) > left + margin
        and min(x1, x2) < right - margin
        and max(y1, y2) > top + margin
        and min(y1, y2) < bottom - margin
    )


def on_edge(x, y, box):
    _, left, top, right, bottom = box
    inside = left - TIGHT <= x <= right + TIGHT and top - TIGHT <= y <= bottom + TIGHT
    return inside and (min(abs(x - left), abs(x - right), abs(y - top), abs(y - bottom)) < TIGHT)


def meet(a, b):
    """Whether two lines share a point."""
    return (
        max(min(a[1], a[3]), min(b[1], b[3])) <= min(max(a[1], a[3]), max(b[1], b[3])) + TIGHT
        and max(min(a[2], a[4]), min(b[2], b[4])) <= min(max(a[2], a[4]), max(b[2], b[4])) + TIGHT
    )


def lie_on_each_other(a, b):
    """Whether two lines in the same direction share more than a point."""
    for one, other in ((1, 2), (2, 1)):
        if all(abs(line[one] - line[one + 2]) < TIGHT for line in (a, b)) and abs(a[one] - b[one]) < TIGHT:
            low = max(min(a[other], a[other + 2]), min(b[other], b[other + 2]))
            return min(max(a[other], a[other + 2]), max(b[other], b[other + 2])) - low > TIGHT
    return False


@given(revisions())
def test_nothing_is_drawn_over_anything(revision):
    columns, width, *_ = revision
    for page in laid_out(*revision):
        shapes, drawn = boxes(page), lines(page)
        for _, strip in strips(page):
            for box in strip.boxes:
                assert box.x >= -TIGHT and box.x + box.width <= width + TIGHT
                assert box.y >= -TIGHT and box.y + box.height <= strip.height + TIGHT
                if box.column is not None:  # within its own column, so over no other cell
                    assert width / columns * box.column < box.x
                    assert box.x + box.width < width / columns * (box.column + 1)
            for s in strip.segments:
                assert min(s.x1, s.x2) >= 0 and max(s.x1, s.x2) <= width
                assert min(s.y1, s.y2) >= -TIGHT and max(s.y1, s.y2) <= strip.height + TIGHT
                assert s.x1 == s.x2 or abs(s.y1 - s.y2) < TIGHT
        for one, other in combinations(shapes, 2):
            assert not through((None, *other[1:]), one)
        for line in drawn:
            assert not any(through(line, box) for box in shapes)
        words = [
            (w, w.x, at + w.y, w.x + w.width, at + w.y + w.height) for at, s in strips(page) for w in s.words
        ]
        for word in words:
            assert not any(through(line, word, 0) for line in drawn)
            for box in shapes:
                if through((None, *word[1:]), box, 0):  # it may stand in a corner of a diamond's frame only
                    x, y = box[0].middle[0], (box[2] + box[4]) / 2
                    assert box[0].shape == DECISION
                    near = min(abs(word[1] - x), abs(word[3] - x)) / (box[0].width / 2)
                    assert near + min(abs(word[2] - y), abs(word[4] - y)) / (box[0].height / 2) > 1


@given(revisions())
def test_lines_to_different_steps_never_lie_on_each_other(revision):
    for page in laid_out(*revision):
        for _, strip in strips(page):
            drawn = [(s, s.x1, s.y1, s.x2, s.y2) for s in strip.segments]
            for a, b in combinations(drawn, 2):
                if a[0].net != b[0].net and lie_on_each_other(a, b):
                    assert a[1:3] == b[1:3]  # two ways out of one step begin together


@given(revisions())
def test_every_arrow_leads_from_its_step_to_its_step_and_nowhere_else(revision):
    *_, links, _ = revision
    pages = laid_out(*revision)
    links = [link for link in links if link.target != chart.OUT]
    for net in {link.target for link in links}:
        shapes, drawn, paired = {}, {}, defaultdict(list)
        for number, page in enumerate(pages):
            for index, box in enumerate(boxes(page)):
                shapes[number, index] = box
                if box[0].shape == CONNECTOR:
                    paired[box[0].text].append((number, index))
            drawn |= {(number, "line", i): line for i, line in enumerate(lines(page)) if line[0].net == net}
        touched = {
            key: [
                k
                for k, box in shapes.items()
                if k[0] == key[0] and (on_edge(*line[1:3], box) or on_edge(*line[3:5], box))
            ]
            for key, line in drawn.items()
        }
        for key, line in drawn.items():  # every end lies on a box or on a line of the same net
            for x, y in (line[1:3], line[3:5]):
                assert any(on_edge(x, y, shapes[k]) for k in touched[key]) or any(
                    meet((None, x, y, x, y), other)
                    for k, other in drawn.items()
                    if k != key and k[0] == key[0]
                )
            if line[0].head:
                ends = [shapes[k][0] for k in touched[key] if on_edge(*line[3:5], shapes[k])]
                assert any(b.step == net or b.shape == CONNECTOR for b in ends)
        reached, seen = set(), {k for k, box in shapes.items() if box[0].step == net}
        todo = list(seen)
        while todo:  # against the arrows, from the step they lead to
            key = todo.pop()
            if key in drawn:
                near = [k for k in drawn if k[0] == key[0] and meet(drawn[k], drawn[key])] + touched[key]
            else:
                box = shapes[key][0]
                if box.shape != CONNECTOR:
                    reached.add(box.step)
                if box.shape != CONNECTOR and box.step != net:
                    continue
                near = [k for k, ends in touched.items() if key in ends]
                near += paired[box.text] if box.shape == CONNECTOR else []
            todo += [k for k in near if k not in seen]
            seen.update(near)
        assert {link.source for link in links if link.target == net} | {net} == reached


@given(revisions())
def test_pentagons_come_in_pairs_on_neighbouring_pages(revision):
    found = defaultdict(list)
    for number, page in enumerate(laid_out(*revision)):
        for place, strip in (("top", page.top), ("bottom", page.bottom)):
            for box in strip.boxes if strip else ():
                found[box.text].append((number, place))
    for places in found.values():
        (one, first), (other, second) = sorted(places)
        assert (first, second) == ("bottom", "top") and other == one + 1


@given(revisions())
def test_a_diamond_is_a_step_with_two_exits(revision):
    *_, marks, _, links, _ = revision
    goes_on = {link.source for link in links if not link.no}
    refuses = {a.source for a in links if a.no and (a.target != chart.OUT or a.source in goes_on)}
    drawn = {b.step for page in laid_out(*revision) for b, *_ in boxes(page) if b.shape == DECISION}
    assert drawn <= refuses
    for row in refuses - drawn:
        assert any(mark.damaged for mark in marks[row])


@given(revisions())
def test_every_row_stands_once_and_pages_are_not_overfull(revision):
    *_, heights, _, room = revision
    pages = laid_out(*revision)
    assert [page.first + i for page in pages for i in range(len(page.rows))] == list(range(len(heights)))
    for page in pages:
        assert len(page.rows) == 1 or sum(s.height for _, s in strips(page)) <= room + TIGHT


def shapes_of(page, row):
    return {b.column: b.shape for b in page.rows[row].boxes}


def test_the_shapes_of_a_small_procedure():
    marks = [[Mark(1)], [Mark(0, (3, 3)), Mark(1, (1, 1))], [Mark(0, damaged=True)], [Mark(1), Mark(2)]]
    links = [Link(0, 1), Link(1, 2), Link(1, 0, no=True), Link(2, 3)]
    (page,) = laid_out(3, 60.0, marks, [30.0] * 4, links, 1e6)
    assert shapes_of(page, 0) == {1: START}
    assert shapes_of(page, 1) == {0: DECISION, 1: chart.BOX}
    assert shapes_of(page, 2) == {0: DAMAGED}
    assert shapes_of(page, 3) == {1: END, 2: END}
    assert [w.text for w in page.rows[1].words] == ["Tidak", "Ya"]
    (join,) = [s for s in page.rows[1].segments if s.net is None]
    assert join.head and join.x1 > join.x2  # from the Kasi on the right to who signs on the left


def test_a_last_step_that_decides_ends_in_a_capsule_of_its_own():
    (page,) = laid_out(1, 26.0, [[Mark(0)], [Mark(0)]], [40.0] * 2, [Link(0, 1), Link(1, 0, no=True)], 1e6)
    assert [b.shape for b in page.rows[1].boxes] == [DECISION, END]


def test_a_refusal_that_ends_the_case_has_its_own_end():
    links = [Link(0, 1), Link.ending(0)]
    (page,) = laid_out(1, 26.0, [[Mark(0)], [Mark(0)]], [40.0] * 2, links, 1e6)
    assert [b.shape for b in page.rows[0].boxes] == [DECISION, START, END]
    assert sorted((w.text, w.y) for w in page.rows[0].words)[0][0] == "Tidak"


def test_rows_without_a_mark_hand_their_arrows_on():
    links = [Link(0, 1), Link(1, 2), Link(2, 3), Link(3, 1, no=True)]
    assert set(chart.through(links, [1])) == {Link(0, 2), Link(2, 3), Link(3, 2, no=True)}
    assert set(chart.through(links, [1, 2])) == {Link(0, 3), Link(3, 3, no=True)}


@pytest.mark.parametrize(("number", "text"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA")])
def test_pentagons_have_letters(number, text):
    assert chart.letters(number) == text
