"""One field for everything: each finds what he may see, by any spelling, at any size, and nobody more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.desk.search import SHOWN, Search
from sopcases.letters.models import IncomingLetter, Letter, Number, Series
from sopcases.letters.saying import INDEXES
from sopcases.people.models import Area, Entry, Position
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(world):
    """`find("sari", "budi")`: group → titles; children by the name shown."""

    def ask(name: str, text: str) -> dict[str, list[str]]:
        search = Search(world.officer(name), text)
        found = {group.title: [hit.title for hit in group.hits] for group in search.groups}
        if search.children:
            found["Anak"] = [hit.child.called if hit.child else hit.contact for hit in search.children]
        return found

    return ask


@pytest.fixture
def child_of(world):
    def make(name: str, **facts):
        case = world.case(children=0)
        with world.walk(case, "sari") as walk:
            walk.join(world.child(name, **facts))
        return case

    return make


@pytest.fixture
def came(world):
    """A letter that came, entered by Agus."""

    def record(**facts) -> IncomingLetter:
        told = {"sender": "Camat Bukit Bestari", "about": "Usulan bantuan", "number": "005/77/BB"}
        told |= {"urgency": "ordinary", "confidential": False} | facts
        told |= {"received_on": world.now.date(), "dated": world.now.date()}
        return IncomingLetter.record(world.officer("agus"), **told)

    return record


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Soekarno Poetra", "sukarno putra"),
        ("Djoko Tjahjono", "joko cahyono"),
        ("Muhammad Rizky", "Moch. Riski"),
        ("Muhammad Rizky", "Muh riz"),
        ("Mohd. Sjarif", "muhammad syarif"),
        ("Annisa Nurr", "anisa nur"),
        ("Njoman Soerja", "nyoman surya"),
    ],
)
def test_a_child_by_any_spelling(find, child_of, name, asked):
    child_of(name)
    child_of("Orang Lain")
    assert find("sari", asked) == {"Anak": [name]}


def test_a_case_by_the_end_of_its_number(world, find, child_of):
    case = child_of("Melati")
    assert find("dewi", "0001")["Penanganan"] == [f"{case.sop.noun} {case.number}"]
    (group,) = Search(world.officer("dewi"), case.number.lower()).groups
    assert group.hits[0].facts[0] == "Melati"
    assert group.hits[0].url == f"/penanganan/{case.number}/"


def test_a_letter_by_what_it_is_about_and_by_its_number(world, find, report, spt):
    letter = spt(report(world.case()))
    kind = letter.paper.kind.name
    Letter.objects.filter(pk=letter.pk).update(number="800.1.11/12/5.3.02/2026")
    for asked in ("koordin", "800.1.11/12", "KOORDINASI 5.3.02"):
        assert find("dewi", asked)["Surat"] == [kind]
    assert "Surat" not in find("dewi", "koordinasi 9.9.99")
    assert find("dewi", "ko") == {}, "too short to be looked up"


def test_a_letter_by_its_place_in_the_register(world, find, report, spt):
    letter = spt(report(world.case()))
    series = Series.objects.filter(agency=world.home).first()
    row = Number.objects.create(
        series=series, year=world.now.year, seq=12, text="12", letter=letter, at=world.now, by=world.sari
    )
    assert find("dewi", "12") == find("dewi", "0012") == {"Surat": [letter.paper.kind.name]}
    assert find("dewi", "13") == {}
    Number.objects.filter(pk=row.pk).update(year=world.now.year - 2)
    assert find("dewi", "12") == {}, "older registers are looked through on the list of letters"


def test_a_letter_that_came(find, came):
    letter = came()
    for asked in ("camat", "usul bant", "005/77", str(letter.seq)):
        assert find("budi", asked)["Surat masuk"] == [str(letter)]


def test_a_confidential_one_only_to_whom_it_concerns(find, came):
    came(confidential=True, about="Laporan kekerasan")
    assert find("budi", "kekerasan") and find("agus", "kekerasan")
    assert find("dewi", "kekerasan") == find("sari", "kekerasan") == {}


def test_an_sop_by_its_name_and_by_a_step(find):
    assert find("sari", "jalanan")["SOP"] == ["Anak Jalanan"]
    assert find("sari", "menerima lapran sosial")["SOP"] == ["Bayi-Balita Terlantar"]
    assert "SOP" not in find("sari", "menerima zzzz") and "SOP" not in find("tono", "jalanan")


def test_strangers_find_nothing(world, find, report, spt, came, child_of):
    letter, case, incoming = spt(report(world.case())), child_of("Melati Putri"), came()
    Letter.objects.filter(pk=letter.pk).update(number="800/12")
    for text in ("melati", case.number, "koordinasi", "800/12", "camat", str(incoming.seq)):
        assert not {"Anak", "Surat", "Surat masuk", "Penanganan"} & set(find("tono", text))


def test_whose_file_one_may_not_open_is_only_said_to_be_known(world, find, child_of):
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    case = child_of("Melati Putri")
    (contact,) = find("dinda", "melati")["Anak"]
    assert "Melati" not in contact and find("dinda", case.number) == {}


def test_a_partner_outside_finds_what_lies_in_his_area(world, find):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    mine, other = (
        world.case("anak-terlantar-luar-panti", by="yuli", area=area, children=0) for area in (here, there)
    )
    assert find("tika", mine.number)["Penanganan"]
    assert "Penanganan" not in find("tika", other.number)


def test_the_journal_keeps_that_one_searched_and_not_for_what(world, find, child_of):
    child_of("Melati Putri")
    find("sari", "melati")
    entry = Entry.objects.filter(verb="child.searched").latest("id")
    assert entry.data == {"hits": 1}


# --- the page


def test_by_post_alone_with_the_field_on_every_page(sign_in, child_of):
    child_of("Melati <script>alert(1)</script>")
    client = sign_in("sari")
    assert 'action="/cari/"' in client.get("/").content.decode()
    page = client.get("/cari/", {"q": "melati"}).content.decode()
    assert "Melati" not in page and "melati" not in page
    answer = client.post("/cari/", {"q": "melati"})
    page = answer.content.decode()
    assert answer.status_code == 200 and answer.headers["Cache-Control"].startswith("no-store")
    assert "Melati &lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert "Tidak ditemukan" in client.post("/cari/", {"q": "zulaikha"}).content.decode()


def test_nothing_typed_is_said_so(sign_in):
    answer = sign_in("sari").post("/cari/", {"q": "  "})
    assert answer.status_code == 422
    assert answer.content.decode().count("Ketik apa yang dicari: nama, nomor, atau kata.") == 2


def test_more_than_the_page_shows_is_said_so(world, sign_in):
    for _ in range(SHOWN + 1):
        world.case(children=0)
    page = sign_in("dewi").post("/cari/", {"q": "BBT"}).content.decode()
    assert f"{SHOWN}+" in page and "Masih ada yang lain" in page


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_the_same_whatever_it_finds(world, sign_in, report, spt, came, count):
    for _ in range(count):
        spt(report(world.case()))
        came(about="Koordinasi")
    client = sign_in("dewi")
    for text, queries in (("koordinasi", 13), ("BBT", 13)):
        with CaptureQueriesContext(connection) as asked:
            assert client.post("/cari/", {"q": text}).status_code == 200
        assert len(asked) == queries, "\n".join(q["sql"][:120] for q in asked)


# --- the indexes of PostgreSQL


@pytest.mark.parametrize(
    ("rows", "text", "index"),
    [
        (Letter.objects, "800.1.11/77", "letter_says_number"),
        (Letter.objects, "kunjungan", "letter_says_purpose"),
        (IncomingLetter.objects, "camat", "incoming_says"),
    ],
)
def test_texts_of_letters_are_found_by_an_index(world, rows, text, index):
    """Also where the planner thinks little of it: the empty tables of a test."""
    found = rows.saying(text, [2026]).values_list("pk").order_by()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
            assert index not in {name for (name,) in cursor.fetchall()}
            return
        assert index in INDEXES
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, parameters = found.query.sql_with_params()
        cursor.execute("EXPLAIN " + sql, parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        assert f"Bitmap Index Scan on {index}" in plan, plan
