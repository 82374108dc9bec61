"""The yearly evaluation of an SOP: what it says, who writes it, its end, and the draft that comes of it."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from sopcases.cases.walk import Leave
from sopcases.desk.figures import charts
from sopcases.desk.figures.evaluating import FINISHED, NOT_YOURS, Assessment, Said
from sopcases.desk.figures.measures import Figure, length
from sopcases.desk.figures.proposing import ENOUGH, propose, rounded, signs
from sopcases.desk.figures.reckoning import reckon
from sopcases.desk.figures.steps import ONLY
from sopcases.desk.models import Evaluation, Finding, Measure
from sopcases.people.models import Entry
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops import durations, revising
from sopcases.sops.models import Revision, Stage
from sopcases.worktime.calendar import Duration
from tests.browser.people import pdf_text
from tests.cases.story import done
from tests.cases.test_verb_carry_over import newer
from tests.cast import at

pytestmark = pytest.mark.django_db
PAGE = "/laporan/evaluasi/bayi-balita-terlantar/1/2026/"


def reports(world, minutes) -> None:
    """So many first steps, each with its time of doing."""
    for spent in minutes:
        case = world.case()
        world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
        done(world, case, "sari", lambda w, spent=spent: w.finish("1", spent_minutes=spent))
        done(world, case, "dewi", lambda w: w.receive("1"))
    reckon(world.home, world.now)


def assessment(world, name: str) -> Assessment:
    return Assessment(world.revision(), 2026, world.officer(name))


def verdicts(found: Assessment, **said) -> list[Said]:
    """Every step works well, but for what is said of one."""
    return [
        replace(step.said, verdict="well", **said.get(f"step{step.found.step.key}", {}))
        if f"step{step.found.step.key}" not in said
        else Said(step.found.step.key, **said[f"step{step.found.step.key}"])
        for step in found.sheet.steps
    ]


def year_over(world) -> None:
    """The first working day of the next year, its figures brought up to then."""
    world.now = at("2027-01-04 09:00")
    reckon(world.home, world.now)


def finished(world, **said) -> Evaluation:
    found = assessment(world, "dewi")
    found.write(verdicts(found, **said), 0)
    year_over(world)
    return assessment(world, "dewi").finish(1)


def test_a_standard_is_proposed_with_its_evidence(world):
    reports(world, [20, 25, 30, 30, 30, 35, 35, 38, 41, 200])
    first, second, *_ = assessment(world, "dewi").sheet.steps
    assert first.proposed.time == "45 menit"
    assert first.proposed.because == "90 % dari 10 kali selesai dalam 41 menit; nilai tengah 30 menit."
    assert first.said.proposal == "45 menit" and first.said.verdict == ""
    assert second.proposed.time == "" and "Baru 0 kali diukur" in second.proposed.because
    assert second.signs == ("Tidak pernah selesai dalam tahun ini.",)


def test_of_too_few_nothing_is_proposed(world):
    reports(world, [30] * (ENOUGH - 1))
    (first, *_) = assessment(world, "dewi").sheet.steps
    assert first.proposed.time == "" and first.proposed.because.startswith("Baru 9 kali diukur")


def test_papers_that_were_to_follow_are_named(world):
    case = world.case()
    leave = Leave(world.kind("Laporan Sosial").pk, "Ditulis besok", world.now.date())
    done(world, case, "dewi", lambda w: w.waive("1", leave))
    done(world, case, "sari", lambda w: w.finish("1"))
    done(world, case, "dewi", lambda w: w.receive("1"))
    reckon(world.home, world.now)
    row = Measure.objects.filter(case=case, step__key="1").first()
    assert row and row.waived
    (first, *_) = assessment(world, "dewi").sheet.steps
    assert [(paper.label, paper.count) for paper in first.missing] == [("Laporan Sosial", 1)]
    assert any("kelengkapan menyusul" in sign for sign in first.signs)


def test_finished_its_figures_stay_whatever_comes_later(world):
    reports(world, [30] * 10)
    then = world.now
    finished(world)
    world.now = then  # what is done now is of the year that was evaluated
    before = assessment(world, "dewi").sheet.steps[0].found.figure
    reports(world, [90] * 5)
    assert assessment(world, "dewi").sheet.steps[0].found.figure == before
    with pytest.raises(NotAllowed, match=FINISHED):
        found = assessment(world, "dewi")
        found.write([Said("1", "not")], 2)
    with pytest.raises(NotAllowed, match=FINISHED):
        assessment(world, "budi").finish(2)


def test_it_ends_only_when_every_step_is_judged_and_what_works_badly_has_its_action(world):
    reports(world, [30])
    found = assessment(world, "dewi")
    found.write([Said("1", "poorly")], 0)
    lacking = assessment(world, "dewi").why_not_finish()
    assert "Langkah 1 dinilai kurang baik: isi tindak lanjutnya." in lacking
    assert "Langkah 2 belum dinilai." in lacking
    with pytest.raises(Refused, match="belum dinilai"):
        assessment(world, "dewi").finish(1)
    assert Evaluation.objects.get().finished_at is None


def test_it_does_not_end_before_the_year_nor_on_figures_of_before_its_end(world):
    reports(world, [30])
    found = assessment(world, "dewi")
    found.write(verdicts(found), 0)
    with pytest.raises(Refused, match="Tahun 2026 belum berakhir"):
        assessment(world, "dewi").finish(1)
    world.now = at("2027-01-04 09:00")
    with pytest.raises(Refused, match="belum dihitung sampai akhir tahun 2026"):
        assessment(world, "dewi").finish(1)
    assert Evaluation.objects.get().finished_at is None


def test_the_figures_kept_are_of_the_moment_of_finishing(world):
    reports(world, [30])
    case, then = world.case(), world.now
    year_over(world)
    found = assessment(world, "dewi")
    found.write(verdicts(found), 0)
    late, world.now = world.now, then  # written down only now, done in the old year
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    done(world, case, "sari", lambda w: w.finish("1", spent_minutes=30))
    done(world, case, "dewi", lambda w: w.receive("1"))
    world.now = late + timedelta(minutes=1)
    facts = assessment(world, "dewi").finish(1).facts
    assert datetime.fromisoformat(facts["at"]) == world.now
    assert facts["steps"]["1"]["figure"]["done"] == 2


@pytest.mark.parametrize("name", ["sari", "agus", "ani"])
def test_who_does_not_see_every_case_writes_none(world, name):
    with pytest.raises(NotAllowed, match=NOT_YOURS):
        assessment(world, name).write([], 0)
    assert not Evaluation.objects.exists()


def test_two_editors_meet(world):
    first, second = assessment(world, "dewi"), assessment(world, "budi")
    first.write([Said("1", "well")], 0)
    with pytest.raises(Conflict):
        second.write([Said("1", "not")], 0)
    assert Finding.objects.get().verdict == "well"


def test_the_draft_has_the_proposals_and_their_evidence(world):
    reports(world, [20, 25, 30, 30, 30, 35, 35, 38, 41, 200])
    poorly = {"verdict": "poorly", "action": "Tambah formulir", "proposal": "45 menit"}
    finished(world, step1=poorly)
    draft = assessment(world, "ani").open_draft()
    first = draft.steps.get(key="1")
    assert (draft.state, draft.no, first.time_text) == (Revision.State.DRAFT, 2, "45 menit")
    assert draft.steps.get(key="2").time_text == world.revision().steps.get(key="2").time_text
    note = draft.notes.get(about="Usulan waktu baku dari evaluasi 2026")
    assert (note.step, note.reading) == (first, "Waktu baku diusulkan 45 menit.")
    assert note.quotes == [
        "Waktu baku semula: 15 menit",
        "10 kali diukur: nilai tengah 30 menit, 90 % dalam 41 menit",
        "Tepat waktu 10 dari 10 kali (100 %)",
        "Penilaian: Kurang baik",
        "Tindak lanjut: Tambah formulir",
    ]
    assert Evaluation.objects.get().draft == draft
    assert set(Entry.objects.filter(subject="desk.evaluation").values_list("verb", flat=True)) == {
        "evaluation.written",
        "evaluation.finished",
        "evaluation.drafted",
    }
    with pytest.raises(NotAllowed, match="Draf revisi 2 sudah dibuat"):
        assessment(world, "ani").open_draft()


def test_only_an_admin_opens_the_draft_and_only_of_what_is_finished(world):
    reports(world, [30])
    found = assessment(world, "dewi")
    found.write(verdicts(found), 0)
    with pytest.raises(NotAllowed, match="Selesaikan"):
        assessment(world, "ani").open_draft()
    year_over(world)
    assessment(world, "dewi").finish(1)
    with pytest.raises(NotAllowed, match="admin SOP"):
        assessment(world, "dewi").open_draft()
    revising.new_revision(world.revision(), world.officer("ani"))
    with pytest.raises(Refused, match="masih berupa draf"):
        assessment(world, "ani").open_draft()
    assert Evaluation.objects.get().draft is None


def test_no_draft_of_a_revision_that_was_replaced(world):
    reports(world, [30] * 10)
    finished(world)
    old = world.revision()
    newer(world)
    with pytest.raises(NotAllowed, match="Revisi 2 sudah menggantikan revisi ini"):
        Assessment(old, 2026, world.officer("ani")).open_draft()


# --- the pages


def sent(page, **more) -> dict:
    """The form of the page as it stands, every step well."""
    fields = {"version": page.context["version"], "action": "submit"}
    for _, form in page.context["rows"]:
        for field in form:
            fields[field.html_name] = field.value() or ""
        fields[f"{form.prefix}-verdict"] = "well"
    return fields | more


def test_who_comes_second_sees_what_the_first_wrote_beside_his_own(world, sign_in):
    dewi, budi = sign_in("dewi"), sign_in("budi")
    first, second = dewi.get(PAGE), budi.get(PAGE)
    assert dewi.post(PAGE, sent(first, **{"s1-action": "Tambah formulir"})).status_code == 302
    answer = budi.post(PAGE, sent(second, **{"s1-action": "Tambah petugas"}))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tambah petugas" in page and "Tambah formulir" in page
    assert page.count("Yang kini tersimpan dari pejabat lain") == 1, "only where they differ"
    both = {"s1-action": "Tambah formulir dan petugas"}
    assert budi.post(PAGE, sent(answer, **both)).status_code == 302
    assert Finding.objects.get(step_key="1").action == "Tambah formulir dan petugas"


def test_written_checked_finished_and_read_by_the_admin(world, sign_in):
    reports(world, [30] * 10)
    year_over(world)
    client, admin = sign_in("dewi"), sign_in("ani")
    assert admin.get(PAGE).status_code == 404
    page = client.get(PAGE)
    assert page.status_code == 200
    assert client.post(PAGE, sent(page)).url == f"{PAGE}selesai/"
    assert "Selesaikan evaluasi" in client.get(f"{PAGE}selesai/").content.decode()
    assert client.post(f"{PAGE}selesai/", {"version": "1"}).url == PAGE
    assert 'name="s1-verdict"' not in client.get(PAGE).content.decode()
    assert "Buat draf revisi" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}draf/").status_code == 403
    assert client.post(PAGE, sent(page)).status_code == 403
    assert "Buat draf revisi" in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}draf/").url.startswith("/admin/sops/revision/")
    assert Revision.objects.get(sop__slug="bayi-balita-terlantar", no=2).notes.filter(step__key="1").exists()


def test_what_cannot_be_read_as_a_time_is_said_at_the_field_and_nothing_is_lost(world, sign_in):
    client = sign_in("dewi")
    page = client.get(PAGE)
    answer = client.post(PAGE, sent(page, **{"s1-proposal": "sebentar", "s1-action": "Latih"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count("“sebentar” tidak terbaca sebagai waktu") == 2
    assert "Latih" in text and not Evaluation.objects.exists()


def test_written_meanwhile_by_somebody_else(world, sign_in):
    dewi, budi = sign_in("dewi"), sign_in("budi")
    page = dewi.get(PAGE)
    budi.post(PAGE, sent(budi.get(PAGE)))
    answer = dewi.post(PAGE, sent(page, **{"s1-action": "Latih petugas"}))
    assert answer.status_code == 409 and "Latih petugas" in answer.content.decode()


def test_a_mistake_does_not_hide_what_was_written_meanwhile(world, sign_in):
    dewi, budi = sign_in("dewi"), sign_in("budi")
    page = dewi.get(PAGE)
    budi.post(PAGE, sent(budi.get(PAGE)))
    wrong = dewi.post(PAGE, sent(page, **{"s1-proposal": "sebentar"}))
    assert (wrong.status_code, dewi.post(PAGE, sent(wrong, **{"s1-proposal": ""})).status_code) == (422, 409)


@pytest.mark.parametrize("version", ["", "²", "9" * 5000, "-1"])
def test_a_version_that_never_was_saves_nothing(world, sign_in, version):
    client = sign_in("dewi")
    assert client.post(PAGE, sent(client.get(PAGE), version=version)).status_code == 409
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("name", ["sari", "agus", "tono", "ani"])
def test_strangers_see_none(world, sign_in, name):
    assert sign_in(name).get(PAGE).status_code == 404
    assert sign_in(name).get(f"{PAGE}pdf/").status_code == 404
    assert "bayi-balita" not in sign_in(name).get("/laporan/evaluasi/").content.decode()


def test_years_that_cannot_be(world, sign_in):
    for year in ("2027", "1999"):
        assert sign_in("dewi").get(PAGE.replace("2026", year)).status_code == 404
    assert sign_in("dewi").get("/laporan/evaluasi/").content.decode().count("/2025/") == 2


def test_on_paper(world, sign_in):
    reports(world, [30] * 10)
    client = sign_in("dewi")
    assert "KONSEP" in pdf_text(client.get(f"{PAGE}pdf/").content)
    finished(world, step2={"verdict": "not", "action": "Hapus disposisi ganda"})
    client = sign_in("dewi")
    text = pdf_text(client.get(f"{PAGE}pdf/").content)
    assert "Hapus disposisi ganda" in text and "Dewi" in text and "KONSEP" not in text


def opened(client, url: str) -> int:
    """The list behind a number, all its pages: its rows, which are as many as it says."""
    listing, rows = client.get(url).context["list"], 0
    said, page = listing.count, listing
    while True:
        rows += len(page.lines)
        if not page.older:
            assert rows == said
            return rows
        page = client.get(url.split("?")[0] + page.older).context["list"]


def eventful(world) -> None:
    """Goes of many kinds: timed, with papers to follow, late and waited for others, and one done anew."""
    reports(world, [30] * 2)
    for _ in range(2):
        case = world.case()
        leave = Leave(world.kind("Laporan Sosial").pk, "Ditulis besok", world.now.date())
        done(world, case, "dewi", lambda w, leave=leave: w.waive("1", leave))
        done(world, case, "sari", lambda w: w.finish("1"))
        done(world, case, "dewi", lambda w: w.receive("1"))
    slow = [world.case(), world.case()]
    world.wait(hours=1)
    for case in slow:
        done(world, case, "sari", lambda w: w.wait("1", "RSUD", world.now))
    world.wait(days=4)
    for case in slow:
        world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
        done(world, case, "sari", lambda w: w.finish("1"))
        done(world, case, "dewi", lambda w: w.receive("1"))
    done(world, slow[0], "dewi", lambda w: w.reopen_step("1", "Salah lampiran"))
    reckon(world.home, world.now)


BAR = re.compile(rb"0\.058824 0\.360784 0\.337255 rg")
LINK = re.compile(r'<a class="d-inline-block py-1" href="(/laporan/langkah/[^"]+)">([^<]+)</a>')


def test_every_number_opens_the_list_behind_it_and_agrees(world, sign_in):
    eventful(world)
    client = sign_in("dewi")
    page = client.get(PAGE)
    links = [(html.unescape(url), told) for url, told in LINK.findall(page.content.decode())]
    counted = [(url, int(told)) for url, told in links if told.isdecimal()]
    assert {url.partition("&hanya=")[2].partition("&")[0] for url, _ in links} >= {
        *("", "dinilai", "tepat", "lewat", "diukur", "sendiri", "menunggu", "dibuka-kembali", "menyusul"),
    }
    assert any("kelengkapan=" in url for url, _ in counted)
    assert [(url, opened(client, url)) for url, _ in counted] == counted
    for step in page.context["sheet"].steps:
        for number in (*step.counts.values(), *step.missing):
            assert number.now == number.count == (opened(client, number.url) if number.count else 0)


def test_each_narrowed_list_counts_what_its_figure_counts(world, sign_in):
    eventful(world)
    client = sign_in("dewi")
    for step in assessment(world, "dewi").sheet.steps:
        for code, only in ONLY.items():
            if only.counts:
                rows = opened(client, f"{step.found.url}&hanya={code}")
                assert rows == getattr(step.found.figure, only.counts), (step.found.number, code)


def test_the_list_of_one_paper_says_which(world, sign_in):
    eventful(world)
    client = sign_in("dewi")
    (first, *_) = assessment(world, "dewi").sheet.steps
    page = client.get(first.missing[0].url)
    assert "dengan Laporan Sosial menyusul atau tidak diterbitkan" in page.content.decode()
    other = world.kind("Surat Perintah Tugas").pk
    assert client.get(first.found.url + f"&hanya=menyusul&kelengkapan={other}").context["list"].count == 0


def test_after_its_end_the_list_of_today_is_told_beside_the_number(world, sign_in):
    reports(world, [30] * 10)
    then = world.now
    finished(world)
    world.now = then  # written down only now, done in the year that was evaluated
    reports(world, [90] * 5)
    page = sign_in("dewi").get(PAGE)
    done_so_often = page.context["sheet"].steps[0].counts["done"]
    assert (done_so_often.count, done_so_often.now) == (10, 15)
    assert opened(sign_in("dewi"), done_so_often.url) == 15
    assert "10 (kini <a" in page.content.decode()


def test_an_admin_reads_the_numbers_without_the_cases_behind_them(world, sign_in):
    reports(world, [30] * 10)
    finished(world)
    text = sign_in("ani").get(PAGE).content.decode()
    assert "/laporan/langkah/" not in text and "kini" not in text


def test_on_paper_each_measured_step_is_drawn_against_its_standard(world, sign_in):
    client = sign_in("dewi")
    assert "nilai tengah 90" not in pdf_text(client.get(f"{PAGE}pdf/").content)
    reports(world, [15] * 10)
    (first, *_) = assessment(world, "dewi").sheet.steps
    assert first.found.chart == charts.Against(median=80, ninetieth=80, standard=80, beyond=False)
    content = client.get(f"{PAGE}pdf/").content
    drawn = [page.get_contents().get_data() for page in PdfReader(BytesIO(content)).pages]
    assert sum(len(BAR.findall(one)) for one in drawn) == 2, "one step and the legend"
    assert any(b"0 3 80 12 re" in one for one in drawn), "as long as the standard"
    text = " ".join(pdf_text(content).split())
    assert "nilai tengah" in text and "90 % selesai dalam" in text and "waktu baku; batang" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_cases(world, sign_in, count, django_assert_num_queries):
    reports(world, [30] * count)
    client = sign_in("dewi")
    for url, queries in ((PAGE, 11), ("/laporan/evaluasi/", 8)):
        with django_assert_num_queries(queries):
            client.get(url)


# --- proposals and signs, pure


@given(
    st.integers(1, 200_000),
    st.sampled_from(
        ["5 menit", "3 jam", "2 hari", "24 jam", "2 minggu", "1 bulan", "2 minggu kerja", "1 tahun kerja"]
    ),
)
def test_a_proposal_is_never_too_short_and_reads_as_it_is_written(minutes, text):
    standard = durations.read(text)
    found = rounded(minutes, standard, "")
    assert length(found, found.by_calendar()) >= minutes
    assert durations.read(durations.write(found)) == found
    assert found.by_calendar() == standard.by_calendar()


@pytest.mark.parametrize(
    ("minutes", "standard", "fitting"),
    [
        (41, "15 menit", "45 menit"),
        (121, "15 menit", "3 jam"),
        (451, "15 menit", "2 hari"),
        (61, "1 jam", "2 jam"),
        (900, "1 hari", "2 hari"),
        (1441, "24 jam", "48 jam"),
        (10081, "1 minggu", "2 minggu"),
        (2251, "1 minggu kerja", "6 hari kerja"),
        (60, "1 tahun kerja", "1 hari kerja"),
    ],
)
def test_rounded_up_in_the_unit_of_the_sheet(minutes, standard, fitting):
    assert durations.write(rounded(minutes, durations.read(standard), "")) == fitting


def test_what_fits_is_left_as_it_is():
    figure = Figure(done=10, timed=10, median=10, ninetieth=15)
    found = propose(figure, Duration(minutes=15), "", ("10 menit", "15 menit"))
    assert found.time == "" and "waktu baku sesuai" in found.because
    assert propose(figure, None, "", ("", "")).time == ""


def test_signs_that_a_step_does_not_work():
    assert signs(Figure(done=10, judged=10, on_time=5)) == []
    assert signs(Figure(done=10, judged=10, on_time=4)) == ["Lewat batas waktu pada 60 % pelaksanaan."]
    assert signs(Figure(done=8, returned=2)) == ["Sering dikembalikan: 2 kali."]
    assert signs(Figure(done=9, returned=2, waived=1)) == []
    assert signs(Figure(done=1, not_held=2))[0].startswith("Lebih sering tidak terlaksana")
    assert signs(Figure())[0] == "Tidak pernah selesai dalam tahun ini."
