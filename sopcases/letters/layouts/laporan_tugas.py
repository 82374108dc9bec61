"""Laporan Hasil Pelaksanaan Tugas: closes a Surat Perintah Tugas with what its officers did, and photos."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import DayField, LongField
from sopcases.cases.models import Case, Paper, Photo, ProgressNote
from sopcases.cases.wording import shortened
from sopcases.letters import words
from sopcases.letters.layouts import spt
from sopcases.letters.layouts.base import Layout, LayoutForm, Person, lines_field, paper_text
from sopcases.letters.layouts.photos import PhotosField, Picture, drawn
from sopcases.people.authority import Officer, local_day
from sopcases.sops.models import Stage

NOTHING_DONE = "Pilih catatan perkembangan atau tulis paling sedikit satu kegiatan."


@dataclass(frozen=True)
class LaporanTugas:
    order: str
    purpose: str
    people: tuple[Person, ...]
    when: str
    place: str
    done: tuple[tuple[str, str], ...]
    """The day, "" where none was told, and what was done."""
    results: str
    advice: str
    photos: tuple[Picture, ...]


def orders(case: Case) -> list[Paper]:
    """The orders of the case that are at least ready, the latest first: written here, or filed as scans."""
    found = Paper.objects.filter(
        filings__case=case, kind__layout=spt.LAYOUT.slug, stage__gte=Stage.READY, voided_at=None
    )
    return list(found.select_related("kind", "letter").distinct().order_by("-id"))


def ordered(paper: Paper) -> dict:
    """What the order says of itself: all of it where it was written here, nothing where it is a scan."""
    return paper.letter.content if paper.drafted_here else {}


def subjects(case: Case, officer: Officer) -> list[tuple[str, str]]:
    found = []
    for paper in orders(case):
        purpose = ordered(paper).get("purpose", "") or paper.description
        found.append((str(paper.pk), paper_text(paper) + (f": {purpose}" if purpose else "")))
    return found


class LaporanTugasForm(LayoutForm):
    purpose = forms.CharField(label="Tujuan penugasan", max_length=300, help_text=spt.NO_NAMES)
    officers = forms.TypedMultipleChoiceField(
        label="Pelaksana",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Mereka yang menandatangani laporan ini.",
        error_messages={"required": "Pilih paling sedikit satu pelaksana."},
    )
    starts = DayField(label="Mulai tanggal")
    ends = DayField(label="Sampai dengan tanggal")
    place = forms.CharField(label="Tempat", max_length=300)
    notes = forms.TypedMultipleChoiceField(
        label="Catatan perkembangan selama penugasan",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Yang dipilih dicetak apa adanya, menurut tanggalnya.",
    )
    done = lines_field("Kegiatan lain", help_text="Satu kegiatan per baris; boleh kosong.")
    results = LongField(label="Hasil yang dicapai")
    advice = LongField(label="Kesimpulan dan saran", required=False)
    photos = PhotosField()

    @cached_property
    def order(self) -> Paper:
        return Paper.objects.select_related("kind", "letter").get(pk=self.subject)

    def build(self) -> None:
        content = ordered(self.order)
        choices = self.staff_choices(*(row["user"] for row in self.kept.get("officers", [])))
        known = {pk for pk, _ in choices}
        for row in content.get("officers", []):
            if row["user"] not in known:
                self.staff[row["user"]] = row
                choices.append((row["user"], f"{row['name']} – {row['title']}"))
        self.fields["officers"].choices = choices
        notes, photos = self._during(content)
        self.notes = {n.pk: n for n in notes}
        self.fields["notes"].choices = [
            (n.pk, f"{self._day(n.happened_at)}: {shortened(n.text, 300)}") for n in notes
        ]
        self.fields["photos"].offer(photos, self.agency)
        if not notes:
            del self.fields["notes"]
        if not photos:
            del self.fields["photos"]

    def _during(self, content: dict) -> tuple[list[ProgressNote], list[Photo]]:
        """Notes and photos of the order's days; of a scan, since its own day."""
        own = self.order.dated
        first = date.fromisoformat(content["starts"]) if content else own
        last = date.fromisoformat(content["ends"]) if content else None
        notes = ProgressNote.objects.filter(case=self.case).order_by("happened_at", "id")
        photos = Photo.objects.filter(case=self.case).order_by("taken_at", "id")

        def inside(at) -> bool:
            day = local_day(self.agency, at)
            return (first is None or day >= first) and (last is None or day <= last)

        return (
            [n for n in notes if inside(n.happened_at)],
            [p for p in photos if inside(p.taken_at or p.recorded_at)],
        )

    def _day(self, at) -> str:
        return words.day_text(local_day(self.agency, at))

    def prefill(self) -> dict:
        content = ordered(self.order)
        day = self.order.dated
        return {
            "purpose": content.get("purpose", "") or self.order.description,
            "officers": [row["user"] for row in content.get("officers", [])],
            "starts": date.fromisoformat(content["starts"]) if content else day,
            "ends": date.fromisoformat(content["ends"]) if content else day,
            "place": content.get("place", ""),
            "notes": list(self.notes),
        }

    def typed(self, content: dict) -> dict:
        return content | {
            "purpose": content["order"]["purpose"],
            "officers": [row["user"] for row in content["officers"]],
            "starts": date.fromisoformat(content["starts"]),
            "ends": date.fromisoformat(content["ends"]),
            "notes": [row["note"] for row in content["notes"]],
            "done": "\n".join(content["done"]),
        }

    def arrange(self) -> Arrangement:
        there = [name for name in ("notes", "done") if name in self.fields]
        photos = [Fieldset("Lampiran foto", "photos")] if "photos" in self.fields else []
        return Arrangement(
            Fieldset(
                f"Penugasan: {paper_text(self.order)}", "purpose", "officers", "starts", "ends", "place"
            ),
            Fieldset("Pelaksanaan", *there),
            Fieldset("Hasil", "results", "advice"),
            *photos,
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "Tanggal selesai mendahului tanggal mulai.")
        if not data.get("notes") and not words.lines(data.get("done", "")):
            self.add_error("done", NOTHING_DONE)
        self.refuse_names("purpose")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "subject": self.subject,
            "purpose": f"Hasil tugas: {data['purpose']}",
            "order": {"text": paper_text(self.order), "purpose": data["purpose"]},
            "officers": [row for pk, row in self.staff.items() if pk in data["officers"]],
            "starts": data["starts"].isoformat(),
            "ends": data["ends"].isoformat(),
            "place": data["place"],
            "notes": [
                {"note": pk, "when": self._day(n.happened_at), "text": n.text}
                for pk, n in self.notes.items()
                if pk in data.get("notes", [])
            ],
            "done": words.lines(data["done"]),
            "results": data["results"],
            "advice": data["advice"],
            "photos": data.get("photos", []),
        }


def problem(content: dict) -> str | None:
    if not content.get("officers"):
        return "Pilih paling sedikit satu pelaksana."
    return None if content.get("notes") or content.get("done") else NOTHING_DONE


def body(content: dict, context) -> LaporanTugas:
    starts, ends = date.fromisoformat(content["starts"]), date.fromisoformat(content["ends"])
    return LaporanTugas(
        order=content["order"]["text"],
        purpose=content["order"]["purpose"],
        people=tuple(Person.of(row) for row in content["officers"]),
        when=words.span_text(starts, ends),
        place=content["place"],
        done=(
            *((row["when"], row["text"]) for row in content["notes"]),
            *(("", text) for text in content["done"]),
        ),
        results=content["results"],
        advice=content["advice"],
        photos=drawn(content["photos"], context.agency),
    )


LAYOUT = Layout(
    slug="laporan_tugas",
    name="Laporan Hasil Pelaksanaan Tugas",
    title="Laporan Hasil Pelaksanaan Tugas",
    template="letters/layouts/laporan_tugas.html",
    form=LaporanTugasForm,
    body=body,
    problem=problem,
    refresh=spt.refresh,
    closing="Demikian laporan ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya.",
    signed=False,
    subjects=subjects,
    about="Surat perintah mana yang dilaporkan?",
    none_yet="Belum ada surat perintah dalam berkas penanganan ini yang siap atau sudah ditandatangani.",
)
