"""What somebody may type to do harm, through every page, paper, feed, mail and file of the desk."""

import csv
import io

import openpyxl
import pytest
from django.core import mail
from django.core.management import call_command
from icalendar import Calendar
from pypdf import PdfReader

from sopcases.cases import sessions
from sopcases.cases.walk import Leave, roll
from sopcases.desk import reminding
from sopcases.desk.figures.reckoning import reckon
from sopcases.people.models import Area
from tests.cases.front_door import hidden
from tests.cases.story import children, done
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import at
from tests.desk.test_evaluation import PAGE, sent

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
TEXTS = {
    "markup": f"{SCRIPT}<img src=x onerror=alert(1)>\"'&",
    "formula": '=HYPERLINK("http://contoh";"klik")',
    "turned": "\u202egnitnuy\u2066 \u200f\u200b",
    "long": "W" * 10_000,
    "emoji": "👶🏽 anak 𝕏 ﷽",
    "lines": "baris\r\nBcc: lain@contoh.example\r\n\r\nisi;BEGIN:VEVENT",
}


@pytest.fixture(params=TEXTS)
def text(request) -> str:
    return TEXTS[request.param]


@pytest.fixture
def hostile(world, text):
    """The text wherever the office types one: child, place, party, reason, area, an officer's own name."""
    area = world.home.areas.first()
    Area.objects.filter(pk=area.pk).update(name=text[:100])
    world.sari.name = text[:150]
    world.sari.email = "sari@dinsos.example"
    world.sari.save()
    case = world.case(children=0, place=text[:300], area=area)
    child = world.child(text[:150])
    leave = Leave(world.kind("Laporan Sosial").pk, text[:2000], world.now.date())
    done(world, case, "sari", lambda w: w.join(child))
    done(world, case, "sari", lambda w: w.place(child.pk, text[:200], world.now))
    done(world, case, "dewi", lambda w: w.waive("1", leave))
    done(world, case, "sari", lambda w: w.wait("1", text[:150], world.now))
    reckon(world.home, world.now)
    return case


@pytest.fixture
def held(world, hostile, text):
    """And in a session: where it was held, and why a child did not come."""
    case, child = on_the_street(world, 1), world.child(text[:150])
    done(world, case, "sari", lambda w: w.join(child))
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    world.now = at("2026-04-09 10:00")
    roll(world.now)
    told = {
        "held_at": world.now,
        "place": text[:200],
        "present": {children(case)[0]},
        "absent": {child.pk: text[:300]},
    }
    april = at("2026-04-01 00:00").date()
    sessions.hold(case.sop, "5", april, world.officer("sari"), **told)
    return case


def harmless(page) -> str:
    assert page.status_code == 200, page.status_code
    shown = page.content.decode()
    assert SCRIPT not in shown and "<img src=x" not in shown
    return shown


def printed(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_on_the_pages_of_the_desk_it_is_text(world, hostile, sign_in, text):
    client = sign_in("dewi")
    desk, sop = f"/pegawai/{world.sari.pk}/", hostile.revision
    for url in ("/", "/laporan/", "/laporan/anak/", "/penanganan/", "/kalender/", "/pegawai/", "/pengingat/"):
        harmless(client.get(url))
    for url in (desk, f"{desk}alihkan/", f"/sop/{sop.sop.slug}/revisi/{sop.no}/berjalan/"):
        harmless(client.get(url))
        harmless(client.get(url, {"jabatan": text[:200] + "\0", "sebelum": text[:200]}))
    harmless(client.get("/laporan/anak/", {"tempat": text[:200] + "\0"}))
    for field in ("q", "status", "sop", "langkah", "pihak", "petugas", "dibuka", "sebelum"):
        harmless(client.get("/penanganan/", {field: text[:200] + "\0"}))
    for field in ("revisi", "tahun"):
        harmless(client.get("/laporan/", {field: text[:200] + "\0"}))
    for field in ("tahun", "bulan", "hanya", "kelengkapan", "sebelum"):
        harmless(client.get("/laporan/langkah/bayi-balita-terlantar/1/1/", {field: text[:200] + "\0"}))
    for said in (text[:60], "\0", text):
        assert client.post("/cari/", {"q": said}).status_code in (200, 422)
        assert SCRIPT not in client.post("/cari/", {"q": said}).content.decode()


def test_in_an_evaluation_page_and_paper_it_is_text(hostile, sign_in, text):
    client = sign_in("dewi")
    page = client.get(PAGE)
    harmless(page)
    action = text[:2000]
    answer = client.post(PAGE, sent(page, **{"s1-action": action, "s1-proposal": text[:100]}))
    assert answer.status_code == 422 and SCRIPT not in answer.content.decode()
    assert client.post(PAGE, sent(page, **{"s1-action": f"{action}\0"})).status_code == 422
    assert client.post(PAGE, sent(page, **{"s1-action": text + "W" * 2000})).status_code == 422
    assert client.post(PAGE, sent(page, **{"s1-action": action})).status_code == 302
    harmless(client.get(PAGE))
    harmless(client.get(f"{PAGE}selesai/"))
    paper = client.get(f"{PAGE}pdf/").content
    assert paper.startswith(b"%PDF") and b"/JavaScript" not in paper and b"/URI" not in paper
    if text.startswith("<"):
        assert SCRIPT in printed(paper).replace("\n", "")


def test_in_calendar_feed_and_mail_it_says_nothing_of_its_own(world, hostile, sign_in, text):
    client = sign_in("sari")
    page = client.post("/saya/kalender/")
    feed = "/kalender/" + page.context["address"].rpartition("/kalender/")[2]
    made = client.get(feed).content
    events = Calendar.from_ical(made).walk("VEVENT")
    assert made.count(b"BEGIN:VEVENT") == len(events)
    assert text[:40].encode() not in made and SCRIPT.encode() not in made
    for day in ("2026-03-04 06:30", "2026-03-05 06:30"):
        reminding.remind(at(day))
    world.now = at("2026-03-05 07:00")
    call_command("remind")
    assert mail.outbox
    for letter in mail.outbox:
        assert "\n" not in letter.subject and letter.to == letter.recipients()
        assert not getattr(letter, "alternatives", None), "plain text: nothing in it is markup"
        assert text[:40] not in letter.body.replace(world.sari.name, ""), "but for his own name"
    harmless(sign_in("sari").get("/pengingat/"))


REPORTS = ("register/kasus/", "register/anak/", "register/kehadiran/", "rekap/", "rekap/spm/")


@pytest.mark.parametrize("ending", ["xlsx", "csv", "pdf"])
def test_in_files_it_is_a_text_that_nothing_computes(held, sign_in, text, ending):
    client = sign_in("dewi")
    for page in (f"/laporan/{report}" for report in REPORTS):
        harmless(client.get(page))
        form = hidden(client.get(page)) | {"bentuk": ending, "nama": "on"}
        url = client.post("/laporan/unduhan/baru/", form).url
        harmless(client.get(url))
        answer = client.get(f"{url}berkas/")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].isascii() and text[:5] not in str(answer.headers)
        if ending == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
            assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
        elif ending == "csv":
            rows = list(
                csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
            )
            assert "register" not in page or any(held.number in row for row in rows), page
            assert not any(cell.startswith(("=", "+", "@", "\t", "\r", "\n")) for row in rows for cell in row)
        else:
            assert b"/JavaScript" not in answer.content and printed(answer.content)
