"""An SOP handed on: exported with its checksum by one agency, taken over by another in its own words."""

import re

import pytest
import yaml

from sopcases.people.models import Agency, Position
from sopcases.sops import sopfile
from sopcases.sops.models import PaperKind, Revision
from tests.browser.people import Office, Person
from tests.cast import make_user

SLUG = "bayi-balita-terlantar"


@pytest.fixture
def neighbours(office: Office) -> Agency:
    """Lamandau, whose admin is Lina."""
    agency = Agency.objects.get(slug="lamandau")
    office.world.users["lina"] = make_user(agency, "lina", "Lina Administrator", is_staff=True)
    return agency


def the_rest_is_new(person: Person) -> None:
    """Every question that is still open on the one screen."""
    for field in person.page.locator("select").all():
        if field.input_value() == "":
            new = field.locator("option").filter(has_text=re.compile("Tambahkan sebagai")).first
            field.select_option(new.get_attribute("value"))


def test_an_sop_is_taken_over_in_the_words_of_another_office(office: Office, neighbours: Agency):
    given = office.world.revision()
    ani = office.inside("ani").open(f"/admin/sops/revision/{given.pk}/change/")
    file = ani.download("Unduh berkas (YAML)")
    told = yaml.safe_load(file)
    assert told["checksum"] == given.checksum and told["source"]["agency"] == "tanjungpinang"

    lina = office.inside("lina").open("/admin/sops/revision/unggah/")
    sheet = {"name": "sop-bayi.yaml", "mimeType": "application/yaml", "buffer": file}
    lina.page.locator("#id_file").set_input_files(sheet)
    lina.page.locator('input[value="Unggah"]').click()
    lina.heading("Cocokkan dengan istilah kantor").sees(f"Berkas dari {office.world.home.name}.")
    assert not Revision.objects.filter(sop__agency=neighbours, sop__slug=SLUG).exists()

    lina.page.get_by_label("Jabatan “Peksos”").select_option(label="TKSK")
    the_rest_is_new(lina)
    lina.page.set_viewport_size({"width": 320, "height": 800})
    lina.fits()
    lina.page.set_viewport_size({"width": 1280, "height": 800})
    lina.page.locator('input[value="Simpan sebagai draf"]').click()
    lina.sees("disimpan dari berkas", f"Diambil dari {office.world.home.name} ({SLUG}).")

    taken = Revision.objects.get(sop__agency=neighbours, sop__slug=SLUG)
    assert taken.state == "draft" and taken.steps.count() == given.steps.count()
    assert taken.source["checksum"] == given.checksum and not taken.source["altered"]
    tksk = Position.objects.get(agency=neighbours, name="TKSK")
    assert "Peksos" in tksk.aliases and taken.steps.get(key="4").performers.get().position == tksk
    assert PaperKind.objects.filter(agency=neighbours, name="Laporan Sosial").exists()

    again = yaml.safe_load(lina.download("Unduh berkas (YAML)"))
    assert again["source"]["checksum"] == given.checksum, "the origin goes on with every further export"
    assert (again["agency"], again["steps"][3]["performers"][0]["position"]) == ("lamandau", "TKSK")


def test_a_file_changed_on_its_way_says_so(office: Office, neighbours: Agency):
    file = sopfile.exported(office.world.revision("anak-jalanan"))
    changed = file.replace("15 Menit", "16 Menit", 1)
    assert changed != file
    lina = office.inside("lina").open("/admin/sops/revision/unggah/")
    sheet = {"name": "sop.yaml", "mimeType": "application/yaml", "buffer": changed.encode()}
    lina.page.locator("#id_file").set_input_files(sheet)
    lina.page.locator('input[value="Unggah"]').click()
    lina.heading("Cocokkan dengan istilah kantor")
    the_rest_is_new(lina)
    lina.page.locator('input[value="Simpan sebagai draf"]').click()
    lina.sees("sudah diubah sejak diekspor")
