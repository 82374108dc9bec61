"""Builders of letters, all through the verbs."""

import io
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sopcases.cases.models import Case
from sopcases.cases.uploads import Accepted, accept
from sopcases.letters import people
from sopcases.letters.models import Letter
from sopcases.people.models import Position
from tests.cast import World, appoint


def scan() -> Accepted:
    """An ink-signed letter as a phone's photo."""
    out = io.BytesIO()
    Image.new("RGB", (300, 420), "white").save(out, "JPEG")
    return accept([SimpleUploadedFile("scan.jpg", out.getvalue(), "image/jpeg")])


class Desk:
    """One case of the world, and letters on it."""

    def __init__(self, world: World, case: Case | None = None, **facts):
        self.world = world
        self.case: Case = case or world.case(**facts)

    def by(self, name: str):
        return self.world.officer(name)

    def spt_content(self, *names: str, **changes) -> dict:
        staff = people.staff(self.world.home, self.world.now.date())
        chosen = {self.world.users[n].pk for n in names or ("sari",)}
        return {
            "purpose": "Koordinasi dengan kepolisian dan rumah sakit",
            "officers": [row for pk, row in staff.items() if pk in chosen],
            "starts": "2026-03-03",
            "ends": "2026-03-05",
            "place": "Polresta dan RSUD Kota Tanjungpinang",
            "tasks": ["Meminta surat keterangan terlantar"],
            "basis": ["Perintah lisan Kepala Seksi tanggal 1 Maret 2026"],
            "basis_more": [],
            "budget": "Rehabilitasi Sosial Dasar Anak Terlantar",
            "budget_code": "5.1.02.04.01.0003",
            "report": True,
            "cc": ["Inspektur Kota Tanjungpinang"],
        } | changes

    def ba_content(self, **changes) -> dict:
        child = self.case.children.select_related("child").first().child
        party = {"officer": None, "identity": "", "title": "", "address": ""}
        return {
            "purpose": "Serah terima anak kepada Panti Asuhan Kasih",
            "held_on": "2026-03-05",
            "place": "Panti Asuhan Kasih, Tanjungpinang",
            "first": party | {"name": "Dewi Anggraini, S.Sos.", "for": "Dinas Sosial Kota Tanjungpinang"},
            "second": party | {"name": "Maria Goretti", "title": "Ketua", "for": "Panti Asuhan Kasih"},
            "children": [
                {
                    "child": child.pk,
                    "name": child.called,
                    "sex": "Perempuan",
                    "birth": "Belum diketahui",
                    "marks": "",
                }
            ],
            "condition": "Sehat, berat badan 3,1 kg.",
            "papers": [],
            "papers_more": ["Pakaian bayi dua setel"],
            "copies": 3,
            "witnesses": [{"name": "Sari Wulandari, S.Tr.Sos.", "title": "Peksos"}],
            "acknowledged": Position.objects.get(agency=self.world.home, name="Kepala Dinas").pk,
        } | changes

    def spt(self, by: str = "agus", **changes) -> Letter:
        kind = self.world.kind("Surat Perintah Tugas")
        return Letter.draft(self.case, self.by(by), kind, self.spt_content(**changes))

    def proposed(self, by: str = "agus", **changes) -> Letter:
        letter = self.spt(by, **changes)
        letter.propose(self.by(by))
        return letter

    def ready(self, by: str = "agus", **changes) -> Letter:
        letter = self.proposed(by, **changes)
        letter.initial(self.by("rahman"))
        return letter

    def decided(self, **changes) -> Letter:
        letter = self.ready(**changes)
        letter.decide(self.by("budi"))
        return letter

    def record(self, by: str = "dewi", **changes) -> Letter:
        kind = self.world.kind("Berita Acara Penyerahan Anak")
        return Letter.draft(self.case, self.by(by), kind, self.ba_content(**changes))

    def acting_head(self, name: str, first: date, last: date | None, kind: str = "plh") -> None:
        """Someone becomes Plh. (or Plt.) Kepala Dinas."""
        head = Position.objects.get(agency=self.world.home, name="Kepala Dinas")
        appoint(self.world.users[name], head, kind, first, last)
