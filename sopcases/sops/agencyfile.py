"""A new agency as a YAML file: letterhead, house rules, areas, positions and kinds of paper.

`read` checks the whole file; `load` stores what belongs to the rooms up to here. The file's `series` and
`outcomes` are checked too and left in the data, for the rooms that own them.
"""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from sopcases.people import journal
from sopcases.people.models import Agency, Area, Position
from sopcases.refusal import Refused
from sopcases.sops import shapes
from sopcases.sops.models import PaperKind
from sopcases.sops.naming import Names, fold
from sopcases.sops.shapes import Choice, Faults, Flag, List, Map, Marked, Text

_SLUG = Text(limit=50, pattern=r"[a-z0-9-]+", says="hanya boleh memuat huruf kecil, angka, dan tanda hubung.")
_NAMES = List(Text(limit=150))
SETTINGS = ("walk_on_decision", "number_given_outside", "number_after_ink", "grace_next_working_day")
POSITION = Map(
    {
        "name": Text(limit=150),
        "aliases": _NAMES,
        "superior": Text(limit=150),
        "external": Flag(),
        "may_record": Flag(),
        "may_waive": Flag(),
        "may_close": Flag(),
        "note": Text(limit=300, blank=""),
    },
    required=frozenset({"name"}),
)
PAPER = Map(
    {
        "name": Text(limit=150),
        "aliases": _NAMES,
        "origin": Choice(PaperKind.Origin.values),
        "layout": Text(limit=50, blank="", pattern=r"[a-z_]+", says="bukan nama tata letak."),
        "initials": _NAMES,
        "disposer": Text(limit=150),
        "signer": Text(limit=150),
        "verbal": Flag(),
        "identity": Flag(),
    },
    required=frozenset({"name", "origin"}),
)
SERIES = Map(
    {
        "name": Text(limit=100),
        "pattern": Text(limit=100),
        "classification": Text(limit=40, blank="", numeral=True),
        "unit": Text(limit=40, blank="", numeral=True),
        "papers": _NAMES,
    },
    required=frozenset({"name", "pattern"}),
)
AGENCY = Map(
    {
        "slug": _SLUG,
        "name": Text(limit=200),
        "short_name": Text(limit=80),
        "government": Text(limit=200),
        "letterhead_name": List(Text(limit=100)),
        "city": Text(limit=80),
        "timezone": Text(limit=40),
        "address": Text(limit=300, blank=""),
        "phone": Text(limit=60, blank="", numeral=True),
        "email": Text(limit=254, blank=""),
        "website": Text(limit=200, blank=""),
        "settings": Map(
            {
                "walk_on_decision": Flag(default=True),
                "number_given_outside": Flag(),
                "number_after_ink": Flag(),
                "grace_next_working_day": Flag(default=True),
            }
        ),
        "areas": List(Text(limit=100)),
        "positions": List(POSITION),
        "papers": List(PAPER),
        "series": List(SERIES),
        "outcomes": List(Text(limit=100)),
    },
    required=frozenset(
        {"slug", "name", "short_name", "government", "letterhead_name", "city", "timezone", "positions"}
    ),
)


def read(source: str | bytes) -> Marked:
    """The checked content of an agency file. Raises Refused with everything that is wrong, line by line."""
    faults = Faults()
    data = shapes.read(source, AGENCY, faults)
    _check(data, faults)
    faults.stop()
    return data


@transaction.atomic
def load(data: dict, by) -> Agency:
    """Store a new agency with its areas, positions and kinds of paper. Raises Refused if it exists."""
    if Agency.objects.filter(slug=data["slug"]).exists():
        raise Refused(
            f"Perangkat daerah “{data['slug']}” sudah ada. Perubahan dilakukan di halaman administrasi."
        )
    alike = "slug name short_name government city timezone address phone email website".split()
    agency = Agency.objects.create(
        letterhead_name="\n".join(data["letterhead_name"]),
        **{name: data[name] for name in alike},
        **data["settings"],
    )
    Area.objects.bulk_create(Area(agency=agency, name=name) for name in data["areas"])
    positions = _store_positions(agency, data["positions"])
    PaperKind.objects.bulk_create(
        PaperKind(
            agency=agency,
            first_hand_id=next(iter(before), None),
            second_hand_id=next(iter(before[1:]), None),
            disposer_id=paper["disposer"] and positions.find(paper["disposer"]),
            signer_id=paper["signer"] and positions.find(paper["signer"]),
            **{key: paper[key] for key in ("name", "aliases", "origin", "layout", "verbal", "identity")},
        )
        for paper in data["papers"]
        for before in [[positions.find(name) for name in paper["initials"] if name]]
    )
    journal.write(by, "perangkat_daerah.dibuat", agency, agency_id=agency.pk, slug=agency.slug)
    return agency


def _store_positions(agency: Agency, given: list[dict]) -> Names:
    alike = "name aliases external may_record may_waive may_close note".split()
    rows = Position.objects.bulk_create(
        Position(agency=agency, **{key: p[key] for key in alike}) for p in given
    )
    names = Names((row.name, row.aliases, row.pk) for row in rows)
    for row, position in zip(rows, given, strict=True):
        row.superior_id = position["superior"] and names.find(position["superior"])
    Position.objects.bulk_update(rows, ["superior"])
    return names


def _check(data: dict, faults: Faults):
    if data["timezone"] and data["timezone"] not in available_timezones():
        faults.tell(("timezone",), f"zona waktu “{data['timezone']}” tidak dikenal.")
    if len(data["letterhead_name"]) > 3:
        faults.tell(("letterhead_name",), "nama pada kop surat paling banyak tiga baris.")
    if data["email"]:
        try:
            validate_email(data["email"])
        except ValidationError:
            faults.tell(("email",), f"alamat surel “{data['email']}” tidak benar.")
    for part in ("positions", "papers", "series"):
        _once(part, [entry["name"] for entry in data[part]], faults)
    for part in ("areas", "outcomes"):
        _once(part, data[part], faults)
    _check_positions(data["positions"], faults)
    positions = _names(data["positions"])
    papers = _names(data["papers"])
    for i, paper in enumerate(data["papers"]):
        hands = [
            _known(positions, "jabatan", name, ("papers", i, "initials", n), faults)
            for n, name in enumerate(paper["initials"])
        ]
        for role in ("disposer", "signer"):
            found = _known(positions, "jabatan", paper[role], ("papers", i, role), faults)
            hands += [found] if role == "disposer" else []
        if len(paper["initials"]) > 2:
            faults.tell(("papers", i, "initials"), "pemaraf sebelum “disposer” paling banyak dua.")
        if paper["initials"] and not paper["disposer"]:
            faults.tell(("papers", i, "initials"), "pemaraf terakhir ditulis pada “disposer”.")
        known = [hand for hand in hands if hand is not None]
        if len(set(known)) < len(known):
            faults.tell(("papers", i, "initials"), "satu jabatan memaraf satu kali saja.")
        if paper["origin"] == PaperKind.Origin.LETTER and not paper["signer"]:
            faults.tell(("papers", i), "surat dinas (letter) harus mempunyai “signer”.")
    for i, series in enumerate(data["series"]):
        for n, name in enumerate(series["papers"]):
            _known(papers, "jenis dokumen", name, ("series", i, "papers", n), faults)


def _check_positions(given: list[dict], faults: Faults):
    names = _names(given)
    above: dict[int, int | None] = {}
    for i, position in enumerate(given):
        above[i] = _known(names, "jabatan", position["superior"], ("positions", i, "superior"), faults)
    for i in above:
        seen, at = set(), above[i]
        while at is not None and at != i and at not in seen:
            seen.add(at)
            at = above[at]
        if at == i:
            faults.tell(("positions", i, "superior"), "atasan berputar kembali ke jabatan ini sendiri.")


def _names(given: list[dict]) -> Names:
    return Names((entry["name"] or "", filter(None, entry["aliases"]), i) for i, entry in enumerate(given))


def _known(names: Names, what: str, name: str | None, path, faults: Faults) -> int | None:
    found = names.find(name) if name else None
    if name and found is None:
        faults.tell(path, f"{what} “{name}” tidak tercantum pada berkas ini.")
    return found


def _once(part: str, names: list[str | None], faults: Faults):
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name and fold(name) in seen:
            faults.tell((part, i), f"“{name}” tercantum dua kali.")
        seen.add(fold(name or ""))
