"""An SOP as a YAML file, in and out. FORMAT.md beside this file describes it.

`read` checks a file, `load` stores it as a draft, `dump` and `to_yaml` write a revision. What is exported,
imported and exported again is the same to the byte. A draft may hold anything a sheet may say: what cannot
run is refused by `revising.put_in_force`, not here. Here only that is refused which cannot be stored truly:
wrong types, unknown positions and papers, references to nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator

import yaml
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from sopcases.people import journal
from sopcases.people.models import Agency, Position
from sopcases.sops import shapes
from sopcases.sops.models import (
    STAGE_WORDS,
    Note,
    Output,
    PaperKind,
    PaperScope,
    Performer,
    Requirement,
    Revision,
    Sop,
    Step,
)
from sopcases.sops.naming import Names, fold
from sopcases.sops.shapes import Cells, Choice, Date, Faults, Flag, List, Map, Marked, Number, Text
from sopcases.worktime.periods import LONGEST

SLUG = r"[-a-zA-Z0-9_]+"
SLUG_SAYS = "hanya boleh memuat huruf, angka, tanda hubung, dan garis bawah."
STAGE_NAMES = {stage: word for word, stage in STAGE_WORDS.items()}
DEFAULT_NOUN = "Penanganan"


def _text(model, name: str, **options) -> Text:
    return Text(limit=model._meta.get_field(name).max_length or 20_000, **options)


def _key(numeral=True) -> Text:
    return Text(limit=40, numeral=numeral, pattern=SLUG, says=SLUG_SAYS)


ROUTES = List(_key())
PERFORMER = Map(
    {
        "position": Text(limit=150),
        "part": Choice(Performer.Part.values),
        "symbol": Choice(Performer.Symbol.values, default=""),
    },
    required=frozenset({"position", "part"}),
)
_ITEM = {
    "paper": Text(limit=150),
    "stage": Choice(tuple(STAGE_WORDS), default="signed"),
    "optional": Flag(),
    "text": _text(Output, "text", blank="", numeral=True),
}
_HOLDS_FOR = {"scope": Choice(PaperScope.values, default="case"), "routes": ROUTES}
REQUIREMENT = Map({**_ITEM, "from": Text(limit=81), **_HOLDS_FOR}, required=frozenset({"paper"}))
OUTPUT = Map({"key": _key(), **_ITEM, "carries": Text(limit=81), **_HOLDS_FOR}, required=frozenset({"paper"}))
RECURRENCE = Map(
    {
        "months": Number(1, LONGEST),
        "form": Choice((Step.Form.SESSION.value, Step.Form.VISIT.value)),
        "until": Map({"years": Number(0, 100)}, required=frozenset({"years"}), nullable=True),
    },
    required=frozenset({"months", "form"}),
    nullable=True,
)
REFUSAL = Map({"to": Text(limit=40, numeral=True), "ends": Flag()}, nullable=True)
STEP = Map(
    {
        "key": _key(),
        "number": _text(Step, "number", numeral=True),
        "activity": _text(Step, "activity"),
        "performers": List(PERFORMER),
        "requires_text": _text(Step, "requires_text"),
        "produces_text": _text(Step, "produces_text"),
        "remark": _text(Step, "remark"),
        "requires": List(REQUIREMENT),
        "produces": List(OUTPUT),
        "time": _text(Step, "time", numeral=True),
        "time_reading": _text(Step, "time_reading", numeral=True),
        "basis": Choice(Step.Basis.values, default=""),
        "narrative_time": _text(Step, "narrative_time", numeral=True),
        "after": List(Text(limit=40, numeral=True), nullable=True),
        "recurrence": RECURRENCE,
        "condition": _text(Step, "condition"),
        "scope": Choice(Step.Scope.values, default="case"),
        "routes": ROUTES,
        "verdict": Flag(),
        "finds": Flag(),
        "aid": Flag(),
        "alarm": Flag(default=True),
        "returns_to": Text(limit=40, numeral=True),
        "on_refusal": REFUSAL,
    },
    required=frozenset({"activity"}),
)
NOTE = Map(
    {
        "about": _text(Note, "about"),
        "step": Text(limit=40, numeral=True),
        "quotes": List(Text(numeral=True, blank="")),
        "reading": Text(),
    },
    required=frozenset({"about", "reading"}),
)
SOP = Map(
    {
        "slug": Text(limit=50, pattern=SLUG, says=SLUG_SAYS),
        "agency": Text(limit=50),
        "name": _text(Revision, "name"),
        "number": _text(Revision, "number", numeral=True),
        "noun": _text(Sop, "noun"),
        "code": _text(Sop, "code", pattern="[A-Za-z0-9]+", says="hanya boleh memuat huruf dan angka."),
        "opening": Choice(Sop.Opening.values),
        "routes": List(Map({"key": _key(), "name": Text(limit=60)}, required=frozenset({"key", "name"}))),
        "created_on": Date(),
        "revised_on": Date(),
        "ratified_on": Date(),
        "effective_on": Date(),
        "ratified_by": Map(
            {
                "name": _text(Revision, "ratified_by_name"),
                "nip": _text(Revision, "ratified_by_nip", numeral=True),
            }
        ),
        "term": _text(Revision, "term", numeral=True),
        "term_reading": _text(Revision, "term_reading", numeral=True),
        "legal_basis": List(Text(blank="")),
        "target": _text(Revision, "target"),
        "cost": _text(Revision, "cost", numeral=True),
        "sheet": Cells(),
        "narrative": List(
            Map(
                {
                    "number": Text(limit=20, numeral=True),
                    "text": Text(),
                    "time": Text(limit=100, numeral=True),
                }
            )
        ),
        "steps": List(STEP),
        "notes": List(NOTE),
        "source": Map(
            {
                "agency": Text(limit=50),
                "name": Text(limit=200),
                "sop": Text(limit=50),
                "checksum": Text(limit=64),
                "altered": Flag(),
            },
            required=frozenset({"agency", "name", "sop"}),
            nullable=True,
        ),
        "checksum": Text(limit=64, numeral=True),
    },
    required=frozenset({"slug", "name", "steps"}),
)
SHEET_ORDER = (
    "letterhead document_title title unit number created_on revised_on ratified_on effective_on ratified_by "
    "name legal_basis qualifications related equipment warnings records column_numbers columns "
    "narrative_title narrative_legal_basis target term cost"
).split()


# In ------------------------------------------------------------------------------------------------


def read(source: str | bytes, agency: Agency | None = None) -> Marked:
    """The checked content of an SOP file; with an agency its positions and papers are checked too.

    Raises Refused with everything that is wrong, line by line.
    """
    faults = Faults()
    data = shapes.read(source, SOP, faults)
    _settle(data, faults)
    if agency:
        _Known(agency).check(data, faults)
    faults.stop()
    return data


@transaction.atomic
def load(
    data: dict,
    agency: Agency,
    by,
    verb: str = "sop.diimpor",
    meant: Iterable[tuple[str, Position | PaperKind]] = (),
) -> Revision:
    """Store what `read` or `dump` gave as a new draft of the agency. `by` is written in the journal; `meant`
    says which row a person has chosen for a name that may mean several.

    Raises Refused, and stores nothing, when the agency lacks a position or paper, or when the file says
    otherwise than the SOP in force how its cases are called, numbered or opened.
    """
    faults = Faults(lines=getattr(data, "lines", {}))
    known = _Known(agency)
    for name, row in meant:
        (known.kinds if isinstance(row, PaperKind) else known.positions).named[fold(name)] = row.pk
    known.check(data, faults)
    sop = _sop(data, agency, faults)
    faults.stop()
    sop.save()
    last = sop.revisions.aggregate(no=Max("no"))["no"] or 0
    revision = Revision.objects.create(sop=sop, no=last + 1, source=_source(data, agency), **_header(data))
    _store_steps(revision, data, known)
    journal.write(by, verb, revision, agency_id=agency.pk, sop=sop.slug, no=revision.no)
    return revision


def _settle(data: dict, faults: Faults):
    """Fill in keys left out, let references by number point to keys, and check what must be unique."""
    steps = data["steps"]
    taken = {step["key"] for step in steps if step["key"]}
    for step in steps:
        step["key"] = step["key"] or _free(slugify(step["number"] or "") or "langkah", taken)
        outputs = {item["key"] for item in step["produces"] if item["key"]}
        for item in step["produces"]:
            item["key"] = item["key"] or _free(slugify(item["paper"] or "") or "keluaran", outputs)
    _once(faults, "kunci langkah", ((("steps", i, "key"), s["key"]) for i, s in enumerate(steps)))
    _once(faults, "kunci jalur", ((("routes", i, "key"), r["key"]) for i, r in enumerate(data["routes"])))
    for i, step in enumerate(steps):
        places = ((("steps", i, "produces", n, "key"), o["key"]) for n, o in enumerate(step["produces"]))
        _once(faults, "kunci keluaran", places)
    _refer(data, faults)


def _refer(data: dict, faults: Faults):
    """Check what points to steps, outputs and routes."""
    steps = data["steps"]
    numbers: dict[str, list[str]] = {}
    for step in steps:
        numbers.setdefault((step["number"] or "").strip(" ."), []).append(step["key"])
    places = {number: keys[0] for number, keys in numbers.items() if number and len(keys) == 1}
    places |= {step["key"]: step["key"] for step in steps}
    outputs = {f"{step['key']}/{item['key']}" for step in steps for item in step["produces"]}

    def place(name: str | None) -> str | None:
        return name and places.get(name.strip(" ."), name)

    for i, step in enumerate(steps):
        if step["after"] is not None:
            step["after"] = list(dict.fromkeys(place(name) for name in step["after"] if name))
        step["returns_to"] = place(step["returns_to"])
        if step.get("on_refusal") is None:
            step.pop("on_refusal", None)  # as in the export, or its checksum would not be the file's
        else:
            step["on_refusal"]["to"] = place(step["on_refusal"]["to"])
            if bool(step["on_refusal"]["to"]) == step["on_refusal"]["ends"]:
                told = "“on_refusal” menyebut langkah tujuan (to) atau berakhir (ends: true), salah satu."
                faults.tell(("steps", i, "on_refusal"), told)
        for part, pointer in (("requires", "from"), ("produces", "carries")):
            for n, item in enumerate(step[part]):
                if item[pointer] and item[pointer] not in outputs:
                    told = f"“{pointer}” menunjuk keluaran “{item[pointer]}” yang tidak ada."
                    faults.tell(("steps", i, part, n, pointer), told)
    for i, note in enumerate(data["notes"]):
        note["step"] = place(note["step"])
        if note["step"] and note["step"] not in places.values():
            faults.tell(("notes", i, "step"), f"catatan menunjuk langkah “{note['step']}” yang tidak ada.")
    routes = {route["key"] for route in data["routes"]}
    for path, named in _routes(data):
        for route in named:
            if route and route not in routes:
                faults.tell((*path, "routes"), f"jalur “{route}” tidak tercantum pada “routes”.")


def _routes(data: dict) -> Iterator[tuple[shapes.Path, list[str]]]:
    for i, step in enumerate(data["steps"]):
        yield ("steps", i), step["routes"]
        for part in ("requires", "produces"):
            for n, item in enumerate(step[part]):
                yield ("steps", i, part, n), item["routes"]


def _free(wish: str, taken: set[str]) -> str:
    """The key wished for, or with the next number that is free; it is taken then."""
    wish = wish[:34]
    key, n = wish, 1
    while key in taken:
        n += 1
        key = f"{wish}-{n}"
    taken.add(key)
    return key


def _once(faults: Faults, what: str, places):
    seen = set()
    for path, value in places:
        if value in seen and value:
            faults.tell(path, f"{what} “{value}” dipakai dua kali.")
        seen.add(value)


def unknown(data: dict, agency: Agency) -> tuple[list[str], list[str]]:
    """The positions and the kinds of paper a file names that the agency has under no name, in its order."""
    known = _Known(agency)
    positions = (p["position"] for step in data["steps"] for p in step["performers"])
    papers = (i["paper"] for step in data["steps"] for i in (*step["requires"], *step["produces"]))
    return known.lacks(known.positions, positions), known.lacks(known.kinds, papers)


class _Known:
    """The positions and kinds of paper of an agency, by every name they have. Two queries."""

    def __init__(self, agency: Agency):
        self.agency = agency
        self.positions = Names(agency.positions.values_list("name", "aliases", "pk"))
        self.kinds = Names(PaperKind.objects.filter(agency=agency).values_list("name", "aliases", "pk"))

    def check(self, data: dict, faults: Faults):
        """Tell every name that the agency does not know, and what stands twice in a step."""
        for i, step in enumerate(data["steps"]):
            parts, wants = [], []
            for n, performer in enumerate(step["performers"]):
                path = ("steps", i, "performers", n, "position")
                found = self._find(self.positions, "jabatan", performer["position"], path, faults)
                parts.append((path, found and (found, performer["part"])))
            for n, item in enumerate(step["requires"]):
                path = ("steps", i, "requires", n, "paper")
                found = self._find(self.kinds, "jenis dokumen", item["paper"], path, faults)
                wants.append((path, found and (found, item["from"])))
            for n, item in enumerate(step["produces"]):
                path = ("steps", i, "produces", n, "paper")
                self._find(self.kinds, "jenis dokumen", item["paper"], path, faults)
            for places, told in ((parts, "jabatan dengan peran yang sama"), (wants, "kelengkapan yang sama")):
                seen = set()
                for path, value in places:
                    if value and value in seen:
                        faults.tell(path, f"{told} tercantum dua kali pada satu langkah.")
                    seen.add(value)

    @staticmethod
    def lacks(names: Names, wanted: Iterable[str | None]) -> list[str]:
        found = {fold(name): name for name in wanted if name and names.find(name) is None}
        return list(found.values())

    def _find(self, names: Names, what: str, name: str | None, path, faults: Faults) -> int | None:
        found = names.find(name) if name else None
        if name and names.ambiguous(name):
            faults.tell(path, f"{what} “{name}” dapat berarti lebih dari satu di {self.agency.short_name}.")
        elif name and not found:
            faults.tell(path, f"{what} “{name}” tidak dikenal di {self.agency.short_name}.")
        return found


def _sop(data: dict, agency: Agency, faults: Faults) -> Sop:
    """The SOP of the slug, locked, or a new one. What its cases rest on changes only before its first
    revision in force."""
    sop = Sop.objects.select_for_update().filter(agency=agency, slug=data["slug"]).first()
    if sop is None:
        initials = "".join(part[0] for part in data["slug"].replace("_", "-").split("-") if part)[:8].upper()
        return Sop(
            agency=agency,
            slug=data["slug"],
            noun=data["noun"] or DEFAULT_NOUN,
            code=data["code"] or initials or "SOP",
            opening=data["opening"] or Sop.Opening.CHILD.value,
        )
    settled = sop.revisions.exclude(in_force_from=None).exists()
    for name in ("noun", "code", "opening"):
        if data[name] and data[name] != getattr(sop, name):
            if settled:
                told = f"“{name}” berbeda dari SOP yang sudah pernah berlaku (“{getattr(sop, name)}”)."
                faults.tell((name,), told)
            setattr(sop, name, data[name])
    return sop


def _source(data: dict, agency: Agency) -> dict | None:
    """Where an SOP of another agency comes from; None for the own. The first source is kept."""
    source = data.get("source")
    if not source or source["agency"] == agency.slug:
        return None
    straight = source["agency"] == data["agency"]
    return {
        **source,
        "checksum": data["checksum"] if straight else source["checksum"],
        "altered": source["altered"] or altered(data),
    }


def _header(data: dict) -> dict:
    texts = ("number", "term", "term_reading", "target", "cost")
    alike = "name created_on revised_on ratified_on effective_on legal_basis routes sheet narrative".split()
    return {
        **{name: data[name] for name in alike},
        **{name: data[name] or "" for name in texts},
        "ratified_by_name": data["ratified_by"]["name"] or "",
        "ratified_by_nip": data["ratified_by"]["nip"] or "",
    }


def _store_steps(revision: Revision, data: dict, known: _Known):
    steps = Step.objects.bulk_create(
        Step(revision=revision, order=order, **_step_fields(step))
        for order, step in enumerate(data["steps"], 1)
    )
    by_key = {step.key: step for step in steps}
    pairs = list(zip(steps, data["steps"], strict=True))
    Performer.objects.bulk_create(
        Performer(
            step=row, position_id=known.positions.find(p["position"]), part=p["part"], symbol=p["symbol"]
        )
        for row, step in pairs
        for p in step["performers"]
    )
    items = [(row, item) for row, step in pairs for item in step["produces"]]
    rows = Output.objects.bulk_create(
        Output(step=row, key=item["key"], **_item_fields(item, known)) for row, item in items
    )
    outputs = {f"{row.step.key}/{row.key}": row for row in rows}
    for row, (_, item) in zip(rows, items, strict=True):
        row.carries = outputs[item["carries"]] if item["carries"] else None
    Output.objects.bulk_update([row for row in rows if row.carries], ["carries"])
    Requirement.objects.bulk_create(
        Requirement(
            step=row,
            from_output=outputs[item["from"]] if item["from"] else None,
            **_item_fields(item, known),
        )
        for row, step in pairs
        for item in step["requires"]
    )
    Note.objects.bulk_create(
        Note(
            revision=revision,
            step=by_key.get(note["step"]),
            about=note["about"],
            quotes=note["quotes"],
            reading=note["reading"],
        )
        for note in data["notes"]
    )


STEP_ALIKE = "key activity basis after scope routes verdict finds aid alarm".split()
STEP_TEXTS = (
    "number requires_text produces_text time time_reading narrative_time remark condition returns_to".split()
)


def _step_fields(step: dict) -> dict:
    recurrence = step["recurrence"] or {"form": "", "months": None, "until": None}
    refusal = step.get("on_refusal") or {"to": None, "ends": False}
    return {
        **{name: step[name] for name in STEP_ALIKE},
        **{name: step[name] or "" for name in STEP_TEXTS},
        "form": recurrence["form"],
        "every_months": recurrence["months"],
        "until_years": recurrence["until"]["years"] if recurrence["until"] else None,
        "refusal_to": refusal["to"] or "",
        "refusal_ends": refusal["ends"],
    }


def _item_fields(item: dict, known: _Known) -> dict:
    return {
        "kind_id": known.kinds.find(item["paper"]),
        "stage": STAGE_WORDS[item["stage"]],
        **{name: item[name] for name in ("text", "scope", "routes", "optional")},
    }


# Out -----------------------------------------------------------------------------------------------


def dump(revision: Revision) -> dict:
    """A revision as the content of its file, keys in their fixed order. Six queries."""
    sop = revision.sop
    steps = list(
        revision.steps.order_by("order", "id").prefetch_related(
            "performers__position", "outputs__kind", "requirements__kind"
        )
    )
    places = {o.pk: f"{step.key}/{o.key}" for step in steps for o in step.outputs.all()}
    keys = {step.pk: step.key for step in steps}
    return {
        "slug": sop.slug,
        "agency": sop.agency.slug,
        "name": revision.name,
        "number": revision.number or None,
        "noun": sop.noun,
        "code": sop.code,
        "opening": sop.opening,
        "routes": [{"key": route["key"], "name": route["name"]} for route in revision.routes],
        "created_on": revision.created_on,
        "revised_on": revision.revised_on,
        "ratified_on": revision.ratified_on,
        "effective_on": revision.effective_on,
        "ratified_by": {
            "name": revision.ratified_by_name or None,
            "nip": revision.ratified_by_nip or None,
        },
        "term": revision.term or None,
        "term_reading": revision.term_reading or None,
        "legal_basis": list(revision.legal_basis),
        "target": revision.target or None,
        "cost": revision.cost or None,
        "sheet": _ordered(revision.sheet, SHEET_ORDER),
        "narrative": [
            {key: part.get(key) for key in ("number", "text", "time")} for part in revision.narrative
        ],
        "steps": [_dump_step(step, places) for step in steps],
        "notes": [
            {"about": n.about, "step": keys.get(n.step_id), "quotes": list(n.quotes), "reading": n.reading}
            for n in revision.notes.order_by("id")
        ],
        "source": revision.source and {key: revision.source.get(key) for key in SOP.fields["source"].fields},
    }


def exported(revision: Revision) -> str:
    """A revision as the file that is handed on: with its source and a checksum of its content."""
    data, agency = dump(revision), revision.sop.agency
    own = {
        "agency": agency.slug,
        "name": agency.name,
        "sop": data["slug"],
        "checksum": None,
        "altered": False,
    }
    return to_yaml({**data, "source": data["source"] or own, "checksum": digest(data)})


def _dump_step(step: Step, places: dict[int, str]) -> dict:
    recurrence = None
    if step.form:
        until = None if step.until_years is None else {"years": step.until_years}
        recurrence = {"months": step.every_months, "form": step.form, "until": until}
    found = {
        **{name: getattr(step, name) for name in STEP_ALIKE},
        **{name: getattr(step, name) or None for name in STEP_TEXTS},
        "performers": [
            {"position": p.position.name, "part": p.part, "symbol": p.symbol}
            for p in sorted(step.performers.all(), key=lambda row: row.pk)
        ],
        "requires": [
            _dump_item(row, "from", places.get(row.from_output_id))
            for row in sorted(step.requirements.all(), key=lambda row: row.pk)
        ],
        "produces": [
            {"key": row.key, **_dump_item(row, "carries", places.get(row.carries_id))}
            for row in sorted(step.outputs.all(), key=lambda row: row.pk)
        ],
        "recurrence": recurrence,
    }
    if step.refusal_to or step.refusal_ends:  # else left out: files and checksums of before stay as they are
        found["on_refusal"] = {"to": step.refusal_to or None, "ends": step.refusal_ends}
    return {key: found[key] for key in STEP.fields if key in found}


def _dump_item(row, pointer: str, place: str | None) -> dict:
    return {
        "paper": row.kind.name,
        "stage": STAGE_NAMES[row.stage],
        "optional": row.optional,
        "text": row.text,
        pointer: place,
        "scope": row.scope,
        "routes": list(row.routes),
    }


def _ordered(cells, order=()):
    """Named cells in one order, known ones first: PostgreSQL does not keep the order of JSON keys."""
    if isinstance(cells, list):
        return [_ordered(cell) for cell in cells]
    if not isinstance(cells, dict):
        return cells
    rest = sorted(cells.keys() - set(order))
    return {key: _ordered(cells[key]) for key in (*order, *rest) if key in cells}


def checksum(revision: Revision) -> str:
    """SHA-256 of the revision's content; the same in every agency that works by the same words."""
    return digest(dump(revision))


def digest(data: dict) -> str:
    """SHA-256 of what a file says of the SOP itself, not of whose it is."""
    said = {key: value for key, value in data.items() if key not in ("agency", "source", "checksum")}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def altered(data: dict) -> bool:
    """Whether a file was changed since it was exported; one without a checksum never was exported."""
    return bool(data.get("checksum")) and data["checksum"] != digest(data)


def to_yaml(data: dict) -> str:
    """What `dump` gave as the text of a file."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10_000)


class _Writer(yaml.SafeDumper):
    """Writes several lines as a block, and never an alias."""

    def ignore_aliases(self, data):
        return True

    def text(self, data: str):
        # A block keeps inner lines, but no margins of blanks; and only "…" keeps every line end there is.
        if set(data) & set("\r\x85\u2028\u2029") or ("\n" in data and data != data.strip()):
            style = '"'
        else:
            style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Writer.add_representer(str, _Writer.text)
