"""Admin pages of what is data about letters: number series, wording, paper. No letter is ever registered."""

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from sopcases.letters import pdf, placeholders, sheet
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models import HouseStyle, Series, Wording
from sopcases.letters.models.wording import page_css
from sopcases.letters.register import PLACEHOLDERS
from sopcases.people.admin import AgencyAdmin, LinesField, OwnForm, belongs, own
from sopcases.people.forms import RowsField
from sopcases.sops.models import PaperKind

belongs(Series, "agency_id")
belongs(Wording, "kind__agency_id")
belongs(HouseStyle, "agency_id")


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
        return RowsField(
            own(PaperKind.objects.all(), request.user),
            label="Jenis dokumen",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "pattern":
            field.help_text = f"Isian: {placeholders.listed(PLACEHOLDERS)}."
        return field


class Previewed(AgencyAdmin):
    """Adds "Pratinjau": a sample letter on the agency's paper, in its words, about nothing."""

    readonly_fields = ["preview"]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        view = self.admin_site.admin_view(self.show_preview)
        return [path("<int:pk>/pratinjau/", view, name=name), *super().get_urls()]

    @admin.display(description="pratinjau")
    def preview(self, obj):
        if obj is None or obj.pk is None:
            return "Simpan dahulu, lalu lihat contohnya di sini."
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_preview", args=[obj.pk])
        return format_html('<a href="{}" target="_blank" rel="noopener">Lihat contoh naskah (PDF)</a>', url)

    def kind_of(self, obj) -> PaperKind | None:
        """The kind of letter that shows it."""
        raise NotImplementedError

    def show_preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=pk).first()
        kind = row and self.kind_of(row)
        if kind is None:
            raise Http404
        body = sheet.body_html(sheet.sample(kind, request.officer.day))
        content = pdf.render(
            body,
            title=f"Contoh {kind}",
            face="Contoh tata naskah dan redaksi – bukan surat",
            key=f"sample-{kind.pk}",
            page=page_css(kind, kind.agency, wide=LAYOUTS[kind.layout].wide({})),
            watermark=sheet.SAMPLE,
        )
        answer = HttpResponse(content, content_type="application/pdf")
        answer.headers["Content-Disposition"] = 'inline; filename="contoh-naskah.pdf"'
        return answer


@admin.register(HouseStyle)
class HouseStyleAdmin(Previewed):
    """The paper, margins and type of all letters of the agency."""

    noun = "tata_naskah"
    fieldsets = [
        (None, {"fields": ["paper", "typeface", "type_size", "agency"]}),
        ("Batas halaman", {"fields": ["margin_top", "margin_right", "margin_bottom", "margin_left"]}),
        (None, {"fields": ["preview"]}),
    ]

    def has_add_permission(self, request, obj=None):
        """One for an agency."""
        return super().has_add_permission(request, obj) and not self.get_queryset(request).exists()

    def kind_of(self, obj):
        return PaperKind.objects.filter(agency=obj.agency_id, layout__in=LAYOUTS).order_by("id").first()


class WordingForm(OwnForm):
    basis = LinesField(label="Dasar tetap", help_text="Satu dasar per baris; pengonsep dapat mengubahnya.")
    tasks = LinesField(label="Tugas tetap", help_text="Satu tugas per baris; pengonsep dapat mengubahnya.")
    cc = LinesField(label="Tembusan tetap", help_text="Satu penerima per baris.")
    headings = LinesField(
        label="Judul bagian",
        help_text="Laporan sosial: satu judul per baris; setelah tanda | sumber isinya: identitas, "
        "orang-tua, kronologi, kondisi, keluarga, potensi, kebutuhan, rencana, atau simpulan. "
        "Surat permohonan: per baris kepada siapa | hal | yang dimohon. Jenis lain tidak memakainya.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        layout = self.instance.kind_id and LAYOUTS.get(self.instance.kind.layout)
        own = placeholders.listed(layout.placeholders) if layout else ""
        for name in ("opening", "closing"):
            if name in self.fields:
                text = f"Kosong: kalimat bawaan. Isian: {placeholders.listed(placeholders.COMMON)}."
                self.fields[name].help_text = f"{text} Untuk jenis ini juga: {own}." if own else text


@admin.register(Wording)
class WordingAdmin(Previewed):
    """The agency's own words in a kind of letter; empty means the layout's."""

    noun = "redaksi_naskah"
    form = WordingForm
    fields = [
        *("kind", "title", "opening", "basis", "tasks", "closing", "cc"),
        *("headings", "first_party_left", "initials_box", "paper", "preview"),
    ]
    list_display = ["kind", "title"]
    list_select_related = ["kind"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "kind":
            field.queryset = field.queryset.filter(layout__in=LAYOUTS)
        return field

    def kind_of(self, obj):
        return obj.kind if obj.kind.layout in LAYOUTS else None
