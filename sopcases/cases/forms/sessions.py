"""A session of many children: who came, who did not and why; or that it did not take place."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms

from sopcases.cases.forms.fields import ActForm, MomentField, PhotosField, ReasonField
from sopcases.cases.models import Attendance, CaseChild

PRESENT, ABSENT, OTHER = Attendance.Status.PRESENT.value, Attendance.Status.ABSENT.value, "other"
MARKS = [(PRESENT, "Hadir"), (ABSENT, "Tidak hadir"), (OTHER, "Kelompok lain")]
REASONS = ["Sakit", "Bersekolah", "Bekerja", "Di luar kota", "Tanpa kabar"]
LONGEST = 200


@dataclass(frozen=True)
class Tick:
    """A child on the list, as it was marked."""

    child_id: int
    called: str
    mark: str
    reason: str
    wrong: bool


class TickForm(ActForm):
    """A form with a list of children to mark, grouped by case; each is marked by its id in the sent form."""

    def __init__(self, *args, stays: Iterable, told: dict[int, tuple[str, str]] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.stays, self._told, self._wrong = list(stays), told or {}, set[int]()

    def _sent(self, name: str) -> str:
        """As it was sent, for no field cleans it; NUL is no text for a database."""
        return str(self.data.get(name, "")).replace("\0", "").strip() if self.is_bound else ""

    def marked(self, child_id: int) -> tuple[str, str]:
        """Mark and reason of a child; nothing where nobody marked it."""
        if not self.is_bound:
            return self._told.get(child_id, ("", ""))
        mark = self._sent(f"anak-{child_id}")
        return mark if mark in dict(MARKS) else "", self._sent(f"alasan-{child_id}")[:LONGEST]

    @property
    def groups(self) -> list[tuple[str, list[Tick]]]:
        """The number of each case with its children."""
        found: dict[str, list[Tick]] = {}
        for stay in self.stays:
            mark, reason = self.marked(stay.child_id)
            found.setdefault(stay.case.number, []).append(
                Tick(stay.child_id, stay.child.called, mark, reason, stay.child_id in self._wrong)
            )
        return list(found.items())

    def _ask_reason(self, stay) -> None:
        self._wrong.add(stay.child_id)
        self.add_error(None, f"Isi alasan {stay.child.called} tidak hadir.")


class SessionForm(TickForm):
    """A session as it was held."""

    held_at = MomentField(label="Dilaksanakan pada")
    place = forms.CharField(label="Tempat", max_length=200)
    group = forms.CharField(
        label="Kelompok",
        max_length=80,
        required=False,
        help_text="Bila anak bertemu dalam beberapa kelompok: nama kelompok atau aulanya.",
    )
    acted_by = forms.TypedMultipleChoiceField(
        label="Dilaksanakan oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih siapa yang melaksanakan."},
    )
    everybody = forms.BooleanField(label="Semua hadir, kecuali yang ditandai lain", required=False)

    def __init__(self, *args, stays: list[CaseChild], people: dict[int, str], **kwargs):
        super().__init__(*args, stays=stays, **kwargs)
        self.fields["acted_by"].choices = list(people.items())

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("held_at", "place", "group", "acted_by")]

    def clean(self):
        data = super().clean()
        self.present: set[int] = set()
        self.absent: dict[int, str] = {}
        for stay in self.stays:
            mark, reason = self.marked(stay.child_id)
            if mark == PRESENT or (not mark and data.get("everybody")):
                self.present.add(stay.child_id)
            elif mark == ABSENT and not reason:
                self._ask_reason(stay)
            elif mark == ABSENT:
                self.absent[stay.child_id] = reason
        if not self.present and not self.absent and not self._wrong:
            self.add_error(None, "Tandai paling sedikit satu anak.")
        return data


class MendForm(TickForm):
    """Attendance as it really was."""

    def clean(self):
        data = super().clean()
        self.changes: dict[int, tuple[str, str]] = {}
        for stay in self.stays:
            mark, reason = self.marked(stay.child_id)
            if mark == ABSENT and not reason:
                self._ask_reason(stay)
            elif mark in (PRESENT, ABSENT):
                self.changes[stay.child_id] = (mark, reason)
        return data


class NotHeldForm(ActForm):
    """The session of these children did not take place."""

    group = forms.CharField(label="Kelompok", max_length=80, required=False)
    reason = ReasonField(label="Mengapa tidak terlaksana", max_length=300)
    children = forms.TypedMultipleChoiceField(
        label="Anak",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tandai paling sedikit satu anak."},
    )

    def __init__(self, *args, stays: list[CaseChild], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = [(s.child_id, f"{s.child.called} ({s.case.number})") for s in stays]
        self.fields["children"].initial = [s.child_id for s in stays]


class SessionPhotosForm(ActForm):
    """Photos of a session with what they show."""

    photos = PhotosField(label="Foto", required=True, help_text="JPEG atau PNG, boleh beberapa.")
    caption = forms.CharField(label="Keterangan foto", max_length=200)
