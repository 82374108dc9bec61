"""The pages on which a file is uploaded and what was read of it confirmed."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sopcases.people.models import Entry, Position
from sopcases.sops import intake_rows
from sopcases.sops.models import Intake, PaperKind, Revision
from tests.sops import office_files as office

UPLOAD = "/sop/berkas/unggah/"


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def ani(world) -> Client:
    client = Client()
    client.force_login(world.ani, backend="sopcases.people.backends.OfficerBackend")
    return client


def shown(response) -> dict[str, str | list[str]]:
    """What a browser would send of the opened's form as it stands."""
    form = response.context["form"]
    sent = {}
    for bound in form:
        value = form.get_initial_for_field(bound.field, bound.name) if not form.is_bound else bound.value()
        value = bound.field.prepare_value(value)
        if value not in (None, False):
            text = "on" if value is True else str(value)
            # A browser ends lines in its own way, and an input of one line has none.
            of_lines = isinstance(bound.field.widget, forms.Textarea)
            sent[bound.html_name] = text.replace("\n", "\r\n" if of_lines else "")
    return sent


def upload(client, content=None, name="sop.docx"):
    opened = client.get(UPLOAD)
    key = shown(opened)["_key"]
    file = SimpleUploadedFile(name, office.word_file() if content is None else content)
    return client.post(UPLOAD, {"_key": key, "file": file})


@pytest.fixture
def opened(ani):
    response = upload(ani)
    assert response.status_code == 302
    return ani.get(response.url)


def send(ani, opened, **changes):
    sent = shown(opened) | {path.replace("__", "/"): value for path, value in changes.items()}
    return ani.post(opened.request["PATH_INFO"], sent)


def test_an_upload_is_read_and_waits_to_be_confirmed(ani, opened):
    html = opened.content.decode()
    assert opened.status_code == 200
    assert "tabel 1, baris 4, kolom 6" in html and "<mark>1 jam</mark>" in html
    assert "Meragukan, periksa" in html
    assert not Revision.objects.filter(state="draft").exists()
    assert "Sudah ada: anak-jalanan, bayi-balita-terlantar." in html, "else a revision becomes another SOP"
    assert "Pelayanan Surat Keterangan" in ani.get(UPLOAD).content.decode()


def test_confirming_as_it_stands_makes_the_draft(ani, opened):
    response = send(ani, opened)

    revision = Revision.objects.get(state="draft")
    assert response.status_code == 302 and response.url == f"/admin/sops/revision/{revision.pk}/change/"
    assert [s.time for s in revision.steps.all()] == ["10 menit", "1 jam"]
    source = Intake.objects.get()
    assert source.revision == revision and source.confirmed_by.username == "ani"
    assert not Position.objects.filter(proposed=True).exists(), "confirmed by a person"
    assert not PaperKind.objects.filter(proposed=True).exists()
    assert not any("kept" in place for place in source.trace.values())


def test_corrections_mappings_and_what_is_left_out(ani, opened, world):
    kasi = Position.objects.get(agency=world.home, name="Kasi")
    unknown = opened.context["form"].unknown
    lurah = unknown["position"].index("Lurah")
    receipt = unknown["paper"].index("Tanda terima")
    known = PaperKind.objects.filter(agency=world.home).first()
    send(
        ani,
        opened,
        steps__1__time="2 jam",
        steps__0__performers__0__part="receives",
        name="Surat Keterangan Domisili",
        created_on="2026-01-05",
        legal_basis="Peraturan satu\r\n\r\nPeraturan dua",
        notes__0__drop="on",
        **{f"position__{lurah}": str(kasi.pk), f"paper__{receipt}": str(known.pk)},
    )

    revision = Revision.objects.get(state="draft")
    first, second = revision.steps.all()
    assert (second.time, revision.name, str(revision.created_on)) == (
        "2 jam",
        "Surat Keterangan Domisili",
        "2026-01-05",
    )
    assert revision.legal_basis == ["Peraturan satu", "Peraturan dua"]
    assert [(p.position.name, p.part) for p in first.performers.all()] == [("Resepsionis", "receives")]
    assert [p.position.name for p in second.performers.all()] == ["Kasi"]
    kasi.refresh_from_db()
    assert "Lurah" in kasi.aliases
    assert first.outputs.get().kind == known
    assert len(opened.context["form"].read["notes"]) - revision.notes.count() == 1
    trace = Intake.objects.get().trace
    assert (trace["steps/1/time"]["read"], trace["steps/1/time"]["kept"]) == ("1 jam", "2 jam")
    assert trace["steps/0/performers/0/part"]["kept"] == "receives"


def test_where_every_value_comes_from_stays_readable(ani, opened):
    draft = send(ani, opened, steps__1__time="2 jam", steps__0__performers__0__part="receives").url
    path = opened.request["PATH_INFO"]
    assert path in ani.get(draft).content.decode()

    html = ani.get(path).content.decode()
    assert "tabel 1, baris 4, kolom 6" in html and "1 jam" in html
    assert "Diperbaiki menjadi 2 jam" in html and "Diperbaiki menjadi Menerima" in html
    assert "<form method" not in html.partition('id="isi"')[2]


def test_what_is_no_step_is_left_out_with_its_names(ani, opened):
    send(ani, opened, steps__0__skip="on")
    assert [s.number for s in Revision.objects.get(state="draft").steps.all()] == ["2."]
    assert not Position.objects.filter(name="Resepsionis").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps__0__activity": ""}, "Isi uraian kegiatan"),
        ({"steps__0__performers__0__position": "Raja"}, "“Raja” belum dikenal. Pilih yang dimaksud"),
        ({"steps__1__requires__0__paper": "Piagam"}, "“Piagam” belum dikenal. Pilih yang dimaksud"),
        ({"name": ""}, "Isi nama SOP"),
        ({"slug": "a b"}, "Hanya boleh memuat huruf"),
        ({"created_on": "kemarin"}, "tanggal"),
        ({"notes__0__reading": ""}, "Isi bagaimana dibaca"),
        ({"steps__0__skip": "on", "steps__1__skip": "on"}, "Tidak ada langkah"),
        ({"steps__0__time": "x" * 101}, "100"),
        ({"position__0": "999999"}, "pilihan"),
    ],
)
def test_mistakes_are_told_and_nothing_typed_is_lost(ani, opened, changes, sentence):
    response = send(ani, opened, target="Warga kelurahan", **changes)

    assert response.status_code == 422
    html = response.content.decode()
    assert re.search(rf"Ada masalah(?s:.*){sentence}", html, re.IGNORECASE)
    assert "Warga kelurahan" in html
    assert not Revision.objects.filter(state="draft").exists()
    assert not Position.objects.filter(name="Resepsionis").exists()


def change(ani, shown_now, act: str, **changes):
    """The page after one of its buttons that only change the page."""
    response = send(ani, shown_now, change=act, **changes)
    assert response.status_code == 200
    return response


def test_a_step_that_was_missed_is_added_where_it_belongs(ani, opened):
    page = change(ani, opened, "step:0", steps__0__time="15 menit")
    html = page.content.decode()
    assert "Langkah tambahan" in html and "Ada masalah" not in html and "data-unsaved" in html
    assert re.search(r'name="steps/2/number"[^>]*autofocus', html)
    assert 'value="15 menit"' in html, "what was typed before stays"
    assert not Revision.objects.filter(state="draft").exists()

    typed = {"number": "1a", "activity": "Resepsionis mencatat", "time": "5 menit"}
    typed |= {"performers/0/position": "Resepsionis", "performers/0/part": "performs"}
    response = send(ani, page, **{f"steps/2/{name}": value for name, value in typed.items()})

    assert response.status_code == 302
    steps = list(Revision.objects.get(state="draft").steps.all())
    assert [(s.number, s.time) for s in steps] == [("1.", "15 menit"), ("1a", "5 menit"), ("2.", "1 jam")]
    assert [p.position.name for p in steps[1].performers.all()] == ["Resepsionis"]
    trace = Intake.objects.get().trace
    assert trace["steps/1/time"]["quotes"] == [{"at": "tabel 1, baris 4, kolom 6", "text": "1 jam"}]
    assert "kept" not in trace["steps/1/time"], "the steps read keep their place in the trace"
    assert trace["steps/2/activity"]["kept"] == "Resepsionis mencatat"
    assert trace["steps/2/activity"]["quotes"] == []
    html = ani.get(opened.request["PATH_INFO"]).content.decode()
    assert html.index("Langkah 1a (tambahan)") < html.index("Langkah 2<")
    assert "Ditambahkan: Resepsionis mencatat" in html and "Urutan langkahnya diubah" in html


def test_performers_and_papers_that_were_missed_are_added(ani, opened):
    page = change(ani, opened, "performers:0")
    assert re.search(r'name="steps/0/performers/1/position"[^>]*autofocus', page.content.decode())
    page = change(ani, page, "requires:0", steps__0__performers__1__position="Lurah")
    page = change(ani, page, "produces:1", steps__0__requires__1__paper="Tanda terima")
    added = {"steps__1__produces__1__paper": "Formulir", "steps__1__produces__1__stage": "draft"}
    send(ani, page, **added, steps__0__performers__1__part="receives", steps__0__requires__1__optional="on")

    first, second = Revision.objects.get(state="draft").steps.all()
    assert [(p.position.name, p.part) for p in first.performers.all()] == [
        ("Resepsionis", "performs"),
        ("Lurah", "receives"),
    ]
    assert [(r.kind.name, r.optional) for r in first.requirements.all()] == [
        ("Formulir", False),
        ("Tanda terima", True),
    ]
    assert [(o.kind.name, o.stage) for o in second.outputs.all()] == [
        ("Surat keterangan domisili", 30),
        ("Formulir", 10),
    ]
    html = ani.get(opened.request["PATH_INFO"]).content.decode()
    assert "Ditambahkan: Lurah" in html and "Ditambahkan: Tidak wajib" in html


def test_what_is_emptied_is_not_kept_and_its_trace_says_so(ani, opened):
    send(ani, opened, steps__0__performers__0__position="", steps__1__requires__0__paper="")
    first, second = Revision.objects.get(state="draft").steps.all()
    assert not first.performers.exists() and not second.requirements.exists()
    place = Intake.objects.get().trace["steps/0/performers/0/position"]
    assert place["read"] == "Resepsionis" and place["kept"] is None and place["quotes"]


def test_the_stage_of_a_paper_and_whether_it_may_lack_are_chosen(ani, opened):
    html = opened.content.decode()
    assert 'name="steps/0/requires/0/stage"' in html and "Tidak wajib" in html
    send(ani, opened, steps__0__produces__0__stage="ready", steps__0__requires__0__optional="on")
    step = Revision.objects.get(state="draft").steps.first()
    assert (step.outputs.get().stage, step.requirements.get().optional) == (20, True)


def test_steps_are_moved_by_a_button_each(ani, opened):
    page = change(ani, opened, "down:0")
    assert page.content.decode().index(">Langkah 2<") < page.content.decode().index(">Langkah 1<")
    assert re.search(r'tabindex="-1" autofocus>Langkah 1<', page.content.decode())
    send(ani, change(ani, change(ani, page, "down:0"), "up:1"), steps__0__time="12 menit")
    revision = Revision.objects.get(state="draft")
    assert [s.number for s in revision.steps.all()] == ["2.", "1."]
    trace = Intake.objects.get().trace
    assert trace["steps/0/time"]["kept"] == "12 menit" and trace["order"]["kept"] == "1,0"


def test_a_step_added_and_left_empty_is_not_kept(ani, opened):
    send(ani, change(ani, opened, "step:1"))
    assert Revision.objects.get(state="draft").steps.count() == 2
    assert not any("added" in place for place in Intake.objects.get().trace.values())


def test_a_step_added_needs_its_activity(ani, opened):
    response = send(ani, change(ani, opened, "step:1"), steps__2__time="1 jam")
    assert response.status_code == 422 and "Isi uraian kegiatan" in response.content.decode()


def test_a_name_typed_here_that_nobody_knows_is_asked_about_once(ani, opened, world):
    """It may be a slip: it becomes a position only when somebody says so."""
    page = change(ani, opened, "performers:0")
    page = send(ani, page, steps__0__performers__1__position="Staf arsip")
    told = "“Staf arsip” belum dikenal. Pilih yang dimaksud, atau tentukan bahwa ini memang baru."
    assert page.status_code == 422 and told in page.content.decode()
    (field,) = (path for path, name in page.context["form"].asked("position") if name == "Staf arsip")
    assert send(ani, page, **{field: "new"}).status_code == 302
    position = Position.objects.get(agency=world.home, name="Staf arsip")
    assert not position.proposed
    step = Revision.objects.get(state="draft").steps.first()
    assert step.performers.filter(position=position).exists()


@pytest.mark.parametrize(
    "act", ["", "x", "up:99", "down:-1", "step:999999", "performers:1e9", "_key:0", "up:"]
)
def test_a_change_nobody_offered_changes_nothing(ani, opened, act):
    response = send(ani, opened, change=act, steps__0__time="12 menit", slug="" if not act else "a")
    assert response.context["form"].laid == opened.context["form"].laid
    assert 'value="12 menit"' in response.content.decode()


def test_rows_are_added_up_to_a_bound(ani, opened):
    sent = {f"steps/{n}/activity": "x" for n in (2, 300, 999)} | {"steps/0/requires/98/paper": "x"}
    form = change(ani, opened, "up:2", order="2,9,x,1," + "7" * 50, **sent).context["form"]
    assert form.laid.order == (2, 1, 0)
    assert form.laid.count(0, "requires") == intake_rows.MOST_ROWS


def test_a_draft_that_was_deleted_leaves_nothing_of_its_additions(ani, opened):
    page = change(ani, opened, "step:0")
    send(ani, page, steps__2__activity="Mencatat")
    Revision.objects.get(state="draft").delete()
    again = ani.get(opened.request["PATH_INFO"])
    assert "Langkah tambahan" not in again.content.decode()
    send(ani, again)
    assert not any("added" in place or "kept" in place for place in Intake.objects.get().trace.values())


def test_the_file_itself_is_downloaded_as_it_came(ani, opened, world):
    url = f"{opened.request['PATH_INFO']}asli/"
    assert url in opened.content.decode()
    response = ani.get(url)
    assert response.content == Intake.objects.get().file.open().read()
    assert response.headers["Content-Disposition"] == 'attachment; filename="sop.docx"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("sari", "tono"):
        client = Client()
        client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
        assert client.get(url).status_code == 404


def test_a_file_that_was_tampered_with_is_not_handed_out(ani, opened):
    Path(Intake.objects.get().file.path).write_bytes(b"MZ")
    response = ani.get(f"{opened.request['PATH_INFO']}asli/")
    assert response.status_code == 422 and "tidak lagi sama" in response.content.decode()


def test_a_file_that_is_gone_is_said_to_be_and_noted(ani, opened):
    row = Intake.objects.get()
    Path(row.file.path).unlink()
    response = ani.get(f"{opened.request['PATH_INFO']}asli/")
    assert response.status_code == 422 and "tidak lagi sama" in response.content.decode()
    assert Entry.objects.filter(verb="sop.berkas_rusak", subject_id=row.pk).exists()


def test_a_second_sending_and_a_second_tab_make_one_draft(ani, opened):
    first = send(ani, opened)
    assert send(ani, opened).url == first.url
    assert Revision.objects.filter(state="draft").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("sop.docx", b"%PDF-1.7", "adalah PDF"),
        ("sop.txt", b"Halo\nDunia", "tidak memuat langkah"),
        ("sop.docx", b"", "kosong"),
        ("sop.docx", b"a" * (21 * 1024 * 1024), "terlalu besar"),
        ("sop.yaml", b"slug: [", "Berkas YAML diunggah di admin"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(ani, name, content, sentence):
    response = upload(ani, content, name)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Intake.objects.exists()


def test_no_stranger_reaches_a_file(world, opened):
    for name, status in (("sari", 404), ("tono", 404), ("budi", 404)):
        client = Client()
        client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
        assert client.get(opened.request["PATH_INFO"]).status_code == status


def test_markup_in_a_cell_is_shown_as_text(ani):
    rows = [
        *office.ROWS[:3],
        ["2.", "<script>alert(1)</script> memeriksa", "", "●", "Formulir", "1 jam", "x", ""],
    ]
    html = ani.get(upload(ani, office.word_file(rows=rows)).url).content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_the_page_costs_the_same_with_one_step_and_with_three(ani, django_assert_num_queries):
    row = office.ROWS[2]
    for count in (1, 3):  # steps
        rows = office.ROWS[:2] + [[f"{n}.", f"{row[1]} {n}", *row[2:]] for n in range(1, count + 1)]
        url = upload(ani, office.word_file(rows=rows)).url
        ani.get(url)
        with django_assert_num_queries(10):
            assert ani.get(url).status_code == 200
