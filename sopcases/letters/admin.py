"""Admin pages of what is data about letters: number series and wording. No letter is ever registered."""

from django import forms
from django.contrib import admin

from sopcases.letters.models import Series, Wording
from sopcases.letters.register import PLACEHOLDERS
from sopcases.people.admin import AgencyAdmin, LinesField, OwnForm, belongs, own
from sopcases.sops.models import PaperKind

belongs(Series, "agency_id")
belongs(Wording, "kind__agency_id")


class SeriesForm(OwnForm):
    def clean_kinds(self):
        """A kind of paper takes its numbers from one series."""
        kinds = self.cleaned_data["kinds"]
        taken = kinds.filter(series__isnull=False).exclude(series=self.instance.pk)
        if taken:
            names = ", ".join(str(kind) for kind in taken)
            raise forms.ValidationError(f"Sudah bernomor pada seri lain: {names}.")
        return kinds


@admin.register(Series)
class SeriesAdmin(AgencyAdmin):
    """Number series. What was numbered stays numbered: a series in use is not deleted."""

    noun = "seri_nomor"
    form = SeriesForm
    fields = ["name", "pattern", "classification", "unit", "kinds", "agency"]
    list_display = ["name", "pattern", "classification", "unit"]
    search_fields = ["name"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return forms.ModelMultipleChoiceField(
            own(PaperKind.objects.all(), request.user),
            label="Jenis dokumen",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "pattern":
            field.help_text = "Isian: " + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS) + "."
        return field


class WordingForm(OwnForm):
    headings = LinesField(
        label="Judul bagian",
        help_text="Hanya untuk laporan sosial. Satu judul per baris; setelah tanda | sumber isinya: "
        "identitas, orang-tua, kronologi, kondisi, keluarga, potensi, kebutuhan, rencana, atau simpulan.",
    )


@admin.register(Wording)
class WordingAdmin(AgencyAdmin):
    """The agency's own words in a kind of letter; empty means the layout's."""

    noun = "redaksi_naskah"
    form = WordingForm
    fields = ["kind", "title", "closing", "headings", "first_party_left"]
    list_display = ["kind", "title"]
    list_select_related = ["kind"]
