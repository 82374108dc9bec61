"""A new revision: edited, compared, checked, scheduled; the next day a new case follows it by the date
alone, an old one goes on, and the Kasi carries another over."""

from datetime import timedelta

from sopcases.cases.opening import open_case
from sopcases.sops.models import Revision, Step
from tests.browser.people import Office
from tests.cases.story import ordered
from tests.cast import WIB

SOP = "/sop/bayi-balita-terlantar/"
OFFICIAL = "Dr. Budi Hartono, M.A.P., Kepala Dinas"


def test_a_revision_from_draft_to_a_case_carried_over(office: Office):
    world = office.world
    stays, moves = world.case(), world.case()
    ordered(world, moves)
    old = world.revision()
    ani = office.inside("ani").open(f"/admin/sops/revision/{old.pk}/change/")
    ani.follow("Buat revisi baru").press("Buat revisi baru")
    draft = Revision.objects.get(sop=old.sop, no=2)
    for key, words in {"4": "Peksos meminta surat keterangan terlantar", "5": "Peksos mendampingi"}.items():
        step = Step.objects.get(revision=draft, key=key)
        ani.open(f"/admin/sops/step/{step.pk}/change/")
        ani.page.locator("#id_activity").fill(words)
        ani.page.locator('input[name="_save"]').click()
        ani.page.wait_for_load_state()

    ani.open(f"{SOP}beda/1/2/").heading("Perbedaan revisi 1 dan 2")
    ani.sees("menurut revisi 1: 2", "Peksos mendampingi", "Berubah")
    assert stays.number not in ani.main.inner_text()

    act = f"/admin/sops/revision/{draft.pk}"
    ani.open(f"{act}/diperiksa/")
    ani.page.locator("#id_official").fill("Dewi Anggraini, Kasi")
    ani.page.locator("#id_reason").fill("Sudah dibandingkan dengan lembarnya")
    ani.press("Tandai diperiksa")
    tomorrow = world.now.astimezone(WIB) + timedelta(days=1)
    ani.open(f"{act}/berlakukan/")
    ani.page.locator("#id_day").fill(tomorrow.date().isoformat())
    ani.page.get_by_label(OFFICIAL).check()
    ani.page.locator("#id_reason").fill("Keputusan Nomor 12")
    ani.press("Berlakukan")
    sari = office.inside("sari").open(f"{SOP}revisi/2/")
    sari.sees("Dijadwalkan", OFFICIAL, "Keputusan Nomor 12")
    sari.open(SOP).sees("Revisi 1, berlaku sejak")

    for person in office.people:
        person.leave()
    office.set_clock(tomorrow)  # no command is run: the date alone counts
    world.now = tomorrow
    assert Revision.objects.get(pk=draft.pk).state == "scheduled"
    draft.refresh_from_db()
    new = open_case(draft, world.officer("sari", tomorrow), event_at=tomorrow, route="temuan")
    assert new.revision == draft

    dewi = office.person("dewi").log_in()
    dewi.open(f"/penanganan/{moves.number}/alihkan-revisi/").heading("Alihkan ke revisi 2")
    dewi.page.locator("#id_reason").fill("Aturan baru lebih jelas")
    dewi.press("Periksa akibatnya").sees("Yang akan terjadi", "Belum ada yang berubah.")
    dewi.fits()
    dewi.press("Alihkan penanganan").sees("Mengalihkan penanganan ke revisi 2 SOP")
    moves.refresh_from_db()
    stays.refresh_from_db()
    assert (moves.revision, stays.revision) == (draft, old)
    dewi.open(f"{SOP}beda/1/2/").sees("menurut revisi 1: 1", stays.number)
