"""The forms of the acts on a letter. `version` is what the page showed: another one is a conflict."""

from django import forms

from sopcases.cases.forms.fields import ActForm, DayField, MomentField, ReasonField, now_to_the_minute
from sopcases.cases.forms.papers import hand_field, sole_field
from sopcases.cases.models import Case
from sopcases.cases.uploads import PaperField
from sopcases.letters.models import Letter
from sopcases.people.authority import Officer
from sopcases.people.forms import IdentityForm, password_field
from sopcases.people.models import Position, User
from sopcases.people.once import OnceForm
from sopcases.sops.models import FrozenSheet

CERTIFICATE_LIMIT = 100 * 1024
SOLE_LABEL = "Alasan merangkap"
SOLE_HELP = (
    "Anda sudah mengerjakan tahap sebelumnya dari surat ini, dan tidak ada pejabat lain yang memegang "
    "jabatan ini sekarang. Alasan ini tampil pada halaman surat."
)


class ReturnForm(ActForm):
    reason = ReasonField(label="Apa yang harus diperbaiki")


class VoidForm(ActForm):
    reason = ReasonField(label="Alasan pembatalan")


class ServeForm(ActForm):
    """The number of a further case, of those the officer may read."""

    number = forms.CharField(
        label="Nomor penanganan",
        max_length=40,
        help_text="Misalnya BBT-2026-0012. Nomornya ada di bagian atas halaman penanganan.",
    )

    def __init__(self, *args, officer: Officer, **kwargs):
        self.officer = officer
        super().__init__(*args, **kwargs)

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip().upper()
        self.found = Case.objects.visible_to(self.officer).filter(number__iexact=number).first()
        if self.found is None:
            raise forms.ValidationError(
                f"Penanganan {number} tidak ditemukan di antara yang dapat Anda buka."
            )
        return number


class ReplaceForm(ActForm):
    reason = ReasonField(label="Alasan penggantian")


class HandForm(ActForm):
    """An act of one hand; a reason is asked only where the same person was a hand before."""

    def __init__(self, *args, due: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if due:
            self.fields["reason"] = ReasonField(label=SOLE_LABEL, help_text=SOLE_HELP)

    @property
    def reason(self) -> str:
        return self.cleaned_data.get("reason", "")


class DecideForm(IdentityForm, HandForm):
    """The signer's decision: who he is, again."""


class CertifyForm(HandForm):
    """The passphrase says again who signs; it is never kept and never sent back to the page."""

    passphrase = password_field("Frasa sandi sertifikat Anda", "off")


class CertificateForm(ActForm):
    """An official's PKCS#12 file. The passphrase only shows that the file opens."""

    file = forms.FileField(
        label="Berkas sertifikat (.p12 atau .pfx)",
        error_messages={"required": "Pilih berkas sertifikat Anda.", "empty": "Berkas ini kosong."},
    )
    passphrase = password_field(
        "Frasa sandi sertifikat", "off", "Hanya untuk memeriksa berkasnya; frasa sandi tidak disimpan."
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > CERTIFICATE_LIMIT:
            raise forms.ValidationError("Berkas ini terlalu besar untuk sebuah sertifikat.")
        return file.read()


class RatifiedForm(ActForm):
    """The SOP's document as the official signed it in ink."""

    file = PaperField(
        label="Naskah SOP bertanda tangan",
        help_text="Seluruh halaman: satu PDF, atau foto setiap halaman (JPEG, PNG).",
    )
    signed_on = DayField(label="Ditandatangani pada tanggal")

    def __init__(self, *args, row: FrozenSheet, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].initial = officer.day if row.signer_id else row.revision.ratified_on


class SignManyForm(OnceForm):
    """Letters chosen to be signed in one go, with one passphrase."""

    letters = forms.TypedMultipleChoiceField(
        label="Surat", coerce=int, error_messages={"required": "Pilih paling sedikit satu surat."}
    )
    passphrase = password_field("Frasa sandi sertifikat Anda", "off")

    def __init__(self, *args, letters, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"].choices = [(letter.pk, str(letter)) for letter in letters]


class NumberForm(ActForm):
    number = forms.CharField(label="Nomor dari bagian umum", max_length=100)


class SpokenForm(ActForm):
    """Who approved the letter by word of mouth, when, and who heard it."""

    at = MomentField(label="Disetujui pada")
    heard_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Didengar oleh",
        help_text="Yang menerima telepon atau berhadapan langsung.",
    )
    reason = sole_field()

    def __init__(self, *args, letter: Letter, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        kind = letter.paper.kind
        approver = hand_field(
            f"Disetujui oleh ({kind.signer})", kind.signer_id, "Yang berwenang menandatangani saat itu."
        )
        self.fields = {"approver": approver} | self.fields
        self.fields["at"].initial = now_to_the_minute()
        self.fields["heard_by"].queryset = User.objects.filter(agency=letter.agency_id, is_active=True)
        self.fields["heard_by"].initial = officer.user.pk


class SendForm(ActForm):
    """How the signed letter went out."""

    on = DayField(label="Dikirim pada tanggal")
    to = forms.CharField(
        label="Dikirim kepada",
        max_length=300,
        help_text="Jabatan atau instansi penerima, juga beberapa. Jangan menulis nama anak.",
    )
    how = forms.ChoiceField(label="Cara", choices=Letter.Way.choices, widget=forms.RadioSelect)
    receipt = PaperField(
        label="Tanda terima (boleh menyusul)",
        required=False,
        help_text="Satu PDF, atau foto: tanda terima, atau lembar kedua yang kembali.",
    )

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = officer.day


class ReceiptForm(ActForm):
    file = PaperField(label="Tanda terima", help_text="Satu PDF, atau foto setiap halaman (JPEG, PNG).")
    received_on = DayField(label="Diterima pada tanggal (bila tercantum)", required=False)


class FixForm(ActForm):
    """The number is asked for only where another office gives it."""

    def __init__(self, *args, letter: Letter, **kwargs):
        super().__init__(*args, **kwargs)
        agency = letter.agency
        if agency.number_given_outside and not agency.number_after_ink and letter.paper.kind.series.exists():
            self.fields["number"] = forms.CharField(label="Nomor dari bagian umum", max_length=100)


class ScanForm(ActForm):
    """The ink-signed letter, and whose hands it bears where the application does not know them."""

    file = PaperField(
        label="Naskah bertanda tangan", help_text="Satu PDF, atau foto setiap halaman (JPEG, PNG)."
    )
    signed_on = DayField(label="Ditandatangani pada tanggal")

    def __init__(self, *args, letter: Letter, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter, kind = letter, letter.paper.kind
        self.fields["signed_on"].initial = officer.day
        if letter.track == Letter.Track.LETTER and letter.signer_id is None:
            names = dict(Position.objects.filter(pk__in=letter.missing_initials).values_list("pk", "name"))
            for position in letter.missing_initials:
                name = f"before{position}" if position != letter.missing_initials[-1] else "disposer"
                self.fields[name] = hand_field(
                    f"Pemaraf ({names[position]})", position, "Yang parafnya tertera pada naskah."
                )
            self.fields["signer"] = hand_field(
                f"Penanda tangan ({kind.signer})",
                kind.signer_id,
                "Yang tanda tangannya tertera pada naskah, termasuk Plt. atau Plh. pada tanggal itu.",
            )
            self.fields["reason"] = sole_field()
        if not letter.number and kind.series.exists():
            if letter.agency.number_given_outside:
                self.fields["number"] = forms.CharField(label="Nomor pada naskah", max_length=100)
            self.fields["dated"] = DayField(
                label="Tanggal surat pada naskah", initial=officer.day, required=False
            )

    def act(self, officer: Officer) -> None:
        """File the scan on the letter, whichever way it goes."""
        data = dict(self.cleaned_data)
        scan, version, signed_on = data["file"], data["version"], data["signed_on"]
        number = data.get("number", "")
        if self.letter.track == Letter.Track.RECORD:
            self.letter.complete(officer, scan, signed_on=signed_on, number=number, version=version)
            return
        self.letter.file_signed_scan(
            officer,
            scan,
            signed_on=signed_on,
            signer=data.get("signer"),
            disposer=data.get("disposer"),
            before=[user for name, user in data.items() if name.startswith("before")],
            number=number,
            dated=data.get("dated"),
            reason=data.get("reason", ""),
            version=version,
        )
