"""Incoming letters: entered in the agenda, passed down the chain, each answering for his own part."""

from collections import Counter as Tally
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from sopcases.cases import agenda
from sopcases.cases.filing import file_document
from sopcases.cases.models import AgendaCounter, Paper
from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.people.models import Appointment, Entry, Position, User
from sopcases.refusal import Conflict, NotAllowed, Refused
from tests.cast import appoint, at, make_user
from tests.letters.crowd import all_take
from tests.letters.papers import scan
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

EVERYBODY = ["sari", "dewi", "rahman", "budi", "rina", "agus", "tono", "wati", "ani"]


@pytest.fixture
def tray(world) -> Tray:
    return Tray(world)


def readers(tray, letter) -> set[str]:
    return {
        name
        for name in EVERYBODY
        if IncomingLetter.objects.visible_to(tray.by(name)).filter(pk=letter.pk).exists()
    }


def waits(tray) -> dict[str, list[tuple[int, bool]]]:
    """Who finds which letters waiting: number of the agenda, and whether others have still to answer."""
    found = {}
    for name in EVERYBODY:
        rows = [(row.seq, row.passed) for row in IncomingLetter.objects.waiting_for(tray.by(name))]
        if rows:
            found[name] = rows
    return found


def lines() -> list[str]:
    return list(
        Entry.objects.filter(verb__startswith="incoming.").order_by("id").values_list("verb", flat=True)
    )


# --- entering it


def test_letters_follow_each_other_in_the_agenda(tray):
    first, second = tray.letter(), tray.letter(scan=scan())
    assert [(first.year, first.seq), (second.year, second.seq)] == [(2026, 1), (2026, 2)]
    second.refresh_from_db()
    assert second.file and second.mime == "image/jpeg" and second.sha256
    assert str(second) == "Surat masuk nomor agenda 2 tahun 2026"
    assert second.state == IncomingLetter.State.RECORDED
    assert lines() == ["incoming.recorded"] * 2


def test_the_year_is_that_of_the_day_it_came_and_each_begins_at_one(tray):
    tray.letter()
    late = tray.letter(received_on=date(2025, 12, 31), dated=date(2025, 12, 30))
    assert (late.year, late.seq) == (2025, 1)
    other = tray.letter(by="yuli")
    assert (other.agency.slug, other.seq) == ("lamandau", 1)


def test_an_agenda_goes_on_where_the_one_on_paper_ended(tray):
    assert tray.letter(after=412).seq == 413
    assert tray.letter(after=7).seq == 414, "only its first number is told where to begin"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sender": " "}, "Isi surat dari siapa."),
        ({"about": ""}, "Isi hal surat."),
        ({"received_on": date(2026, 3, 3)}, "Tanggal terima tidak boleh di masa depan."),
        (
            {"dated": date(2026, 3, 3)},
            "Surat tidak dapat diterima sebelum tanggalnya. Periksa kedua tanggalnya.",
        ),
    ],
)
def test_a_letter_that_cannot_be_is_refused_and_takes_no_number(tray, changes, sentence):
    with pytest.raises(Refused) as told:
        tray.letter(**changes)
    assert told.value.sentences == (sentence,)
    assert not IncomingLetter.objects.exists()
    assert tray.letter().seq == 1


@pytest.mark.parametrize("name", ["sari", "rina", "ani", "tika"])
def test_only_the_keepers_of_the_register_enter_letters(tray, name):
    with pytest.raises(NotAllowed) as told:
        tray.letter(by=name)
    assert told.value.sentences == ("Agenda surat dijaga oleh petugas pencatat.",)


def test_a_refused_letter_leaves_no_file_and_no_gap(tray, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    with pytest.raises(IntegrityError), transaction.atomic():
        tray.letter(scan=scan(), urgency=None)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tray.letter().seq == 1


def test_what_was_typed_is_mended_under_its_number(tray):
    letter = tray.letter()
    letter.correct(tray.by("dewi"), version=0, scan=scan(), **tray.facts(sender="Polres Contoh"))
    letter.refresh_from_db()
    assert (letter.seq, letter.sender, bool(letter.file), letter.version) == (1, "Polres Contoh", True, 1)
    told = Entry.objects.get(verb="incoming.corrected").data
    assert told == {"year": 2026, "seq": 1, "changed": ["sender"], "scan": True}, "no words of the letter"
    with pytest.raises(Conflict, match="baru saja diubah"):
        letter.correct(tray.by("dewi"), version=0, **tray.facts())
    with pytest.raises(Refused, match="tercatat dalam agenda 2026"):
        letter.correct(
            tray.by("agus"),
            version=1,
            **tray.facts(received_on=date(2025, 12, 31), dated=date(2025, 12, 1)),
        )
    with pytest.raises(NotAllowed, match="petugas pencatat"):
        letter.correct(tray.by("sari"), version=1, **tray.facts())
    letter.refresh_from_db()
    assert (letter.sender, letter.version) == ("Polres Contoh", 1)


def test_a_scan_that_was_passed_on_is_not_exchanged(tray, django_capture_on_commit_callbacks):
    letter = tray.letter(scan=scan())
    old = letter.file.name
    with django_capture_on_commit_callbacks(execute=True):
        letter.correct(tray.by("agus"), version=0, scan=scan(), **tray.facts())
    assert letter.file.name != old
    assert not letter.file.storage.exists(old)
    tray.dispose(letter, "budi", "Kabid")
    with pytest.raises(Refused, match="sudah didisposisikan dan tidak dapat diganti"):
        letter.correct(tray.by("agus"), version=letter.version, scan=scan(), **tray.facts())
    letter.correct(tray.by("agus"), version=letter.version, **tray.facts(urgency="very_urgent"))
    letter.finish(tray.by("budi"), "Cukup.")
    with pytest.raises(NotAllowed, match="Surat ini sudah selesai"):
        letter.correct(tray.by("agus"), version=letter.version, **tray.facts())


# --- the numbers of the agenda have one home


def typed(tray, text: str, **facts) -> Paper:
    """A paper that came straight to a case, with the number typed as given."""
    case = tray.world.case()
    with tray.world.walk(case, "sari") as walk:
        return file_document(
            walk,
            tray.world.kind("Surat Masuk Lain"),
            scan(),
            agenda=text,
            received_on=walk.by.day,
            **facts,
        )


def test_a_number_typed_with_a_case_is_stepped_over(tray):
    assert tray.letter().seq == 1
    typed(tray, "0002")
    typed(tray, "3/B")
    assert [tray.letter().seq, tray.letter().seq] == [3, 4]


def test_a_number_that_the_agenda_gave_is_typed_nowhere_else(tray):
    tray.letter()
    tray.letter()
    with pytest.raises(Refused, match="Nomor agenda 02 sudah diberikan kepada sebuah surat"):
        typed(tray, "02")
    assert typed(tray, "02/A").agenda == "02/A"
    assert typed(tray, "5").agenda == "5", "ahead of the sequence"
    with pytest.raises(Refused, match="Nomor agenda 5 sudah dipakai pada tahun 2026"):
        typed(tray, "5")


def test_an_agenda_begins_after_what_was_typed_before_it(tray):
    paper = typed(tray, "0233")
    assert tray.letter().seq == 234
    assert typed(tray, "0100").agenda == "0100", "a letter of the agenda on paper"
    case = paper.filings.get().case
    with tray.world.walk(case, "sari") as walk:
        walk.void(paper, "Salah catat")
    assert typed(tray, "0233").agenda == "0233"


# --- down the chain


def test_a_letter_goes_down_the_chain_and_each_answers_for_his_own_part(tray):
    letter = tray.letter()
    assert waits(tray) == {"budi": [(1, False)]}
    upper = tray.dispose(letter, "budi", "Kabid", asked=["coordinate", "process"], note="Tolong segera.")
    assert letter.state == IncomingLetter.State.PASSED
    assert (upper.parent, upper.wishes) == (None, ["Proses lebih lanjut", "Koordinasi/konfirmasikan"])
    assert upper.from_title == "Kepala Dinas (Dr. Budi Hartono, M.A.P.)"
    assert upper.to_title == "Kabid (Drs. Abdul Rahman, M.Si.)"
    assert waits(tray) == {"rahman": [(1, False)]}
    middle = tray.dispose(letter, "rahman", "Kasi")
    assert middle.parent == upper
    assert waits(tray) == {"rahman": [(1, True)], "dewi": [(1, False)]}
    lower = tray.dispose(letter, "dewi", "Peksos")
    assert waits(tray) == {"rahman": [(1, True)], "dewi": [(1, True)], "sari": [(1, False)]}
    letter.answer(lower.pk, tray.by("sari"), "Bayi sudah dijenguk.")
    assert waits(tray) == {"rahman": [(1, True)], "dewi": [(1, False)]}
    letter.answer(middle.pk, tray.by("dewi"), "Laporan terlampir.")
    letter.refresh_from_db()
    assert letter.state == IncomingLetter.State.PASSED
    letter.answer(upper.pk, tray.by("rahman"), "Sudah dikoordinasikan.")
    letter.refresh_from_db()
    assert (letter.state, letter.finished_by) == (IncomingLetter.State.DONE, tray.world.rahman)
    assert waits(tray) == {}
    upper.refresh_from_db()
    assert (upper.answer, upper.answered_title) == ("Sudah dikoordinasikan.", "Kabid")
    assert lines() == ["incoming.recorded", *["incoming.disposed"] * 3, *["incoming.answered"] * 3]


def test_several_get_a_part_and_the_last_answer_finishes_the_letter(tray):
    letter = tray.letter()
    tray.dispose(letter, "budi", "Kabid", "Sekretaris")
    assert waits(tray) == {"rahman": [(1, False)], "rina": [(1, False)]}
    one, two = letter.parts.all()
    letter.answer(one.pk, tray.by("rahman"), "Sudah.")
    assert letter.state == IncomingLetter.State.PASSED
    letter.answer(two.pk, tray.by("rina"), "Sudah juga.")
    assert letter.state == IncomingLetter.State.DONE


@pytest.mark.parametrize("name", ["sari", "dewi", "rahman", "agus", "rina"])
def test_nobody_passes_on_what_does_not_lie_before_him(tray, name):
    letter = tray.letter()
    with pytest.raises(NotAllowed) as told:
        tray.dispose(letter, name, "Peksos")
    assert told.value.sentences == (
        "Surat ini tidak berada pada Anda. Disposisi diberikan oleh yang menerimanya.",
    )


def test_a_disposition_goes_only_downward(tray):
    letter, _, lower = tray.down()
    for by, position in (
        ("dewi", "Kabid"),
        ("dewi", "Kasi"),
        ("dewi", "Sekretaris"),
        ("rahman", "Kepala Dinas"),
    ):
        with pytest.raises(Refused, match="hanya diberikan kepada pemegang jabatan di bawah Anda hari ini"):
            tray.dispose(letter, by, position)
    sari = tray.dispose(letter, "dewi", "Peksos")
    with pytest.raises(NotAllowed, match="Tidak ada jabatan di bawah Anda"):
        tray.dispose(letter, "sari", "Petugas")
    assert (sari.parent, lower.parent.to_position.name) == (lower, "Kabid")


def test_a_partner_outside_the_office_is_the_last_to_be_offered_and_passes_nothing_on(tray):
    letter = tray.letter(by="yuli", confidential=True)
    head, kasi, tksk = (tray.by(name) for name in ("wati", "yuli", "tika"))
    offered = [one.position.name for one in letter.recipients(head)]
    assert offered[:2] == ["Kabid Rehsos", "Bansos"] and offered[-2:] == ["Kantor Kecamatan", "TKSK"]
    assert letter.recipients(kasi) == [], "it does not lie with her"

    def give(by, name: str) -> Disposition:
        key = next(one.key for one in letter.recipients(by) if one.position.name == name)
        return letter.dispose(by, [key], due_on=by.day, asked=["process"])[0]

    upper = give(head, "Kasi Pelayanan & Rehabilitasi Sosial")
    part = give(kasi, "TKSK")
    assert (part.parent, part.from_position) == (upper, upper.to_position)
    assert letter.why_not_dispose(tksk) == "Tidak ada jabatan di bawah Anda. Jawab disposisi ini sendiri."
    assert IncomingLetter.objects.visible_to(tksk).get() == letter
    assert not IncomingLetter.objects.visible_to(tray.by("camat")).exists()
    letter.answer(part.pk, tksk, "Sudah dikunjungi.")


def test_nobody_holds_the_position_today(tray):
    Appointment.objects.filter(user=tray.world.rahman).update(valid_until=date(2026, 3, 1))
    letter = tray.letter()
    with pytest.raises(Refused, match="di bawah Anda hari ini"):
        tray.dispose(letter, "budi", "Kabid")


def test_refusals_of_a_disposition(tray):
    letter = tray.letter()
    today = tray.by("budi").day
    for positions, facts, sentence in (
        ((), {}, "Pilih paling sedikit satu penerima disposisi."),
        (("Kabid",), {"asked": []}, "Pilih isi disposisi atau tulis catatan."),
        (("Kabid",), {"asked": ["dance"]}, "Pilih isi disposisi atau tulis catatan."),
        (
            ("Kabid",),
            {"due": today - timedelta(days=1)},
            "Batas waktu disposisi tidak boleh sebelum hari ini.",
        ),
    ):
        officer, keys = tray.by("budi"), [tray.key(name) for name in positions]
        due = facts.pop("due", today)
        with pytest.raises(Refused) as told:
            letter.dispose(officer, keys, due_on=due, **{"asked": ["know"]} | facts)
        assert told.value.sentences == (sentence,)
    tray.dispose(letter, "budi", "Kabid", due=today + timedelta(days=2))
    with pytest.raises(Refused, match="sudah memegang disposisi surat ini dan belum menjawab"):
        tray.dispose(letter, "budi", "Kabid")
    with pytest.raises(Refused, match="melewati batas waktu Anda sendiri, 4 Maret 2026"):
        tray.dispose(letter, "rahman", "Kasi", due=today + timedelta(days=3))
    assert letter.parts.count() == 1
    tray.world.wait(days=3)  # his own day is over: it binds no more
    tray.dispose(letter, "rahman", "Kasi", due=today + timedelta(days=9))
    with pytest.raises(Conflict, match="baru saja diubah"):
        letter.dispose(tray.by("budi"), [tray.key("Sekretaris")], due_on=today, note="x", version=0)


def test_one_of_several_holders_is_named(tray):
    lina = appoint(
        make_user(tray.world.home, "lina", "Lina"),
        Position.objects.get(agency=tray.world.home, name="Peksos"),
    )
    tray.world.users["lina"] = lina
    letter, _, _ = tray.down()
    (both, *each) = [one for one in letter.recipients(tray.by("dewi")) if one.position.name == "Peksos"]
    assert both.label == "Peksos (Lina dan Sari Wulandari, S.Tr.Sos.)"
    assert {one.label for one in each} == {"Peksos: Lina", "Peksos: Sari Wulandari, S.Tr.Sos."}
    due = tray.by("dewi").day
    letter.refresh_from_db()
    (part,) = letter.dispose(tray.by("dewi"), [tray.key("Peksos", "lina")], due_on=due, note="Kunjungi.")
    assert waits(tray)["dewi"] == [(1, True)]
    assert "sari" not in waits(tray) and "sari" not in readers(tray, letter)
    with pytest.raises(NotAllowed, match="Bagian ini dijawab oleh Peksos: Lina"):
        letter.answer(part.pk, tray.by("sari"), "Sudah.")
    with pytest.raises(Refused, match="sudah memegang"):
        letter.dispose(tray.by("dewi"), [tray.key("Peksos")], due_on=due, note="x")
    letter.dispose(tray.by("dewi"), [tray.key("Peksos", "sari")], due_on=due, note="x")
    letter.answer(part.pk, tray.by("lina"), "Sudah.")


def test_of_many_holders_a_few_are_named(tray):
    peksos = Position.objects.get(agency=tray.world.home, name="Peksos")
    longest = User._meta.get_field("name").max_length
    for number in range(39):
        name = f"Pekerja {number} ".ljust(longest, "x")
        appoint(User.objects.create(username=f"p{number}", name=name, agency=tray.world.home), peksos)
    letter, _, _ = tray.down()
    part = tray.dispose(letter, "dewi", "Peksos")
    part.refresh_from_db()
    assert part.to_title.endswith(", dan 37 pemegang lain)")
    assert len(part.to_title) <= Disposition._meta.get_field("to_title").max_length
    assert "sari" in waits(tray)


def test_who_holds_a_position_in_two_areas_is_one_recipient(tray):
    areas = list(tray.world.home.areas.all()[:2])
    Appointment.objects.filter(user=tray.world.sari).update(area=areas[0])
    peksos = Position.objects.get(agency=tray.world.home, name="Peksos")
    Appointment.objects.create(
        user=tray.world.sari, position=peksos, valid_from=date(2024, 3, 5), area=areas[1], basis="SK Uji"
    )
    letter, _, _ = tray.down()
    keys = [one.key for one in letter.recipients(tray.by("dewi"))]
    assert len(keys) == len(set(keys)) and str(peksos.pk) in keys


def test_a_part_named_to_one_who_left_is_for_whoever_holds_the_position(tray):
    world = tray.world
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    lina = world.users["lina"] = appoint(make_user(world.home, "lina", "Lina"), peksos)
    letter, _, _ = tray.down()
    letter.refresh_from_db()
    due = tray.by("dewi").day
    (part,) = letter.dispose(tray.by("dewi"), [tray.key("Peksos", "lina")], due_on=due, note="Kunjungi.")
    assert "sari" not in waits(tray)
    Appointment.objects.filter(user=lina).update(valid_until=due - timedelta(days=1))
    assert waits(tray)["sari"] == [(1, False)] and "sari" in readers(tray, letter)
    letter.answer(part.pk, tray.by("sari"), "Sudah dikunjungi.")
    assert "sari" not in waits(tray)


def test_a_plh_passes_on_and_answers_for_whom_he_stands_in(tray):
    world = tray.world
    today = tray.by("budi").day
    head = Position.objects.get(agency=world.home, name="Kepala Dinas")
    appoint(world.rina, head, "plh", today, today)
    letter = tray.letter()
    assert waits(tray) == {"rina": [(1, False)]}
    with pytest.raises(NotAllowed):
        tray.dispose(letter, "budi", "Kabid")
    part = tray.dispose(letter, "rina", "Kabid")
    assert part.from_title.startswith("Plh. Kepala Dinas")


def test_a_plh_answers_for_the_one_of_several_in_whose_place_he_stands(tray):
    world, today = tray.world, tray.by("dewi").day
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    for name in ("lina", "nina"):
        world.users[name] = appoint(make_user(world.home, name, name.title()), peksos)
    letter, _, _ = tray.down()
    letter.refresh_from_db()
    (part,) = letter.dispose(tray.by("dewi"), [tray.key("Peksos", "lina")], due_on=today, asked=["process"])
    for name, whom in (("rina", "lina"), ("agus", "nina")):
        appoint(world.users[name], peksos, "plh", today, today)
        Appointment.objects.filter(user=world.users[name], kind="plh").update(stands_in_for=world.users[whom])
    waiting = {
        name: IncomingLetter.objects.waiting_for(tray.by(name)).count() for name in ("rina", "agus", "lina")
    }
    assert waiting == {"rina": 1, "agus": 0, "lina": 0}
    for name in ("agus", "lina", "sari"):
        with pytest.raises(NotAllowed, match="Bagian ini dijawab oleh Peksos: Lina"):
            letter.answer(part.pk, tray.by(name), "Sudah.")
    letter.answer(part.pk, tray.by("rina"), "Sudah.")
    part.refresh_from_db()
    assert (part.answered_by, part.answered_title) == (world.rina, "Plh. Peksos")


def written(tray, letter, *positions: str, by="agus", hand="budi", **facts):
    """What someone wrote on the sheet, recorded by another."""
    letter.refresh_from_db()
    today = tray.by(by).day
    keys = [tray.key(name) for name in positions]
    facts = {"given_on": today, "due_on": today + timedelta(days=2), "asked": ["process"]} | facts
    return letter.record_disposition(tray.by(by), tray.by(hand), keys, **facts)


def test_what_was_written_on_the_sheet_is_recorded_with_both_names(tray):
    letter = tray.letter()
    assert [one.user.username for one in letter.hands(tray.by("agus"))] == ["budi"]
    tray.world.wait(days=1)
    (part,) = written(tray, letter, "Kabid", given_on=letter.received_on)
    assert (part.from_user, part.recorded_by) == (tray.world.budi, tray.world.agus)
    assert (part.given_on, part.at) == (letter.received_on, tray.world.now)
    assert part.from_title == "Kepala Dinas (Dr. Budi Hartono, M.A.P.)"
    assert waits(tray) == {"rahman": [(1, False)]}
    assert {one.user.username for one in letter.hands(tray.by("agus"))} == {"budi", "rahman"}
    (lower,) = written(tray, letter, "Kasi", hand="rahman")
    assert lower.parent == part
    line = Entry.objects.get(verb="incoming.disposition_recorded", data__hand=tray.world.budi.pk)
    assert (line.actor, line.data["to"]) == (tray.world.agus, [part.to_position_id])


def test_refusals_of_a_written_disposition(tray):
    letter = tray.letter()
    today = tray.by("agus").day
    for by in ("rahman", "dewi", "sari"):
        with pytest.raises(NotAllowed, match="dicatat oleh petugas pencatat"):
            written(tray, letter, "Kabid", by=by)
    with pytest.raises(NotAllowed, match="tidak berada pada"):
        written(tray, letter, "Kasi", hand="rahman")
    for facts, sentence in (
        ({"given_on": today + timedelta(days=1)}, "Tanggal disposisi tidak boleh di masa depan."),
        ({"given_on": today - timedelta(days=1)}, "Tanggal disposisi tidak boleh sebelum surat diterima."),
        (
            {"due_on": today - timedelta(days=1)},
            "Batas waktu disposisi tidak boleh sebelum tanggal disposisinya.",
        ),
        ({"asked": []}, "Pilih isi disposisi atau tulis catatan."),
    ):
        with pytest.raises(Refused) as told:
            written(tray, letter, "Kabid", **facts)
        assert told.value.sentences == (sentence,)
    written(tray, letter, "Kabid")
    with pytest.raises(Refused, match=r"di bawah Drs. Abdul Rahman, M.Si. hari ini"):
        written(tray, letter, "Sekretaris", hand="rahman")
    with pytest.raises(Refused, match=r"batas waktu Drs. Abdul Rahman, M.Si. sendiri, 4 Maret 2026"):
        written(tray, letter, "Kasi", hand="rahman", due_on=today + timedelta(days=3))
    assert letter.parts.count() == 1


def test_refusals_of_an_answer(tray):
    letter, upper, lower = tray.down()
    for name in ("rahman", "budi", "sari", "agus", "tono"):
        with pytest.raises(NotAllowed, match=r"Bagian ini dijawab oleh Kasi \(Dewi Anggraini, S.Sos.\)"):
            letter.answer(lower.pk, tray.by(name), "Sudah.")
    with pytest.raises(Refused, match="Isi jawaban atas disposisi ini"):
        letter.answer(lower.pk, tray.by("dewi"), "  ")
    letter.answer(lower.pk, tray.by("dewi"), "Sudah.")
    with pytest.raises(NotAllowed, match="sudah dijawab atau sudah berakhir"):
        letter.answer(lower.pk, tray.by("dewi"), "Lagi.")
    with pytest.raises(NotAllowed, match="tidak berada pada Anda"):
        tray.dispose(letter, "dewi", "Peksos")
    letter.answer(upper.pk, tray.by("rahman"), "Sudah.", version=letter.version)
    assert letter.state == IncomingLetter.State.DONE


def test_the_head_finishes_and_may_begin_again(tray):
    letter, _, lower = tray.down()
    for name in ("rahman", "dewi", "agus", "sari"):
        with pytest.raises(NotAllowed, match="diselesaikan dengan jawaban semua penerima disposisi"):
            letter.finish(tray.by(name), "Cukup.")
    with pytest.raises(Refused, match="Isi catatan penyelesaian"):
        letter.finish(tray.by("budi"), " ")
    letter.finish(tray.by("budi"), "Sudah dijawab lisan.")
    assert (letter.state, letter.finish_note) == (IncomingLetter.State.DONE, "Sudah dijawab lisan.")
    assert waits(tray) == {}
    with pytest.raises(NotAllowed, match="sudah dijawab atau sudah berakhir"):
        letter.answer(lower.pk, tray.by("dewi"), "Sudah.")
    with pytest.raises(NotAllowed, match="sudah selesai"):
        letter.finish(tray.by("budi"), "Lagi.")
    tray.dispose(letter, "budi", "Kabid")
    letter.refresh_from_db()
    assert (letter.state, letter.finished_at, letter.finish_note) == (IncomingLetter.State.PASSED, None, "")
    assert waits(tray) == {"rahman": [(1, False)]}


def test_a_letter_nobody_must_act_on_is_finished_at_once(tray):
    letter = tray.letter()
    letter.finish(tray.by("budi"), "Untuk diketahui, simpan.")
    assert letter.state == IncomingLetter.State.DONE


# --- an entry made twice


def test_an_entry_made_by_error_is_struck_out_and_its_number_never_given_again(tray):
    letter, twin = tray.letter(), tray.letter()
    tray.dispose(twin, "budi", "Kabid")
    twin.void(tray.by("agus"), "Tercatat dua kali, lihat nomor agenda 1.")
    twin.refresh_from_db()
    assert (twin.state, twin.seq, twin.voided_by) == (IncomingLetter.State.VOID, 2, tray.world.agus)
    assert waits(tray) == {"budi": [(1, False)]}, "its disposition ends with it"
    assert tray.letter().seq == 3
    told = Entry.objects.get(verb="incoming.voided").data
    assert told == {"year": 2026, "seq": 2, "ended": 1}, "no words of the letter"
    voided = "Entri surat ini sudah dibatalkan."
    for act in (
        lambda: twin.void(tray.by("agus"), "Lagi."),
        lambda: tray.dispose(twin, "budi", "Kabid"),
        lambda: twin.finish(tray.by("budi"), "Cukup."),
        lambda: twin.correct(tray.by("agus"), version=twin.version, **tray.facts()),
    ):
        with pytest.raises(NotAllowed) as told:
            act()
        assert told.value.sentences == (voided,)
    assert twin.why_not_open_case(tray.by("dewi")) == voided
    own = tray.letter(by="dewi")
    with pytest.raises(NotAllowed):
        letter.void(tray.by("dewi"), "Keliru.")
    own.void(tray.by("dewi"), "Keliru.")
    assert own.state == IncomingLetter.State.VOID, "who typed it may, and who records for others"


def test_refusals_of_voiding_an_entry(tray):
    letter, upper, lower = tray.down()
    for name in ("sari", "dewi", "budi", "rina", "tika"):
        with pytest.raises(NotAllowed, match="oleh yang mencatatnya atau petugas pencatat"):
            letter.void(tray.by(name), "Dua kali.")
    with pytest.raises(Refused, match="Isi alasan pembatalan"):
        letter.void(tray.by("agus"), "  ")
    letter.answer(lower.pk, tray.by("dewi"), "Sudah.")
    with pytest.raises(NotAllowed, match="sudah ada yang dijawab"):
        letter.void(tray.by("agus"), "Dua kali.")
    letter.answer(upper.pk, tray.by("rahman"), "Sudah.")
    with pytest.raises(NotAllowed, match="sudah selesai"):
        letter.void(tray.by("agus"), "Dua kali.")
    opened = tray.letter()
    opened.became(tray.by("dewi"), tray.world.case(), None)
    with pytest.raises(NotAllowed, match="Penanganan sudah dibuka"):
        opened.void(tray.by("agus"), "Dua kali.")


# --- answers recorded for others


def test_an_answer_is_recorded_for_another_and_both_names_stand(tray):
    letter, upper, lower = tray.down()
    today = tray.by("agus").day
    letter.record_answer(lower.pk, tray.by("agus"), tray.world.dewi, "Sudah dijenguk.", answered_on=today)
    lower.refresh_from_db()
    assert (lower.answered_by, lower.answer_recorded_by) == (tray.world.dewi, tray.world.agus)
    assert (lower.answered_title, lower.answered_on) == ("Kasi", today)
    line = Entry.objects.get(verb="incoming.answer_recorded")
    assert (line.actor, line.data["hand"]) == (tray.world.agus, tray.world.dewi.pk)
    letter.record_answer(upper.pk, tray.by("agus"), tray.world.rahman, "Selesai.", answered_on=today)
    assert letter.state == IncomingLetter.State.DONE, "with the last answer"


def test_refusals_of_an_answer_for_another(tray):
    letter, _, lower = tray.down()
    today, dewi = tray.by("agus").day, tray.world.dewi
    for name in ("sari", "dewi", "budi", "tika"):
        with pytest.raises(NotAllowed, match="dicatat oleh petugas pencatat"):
            letter.record_answer(lower.pk, tray.by(name), dewi, "Sudah.", answered_on=today)
    for hand, facts, sentence in (
        (tray.world.rahman, {}, "Bagian ini dijawab oleh Kasi"),
        (dewi, {"text": " "}, "Isi jawaban atas disposisi ini"),
        (dewi, {"answered_on": today + timedelta(days=1)}, "Tanggal jawaban tidak boleh di masa depan"),
        (dewi, {"answered_on": today - timedelta(days=1)}, "tidak boleh sebelum disposisinya"),
    ):
        told = {"text": "Sudah.", "answered_on": today} | facts
        with pytest.raises(Refused, match=sentence):
            letter.record_answer(lower.pk, tray.by("agus"), hand, told.pop("text"), **told)
    lower.refresh_from_db()
    assert lower.is_open


def test_what_is_recorded_for_a_day_was_done_by_who_held_the_position_then(tray):
    letter, _, lower = tray.down()
    given = tray.by("agus").day
    tray.world.wait(days=3)
    today = tray.by("agus").day
    Appointment.objects.filter(user=tray.world.dewi).update(valid_from=today)
    for day, refused in ((given, True), (today, False)):
        told = [lower.pk, tray.by("agus"), tray.world.dewi, "Sudah."]
        if refused:
            with pytest.raises(Refused, match="tidak memegang jabatan ini pada"):
                letter.record_answer(*told, answered_on=day)
        else:
            letter.record_answer(*told, answered_on=day)


# --- who reads it


def test_who_reads_what(tray):
    letter = tray.letter()
    assert readers(tray, letter) == {"budi", "agus"}
    tray.dispose(letter, "budi", "Kasi")
    assert readers(tray, letter) == {"budi", "agus", "dewi", "rahman"}, "who stands above the Kasi too"
    hidden = tray.letter(by="dewi", confidential=True)
    assert readers(tray, hidden) == {"budi", "dewi"}, "who typed it, and the head"
    tray.dispose(hidden, "budi", "Sekretaris")
    assert readers(tray, hidden) == {"budi", "dewi", "rina"}
    tray.dispose(hidden, "budi", "Peksos")
    assert readers(tray, hidden) == {"budi", "dewi", "rina", "sari"}, "not who stands between"
    letter.refresh_from_db()
    for part in letter.parts.all():
        letter.answer(part.pk, tray.by("dewi"), "Sudah.")
    assert "dewi" in readers(tray, letter), "also after his answer"


def test_a_position_without_anybody_below_is_no_head(tray):
    driver = Position.objects.create(agency=tray.world.home, name="Pengemudi")
    tray.world.users["dinda"] = appoint(make_user(tray.world.home, "dinda", "Dinda"), driver)
    letter = tray.letter()
    assert not tray.by("dinda").heads
    assert not IncomingLetter.objects.visible_to(tray.by("dinda")).exists()
    assert not IncomingLetter.objects.visible_to(None).exists()
    with pytest.raises(NotAllowed):
        letter.finish(tray.by("dinda"), "Cukup.")


@pytest.mark.parametrize("count", [1, 3])
def test_what_waits_is_one_query(tray, count, django_assert_num_queries):
    for _ in range(count):
        tray.down()
    by = tray.by("dewi")
    assert by.reach
    with django_assert_num_queries(1):
        assert len(IncomingLetter.objects.waiting_for(by)) == count


# --- what must never be false


@pytest.fixture
def it(tray):
    class It:
        letter, upper, lower = tray.down()
        other = tray.letter()
        user, now = tray.world.sari, tray.world.now

        def change(self, row, **facts):
            type(row).objects.filter(pk=row.pk).update(**facts)

        def copy(self, row, **facts):
            row = type(row).objects.get(pk=row.pk)
            row.pk = None
            for name, value in facts.items():
                setattr(row, name, value)
            row.save(force_insert=True)

    return It()


BREAKS = {
    "incoming_number_once": lambda it: it.change(it.other, seq=it.letter.seq),
    "incoming_starts_at_one": lambda it: it.change(it.letter, seq=0),
    "incoming_not_before_written": lambda it: it.change(it.letter, dated=date(2026, 12, 1)),
    "incoming_says_from_whom": lambda it: it.change(it.letter, about=""),
    "incoming_file_has_hash": lambda it: it.change(it.letter, file="x.pdf", sha256=""),
    "incoming_done_says_by_whom": lambda it: it.change(it.letter, state="done"),
    "incoming_void_has_reason": lambda it: it.change(it.letter, state="void"),
    "incoming_paper_has_case": lambda it: it.change(it.letter, paper=Paper.objects.create(**_paper(it))),
    "disposition_one_open": lambda it: it.copy(it.upper),
    "disposition_says_what": lambda it: it.change(it.upper, asked="", note=""),
    "disposition_by_hand_says_when": lambda it: it.change(it.upper, recorded_by=it.user),
    "disposition_not_to_oneself": lambda it: it.change(it.upper, to_position=it.upper.from_position),
    "disposition_answered_says_what": lambda it: it.change(it.upper, answered_at=it.now, answered_by=it.user),
    "disposition_answer_for_says_when": lambda it: it.change(it.upper, answer_recorded_by=it.user),
}


def _paper(it) -> dict:
    from sopcases.sops.models import PaperKind

    kind = PaperKind.objects.filter(agency=it.letter.agency).first()
    return {"agency": it.letter.agency, "kind": kind, "created_at": it.now, "created_by": it.user}


def test_every_constraint_is_tried():
    rows = (apps.get_model("letters", name) for name in ("IncomingLetter", "Disposition"))
    assert set(BREAKS) == {c.name for model in rows for c in model._meta.constraints}


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(it, name):
    table = "letters_disposition" if name.startswith("disposition") else "letters_incomingletter"
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        BREAKS[name](it)
    assert name in str(told.value) or f"{table}." in str(told.value), told.value


# --- many at once

TAKE = """
from sopcases.letters.models import IncomingLetter

def take(by):
    IncomingLetter.record(
        by, received_on=by.day, dated=by.day, sender="Polsek", number="", about="Bayi", urgency="ordinary",
        confidential=False,
    )
"""


@pytest.mark.django_db(transaction=True)
def test_twenty_processes_enter_twenty_letters_and_the_killed_leave_no_hole():
    """The first of them all makes the counter."""
    from sopcases.people.models import Agency

    office = Agency.objects.create(slug="kantor", name="Dinas Sosial")
    clerk = Position.objects.create(agency=office, name="Pencatat", may_record=True)
    appoint(make_user(office, "agus", "Agus"), clerk)
    all_take(20, 4, TAKE)
    taken = IncomingLetter.objects.filter(agency=office, year=2026).values_list("seq", flat=True)
    assert Tally(taken) == Tally(range(1, 21))
    assert AgendaCounter.objects.get(agency=office).last == 20


def test_the_moment_counts_in_the_zone_of_the_office(tray):
    tray.world.now = at("2027-01-01 00:30")
    letter = tray.letter()
    assert (letter.year, letter.seq) == (2027, 1)
    assert agenda.begun(letter.agency_id, 2027) and not agenda.begun(letter.agency_id, 2026)
    assert Disposition.objects.count() == 0
