"""Acts on pages of their own: each does its thing, refuses by name, and keeps what was typed."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sopcases.cases.models import Attempt, Case, CaseOfficer, Child, Outcome, Paper
from sopcases.cases.walk import roll
from sopcases.people.models import Position
from sopcases.sops.models import Stage
from tests.cases.front_door import hidden, local, picture
from tests.cast import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(today):
    return today.case()


@pytest.fixture
def root(case):
    return f"/penanganan/{case.number}/"


def outcome(world) -> int:
    return Outcome.objects.get(agency=world.home, name="Kembali ke keluarga").pk


def states(case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_hold_and_resume(desk, case, root):
    dewi = desk("dewi")
    page = dewi.send(f"{root}tunda/", 422, reason="  ").content.decode()
    assert "Isi alasannya." in page and states(case) == "reported"
    dewi.send(f"{root}tunda/", reason="Menunggu keluarga datang")
    assert states(case) == "on_hold"
    page = dewi.text(root)
    assert "Lanjutkan penanganan" in page and "Menunggu keluarga datang" in page
    assert "sedang ditunda" in desk("sari").text(f"{root}langkah/1/")
    dewi.get(f"{root}tunda/", 403)
    dewi.send(f"{root}lanjutkan/")
    assert states(case) == "active"
    dewi.get(f"{root}lanjutkan/", 403)


def test_stop_and_reopen(desk, today, case, root):
    dewi = desk("dewi")
    page = dewi.send(f"{root}hentikan/", 422, reason="Keluarga pindah", outcome="").content.decode()
    assert "Pilih hasil akhir." in page and "Keluarga pindah" in page
    dewi.send(f"{root}hentikan/", reason="Keluarga pindah", outcome=outcome(today))
    assert states(case) == "stopped"
    assert "Dihentikan" in dewi.text(root) and "Keluarga pindah" in dewi.text(f"{root}riwayat/")
    desk("sari").get(f"{root}langkah/1/")
    dewi.send(f"{root}buka-kembali/", reason="Keluarga kembali")
    assert states(case) == "active" and "dibuka kembali" in dewi.text(root)


def test_hand_over_names_the_other_city(desk, today, case, root):
    dewi = desk("dewi")
    dewi.send(f"{root}limpahkan/", 422, reason="Berasal dari Batam", to="", outcome=outcome(today))
    dewi.send(
        f"{root}limpahkan/", reason="Berasal dari Batam", to="Dinsos Kota Batam", outcome=outcome(today)
    )
    assert states(case) == "handed_over"
    assert Case.objects.get(pk=case.pk).close_reason == "Dinsos Kota Batam: Berasal dari Batam"


def test_close_refuses_without_an_outcome_and_what_changed_meanwhile(desk, today, case, root):
    dewi = desk("dewi")
    form = hidden(dewi.get(f"{root}tutup/"))
    filled = {"outcome": outcome(today), "on": today.now.date().isoformat()}
    dewi.post(f"{root}tutup/", 422, **form)
    desk("sari").send(f"{root}catatan/baru/", text="Kakek datang", happened_at=local(today.now))
    assert "Sudah diubah orang lain" in dewi.post(f"{root}tutup/", 409, **form, **filled).content.decode()
    dewi.send(f"{root}tutup/", 422, **{**filled, "on": (today.now + timedelta(days=2)).date().isoformat()})
    assert states(case) == "reported"
    dewi.send(f"{root}tutup/", **filled)
    assert states(case) == "done"


def test_a_child_leaves_and_comes_back(desk, today, case, root):
    sari, child = desk("sari"), case.children.get().child_id
    sari.send(f"{root}anak/{child}/hasil-akhir/", outcome=outcome(today), on=today.now.date().isoformat())
    assert "Kembali ke keluarga" in sari.text(f"{root}anak/{child}/")
    sari.send(
        f"{root}anak/{child}/hasil-akhir/", 422, outcome=outcome(today), on=today.now.date().isoformat()
    )
    sari.send(f"{root}anak/{child}/batalkan-hasil/", reason="Keliru")
    assert case.children.get().left_on is None


def test_another_agencys_outcome_is_no_choice(desk, today, case, root):
    foreign = Outcome.objects.filter(agency=today.agencies["lamandau"]).first().pk
    child = case.children.get().child_id
    desk("sari").send(
        f"{root}anak/{child}/hasil-akhir/", 422, outcome=foreign, on=today.now.date().isoformat()
    )
    assert case.children.get().outcome is None


def test_assigning_leaves_the_position_to_one(desk, today, case, root):
    dewi = desk("dewi")
    position = today.sari.appointments.get().position_id
    dewi.send(f"{root}petugas/", 422, holder=f"{position}-{today.agus.pk}")
    dewi.send(f"{root}petugas/", holder=f"{position}-{today.sari.pk}")
    assert CaseOfficer.objects.get(case=case, until=None).user == today.sari
    assert "Peksos: Sari Wulandari" in dewi.text(root)
    dewi.send(f"{root}petugas/", holder=f"{position}-0")
    assert not CaseOfficer.objects.filter(case=case, until=None).exists()


def test_where_the_child_is_now(desk, today, case, root):
    sari, child = desk("sari"), case.children.get().child_id
    sari.send(f"{root}anak/{child}/keberadaan/", place="RSUD", since=local(today.now - timedelta(hours=1)))
    sari.send(f"{root}anak/{child}/keberadaan/", place="Panti Kasih", since=local(today.now))
    page = sari.text(root)
    assert "Panti Kasih" in page and "RSUD" not in page.split("Tindakan lain")[0].split("<main")[0]
    assert "RSUD" in sari.text(f"{root}anak/{child}/")
    late = sari.send(
        f"{root}anak/{child}/keberadaan/",
        422,
        place="Rumah nenek",
        since=local(today.now + timedelta(hours=2)),
    )
    assert "Rumah nenek" in late.content.decode()


def test_asked_reminded_answered(desk, today, case, root):
    sari = desk("sari")
    sari.send(f"{root}langkah/1/tunggu/", party="RSUD Kota", since=local(today.now))
    assert "Menunggu pihak lain" in sari.text(root)
    url = f"{root}menunggu/{case.intervals.get().pk}/"
    sari.send(url, what="reminded", at=local(today.now))
    page = sari.send(url, 422, what="answered", at=local(today.now), result="").content.decode()
    assert "Isi jawabannya." in page
    sari.send(url, what="answered", at=local(today.now), result="Belum ada kamar")
    page = sari.text(f"{root}langkah/1/")
    assert "diingatkan" in page and "Belum ada kamar" in page
    sari.send(url, 422, what="reminded", at=local(today.now))


def test_a_period_may_wait_for_others_too(desk, today):
    today.wait(days=-40)
    case = today.case("anak-jalanan", by="dewi", children=1)
    today.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.SIGNED)
    for kind, output in (("Laporan Sosial", "3/laporan"), ("Surat Pernyataan", "3/pernyataan")):
        paper = today.paper(kind)
        with today.walk(case, "sari") as walk:
            walk.file(paper, today.output(walk, output), children=[case.children.get().child_id])
    with today.walk(case, "sari") as walk:
        walk.finish("3")
    today.wait(days=40)
    roll(today.now)
    period = case.attempts.filter(step__key="5", opened_at__lte=today.now, state__in=Attempt.LIVE).latest(
        "id"
    )
    track = f"anak/{period.child_id}/" if period.child_id else ""
    url = f"/penanganan/{case.number}/langkah/5/{track}masa/{period.occurrence}/"
    sari = desk("sari")
    assert f"{url}tunggu/" in sari.text(url)
    sari.send(f"{url}tunggu/", party="Sekolah", since=local(today.now))
    assert case.intervals.get().attempt_id == period.pk
    assert "diminta dari Sekolah" in sari.text(url)


def to_step_four(world, case):
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    with world.walk(case, "dewi") as walk:
        walk.receive("1")
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)


def test_not_needed_only_where_the_sop_has_a_condition(desk, today, case, root):
    to_step_four(today, case)
    sari = desk("sari")
    sari.get(f"{root}langkah/6/tidak-diperlukan/", 403)
    sari.send(f"{root}langkah/4/tidak-diperlukan/", reason="Bukan temuan")
    assert today.states(case)["4"] == "not_needed"
    assert "Tidak diperlukan" in sari.text(root)


def test_reopening_a_step_shows_the_earlier_go(desk, today, case, root):
    to_step_four(today, case)
    sari = desk("sari")
    sari.get(f"{root}langkah/3/buka-kembali/", 403)
    sari.send(f"{root}langkah/1/buka-kembali/", reason="Laporan kurang lengkap")
    page = sari.text(f"{root}langkah/1/")
    assert "Dibuka kembali" in page and "Laporan kurang lengkap" in page
    assert Attempt.objects.filter(case=case, step__key="1").count() == 2


def test_sending_back_walks_the_steps_again(desk, today, case, root):
    today.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with today.walk(case, "sari") as walk:
        walk.finish("1")
    with today.walk(case, "dewi") as walk:
        walk.receive("1")
    today.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    rahman = desk("rahman")
    assert "Kembalikan" in rahman.text(f"{root}langkah/3/")
    desk("agus").get(f"{root}langkah/3/kembalikan/", 403)
    rahman.send(f"{root}langkah/3/kembalikan/", reason="Nama petugas keliru")
    assert today.states(case)["2"] == "open"
    assert "Nama petugas keliru" in desk("agus").text(root)


def test_a_paper_to_follow_names_what_is_missing(desk, today, case, root):
    dewi = desk("dewi")
    kind = today.kind("Laporan Sosial").pk
    other = today.kind("BPJS Anak").pk
    url = f"{root}langkah/1/menyusul/?jenis={kind}"
    later = (today.now + timedelta(days=5)).date().isoformat()
    dewi.send(url, 422, paper=f"{other}-0", how="later", until=later, reason="x")
    dewi.send(url, 422, paper=f"{kind}-0", how="later", until="", reason="x")
    yesterday = (today.now - timedelta(days=2)).date().isoformat()
    page = dewi.send(
        url, 422, paper=f"{kind}-0", how="later", until=yesterday, reason="Belum"
    ).content.decode()
    assert "tidak boleh sudah lewat" in page
    dewi.send(url, paper=f"{kind}-0", how="later", until=later, reason="Sedang diketik")
    page = desk("sari").text(root)
    assert "Menyusul" in page and "Sedang diketik" in page


def test_a_letters_scan_needs_three_hands_who_held_their_posts(desk, today, case, root):
    kind = today.kind("Surat Perintah Tugas").pk
    url = f"{root}dokumen/baru/?jenis={kind}"
    filled = {
        "number": "800/1",
        "dated": today.now.date().isoformat(),
        "disposed_by": today.rahman.pk,
        "signed_by": today.budi.pk,
    }
    agus = desk("agus")
    page = agus.send(url, 422, **filled).content.decode()
    assert "Ada masalah" in page and not Paper.objects.exists()
    page = agus.send(url, 422, **{**filled, "dated": "2020-01-06"}, file=picture()).content.decode()
    assert "tidak memegang kewenangan" in page
    tomorrow = (today.now + timedelta(days=2)).date().isoformat()
    agus.send(url, 422, **{**filled, "dated": tomorrow}, file=picture())
    agus.send(url, 422, **{**filled, "signed_by": today.agus.pk}, file=picture())
    page = desk("rahman").send(url, 422, **filled, file=picture()).content.decode()
    assert "tiga orang yang berbeda" in page
    nobody = {"officers": ["9" * 20, today.sari.pk], "hands_reason": "x"}
    assert "9" * 20 in agus.send(url, 422, **filled, **nobody, file=picture()).content.decode()
    agus.send(url, **filled, file=picture())
    paper = Paper.objects.get()
    assert (paper.stage, paper.signed_by, paper.disposed_by) == (Stage.SIGNED, today.budi, today.rahman)


def test_bad_files_are_refused_by_name_and_the_rest_is_kept(desk, today, case, root):
    kind = today.kind("Surat Terlantar").pk
    bad = SimpleUploadedFile("surat.pdf", b"<html><script>alert(1)</script>", "application/pdf")
    page = (
        desk("sari").send(f"{root}dokumen/baru/?jenis={kind}", 422, file=bad, number="R/77").content.decode()
    )
    assert "surat.pdf" in page and "R/77" in page and "<script>alert" not in page
    assert not Paper.objects.exists()


def test_a_paper_filed_in_error_is_voided_with_a_reason(desk, today, case, root):
    sari = desk("sari")
    kind = today.kind("Laporan Sosial").pk
    sari.send(f"{root}dokumen/baru/?jenis={kind}", file=picture())
    url = f"{root}dokumen/{Paper.objects.get().pk}/batalkan/"
    sari.send(url, 422, reason="")
    agus = desk("agus")
    agus.get(url, 403)
    assert url in sari.text(root) and url not in agus.text(root)
    agus.post(url, 403, **{**hidden(sari.get(url)), "reason": "Bukan saya"})
    sari.send(url, reason="Salah anak")
    assert "Dibatalkan" in sari.text(root) and "Salah anak" in sari.text(root)
    sari.get(url, 403)


def test_notes_keep_their_photos_and_stay_in_this_case(desk, today, case, root):
    sari = desk("sari")
    other = today.case().children.get().child_id
    url = f"{root}catatan/baru/"
    sari.send(url, 422, text="Halo", happened_at=local(today.now), child=other)
    sari.send(url, 422, text="x" * 5001, happened_at=local(today.now))
    future = sari.send(url, 422, text="Belum terjadi", happened_at=local(today.now + timedelta(hours=3)))
    assert "Belum terjadi" in future.content.decode()
    child = case.children.get().child_id
    sari.send(url, text="Sehat", happened_at=local(today.now), child=child, photos=[picture(), picture()])
    assert case.notes.get().photos.count() == 2
    assert "Sehat" in sari.text(f"{root}catatan/")


def test_one_more_child_new_or_known(desk, today, case, root):
    sari, kind = desk("sari"), today.home.categories.first()
    told = {"age_years": "3", "where_now": "Rumah singgah", "category": str(kind.pk)}
    sari.send(f"{root}anak/baru/", name="Adik", **told)
    assert case.children.count() == 2
    adik = Child.objects.get(name="Adik")
    assert adik.category == kind
    assert adik.whereabouts.get().place == "Rumah singgah" and adik.birth_how.startswith(
        "Diperkirakan 3 tahun"
    )
    page = sari.send(f"{root}anak/baru/?anak={adik.pk}", 422).content.decode()
    assert "sedang dalam penanganan" in page
    assert "2 anak" in sari.text(root)


def test_a_nik_belongs_to_one_child(desk, today, case, root):
    sari = desk("sari")
    child = case.children.get().child_id
    url = f"{root}anak/{child}/ubah/"
    sari.send(url, name="Anak 1", nik="2172 0152 0101 0001")
    page = sari.text(url)
    assert "2172015201010001" not in page and "••••0001. Kosongkan bila tidak berubah." in page
    kept = Child.objects.get(pk=child).nik_index
    sari.send(url, name="Anak 1", nik="", religion="Islam")
    assert (Child.objects.get(pk=child).nik_index, Child.objects.get(pk=child).religion) == (kept, "Islam")
    other = today.case().children.get()
    assert "Kosongkan" not in sari.text(f"/penanganan/{other.case.number}/anak/{other.child_id}/ubah/")
    url = f"/penanganan/{other.case.number}/anak/{other.child_id}/ubah/"
    assert "sudah tercatat pada anak lain" in sari.send(url, 422, nik="2172015201010001").content.decode()
    assert "16 angka" in sari.send(url, 422, nik="123").content.decode()
    page = sari.post("/anak/cari/", 200, q="2172.0152.0101.0001").content.decode()
    assert "Anak 1" in page
    assert "2172015201010001" not in str(Child.objects.values_list("nik_encrypted", "nik_index"))


def test_an_act_with_a_future_or_too_early_time_is_refused(desk, today, case, root):
    sari = desk("sari")
    for moment, sentence in (
        (today.now + timedelta(hours=1), "masa depan"),
        (today.now - timedelta(days=3), "mendahului kejadian"),
    ):
        page = sari.send(
            f"{root}langkah/1/",
            422,
            action="later",
            acted_at=local(moment),
            acted_by=today.sari.pk,
            note="Tetap ada",
        ).content.decode()
        assert sentence in page and "Tetap ada" in page
    sari.send(f"{root}langkah/1/", 422, action="later", acted_at=local(today.now), acted_by=today.tono.pk)
    assert not Attempt.objects.filter(case=case, acted_at__isnull=False).exists()


def test_who_held_the_post_for_some_days_in_between_can_be_named(desk, today):
    case = today.case(event_at=today.now - timedelta(days=20))
    peksos = Position.objects.get(agency=today.home, name="Peksos")
    first, last = ((today.now - timedelta(days=days)).date() for days in (12, 6))
    appoint(today.rina, peksos, "plh", first, last)
    choice = f'value="{today.rina.pk}"'
    url = f"/penanganan/{case.number}/langkah/1/"
    page = desk("sari").text(url)
    assert choice in page and "Plh. Peksos" in page and f'value="{today.sari.pk}"' in page
    before = (today.now - timedelta(days=30)).date()
    today.rina.appointments.filter(kind="plh").update(valid_from=before, valid_until=before)
    assert choice not in desk("sari").text(url)


def test_recording_within_the_minute_of_opening_is_not_early(desk, today, case, root):
    attempt = case.attempts.get()
    desk("sari").send(
        f"{root}langkah/1/", action="later", acted_at=local(attempt.opened_at), acted_by=today.sari.pk
    )
    attempt.refresh_from_db()
    assert attempt.acted_at == attempt.opened_at and not attempt.early


def test_a_round_opens_without_a_child(desk, today):
    sari = desk("sari")
    url = "/penanganan/laporan-awal/?sop=anak-jalanan"
    assert "Buka penanganan" in sari.text(url)
    sari.send(url, event_at=local(today.now), place="Simpang Tiga")
    case = Case.objects.get()
    assert not case.children.exists()
    assert "Belum ada anak terdata" in sari.text(f"/penanganan/{case.number}/")
    sari.send(f"/penanganan/{case.number}/anak/baru/", name="Anak jalan")
    assert case.children.count() == 1
