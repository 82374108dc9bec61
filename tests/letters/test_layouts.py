"""The other layouts: what the case fills in, what is printed, what is refused, and what never shows."""

import io
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models import Letter
from sopcases.sops.models import PaperKind
from tests.letters.test_pages import door, fields, pdf_of  # noqa: F401

pytestmark = pytest.mark.django_db

CHILD = "Muhammad Raka Alfarizi Pratama Kusumawardhana"
LONG = "Dra. Hj. Siti Nurhaliza Kusumawardhani Wijayakusuma Putri Ramadhani, M.Si., Ph.D."


@dataclass(frozen=True)
class Sample:
    """A kind of letter: what must be typed besides what the case knows, and what its print then says."""

    kind: str
    typed: dict = field(default_factory=dict)
    says: tuple[str, ...] = ()
    by: str = "agus"
    sop: str = "bayi-balita-terlantar"
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
]


@pytest.fixture(params=SAMPLES, ids=str)
def sample(request):
    return request.param


def open_case(world, sample: Sample, children: int = 1):
    """A case of the sample's SOP, its first child with a long name of his own."""
    facts = {"place": "Halte Pasar Baru", "circumstances": "Ditemukan menangis seorang diri."}
    case = world.case(sample.sop, children=children, **facts)
    first = case.children.order_by("id").first().child
    first.name, first.sex = CHILD, "P"
    first.save()
    return case


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
        value = form.get_initial_for_field(kept, name)
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
    client, counts = door(sample.by), []
    for count in (1, 3):
        url, _ = page_of(client, world, open_case(world, sample, count), sample)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts == [sample.queries] * 2


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
