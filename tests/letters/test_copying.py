"""Texts of a letter to copy elsewhere: SRIKANDI's fields in their order, and a message without a name."""

import pytest

from sopcases.letters import copying
from sopcases.letters.models import Letter

pytestmark = pytest.mark.django_db
ORDER = [
    "Dikirimkan melalui",
    "Jenis naskah",
    "Sifat naskah",
    "Tingkat urgensi",
    "Klasifikasi",
    "Nomor naskah",
    "Tanggal naskah",
    "Hal",
    "Isi ringkas",
    "Tujuan",
    "Tembusan",
    "Verifikator",
    "Penanda tangan",
]


def fields(letter) -> dict:
    return dict(copying.srikandi(Letter.objects.for_page().get(pk=letter.pk)))


def test_the_fields_in_the_order_of_the_form(desk):
    found = copying.srikandi(desk.spt())
    assert [label for label, _ in found] == ORDER
    assert dict(found)["Verifikator"] == "Kabid"
    assert dict(found)["Nomor naskah"] == ""


def test_what_was_decided_is_told_as_frozen(desk):
    found = fields(desk.decided())
    assert found["Nomor naskah"] == "800/1/5.6.04/2026"
    assert found["Klasifikasi"] == "800"
    assert found["Verifikator"].startswith(str(desk.world.rahman))
    assert found["Penanda tangan"].startswith(str(desk.world.budi))


def test_no_child_s_name_in_any_text(desk, client, monkeypatch, settings):
    settings.PUBLIC_URL = "https://sop.example"
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.world.now)
    child = desk.case.children.get().child
    child.name = "Zulaikha Permata"
    child.save()
    letter = desk.proposed()
    client.force_login(desk.world.rahman)
    page = client.get(f"/surat/{letter.pk}/salin/")
    assert page.status_code == 200
    said = page.context["text"]
    assert "Z. P." in said
    assert "Menunggu paraf" in said
    assert said.endswith(f"https://sop.example/surat/{letter.pk}/")
    assert "Zulaikha" not in said + str(page.context["fields"])
    assert f"/surat/{letter.pk}/salin/" in client.get(f"/surat/{letter.pk}/").content.decode()
