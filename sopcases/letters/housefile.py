"""What an agency's file says of its letters: number series, the words of each kind, paper and type.

The file is that of `sops.agencyfile`, which checks the series and leaves them in the data.
"""

from django.core.exceptions import ValidationError

from sopcases.letters.models import HouseStyle, Series, Wording
from sopcases.letters.models.wording import LARGEST, NARROWEST, SMALLEST, WIDEST, PaperSize, Typeface
from sopcases.people.models import Agency
from sopcases.refusal import Refused
from sopcases.sops.agencyfile import SERIES
from sopcases.sops.models import PaperKind
from sopcases.sops.naming import Names
from sopcases.sops.shapes import Choice, Flag, List, Map, Number, Text

TYPEFACES = {face.label: face for face in Typeface}
_LINES = List(Text(limit=1000))
_SIZES = Choice([size.name for size in PaperSize])
_MARGIN = Number(NARROWEST, WIDEST)
WORDING = Map(
    {
        "paper": Text(limit=150),
        "title": Text(limit=200, blank=""),
        "opening": Text(blank=""),
        "basis": _LINES,
        "tasks": _LINES,
        "closing": Text(blank=""),
        "cc": _LINES,
        "headings": _LINES,
        "first_party_left": Flag(default=True),
        "initials_box": Flag(),
        "size": _SIZES,
    },
    required=frozenset({"paper"}),
)
HOUSE_STYLE = Map(
    {
        "size": _SIZES,
        "typeface": Choice(list(TYPEFACES)),
        "type_size": Number(SMALLEST, LARGEST),
        "margin_top": _MARGIN,
        "margin_right": _MARGIN,
        "margin_bottom": _MARGIN,
        "margin_left": _MARGIN,
    },
    nullable=True,
)
FIELDS = {"wordings": List(WORDING), "house_style": HOUSE_STYLE}
"""The keys that the file has beside those of `agencyfile`."""


def load(data: dict, agency: Agency) -> None:
    """Store what the file says. Raises Refused naming the entry that cannot be."""
    kinds = Names((kind.name, kind.aliases, kind) for kind in PaperKind.objects.filter(agency=agency))
    for given in data["series"]:
        row = Series(agency=agency, **_own(SERIES, given, "papers"))
        _save(row, f"Seri nomor “{given['name']}”")
        row.kinds.set(kinds.find(name) for name in given["papers"])
    for given in data["wordings"]:
        kind = kinds.find(given["paper"])
        if kind is None:
            raise Refused(f"Redaksi: jenis dokumen “{given['paper']}” tidak tercantum pada berkas ini.")
        row = Wording(kind=kind, **_own(WORDING, given, "paper", "size"))
        row.paper = PaperSize[given["size"]] if given["size"] else ""
        _save(row, f"Redaksi “{given['paper']}”")
    if given := data["house_style"]:
        said = {key: value for key, value in given.items() if value}  # the rest is as the model has it
        if "size" in said:
            said["paper"] = PaperSize[said.pop("size")]
        if "typeface" in said:
            said["typeface"] = TYPEFACES[said["typeface"]]
        _save(HouseStyle(agency=agency, **said), "Tata naskah")


def dump(agency: Agency) -> dict:
    """What `load` stores, as the content of its file. Four queries."""
    series = agency.series.order_by("pk").prefetch_related("kinds")
    wordings = Wording.objects.filter(kind__agency=agency).select_related("kind").order_by("kind_id")
    style = HouseStyle.objects.filter(agency=agency).first()
    return {
        "series": [
            _told(SERIES, row, papers=[kind.name for kind in sorted(row.kinds.all(), key=lambda k: k.pk)])
            for row in series
        ],
        "wordings": [
            _told(WORDING, row, paper=row.kind.name, size=PaperSize(row.paper).name if row.paper else None)
            for row in wordings
        ],
        "house_style": style
        and _told(
            HOUSE_STYLE, style, size=PaperSize(style.paper).name, typeface=Typeface(style.typeface).label
        ),
    }


def _own(shape: Map, given: dict, *others: str) -> dict:
    return {key: given[key] for key in shape.fields if key not in others}


def _told(shape: Map, row, **own) -> dict:
    return {key: own[key] if key in own else getattr(row, key) for key in shape.fields}


def _save(row, what: str) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(f"{what}: {' '.join(error.messages)}") from error
    row.save()
