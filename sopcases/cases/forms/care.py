"""Asesmen, rencana and rujukan of a child."""

from django import forms

from sopcases.cases.forms.fields import ActForm, DayField, LongField, MomentField, PhotosField, ReasonField
from sopcases.cases.models import Assessment, Child, Interval
from sopcases.cases.progress import Progress
from sopcases.people import authority
from sopcases.people.models import User

HINTS = {
    "physical": "Berat, tinggi, luka, penyakit, obat, kedisabilitasan.",
    "psychological": "Suasana hati, takut, tidur, trauma, cara menanggapi orang.",
    "social": "Pergaulan, kegiatan sehari-hari, pengaruh teman, perilaku di jalan.",
    "spiritual": "Agama, ibadah, nilai yang dipegang.",
    "education": "Sekolah atau putus sekolah, kelas terakhir, kemampuan membaca dan berhitung.",
    "family": "Siapa orang tua atau walinya, pekerjaan, hubungan, kemampuan mengasuh.",
    "environment": "Rumah dan tetangga, tempat mangkal, siapa yang berpengaruh.",
    "strengths": "Bakat, orang yang peduli, lembaga atau bantuan yang dapat dipakai.",
    "needs": "Apa masalahnya dan apa yang dibutuhkan anak, satu per baris.",
    "conclusion": "Simpulan dan rekomendasi.",
}


class AssessmentForm(ActForm):
    """An asesmen, aspect by aspect; each may stay empty."""

    assessed_at = MomentField(label="Waktu asesmen")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in Assessment.ASPECTS:
            label = str(Assessment._meta.get_field(name).verbose_name)
            self.fields[name] = LongField(
                label=label[0].upper() + label[1:], required=False, rows=3, help_text=HINTS[name]
            )

    @property
    def aspects(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in Assessment.ASPECTS}


class GoalForm(ActForm):
    """A goal of the plan."""

    need = LongField(label="Masalah atau kebutuhan", required=False, rows=2)
    goal = forms.CharField(
        label="Tujuan", max_length=300, help_text="Apa yang tercapai, misalnya: akta kelahiran terbit."
    )
    action = LongField(label="Kegiatan", required=False, rows=2, help_text="Apa yang dikerjakan untuk itu.")
    responsible = forms.ModelChoiceField(
        User.objects.none(),
        label="Penanggung jawab",
        required=False,
        empty_label="Pihak luar (tulis di bawah)",
    )
    responsible_text = forms.CharField(
        label="Penanggung jawab dari luar",
        max_length=150,
        required=False,
        help_text="Misalnya ibu anak, Puskesmas, atau PKBM.",
    )
    due_on = DayField(label="Batas waktu")

    def __init__(self, *args, progress: Progress, kept: int | None = None, **kwargs):
        """`kept`: who was responsible before stays choosable."""
        super().__init__(*args, **kwargs)
        today = {a.user_id for a in authority.in_force(progress.case.agency_id, progress.by.day)}
        people = User.objects.filter(agency_id=progress.case.agency_id, pk__in={*today, kept} - {None})
        self.fields["responsible"].queryset = people.order_by("name")

    def clean(self):
        data = super().clean()
        if not data.get("responsible") and not data.get("responsible_text"):
            self.add_error("responsible", "Pilih penanggung jawab, atau tuliskan pihak luarnya.")
        return data

    @property
    def facts(self) -> dict:
        names = ("need", "goal", "action", "responsible", "responsible_text", "due_on")
        return {name: self.cleaned_data[name] for name in names}


class AchieveForm(ActForm):
    """A goal is reached."""

    on = DayField(label="Tercapai pada")


class DropForm(ActForm):
    """A goal is given up."""

    on = DayField(label="Sejak tanggal")
    reason = ReasonField(label="Mengapa tidak dilanjutkan")


class ProgressForm(ActForm):
    """What was done for a goal."""

    text = LongField(label="Perkembangan", rows=4)
    happened_at = MomentField(label="Waktu kejadian")
    photos = PhotosField(label="Foto", help_text="JPEG atau PNG, boleh beberapa.")


class ReferForm(ActForm):
    """Something is asked of an outside party, tied to no step."""

    party_kind = forms.ChoiceField(
        label="Jenis pihak",
        choices=[("", "Pilih jenis pihak"), *Interval.Party.choices[1:]],
        error_messages={"required": "Pilih jenis pihak yang diminta."},
    )
    party = forms.CharField(
        label="Nama pihak", max_length=150, help_text="Misalnya RSUD, Polsek, atau Dinsos kota lain."
    )
    request = LongField(label="Yang diminta", rows=3)
    children = forms.TypedMultipleChoiceField(
        label="Untuk anak", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    since = MomentField(label="Diminta pada")

    def __init__(self, *args, children: list[Child], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = [(c.pk, c.called) for c in children]
        self.fields["children"].help_text = "Kosongkan bila untuk penanganan seluruhnya."
        if not children:
            del self.fields["children"]
