"""The pages of a case through the front door: who gets in, what they show, what they cost."""

import inspect
import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sopcases.cases import children, history
from sopcases.cases.models import Attempt, Case, Category, Child, Paper
from sopcases.letters.models import Letter
from sopcases.people.models import Entry, Position
from sopcases.refusal import Refused
from sopcases.sops.models import Stage
from tests.cases.front_door import hidden, local, picture, report
from tests.cases.story import ordered, states
from tests.cast import appoint

pytestmark = pytest.mark.django_db

ROOM = Path(inspect.getfile(history)).parent
CONSTANT = 25
"""Queries of the case page: session, user, authority, the case with its rows and names, the navigation."""
SENT = 20
"""Queries of a POST that finishes a step, two savepoints of the test's own and their releases left out."""


@pytest.fixture
def case(today):
    """A case with a child, a paper, a note, a request: something behind every address."""
    case = today.case(verbal_order_by="Kepala Dinas", verbal_order_at=today.now - timedelta(hours=1))
    today.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with today.walk(case, "sari") as walk:
        walk.note("Bayi stabil.", today.now)
        walk.wait("1", "RSUD", today.now)
    return case


def addresses(case) -> dict[str, str]:
    """Every page of a case: address → how a may-lead officer may open it now."""
    root = f"/penanganan/{case.number}/"
    child, paper = case.children.get().child_id, case.filings.get().paper_id
    interval = case.intervals.get().pk
    return {
        "case": root,
        "reported": f"{root}tercatat/",
        "history": f"{root}riwayat/",
        "reads": f"{root}riwayat/?akses=1",
        "notes": f"{root}catatan/",
        "note_new": f"{root}catatan/baru/",
        "paper_kind": f"{root}dokumen/baru/",
        "paper_new": f"{root}dokumen/baru/?jenis={Paper.objects.get(pk=paper).kind_id}",
        "void": f"{root}dokumen/{paper}/batalkan/",
        "answer": f"{root}menunggu/{interval}/",
        "hold": f"{root}tunda/",
        "stop": f"{root}hentikan/",
        "hand_over": f"{root}limpahkan/",
        "close": f"{root}tutup/",
        "assign": f"{root}petugas/",
        "child_new": f"{root}anak/baru/",
        "child": f"{root}anak/{child}/",
        "child_edit": f"{root}anak/{child}/ubah/",
        "place": f"{root}anak/{child}/keberadaan/",
        "leave": f"{root}anak/{child}/hasil-akhir/",
        "step": f"{root}langkah/1/",
        "ahead": f"{root}mendahului/",
        "early": f"{root}langkah/6/?dahulu=1",
        "later": f"{root}langkah/9/",
        "waive": f"{root}langkah/1/menyusul/?jenis=1",
    }


def test_every_page_opens_for_the_entitled_and_for_nobody_else(desk, today, case):
    lead, stranger, admin, aside = desk("dewi"), desk("tono"), desk("ani"), desk("rina")
    for name, url in addresses(case).items():
        lead.get(url)
        for person in (stranger, admin, aside):
            assert person.client.get(url).status_code == 404, name
            assert person.client.post(url).status_code == 404, name


def test_a_plh_finds_the_pages_while_he_is_one(desk, today, case):
    head = Position.objects.get(agency=today.home, name="Kepala Dinas")
    first = today.now.date() - timedelta(days=1)
    appoint(today.rina, head, "plh", first, first + timedelta(days=3))
    desk("rina").get(f"/penanganan/{case.number}/")
    today.rina.appointments.filter(position=head).update(valid_until=first)
    desk("rina").get(f"/penanganan/{case.number}/", 404)


def test_who_may_read_but_not_act_reads_why(desk, today, case):
    root = f"/penanganan/{case.number}/"
    sari = desk("sari")
    for path in ("tunda/", "hentikan/", "limpahkan/", "tutup/", "petugas/", "langkah/1/menyusul/?jenis=1"):
        page = sari.text(root + path, 403)
        assert "berwenang" in page, path
        sari.post(root + path, 403)
    budi = desk("budi")
    assert "bukan tugas jabatan Anda" in budi.text(f"{root}langkah/1/")
    assert 'value="submit"' not in budi.text(f"{root}langkah/1/")
    budi.post(f"{root}langkah/1/", 403, _key="0c6c1ac2-0000-4000-8000-000000000001")


def test_wrong_ids_of_other_cases_are_not_found(desk, today, case):
    other = today.case()
    paper = today.file(other, "Laporan Sosial", "sari", stage=Stage.READY)
    child = other.children.get().child_id
    root = f"/penanganan/{case.number}/"
    sari = desk("sari")
    for path in (
        f"anak/{child}/",
        f"anak/{child}/ubah/",
        f"dokumen/{paper.pk}/batalkan/",
        "menunggu/999999/",
        "langkah/10/",
        f"langkah/1/anak/{child}/",
        "langkah/1/masa/2026-01-01/",
        "langkah/1/masa/2026-13-01/",
        "langkah/1/anak/99999999999999999999/",
    ):
        sari.get(root + path, 404)
    sari.get("/berkas/999999/", 404)
    sari.get("/foto/999999/", 404)


def test_the_first_report_opens_a_case_with_its_child(desk, today):
    sari = desk("sari")
    sent = sari.send(
        "/penanganan/laporan-awal/", **report(today), photos=[picture("a.jpg"), picture("b.jpg")]
    )
    case = Case.objects.get()
    assert sent.headers["Location"] == f"/penanganan/{case.number}/foto/keterangan/?laporan=1"
    child = Child.objects.get()
    assert child.birth_until - child.birth_from <= timedelta(days=31)
    assert child.whereabouts.get().place == "RSUD Kota"
    assert case.photos.count() == 2
    led = sari.send(sent.headers["Location"]).headers["Location"]
    assert led == f"/penanganan/{case.number}/tercatat/"
    page = sari.text(led)
    assert case.number in page and "Kasi menerima Lapran Sosial" in page
    page = sari.text(f"/penanganan/{case.number}/")
    for text in ("RSUD Kota", "Perempuan", "Laporan awal", "Temuan", "Perintah lisan", "Laporan Sosial"):
        assert text in page


def test_a_report_may_name_the_category_of_the_office(desk, today):
    sari, kind = desk("sari"), today.home.categories.first()
    other = Category.objects.create(
        agency=next(a for a in today.agencies.values() if a != today.home), name="Lain"
    )
    sari.send("/penanganan/laporan-awal/", 422, **report(today, category=str(other.pk)))
    sari.send("/penanganan/laporan-awal/", **report(today, category=str(kind.pk)))
    assert Child.objects.latest("pk").category == kind


def test_a_refused_report_keeps_what_was_typed_and_opens_nothing(desk, today):
    sari = desk("sari")
    late = report(today, event_at=local(today.now + timedelta(days=1)), place="Gang <Melati>")
    page = sari.send("/penanganan/laporan-awal/", 422, **late).content.decode()
    assert "Waktu kejadian tidak boleh di masa depan." in page
    assert "Gang &lt;Melati&gt;" in page and "<title>Kesalahan: " in page
    page = sari.send(
        "/penanganan/laporan-awal/", 422, **report(today, where_now="", route="")
    ).content.decode()
    assert "Isi di mana anak sekarang berada." in page
    for moment in ("0001-01-01T00:00", "9999-12-31T23:59", "besok", "x" * 10_000):
        sari.send("/penanganan/laporan-awal/", 422, **report(today, event_at=moment))
    assert not Case.objects.exists() and not Child.objects.exists()


def test_a_report_sent_twice_opens_one_case(desk, today):
    sari = desk("sari")
    first = sari.send("/penanganan/laporan-awal/", **report(today))
    form = dict(report(today), _key=re.search(r"[0-9a-f-]{36}", str(first.wsgi_request.POST["_key"]))[0])
    again = sari.post("/penanganan/laporan-awal/", **form)
    assert again.headers["Location"] == first.headers["Location"]
    assert Case.objects.count() == 1


def test_searching_keeps_the_form_and_takes_up_a_known_child(desk, today, case):
    child = case.children.get().child
    sari = desk("sari")
    page = sari.post(
        "/penanganan/laporan-awal/", 200, **report(today), action="search", q=child.name.lower()
    ).content.decode()
    assert child.name in page and "Teras masjid" in page and "Kesalahan" not in page
    url = f"/penanganan/laporan-awal/?anak={child.pk}"
    assert "sudah terdata" in sari.text(url)
    page = sari.send(url, 422, **report(today)).content.decode()
    assert f"sedang dalam penanganan {case.number}" in page
    assert Case.objects.count() == 1


def test_odd_characters_find_nothing_and_break_nothing(desk, case):
    sari = desk("sari")
    for odd in ("%00", f"{case.number}%00", "%ED%A0%80", "a%20b", "x" * 41, "'"):
        for path in ("", "riwayat/", "surat/baru/"):
            sari.get(f"/penanganan/{odd}/{path}", 404)
    page = sari.post("/penanganan/laporan-awal/", 200, action="search", q="Melati\0").content.decode()
    assert 'class="invalid-feedback d-block"' in page and "Hasil pencarian" not in page
    sari.post("/anak/cari/", 422, q="Melati\0")
    sari.post("/anak/cari/", 422)


def test_a_running_case_is_named_only_to_who_may_read_it(desk, today, case):
    child = today.child("Melati", by="rina")
    with today.walk(case, "sari") as walk:
        walk.join(child)
    refuse = partial(children.refuse_twice, child=child)
    with transaction.atomic(), pytest.raises(Refused, match=f"sedang dalam penanganan {case.number}"):
        refuse(today.officer("sari"))
    with transaction.atomic(), pytest.raises(Refused, match=r"pernah ditangani\. Hubungi Dinsos") as refused:
        refuse(today.officer("rina"))
    assert case.number not in " ".join(refused.value.sentences)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked, pytest.raises(Refused):
        refuse(today.officer("sari"))
    if connection.features.has_select_for_update:
        assert any("FOR UPDATE" in query["sql"] for query in asked)


def test_a_child_of_somebody_elses_case_shows_only_whom_to_ask(desk, today, case):
    secret = today.child("Rahasia Sekali", by="budi")
    page = desk("sari").post("/anak/cari/", 200, q="rahasia").content.decode()
    assert "pernah ditangani" in page and "Dinsos Tanjungpinang" in page
    assert "Rahasia Sekali" not in page
    desk("sari").get(f"/penanganan/laporan-awal/?anak={secret.pk}", 422)
    page = desk("tono").post("/anak/cari/", 200, q="rahasia").content.decode()
    assert "Tidak ada anak" in page
    data = str(list(Entry.objects.filter(verb="child.searched").values_list("data", flat=True)))
    assert "ahasia" not in data and "hits" in data


NASTY = '"><script>alert(1)</script>{{ 7*7 }}'


def test_nothing_typed_becomes_markup(desk, today):
    sari = desk("sari")
    texts = dict.fromkeys(
        ("place", "reporter", "circumstances", "where_now", "name", "health", "age_how", "verbal_order_by"),
        NASTY,
    )
    sari.send("/penanganan/laporan-awal/", **report(today, **texts, reporter_phone=NASTY[:40]))
    case = Case.objects.get()
    root = f"/penanganan/{case.number}/"
    sari.send(f"{root}catatan/baru/", text=NASTY, happened_at=local(today.now))
    sari.send(f"{root}langkah/1/tunggu/", party=NASTY, since=local(today.now))
    desk("dewi").send(f"{root}tunda/", reason=NASTY)
    child = case.children.get().child_id
    for path in (
        "",
        "tercatat/",
        "riwayat/",
        "catatan/",
        f"anak/{child}/",
        f"anak/{child}/ubah/",
        "langkah/1/",
    ):
        page = sari.text(root + path)
        assert "<script>alert" not in page


def test_no_name_in_titles_addresses_file_names_and_the_journal(desk, today):
    sari = desk("sari")
    sari.send("/penanganan/laporan-awal/", **report(today, name="Zulaikha Permata"), photos=picture())
    case = Case.objects.get()
    child = case.children.get().child_id
    root = f"/penanganan/{case.number}/"
    sari.send(f"{root}langkah/1/", action="later", acted_at=local(today.now), acted_by=today.sari.pk)
    sari.send(
        f"{root}anak/{child}/ubah/",
        name="Zulaikha Permata Sari",
        nik="2172 0152 0101 0001",
        birth_from="",
        birth_until="",
        aliases="Ika, Upik",
    )
    for path in ("", f"anak/{child}/", f"anak/{child}/ubah/", "langkah/1/", "riwayat/"):
        page = sari.text(root + path)
        assert "Zulaikha" not in re.search(r"<title>(.*?)</title>", page, re.S)[1]
        assert "Z. P." in page
        assert "Zulaikha" not in " ".join(re.findall(r'href="([^"]*)"', page))
    assert "Zulaikha Permata Sari" in sari.text(f"{root}anak/{child}/")
    kept = " ".join(str(row) for row in Entry.objects.values_list("verb", "data", "acting_title"))
    assert "Zulaikha" not in kept and "2172" not in kept
    assert "2172015201010001" not in sari.text(f"{root}anak/{child}/")
    assert "••••0001" in sari.text(f"{root}anak/{child}/")


def test_files_leave_only_through_the_gate_under_a_neutral_name(desk, today, case):
    sari = desk("sari")
    root = f"/penanganan/{case.number}/"
    kind = today.kind("Surat Terlantar").pk
    sari.send(
        f"{root}dokumen/baru/?jenis={kind}", file=[picture("Anak 1.jpg"), picture("b.jpg")], number="R/1"
    )
    paper = Paper.objects.get(kind=kind)
    sari.send(f"{root}catatan/baru/", text="Foto", happened_at=local(today.now), photos=picture("Anak 1.jpg"))
    photo = case.photos.get()
    answer = sari.get(f"/berkas/{paper.pk}/")
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="surat-terlantar-{case.number}-{paper.pk}.pdf"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"] and answer.content.startswith(b"%PDF")
    assert sari.get(f"/foto/{photo.pk}/").headers["Content-Type"] == "image/jpeg"
    for name in ("tono", "ani", "rina"):
        desk(name).get(f"/berkas/{paper.pk}/", 404)
        desk(name).get(f"/foto/{photo.pk}/", 404)
    verbs = Entry.objects.filter(actor=today.sari, verb__endswith=".read").values_list("verb", flat=True)
    assert {"paper.read", "photo.read"} <= set(verbs)
    assert "Mengunduh Surat Terlantar" in sari.text(f"{root}riwayat/?akses=1")
    with paper.file.storage.open(paper.file.name, "r+b") as stored:
        stored.seek(20)
        stored.write(b"X")
    assert "tidak lagi sama" in sari.text(f"/berkas/{paper.pk}/", 422)


def test_reading_is_logged_once_a_page(desk, today, case):
    sari = desk("sari")
    child = case.children.get().child_id
    for url, verb in (
        (f"/penanganan/{case.number}/", "case.read"),
        (f"/penanganan/{case.number}/anak/{child}/", "child.read"),
        (f"/penanganan/{case.number}/anak/{child}/ubah/", "child.read"),
    ):
        before = Entry.objects.filter(verb=verb).count()
        sari.get(url)
        assert Entry.objects.filter(verb=verb).count() == before + 1


def filled(world, case, number) -> None:
    """So many children, papers, notes and photos in a case."""
    for n in range(number):
        with world.walk(case, "sari") as walk:
            child = world.child(f"Anak ke-{n}")
            walk.join(child)
            walk.place(child.pk, f"Tempat {n}", world.now)
            walk.note(f"Catatan {n}", world.now, child.pk)
        world.file(case, "Surat Pernyataan", "sari")


@pytest.mark.parametrize("number", [1, 3])
def test_the_case_page_costs_the_same_whatever_it_holds(desk, today, number):
    case = today.case(children=0)
    filled(today, case, number)
    sari = desk("sari")
    url = f"/penanganan/{case.number}/"
    sari.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sari.get(url)
    assert len(queries) == CONSTANT, "\n".join(q["sql"][:160] for q in queries)


@pytest.mark.parametrize("number", [1, 3])
def test_the_step_page_costs_the_same_whatever_the_case_holds(desk, today, number):
    case = today.case(children=0)
    filled(today, case, number)
    sari = desk("sari")
    url = f"/penanganan/{case.number}/langkah/1/"
    sari.get(url)
    with CaptureQueriesContext(connection) as queries:
        sari.get(url)
    assert len(queries) == 18, "\n".join(q["sql"][:160] for q in queries)


@pytest.mark.parametrize("number", [1, 3])
def test_sending_a_step_costs_the_same_whatever_the_case_holds(desk, today, number):
    case = today.case(children=0)
    filled(today, case, number)
    ordered(today, case)
    today.file(case, "Surat Terlantar", output="4/surat-terlantar")
    sari = desk("sari")
    url = f"/penanganan/{case.number}/langkah/4/"
    form = hidden(sari.get(url)) | {"acted_at": local(today.now), "acted_by": today.sari.pk}
    with CaptureQueriesContext(connection) as queries:
        sari.post(url, **form)
    assert states(case, "4") == ["done"] and states(case, "5") == ["open"]
    sent = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) == SENT, "\n".join(sql[:160] for sql in sent)


def test_every_verb_written_has_its_sentence():
    written = set()
    for room in ("cases", "letters"):
        for source in (ROOM.parent / room).rglob("*.py"):
            text = source.read_text()
            written |= set(re.findall(r'\.log\(\s*"([a-z_.]+)"', text))
            written |= set(re.findall(r'log_read\(\s*request,\s*"([a-z_.]+)"', text))
            if room == "letters":
                written |= {f"letter.{verb}" for verb in re.findall(r'\.tell\(\s*by,\s*"([a-z_]+)"', text)}
            written |= set(
                re.findall(r'journal\.write\(\s*[\w.]+,\s*"((?:case|child|paper|photo)\.[a-z_]+)"', text)
            )
    assert len(written) > 30
    assert written <= set(history.SENTENCES), written - set(history.SENTENCES)


def test_every_word_of_a_sentence_is_looked_up_and_no_other():
    used = {word for text in history.SENTENCES.values() for word in re.findall(r"{(\w+)}", text)}
    assert used == set(history.WORDS)


def test_two_editors_get_a_conflict_page_that_keeps_the_text(desk, today, case):
    sari, agus = desk("sari"), desk("agus")
    url = f"/penanganan/{case.number}/langkah/1/"
    first = sari.get(url)
    form = hidden(first)
    agus.send(url, action="later", acted_at=local(today.now), acted_by=today.sari.pk, note="Dari Agus")
    late = sari.post(
        url,
        409,
        **{
            **form,
            "action": "submit",
            "acted_at": local(today.now),
            "acted_by": today.sari.pk,
            "note": "Dari Sari",
        },
    )
    assert "Dari Sari" in late.content.decode()
    assert Attempt.objects.get(case=case, step__key="1").note == "Dari Agus"
    child = case.children.get().child_id
    url = f"/penanganan/{case.number}/anak/{child}/ubah/"
    form = hidden(sari.get(url))
    agus.send(url, name="Nama dari Agus")
    late = sari.post(url, 409, **{**form, "name": "Nama dari Sari"})
    assert "Nama dari Sari" in late.content.decode()
    assert Child.objects.get(pk=child).name == "Nama dari Agus"


def test_a_step_sent_twice_is_recorded_once(desk, today, case):
    sari = desk("sari")
    url = f"/penanganan/{case.number}/langkah/1/"
    sent = sari.send(url, action="submit", acted_at=local(today.now), acted_by=today.sari.pk)
    form = {name: sent.wsgi_request.POST.getlist(name) for name in sent.wsgi_request.POST}
    lines = Entry.objects.filter(verb="step.handed").count()
    again = sari.post(url, **form)
    assert again.headers["Location"] == sent.headers["Location"]
    assert Entry.objects.filter(verb="step.handed").count() == lines == 1


def test_no_page_changes_anything_when_it_is_opened(desk, today, case):
    lead = desk("dewi")
    lead.get(f"/penanganan/{case.number}/")
    before = Case.objects.get(pk=case.pk).version, Attempt.objects.count(), Paper.objects.count()
    acts = Entry.objects.exclude(verb__endswith=".read").count()
    for url in addresses(case).values():
        lead.get(url)
    assert (Case.objects.get(pk=case.pk).version, Attempt.objects.count(), Paper.objects.count()) == before
    assert Entry.objects.exclude(verb__endswith=".read").count() == acts


def test_a_letter_drafted_here_leads_to_its_own_page(desk, today, case):
    kind = today.kind("Surat Perintah Tugas")
    agus, root = desk("agus"), f"/penanganan/{case.number}/"
    with today.walk(case, "agus") as walk:
        output = today.output(walk, "2/spt")
    offered = f"{root}surat/baru/?jenis={kind.pk}&amp;keluaran={output}"
    assert offered in agus.text(f"{root}langkah/2/?dahulu=1")
    letter = Letter.draft(case, today.officer("agus"), kind, {"purpose": "Koordinasi"}, output_id=output)
    page = agus.text(f"{root}langkah/2/?dahulu=1")
    assert offered not in page and f"/berkas/{letter.paper_id}/" in page
    assert agus.get(f"/berkas/{letter.paper_id}/", 302).headers["Location"] == f"/surat/{letter.pk}/"
    desk("tono").get(f"/berkas/{letter.paper_id}/", 404)
