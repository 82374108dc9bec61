"""An agency as a YAML file: letterhead, house rules, areas, positions, delegations and kinds of paper.

`read` checks the whole file; `load` stores what belongs to the rooms up to here, `dump` writes it back. The
file's `series`, `outcomes` and `categories` are checked too and left in the data, for the rooms that own
them; what other rooms want of the file comes to `read` as `more`.
"""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from sopcases.people import journal
from sopcases.people.models import Agency, Area, Delegation, Position
from sopcases.refusal import Refused
from sopcases.sops import shapes
from sopcases.sops.models import PaperKind
from sopcases.sops.naming import Names, fold
from sopcases.sops.shapes import Choice, Date, Faults, Flag, List, Map, Marked, Number, Shape, Text

_SLUG = Text(limit=50, pattern=r"[a-z0-9-]+", says="hanya boleh memuat huruf kecil, angka, dan tanda hubung.")
_NAMES = List(Text(limit=150))
BACKENDS = [value for value, _ in Agency._meta.get_field("signature_backend").choices]
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
        "proposed": Flag(),
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
        "proposed": Flag(),
    },
    required=frozenset({"name", "origin"}),
)
PAPER_ALIKE = "name aliases origin layout verbal identity proposed".split()
DELEGATION = Map(
    {
        "delegate": Text(limit=150),
        "principal": Text(limit=150),
        "printed_title": Text(limit=150, blank=""),
        "valid_from": Date(),
        "valid_until": Date(),
        "basis": Text(limit=200),
    },
    required=frozenset({"delegate", "principal", "valid_from", "basis"}),
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
                "remind_before": Number(0, 30, default=1),
                "escalate_after": Number(0, 60, default=3),
                "signature_backend": Choice(BACKENDS, default=BACKENDS[0]),
            }
        ),
        "areas": List(Text(limit=100)),
        "positions": List(POSITION),
        "delegations": List(DELEGATION),
        "papers": List(PAPER),
        "series": List(SERIES),
        "outcomes": List(Text(limit=100)),
        "categories": List(Text(limit=100)),
    },
    required=frozenset(
        {"slug", "name", "short_name", "government", "letterhead_name", "city", "timezone", "positions"}
    ),
)


def read(source: str | bytes, more: Mapping[str, Shape] | None = None) -> Marked:
    """The checked content of an agency file, `more` keys of other rooms included. Raises Refused with
    everything that is wrong, line by line."""
    faults = Faults()
    data = shapes.read(source, Map({**AGENCY.fields, **(more or {})}, AGENCY.required), faults)
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
    Delegation.objects.bulk_create(
        Delegation(
            delegate_id=positions.find(given["delegate"]),
            principal_id=positions.find(given["principal"]),
            **{key: given[key] for key in ("printed_title", "valid_from", "valid_until", "basis")},
        )
        for given in data["delegations"]
    )
    PaperKind.objects.bulk_create(
        PaperKind(
            agency=agency,
            first_hand_id=next(iter(before), None),
            second_hand_id=next(iter(before[1:]), None),
            disposer_id=paper["disposer"] and positions.find(paper["disposer"]),
            signer_id=paper["signer"] and positions.find(paper["signer"]),
            **{key: paper[key] for key in PAPER_ALIKE},
        )
        for paper in data["papers"]
        for before in [[positions.find(name) for name in paper["initials"] if name]]
    )
    journal.write(by, "perangkat_daerah.dibuat", agency, agency_id=agency.pk, slug=agency.slug)
    return agency


def dump(agency: Agency) -> dict:
    """What `load` stores, as the content of its file, keys in their fixed order. Five queries."""
    positions = list(agency.positions.select_related("superior").order_by("pk"))
    kinds = agency.paper_kinds.select_related("first_hand", "second_hand", "disposer", "signer")
    delegations = Delegation.objects.filter(delegate__agency=agency).select_related("delegate", "principal")
    own = {key: getattr(agency, key) for key in AGENCY.fields if key in {f.name for f in Agency._meta.fields}}
    return {
        **own,
        "letterhead_name": agency.letterhead_name.splitlines(),
        "settings": {key: getattr(agency, key) for key in AGENCY.fields["settings"].fields},
        "areas": list(agency.areas.order_by("pk").values_list("name", flat=True)),
        "positions": [_told(POSITION, row) for row in positions],
        "delegations": [_told(DELEGATION, row) for row in delegations.order_by("pk")],
        "papers": [
            _told(PAPER, kind, initials=[str(hand) for hand in (kind.first_hand, kind.second_hand) if hand])
            for kind in kinds.order_by("pk")
        ],
    }


def _told(shape: Map, row, **own) -> dict:
    """The keys of a shape out of the row of that name; another row is told by its name. What nobody has
    confirmed yet is said, that it is confirmed is not."""
    found = {key: own.get(key) if key in own else getattr(row, key) for key in shape.fields}
    if not found.get("proposed"):
        found.pop("proposed", None)
    return {key: str(value) if isinstance(value, Position) else value for key, value in found.items()}


def _store_positions(agency: Agency, given: list[dict]) -> Names:
    alike = "name aliases external may_record may_waive may_close note proposed".split()
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
    for part in ("areas", "outcomes", "categories"):
        _once(part, data[part], faults)
    settings = data["settings"]
    if settings["number_after_ink"] and settings["signature_backend"] != BACKENDS[0]:
        faults.tell(
            ("settings", "number_after_ink"), "tanda tangan elektronik memerlukan nomor lebih dahulu."
        )
    above = _check_positions(data["positions"], faults)
    positions = _names(data["positions"])
    _check_delegations(data["delegations"], positions, above, faults)
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


def _check_delegations(given: list[dict], positions: Names, above: dict[int, int | None], faults: Faults):
    seen = set()
    for i, one in enumerate(given):
        path = ("delegations", i)
        delegate, principal = (
            _known(positions, "jabatan", one[role], (*path, role), faults)
            for role in ("delegate", "principal")
        )
        if delegate is None or principal is None:
            continue
        up = above.get(delegate)
        if principal not in {up, above.get(up)} - {None}:
            faults.tell(path, "wewenang hanya atas nama jabatan satu atau dua tingkat di atasnya.")
        if one["valid_from"] and one["valid_until"] and one["valid_until"] < one["valid_from"]:
            faults.tell((*path, "valid_until"), "tanggal akhir mendahului tanggal mulai.")
        if (key := (delegate, principal, one["valid_from"])) in seen:
            faults.tell(path, "wewenang ini tercantum dua kali.")
        seen.add(key)


def _check_positions(given: list[dict], faults: Faults) -> dict[int, int | None]:
    """Which position stands above which, by their places in the file."""
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
    return above


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
