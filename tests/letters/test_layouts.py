"""The other layouts: what the case fills in, what is printed, what is refused, and what never shows."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from sopcases.cases import family, sessions
from sopcases.cases.models import Aid, Attempt
from sopcases.cases.uploads import accept_photo
from sopcases.cases.walk import roll, walking
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.layouts.photos import small
from sopcases.letters.models import Letter, Wording
from sopcases.refusal import NotAllowed
from sopcases.sops.models import PaperKind
from tests.cases.front_door import picture
from tests.cases.test_verb_join import on_the_street, papered
from tests.cases.test_verb_roll import in_sessions
from tests.cast import at
from tests.letters.papers import Desk, scan
from tests.letters.test_pages import door, fields, pdf_of  # noqa: F401

pytestmark = pytest.mark.django_db

CHILD = "Muhammad Raka Alfarizi Pratama Kusumawardhana"
LONG = "Dra. Hj. Siti Nurhaliza Kusumawardhani Wijayakusuma Putri Ramadhani, M.Si., Ph.D."


def found(world, children: int = 1):
    """A case with so many children, the first with a long name of his own."""
    facts = {"place": "Halte Pasar Baru", "circumstances": "Ditemukan menangis seorang diri."}
    return baptised(world.case(children=children, **facts))


def baptised(case):
    first = case.children.order_by("id").first().child
    first.name, first.sex = CHILD, "P"
    first.save()
    return case


def ordered(world, children: int = 1):
    """An order of 3 to 5 March was signed for and carried out: a note and a photo of its days, one of each
    from before."""
    desk = Desk(world, found(world, children))
    with walking(desk.case, desk.by("sari")) as walk:
        walk.note("Sebelum penugasan", world.now)
        walk.photo(accept_photo(picture()), caption="Foto sebelum penugasan")
    desk.decided()
    world.now = at("2026-03-05 10:00")
    with walking(desk.case, desk.by("sari")) as walk:
        walk.note("Bertemu penyidik Polresta", at("2026-03-04 09:00"))
        walk.photo(accept_photo(picture()), caption="Serah terima surat di Polresta")
    return desk.case


def with_mother(world, children: int = 1):
    """The first child's mother is known."""
    case = found(world, children)
    with walking(case, world.officer("sari")) as walk:
        first = walk.stays[0].child
        family.relate_adult(walk, first, "mother", name=LONG, address="Jalan Merdeka 5")
    return case


def aided(world, children: int = 1):
    """Aid is planned for every child."""
    case = found(world, children)
    for stay in case.children.all():
        Aid.objects.create(
            case=case,
            child_id=stay.child_id,
            kind="Perlengkapan sekolah",
            amount=1,
            unit="paket",
            value=350_000,
            source="APBD",
            recorded_at=world.now,
            recorded_by=world.sari,
        )
    return case


def followed(world, children: int = 1):
    """A case with a note on its first child, one on another, a place, and a paper on file."""
    case = found(world, children)
    world.file(case, "Surat Terlantar")
    with walking(case, world.officer("sari")) as walk:
        ids = [stay.child_id for stay in walk.stays]
        walk.place(ids[0], "RSUD", world.now)
        walk.note("Ibunya tinggal di Batam", world.now, ids[0])
    return case


def met(world, children: int = 1):
    """A session of April was held: the first child came, the others did not."""
    world.now = at("2026-03-02 08:00")
    case = baptised(on_the_street(world, children))
    ids = list(case.children.order_by("id").values_list("child_id", flat=True))
    papered(world, case, ids)
    with walking(case, world.officer("sari")) as walk:
        walk.finish("3")
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    facts = {"held_at": at("2026-04-15 09:00"), "place": "Balai Warga", "group": str(children)}
    absent = dict.fromkeys(ids[1:], "Sakit")
    by = world.officer("sari")
    session = sessions.hold(case.sop, "5", date(2026, 4, 1), by, present={ids[0]}, absent=absent, **facts)
    with walking(case, by) as walk:
        walk.photo(accept_photo(picture()), caption="Kelompok bermain peran", session=session)
    return case


@dataclass(frozen=True)
class Sample:
    """A kind of letter: what must be typed besides what the case knows, and what its print then says."""

    kind: str
    typed: dict = field(default_factory=dict)
    says: tuple[str, ...] = ()
    by: str = "agus"
    opened: Callable = found
    """(world, children) → a case on which all is there that it tells of."""
    about: str = ""
    """Which of its subjects, by the beginning of what it is called."""
    queries: int = 0
    """What the page of its form costs."""
    empty: dict = field(default_factory=dict)
    """What leaves all that may be empty empty."""

    def __str__(self):
        return self.kind


SAMPLES = [
    Sample(
        "Surat Permohonan",
        {"to": "Kepala Kepolisian Resor Kota\ndi Tanjungpinang", "aim": "Kepolisian", "cc": "Arsip"},
        (
            "Sifat : Rahasia",
            "Lampiran : –",
            "Hal : Permohonan Surat Keterangan",
            "Yth. Kepala Kepolisian Resor Kota di Tanjungpinang",
            "Dengan hormat,",
            f"Nama : {CHILD}",
            "Jenis kelamin : Perempuan",
            "Lahir : Belum diketahui",
            "Ditemukan : Halte Pasar Baru, 2 Maret 2026",
            "kami mohon bantuan Saudara untuk menerbitkan surat keterangan dari kepolisian",
            "KEPALA DINAS,",
            "Tembusan: 1. Arsip",
        ),
        queries=16,
        empty={"opening": "", "cc": "", "papers_more": "", "closing_more": ""},
    ),
    Sample(
        "Laporan Hasil Pelaksanaan Tugas",
        {"results": "Surat keterangan diterima.", "advice": "Dilanjutkan ke Disdukcapil."},
        (
            "LAPORAN HASIL PELAKSANAAN TUGAS",
            "Surat Perintah Tugas Nomor 800/1/5.6.04/2026 tanggal 2 Maret 2026, untuk Koordinasi dengan "
            "kepolisian dan rumah sakit.",
            "Sari Wulandari, S.Tr.Sos. NIP 19900412 201503 2 004",
            "3 s.d. 5 Maret 2026, di Polresta dan RSUD Kota Tanjungpinang.",
            "1. 4 Maret 2026. Bertemu penyidik Polresta",
            "Surat keterangan diterima.",
            "VI. Kesimpulan dan saran Dilanjutkan ke Disdukcapil.",
            "Yang melaksanakan tugas, 1. Sari Wulandari, S.Tr.Sos.",
        ),
        opened=ordered,
        by="sari",
        queries=20,
        empty={"advice": ""},
    ),
    Sample(
        "Laporan Kegiatan Support Group",
        {"course": "Anak bermain peran.", "results": "Anak berani bercerita.", "participants": "4 orang tua"},
        (
            "LAPORAN KEGIATAN",
            "Hari dan tanggal : Rabu, 15 April 2026 pukul 09.00",
            "Tempat : Balai Warga",
            "Pelaksana : Sari Wulandari, S.Tr.Sos., Peksos",
            "Kehadiran anak : 1 anak hadir, 0 anak tidak hadir",
            "Peserta lain : 4 orang tua",
            "Jalannya kegiatan Anak bermain peran.",
            "Hasil kegiatan Anak berani bercerita.",
            "Tanjungpinang, ……………………… PEKSOS, Sari Wulandari, S.Tr.Sos.",
        ),
        opened=met,
        by="sari",
        queries=22,
        about="15 April 2026",
        empty={"participants": "", "advice": ""},
    ),
    Sample(
        "Surat Penitipan",
        {
            "to": "Ketua Panti Asuhan Kasih",
            "reason": "Orang tuanya belum ditemukan.",
            "terms": "Kunjungan setiap minggu",
        },
        (
            "Hal : Penitipan Anak",
            "Yth. Ketua Panti Asuhan Kasih",
            f"Nama : {CHILD}",
            "terhitung sejak tanggal 2 Maret 2026 sampai ada penempatan lebih lanjut.",
            "Selama penitipan berlaku ketentuan: 1. Kunjungan setiap minggu",
            "KEPALA DINAS,",
        ),
        queries=16,
        empty={"terms": "", "opening": ""},
    ),
    Sample(
        "Surat Panggilan",
        {"meet_at": "2026-03-10T09:00", "meet_for": "Membahas pengasuhan", "bring": "Kartu identitas"},
        (
            "Hal : Panggilan Orang Tua/Wali",
            f"Yth. Saudara/i {LONG}",
            "Jalan Merdeka 5",
            f"Nama : {CHILD}",
            "Hari : Selasa",
            "Tanggal : 10 Maret 2026",
            "Pukul : 09.00",
            "Menghadap : Agus Salim, Petugas",
            "Keperluan : Membahas pengasuhan",
            "Saudara diminta membawa: 1. Kartu identitas",
        ),
        opened=with_mother,
        about=LONG,
        queries=18,
        empty={"bring": "", "opening": ""},
    ),
    Sample(
        "Surat Pelimpahan",
        {
            "to": "Kepala Dinas Sosial Kota Batam",
            "reason": "Keluarganya tinggal di Batam.",
            "asked": "Mohon ditindaklanjuti.",
        },
        (
            "Hal : Pelimpahan Penanganan Anak",
            "Lampiran : 1 (satu) berkas",
            "Keberadaan sekarang : RSUD",
            "Ringkasan penanganan sampai dengan surat ini: 1. 2 Maret 2026: Ditemukan menangis seorang diri. "
            "2. 2 Maret 2026: Ibunya tinggal di Batam",
            "Bersama surat ini kami lampirkan: 1. Surat Terlantar",
        ),
        opened=followed,
        queries=17,
        empty={"papers": [], "opening": ""},
    ),
    Sample(
        "Surat Pernyataan",
        {"tasks": "1. Tidak menyuruh anak bekerja\n2. Menyekolahkan anak", "witness1_name": "Ketua RT 02"},
        (
            "SURAT PERNYATAAN Yang bertanda tangan di bawah ini:",
            f"Nama : {LONG}",
            "Alamat : Jalan Merdeka 5",
            "selaku ibu dari anak:",
            f"Nama : {CHILD}",
            "menyatakan dengan sebenarnya bahwa: 1. Tidak menyuruh anak bekerja; 2. Menyekolahkan anak.",
            "Apabila di kemudian hari pernyataan ini ternyata tidak benar",
            "Demikian Surat Pernyataan ini saya buat dengan sebenarnya",
            "Yang menyatakan, Meterai",
            "Saksi-saksi: 1. Ketua RT 02",
        ),
        opened=with_mother,
        about=LONG,
        empty={"consequence": "", "stamp": "", "address": "", "witness1_name": ""},
        queries=17,
    ),
    Sample(
        "SPTJM Kebenaran Data Kelahiran",
        {
            "witness1_name": "Bidan Ratna",
            "witness1_identity": "2172014101800001",
            "witness2_name": "Hasan Basri",
            "witness2_identity": "2172010101750002",
        },
        (
            "SURAT PERNYATAAN TANGGUNG JAWAB MUTLAK (SPTJM)",
            "1. Data kelahiran anak tersebut di atas adalah benar;",
            "Saksi-saksi: 1. Bidan Ratna 2172014101800001",
            "2. Hasan Basri 2172010101750002",
        ),
        opened=with_mother,
        about=LONG,
        empty={"consequence": "", "stamp": "", "address": ""},
        queries=17,
    ),
    Sample(
        "Daftar Hadir",
        {"others": "Pak Lurah | Undangan", "empty": "3"},
        (
            "DAFTAR HADIR",
            "Hari, tanggal : Rabu, 15 April 2026 pukul 09.00",
            "No. Nama Unsur Tanda tangan Keterangan",
            f"1 {CHILD} Anak",
            "2 Pak Lurah Undangan",
            "3 4 5",
            "PEKSOS, Sari Wulandari, S.Tr.Sos.",
        ),
        opened=met,
        by="sari",
        about="15 April 2026",
        empty={"others": "", "held_at": "", "place": "", "empty": "1"},
        queries=20,
    ),
    Sample(
        "Data Anak Melanjutkan Pendidikan",
        {"party": "PKBM Harapan"},
        (
            "DATA ANAK",
            "Lembaga tujuan : PKBM Harapan",
            "No. Nama L/P Umur Alamat Pendidikan terakhir Orang tua/wali",
            "Jumlah: 1 anak.",
            "PETUGAS, Agus Salim",
        ),
        opened=with_mother,
        empty={"party": "", "note": ""},
        queries=16,
    ),
    Sample(
        "Tanda Terima Bantuan",
        {"place": "Kantor Lurah"},
        (
            "TANDA TERIMA BANTUAN",
            "Pada hari ini Senin tanggal dua bulan Maret tahun dua ribu dua puluh enam (02-03-2026), "
            "bertempat di Kantor Lurah, telah diserahkan bantuan dari APBD kepada penerima",
            "1 paket Rp350.000",
            "Jumlah penerima: 1 anak. Nilai seluruhnya: Rp350.000 (tiga ratus lima puluh ribu rupiah).",
        ),
        opened=aided,
        queries=17,
    ),
    Sample(
        "Lembar Kendali",
        {},
        (
            "LEMBAR KENDALI",
            "Jenis naskah : Surat Perintah Tugas",
            "Hal : Koordinasi dengan kepolisian dan rumah sakit",
            "1 Mengonsep Agus Salim Petugas 02-03-2026 08.00",
            "Memaraf dan meneruskan Drs. Abdul Rahman, M.Si. Kabid",
        ),
        opened=ordered,
        queries=15,
    ),
]


def sample_of(kind: str) -> Sample:
    return next(sample for sample in SAMPLES if sample.kind == kind)


@pytest.fixture(params=SAMPLES, ids=str)
def sample(request):
    return request.param


def open_case(world, sample: Sample, children: int = 1):
    """A case on which all is there that the sample tells of."""
    return sample.opened(world, children)


def new_url(world, case, sample: Sample) -> str:
    return f"/penanganan/{case.number}/surat/baru/?jenis={world.kind(sample.kind).pk}"


def page_of(client, world, case, sample: Sample):
    """The page of the new letter, past the question what it is about; and its address."""
    url = new_url(world, case, sample)
    page = client.get(url)
    assert page.status_code == 200
    if "form" not in page.context:
        url = f"/penanganan/{case.number}/surat/baru/" + next(
            to for to, label in page.context["rows"] if label.startswith(sample.about)
        )
        page = client.get(url)
    return url, page


def sent(page) -> dict:
    """The form as it came, sent back without a word typed."""
    form = page.context["form"]
    found = {}
    for name, kept in form.fields.items():
        value = kept.prepare_value(form.get_initial_for_field(kept, name))
        if value is True:
            value = "on"
        if isinstance(value, date):
            value = kept.widget.format_value(value)
        if value not in (None, False, ""):
            found[name] = value
    return fields(page) | found


def write(client, world, case, sample: Sample, **changes) -> Letter:
    """The letter, written with only what the case does not know."""
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | {"slot": ""} | sample.typed | changes)
    errors = "" if answer.status_code == 302 else answer.context["form"].errors
    assert answer.status_code == 302, errors
    return Letter.objects.get(pk=answer.headers["Location"].strip("/").split("/")[-1])


def text_of(client, letter) -> str:
    return " ".join(" ".join(p.extract_text() for p in reader(client, letter).pages).split())


def reader(client, letter) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_of(client, letter)))


def test_every_layout_is_drafted_from_some_kind_in_the_agencies(world):
    assert set(LAYOUTS) == set(PaperKind.objects.exclude(layout="").values_list("layout", flat=True))


def test_it_says_what_such_a_paper_says(world, door, sample):  # noqa: F811
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    text = text_of(client, letter)
    for part in sample.says:
        assert part in text, (part, text)
    assert letter.kind.layout == letter.layout


def test_no_child_s_name_outside_the_paper(world, door, sample):  # noqa: F811
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    first = CHILD.split()[0]
    assert first not in str(reader(client, letter).metadata)
    assert first not in letter.file_name
    assert first not in letter.print_title
    assert first not in letter.label


def test_it_can_be_written_anew_without_typing(world, door, sample):  # noqa: F811
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    page = client.get(f"/surat/{letter.pk}/ubah/")
    assert client.post(f"/surat/{letter.pk}/ubah/", sent(page)).status_code == 302
    assert Letter.objects.get(pk=letter.pk).content == letter.content


def test_it_prints_with_nothing_but_what_must_be(world, door, sample):  # noqa: F811
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample, **sample.empty)
    assert reader(client, letter).pages


def test_it_goes_its_way(world, door, sample):  # noqa: F811
    """Proposed or fixed: the content is read anew, and stays as it was where nothing changed."""
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    before = letter.content
    (letter.propose if letter.track == "letter" else letter.fix)(world.officer(sample.by))
    assert letter.content == before


def test_the_form_costs_the_same_for_one_child_and_three(world, door, sample):  # noqa: F811
    counts = []
    for count in (1, 3):
        case, client = open_case(world, sample, count), door(sample.by)
        url, _ = page_of(client, world, case, sample)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts == [sample.queries] * 2


# --- forty rows


@pytest.mark.parametrize(
    ("kind", "head", "typed"),
    [
        ("Data Anak Melanjutkan Pendidikan", "No. Nama L/P Umur", {}),
        ("Tanda Terima Bantuan", "No Nama Jenis bantuan", {"place": "Kantor Lurah"}),
        ("Daftar Hadir", "No. Nama Unsur", {"name": "Sosialisasi", "empty": "0"}),
    ],
)
def test_forty_rows_repeat_their_head_and_the_hand_does_not_stand_alone(
    world,
    door,  # noqa: F811
    kind,
    head,
    typed,
):
    sample = sample_of(kind)
    case, client = aided(world, 40), door("agus")
    url = new_url(world, case, sample) + ("&tentang=" if sample.about else "")
    answer = client.post(url, sent(client.get(url)) | {"slot": ""} | typed)
    letter = Letter.objects.get(pk=answer.headers["Location"].strip("/").split("/")[-1])
    found = [" ".join(page.extract_text().split()) for page in reader(client, letter).pages]
    assert len(found) > 1
    for page in found:
        assert head in page
    assert "40" in found[-1].partition("Agus Salim")[0]
    assert all(f"Anak {n}" in " ".join(found) for n in range(2, 41))


def test_a_whole_name_in_what_lists_show_is_refused(world, door):  # noqa: F811
    sample = SAMPLES[0]
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | sample.typed | {"hal": f"Permohonan bagi {CHILD.upper()}"})
    assert answer.status_code == 422
    assert "Jangan menulis nama anak" in answer.content.decode()


def test_what_was_left_open_is_named(world, door):  # noqa: F811
    sample = SAMPLES[0]
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | {"to": "Camat", "aim": "", "facts": [], "children_named": []})
    text = answer.content.decode()
    for sentence in (
        "Isi “Hal”, atau pilih kepada siapa dimohonkan.",
        "Isi “Yang dimohon”, atau pilih kepada siapa dimohonkan.",
        "Pilih keterangan anak yang disebut.",
        "Pilih anak yang dimaksud surat ini.",
    ):
        assert sentence in text


def test_kinds_are_listed_by_what_they_are(world, door):  # noqa: F811
    case = world.case()
    page = door("agus").get(f"/penanganan/{case.number}/surat/baru/")
    groups = {label: [name for _, name in rows] for label, rows in page.context["groups"]}
    assert "Surat Permohonan" in groups[PaperKind.Origin.LETTER.label]
    assert "Laporan Sosial" in groups[PaperKind.Origin.REPORT.label]
    assert all(groups.values())


# --- the report of an order


def test_only_the_order_s_own_days_are_offered(world, door):  # noqa: F811
    sample = sample_of("Laporan Hasil Pelaksanaan Tugas")
    case, client = open_case(world, sample), door(sample.by)
    _, page = page_of(client, world, case, sample)
    form = page.context["form"]
    assert [label for _, label in form.fields["notes"].choices] == ["4 Maret 2026: Bertemu penyidik Polresta"]
    (photo,) = form.fields["photos"].choices
    assert "Serah terima surat di Polresta" in photo[1]


def test_photos_are_drawn_with_caption_and_time_and_never_fetched(world, door):  # noqa: F811
    sample = sample_of("Laporan Hasil Pelaksanaan Tugas")
    case, client = open_case(world, sample), door(sample.by)
    photo = case.photos.get(caption__startswith="Serah")
    letter = write(client, world, case, sample, photos=[photo.pk])
    found = reader(client, letter)
    annex = " ".join(found.pages[-1].extract_text().split())
    assert "LAMPIRAN FOTO Surat Perintah Tugas Nomor 800/1/5.6.04/2026" in annex
    assert "1. Serah terima surat di Polresta Waktu pengambilan tidak diketahui" in annex
    assert found.pages[-1].images
    (storage := photo.file.storage).delete(photo.file.name)
    storage.save(photo.file.name, ContentFile(b"another"))
    small.cache_clear()
    assert "Berkas foto tidak dapat dibuka." in text_of(client, letter)


def test_without_an_order_there_is_nothing_to_report(world, door):  # noqa: F811
    page = door("agus").get(new_url(world, found(world), SAMPLES[1]))
    assert "Belum ada surat perintah" in page.content.decode()
    assert "form" not in page.context


def test_a_scanned_order_is_reported_too(world, door):  # noqa: F811
    case = found(world)
    paper = world.file(case, "Surat Perintah Tugas", "agus")
    paper.number, paper.dated = "800/77/SPT/2026", date(2026, 3, 2)
    paper.save()
    client = door("sari")
    typed = {"purpose": "Penjangkauan", "officers": [world.sari.pk], "place": "Pasar", "done": "Menjangkau"}
    letter = write(client, world, case, SAMPLES[1], **typed)
    assert "Surat Perintah Tugas Nomor 800/77/SPT/2026 tanggal 2 Maret 2026" in text_of(client, letter)


def test_done_is_asked_for(world, door):  # noqa: F811
    case, client = open_case(world, SAMPLES[1]), door("sari")
    url, page = page_of(client, world, case, SAMPLES[1])
    answer = client.post(url, sent(page) | SAMPLES[1].typed | {"notes": [], "ends": "2026-03-01"})
    text = answer.content.decode()
    assert "Pilih catatan perkembangan atau tulis paling sedikit satu kegiatan." in text
    assert "Tanggal selesai mendahului tanggal mulai." in text


# --- the report of a session


def test_attendance_is_counted_again_when_the_report_is_fixed(world, door):  # noqa: F811
    sample = SAMPLES[2]
    case, client = sample.opened(world, 3), door(sample.by)
    letter = write(client, world, case, sample)
    assert "1 anak hadir, 2 anak tidak hadir (Sakit 2)" in text_of(client, letter)
    session = case.attendance.first().session
    late = case.attendance.filter(status="absent").first().child_id
    sessions.correct(session, world.officer("sari"), {late: ("present", "")}, version=session.version)
    letter.fix(world.officer("sari"))
    assert "2 anak hadir, 1 anak tidak hadir (Sakit 1)" in text_of(client, letter)


def test_a_report_written_here_is_that_of_all_cases_of_the_session(world, door):  # noqa: F811
    """Fixed, it is filed to each case as what the step puts out, and finishes it where all is in."""
    cases = [in_sessions(world), in_sessions(world)]
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    april, by = date(2026, 4, 1), world.officer("sari")
    ids = [case.children.get().child_id for case in cases]
    facts = {"held_at": at("2026-04-15 09:00"), "place": "Balai Warga", "present": set(ids), "absent": {}}
    session = sessions.hold(cases[0].sop, "5", april, by, **facts)
    sample, client = sample_of("Laporan Kegiatan Support Group"), door("sari")
    letter = write(client, world, cases[0], sample)
    assert "2 anak hadir, 0 anak tidak hadir" in text_of(client, letter)
    assert not session.reports.exists()
    letter.fix(by)
    assert list(session.reports.all()) == [letter.paper]
    for case in cases:
        attempt = Attempt.objects.get(case=case, step__key="5", occurrence=april)
        assert attempt.state == Attempt.State.DONE
        assert attempt.filings.get().paper == letter.paper


def test_who_does_not_hold_the_session_does_not_fix_its_report(world, door):  # noqa: F811
    sample = sample_of("Laporan Kegiatan Support Group")
    case, client = open_case(world, sample), door("dewi")
    letter = write(client, world, case, sample)
    session = case.attendance.get().session
    with pytest.raises(NotAllowed, match="bukan tugas jabatan Anda"):
        letter.fix(world.officer("dewi"))
    letter.refresh_from_db()
    assert letter.state == "draft"
    assert not session.reports.exists()


def test_an_activity_that_is_no_session(world, door):  # noqa: F811
    case, client = open_case(world, SAMPLES[2]), door("sari")
    page = client.get(new_url(world, case, SAMPLES[2]))
    assert page.context["nothing_url"].endswith("tentang=")
    url = f"/penanganan/{case.number}/surat/baru/{page.context['nothing_url']}"
    typed = SAMPLES[2].typed | {"name": "Sosialisasi", "held_at": "2026-04-10T09:00", "place": "Kantor Lurah"}
    answer = client.post(url, sent(client.get(url)) | typed | {"officers": [world.sari.pk], "slot": ""})
    assert answer.status_code == 302
    text = text_of(client, Letter.objects.latest("id"))
    assert "Sosialisasi" in text
    assert "Kehadiran anak" not in text


# --- letters to others


def test_a_call_to_come_is_for_a_time_to_come(world, door):  # noqa: F811
    sample = sample_of("Surat Panggilan")
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | sample.typed | {"meet_at": "2026-03-02T07:00"})
    assert "Waktu pertemuan sudah lewat; isi waktu yang akan datang." in answer.content.decode()


def test_a_stay_ends_after_it_begins(world, door):  # noqa: F811
    sample = sample_of("Surat Penitipan")
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | sample.typed | {"until": "2026-03-01"})
    assert "Tanggal akhir mendahului tanggal mulai penitipan." in answer.content.decode()
    letter = write(client, world, case, sample, until="2026-03-20")
    assert "sejak tanggal 2 s.d. 20 Maret 2026." in text_of(client, letter)


def test_what_is_noted_of_another_child_is_not_handed_on(world, door):  # noqa: F811
    sample = sample_of("Surat Pelimpahan")
    case, client = open_case(world, sample, 2), door(sample.by)
    first, second = case.children.order_by("id").values_list("child_id", flat=True)
    with walking(case, world.officer("sari")) as walk:
        walk.note("Saudara lain sakit", world.now, second)
    url, _ = page_of(client, world, case, sample)
    form = client.get(f"{url}&anak={first}").context["form"]
    assert form["children_named"].initial == [first]
    assert "Ibunya tinggal di Batam" in form["summary"].initial
    assert "Saudara lain sakit" not in form["summary"].initial


def test_the_child_is_told_of_as_the_file_knows_him_when_it_is_proposed(world, door):  # noqa: F811
    sample = sample_of("Surat Penitipan")
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample)
    child = case.children.get().child
    child.marks = "Tahi lalat di pipi kiri"
    child.save()
    assert "Tahi lalat" not in text_of(client, letter)
    letter.propose(world.officer(sample.by))
    assert "Ciri fisik : Tahi lalat di pipi kiri" in text_of(client, letter)


# --- what citizens sign


def test_a_statement_is_filed_for_the_children_of_who_signs_it(world, door):  # noqa: F811
    sample = sample_of("Surat Pernyataan")
    case, client = open_case(world, sample, 3), door("sari")
    _, page = page_of(client, world, case, sample)
    assert [label for _, label in page.context["form"].fields["children_named"].choices] == [
        f"{CHILD}, perempuan"
    ]
    letter = write(client, world, case, sample)
    first = case.children.order_by("id").first().child
    adult = first.relations.get().adult
    assert letter.paper.adult == adult
    assert list(letter.paper.filings.values_list("child", flat=True)) == [first.pk]
    letter.fix(world.officer("sari"))
    letter.replace(world.officer("sari"), "Salah ketik")
    assert Letter.objects.latest("id").paper.adult == adult


def test_the_signed_statement_meets_the_step(world, door):  # noqa: F811
    """Drafted, fixed, signed, its scan filed: the output is there, as with a scan alone."""
    case = baptised(on_the_street(world, 1))
    with walking(case, world.officer("sari")) as walk:
        family.relate_adult(walk, walk.stays[0].child, "mother", name=LONG)
    sample, client, by = sample_of("Surat Pernyataan"), door("sari"), world.officer("sari")
    url, page = page_of(client, world, case, sample)
    slot = page.context["form"]["slot"].initial
    assert slot
    client.post(url, sent(page) | sample.typed | {"slot": slot})
    letter = Letter.objects.get()

    def missing() -> list[str]:
        with walking(case, by) as walk:
            (attempt,) = (a for a in walk.live() if a.child_id is None)
            return [m.kind.name for m in walk.missing(attempt)]

    letter.fix(by)
    assert sample.kind in missing(), "a print does not count"
    letter.complete(by, scan(), signed_on=world.now.date())
    assert sample.kind not in missing()


def test_two_witnesses_are_asked_for_with_their_numbers(world, door):  # noqa: F811
    sample = sample_of("SPTJM Kebenaran Data Kelahiran")
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    text = client.post(url, sent(page) | {"slot": ""}).content.decode()
    assert "Isi “Saksi 1: nama”." in text
    assert "Isi “Saksi 2: NIK”." in text
    letter = write(client, world, case, sample)
    one = letter.content["witnesses"][:1]
    assert LAYOUTS["sptjm"].problem(letter.content | {"witnesses": one}) == (
        "Sebutkan dua saksi dengan NIK masing-masing."
    )


def test_the_agency_s_own_statements_come_first(world, door):  # noqa: F811
    sample = sample_of("Surat Pernyataan")
    Wording.objects.create(kind=world.kind(sample.kind), tasks=["Menjaga anak"])
    case, client = open_case(world, sample), door(sample.by)
    _, page = page_of(client, world, case, sample)
    assert page.context["form"]["tasks"].initial == "Menjaga anak"


# --- lists


def test_a_case_lists_only_its_own_children(world, door):  # noqa: F811
    """A session of two cases: each Daftar Hadir names the children of its own."""
    sample = sample_of("Daftar Hadir")
    case = open_case(world, sample, 2)
    session = case.attendance.first().session
    other = world.case("anak-jalanan", by="dewi", children=1)
    stay = other.children.get()
    session.attendance.create(case=other, child_id=stay.child_id, status="present")
    client = door("sari")
    _, page = page_of(client, world, case, sample)
    own = list(case.children.order_by("id").values_list("child_id", flat=True))
    assert page.context["form"]["children_named"].initial == own
    assert "2 Anak 1 Anak Tidak hadir: Sakit" in text_of(client, write(client, world, case, sample))


def test_nobody_at_all_is_refused(world, door):  # noqa: F811
    sample = sample_of("Daftar Hadir")
    case, client = open_case(world, sample), door(sample.by)
    url, page = page_of(client, world, case, sample)
    answer = client.post(url, sent(page) | {"children_named": [], "others": "", "empty": "0"})
    assert "Pilih anak, tulis peserta lain, atau sediakan baris kosong." in answer.content.decode()


def test_aid_that_was_voided_is_no_longer_signed_for(world, door):  # noqa: F811
    sample = sample_of("Tanda Terima Bantuan")
    case, client = open_case(world, sample, 2), door(sample.by)
    letter = write(client, world, case, sample)
    assert letter.label == "Penyerahan bantuan 2 Maret 2026"
    Aid.objects.filter(case=case).update(voided_at=world.now, void_reason="Salah catat")
    letter.refresh_from_db()
    fresh = LAYOUTS[letter.layout].refresh(letter.content, case, world.now.date())
    assert LAYOUTS[letter.layout].problem(fresh) == "Pilih paling sedikit satu bantuan."


# --- the control sheet


def test_the_hands_are_read_anew_when_the_sheet_is_fixed(world, door):  # noqa: F811
    sample = sample_of("Lembar Kendali")
    desk = Desk(world, found(world))
    draft = desk.proposed()
    client = door("agus")
    letter = write(client, world, desk.case, sample)
    assert "Mengembalikan" not in text_of(client, letter)
    draft.return_(desk.by("rahman"), "Tempat tugas keliru")
    letter.fix(desk.by("agus"))
    text = text_of(client, letter)
    assert "3 Mengembalikan untuk diperbaiki Drs. Abdul Rahman, M.Si. Kabid" in text
    assert "Tempat tugas keliru" in text


def test_without_a_draft_there_is_no_sheet(world, door):  # noqa: F811
    page = door("agus").get(new_url(world, found(world), sample_of("Lembar Kendali")))
    assert "Belum ada naskah yang dibuat dari penanganan ini." in page.content.decode()


# --- how they break


@pytest.mark.parametrize("count", range(14, 34, 3))
def test_the_signature_of_a_letter_takes_its_last_lines_along(world, door, count):  # noqa: F811
    sample = sample_of("Surat Penitipan")
    case, client = open_case(world, sample), door(sample.by)
    terms = "\n".join(
        f"Ketentuan nomor {n} yang cukup panjang supaya lebih dari satu baris" for n in range(count)
    )
    letter = write(client, world, case, sample, terms=terms)
    last = " ".join(reader(client, letter).pages[-1].extract_text().split())
    assert "Ketentuan nomor" in last.partition("Demikian kami sampaikan.")[0]
    assert "Dr. Budi Hartono" in last


@pytest.mark.parametrize("count", [1, 3, 12])
def test_all_officers_of_an_order_sign_its_report_with_or_without_number(world, door, count):  # noqa: F811
    sample = sample_of("Laporan Hasil Pelaksanaan Tugas")
    case, client = open_case(world, sample), door(sample.by)
    letter = write(client, world, case, sample, officers=[world.agus.pk])
    row = letter.content["officers"][0]
    letter.content["officers"] = [row | {"user": n, "name": f"{LONG} {n}"} for n in range(1, count + 1)]
    letter.save()
    signed = text_of(client, letter).partition("Yang melaksanakan tugas,")[2]
    assert "NIP" not in signed
    assert all(f"Ph.D. {n}" in signed for n in range(1, count + 1))
    last = " ".join(reader(client, letter).pages[-1].extract_text().split())
    assert "Demikian laporan ini" in last
