"""The sheet of a visit, short enough for a phone."""

from django import forms

from sopcases.cases.forms.fields import ActForm, LongField, MomentField
from sopcases.cases.visits import TEXTS


class VisitForm(ActForm):
    """What was found at a child's."""

    visited_at = MomentField(label="Waktu kunjungan")
    met = forms.CharField(
        label="Bertemu dengan", max_length=200, help_text="Nama dan hubungannya dengan anak."
    )
    condition = LongField(label="Keadaan anak", rows=3)
    aid_use = LongField(label="Pemanfaatan bantuan", rows=2, required=False)
    schooling = LongField(label="Pendidikan", rows=2, required=False)
    needs = LongField(label="Kebutuhan", rows=2, required=False)
    follow_up = LongField(label="Tindak lanjut", rows=2, required=False)
    conclusion = LongField(label="Simpulan", rows=2, required=False)
    acted_by = forms.TypedMultipleChoiceField(
        label="Dikunjungi oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih siapa yang berkunjung."},
    )

    def __init__(self, *args, people: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["acted_by"].choices = list(people.items())

    def sheet(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("visited_at", *TEXTS)}


class ReceiveSomeForm(ActForm):
    """What lies handed over, to be received in one act."""

    what = forms.MultipleChoiceField(
        label="Yang diterima",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu."},
    )

    def __init__(self, *args, waiting: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = waiting
        self.fields["what"].initial = [value for value, _ in waiting]
