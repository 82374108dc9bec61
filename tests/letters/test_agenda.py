"""Agenda Surat Keluar: every number or why it is missing; reserved, outside, inserted, promised, void."""

import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from sopcases.letters import register, year
from sopcases.letters.agenda import GIVEN_NEXT, NOT_YOURS, Agenda
from sopcases.letters.models import Letter, Number, Series
from sopcases.letters.year import UNKNOWN
from sopcases.people.models import Position
from sopcases.refusal import Refused
from sopcases.sops.parts import parts_for
from tests.cast import appoint, make_user
from tests.letters.papers import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world) -> Desk:
    return Desk(world)


@pytest.fixture
def series(world) -> Series:
    return Series.objects.get(agency=world.home, name="Surat Perintah Tugas")


@pytest.fixture
def agus(world):
    return world.officer("agus")


def shown(officer, **asked) -> list[tuple[str, str]]:
    return [(row.number or row.gap, row.note) for row in Agenda(officer, asked).rows]


def client_of(world, name: str) -> Client:
    client = Client()
    client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
    return client


def files(client: Client, query: str) -> list[str]:
    """The words of the print and of the spreadsheet."""
    pdf = client.get(f"/surat/agenda/pdf/?{query}").content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    sheet = load_workbook(io.BytesIO(client.get(f"/surat/agenda/xlsx/?{query}").content)).active
    cells = [str(cell.value or "") for row in sheet.iter_rows() for cell in row]
    return [" ".join(text.split()), " ".join(cells)]


# --- the verbs


def test_a_range_is_reserved_in_one_act(series, agus):
    found = register.reserve(series, 2026, agus, reason="SPT tim bencana", count=3)
    assert [n.seq for n in found] == [1, 2, 3]
    assert {n.state for n in found} == {Number.State.RESERVED}
    assert register.take(series, 2026, agus).seq == 4


@pytest.mark.parametrize("count", [0, -1, register.RANGE + 1])
def test_an_odd_range_is_refused(series, agus, count):
    with pytest.raises(Refused, match="sekaligus"):
        register.reserve(series, 2026, agus, reason="x", count=count)
    assert not Number.objects.exists()


def test_numbers_of_before_the_application_are_entered_at_once(series, agus):
    found = register.record_outside(series, 2026, 1, agus, last=118, reason="Sebelum aplikasi dipakai")
    assert len(found) == 118
    assert register.take(series, 2026, agus).seq == 119
    with pytest.raises(Refused, match="Nomor urut 118, 119 sudah ada dalam agenda 2026"):
        register.record_outside(series, 2026, 118, agus, last=120, reason="Lagi")
    assert Number.objects.count() == 119, "a refused range leaves nothing"
    for first, last, suffix, sentence in (
        (5, 3, "", "mendahului"),
        (1, 700, "", "sekaligus"),
        (130, 131, "b", "satu per satu"),
    ):
        with pytest.raises(Refused, match=sentence):
            register.record_outside(series, 2026, first, agus, last=last, suffix=suffix, reason="x")


def test_a_number_is_inserted_beside_one_that_is_there(series, agus):
    register.record_outside(series, 2026, 11, agus, reason="Dipakai Subbag Umum")
    number = register.insert(series, 2026, 11, "b", agus, reason="Surat menyusul")
    assert (number.text, number.state) == ("800/11.b/5.6.04/2026", Number.State.RESERVED)
    with pytest.raises(Refused, match=r"11\.b sudah ada"):
        register.insert(series, 2026, 11, "b", agus, reason="Lagi")
    with pytest.raises(Refused, match="belum ada dalam agenda"):
        register.insert(series, 2026, 12, "a", agus, reason="x")
    for suffix in ("", "B", "abc", "a/", "../"):
        with pytest.raises(Refused, match="Sisipan berupa"):
            register.insert(series, 2026, 11, suffix, agus, reason="x")


def test_a_promised_number_is_the_one_its_letter_takes(desk, series, agus):
    one, two = register.reserve(series, 2026, agus, reason="Dua SPT", count=2)
    letter = desk.proposed()
    register.promise(two, agus, letter)
    with pytest.raises(Refused, match="sudah mempunyai nomor"):
        register.promise(one, agus, letter)
    letter.initial(desk.by("rahman"))
    assert letter.number == "800/2/5.6.04/2026"
    two.refresh_from_db()
    assert (two.state, two.letter_id) == (Number.State.USED, letter.pk)
    other = desk.ready()
    assert other.number == "800/3/5.6.04/2026", "a promise to one is none to another"
    with pytest.raises(Refused, match="berstatus dipakai"):
        register.promise(two, agus, other)


def test_a_promise_ends_with_its_letter(desk, series, agus):
    (number,) = register.reserve(series, 2026, agus, reason="SPT")
    letter = desk.proposed()
    register.promise(number, agus, letter)
    letter.void(desk.by("agus"), "Tidak jadi")
    number.refresh_from_db()
    assert (number.state, number.letter_id) == (Number.State.RESERVED, None)


def test_a_number_of_another_series_is_not_promised(desk, world, agus):
    other = Series.objects.get(agency=world.home, name="Surat Pengantar dan Berita Acara")
    (number,) = register.reserve(other, 2026, agus, reason="BA")
    with pytest.raises(Refused, match="seri lain"):
        register.promise(number, agus, desk.proposed())


def test_the_database_refuses_two_promises(desk, series, agus):
    one, two = register.reserve(series, 2026, agus, reason="Dua", count=2)
    letter = desk.proposed()
    register.promise(one, agus, letter)
    with pytest.raises(IntegrityError), transaction.atomic():
        Number.objects.filter(pk=two.pk).update(letter=letter)


def test_a_letters_number_is_voided_with_the_letter_only(desk, series, agus):
    letter = desk.ready()
    number = letter.numbers.get()
    with pytest.raises(Refused, match="Batalkan suratnya"):
        register.discard(number, agus, reason="x")
    (free,) = register.reserve(series, 2026, agus, reason="x")
    with pytest.raises(Refused, match="harus diisi"):
        register.discard(free, agus, reason="  ")
    register.discard(free, agus, reason="Batal berangkat")
    free.refresh_from_db()
    assert (free.state, free.reason) == (Number.State.VOID, "Batal berangkat")


def test_a_number_that_a_letter_took_meanwhile_is_not_voided(desk, series, agus):
    (number,) = register.reserve(series, 2026, agus, reason="SPT")
    stale = Number.objects.get(pk=number.pk)
    letter = desk.proposed()
    register.promise(number, agus, letter)
    letter.initial(desk.by("rahman"))
    with pytest.raises(Refused, match="Batalkan suratnya"):
        register.discard(stale, agus, reason="Tidak jadi")
    number.refresh_from_db()
    assert (number.state, number.letter_id) == (Number.State.USED, letter.pk)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("800/118/5.6.04/2026", (2026, 118, "")),
        ("800/ 118 /5.6.04/2026", (2026, 118, "")),
        ("800/11.b/5.6.04/2026", (2026, 11, "b")),
        ("800/11/5.6.04/26", None),
        ("801/11/5.6.04/2026", None),
        ("800/0/5.6.04/2026", None),
        ("800/x/5.6.04/2026", None),
        ("", None),
    ],
)
def test_a_number_is_read_by_its_pattern(series, text, place):
    assert register.read(series, text) == place


def given_outside(world):
    world.home.number_given_outside = True
    world.home.save()


def test_a_number_given_by_another_office_enters_the_register(desk, world, series, agus):
    given_outside(world)
    register.record_outside(series, 2026, 7, agus, reason="Diminta lewat telepon")
    letter = desk.ready()
    letter.give_number(desk.by("agus"), "800/7/5.6.04/2026")
    number = letter.numbers.get()
    assert (number.seq, number.state) == (7, Number.State.USED)
    register.record_outside(series, 2026, 8, agus, reason="Salah tulis")
    register.discard(Number.objects.get(seq=8), agus, reason="Salah tulis")
    other = desk.ready()
    for taken in ("800/8/5.6.04/2026", "800/7/5.6.04/2026"):
        with pytest.raises(Refused, match="sudah di"):
            other.give_number(desk.by("agus"), taken)
    other.give_number(desk.by("agus"), "B-12/SETDA/2026")
    assert not other.numbers.exists()
    agenda = Agenda(agus, {"seri": series.pk, "tahun": "2026"})
    assert [row.number for row in agenda.loose] == ["B-12/SETDA/2026"]


def test_every_letter_numbered_outside_the_pattern_is_in_the_files(desk, world, series, monkeypatch):
    given_outside(world)
    monkeypatch.setattr("sopcases.letters.agenda.PAGE", 2)
    numbers = [f"B-{n}/SETDA/2026" for n in (1, 2, 3)]
    client, more = client_of(world, "agus"), "Tampil 2 surat terbaru"
    query = f"tahun=2026&seri={series.pk}"
    for number in numbers:
        page = client.get(f"/surat/agenda/?{query}").content.decode()
        assert more not in page
        desk.ready().give_number(desk.by("agus"), number)
    page = client.get(f"/surat/agenda/?{query}").content.decode()
    assert [number in page for number in numbers] == [False, True, True]
    assert more in page
    for text in files(client, query):
        assert all(number in text for number in numbers)
    assert page.count('href="/surat/agenda/pdf/') == 2, "offered where the series gave no number, too"


# --- what is shown


def test_every_gap_is_explained(desk, series, agus):
    letter = desk.ready()
    register.record_outside(series, 2026, 5, agus, reason="Dipakai manual")
    assert shown(agus) == [
        ("800/5/5.6.04/2026", "Dipakai manual"),
        ("Nomor urut 2–4", GIVEN_NEXT),
        (letter.number, f"Diambil {desk.by('rahman').user}, Senin 2 Maret 2026 pukul 08.00"),
    ]
    assert [register.take(series, 2026, agus).seq for _ in range(4)] == [2, 3, 4, 6]
    assert register.unexplained(series, 2026) == []


def test_a_number_taken_out_of_the_table_is_told(series, agus):
    for _ in range(3):
        register.take(series, 2026, agus)
    Number.objects.filter(seq=2).delete()
    assert register.unexplained(series, 2026) == [(2, 2)]
    assert ("Nomor urut 2", UNKNOWN) in shown(agus)


def test_it_pages_by_key_and_stays_whole(series, agus):
    register.record_outside(series, 2026, 1, agus, last=120, reason="Sebelum aplikasi dipakai")
    first = Agenda(agus, {})
    rows, address = [row.number for row in first.rows], first.older
    while address:
        following = Agenda(agus, {"sebelum": address.split("sebelum=")[1]})
        rows += [row.number for row in following.rows]
        address = following.older
        assert following.newest
    assert rows == [f"800/{n}/5.6.04/2026" for n in range(120, 0, -1)]


def test_a_print_that_is_cut_off_calls_nothing_missing(series, agus, monkeypatch):
    monkeypatch.setattr(year, "PRINTED", 2)
    for _ in range(4):
        register.take(series, 2026, agus)
    assert [row.number for row in Agenda(agus, {}).everything] == ["800/3/5.6.04/2026", "800/4/5.6.04/2026"]


@pytest.mark.parametrize(
    "asked",
    [
        {"sebelum": "9" * 30},
        {"sebelum": "-1"},
        {"seri": "x"},
        {"seri": "99999999999999999999"},
        {"tahun": "abc"},
        {"status": "zzz"},
    ],
)
def test_odd_questions_show_nothing_and_break_nothing(series, agus, asked):
    register.take(series, 2026, agus)
    assert len(Agenda(agus, asked).rows) in (0, 1)


def test_it_is_searched_and_filtered(desk, series, agus):
    letter = desk.ready()
    register.reserve(series, 2026, agus, reason="Tim bencana")
    assert [n for n, _ in shown(agus, q="bencana")] == ["800/2/5.6.04/2026"]
    assert [n for n, _ in shown(agus, q=desk.case.number)] == [letter.number]
    assert [n for n, _ in shown(agus, status="reserved")] == ["800/2/5.6.04/2026"]
    assert shown(agus, q="tidak ada") == []
    assert dict(Agenda(agus, {"status": "reserved"}).facts)["Disaring menurut"] == "Dicadangkan"
    assert "Disaring menurut" not in dict(Agenda(agus, {}).facts)


@pytest.mark.parametrize("count", [1, 3])
def test_a_constant_number_of_queries(desk, world, series, count, django_assert_num_queries):
    for _ in range(count):
        desk.ready()
    agus = world.officer("agus")
    assert agus.reach and parts_for(agus).rows
    with django_assert_num_queries(6):
        agenda = Agenda(agus, {})
        assert len(agenda.rows) == count
        assert agenda.loose == []


def test_what_a_letter_is_about_shows_only_to_its_readers(desk, world, series):
    letter = desk.ready()
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    (row,) = Agenda(world.officer("dinda"), {}).rows
    assert (row.number, row.about, row.case, row.url) == (letter.number, NOT_YOURS, "", "")
    assert Agenda(world.officer("dinda"), {"q": desk.case.number}).rows == []
    (row,) = Agenda(world.officer("agus"), {}).rows
    assert (row.about, row.case) == (letter.label, desk.case.number)


def test_why_a_letter_was_voided_shows_only_to_its_readers(desk, world, series):
    letter = desk.ready()
    letter.void(desk.by("agus"), "Salah nama, seharusnya Melati Putri")
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    for name, reads in (("dinda", False), ("agus", True)):
        client = client_of(world, name)
        told = [client.get("/surat/agenda/?tahun=2026").content.decode(), *files(client, "tahun=2026")]
        for text in told:
            assert letter.number in text
            assert "Dibatalkan" in text
            assert ("Melati" in text) is reads
        query = "tahun=2026&q=Melati"
        found = [client.get(f"/surat/agenda/?{query}").content.decode(), *files(client, query)]
        assert [letter.number in text for text in found] == [reads] * 3


def test_what_a_number_was_kept_for_is_told_with_the_letter_that_took_it(desk, world, series, agus):
    (number,) = register.reserve(series, 2026, agus, reason="SPT untuk Melati")
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    dinda = world.officer("dinda")
    assert shown(dinda, q="Melati") == [(number.text, "SPT untuk Melati")], "nobody's letter yet"
    letter = desk.proposed()
    register.promise(number, agus, letter)
    letter.initial(desk.by("rahman"))
    taken = f"Diambil {desk.by('rahman').user}, Senin 2 Maret 2026 pukul 08.00"
    assert (shown(dinda), shown(dinda, q="Melati")) == ([(number.text, taken)], [])
    assert shown(agus, q="Melati") == [(number.text, "SPT untuk Melati")]


# --- the pages


def test_the_keeper_reserves_and_the_page_shows_it(world, series):
    client = client_of(world, "agus")
    url = reverse("letters:reserve", kwargs={"series": series.pk, "year": 2026})
    page = client.get(url)
    key = page.context["form"]["_key"].value()
    sent = {"_key": key, "count": 2, "reason": "Untuk tim"}
    for _ in range(2):
        assert client.post(url, sent).status_code == 302
    assert Number.objects.count() == 2, "sent twice, done once"
    text = client.get("/surat/agenda/?tahun=2026").content.decode()
    assert "800/2/5.6.04/2026" in text
    assert "Untuk tim" in text


def test_a_refusal_keeps_what_was_typed(world, series):
    client = client_of(world, "agus")
    url = reverse("letters:outside", kwargs={"series": series.pk, "year": 2026})
    key = client.get(url).context["form"]["_key"].value()
    answer = client.post(url, {"_key": key, "first": 9, "last": 3, "reason": "Surat lama"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "tidak boleh mendahului yang pertama" in text
    assert "Surat lama" in text


def test_a_number_is_promised_and_voided_on_its_page(desk, world, series, agus):
    one, two = register.reserve(series, 2026, agus, reason="Dua SPT", count=2)
    letter = desk.proposed()
    client = client_of(world, "agus")
    url = reverse("letters:promise", kwargs={"entry": one.pk})
    page = client.get(url)
    assert letter.label in page.content.decode()
    answer = client.post(url, {"_key": page.context["form"]["_key"].value(), "letter": letter.pk})
    assert answer.status_code == 302
    url = reverse("letters:discard", kwargs={"entry": two.pk})
    key = client.get(url).context["form"]["_key"].value()
    assert client.post(url, {"_key": key, "reason": "Tidak jadi"}).status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.letter_id, two.state) == (letter.pk, Number.State.VOID)


def test_who_may_see_and_who_may_keep(desk, world, series):
    address = reverse("letters:reserve", kwargs={"series": series.pk, "year": 2026})
    assert [client_of(world, n).get(address).status_code for n in ("agus", "dewi", "sari", "tono")] == [
        200,
        200,
        403,
        404,
    ]
    assert client_of(world, "tika").get("/surat/agenda/").status_code == 403
    assert client_of(world, "sari").get("/surat/agenda/").status_code == 200
    assert "Agenda Surat Keluar" not in client_of(world, "tika").get("/surat/").content.decode()


def test_on_paper_and_as_a_spreadsheet(desk, world, series, agus):
    register.record_outside(series, 2026, 1, agus, last=2, reason='=HYPERLINK("x")')
    letter = desk.ready()
    client = client_of(world, "agus")
    answer = client.get("/surat/agenda/pdf/?tahun=2026")
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages).split())
    for part in ("AGENDA SURAT KELUAR", "Surat Perintah Tugas", letter.number, desk.case.number):
        assert part in text
    answer = client.get("/surat/agenda/xlsx/?tahun=2026")
    page = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert [row[0] for row in rows[1:]] == ["800/1/5.6.04/2026", "800/2/5.6.04/2026", letter.number]
    cell = page.cell(row=2, column=7)
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s"), "text, not a formula"
    assert "Anak 1" not in answer["Content-Disposition"]


def test_the_year_of_a_letter_decides_where_it_stands(desk, world, series):
    letter = desk.ready()
    assert letter.dated == date(2026, 3, 2)
    agenda = Agenda(world.officer("agus"), {"tahun": "2025"})
    assert agenda.rows == []
    assert Letter.objects.count() == 1
