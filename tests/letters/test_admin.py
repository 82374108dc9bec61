"""Number series and wording are data of the agency's admin; no letter is reached from there."""

import pytest
from django.contrib import admin

from sopcases.letters.models import Letter, LetterAct, Number, Series, Wording

pytestmark = pytest.mark.django_db


def test_no_letter_and_no_number_is_registered():
    for model in (Letter, LetterAct, Number):
        assert not admin.site.is_registered(model)


def test_an_admin_sees_and_changes_only_his_agency_s_series(client, desk):
    client.force_login(desk.world.ani)
    mine = Series.objects.get(agency=desk.world.home, name="Surat Perintah Tugas")
    theirs = Series.objects.filter(agency=desk.world.agencies["lamandau"]).first()
    page = client.get("/admin/letters/series/").content.decode()
    assert f"/series/{mine.pk}/" in page
    assert f"/series/{theirs.pk}/" not in page
    assert client.get(f"/admin/letters/series/{theirs.pk}/change/").status_code == 302
    form = client.get(f"/admin/letters/series/{mine.pk}/change/")
    kinds = {str(kind.agency_id) for kind in form.context["adminform"].form.fields["kinds"].queryset}
    assert kinds == {str(desk.world.home.pk)}
    sent = {"name": mine.name, "classification": "900", "unit": "X", "pattern": "{urut}"}
    sent["kinds"] = [desk.world.kind("Surat Perintah Tugas").pk]
    answer = client.post(f"/admin/letters/series/{mine.pk}/change/", sent)
    assert "Pola nomor harus memuat" in answer.content.decode()
    answer = client.post(f"/admin/letters/series/{mine.pk}/change/", sent | {"pattern": "{urut}/{tahun}"})
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert mine.pattern == "{urut}/{tahun}"
    sent["kinds"] = [desk.world.kind("Surat Pengantar").pk]
    answer = client.post(f"/admin/letters/series/{mine.pk}/change/", sent | {"pattern": "{urut}/{tahun}"})
    assert "Sudah bernomor pada seri lain: Surat Pengantar" in answer.content.decode()
    sent["kinds"] = ["9" * 20]
    answer = client.post(f"/admin/letters/series/{mine.pk}/change/", sent | {"pattern": "{urut}/{tahun}"})
    assert answer.status_code == 200 and "9" * 20 in answer.content.decode()


def test_wording_is_changed_by_the_admin_and_used_by_the_next_letter(client, desk):
    client.force_login(desk.world.ani)
    kind = desk.world.kind("Surat Perintah Tugas")
    sent = {"kind": kind.pk, "title": "Surat Tugas", "first_party_left": "on"}
    sent |= dict.fromkeys(("opening", "basis", "tasks", "closing", "cc", "headings", "paper"), "")
    assert client.post("/admin/letters/wording/add/", sent).status_code == 302
    assert Wording.objects.get(kind=kind).title == "Surat Tugas"
    from sopcases.letters import sheet

    assert sheet.build(desk.spt(), desk.world.now).title == "SURAT TUGAS"


def test_who_initials_and_signs_is_settled_while_a_letter_is_on_its_way(client, desk):
    client.force_login(desk.world.ani)
    kind = desk.world.kind("Surat Perintah Tugas")
    url = f"/admin/sops/paperkind/{kind.pk}/change/"

    def asked():
        return {"origin", "first_hand", "second_hand", "disposer", "signer"} & set(
            client.get(url).context["adminform"].form.fields,
        )

    assert asked() == {"origin", "first_hand", "second_hand", "disposer", "signer"}
    letter = desk.proposed()
    assert asked() == set()
    sent = {"name": kind.name, "aliases": "", "origin": "report", "layout": kind.layout, "disposer": ""}
    client.post(url, sent)
    before = (kind.origin, kind.disposer_id, kind.signer_id)
    kind.refresh_from_db()
    assert (kind.origin, kind.disposer_id, kind.signer_id) == before
    letter.void(desk.by("agus"), "Tidak jadi")
    assert asked() == {"origin", "first_hand", "second_hand", "disposer", "signer"}


@pytest.mark.parametrize(("hand", "state"), [("disposer", "proposed"), ("signer", "ready")])
def test_a_kind_that_lost_its_officials_leaves_the_letter_readable(client, desk, monkeypatch, hand, state):
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)
    letter = getattr(desk, state)()
    kind = desk.world.kind("Surat Perintah Tugas")
    setattr(kind, hand, None)
    if hand == "signer":
        # Only a kind that is no official letter any more may be without one.
        kind.origin = kind.Origin.REPORT
    kind.save()
    client.force_login(desk.world.dewi)
    page = client.get(f"/surat/{letter.pk}/")
    assert page.status_code == 200
    said = {
        "disposer": "Menunggu paraf Kabid",
        "signer": "Menunggu tanda tangan, tetapi jabatan penanda tangan belum ditetapkan",
    }
    assert said[hand] in page.content.decode(), "whose paraf it waits for was settled when it was proposed"
    act = {"disposer": "paraf", "signer": "tanda-tangani"}[hand]
    assert client.get(f"/surat/{letter.pk}/{act}/").status_code == 403
