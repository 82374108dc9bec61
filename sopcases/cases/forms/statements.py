"""A responsible adult signs for several children; several statements are left to follow."""

from collections.abc import Collection

from django import forms

from sopcases.cases.forms.fields import ActForm, DayField, ReasonField
from sopcases.cases.forms.papers import NEEDS_FILE
from sopcases.cases.statements import Charge
from sopcases.cases.uploads import PaperField
from sopcases.cases.wording import day

CHILDREN = {
    "required": "Tandai paling sedikit satu anak.",
    "invalid_choice": "Keadaan seorang anak sudah berubah. Periksa tandanya, lalu kirim lagi.",
}
NEW = 0
"""The choice of a new scan, where one that lies here already could hold for more children."""


class FollowForm(ActForm):
    """The ticks beside children whose statement is not there, and why and until when it follows."""

    children = forms.TypedMultipleChoiceField(label="Anak", coerce=int, error_messages=CHILDREN)
    until = DayField(label="Paling lambat")
    reason = ReasonField(label="Mengapa pernyataannya menyusul")

    def __init__(self, *args, charges: Collection[Charge], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = [(c.child.pk, c.child.called) for c in charges]

    @property
    def ticked(self) -> set[str]:
        return {str(value) for value in self["children"].value() or []}


class SignForm(ActForm):
    """One statement of an adult: for which of his children, when signed, and its scan."""

    children = forms.TypedMultipleChoiceField(
        label="Berlaku untuk", coerce=int, widget=forms.CheckboxSelectMultiple, error_messages=CHILDREN
    )
    paper = forms.TypedChoiceField(
        label="Pernyataannya", coerce=int, widget=forms.RadioSelect, required=False, empty_value=NEW
    )
    file = PaperField(
        label="Pindaian pernyataan",
        required=False,
        help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen untuk semua anak yang ditandai.",
    )
    dated = DayField(label="Ditandatangani tanggal", required=False)
    description = forms.CharField(label="Keterangan", max_length=300, required=False)

    def __init__(self, *args, charges: Collection[Charge], papers: Collection, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = [(c.child.pk, self._called(c)) for c in charges]
        self.fields["children"].initial = [c.child.pk for c in charges if c.awaited]
        self.fields["paper"].choices = [
            (NEW, "Pernyataan baru, pindaiannya di bawah"),
            *(
                (p.pk, f"Yang ditandatangani {day(p.dated)} berlaku juga untuk anak yang ditandai")
                for p in papers
            ),
        ]
        self.fields["paper"].initial = NEW
        if not papers:
            del self.fields["paper"]

    @staticmethod
    def _called(charge: Charge) -> str:
        if charge.follows:
            return f"{charge.child.called} (menyusul paling lambat {day(charge.waiver.until)})"
        return charge.child.called if charge.open else f"{charge.child.called} (tidak ditunggu lagi)"

    def clean(self):
        data = super().clean()
        if not data.get("paper"):
            for name, sentence in (("file", NEEDS_FILE), ("dated", "Isi tanggal pernyataan ditandatangani.")):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return data
