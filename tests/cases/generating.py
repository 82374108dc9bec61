"""Generated SOPs: steps in any order that can run, any scope, any mix of parts and papers."""

import itertools

from hypothesis import strategies as st

from sopcases.people.authority import Machine
from sopcases.sops import revising, sopfile
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of
from tests.cast import START

_numbers = itertools.count()
PERFORMERS = ["Peksos", "Kasi", "Petugas", "Kabid"]
BROUGHT = ["Laporan Sosial", "Surat Terlantar", "Akte Kelahiran", "BPJS Anak"]
ROUTES = [{"key": "temuan", "name": "Temuan"}, {"key": "titipan", "name": "Titipan"}]


def generated_revision(world, data) -> Revision:
    """A revision in force of a new SOP, loaded through the file format like any office's own."""
    by = Machine(world.now)
    draft = sopfile.load(sopfile.read(sopfile.to_yaml(data.draw(sops()))), world.home, by)
    for step in draft.steps.order_by("order"):
        no = data.draw(st.sampled_from(["", "", "ends", "to"]), label="no")
        step.refusal_ends = no == "ends"
        step.refusal_to = str(step.order + data.draw(st.integers(1, 3))) if no == "to" else ""
        step.save()
        if plan_of(draft).problems():  # this step cannot say so
            step.refusal_ends, step.refusal_to = False, ""
            step.save()
    return revising.put_in_force(draft, by, START, official="Kadis", reason="Uji")


@st.composite
def sops(draw) -> dict:
    number = next(_numbers)
    opening = draw(st.sampled_from(["child", "round"]))
    count = draw(st.integers(1, 6))
    finds = draw(st.integers(1, count)) if opening == "round" else 0
    steps: list[dict] = []
    for place in range(1, count + 1):
        steps.append(draw(step(place, steps, finds)))
    return {
        "slug": f"sop-{number}",
        "agency": "tanjungpinang",
        "name": f"SOP Uji {number}",
        "number": "",
        "noun": "Penanganan uji",
        "code": f"U{number % 1000}",
        "opening": opening,
        "routes": draw(st.sampled_from([[], ROUTES])),
        "created_on": None,
        "revised_on": None,
        "ratified_on": None,
        "effective_on": None,
        "ratified_by": {"name": "Kepala Dinas", "nip": None},
        "term": draw(st.sampled_from([None, "2 Minggu", "1 Tahun", "10 Hari"])),
        "term_reading": None,
        "legal_basis": [],
        "target": None,
        "cost": None,
        "sheet": {},
        "narrative": [],
        "steps": steps,
        "notes": [],
    }


@st.composite
def step(draw, place: int, before: list[dict], finds: int) -> dict:
    key = str(place)
    known = [s["key"] for s in before]
    after = draw(st.one_of(st.none(), st.lists(st.sampled_from(known), unique=True))) if known else []
    if finds and place > finds and after is not None and str(finds) not in after:
        after = [*after, str(finds)]  # what needs children comes after the step that finds them
    drafts = [s for s in before if any(o["key"] == "spt" and o["carries"] is None for o in s["produces"])]
    approving = bool(drafts) and draw(st.booleans())
    recurring = not approving and place > max(finds, 1) and draw(st.integers(0, 5)) == 0
    scope = "child" if not approving and place > finds and draw(st.integers(0, 2)) == 0 else "case"
    if approving:
        source = drafts[-1]["key"]
        after = [source]
        scope = "case"
        performers = [
            {"position": "Kabid", "part": "disposes", "symbol": ""},
            {"position": "Kepala Dinas", "part": "signs", "symbol": ""},
        ]
        produces = [paper("spt", "Surat Perintah Tugas", "signed", carries=f"{source}/spt")]
        requires = []
    else:
        doers = draw(st.lists(st.sampled_from(PERFORMERS), min_size=1, max_size=2, unique=True))
        performers = [{"position": p, "part": "performs", "symbol": ""} for p in doers]
        if draw(st.integers(0, 3)) == 0:
            performers.append({"position": "Kasi", "part": "receives", "symbol": ""})
        requires = [need(name) for name in draw(st.lists(st.sampled_from(BROUGHT), max_size=2, unique=True))]
        produces = []
        if scope == "case" and not recurring and place != finds and draw(st.booleans()):
            produces.append(paper("spt", "Surat Perintah Tugas", "draft"))
        if draw(st.booleans()):
            per_child = scope == "child" or (not recurring and draw(st.booleans()))
            produces.append(
                paper(
                    "hasil", draw(st.sampled_from(BROUGHT)), "ready", scope="child" if per_child else "case"
                )
            )
    direct = known[-1:] if after is None else after
    return {
        "key": key,
        "number": key,
        "activity": f"Kegiatan {key}",
        "performers": performers,
        "requires_text": None,
        "produces_text": None,
        "remark": None,
        "requires": requires,
        "produces": produces,
        "time": draw(st.sampled_from([None, "15 menit", "3 Jam", "1 Hari", "24 Jam", "-"])),
        "time_reading": None,
        "basis": "",
        "narrative_time": None,
        "after": after,
        "recurrence": {
            "months": draw(st.sampled_from([1, 3])),
            "form": "visit" if scope == "child" else "session",
            "until": None,
        }
        if recurring
        else None,
        "condition": "Bila diperlukan." if draw(st.integers(0, 2)) == 0 else None,
        "scope": scope,
        "routes": [],
        "verdict": scope == "case" and not approving and not recurring and draw(st.integers(0, 4)) == 0,
        "finds": place == finds,
        "aid": False,
        "alarm": True,
        "returns_to": draw(st.sampled_from([None, *direct])) if not approving else None,
    }


def paper(key: str, name: str, stage: str, carries: str | None = None, scope: str = "case") -> dict:
    return {
        "key": key,
        "paper": name,
        "stage": stage,
        "optional": False,
        "text": "",
        "carries": carries,
        "scope": scope,
        "routes": [],
    }


def need(name: str) -> dict:
    return {
        "paper": name,
        "stage": "ready",
        "optional": False,
        "text": "",
        "from": None,
        "scope": "case",
        "routes": [],
    }
