"""The chart of an SOP in a .docx: shapes and arrows drawn behind the words of a row, which stay words.

Every shape is anchored by itself in the row's first cell of the performers, and placed from that cell's
corner. Groups are avoided: word processors disagree on how large one is.
"""

from collections.abc import Iterator

from docx.oxml import parse_xml

from sopcases.sops import chart

EMU = 36_000
"""Of a millimetre."""
_SPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    }.items()
)
PRESETS = {
    chart.START: "flowChartTerminator",
    chart.END: "flowChartTerminator",
    chart.BOX: "flowChartProcess",
    chart.DECISION: "flowChartDecision",
    chart.DAMAGED: "rect",
}
"""The preset shape that draws each of the chart's."""
_INK = '<a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
_HEAD = '<a:tailEnd type="triangle" w="med" len="med"/>'
LAP = 0.3
"""A line that leaves a row runs so far over its rule, so that no gap shows, in millimetres."""


def runs(strip: chart.Strip, number: int) -> Iterator:
    """The runs (w:r) that draw a row. `number`: the first of the shapes' numbers, each once in a file."""
    shapes = [*(_line(s, strip.height) for s in strip.segments), *map(_box, strip.boxes)]
    shapes += map(_word, strip.words)
    for place, shape in enumerate(shapes, number):
        yield parse_xml(shape.replace("{number}", str(place)))


def _line(s: chart.Segment, height: float) -> str:
    low = max(s.y1, s.y2)
    lap = LAP if low >= height - chart.EPSILON and s.y1 != s.y2 else 0.0
    y1, y2 = (y + lap if y == low else y for y in (s.y1, s.y2))
    turned = (' flipH="1"' if s.x2 < s.x1 else "") + (' flipV="1"' if y2 < y1 else "")
    spot = (min(s.x1, s.x2), min(y1, y2), abs(s.x2 - s.x1), abs(y2 - y1))
    head = _HEAD if s.head else ""
    return _shape(spot, "straightConnector1", f'<a:ln w="9525">{_INK}{head}</a:ln>', turned, kind="cNvCnPr")


def _box(box: chart.Box) -> str:
    dashed = '<a:prstDash val="dash"/>' if box.shape == chart.DAMAGED else ""
    fill = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
    spot = (box.x, box.y, box.width, box.height)
    return _shape(spot, PRESETS[box.shape], f'{fill}<a:ln w="9525">{_INK}{dashed}</a:ln>')


def _word(word: chart.Word) -> str:
    text = (
        '<wps:txbx><w:txbxContent><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="90" '
        f'w:lineRule="exact"/></w:pPr><w:r><w:rPr><w:sz w:val="9"/></w:rPr><w:t>{word.text}</w:t></w:r></w:p>'
        "</w:txbxContent></wps:txbx>"
    )
    spot = (word.x, word.y - 0.2, word.width + 0.6, word.height + 0.6)
    return _shape(spot, "rect", "<a:noFill/><a:ln><a:noFill/></a:ln>", text=text, kind='cNvSpPr txBox="1"')


def _shape(
    spot: tuple[float, float, float, float],
    preset: str,
    looks: str,
    turned: str = "",
    *,
    text: str = "",
    kind: str = "cNvSpPr",
) -> str:
    """A shape at its spot (left, top, width, height in millimetres)."""
    x, y, wide, high = (round(value * EMU) for value in spot)
    return (
        f'<w:r {_SPACES}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{number}" '
        'behindDoc="1" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="column"><wp:posOffset>{x}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="paragraph"><wp:posOffset>{y}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{wide}" cy="{high}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        '<wp:docPr id="{number}" name="Bagan {number}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f'<wps:wsp><wps:{kind}/><wps:spPr><a:xfrm{turned}><a:off x="0" y="0"/>'
        f'<a:ext cx="{wide}" cy="{high}"/></a:xfrm><a:prstGeom prst="{preset}"><a:avLst/></a:prstGeom>'
        f'{looks}</wps:spPr>{text}<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp>'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>"
    )
