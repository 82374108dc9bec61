"""Acts on a case and on a child in it."""

from django import forms

from sopcases.cases.forms.fields import ActForm, DayField, LongField, MomentField, PhotosField, ReasonField
from sopcases.cases.models import Category, Child, Outcome
from sopcases.cases.nik import NikField
from sopcases.cases.progress import Progress
from sopcases.people import authority
from sopcases.people.models import Agency


class ReasonForm(ActForm):
    """An act that needs its reason."""

    reason = ReasonField()


class CustodyForm(ActForm):
    """To whom an original went, and when."""

    holder = forms.CharField(
        label="Sekarang disimpan oleh",
        max_length=200,
        help_text="Lembaga, keluarga, atau pejabat. Kembali ke kantor: tulis nama kantor.",
        error_messages={"required": "Sebutkan siapa yang menyimpan dokumen ini."},
    )
    since = DayField(label="Diserahkan tanggal")


class ConfirmForm(ActForm):
    """An act that needs no more than the button."""


def outcomes(agency: Agency):
    return Outcome.objects.filter(agency=agency)


class OutcomeField(forms.ModelChoiceField):
    """One of the agency's ways a child may leave a case."""

    def __init__(self, agency: Agency, **kwargs):
        kwargs.setdefault("label", "Hasil akhir")
        kwargs.setdefault("error_messages", {"required": "Pilih hasil akhir."})
        super().__init__(outcomes(agency), empty_label="Pilih hasil akhir", **kwargs)


class StopForm(ActForm):
    """The case is given up; children still in it get one outcome."""

    reason = ReasonField()

    def __init__(self, *args, progress: Progress, **kwargs):
        super().__init__(*args, **kwargs)
        if progress.active_children:
            self.fields["outcome"] = OutcomeField(
                progress.agency, label="Hasil akhir bagi anak yang masih dalam penanganan"
            )


class HandOverForm(StopForm):
    """Another city goes on with it."""

    to = forms.CharField(label="Dilimpahkan ke", max_length=150, help_text="Daerah dan dinas yang menerima.")
    field_order = ["to", "reason"]


class LeaveForm(ActForm):
    """A child leaves the case."""

    on = DayField(label="Tanggal")
    reason = LongField(label="Keterangan", required=False, rows=3)

    def __init__(self, *args, agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = OutcomeField(agency)
        self.order_fields(["outcome", "on", "reason"])


class AssignForm(ActForm):
    """One officer alone acts in a position on this case."""

    holder = forms.ChoiceField(label="Jabatan dan petugas", widget=forms.RadioSelect)

    def __init__(self, *args, progress: Progress, **kwargs):
        super().__init__(*args, **kwargs)
        plan = progress.plan
        positions = {p for step in plan.steps for p in step.positions()}
        held = authority.holders(progress.case.agency_id, progress.by.day, positions)
        names = {a.position_id: a.position.name for a in held}
        self.fields["holder"].choices = [
            *((f"{a.position_id}-{a.user_id}", f"{a.user}, {a.title}") for a in held),
            *(
                (f"{p}-0", f"{names.get(p, 'Jabatan ini')}: semua pemegang jabatan (tanpa penetapan)")
                for p in progress.assigned
            ),
        ]


class MeetForm(ActForm):
    """A child on file was met again; who it is comes with the page, not with what is typed."""

    child = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    at = MomentField(label="Terjangkau pada")
    place = forms.CharField(label="Di mana", max_length=200, required=False)
    note = LongField(label="Keadaan dan keterangan", required=False, rows=3)


class PlaceForm(ActForm):
    """Where the child is now."""

    place = forms.CharField(label="Anak berada di", max_length=200)
    since = MomentField(label="Sejak")


class NoteForm(ActForm):
    """A catatan perkembangan."""

    text = LongField(label="Catatan", rows=6)
    happened_at = MomentField(label="Waktu kejadian")
    child = forms.TypedChoiceField(label="Tentang", required=False, coerce=int, empty_value=None)
    photos = PhotosField(
        label="Foto", help_text="JPEG atau PNG, boleh beberapa. Lokasi foto dihapus, waktunya disimpan."
    )

    def __init__(self, *args, children: list[Child], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["child"].choices = [("", "Penanganan seluruhnya"), *((c.pk, c.called) for c in children)]
        if not children:
            del self.fields["child"]


class ChildForm(ActForm):
    """The whole record of a child."""

    name = forms.CharField(label="Nama", max_length=150, required=False)
    temporary_name = forms.CharField(label="Nama sementara", max_length=150, required=False)
    aliases = forms.CharField(
        label="Nama lain", max_length=300, required=False, help_text="Pisahkan dengan koma."
    )
    nik = NikField(help_text="16 angka; spasi dan titik boleh. Disimpan tersandi.")
    sex = forms.ChoiceField(
        label="Jenis kelamin", choices=Child.Sex.choices, required=False, widget=forms.RadioSelect
    )
    birth_from = DayField(label="Lahir paling awal", required=False)
    birth_until = DayField(
        label="Lahir paling akhir", required=False, help_text="Bila tanggal lahir pasti, isi keduanya sama."
    )
    birth_how = forms.CharField(label="Cara usia diketahui", max_length=200, required=False)
    birth_place = forms.CharField(label="Tempat lahir", max_length=100, required=False)
    marks = LongField(label="Ciri fisik", required=False, rows=3)
    health = LongField(label="Kondisi kesehatan", required=False, rows=3)
    disability = forms.CharField(label="Kedisabilitasan", max_length=200, required=False)
    religion = forms.CharField(label="Agama", max_length=40, required=False)
    schooling = forms.CharField(label="Pendidikan", max_length=200, required=False)
    address = forms.CharField(label="Alamat", max_length=300, required=False)
    category = forms.ModelChoiceField(
        Category.objects.none(), label="Kategori PPKS", required=False, empty_label="Belum ditetapkan"
    )
    dtsen = forms.CharField(label="Status DTSEN", max_length=80, required=False)

    def __init__(self, *args, agency: Agency, known_nik: str, **kwargs):
        """`known_nik`: masked, or "" while it is unknown. The NIK itself is never shown again."""
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = agency.categories.all()
        if known_nik:
            self.fields["nik"].help_text += f" Tercatat {known_nik}. Kosongkan bila tidak berubah."

    def clean_aliases(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["aliases"].split(",") if name.strip()]

    def clean(self):
        data = super().clean()
        first, last = data.get("birth_from"), data.get("birth_until")
        if bool(first) != bool(last) and not {"birth_from", "birth_until"} & set(self.errors):
            self.add_error("birth_until" if first else "birth_from", "Isi kedua batas tanggal lahir.")
        elif first and last and last < first:
            self.add_error("birth_until", "Perkiraan tanggal lahir harus berurutan.")
        return data

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("version", "_key")}
