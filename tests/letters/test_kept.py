"""Every layout and every hard case as text and as a picture, beside those that somebody has looked at."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfReader

from sopcases.letters import pdf
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models import HouseStyle, Letter, Wording
from sopcases.letters.models.wording import PaperSize, Typeface
from sopcases.letters.states import FACES, LetterState
from sopcases.people.models import User
from sopcases.refusal import Refused
from tests.letters import keeping
from tests.letters.papers import Desk
from tests.letters.test_layouts import SAMPLES, Sample, open_case, sample_of, write
from tests.letters.test_nik_told import KINDS as NIK_KINDS
from tests.letters.test_nik_told import numbered
from tests.letters.test_pages import door  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SIXTY = "Dra. Hj. Siti Nurhaliza Kusumawardhani Wijayakusuma, M.Si. Ph.D."[:60]
TASK = (
    "Mengadakan penjangkauan, asesmen, dan pendampingan terhadap anak jalanan di persimpangan lampu "
    "merah, pasar, pelabuhan, dan terminal, berkoordinasi dengan Satuan Polisi Pamong Praja, kelurahan, "
    "serta kepolisian setempat"
)
THREE_LINES = (
    "DINAS SOSIAL, PEMBERDAYAAN PEREMPUAN,",
    "PERLINDUNGAN ANAK, PENGENDALIAN PENDUDUK",
    "DAN KELUARGA BERENCANA",
)
NOBODY = 900_000
"""No user has so high a number: whom nobody knows prints as he was written."""
TOKEN = "kept" * 8
"""In place of a random one, that the code is drawn alike each time."""


def served(letter: Letter) -> bytes:
    """The letter as it is frozen, with its code."""
    return pdf.final(letter, letter.body, face=FACES[LetterState(letter.state)], token=TOKEN)


def people(desk: Desk, count: int, name: str = "", **facts) -> list[dict]:
    row = desk.spt_content()["officers"][0]
    return [
        row | {"user": NOBODY + n, "name": f"{name or row['name']} {n}"} | facts for n in range(1, count + 1)
    ]


def finished(desk: Desk, letter: Letter) -> Letter:
    """On its track to where its text is fixed."""
    if letter.track == letter.Track.RECORD:
        letter.fix(desk.by(letter.drafted_by.username))
    else:
        letter.propose(desk.by("agus"))
        while letter.turn:
            letter.initial(desk.by({"Kasi": "dewi", "Kabid": "rahman"}[letter.turn.name]))
        letter.decide(desk.by("budi"))
    return letter


# --- the hard cases


def twenty_officers(desk: Desk) -> Letter:
    return desk.decided(officers=people(desk, 20))


def sixty_characters(desk: Desk) -> Letter:
    User.objects.filter(pk=desk.world.budi.pk).update(name=SIXTY)
    return desk.decided(officers=people(desk, 3, SIXTY[:57]))


def three_lines_of_agency(desk: Desk) -> Letter:
    home = desk.world.home
    home.letterhead_name = "\n".join(THREE_LINES)
    crest = io.BytesIO()
    Image.new("RGB", (300, 400), "navy").save(crest, "PNG")
    home.crest.save("crest.png", ContentFile(crest.getvalue()))
    return Desk(desk.world, desk.case).decided()


def long_task(desk: Desk) -> Letter:
    assert len(TASK) == 219, len(TASK)
    return desk.decided(tasks=[TASK, "Meminta surat keterangan terlantar"])


def other_scripts(desk: Desk) -> Letter:
    row = desk.spt_content()["officers"][0]
    named = ["عبد الرحمن بن يوسف", "陳美麗", "Ñandú Łódź", "S. עברית"]
    return desk.decided(officers=[row | {"user": n, "name": name} for n, name in enumerate(named, NOBODY)])


def no_number_of_staff(desk: Desk) -> Letter:
    return desk.decided(officers=people(desk, 2, nip="", rank=""))


def nothing_optional(desk: Desk) -> Letter:
    return desk.decided(budget="", budget_code="", cc=[], tasks=[], report=False)


def forty_items(desk: Desk) -> Letter:
    return desk.decided(
        tasks=[
            f"Mendatangi titik {n} bersama pendamping dan mencatat anak yang ditemui" for n in range(1, 41)
        ]
    )


def serif_on_f4_with_paraf(desk: Desk) -> Letter:
    kind = desk.world.kind("Surat Perintah Tugas")
    HouseStyle.objects.create(agency=desk.world.home, paper=PaperSize.F4, typeface=Typeface.SERIF)
    Wording.objects.create(kind=kind, title="Surat Tugas", initials_box=True)
    return desk.decided()


HARD = {
    "20-petugas": twenty_officers,
    "nama-60-huruf": sixty_characters,
    "kop-tiga-baris": three_lines_of_agency,
    "tugas-219-huruf": long_task,
    "aksara-lain": other_scripts,
    "tanpa-nip": no_number_of_staff,
    "tanpa-isian-boleh-kosong": nothing_optional,
    "40-butir": forty_items,
    "serif-f4-kotak-paraf": serif_on_f4_with_paraf,
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_case_prints_as_it_was_looked_at(desk, name):
    letter = HARD[name](desk)
    letter.refresh_from_db()
    keeping.check(name, served(letter))


# --- one of each layout


@pytest.mark.parametrize(
    ("layout", "letter"),
    [("spt", Desk.decided), ("berita_acara", lambda desk: finished(desk, desk.record()))],
)
def test_a_layout_prints_as_it_was_looked_at(desk, layout, letter):
    keeping.check(layout, served(letter(desk)))


MORE = [
    Sample(
        "Surat Pengantar",
        {"to": "Kepala Panti Asuhan Kasih", "subject": "Berkas anak", "what1": "Surat Terlantar"},
    ),
    Sample("Laporan Sosial", {"section1": "Bayi perempuan", "section7": "Belum beridentitas"}, by="sari"),
]
LISTS = {"Daftar Hadir", "Data Anak Melanjutkan Pendidikan", "Tanda Terima Bantuan"}
LONG = {"40-daftar_hadir", "40-tanda_terima", "40-data_anak"}
NUMBERED = {"nik-surat_permohonan", "nik-tanda_terima", "nik-data_anak"}
PRINTS = [(sample, 1) for sample in SAMPLES + MORE] + [
    (sample, 40) for sample in SAMPLES if sample.kind in LISTS
]


@pytest.mark.parametrize(("sample", "children"), PRINTS, ids=str)
def test_a_sample_prints_as_it_was_looked_at(world, door, sample, children):  # noqa: F811
    case = open_case(world, sample, children)  # it sets the clock: log in after
    letter = write(door(sample.by), world, case, sample)
    name = f"40-{letter.layout}" if children > 1 else letter.layout
    keeping.check(name, served(finished(Desk(world, letter.case), letter)))


@pytest.mark.parametrize("kind", NIK_KINDS)
def test_a_letter_with_nik_prints_as_it_was_looked_at(world, door, kind):  # noqa: F811
    sample = sample_of(kind)
    letter = write(door(sample.by), world, numbered(world, sample), sample, **NIK_KINDS[kind])
    keeping.check(f"nik-{letter.layout}", served(finished(Desk(world, letter.case), letter)))


def test_a_wide_table_turns_the_paper_that_the_office_uses(world, door):  # noqa: F811
    HouseStyle.objects.create(agency=world.home, paper=PaperSize.F4)
    sample = next(one for one in SAMPLES if one.kind in LISTS and "Data Anak" in one.kind)
    letter = write(door("agus"), world, open_case(world, sample), sample)
    (page,) = PdfReader(io.BytesIO(served(finished(Desk(world, letter.case), letter)))).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [330, 215]


def test_every_layout_is_kept():
    kept = {path.stem for path in keeping.FOLDER.glob("*.txt")}
    assert kept >= set(LAYOUTS)
    assert kept - set(LAYOUTS) == set(HARD) | LONG | NUMBERED


# --- what the comparison sees, and what it does not


def drawn(letter: Letter, rule: str = "") -> bytes:
    return pdf.render(letter.body, title="", face="", key="", page=rule or letter.page_css)


@pytest.mark.parametrize(
    "rule",
    [
        ".title { position: relative; top: 1mm }",
        ".signature { position: relative; left: 1mm }",
        ".part-colon { visibility: hidden }",
        ".kop-rule { visibility: hidden }",
    ],
)
def test_a_block_that_moves_by_a_millimetre_or_is_gone_is_seen(desk, rule):
    letter = desk.decided()
    (before,), (after,) = keeping.pictures(drawn(letter)), keeping.pictures(drawn(letter, rule))
    assert keeping.difference(before, after)


@pytest.mark.parametrize("fine", [2, 4, 6])
def test_another_way_of_smoothing_is_not_seen(desk, fine):
    content = drawn(desk.decided())
    (page,), (other,) = keeping.pictures(content), keeping.pictures(content, fine)
    assert not keeping.difference(page, other.crop((0, 0, *page.size)))


# --- what no font holds


@pytest.mark.parametrize("name", ["𓀀 Hieroglif", "Ni Made ᬦᬶ", "\ue000"])
def test_a_letter_with_boxes_is_never_signed(desk, name):
    letter = desk.spt(officers=people(desk, 1, name))
    with pytest.raises(Refused, match=r"akan tercetak sebagai kotak: “.” \(U\+"):
        letter.propose(desk.by("agus"))
    assert letter.state == LetterState.DRAFT
    record = desk.record(place=name)
    with pytest.raises(Refused, match="kotak"):
        record.fix(desk.by("dewi"))
    assert record.state == LetterState.DRAFT
    assert record.number == ""


def test_a_box_that_came_in_after_the_proposal_is_refused_before_the_signature(desk):
    letter = desk.ready()
    User.objects.filter(pk=desk.world.budi.pk).update(name="Budi 𓀀")
    with pytest.raises(Refused, match="kotak"):
        letter.decide(desk.by("budi"))
    assert letter.state == LetterState.READY


def test_other_scripts_are_words_in_the_file_and_their_fonts_inside(desk):
    letter = other_scripts(desk)
    told = keeping.text(served(letter))
    for name in ("陳美麗", "عبد الرحمن بن يوسف", "Ñandú Łódź"):
        assert name in told
