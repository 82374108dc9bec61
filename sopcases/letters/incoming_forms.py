"""The forms of incoming letters. `version` is what the page showed: another one is a conflict."""

from django import forms

from sopcases.cases import agenda
from sopcases.cases.forms.fields import ActForm, DayField, LongField, ReasonField
from sopcases.cases.uploads import PaperField
from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.letters.models.incoming import FACTS, Asked, Urgency
from sopcases.people.authority import Officer
from sopcases.people.models import User

NOBODY_BELOW = "Hari ini tidak ada pemegang jabatan di bawah Anda."


class IncomingForm(ActForm):
    """What the envelope says, and the scan."""

    sender = forms.CharField(label="Surat dari", max_length=150, help_text="Misalnya Polsek Bukit Bestari.")
    number = forms.CharField(
        label="Nomor surat", max_length=100, required=False, help_text="Kosongkan bila tidak bernomor."
    )
    dated = DayField(label="Tanggal surat")
    received_on = DayField(label="Diterima pada")
    about = LongField(label="Hal", rows=2, max_length=300)
    urgency = forms.ChoiceField(
        label="Sifat", choices=Urgency.choices, initial=Urgency.ORDINARY, widget=forms.RadioSelect
    )
    confidential = forms.BooleanField(
        label="Rahasia",
        required=False,
        help_text="Hanya pimpinan, penerima disposisinya, dan Anda yang dapat membacanya.",
    )
    file = PaperField(
        label="Pindaian surat",
        required=False,
        help_text="PDF, JPEG, atau PNG. Boleh menyusul; beberapa foto menjadi satu dokumen.",
    )

    @property
    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in FACTS}


class RecordForm(IncomingForm):
    """The first letter of a year may go on from an agenda on paper."""

    after = forms.IntegerField(
        label="Nomor terakhir pada buku agenda",
        min_value=0,
        max_value=999_999,
        required=False,
        help_text="Hanya untuk surat pertama: agenda ini melanjutkan nomor buku agenda. "
        "Kosongkan untuk mulai dari 1.",
    )

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = officer.day
        if agenda.begun(officer.agency.pk, officer.day.year):
            del self.fields["after"]

    def record(self, officer: Officer) -> IncomingLetter:
        """Enter the letter."""
        data = self.cleaned_data
        return IncomingLetter.record(officer, scan=data["file"], after=data.get("after") or 0, **self.facts)


class CorrectForm(IncomingForm):
    def __init__(self, *args, letter: IncomingLetter, **kwargs):
        kwargs.setdefault("initial", {name: getattr(letter, name) for name in FACTS})
        super().__init__(*args, version=letter.version, **kwargs)
        if letter.file and letter.state != IncomingLetter.State.RECORDED:
            del self.fields["file"]
        elif letter.file:
            self.fields["file"].label = "Ganti pindaian surat"


class DisposeForm(ActForm):
    """To whom, what is hoped for, and until when."""

    recipients = forms.MultipleChoiceField(
        label="Diteruskan kepada",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu penerima disposisi."},
    )
    asked = forms.MultipleChoiceField(
        label="Dengan hormat harap",
        choices=Asked.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = LongField(label="Catatan", required=False, rows=3)
    due_on = DayField(label="Batas waktu")

    def __init__(self, *args, letter: IncomingLetter, officer: Officer, **kwargs):
        super().__init__(*args, version=letter.version, **kwargs)
        self.fields["recipients"].choices = [(one.key, one.label) for one in letter.recipients(officer)]
        if not self.fields["recipients"].choices:
            self.fields["recipients"].help_text = NOBODY_BELOW

    def clean(self):
        data = super().clean()
        if not data.get("asked") and not data.get("note", "").strip() and "asked" not in self.errors:
            self.add_error("asked", "Pilih isi disposisi atau tulis catatan.")
        return data


class WrittenForm(DisposeForm):
    """A disposition that was written by hand on the sheet."""

    given_on = DayField(label="Tanggal pada lembar disposisi")

    field_order = "given_on recipients asked note due_on".split()


class AnswerForm(ActForm):
    text = LongField(label="Apa yang sudah dikerjakan", rows=5)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = "Isi jawaban atas disposisi ini."


class AnswerForForm(AnswerForm):
    """What somebody else told or wrote of his part."""

    hand = forms.ModelChoiceField(User.objects.none(), label="Dijawab oleh", empty_label="Pilih nama")
    answered_on = DayField(label="Tanggal jawaban")

    field_order = "hand answered_on text".split()

    def __init__(self, *args, part: Disposition, officer: Officer, **kwargs):
        super().__init__(*args, version=part.letter.version, **kwargs)
        able = [one.user.pk for one in part.letter.answerers(part, officer)]
        self.fields["hand"].queryset = User.objects.filter(pk__in=able).order_by("name")
        self.fields["hand"].initial = able[0] if len(able) == 1 else None
        self.fields["answered_on"].initial = officer.day


class VoidEntryForm(ActForm):
    reason = ReasonField(
        label="Alasan pembatalan", help_text="Misalnya: tercatat dua kali, lihat nomor agenda 12."
    )


class FinishForm(ActForm):
    note = ReasonField(
        label="Catatan penyelesaian",
        help_text="Misalnya: untuk diketahui, atau sudah dijawab lisan.",
        error_messages={"required": "Isi catatan penyelesaian."},
    )
