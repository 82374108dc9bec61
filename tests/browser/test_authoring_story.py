"""A new SOP from nothing, in the admin: what is missing is said all the time, until it is in force."""

from playwright.sync_api import expect

from sopcases.sops.models import Revision, Sop
from tests.browser.people import Office, Person

ACTIVITIES = {
    "1": "Petugas menerima permohonan kursi roda",
    "2": "Kasi memeriksa kelayakan pemohon",
    "3": "Peksos menyerahkan kursi roda",
}


def save(person: Person, name: str = "_continue") -> Person:
    person.page.locator(f'input[name="{name}"]').first.click()
    return person.arrived()


def add(person: Person, group: str) -> int:
    """One more row of an inline; its number."""
    rows = person.page.locator(f"#{group}-group tr.form-row:not(.empty-form)")
    count = rows.count()
    person.page.locator(f"#{group}-group tr.add-row a").click()
    expect(rows).to_have_count(count + 1)
    return count


def test_a_new_sop_is_written_tried_and_put_in_force(office: Office):
    ani = office.inside("ani").open("/admin/sops/sop/add/")
    for name, value in {"slug": "kursi-roda", "noun": "Penyerahan kursi roda", "code": "KRD"}.items():
        ani.page.locator(f"#id_{name}").fill(value)
    ani.page.locator("#id_opening").select_option("child")
    save(ani, "_save")
    ani.open("/admin/sops/revision/add/")
    ani.page.locator("#id_sop").select_option(label="kursi-roda")
    ani.page.locator("#id_name").fill("Bantuan Kursi Roda")
    save(ani).sees("Belum dapat diberlakukan")

    for number in ("1", "3", "2"):  # the second is thought of last
        row = add(ani, "steps")
        for name, value in {"key": number, "number": number, "activity": ACTIVITIES[number]}.items():
            ani.page.locator(f"#id_steps-{row}-{name}").fill(value)
        ani.page.locator(f"#id_steps-{row}-order").fill(str(row + 1))
        ani.page.locator(f"#id_steps-{row}-time").fill("3 jam" if number != "3" else "secepatnya")
    save(ani).sees("Langkah 1: tidak ada pelaksana.", "3 jam kerja", "secepatnya")
    ani.page.get_by_role("button", name="Naikkan langkah 2", exact=True).click()
    ani.arrived()
    revision = Revision.objects.get(sop__slug="kursi-roda")
    assert [step.number for step in revision.steps.all()] == ["1", "2", "3"]
    page = f"/admin/sops/revision/{revision.pk}"

    names = {"1": "Staf", "2": "Kepala Seksi", "3": "Pekerja Sosial"}  # as sheets call them
    for step in revision.steps.all():
        ani.open(f"/admin/sops/step/{step.pk}/change/")
        add(ani, "performers")
        ani.page.locator("#id_performers-0-position").fill(names[step.key])
        ani.page.locator("#id_performers-0-part").select_option("performs")
        save(ani)
        assert f"Langkah {step.number}: tidak ada pelaksana." not in ani.page.content()
    performers = [step.performers.get().position.name for step in revision.steps.all()]
    assert performers == ["Petugas", "Kasi", "Peksos"]

    ani.sees("Belum dapat diberlakukan", "Langkah 3")
    ani.page.locator("#id_time").fill("1 Hari")
    save(ani).open(f"{page}/change/").sees("revisi ini dapat diberlakukan")
    ani.follow("Pratinjau lembar").sees(*ACTIVITIES.values(), "3 jam", "1 Hari")
    ani.open(f"{page}/change/").follow("Uji jalan").sees("Kasi 1 kali, Peksos 1 kali, Petugas 1 kali.")
    assert not revision.cases.exists()

    ani.open(f"{page}/berlakukan/")
    ani.page.get_by_label("Budi").check()
    ani.page.locator("#id_reason").fill("Keputusan Nomor 3")
    ani.press("Berlakukan").sees("tidak dapat diubah")
    assert Sop.objects.get(slug="kursi-roda").revisions.get().state == "in_force"
    agus = office.inside("agus").open("/sop/").follow("Bantuan Kursi Roda")
    agus.sees("Revisi 1, berlaku sejak", *ACTIVITIES.values())
    agus.open("/penanganan/laporan-awal/").sees("Penyerahan kursi roda")
