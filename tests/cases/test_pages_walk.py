"""A whole Bayi case walked by five people at the browser, from the first report to the closing."""

import re
from datetime import timedelta

import pytest

from sopcases.cases.models import Case, Outcome
from tests.cases.front_door import local, picture, report

pytestmark = pytest.mark.django_db


def upload(html: str, name: str) -> str:
    """The prefix of the upload form of a paper on a step's page."""
    part = html.split(f'<summary class="py-2">Unggah {name}</summary>')[1]
    return re.search(r'name="([rk]\d+-\d+)-file"', part)[1]


class Walk:
    """The case at hand, and what each person does on it."""

    def __init__(self, desk, world):
        self.desk, self.world = desk, world
        desk("sari").send("/penanganan/laporan-awal/", **report(world))
        self.case = Case.objects.get()
        self.root = f"/penanganan/{self.case.number}/"

    def states(self) -> dict[str, str]:
        return self.world.states(self.case)

    def step(self, who: str, step: str, papers=(), action="submit", status=302, **data):
        """Open the step's page and send its form, with uploads by the names of the papers."""
        url = f"{self.root}langkah/{step}/"
        person = self.desk(who)
        html = person.get(url).content.decode()
        for name in papers:
            prefix = upload(html, name)
            data[f"{prefix}-file"] = [picture("satu.jpg"), picture("dua.jpg")]
            data[f"{prefix}-number"] = "R/12/XI/2026"
        data.setdefault("acted_at", local(self.world.now))
        data.setdefault("acted_by", [self.world.users[who].pk])
        return person.send(url, status, action=action, **data)

    def act(self, who: str, path: str, status=302, **data):
        return self.desk(who).send(self.root + path, status, **data)

    def letter(self, name: str, output: str, **data):
        """The ink-signed scan, uploaded by Agus for Rahman and Budi."""
        with self.world.walk(self.case, "agus") as walk:
            target = self.world.output(walk, output)
        kind = self.world.kind(name).pk
        return self.act(
            "agus",
            f"dokumen/baru/?jenis={kind}&keluaran={target}",
            file=picture("spt.jpg"),
            number="800/1/2026",
            dated=self.world.now.date().isoformat(),
            output=target,
            disposed_by=self.world.rahman.pk,
            signed_by=self.world.budi.pk,
            **data,
        )


def test_five_people_walk_a_baby_to_the_institution(desk, today):
    world = today
    walk = Walk(desk, world)
    # The hospital came before any letter, on the verbal order of the first report.
    early = walk.root + "langkah/6/?dahulu=1"
    assert f'href="{walk.root}mendahului/"' in desk("sari").get(walk.root).content.decode()
    assert f'href="{early}"' in desk("sari").get(walk.root + "mendahului/").content.decode()
    desk("sari").send(
        early,
        action="later",
        acted_at=local(world.now - timedelta(hours=3)),
        acted_by=[world.sari.pk],
        note="Bayi stabil",
    )
    page = desk("dewi").get(walk.root).content.decode()
    assert "Mendahului langkah" in page and "Perintah lisan Kepala Dinas, per telepon" in page

    walk.step("sari", "1", ["Laporan Sosial"])
    assert walk.states()["1"] == "open"
    page = desk("dewi").get(walk.root).content.decode()
    assert "Menunggu diterima oleh Kasi" in page and ">Terima<" in page
    walk.act("dewi", "langkah/1/terima/")
    assert walk.states()["1"] == "done"

    walk.letter("Surat Perintah Tugas", "2/spt")
    assert {k: v for k, v in walk.states().items() if k in "123"} == {"1": "done", "2": "done", "3": "done"}

    refused = walk.step("sari", "4", status=422)
    assert "Keluaran “Surat Terlantar” belum ada." in refused.content.decode()
    walk.step("sari", "4", ["Surat Terlantar"])
    walk.step("sari", "6", ["Laporan Kondisi Kesehatan"])
    assert walk.states()["4"] == walk.states()["6"] == "done"

    walk.step("sari", "7")
    walk.act("dewi", "langkah/7/terima/")
    walk.letter("Surat Perintah Tugas", "7/spt")
    assert walk.states()["7"] == "done"

    walk.letter("Surat Pengantar", "8/pengantar")
    refused = walk.step("rahman", "8", ["Berita Acara Penyerahan Anak"], status=422)
    assert "BPJS Anak" in refused.content.decode()
    bpjs = world.kind("BPJS Anak").pk
    later = (world.now + timedelta(days=30)).date().isoformat()
    walk.act(
        "dewi",
        f"langkah/8/menyusul/?jenis={bpjs}",
        paper=f"{bpjs}-0",
        how="later",
        until=later,
        reason="KK pengasuh belum terbit",
    )
    walk.step("rahman", "8", ["Berita Acara Penyerahan Anak"])
    assert walk.states()["8"] == "done"

    akte = world.kind("Akte Kelahiran").pk
    walk.act(
        "dewi",
        f"langkah/5/menyusul/?jenis={akte}",
        paper=f"{akte}-0",
        how="later",
        until=later,
        reason="Diproses Disdukcapil",
    )
    walk.step("sari", "5")
    assert "Selesai, kelengkapan menyusul" in desk("sari").get(walk.root).content.decode()

    # The Berita Acara of step 8 comes back signed by both parties.
    record = walk.case.filings.get(paper__kind__name="Berita Acara Penyerahan Anak").paper
    assert record.get_stage_display() == "Siap ditandatangani"
    signed = walk.step("dewi", "9", ["Berita Acara Penyerahan Anak"], **_signed(desk, walk))
    assert signed.headers["Location"] == walk.root
    assert set(walk.states().values()) == {"done"}

    child = walk.case.children.get().child_id
    outcome = Outcome.objects.get(agency=world.home, name="Diserahkan ke lembaga").pk
    page = desk("dewi").get(walk.root).content.decode()
    assert "Semua langkah selesai" in page
    walk.act(
        "dewi",
        "tutup/",
        **{f"outcome_{child}": outcome, f"on_{child}": world.now.date().isoformat(), f"reason_{child}": ""},
    )
    walk.case.refresh_from_db()
    assert walk.case.state == Case.State.DONE
    # What follows stays a task, and is filed after the closing.
    page = desk("sari").get(walk.root).content.decode()
    assert "Menyusul" in page and "KK pengasuh belum terbit" in page
    walk.act("sari", f"dokumen/baru/?jenis={bpjs}", file=picture("bpjs.jpg"), number="0001")
    assert not walk.case.waivers.filter(kind_id=bpjs, settled_at=None).exists()


def _signed(desk, walk) -> dict:
    html = desk("dewi").get(walk.root + "langkah/9/").content.decode()
    return {f"{upload(html, 'Berita Acara Penyerahan Anak')}-signed": "on"}
