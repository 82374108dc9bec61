"""Berita Acara: fixed by its drafter, printed, signed by hand by its parties, the scan filed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import custody
from sopcases.letters import pdf
from sopcases.letters.states import LetterState
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def test_from_draft_to_complete(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    record.refresh_from_db()
    assert (record.state, record.paper.stage) == (LetterState.PRINTABLE, Stage.READY)
    assert record.number == "462/1/5.6.04/2026"
    assert pdf.digest(record.pdf.read()) == record.sha256
    record.print_out(desk.by("dewi"))
    assert record.state == LetterState.AWAITING
    record.complete(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    record.refresh_from_db()
    assert (record.state, record.paper.stage) == (LetterState.COMPLETE, Stage.SIGNED)
    assert record.paper.file


def test_a_record_goes_no_way_of_letters(desk):
    record = desk.record()
    with pytest.raises(NotAllowed, match="ditandatangani para pihak"):
        record.propose(desk.by("dewi"))
    record.fix(desk.by("dewi"))
    for verb in ("initial", "decide"):
        with pytest.raises(NotAllowed):
            getattr(record, verb)(desk.by("budi"))
    with pytest.raises(NotAllowed, match="para pihak"):
        record.file_signed_scan(
            desk.by("agus"), scan(), signed_on=desk.world.now.date(), signer=desk.world.budi
        )


def test_a_letter_is_not_fixed(desk):
    with pytest.raises(NotAllowed, match="diajukan untuk diparaf"):
        desk.spt().fix(desk.by("agus"))


def test_a_fixed_record_changes_no_more(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    with pytest.raises(NotAllowed, match="tidak dapat diubah"):
        record.edit(desk.by("dewi"), desk.ba_content(place="Lain"))


def test_the_scan_is_not_from_the_future_and_not_from_a_stranger(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    today = desk.world.now.date()
    with pytest.raises(Refused, match="masa depan"):
        record.complete(desk.by("dewi"), scan(), signed_on=today + timedelta(1))
    with pytest.raises(NotAllowed):
        record.complete(desk.by("wati"), scan(), signed_on=today)
    with pytest.raises(NotAllowed, match="berstatus"):
        desk.record().complete(desk.by("dewi"), scan(), signed_on=today)


def test_the_parties_do_not_sign_before_the_record_is_fixed(desk):
    record = desk.record()
    desk.world.now += timedelta(2)
    record.fix(desk.by("dewi"))
    fixed = desk.world.now.date()
    desk.world.now += timedelta(1)
    for day in (date(1900, 1, 1), fixed - timedelta(1)):
        with pytest.raises(Refused, match="baru ditetapkan 4 Maret 2026"):
            record.complete(desk.by("dewi"), scan(), signed_on=day)
    record.complete(desk.by("dewi"), scan(), signed_on=fixed)
    assert record.signed_on == fixed


def test_without_a_child_nothing_is_handed_over(desk):
    with pytest.raises(Refused, match="anak yang diserahkan"):
        desk.record(children=[]).fix(desk.by("dewi"))


def test_the_child_prints_as_known_when_the_record_is_fixed(desk):
    record = desk.record()
    child = desk.case.children.get().child
    child.name = "Melati Putri"
    child.save()
    record.fix(desk.by("dewi"))
    assert "Melati Putri" in record.body
    child.name = "Nama Berubah"
    child.save()
    record.refresh_from_db()
    assert "Nama Berubah" not in record.body


def test_the_outside_number_is_asked_for(desk):
    desk.world.home.number_given_outside = True
    desk.world.home.save()
    record = desk.record()
    with pytest.raises(Refused, match="bagian umum"):
        record.fix(desk.by("dewi"))
    record.fix(desk.by("dewi"), number="462/9/5.6.04/2026")
    assert record.number == "462/9/5.6.04/2026"


def test_the_originals_it_hands_over_are_with_the_second_party(desk):
    """Only what it lists as original; a voided one, and a copy, stay where they were."""
    deed, copy, gone = (desk.world.file(desk.case, "Akte Kelahiran") for _ in range(3))
    listed = [
        {"paper": deed.pk, "text": "Akte Kelahiran", "copy": "asli"},
        {"paper": copy.pk, "text": "Akte Kelahiran", "copy": "fotokopi"},
        {"paper": gone.pk, "text": "Akte Kelahiran", "copy": "asli"},
    ]
    record = desk.record(papers=listed)
    record.fix(desk.by("dewi"))
    assert custody.latest([deed.pk]) == {}, "not before it is signed"
    with desk.world.walk(desk.case, "sari") as walk:
        walk.void(next(f.paper for f in walk.filings if f.paper_id == gone.pk), "Salah unggah")
    record.complete(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    kept = custody.latest([deed.pk, copy.pk, gone.pk])
    assert set(kept) == {deed.pk}
    assert (kept[deed.pk].holder, kept[deed.pk].basis) == ("Panti Asuhan Kasih", record.paper)
    assert kept[deed.pk].since == date(2026, 3, 5)
    assert f"Berita Acara Penyerahan Anak {record.number}" in custody.told(deed, kept[deed.pk])


def test_the_case_is_walked_once_when_it_is_complete(desk):
    """Keeping and telling are one walk: listing an original costs what its own rows cost."""
    deed = desk.world.file(desk.case, "Akte Kelahiran")
    listed = [{"paper": deed.pk, "text": "Akte Kelahiran", "copy": "asli"}]
    costs = []
    for papers in ([], listed):
        record = desk.record(papers=papers)
        record.fix(desk.by("dewi"))
        by = desk.by("agus")
        with CaptureQueriesContext(connection) as asked:
            record.complete(by, scan(), signed_on=desk.world.now.date())
        costs.append(len(asked))
    assert costs[1] - costs[0] == 2
