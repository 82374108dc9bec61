"""Aid: what a child gets, who received it, and the signed receipts."""

from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from sopcases.cases.aid import Gift, Package
from sopcases.cases.forms.fields import ActForm, DayField, MomentField, ReasonField
from sopcases.cases.forms.many import Row, TableForm
from sopcases.cases.models import Aid, CaseChild
from sopcases.cases.uploads import PaperField, PhotoField

MOST = 10**12


class RupiahField(forms.CharField):
    """Whole rupiah as people write them: 350000, 350.000, Rp 350.000,00."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=30, **kwargs)

    def clean(self, value) -> int | None:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        plain = text.lower().replace("rp", "").replace(" ", "").removesuffix(",-").removesuffix(",00")
        plain = plain.replace(".", "")
        if not (plain.isascii() and plain.isdigit()):
            raise ValidationError("Isi nilai dalam rupiah, misalnya 350.000.", code="invalid")
        if int(plain) > MOST:
            raise ValidationError("Nilai ini terlalu besar. Periksa angkanya.", code="invalid")
        return int(plain)


class AmountField(forms.CharField):
    """An amount as people write it: 2, 2,5."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value) -> Decimal | None:
        text = super().clean(value).replace(" ", "").replace(",", ".")
        try:
            found = Decimal(text)
        except ArithmeticError:
            raise ValidationError(
                "Isi jumlahnya dengan angka, misalnya 2 atau 2,5.", code="invalid"
            ) from None
        if not found.is_finite() or not 0 < found < 10**8:
            raise ValidationError("Jumlah bantuan harus lebih dari nol.", code="invalid")
        if found != round(found, 2):
            raise ValidationError("Jumlah paling banyak dua angka di belakang koma.", code="invalid")
        return found


class PackageForm(ActForm):
    """What one child gets."""

    kind = forms.CharField(
        label="Jenis bantuan", max_length=150, help_text="Misalnya perlengkapan sekolah atau paket sembako."
    )
    amount = AmountField(label="Jumlah per anak")
    unit = forms.CharField(label="Satuan", max_length=40, help_text="Misalnya paket, kg, atau setel.")
    value = RupiahField(
        label="Nilai per anak (Rp)", help_text="Untuk seluruh jumlah itu, dalam rupiah penuh."
    )
    source = forms.CharField(label="Sumber", max_length=150, help_text="Misalnya APBD Kabupaten 2026.")

    @property
    def package(self) -> Package:
        return Package(**{n: self.cleaned_data[n] for n in ("kind", "amount", "unit", "value", "source")})


class PlanForm(PackageForm):
    """The same package for chosen children."""

    children = forms.TypedMultipleChoiceField(
        label="Untuk anak",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu anak."},
    )

    def __init__(self, *args, entitled: Iterable[CaseChild], planned: set[int], **kwargs):
        super().__init__(*args, **kwargs)
        entitled = list(entitled)
        self.fields["children"].choices = [
            (s.child_id, s.child.called + (" (sudah direncanakan)" if s.child_id in planned else ""))
            for s in entitled
        ]
        self.fields["children"].initial = [s.child_id for s in entitled if s.child_id not in planned]


class VoidAidForm(ActForm):
    """A record of aid that is wrong."""

    again = forms.ChoiceField(
        label="Apa yang salah",
        choices=[
            ("again", "Pencatatannya salah; bantuan tetap direncanakan bagi anak ini"),
            ("never", "Bantuan ini tidak jadi diberikan"),
        ],
        widget=forms.RadioSelect,
        initial="again",
    )
    reason = ReasonField()


class GiveForm(TableForm):
    """One sitting, or one round of visits at home."""

    at = MomentField(label="Waktu penyerahan")


class GiftRow(Row):
    """Whether a child's aid was received, by whom and how he signed."""

    taken = forms.BooleanField(label="Diterima", required=False)
    received_by = forms.CharField(label="Diterima oleh", max_length=150, required=False)
    relation = forms.CharField(label="Hubungan", max_length=80, required=False)
    receipt = forms.ChoiceField(
        label="Tanda terima", choices=Aid.Receipt.choices[1:], widget=forms.RadioSelect, required=False
    )
    photo = PhotoField(label="Foto", required=False)

    def __init__(self, data=None, files=None, *, aid: Aid, called: str, guardian=("", ""), **kwargs):
        initial = {"received_by": guardian[0], "relation": guardian[1], "receipt": Aid.Receipt.SIGNED}
        super().__init__(data, files, key=aid.pk, version=aid.version, initial=initial, **kwargs)
        self.aid, self.called = aid, called

    def clean(self):
        data = super().clean()
        if not self.touched:
            return data
        if not data.get("taken"):
            self.add_error("taken", f"Tandai “Diterima” bagi {self.called}, atau kosongkan barisnya.")
        if not data.get("received_by"):
            self.add_error("received_by", f"Isi siapa yang menerima bantuan {self.called}.")
        if not data.get("receipt") and "receipt" not in self.errors:
            self.add_error("receipt", f"Pilih tanda tangan atau cap jempol bagi {self.called}.")
        return data

    @property
    def gift(self) -> Gift:
        data = self.cleaned_data
        return Gift(self.aid.pk, data["received_by"], data["relation"], data["receipt"], data["photo"])


class ReceiptsForm(ActForm):
    """The signed receipts, one paper for all who received."""

    file = PaperField(
        label="Tanda terima yang sudah ditandatangani",
        help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen.",
    )
    number = forms.CharField(label="Nomor", max_length=100, required=False)
    dated = DayField(label="Tanggal dokumen", required=False)
    children = forms.TypedMultipleChoiceField(
        label="Memuat tanda terima anak",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu anak."},
    )
    acted_by = forms.TypedMultipleChoiceField(
        label="Diserahkan oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih siapa yang menyerahkan bantuan."},
    )

    def __init__(self, *args, waiting: Iterable[CaseChild], people: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        waiting = list(waiting)
        self.fields["children"].choices = [(s.child_id, s.child.called) for s in waiting]
        self.fields["children"].initial = [s.child_id for s in waiting]
        self.fields["acted_by"].choices = list(people.items())
