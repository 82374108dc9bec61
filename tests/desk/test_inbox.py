"""Tugas Saya: who finds what on his desk, and why."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from sopcases.cases import care, merging, sessions
from sopcases.cases.models import Attempt, CaseOfficer, Outcome, Waiver
from sopcases.cases.walk import Leave, roll
from sopcases.desk import counting, inbox, reminding
from sopcases.desk.calendar import Calendar
from sopcases.desk.inbox import Inbox
from sopcases.desk.matters import matters
from sopcases.desk.models import Notice
from sopcases.people.models import Appointment, Area, Position, User
from sopcases.sops.models import Stage
from sopcases.worktime.models import Holiday
from tests.cases.families import follow, two_families
from tests.cases.story import children, done
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import appoint, at, make_user
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

EVERYBODY = ["sari", "dewi", "rahman", "budi", "rina", "agus", "ani", "wati", "hadi", "yuli", "joko", "tika"]
STRANGERS = ["tono", "wati", "hadi", "yuli", "joko", "tika", "camat", "ani"]
STEP_1 = "Langkah 1 dari 9: Kasi menerima Lapran Sosial Bayi Terlantar dari Peksos"
STEP_2 = "Langkah 2 dari 9: "
STEP_3 = "Langkah 3 dari 9: Disposisi SPT oleh Kabid dan Ditandatangani Kepala Dinas"


def holds(desk, names):
    """Who of these has anything on the desk."""
    return [name for name in names if desk(name)]


# --- steps


def test_a_new_case_waits_for_the_performer_alone(world, desk, rows):
    case = world.case()
    assert desk("sari") == {"todo": [STEP_1]}
    assert holds(desk, EVERYBODY + STRANGERS) == ["sari"]
    (row,) = rows("sari", "todo")
    assert row.who == f"Anak 1 · Kasus bayi {case.number}"
    assert row.why == "Anda melaksanakan sebagai Peksos"
    assert row.since == "Sejak hari ini pukul 08.00"
    assert row.due == "Batas waktu hari ini pukul 08.15"
    assert (row.url, row.action, row.late) == (f"/penanganan/{case.number}/langkah/1/", "Catat", False)


def test_what_was_done_waits_for_its_receiver(world, desk, rows):
    case = world.case()
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    assert holds(desk, EVERYBODY + STRANGERS) == ["dewi"]
    (row,) = rows("dewi", "todo")
    assert row.why == "Menunggu Anda terima sebagai Kasi; dicatat oleh Sari Wulandari, S.Tr.Sos."
    assert row.action == "Terima"


def test_after_the_receipt_the_missing_output_waits_for_the_performers(world, desk, report):
    case = world.case(route="titipan")
    report(case)
    letter = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    world.advance_paper(case, letter, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    with world.walk(case, "sari") as walk:
        walk.finish("6")
    with world.walk(case, "sari") as walk:
        walk.finish("7")
    seven = "Langkah 7 dari 9: Kasi Menerima Laporan Peksos tentang perkembangan Anak"
    assert seven not in desk("sari")["todo"]
    assert desk("dewi") == {"todo": [seven]}
    with world.walk(case, "dewi") as walk:
        walk.receive("7")
    assert desk("dewi") == {}
    assert desk("agus") == {"todo": [seven]}, "the SPT is still to be drafted"


def test_a_saved_act_stays_and_says_so(world, rows):
    case = world.case(slug="anak-jalanan", by="dewi", children=0)
    with world.walk(case, "agus") as walk:
        walk.record("1")
    (row,) = rows("agus", "todo")
    assert row.why == "Anda melaksanakan sebagai Petugas; sudah dicatat, belum selesai"
    assert row.who.startswith("Belum ada anak · Kegiatan penjangkauan AJ-")


def test_several_children_are_named_shortly(world, rows):
    world.case(children=3)
    (row,) = rows("sari", "todo")
    assert row.who.startswith("Anak 1 dan 2 anak lain · ")


def test_a_returned_step_says_why(world, rows, report):
    case = report(world.case())
    world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    with world.walk(case, "rahman") as walk:
        walk.send_back("3", "Lengkapi tujuan.")
    (row,) = rows("agus", "todo")
    assert row.what.startswith(STEP_2)
    assert row.why == "Anda melaksanakan sebagai Petugas. Dikembalikan: Lengkapi tujuan."


# --- who


def test_only_the_assigned_officer_finds_it(world, desk, rows):
    lina = make_user(world.home, "lina", "Lina", "1")
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    appoint(lina, peksos)
    case = world.case()
    assert desk("sari") == desk("lina") == {"todo": [STEP_1]}
    with world.walk(case, "dewi") as walk:
        walk.assign(peksos.pk, lina)
    assert desk("sari") == {}
    (row,) = rows("lina", "todo")
    assert row.why == "Anda melaksanakan sebagai Peksos (Anda yang ditugasi)"
    with world.walk(case, "dewi") as walk:
        walk.assign(peksos.pk, None)
    assert desk("sari") == {"todo": [STEP_1]}


def test_the_area_of_the_appointment_counts(world, desk):
    here, there = Area.objects.filter(agency=world.home)[:2]
    Appointment.objects.filter(user=world.sari).update(area=here)
    world.case(area=here)
    world.case()
    world.case(area=there, by="dewi", children=0)
    assert len(desk("sari")["todo"]) == 2, "her area, and what has none"


def test_a_partner_outside_finds_his_area_and_what_he_opened(world, desk):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    slug = "anak-terlantar-luar-panti"
    world.case(slug, by="yuli", area=there, children=0)
    assert desk("tika") == {}
    unplaced = world.case(slug, by="yuli", children=0)
    assert desk("tika") == {}
    CaseOfficer.objects.create(
        case=unplaced,
        position=Position.objects.get(agency=unplaced.agency, name="TKSK"),
        user=world.tika,
        since=world.now,
    )
    assert len(desk("tika")["todo"]) == 1, "assigned to her"
    world.case(slug, by="yuli", area=here, children=0)
    assert len(desk("tika")["todo"]) == 2
    assert len(desk("camat")["todo"]) == 1, "the same area, not the same assignment"
    world.case(slug, by="tika", children=0)
    assert len(desk("tika")["todo"]) == 3
    world.case(slug, by="tika", area=there, children=0)
    assert len(desk("tika")["todo"]) == 4, "opened by her in another area"
    assert len(desk("camat")["todo"]) == 1


def test_a_plh_week(world, desk, report, spt, rows):
    letter = spt(report(world.case()))
    letter.initial(world.officer("rahman"))
    assert desk("budi") == {"todo": [f"Surat Perintah Tugas {letter.number}"]}
    assert desk("rina") == {}
    head = Position.objects.get(agency=world.home, name="Kepala Dinas")
    appoint(world.rina, head, "plh", first=date(2026, 3, 2), last=date(2026, 3, 8))
    assert desk("budi") == {}, "a Plh. suspends the holder"
    (row,) = rows("rina", "todo")
    assert row.why == "Menunggu tanda tangan Anda sebagai Plh. Kepala Dinas"
    seventh, eighth = at("2026-03-08 12:00"), at("2026-03-09 08:00")
    assert desk("rina", seventh) and not desk("budi", seventh)
    assert desk("budi", eighth) and not desk("rina", eighth)


def test_without_a_position_nothing(world, desk):
    world.case()
    Appointment.objects.filter(user=world.sari).update(valid_until=date(2026, 3, 1))
    assert desk("sari") == {}
    assert Inbox(world.officer("sari")).todo == ""


# --- letters


def test_a_proposed_letter_waits_for_its_paraf_and_not_as_a_step_too(world, desk, report, spt, rows):
    letter = spt(report(world.case()))
    assert desk("rahman") == {"todo": ["Surat Perintah Tugas"]}
    assert holds(desk, EVERYBODY + STRANGERS) == ["rahman"]
    (row,) = rows("rahman", "todo")
    assert row.why == "Menunggu paraf Anda sebagai Kabid; diajukan Agus Salim"
    assert (row.url, row.action) == (f"/surat/{letter.pk}/", "Periksa")
    assert row.due == "Batas waktu hari ini pukul 08.15", "of the approving step"


def test_a_letter_past_the_standard_of_its_step_is_overdue(world, desk, report, spt):
    spt(report(world.case()))
    assert "late" in desk("rahman", world.now + timedelta(days=2))


def test_a_letter_of_a_held_case_is_not_late(world, desk, report, spt):
    letter = spt(report(world.case()))
    with world.walk(letter.case, "dewi") as walk:
        walk.put_on_hold("Menunggu putusan pengadilan")
    assert desk("rahman", world.now + timedelta(days=20))["todo"] == ["Surat Perintah Tugas"]
    reminding.remind(world.now + timedelta(days=21))
    assert not Notice.objects.filter(what__contains="Surat Perintah Tugas").exists()


def test_a_paper_without_letter_waits_as_the_approving_step(world, desk, report, rows):
    case = report(world.case())
    world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    assert desk("rahman") == desk("budi") == {"todo": [STEP_3]}
    assert rows("rahman", "todo")[0].why == "Menunggu paraf Anda sebagai Kabid"
    assert rows("budi", "todo")[0].why == "Menunggu tanda tangan Anda sebagai Kepala Dinas"


def test_a_returned_letter_waits_for_its_drafter_once(world, desk, report, spt, rows):
    letter = spt(report(world.case()))
    letter.return_(world.officer("rahman"), "Perbaiki tujuan.")
    assert desk("agus") == {"todo": ["Surat Perintah Tugas"]}
    assert rows("agus", "todo")[0].why == "Dikembalikan kepada Anda untuk diperbaiki"
    assert desk("rahman") == {}


def test_a_returned_letter_of_one_who_left_waits_for_who_records(world, desk, report, spt, rows):
    letter = spt(report(world.case()))
    letter.return_(world.officer("rahman"), "Perbaiki tujuan.")
    appoint(make_user(world.home, "lina", "Lina"), Position.objects.get(agency=world.home, name="Petugas"))
    world.users["lina"] = User.objects.get(username="lina")
    (step,) = desk("lina")["todo"]  # that lacks the letter
    leave(world, "agus")
    assert desk("agus") == {}
    (row,) = [row for row in rows("lina", "todo") if row.what != step]
    assert row.what == "Surat Perintah Tugas"
    assert row.why == "Dikembalikan untuk diperbaiki; pengonsepnya, Agus Salim, tidak lagi menjabat"
    assert Inbox(world.officer("lina")).todo == "2"
    letter.edit(world.officer("lina"), letter.content | {"purpose": "Lain"})
    letter.propose(world.officer("lina"))
    assert desk("lina") == {} and desk("rahman") == {"todo": ["Surat Perintah Tugas"]}


def test_the_ink_of_a_letter_drafted_by_another_waits_for_who_records(world, desk, report, spt):
    letter = spt(report(world.case()), by="sari")
    letter.initial(world.officer("rahman"))
    name = f"Surat Perintah Tugas {letter.number}"
    assert name in desk("sari")["waiting"], "its drafter"
    assert desk("agus")["waiting"] == [name], "who records for others"
    assert name not in str(desk("dewi"))


def test_ink_to_come_follows_for_who_records(world, desk, report, spt):
    case = report(world.case())
    letter = spt(case)
    letter.initial(world.officer("rahman"))
    name = f"Surat Perintah Tugas {letter.number}"
    assert desk("agus") == {"waiting": [name]}, "it may be signed on paper"
    letter.decide(world.officer("budi"))
    assert desk("agus") == {"follow": [name]}
    assert desk("budi") == {}
    assert len(desk("sari")["todo"]) == 2, "steps 4 and 6 opened at the decision"


# --- time


def test_overdue_stands_apart_and_the_oldest_first(world, desk, rows):
    first = world.case()
    world.wait(days=1)
    second = world.case()
    world.wait(days=5)
    third = world.case()
    found = desk("sari")
    assert {key: len(value) for key, value in found.items()} == {"todo": 1, "late": 2}
    assert [row.who.split()[-1] for row in rows("sari", "late")] == [first.number, second.number]
    assert all(row.late for row in rows("sari", "late"))
    assert rows("sari", "todo")[0].who.endswith(third.number)


def test_a_standard_that_is_only_shown_alarms_nobody(world, desk, rows):
    world.case("anak-terlantar-luar-panti", by="yuli", area=Area.objects.get(name="Batang Kawa"), children=0)
    later = world.now + timedelta(days=20)
    assert set(desk("tika", later)) == {"todo"}
    assert not rows("tika", "todo", later)[0].late


def test_waiting_for_an_outside_party_stands_apart(world, desk, rows, report):
    case = report(world.case(route="titipan"))
    paper = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    world.advance_paper(case, paper, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    with world.walk(case, "sari") as walk:
        asked = walk.wait("5", "Disdukcapil", world.now)
    found = desk("sari")
    assert [len(found[key]) for key in ("todo", "waiting")] == [1, 1]
    (row,) = rows("sari", "waiting")
    assert row.why == "Menunggu Disdukcapil. Anda melaksanakan sebagai Peksos"
    assert row.since == "Diminta hari ini pukul 08.00"
    assert row.url == f"/penanganan/{case.number}/menunggu/{asked.pk}/"
    assert (row.action, row.late) == ("Catat jawaban", False)
    world.wait(days=1)
    with world.walk(case, "sari") as walk:
        walk.remind(asked.pk, world.now)
    (row,) = rows("sari", "waiting")
    assert row.since == "Diminta kemarin pukul 08.00, diingatkan hari ini pukul 08.00"
    with world.walk(case, "sari") as walk:
        walk.answered(asked.pk, world.now, "Diterima")
    assert "waiting" not in desk("sari")


def test_a_child_of_several_records_is_counted_once_as_on_the_session_page(world, rows):
    case = on_the_street(world, 5)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    one, two, three, four, _ = children(case)
    period = date(2026, 4, 1)

    def told() -> tuple[str, int]:
        (row,) = rows("sari", "todo")
        return row.who, len(sessions.each_once(sessions.untold(case.sop, "5", period, world.officer("sari"))))

    assert told() == ("5 anak dari 1 penanganan", 5)
    for gone, kept in ((one, two), (two, three), (three, four)):
        done(world, case, "sari", lambda w, gone=gone, kept=kept: merging.merge(w, gone, kept, "Dikenali"))
    assert told() == ("2 anak dari 1 penanganan", 2)


def test_a_period_is_announced_before_its_time(world, desk, rows):
    case = world.case("anak-jalanan", by="dewi", children=0)
    world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.SIGNED)
    with world.walk(case, "sari") as walk:
        walk.join(world.child("Dimas"))
    child = case.children.get().child
    for kind, output in (("Laporan Sosial", "3/laporan"), ("Surat Pernyataan", "3/pernyataan")):
        paper = world.paper(kind)
        with world.walk(case, "sari") as walk:
            walk.file(paper, world.output(walk, output), children=[child.pk])
    with world.walk(case, "sari") as walk:
        walk.finish("3")
    (row,) = rows("sari", "soon")
    assert row.what.startswith("Kegiatan bersama April 2026: Sekali setiap bulan")
    assert row.who == "1 anak dari 1 penanganan"
    assert (row.since, row.due) == ("Mulai 1 April", "Batas waktu 30 April")
    assert row.url == "/kegiatan/anak-jalanan/5/2026-04-01/"
    april = at("2026-04-01 08:00")
    assert "soon" not in desk("sari", april)
    assert any("April 2026" in what for what in desk("sari", april)["todo"])
    roll(at("2026-05-04 08:00"))
    missed = rows("sari", "late", at("2026-05-04 08:00"))
    assert any("masanya lewat dan belum dilaporkan" in row.why for row in missed)


# --- papers to follow, and the lead of a case


def handed_over(world, report, spt):
    """A titipan case at its end: every step done, the BPJS card to follow."""
    case = report(world.case(route="titipan"))
    paper = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.DRAFT)
    hands = {"disposed_by": world.rahman, "signed_by": world.budi}
    world.advance_paper(case, paper, Stage.SIGNED, "budi", **hands)
    world.file(case, "Akte Kelahiran", output="5/akte")
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    for key in ("5", "6", "7"):
        with world.walk(case, "sari") as walk:
            walk.finish(key)
    with world.walk(case, "dewi") as walk:
        walk.receive("7")
    paper = world.file(case, "Surat Perintah Tugas", "agus", output="7/spt", stage=Stage.DRAFT)
    world.advance_paper(case, paper, Stage.SIGNED, "budi", **hands)
    world.file(case, "Surat Pengantar", "agus", output="8/pengantar", stage=Stage.READY)
    record = world.file(case, "Berita Acara Penyerahan Anak", "agus", output="8/ba", stage=Stage.READY)
    until = world.now.date() + timedelta(days=30)
    with world.walk(case, "rahman") as walk:
        walk.finish("8", leave=[Leave(world.kind("BPJS Anak").pk, "KK belum terbit", until)])
    world.advance_paper(case, record, Stage.SIGNED, "dewi")
    with world.walk(case, "dewi") as walk:
        walk.finish("9")
    return case


def test_when_nothing_is_open_the_lead_is_asked_to_close(world, desk, report, spt, rows):
    case = handed_over(world, report, spt)
    asked = "Catat hasil akhir dan tutup penanganan"
    assert desk("dewi")["todo"] == desk("rahman")["todo"] == [asked]
    assert desk("sari") == desk("agus") == desk("budi") == {}
    assert rows("dewi", "todo")[0].action == "Tutup"
    with world.walk(case, "dewi") as walk:
        outcome = Outcome.objects.get(agency=world.home, name="Diserahkan ke lembaga")
        walk.leave(walk.stays[0].child_id, outcome, world.now.date())
    with world.walk(case, "dewi") as walk:
        walk.close()
    assert "todo" not in desk("dewi")


def test_a_case_whose_children_have_ended_is_to_be_closed(world, desk, rows, sign_in):
    case = world.case(children=2)
    assert "Tutup penanganan" not in desk("dewi").get("todo", [])
    with world.walk(case, "sari") as walk:
        for stay in walk.stays:
            walk.leave(stay.child_id, Outcome.objects.filter(agency=world.home).first(), world.now.date())
    for name in ("dewi", "rahman"):
        (row,) = [row for row in rows(name, "todo") if row.what == "Tutup penanganan"]
        assert row.why == "Siap ditutup: setiap anak sudah mempunyai hasil akhir"
        assert (row.action, row.url) == ("Tutup", f"/penanganan/{case.number}/tutup/")
        assert sign_in(name).get(row.url).status_code == 200
        assert Inbox(world.officer(name)).todo == "1"
    assert holds(desk, ["agus", "budi", *STRANGERS]) == [], "only those who may close it, nearest to the case"
    with world.walk(case, "dewi") as walk:
        walk.close()
    assert desk("dewi") == {}


def test_who_left_is_not_counted_in_the_name_of_a_case_to_close(world, rows):
    case, ended = world.case(children=3), Outcome.objects.filter(agency=world.home).first()
    with world.walk(case, "sari") as walk:
        for stay in walk.stays[:2]:
            walk.leave(stay.child_id, ended, world.now.date())
    world.wait(days=15)
    (row,) = [row for row in rows("dewi", "late") if row.what == "Tutup penanganan"]
    assert row.who == f"Anak 3 · Kasus bayi {case.number}"
    with world.walk(case, "sari") as walk:
        walk.leave(walk.stays[2].child_id, ended, world.now.date())
    (row,) = [row for row in rows("dewi", "late") if row.what == "Tutup penanganan"]
    assert row.who == f"Anak 1 dan 2 anak lain · Kasus bayi {case.number}", "all who were in it"


def test_a_case_whose_term_is_over_is_to_be_closed_while_its_steps_are_open(world, desk, rows):
    case = world.case()
    world.wait(days=15)
    (row,) = [row for row in rows("dewi", "late") if row.what == "Tutup penanganan"]
    assert row.why == "Siap ditutup: jangka waktunya sudah habis" and row.late
    assert row.who == f"Anak 1 · Kasus bayi {case.number}"
    with world.walk(case, "dewi") as walk:
        walk.put_on_hold("Menunggu putusan pengadilan")
    assert desk("dewi") == {"waiting": ["Penanganan ditunda"]}, "nothing is ready while it is held"


def test_a_round_that_found_nobody_comes_to_who_may_close_though_none_of_them_performs(world, desk, rows):
    case = on_the_street(world, 0)
    assert "Tutup penanganan" not in desk("dewi").get("todo", [])
    with world.walk(case, "sari") as walk:
        walk.finish("3")
    (row,) = rows("dewi", "todo")
    assert (row.what, row.why) == ("Tutup penanganan", "Siap ditutup: tidak ada anak yang ditemukan")
    assert holds(desk, ["sari", "agus", "rahman", *STRANGERS]) == [], "who only disposes is further away"


def test_what_follows_stays_with_the_performer_after_closing(world, desk, report, spt, rows):
    case = handed_over(world, report, spt)
    with world.walk(case, "dewi") as walk:
        walk.stop("Uji", Outcome.objects.filter(agency=world.home).first())
    assert desk("dewi") == desk("rahman") == {"follow": ["BPJS Anak menyusul"]}
    assert holds(desk, ["sari", "agus", "budi", *STRANGERS]) == []
    (row,) = rows("dewi", "follow")
    assert (row.due, row.late, row.action) == ("Paling lambat 1 April", False, "Lengkapi")
    bpjs = world.kind("BPJS Anak").pk
    assert row.url == f"/penanganan/{case.number}/dokumen/baru/?jenis={bpjs}"
    assert rows("dewi", "follow", at("2026-04-02 08:00"))[0].late
    world.file(case, "BPJS Anak")
    assert desk("dewi") == {}


def test_statements_to_follow_are_one_row_that_leads_to_their_adults(world, desk, rows, sign_in, monkeypatch):
    """An act of leaving them so is a row; what follows on another day is another."""
    case, ids, *_ = two_families(world)
    soon, later = world.now.date() + timedelta(days=7), world.now.date() + timedelta(days=9)
    done(world, case, "dewi", follow(ids[:3], until=soon))
    done(world, case, "dewi", follow(ids[3:], until=later))
    first, second = rows("sari", "follow")
    assert first.who == f"Anak 0 dan 2 anak lain · Kegiatan penjangkauan {case.number}"
    assert (first.due, second.due) == ("Paling lambat 9 Maret", "Paling lambat 11 Maret")
    assert second.who.startswith("Anak 3 · ")
    output = case.revision.steps.get(key="3").outputs.get(key="pernyataan").pk
    there = f"/penanganan/{case.number}/langkah/3/orang-tua/?keluaran={output}"
    assert first.url == second.url == there
    assert sign_in("sari").get(there).status_code == 200
    monkeypatch.setattr(inbox, "READ", 4)
    assert [row.who.split(" · ")[0] for row in rows("sari", "follow")] == ["Anak 0 dan 2 anak lain"]


def test_a_held_case_rests_and_shows_to_who_may_resume(world, desk, rows):
    case = world.case()
    with world.walk(case, "dewi") as walk:
        walk.put_on_hold("Menunggu putusan pengadilan")
    assert desk("sari") == {}
    assert desk("dewi") == {"waiting": ["Penanganan ditunda"]}
    assert rows("dewi", "waiting")[0].why == "Alasan: Menunggu putusan pengadilan"


def test_held_cases_hide_none_that_is_to_be_closed(world, desk, monkeypatch):
    monkeypatch.setattr("sopcases.desk.inbox.SHOWN", 2)
    held, ended = [world.case() for _ in range(4)], world.case()
    for case in held:
        with world.walk(case, "dewi") as walk:
            walk.put_on_hold("Uji")
    with world.walk(ended, "sari") as walk:
        outcome = Outcome.objects.filter(agency=world.home).first()
        walk.leave(walk.stays[0].child_id, outcome, world.now.date())
    assert desk("dewi")["todo"] == ["Tutup penanganan"]
    assert Inbox(world.officer("dewi")).todo == "1"


# --- plans and requests


def plan(world, case, who="sari", days=3, goal="Akta terbit"):
    with world.walk(case, "sari") as walk:
        child = walk.stays[0].child_id
        due = world.now.date() + timedelta(days=days)
        return care.plan(walk, child, goal=goal, due_on=due, responsible=world.users[who])


def refer(world, case, child=None):
    with world.walk(case, "sari") as walk:
        children = [child] if child else ()
        walk.refer("RSUD Kota", world.now, request="Visum", party_kind="health", children=children)


def test_a_goal_comes_to_its_responsible_a_week_before_and_is_late_after_its_day(world, desk, rows):
    case = world.case()
    plan(world, case, "agus", days=8)
    assert desk("agus") == {}
    world.wait(days=1)
    assert desk("agus") == {"todo": ["Tujuan rencana: Akta terbit"]}
    assert holds(desk, [*STRANGERS, "dewi", "rahman", "budi"]) == []
    (row,) = rows("agus", "todo")
    assert row.who == f"Anak 1 · Kasus bayi {case.number}"
    assert (row.why, row.late) == ("Anda penanggung jawab tujuan ini", False)
    assert row.url == f"/penanganan/{case.number}/anak/{case.children.get().child_id}/rencana/"
    world.wait(days=7)
    assert "todo" in desk("agus"), "its day is whole"
    world.wait(days=1)
    (row,) = rows("agus", "late")
    assert row.late and Inbox(world.officer("agus")).todo == "1"


def test_a_goal_that_ended_or_whose_child_left_waits_for_nobody(world, desk):
    case, gone = world.case(), world.case()
    goal = plan(world, case, "agus")
    with world.walk(case, "agus") as walk:
        care.achieve(walk, goal.pk, world.now.date(), 0)
    plan(world, gone, "agus")
    with world.walk(gone, "dewi") as walk:
        walk.stop("Batal", Outcome.objects.filter(agency=gone.agency).first())
    assert desk("agus") == {}


def leave(world, name):
    """From today they hold nothing any more."""
    Appointment.objects.filter(user=world.users[name]).update(
        valid_until=world.now.date() - timedelta(days=1)
    )


def hand_over(world, case, name):
    position = Position.objects.get(agency=world.home, name="Peksos")
    done(world, case, "dewi", lambda walk: walk.assign(position.pk, world.users[name]))


def colleague(world):
    """A second Peksos."""
    lina = make_user(world.home, "lina", "Lina")
    world.users["lina"] = appoint(lina, Position.objects.get(agency=world.home, name="Peksos"))
    return lina


@pytest.mark.parametrize("how", ["left", "handed over", "outside"])
def test_a_goal_nobody_in_the_case_is_responsible_for_comes_to_who_leads_it(world, desk, rows, how):
    case, lina = world.case(), colleague(world)
    if how == "outside":
        with world.walk(case, "sari") as walk:
            child, due = walk.stays[0].child_id, world.now.date() + timedelta(days=3)
            care.plan(walk, child, goal="Akta terbit", due_on=due, responsible_text="RT 03")
    else:
        plan(world, case)
        hand_over(world, case, "sari")
    assert ("Tujuan rencana: Akta terbit" in str(desk("dewi"))) == (how == "outside")
    before = Inbox(world.officer("dewi")).todo
    if how == "left":
        leave(world, "sari")
    elif how == "handed over":
        hand_over(world, case, "lina")
    (row,) = [row for row in rows("dewi", "todo") if row.what.startswith("Tujuan rencana")]
    assert row.why == (
        "Penanggung jawabnya dari luar: RT 03"
        if how == "outside"
        else "Penanggung jawabnya, Sari Wulandari, S.Tr.Sos., tidak lagi bertugas dalam penanganan ini. "
        "Tetapkan penanggung jawab baru"
    )
    assert row.url == f"/penanganan/{case.number}/anak/{case.children.get().child_id}/rencana/"
    assert [n for n in [*EVERYBODY, "lina"] if "Tujuan rencana" in str(desk(n))] == ["dewi", "rahman"]
    assert Inbox(world.officer("dewi")).todo == (before if how == "outside" else str(int(before or 0) + 1))
    told = [m for m in matters(world.officer("dewi"), world.now + timedelta(days=9)) if "Tujuan" in m.what]
    assert [m.place for m in told] == [f"Kasus bayi {case.number}"]
    days = world.now.date(), world.now.date() + timedelta(days=9)
    assert "tujuan rencana" in str(Calendar(world.officer("dewi"), *days).events)
    if how == "left":
        hand_over(world, case, "lina")
        assert "Tujuan rencana" in str(desk("dewi")), "still planned for who left"
    with world.walk(case, "dewi") as walk:
        goal = case.goals.get()
        care.replan(walk, goal.pk, 0, goal=goal.goal, due_on=goal.due_on, responsible=lina)
    assert "Tujuan rencana" not in str(desk("dewi"))


def test_a_goal_of_one_who_is_away_for_a_week_stays_his(world, desk):
    case = world.case()
    plan(world, case)
    sari = Position.objects.get(agency=world.home, name="Peksos")
    appoint(world.agus, sari, "plh", first=world.now.date(), last=world.now.date() + timedelta(days=6))
    assert "Tujuan rencana" not in str(desk("dewi"))
    world.wait(days=7)
    assert "Tujuan rencana" in str(desk("sari"))


def test_a_goal_of_a_plh_is_his_where_who_is_away_was_assigned(world, desk, rows):
    """Rina stands in for Dewi, to whom the case is assigned, and is responsible herself."""
    case = world.case()
    kasi = Position.objects.get(agency=world.home, name="Kasi")
    with world.walk(case, "dewi") as walk:
        walk.assign(kasi.pk, world.dewi)
    appoint(world.rina, kasi, "plh", first=world.now.date(), last=world.now.date() + timedelta(days=6))
    with world.walk(case, "rina") as walk:
        child = walk.stays[0].child_id
        care.plan(walk, child, goal="Akta", due_on=world.now.date(), responsible=world.rina)
    assert len([row for row in rows("rina", "todo") if row.what == "Tujuan rencana: Akta"]) == 1
    assert "Tujuan rencana" not in str(desk("rahman"))
    assert counting.waiting(world.officer("rina"), 9)[3:5] == [1, 0]
    found = list(
        Calendar(world.officer("rina"), world.now.date(), world.now.date() + timedelta(days=7)).events
    )
    assert len([event for event in found if "tujuan rencana" in str(event)]) == 1
    world.wait(days=7)
    assert "Tujuan rencana" in str(desk("dewi")), "she is back, and who stood in has no part in the case"


def test_an_open_request_waits_with_those_of_the_case(world, desk, rows):
    case = world.case()
    refer(world, case)
    assert holds(desk, STRANGERS) == []
    for name in ("sari", "dewi", "rahman", "budi", "agus"):
        assert desk(name)["waiting"] == ["Permintaan: Visum"], name
    (row,) = rows("agus", "waiting")
    assert (row.why, row.since) == ("Menunggu RSUD Kota", "Diminta hari ini pukul 08.00")
    asked = case.intervals.get()
    assert (row.action, row.url) == ("Catat jawaban", f"/penanganan/{case.number}/menunggu/{asked.pk}/")
    assert Inbox(world.officer("agus")).todo == "", "it cannot be hurried by him"
    with world.walk(case, "sari") as walk:
        walk.remind(asked.pk, world.now)
    assert "diingatkan hari ini" in rows("agus", "waiting")[0].since
    with world.walk(case, "sari") as walk:
        walk.answered(asked.pk, world.now, "Sudah dikirim")
    assert desk("agus") == {}


# --- letters that came


def test_a_letter_that_came_waits_for_the_head_and_then_for_each_below(world, desk, rows):
    tray = Tray(world)
    letter = tray.letter()
    assert holds(desk, EVERYBODY + STRANGERS) == ["budi"]
    (row,) = rows("budi", "todo")
    assert row.what == "Surat masuk nomor agenda 1 tahun 2026: Polsek Contoh"
    assert row.who == "Segera · Permohonan penanganan bayi"
    assert (row.why, row.since) == ("Menunggu disposisi Anda", "Sejak hari ini pukul 08.00")
    assert (row.due, row.action, row.url) == ("", "Disposisikan", f"/surat/masuk/{letter.pk}/")
    tray.dispose(letter, "budi", "Kabid")
    assert holds(desk, EVERYBODY + STRANGERS) == ["rahman"]
    (row,) = rows("rahman", "todo")
    assert row.why == "Disposisi dari Kepala Dinas (Dr. Budi Hartono, M.A.P.) menunggu tindak lanjut Anda"
    assert (row.due, row.action) == ("Batas waktu 5 Maret", "Tindak lanjuti")
    part = tray.dispose(letter, "rahman", "Kasi")
    assert (desk("rahman").keys(), desk("dewi").keys()) == ({"waiting"}, {"todo"})
    assert rows("rahman", "waiting")[0].why == "Anda teruskan; penerimanya belum menjawab"
    assert [Inbox(world.officer(name)).todo for name in ("rahman", "dewi")] == ["", "1"]
    world.wait(days=4)
    (row,) = rows("dewi", "late")
    assert row.late and Inbox(world.officer("dewi")).todo == "1"
    assert not rows("rahman", "waiting")[0].late, "it is not he who is late"
    letter.answer(part.pk, world.officer("dewi"), "Sudah.")
    assert (desk("rahman").keys(), desk("dewi")) == ({"late"}, {})
    letter.answer(part.parent_id, world.officer("rahman"), "Sudah.")
    assert holds(desk, EVERYBODY + STRANGERS) == []


# --- the page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_whatever_waits(
    world, sign_in, report, spt, django_assert_num_queries, count
):
    for _ in range(count):
        planned = world.case()
        plan(world, planned)
        plan(world, planned, "rahman", days=0)
        refer(world, planned)
        spt(report(world.case()))
        ended = world.case()
        with world.walk(ended, "sari") as walk:
            walk.leave(
                walk.stays[0].child_id,
                Outcome.objects.filter(agency=world.home).first(),
                ended.event_at.date(),
            )
        letter, _, _ = Tray(world).down()
        Tray(world).dispose(letter, "dewi", "Peksos")
    for name, queries in (("sari", 15), ("rahman", 17)):  # he may close, and answers for others: two more
        client = sign_in(name)
        with django_assert_num_queries(queries):
            page = client.get("/")
        assert page.status_code == 200


def test_the_navigation_counts_what_the_page_shows(world, sign_in, report, spt):
    for _ in range(3):
        spt(report(world.case()))
    planned = world.case()
    plan(world, planned, "agus", days=2)
    plan(world, planned, "agus", days=7)
    plan(world, planned, "agus", days=30)
    world.wait(days=3)
    for name, todo, letters in (
        ("sari", "1", ""),
        ("rahman", "3", "3"),
        ("agus", "2", ""),
        ("tono", "", ""),
    ):
        fresh, read = Inbox(world.officer(name)), Inbox(world.officer(name))
        assert read.sections is not None
        assert (fresh.todo, fresh.letters) == (read.todo, read.letters) == (todo, letters), name
    page = sign_in("rahman").get("/").content.decode()
    assert '<span class="count">3<span class="visually-hidden"> perlu dikerjakan</span></span>' in page


def test_other_pages_count_in_one_query(world, sign_in, report, spt, django_assert_num_queries):
    spt(report(world.case()))
    client = sign_in("rahman")
    # Session, user, authority, the parts in the SOPs; three of the page; the counts.
    with django_assert_num_queries(8):
        assert "perlu dikerjakan" in client.get("/sop/").content.decode()


def test_a_full_page_stays_light(world, sign_in):
    for _ in range(inbox.SHOWN + 1):
        world.case(children=0)
    page = sign_in("sari").get("/")
    assert page.content.count(b"task-action") == inbox.SHOWN
    assert len(page.content) < 100_000


def test_counts_are_capped():
    assert [inbox.capped(n) for n in (0, 7, 99, 100, 5000)] == ["", "7", "99", "99+", "99+"]


def test_a_long_section_is_cut_and_says_so(world, sign_in, monkeypatch):
    monkeypatch.setattr(inbox, "SHOWN", 2)
    for _ in range(3):
        world.case()
    (section,) = Inbox(world.officer("sari")).sections
    assert (len(section.rows), section.more, section.count) == (2, True, "2+")
    assert "Lihat semuanya pada daftar penanganan" in sign_in("sari").get("/").content.decode()


def test_much_overdue_does_not_hide_what_is_not(world, desk, monkeypatch):
    monkeypatch.setattr(inbox, "SHOWN", 2)
    monkeypatch.setattr(inbox, "READ", 3)
    for _ in range(4):
        world.case()
    world.wait(days=10)
    world.case()
    assert {key: len(value) for key, value in desk("sari").items()} == {"todo": 1, "late": 2}


def test_empty_pages_say_why(world, sign_in):
    assert "Tidak ada yang menunggu Anda" in sign_in("sari").get("/").content.decode()
    page = sign_in("ani").get("/").content.decode()
    assert "Anda tidak memegang jabatan hari ini" in page
    assert "Buka halaman admin" in page


def test_strangers_are_asked_to_sign_in(client, db):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/masuk/?next=/")


def test_every_button_leads_to_a_page_the_officer_may_open(world, sign_in, report, spt, rows):
    returned = spt(report(world.case()))
    returned.return_(world.officer("rahman"), "Perbaiki.")
    spt(report(world.case()))
    decided = spt(report(world.case()))
    decided.initial(world.officer("rahman"))
    decided.decide(world.officer("budi"))
    asked = world.case()
    with world.walk(asked, "sari") as walk:
        walk.wait("1", "RSUD", world.now)
    plan(world, asked)
    refer(world, asked)
    handed = world.case()
    world.file(handed, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(handed, "sari") as walk:
        walk.finish("1")
    held = world.case()
    with world.walk(held, "dewi") as walk:
        walk.put_on_hold("Uji")
    handed_over(world, report, spt)
    opened = set()
    for name in ("sari", "dewi", "rahman", "budi", "agus"):
        client = sign_in(name)
        for section in Inbox(world.officer(name)).sections:
            for row in section.rows:
                opened.add((section.key, row.action))
                assert client.get(row.url).status_code == 200, (name, row)
    assert opened >= {
        ("todo", "Catat"),
        ("todo", "Terima"),
        ("todo", "Periksa"),
        ("todo", "Perbaiki"),
        ("todo", "Tutup"),
        ("todo", "Buka rencana"),
        ("waiting", "Catat jawaban"),
        ("waiting", "Lihat"),
        ("follow", "Lengkapi"),
        ("follow", "Unggah"),
    }


def test_every_live_attempt_has_a_home(world, report, spt, desk):
    """No opened attempt of a running case is on nobody's desk."""
    case = report(world.case())
    spt(case)
    live = Attempt.objects.filter(case=case, state__in=Attempt.LIVE)
    assert [a.step.key for a in live] == ["3"]
    assert desk("rahman")


def test_who_keeps_the_calendar_is_told_which_year_lacks_its_joint_leave(world, sign_in):
    """By the rule of the admin's list of days off; nobody else is."""
    warning = "Cuti bersama 2028 belum ada."
    assert warning not in sign_in("ani").get("/").content.decode(), "2026 and 2027 are known"
    world.now = at("2027-10-04 08:00")
    page = sign_in("ani").get("/").content.decode()
    assert page.count(warning) == 1 and reverse("admin:worktime_holiday_changelist") in page
    assert warning not in sign_in("sari").get("/").content.decode()
    Holiday.objects.create(date=date(2028, 1, 25), name="Cuti bersama", kind="cuti_bersama")
    assert warning not in sign_in("ani").get("/").content.decode()


def test_the_hint_on_keys_shows_only_where_there_are_keys():
    css = (settings.BASE_DIR / "static/css/app.css").read_text()
    (hidden,) = re.findall(r"@media ([^{]+) \{ \.task-keys \{ display: none; \} \}", css)
    assert hidden == "(hover: none), (pointer: coarse)"


def test_what_follows_in_one_act_is_one_thing_on_the_desk_in_the_morning_and_in_the_calendar(world, rows):
    """Also at a step that each child walks by himself: an attempt for each, and yet one act."""
    case, ids, *_ = two_families(world)
    day = world.now.date() + timedelta(days=7)
    done(world, case, "dewi", follow(ids[:3], until=day))
    for waiver in Waiver.objects.filter(case=case):
        attempt = waiver.attempt
        attempt.pk, attempt.child_id, attempt._state.adding = None, waiver.child_id, True
        attempt.save()
        Waiver.objects.filter(pk=waiver.pk).update(attempt=attempt)
    assert len(set(Waiver.objects.values_list("attempt", flat=True))) == 3
    sari = world.officer("sari")
    month = Calendar(sari, day.replace(day=1), day + timedelta(days=31))
    until = world.now + timedelta(days=30)
    assert len(rows("sari", "follow")) == 1
    assert [m.what for m in matters(sari, until) if m.subject.startswith("waiver")] == [
        "Surat Pernyataan menyusul"
    ]
    assert len([e for e in month.events if e.title.endswith("menyusul")]) == 1
