"""Several children at a step are ticked, and one thing is done for all of them."""

from collections.abc import Collection

from django import forms

from sopcases.cases.bychild import Standing
from sopcases.cases.forms.fields import ActForm, DayField, LongField, MomentField, ReasonField
from sopcases.cases.models import Interval
from sopcases.cases.uploads import PaperField

ACTS = {
    "not_needed": ("not_needed_reason",),
    "refer": ("party_kind", "party", "request", "since"),
    "answered": ("answer", "answered_at", "answer_reason"),
    "print": (),
    "keep": (),
    "upload": ("file", "number", "dated"),
    "finish": ("acted_at", "acted_by", "note"),
}
"""Act → its own fields. The others are shown again as they were typed, and not judged."""
OPTIONAL = {"party_kind", "request", "answer_reason", "number", "dated", "note"}


class ManyForm(ActForm):
    """The ticks, the state of each child as shown, and the fields of every act."""

    children = forms.TypedMultipleChoiceField(
        label="Anak",
        coerce=int,
        error_messages={
            "required": "Tandai paling sedikit satu anak.",
            "invalid_choice": "Ada anak yang tidak lagi pada langkah ini. Periksa tandanya, lalu kirim lagi.",
        },
    )
    not_needed_reason = ReasonField(label="Mengapa langkah ini tidak diperlukan")
    party_kind = forms.ChoiceField(label="Jenis pihak", choices=Interval.Party.choices)
    party = forms.CharField(
        label="Lembaga yang diminta",
        max_length=150,
        error_messages={"required": "Isi lembaga yang diminta."},
    )
    request = LongField(label="Yang diminta", rows=2)
    since = MomentField(label="Diminta pada")
    answer = forms.ChoiceField(
        label="Jawaban lembaga",
        choices=[("ya", "Diterima"), ("tidak", "Ditolak")],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih diterima atau ditolak."},
    )
    answered_at = MomentField(label="Dijawab pada")
    answer_reason = forms.CharField(label="Alasan, bila ditolak", max_length=300)
    file = PaperField(
        label="Pindaian yang sudah ditandatangani",
        help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen untuk semua anak yang ditandai.",
    )
    number = forms.CharField(label="Nomor", max_length=100)
    dated = DayField(label="Tanggal dokumen")
    acted_at = MomentField(label="Dilaksanakan pada")
    acted_by = forms.TypedMultipleChoiceField(
        label="Dilaksanakan oleh",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih siapa yang melaksanakan."},
    )
    note = LongField(label="Catatan", rows=2)

    def __init__(self, *args, rows: list[Standing], people: dict[int, str], acts: Collection[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.act = self.data.get("action", "") if self.is_bound else ""
        self.acts = acts
        self.fields["children"].choices = [(row.child.pk, row.child.called) for row in rows]
        self.fields["acted_by"].choices = list(people.items())
        own = ACTS.get(self.act, ())
        for name in (name for names in ACTS.values() for name in names):
            # Of a form not yet sent the labels tell what must be filled in; of one sent, its own act counts.
            wanted = not self.is_bound or name in own
            self.fields[name].required = wanted and name not in OPTIONAL
        for row in rows:
            self.fields[self.seen_name(row.child.pk)] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=row.seen
            )

    @staticmethod
    def seen_name(child_id: int) -> str:
        return f"seen-{child_id}"

    @property
    def seen(self) -> dict[int, str]:
        """The ticked children, each with his state as the page showed it."""
        return {pk: self.cleaned_data[self.seen_name(pk)] for pk in self.cleaned_data["children"]}

    @property
    def ticked(self) -> set[str]:
        return {str(value) for value in self["children"].value() or []}

    def clean(self):
        data = super().clean()
        own = {"children", "__all__", *ACTS.get(self.act, ())}
        strange = {name for names in ACTS.values() for name in names} - own
        for name in strange & set(self._errors):
            del self._errors[name]
        if self.act not in self.acts:
            raise forms.ValidationError("Pilih salah satu tindakan di bawah daftar anak.")
        if self.act == "answered" and data.get("answer") == "tidak" and not data.get("answer_reason"):
            self.add_error("answer_reason", "Isi alasan penolakannya.")
        return data
