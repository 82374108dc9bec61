"""The first report of a case."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone

from sopcases.cases.children import estimated_birth, said_how
from sopcases.cases.forms.fields import (
    ActForm,
    DayField,
    LongField,
    MomentField,
    PhotosField,
    check_verbal_order,
    name_in_errors,
)
from sopcases.cases.models import Category, Child
from sopcases.cases.opening import Source
from sopcases.cases.uploads import PaperField
from sopcases.people.models import Area
from sopcases.sops.models import PaperKind, Revision, Sop
from sopcases.sops.plans import plan_of


class OpeningForm(ActForm):
    """Open a case in which children are found or proposed later."""

    event_at = MomentField(label="Kapan")
    place = forms.CharField(label="Di mana", max_length=300, required=False)
    area = forms.ModelChoiceField(
        Area.objects.none(), label="Wilayah", required=False, empty_label="Belum diketahui"
    )
    route = forms.ChoiceField(label="Jalur masuk", widget=forms.RadioSelect)
    reporter = forms.CharField(label="Penemu atau pelapor", max_length=150, required=False)
    reporter_phone = forms.CharField(
        label="Telepon penemu atau pelapor",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    circumstances = LongField(label="Keadaan", required=False, rows=3)
    verbal_order_by = forms.CharField(
        label="Perintah lisan dari",
        max_length=150,
        required=False,
        help_text="Bila tindakan mendahului surat perintah: nama dan jabatan yang memerintahkan.",
    )
    verbal_order_at = MomentField(label="Waktu perintah lisan", required=False)
    photos = PhotosField(
        label="Foto", help_text="JPEG atau PNG, boleh beberapa. Lokasi foto dihapus, waktunya disimpan."
    )

    paper_kind = forms.ModelChoiceField(
        PaperKind.objects.none(),
        label="Simpan surat itu dalam berkas sebagai",
        required=False,
        empty_label="Tidak disimpan dalam berkas",
    )

    def __init__(self, *args, revision: Revision, source: Source | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.source = source
        if source is None:
            del self.fields["paper_kind"]
        else:
            self._take_over(source, revision)
        self.fields["area"].queryset = Area.objects.filter(agency_id=revision.sop.agency_id)
        self.fields["route"].choices = [(r["key"], r["name"]) for r in revision.routes]
        if not revision.routes:
            del self.fields["route"]

    def _take_over(self, source: Source, revision: Revision) -> None:
        """What the letter says already; it stays to be changed."""
        known = {
            "event_at": start_of(source.received_on),
            "reporter": source.sender,
            "circumstances": source.about,
        }
        self.initial = {**known, **self.initial}
        self.fields["paper_kind"].queryset = PaperKind.objects.filter(
            agency_id=revision.sop.agency_id, origin=PaperKind.Origin.INCOMING, identity=False
        ).order_by("name")

    def clean(self):
        data = super().clean()
        check_verbal_order(self, data)
        return data

    def facts(self) -> dict:
        """What `open_case` takes."""
        names = "event_at place area reporter reporter_phone circumstances verbal_order_by verbal_order_at"
        found = {name: self.cleaned_data[name] for name in names.split()}
        return {**found, "route": self.cleaned_data.get("route", "")}


class LetterForm(OpeningForm):
    """A list of children is proposed by a letter: the case is opened with it, once."""

    received_on = DayField(label="Diterima pada")
    agenda = forms.CharField(
        label="Nomor agenda",
        max_length=40,
        required=False,
        help_text="Seperti tertulis pada agenda surat masuk.",
    )
    issuer = forms.CharField(label="Surat dari", max_length=150, help_text="Misalnya Camat Bulik.")
    number = forms.CharField(label="Nomor surat", max_length=100)
    dated = DayField(label="Tanggal surat")
    circumstances = LongField(label="Hal", rows=2, required=False)
    file = PaperField(
        label="Pindaian surat",
        required=False,
        help_text="PDF, JPEG, atau PNG. Boleh menyusul; beberapa foto menjadi satu dokumen.",
    )

    field_order = "issuer number dated circumstances agenda received_on area file".split()

    def __init__(self, *args, revision: Revision, **kwargs):
        super().__init__(*args, revision=revision, **kwargs)
        for name in ("event_at", "place", "reporter", "reporter_phone", "photos"):
            del self.fields[name]
        for name in ("verbal_order_by", "verbal_order_at"):
            del self.fields[name]
        if self.fields["area"].queryset.exists():
            self.fields["area"].required = True
            self.fields["area"].empty_label = "Pilih wilayah"
            self.fields["area"].error_messages["required"] = "Pilih wilayah."
        name_in_errors(self.fields)

    def _take_over(self, source: Source, revision: Revision) -> None:
        """The letter is in the agenda: what it says there is shown, not asked."""
        said = source.paper() | {"circumstances": source.about}
        self.initial = {**self.initial, **said}
        for name in ("issuer", "number", "dated", "received_on", "agenda"):
            self.fields[name].disabled = bool(said[name])
        if source.scan is not None:
            del self.fields["file"]
        del self.fields["paper_kind"]

    def facts(self) -> dict:
        """What `open_case` takes: the case begins on the day the letter came."""
        data = self.cleaned_data
        found = {"event_at": start_of(data["received_on"]), "reporter": data["issuer"], "area": data["area"]}
        return {**found, "circumstances": data["circumstances"], "route": data.get("route", "")}

    def letter(self) -> dict:
        """What `file_document` takes."""
        names = ("number", "dated", "issuer", "agenda", "received_on")
        given = {"agenda_given": self.source is not None}
        return {**{name: self.cleaned_data[name] for name in names}, "description": self.about, **given}

    @property
    def about(self) -> str:
        return self.cleaned_data["circumstances"][:300]


def start_of(day: date) -> datetime:
    """The case begins on the day the letter came."""
    return timezone.make_aware(datetime.combine(day, time()))


class ChildFacts(forms.Form):
    """A child as far as it is known at first sight."""

    name = forms.CharField(
        label="Nama anak",
        max_length=150,
        required=False,
        help_text="Kosongkan bila belum diketahui.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    temporary_name = forms.CharField(
        label="Nama sementara",
        max_length=150,
        required=False,
        help_text="Bila petugas memberi nama panggilan.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sex = forms.ChoiceField(
        label="Jenis kelamin", choices=Child.Sex.choices, required=False, widget=forms.RadioSelect, initial=""
    )
    age_years = forms.IntegerField(label="Perkiraan usia: tahun", min_value=0, max_value=25, required=False)
    age_months = forms.IntegerField(label="Perkiraan usia: bulan", min_value=0, max_value=35, required=False)
    age_how = forms.CharField(
        label="Cara memperkirakan usia",
        max_length=100,
        required=False,
        help_text="Misalnya tali pusar, gigi, keterangan ibu.",
    )
    health = LongField(label="Kondisi anak", required=False, rows=3)
    category = forms.ModelChoiceField(
        Category.objects.none(), label="Kategori PPKS", required=False, empty_label="Belum ditetapkan"
    )

    def offer_categories(self, agency_id: int) -> None:
        self.fields["category"].queryset = Category.objects.filter(agency=agency_id)

    def child_facts(self, on: date) -> dict:
        """What `children.register` takes: the age said on that day as the days of birth it leaves open."""
        data = self.cleaned_data
        years, months = data["age_years"], data["age_months"]
        found = {name: data[name] for name in ("name", "temporary_name", "sex", "health", "category")}
        if span := estimated_birth(on, years, months):
            found |= {
                "birth_from": span[0],
                "birth_until": span[1],
                "birth_how": said_how(on, years, months, data["age_how"]),
            }
        return found


class ReportForm(ChildFacts, OpeningForm):
    """Laporan awal: one child, one minute, on a phone."""

    child = forms.IntegerField(required=False, widget=forms.HiddenInput)
    where_now = forms.CharField(
        label="Anak sekarang berada di",
        max_length=200,
        help_text="Misalnya RSUD, Polsek, rumah penemu.",
        error_messages={"required": "Isi di mana anak sekarang berada."},
    )

    field_order = (
        "child name sex age_years age_months age_how temporary_name health category where_now event_at place "
        "area route circumstances photos reporter reporter_phone verbal_order_by verbal_order_at"
    ).split()

    def __init__(self, *args, revision: Revision, **kwargs):
        super().__init__(*args, revision=revision, **kwargs)
        self.offer_categories(revision.sop.agency_id)


class AddChildForm(ChildFacts, ActForm):
    """One more child in a running case."""

    child = forms.IntegerField(required=False, widget=forms.HiddenInput)
    where_now = forms.CharField(label="Anak sekarang berada di", max_length=200, required=False)

    def __init__(self, *args, agency_id: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_categories(agency_id)


class SearchForm(forms.Form):
    """Is the child known already? By POST: what is typed is a name or a NIK and stays out of addresses."""

    q = forms.CharField(
        label="Nama, nama panggilan, atau NIK",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Ketik nama atau NIK yang dicari."},
    )


def opening_of(revision: Revision) -> type[OpeningForm]:
    """The form a case under this SOP is opened with."""
    if revision.sop.opening == Sop.Opening.LIST and opening_letter(revision) is not None:
        return LetterForm
    return ReportForm if revision.sop.opening == Sop.Opening.CHILD else OpeningForm


def opening_letter(revision: Revision) -> PaperKind | None:
    """The incoming paper that the step which looks for the children asks for: it opens the case."""
    finder = plan_of(revision).finder
    wanted = [r.kind for r in finder.requirements if r.source is None] if finder else []
    kinds = PaperKind.objects.filter(pk__in=wanted, origin=PaperKind.Origin.INCOMING).in_bulk()
    return next((kinds[pk] for pk in wanted if pk in kinds), None)
