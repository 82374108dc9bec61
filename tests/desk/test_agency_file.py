"""An agency goes out as the file that makes it anew: chain of hands, delegations, words and paper too."""

from contextlib import contextmanager
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopcases.letters.housefile import TYPEFACES
from sopcases.letters.models import HouseStyle, Wording
from sopcases.letters.models.wording import PaperSize, Typeface
from sopcases.people.models import Agency, Delegation, Position
from sopcases.sops.models import PaperKind
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
SLUGS = ("tanjungpinang", "lamandau")


def run(command: str, *args) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def install(slug: str) -> Agency:
    run("install_agency", str(ROOT / f"fixtures/agencies/{slug}.yaml"))
    return Agency.objects.get(slug=slug)


@contextmanager
def another_database():
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def again(text: str, folder) -> Agency:
    """The exported agency made anew."""
    file = folder / "agency.yaml"
    file.write_text(text, encoding="utf-8")
    run("install_agency", str(file))
    return Agency.objects.get()


def furnished(agency: Agency) -> Agency:
    """With all that an office may want as data."""
    head = Position.objects.get(agency=agency, name="Kepala Dinas")
    hand = Position.objects.filter(agency=agency, superior__superior=head).order_by("pk").first()
    Delegation.objects.create(
        delegate=hand,
        principal=head,
        printed_title="Kepala Dinas Sosial",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        basis="SK 12/2026",
    )
    kind = PaperKind.objects.get(agency=agency, name="Surat Perintah Tugas")
    kind.first_hand, kind.disposer = hand, hand.superior
    kind.save()
    Wording.objects.create(
        kind=kind,
        title="Surat Tugas",
        opening="Menindaklanjuti laporan,\ndengan ini:",
        basis=["Perwali 5/2024", "7"],
        tasks=["Menjaga kerahasiaan identitas anak"],
        closing="Demikian {judul} ini dibuat.",
        cc=["Wali Kota"],
        first_party_left=False,
        initials_box=True,
        paper=PaperSize.F4_NARROW,
    )
    HouseStyle.objects.create(agency=agency, paper=PaperSize.F4, typeface=Typeface.SERIF, margin_left=25)
    agency.number_given_outside, agency.signature_backend = True, "certificate"
    agency.save()
    return agency


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("more", [lambda agency: agency, furnished], ids=["given", "furnished"])
def test_an_agency_goes_out_and_comes_in_the_same(tmp_path, slug, more):
    with another_database():
        more(install(slug))
        text = run("export_agency", slug)
    again(text, tmp_path)
    assert run("export_agency", slug) == text


def test_what_came_in_is_what_went_out(tmp_path):
    with another_database():
        furnished(install("tanjungpinang"))
        text = run("export_agency", "tanjungpinang")
    agency = again(text, tmp_path)
    kind = PaperKind.objects.get(name="Surat Perintah Tugas")
    assert (str(kind.first_hand), kind.second_hand) == (str(Delegation.objects.get().delegate), None)
    delegation = Delegation.objects.get()
    assert (str(delegation.principal), delegation.valid_until) == ("Kepala Dinas", date(2026, 12, 31))
    wording = Wording.objects.get()
    assert (wording.kind, wording.basis, wording.paper) == (kind, ["Perwali 5/2024", "7"], "210mm 330mm")
    assert (wording.first_party_left, wording.initials_box) == (False, True)
    style = agency.house_style
    assert (style.typeface, style.paper, style.margin_left, style.margin_top) == (
        Typeface.SERIF,
        PaperSize.F4,
        25,
        20,
    )
    assert agency.signature_backend == "certificate"


def test_an_export_of_nobody_is_refused():
    with pytest.raises(CommandError, match="Tidak ada perangkat daerah “tiada”"):
        run("export_agency", "tiada")


BASE = (ROOT / "fixtures/agencies/tanjungpinang.yaml").read_text(encoding="utf-8")
DELEGATION = (
    "\ndelegations:\n  - {{delegate: {delegate}, principal: {principal}, valid_from: 2026-01-01, "
    "valid_until: {until}, basis: SK}}\n"
)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (DELEGATION.format(delegate="Petugas", principal="Peksos", until="null"), "satu atau dua tingkat"),
        (DELEGATION.format(delegate="Kabid", principal="Bupati", until="null"), "jabatan “Bupati” tidak"),
        (
            DELEGATION.format(delegate="Kabid", principal="Kepala Dinas", until="2025-01-01"),
            "tanggal akhir mendahului",
        ),
        ("\nwordings:\n  - {paper: Surat Cinta}\n", "jenis dokumen “Surat Cinta” tidak tercantum"),
        (
            '\nwordings:\n  - {paper: Surat Perintah Tugas, closing: "{judull}"}\n',
            "Redaksi “Surat Perintah Tugas”: Isian {judull} tidak dikenal",
        ),
        ("\nhouse_style: {margin_left: 5}\n", "“margin_left” harus bilangan bulat antara 15 dan 50"),
        ("\nhouse_style: {typeface: Comic Sans}\n", "“typeface” harus salah satu dari: Arial"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stored(tmp_path, more, sentence):
    file = tmp_path / "agency.yaml"
    file.write_text(BASE + more, encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run("install_agency", str(file))
    assert sentence in str(caught.value)
    assert not Agency.objects.exists()


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), max_size=40)
LINES = st.lists(WORDS.filter(bool), max_size=3)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("basis", "tasks", "cc", "headings"), LINES)
        | dict.fromkeys(("title", "opening", "closing"), WORDS)
        | {"initials_box": st.booleans(), "paper": st.sampled_from(["", *PaperSize.values])}
    ),
    st.sampled_from(list(TYPEFACES.values())),
    st.integers(15, 50),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_and_paper_go_out_and_come_in_the_same(tmp_path, words, typeface, margin):
    with another_database():
        agency = install("lamandau")
        Wording.objects.create(kind=PaperKind.objects.get(name="Laporan Sosial"), **words)
        HouseStyle.objects.create(agency=agency, typeface=typeface, margin_top=margin)
        text = run("export_agency", "lamandau")
    with another_database():
        again(text, tmp_path)
        assert run("export_agency", "lamandau") == text
