"""Recording a step, and the verbs beside it."""

from django import forms
from django.db.models import Q

from sopcases.cases.forms.fields import (
    ActForm,
    DayField,
    LongField,
    MomentField,
    ReasonField,
    check_verbal_order,
)
from sopcases.cases.models import Attempt, Interval
from sopcases.cases.progress import Progress
from sopcases.people import authority
from sopcases.people.models import Appointment, User
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep

ABLE = (flow.PERFORMS, "takes_part", flow.RECEIVES, "orders")


def able(progress: Progress, step: PlanStep, since) -> dict[int, tuple[User, str]]:
    """Officers who can be named as having done a step: whoever held one of its positions on any day since
    then, a Plh. of a week among them. Whether he held it on the day of the act, the verb asks."""
    found: dict[int, tuple[User, str]] = {}
    held = Appointment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=authority.local_day(progress.agency, since)),
        position__in=step.positions(*ABLE),
        valid_from__lte=progress.by.day,
        user__is_active=True,
    ).select_related("position", "user")
    held = held.order_by("position_id", "-valid_from", "-id")
    for part in ABLE:
        positions = step.positions(part)
        for row in held:
            if row.position_id in positions:
                found.setdefault(row.user_id, (row.user, f"{row.user}, {row.title}"))
    return found


class StepForm(ActForm):
    """What was done, when and by whom."""

    acted_at = MomentField(label="Dilaksanakan pada")
    acted_by = forms.TypedMultipleChoiceField(
        label="Dilaksanakan oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih siapa yang melaksanakan."},
    )
    elsewhere = forms.CharField(label="Dilaksanakan di tempat lain", max_length=300, required=False)
    note = LongField(label="Catatan", required=False, rows=3)
    spent_minutes = forms.IntegerField(
        label="Lama pengerjaan (menit)",
        min_value=0,
        max_value=100_000,
        required=False,
        help_text="Boleh dikosongkan. Waktu mengerjakan, bukan waktu menunggu di meja.",
    )
    verbal_order_by = forms.CharField(
        label="Perintah lisan dari",
        max_length=150,
        required=False,
        help_text="Bila dikerjakan sebelum ada surat perintah: nama dan jabatan yang memerintahkan.",
    )
    verbal_order_at = MomentField(label="Waktu perintah lisan", required=False)

    def __init__(self, *args, people: dict[int, str], attempt: Attempt, early: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["acted_by"].choices = list(people.items())
        if not early and not attempt.verbal_order_by:
            del self.fields["verbal_order_by"], self.fields["verbal_order_at"]

    def ask_place(self, places: list[str]) -> None:
        """Ask for the place only where a letter names one; what it names is not typed again."""
        if not places and not self["elsewhere"].value():
            del self.fields["elsewhere"]
        elif places:
            self.fields[
                "elsewhere"
            ].help_text = f"Surat perintah menyebut: {'; '.join(places)}. Kosongkan bila di sana."

    def clean(self):
        data = super().clean()
        check_verbal_order(self, data)
        return data

    @property
    def verbal_order(self):
        data = self.cleaned_data
        return (data["verbal_order_by"], data["verbal_order_at"]) if data.get("verbal_order_by") else None


class NotNeededForm(ActForm):
    """The step does not apply, to the case or to chosen children."""

    reason = ReasonField(label="Mengapa langkah ini tidak diperlukan")


class WaiveForm(ActForm):
    """A missing paper is left to follow, or for good."""

    paper = forms.ChoiceField(label="Dokumen", error_messages={"required": "Pilih dokumennya."})
    how = forms.ChoiceField(
        label="Bagaimana kelanjutannya",
        choices=[("later", "Menyusul, paling lambat pada tanggal di bawah"), ("never", "Tidak diterbitkan")],
        widget=forms.RadioSelect,
        initial="later",
    )
    until = DayField(label="Paling lambat", required=False)
    reason = ReasonField()

    def __init__(self, *args, papers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = papers

    def clean(self):
        data = super().clean()
        if data.get("how") == "later" and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Isi tanggal paling lambat.")
        return data


class WaitForm(ActForm):
    """Something is asked of an outside party."""

    party = forms.CharField(
        label="Pihak yang diminta", max_length=150, help_text="Misalnya Polresta, RSUD, atau Disdukcapil."
    )
    kind = forms.TypedChoiceField(label="Dokumen yang diminta", required=False, coerce=int, empty_value=None)
    party_kind = forms.ChoiceField(label="Jenis pihak", choices=Interval.Party.choices, required=False)
    request = LongField(label="Yang diminta", rows=2, required=False)
    since = MomentField(label="Diminta pada")
    field_order = ["party_kind", "party", "kind", "request", "since"]

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Bukan dokumen"), *kinds]


class AnswerForm(ActForm):
    """The outside party was reminded, or answered."""

    what = forms.ChoiceField(
        label="Apa yang terjadi",
        choices=[("reminded", "Sudah diingatkan"), ("answered", "Sudah dijawab")],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih salah satu."},
    )
    at = MomentField(label="Kapan")
    accepted = forms.TypedChoiceField(
        label="Diterima atau ditolak",
        choices=[("", "Bukan pertanyaan itu"), ("ya", "Diterima"), ("tidak", "Ditolak")],
        coerce=lambda value: value == "ya",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    result = forms.CharField(label="Jawabannya", max_length=300, required=False)

    def clean(self):
        data = super().clean()
        if data.get("what") == "answered" and not data.get("result"):
            self.add_error("result", "Isi jawabannya.")
        return data
