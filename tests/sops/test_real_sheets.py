"""Sheets as offices really write them: each is kept, printed and exported as it is; what cannot run is named
when it is put in force, and what can run is put in force."""

from datetime import date

import pytest

from sopcases.people.authority import Machine
from sopcases.people.models import Agency, Position
from sopcases.refusal import Refused
from sopcases.sops import revising, sheet, sopfile
from sopcases.sops.models import PaperKind
from sopcases.sops.plans import plan_of
from tests.cast import at

pytestmark = pytest.mark.django_db
BY = Machine(at("2026-03-02 08:00"))
DAY = date(2026, 1, 5)
APPROVED = {"official": "Kepala", "reason": "Keputusan 1"}


@pytest.fixture
def agency():
    """An office with a chain of hands, and an applicant from outside."""
    agency = Agency.objects.create(
        slug="uji", name="Dinas Uji", short_name="Dinas Uji", government="KOTA UJI", city="Uji"
    )
    head = Position.objects.create(agency=agency, name="Kepala")
    chief = Position.objects.create(agency=agency, name="Kabid", superior=head)
    section = Position.objects.create(agency=agency, name="Kasi", superior=chief)
    Position.objects.create(agency=agency, name="Petugas", superior=section)
    for name in ("Pemohon", "Rumah Sakit", "Kementerian"):
        Position.objects.create(agency=agency, name=name, external=True)
    PaperKind.objects.create(
        agency=agency,
        name="Rekomendasi",
        origin="letter",
        signer=head,
        disposer=chief,
        first_hand=section,
    )
    PaperKind.objects.create(agency=agency, name="Surat Permohonan", origin="incoming")
    PaperKind.objects.create(agency=agency, name="Surat Polisi", origin="incoming")
    return agency


def officer(name="Petugas", part="performs", symbol="box") -> str:
    return f"{{position: {name}, part: {part}, symbol: {symbol}}}"


def step(number, activity, *performers, more="") -> str:
    return f"- {{number: '{number}', activity: {activity}, performers: [{', '.join(performers)}]{more}}}\n"


TAKES, CHECKS, WRITES = (
    step("1", "Menerima berkas", officer()),
    step("2", "Memeriksa berkas", officer("Kasi", symbol="decision"), more=", returns_to: '1'"),
    step(
        "3",
        "Mengonsep rekomendasi",
        officer(),
        more=", produces: [{key: surat, paper: Rekomendasi, stage: draft}]",
    ),
)
SIGNS = step(
    "4",
    "Paraf berjenjang dan tanda tangan",
    officer("Kasi", "takes_part"),
    officer("Kabid", "disposes"),
    officer("Kepala", "signs", "decision"),
    more=", produces: [{paper: Rekomendasi, carries: 3/surat}]",
)

RUNS = {
    "a decision whose no goes back": TAKES + CHECKS,
    "a decision whose no goes on to another step": TAKES
    + step("2", "Memutuskan", officer("Kasi", symbol="decision"), more=", on_refusal: {to: '4'}")
    + step("3", "Menyalurkan", officer())
    + step("4", "Memberi tahu pemohon", officer()),
    "a decision whose no ends the case": TAKES
    + step("2", "Memutuskan", officer("Kasi", symbol="decision"), more=", on_refusal: {ends: true}")
    + step("3", "Menyalurkan", officer()),
    "an optional step": TAKES + step("2", "Survei", officer(), more=", condition: bila diperlukan"),
    "steps side by side": TAKES
    + step("2", "Survei", officer(), more=", after: ['1']")
    + step("3", "Wawancara", officer("Kasi"), more=", after: ['1']")
    + step("4", "Rapat", officer("Kabid"), more=", after: ['2', '3']"),
    "a paper on one route only": "routes: [{key: polisi, name: Polisi}, {key: warga, name: Warga}]\nsteps:\n"
    + step("1", "Menerima", officer(), more=", requires: [{paper: Surat Polisi, routes: [polisi]}]"),
    "a chain of initials before the signature": TAKES + CHECKS + WRITES + SIGNS,
    "a number given after signing": TAKES
    + CHECKS
    + WRITES
    + SIGNS
    + step(
        "5", "Memberi nomor surat", officer(), more=", requires: [{paper: Rekomendasi, from: 4/rekomendasi}]"
    ),
    "an applicant from outside performs": step(
        "1",
        "Mengajukan permohonan",
        officer("Pemohon", symbol="start"),
        more=", produces: [{paper: Surat Permohonan}]",
    )
    + step("2", "Memeriksa pasien", officer("Rumah Sakit"))
    + step("3", "Memberi persetujuan", officer("Kementerian", symbol="decision"), more=", returns_to: '1'"),
    "a total without step times": "term: 3 Hari\nsteps:\n" + TAKES + CHECKS,
    "no outputs": TAKES + CHECKS,
    "doubled step numbers": step("1", "Menerima", officer())
    + step("2", "Memeriksa", officer())
    + step("2", "Mencatat", officer()),
    "skipped step numbers": step("1", "Menerima", officer()) + step("4", "Mencatat", officer()),
    "a step without a number": TAKES + "- {activity: Mengarsipkan, performers: [" + officer() + "]}\n",
}
STANDS = {
    "no performer columns": (
        "- {number: '1', activity: Menerima berkas}\n- {number: '2', activity: Mengarsipkan}\n",
        ["Langkah 1: tidak ada pelaksana.", "Langkah 2: tidak ada pelaksana."],
    ),
    "a time that depends on the distance": (
        TAKES + step("2", "Mengantar anak", officer(), more=", time: tergantung jarak"),
        ["Langkah 2: “tergantung jarak”"],
    ),
    "a return to a step that comes later": (
        step("1", "Memeriksa", officer(), more=", returns_to: '2'") + step("2", "Menerima", officer()),
        ["Langkah 1: pengembalian ke langkah “2” yang tidak mendahuluinya."],
    ),
    "a refusal that leads back by mistake": (
        TAKES + step("2", "Memutuskan", officer("Kasi"), more=", on_refusal: {to: '1'}"),
        ["Langkah 2: penolakan menuju langkah “1” yang tidak mengikutinya."],
    ),
    "a refusal that leads nowhere": (
        TAKES + step("2", "Memutuskan", officer("Kasi"), more=", on_refusal: {to: '9'}"),
        ["Langkah 2: penolakan menuju langkah “9” yang tidak ada."],
    ),
    "a paper that nobody brings": (
        step("1", "Memeriksa", officer(), more=", requires: [{paper: Rekomendasi}]"),
        ["Langkah 1: kelengkapan “Rekomendasi” tidak dibawa oleh langkah mana pun."],
    ),
    "only initials and signatures without a paper": (
        step("1", "Tanda tangan", officer("Kepala", "signs")),
        ["Langkah 1: hanya memparaf dan menandatangani, tetapi tidak ada keluaran wajib."],
    ),
}
SHEETS = RUNS | {name: text for name, (text, _) in STANDS.items()}


def kept(agency, text):
    """The sheet as a draft, through the file."""
    steps = text if text.startswith(("routes", "term")) else f"steps:\n{text}"
    return sopfile.load(sopfile.read(f"slug: lembar\nname: Lembar uji\n{steps}", agency), agency, BY)


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_is_kept_printed_and_exported_as_it_is(agency, name):
    draft = kept(agency, SHEETS[name])
    printed = sheet.build(draft)
    rows = list(draft.steps.order_by("order"))
    assert [(line.number, line.activity) for line in printed.lines] == [(s.number, s.activity) for s in rows]
    assert [line.time for line in printed.lines] == [s.time for s in rows]
    out = sopfile.to_yaml(sopfile.dump(draft))
    draft.delete()
    again = sopfile.load(sopfile.read(out, agency), agency, BY)
    assert sopfile.to_yaml(sopfile.dump(again)) == out


@pytest.mark.parametrize("name", RUNS)
def test_what_can_run_is_put_in_force(agency, name):
    draft = kept(agency, RUNS[name])
    assert plan_of(draft).problems() == []
    assert revising.put_in_force(draft, BY, DAY, **APPROVED).state == "in_force"


@pytest.mark.parametrize("name", STANDS)
def test_what_cannot_run_is_named_when_put_in_force(agency, name):
    text, told = STANDS[name]
    draft = kept(agency, text)
    with pytest.raises(Refused) as caught:
        revising.put_in_force(draft, BY, DAY, **APPROVED)
    assert len(caught.value.sentences) == len(told)
    for sentence, start in zip(caught.value.sentences, told, strict=True):
        assert sentence.startswith(start)
