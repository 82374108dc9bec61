"""Laporan Kegiatan: a group session or another activity, its attendance counted by itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms
from django.db.models import Q

from sopcases.cases.forms.fields import LongField, MomentField
from sopcases.cases.models import Attendance, Case, Photo, Session
from sopcases.letters import words
from sopcases.letters.layouts import made
from sopcases.letters.layouts.base import NO_NAMES, Layout
from sopcases.letters.layouts.made import Hands, MadeForm
from sopcases.letters.layouts.photos import PhotosField, Picture, drawn
from sopcases.people.authority import Officer, local_day
from sopcases.worktime.calendar import WEEKDAYS


@dataclass(frozen=True)
class LaporanKegiatan:
    facts: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, str], ...]
    photos: tuple[Picture, ...]
    hands: Hands


def held(case: Case) -> list[Session]:
    """The sessions that took place and children of the case were told of, the latest first."""
    found = Session.objects.filter(attendance__case=case, held_at__isnull=False)
    return list(found.distinct().order_by("-held_at", "-id"))


def subjects(case: Case, officer: Officer) -> list[tuple[str, str]]:
    return [(str(row.pk), named(row, case)) for row in held(case)]


def named(session: Session, case: Case) -> str:
    """2 Maret 2026, Balai Warga, kelompok Remaja"""
    parts = [words.day_text(local_day(case.agency, session.held_at)), session.place]
    return ", ".join(filter(None, [*parts, session.group and f"kelompok {session.group}"]))


def counted(session: Session) -> dict:
    """How many came and how many did not, with the reasons."""
    rows = list(Attendance.objects.filter(session=session).values_list("status", "reason"))
    absent = [reason for status, reason in rows if status == Attendance.Status.ABSENT]
    return {
        "present": sum(status == Attendance.Status.PRESENT for status, _ in rows),
        "absent": len(absent),
        "reasons": [[reason, count] for reason, count in Counter(absent).most_common()],
    }


class LaporanKegiatanForm(MadeForm):
    name = forms.CharField(label="Nama kegiatan", max_length=300, help_text=NO_NAMES)
    held_at = MomentField(label="Dilaksanakan pada")
    place = forms.CharField(label="Tempat", max_length=200)
    officers = forms.TypedMultipleChoiceField(
        label="Dilaksanakan oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu pelaksana."},
    )
    participants = forms.CharField(
        label="Peserta lain",
        max_length=300,
        required=False,
        help_text="Misalnya: 12 orang tua, 2 tutor. Anak pada kegiatan bersama dihitung sendiri.",
    )
    course = LongField(label="Jalannya kegiatan")
    results = LongField(label="Hasil kegiatan")
    advice = LongField(label="Kendala dan tindak lanjut", required=False)
    photos = PhotosField()

    @cached_property
    def session(self) -> Session | None:
        return next((row for row in held(self.case) if str(row.pk) == self.subject), None)

    def build(self) -> None:
        super().build()
        kept = [row["user"] for row in self.kept.get("officers", [])]
        self.fields["officers"].choices = self.staff_choices(*kept)
        here = Q(case=self.case) | Q(session=self.session) if self.session else Q(case=self.case)
        photos = list(Photo.objects.filter(here).order_by("-session", "-taken_at", "-id")[: self.OFFERED])
        self.fields["photos"].offer(photos, self.agency)
        if not photos:
            del self.fields["photos"]

    OFFERED = 60
    """Photos to choose from: those of the session first, then the latest of the case."""

    def prefill(self) -> dict:
        if (row := self.session) is None:
            return {}
        step = self.case.revision.steps.filter(key=row.step_key).first()
        return {
            "name": step.activity[:300] if step else "",
            "held_at": row.held_at,
            "place": row.place,
            "officers": list(row.acted_by.values_list("pk", flat=True)),
        }

    def typed(self, content: dict) -> dict:
        return content | {
            "held_at": datetime.fromisoformat(content["held_at"]),
            "officers": [row["user"] for row in content["officers"]],
        }

    def arrange(self) -> Arrangement:
        photos = [Fieldset("Lampiran foto", "photos")] if "photos" in self.fields else []
        return Arrangement(
            Fieldset("Kegiatan", "name", "held_at", "place", "officers", "participants"),
            Fieldset("Pelaksanaan dan hasil", "course", "results", "advice"),
            *photos,
            Fieldset("Pengesahan", "acknowledged"),
        )

    def clean(self) -> dict:
        self.refuse_names("name")
        return self.cleaned_data

    def content(self) -> dict:
        data = self.cleaned_data
        day = words.day_text(local_day(self.agency, data["held_at"]))
        return {
            "subject": self.subject,
            "purpose": f"{data['name']}, {day}",
            "name": data["name"],
            "held_at": data["held_at"].isoformat(),
            "place": data["place"],
            "officers": [row for pk, row in self.staff.items() if pk in data["officers"]],
            "attendance": counted(self.session) if self.session else None,
            "participants": data["participants"],
            "course": data["course"],
            "results": data["results"],
            "advice": data["advice"],
            "photos": data.get("photos", []),
            **self.made(),
        }


def refresh(content: dict, case: Case, day: date) -> dict:
    """The maker as he is on the day, and the attendance as it was mended since."""
    row = next((s for s in held(case) if str(s.pk) == content["subject"]), None)
    attendance = counted(row) if row else content["attendance"]
    return made.refresh(content, case, day) | {"attendance": attendance}


def problem(content: dict) -> str | None:
    return None if content.get("course") else "Tuliskan jalannya kegiatan."


def moment_text(text: str, zone: str) -> str:
    """Senin, 2 Maret 2026 pukul 09.00, in the agency's zone."""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[local.weekday()]}, {words.day_text(local.date())} pukul {local:%H.%M}"


def attendance_text(found: dict | None) -> str:
    """12 anak hadir, 3 anak tidak hadir (sakit 2, sekolah 1)"""
    if found is None:
        return ""
    text = f"{found['present']} anak hadir, {found['absent']} anak tidak hadir"
    reasons = ", ".join(f"{reason} {count}" for reason, count in found["reasons"])
    return f"{text} ({reasons})" if reasons else text


def body(content: dict, context) -> LaporanKegiatan:
    facts = (
        ("Nama kegiatan", content["name"]),
        ("Hari dan tanggal", moment_text(content["held_at"], context.agency.timezone)),
        ("Tempat", content["place"]),
        ("Pelaksana", "\n".join(f"{row['name']}, {row['title']}" for row in content["officers"])),
        ("Kehadiran anak", attendance_text(content["attendance"])),
        ("Peserta lain", content["participants"]),
    )
    sections = (
        ("Jalannya kegiatan", content["course"]),
        ("Hasil kegiatan", content["results"]),
        ("Kendala dan tindak lanjut", content["advice"]),
    )
    return LaporanKegiatan(
        facts=tuple((label, text) for label, text in facts if text),
        sections=tuple((heading, text) for heading, text in sections if text),
        photos=drawn(content["photos"], context.agency),
        hands=made.hands(content, context),
    )


LAYOUT = Layout(
    slug="laporan_kegiatan",
    name="Laporan Kegiatan",
    title="Laporan Kegiatan",
    template="letters/layouts/laporan_kegiatan.html",
    form=LaporanKegiatanForm,
    body=body,
    problem=problem,
    refresh=refresh,
    closing="Demikian laporan ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya.",
    signed=False,
    subjects=subjects,
    session=lambda content: int(content["subject"]) if content["subject"] else None,
    about="Kegiatan bersama mana yang dilaporkan?",
    nothing="Kegiatan lain, yang tidak tercatat sebagai kegiatan bersama",
)
