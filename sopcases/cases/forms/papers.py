"""A paper that comes as a file."""

from django import forms

from sopcases.cases.filing import file_document
from sopcases.cases.forms.fields import ActForm, DayField
from sopcases.cases.models import Child, Paper
from sopcases.cases.uploads import PaperField
from sopcases.cases.walk import Walk
from sopcases.people import authority
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.sops.models import PaperKind, Stage

NEEDS_FILE = "Pilih berkasnya: satu PDF, atau satu atau beberapa foto."


class PaperFacts(forms.Form):
    """What a paper says of itself. On a step's form it may be left alone altogether."""

    file = PaperField(
        label="Berkas", required=False, help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen."
    )
    number = forms.CharField(label="Nomor", max_length=100, required=False)
    dated = DayField(label="Tanggal dokumen", required=False)
    issuer = forms.CharField(label="Penerbit", max_length=150, required=False)
    original = forms.ChoiceField(
        label="Asli atau fotokopi",
        choices=[("", "Tidak dicatat"), ("ya", "Asli"), ("tidak", "Fotokopi")],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    signed = forms.BooleanField(label="Berkas ini sudah ditandatangani", required=False)

    def __init__(self, *args, kind: PaperKind, stage: int = Stage.READY, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind.origin == PaperKind.Origin.RECORD:
            self.fields["signed"].label = "Berkas ini sudah ditandatangani para pihak"
        if kind.from_outside or kind.origin == PaperKind.Origin.LETTER:
            del self.fields["signed"]
        else:
            del self.fields["issuer"], self.fields["original"]
            self.fields["signed"].initial = stage == Stage.SIGNED
        if kind.origin == PaperKind.Origin.LETTER:
            del self.fields["issuer"], self.fields["original"]

    @property
    def given(self) -> bool:
        """Whether anything was said about this paper."""
        data = self.cleaned_data
        return bool(data.get("file") or data.get("number") or data.get("dated") or data.get("issuer"))

    def clean(self):
        data = super().clean()
        typed = data.get("number") or data.get("dated") or data.get("issuer")
        if typed and not data.get("file") and "file" not in self.errors:
            self.add_error("file", NEEDS_FILE)
        return data

    def file_into(self, walk: Walk, **where) -> Paper:
        """File the paper; `where`: output, children, child_id, and the hands of a letter."""
        data = self.cleaned_data
        return file_document(
            walk,
            self.kind,
            data["file"],
            number=data["number"],
            dated=data["dated"],
            issuer=data.get("issuer", ""),
            original={"ya": True, "tidak": False}.get(data.get("original", "")),
            description=data.get("description", ""),
            signed=data.get("signed", False),
            **where,
        )


class ScanForm(ActForm):
    """The scan of a paper that is registered already."""

    file = PaperField(label="Pindaian", help_text="PDF, JPEG, atau PNG. Beberapa foto menjadi satu dokumen.")


class KindForm(forms.Form):
    """Which paper is to be added? Sent by GET: nothing here is secret."""

    jenis = forms.ModelChoiceField(
        PaperKind.objects.none(), label="Jenis dokumen", empty_label="Pilih jenis dokumen"
    )

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jenis"].queryset = PaperKind.objects.filter(agency=agency)


class PaperForm(PaperFacts, ActForm):
    """A paper added to the dossier at any time."""

    description = forms.CharField(label="Keterangan", max_length=300, required=False)
    output = forms.TypedChoiceField(label="Sebagai keluaran", required=False, coerce=int, empty_value=None)
    children = forms.TypedMultipleChoiceField(
        label="Untuk anak", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    disposed_by = forms.ModelChoiceField(User.objects.none(), label="Diparaf oleh", required=False)
    signed_by = forms.ModelChoiceField(User.objects.none(), label="Ditandatangani oleh", required=False)

    def __init__(self, *args, slots, children: list[Child], by: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True
        self.fields["output"].choices = [
            ("", "Tidak untuk langkah tertentu"),
            *((s.output_id, s.step_label) for s in slots),
        ]
        self.fields["children"].choices = [(c.pk, c.called) for c in children]
        if not slots:
            del self.fields["output"]
        if len(children) < 2:
            del self.fields["children"]
        letter = self.kind.origin == PaperKind.Origin.LETTER
        for name, position in (("signed_by", self.kind.signer_id), ("disposed_by", self.kind.disposer_id)):
            if letter and position:
                # Whoever held the position on the day of the letter; the verb checks that day.
                ever = User.objects.filter(agency_id=self.kind.agency_id, appointments__position_id=position)
                self.fields[name].queryset = ever.distinct()
                today = authority.holders(self.kind.agency_id, by.day, [position])
                self.fields[name].initial = today[0].user_id if len(today) == 1 else None
                self.fields[name].required = True
            else:
                del self.fields[name]
        if letter:
            self.fields["file"].help_text = "Pindaian surat yang sudah diparaf dan ditandatangani basah."
            self.fields["dated"].required = True

    @property
    def hands(self) -> dict[str, User | None]:
        return {name: self.cleaned_data.get(name) for name in ("disposed_by", "signed_by")}
