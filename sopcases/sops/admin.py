"""Admin pages of SOPs: drafts are edited here, checked, and put in force; what is in force is only read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join

from sopcases.people.admin import (
    AgencyAdmin,
    AgencyStacked,
    AgencyTabular,
    LinesField,
    OwnForm,
    belongs,
)
from sopcases.refusal import Refused
from sopcases.sops import durations, revising, sopfile
from sopcases.sops.models import (
    Note,
    Output,
    PaperKind,
    Performer,
    Requirement,
    Revision,
    Sop,
    Stage,
    Step,
)
from sopcases.sops.plans import plan_of
from sopcases.worktime.calendar import phrase

belongs(PaperKind, "agency_id")
belongs(Sop, "agency_id")
belongs(Revision, "sop__agency_id")
belongs(Step, "revision__sop__agency_id")
belongs(Note, "revision__sop__agency_id")
belongs(Performer, "step__revision__sop__agency_id")
belongs(Output, "step__revision__sop__agency_id")
belongs(Requirement, "step__revision__sop__agency_id")


# Fields --------------------------------------------------------------------------------------------


class RoutesField(LinesField):
    """The SOP's routes, one a line: "temuan: Temuan"."""

    def prepare_value(self, value):
        if isinstance(value, list):
            value = [f"{route['key']}: {route['name']}" for route in value]
        return super().prepare_value(value)

    def to_python(self, value):
        found = []
        for line in super().to_python(value):
            if isinstance(line, dict):
                found.append(line)
                continue
            key, colon, name = (part.strip() for part in line.partition(":"))
            if not (key and colon and name):
                raise forms.ValidationError(
                    f"Tulis “kunci: Nama”, misalnya “temuan: Temuan”, bukan “{line}”."
                )
            found.append({"key": key, "name": name})
        return found


class AfterField(forms.CharField):
    """The steps that a step follows: empty for the one before, "-" for none, else their keys."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            label="setelah langkah",
            help_text="Kosong: langkah sebelumnya. “-”: tidak menunggu. Atau kunci langkah, misalnya 4, 6.",
            **kwargs,
        )

    def prepare_value(self, value):
        if isinstance(value, list):
            return ", ".join(value) or "-"
        return value

    def to_python(self, value):
        if value is None or isinstance(value, list):
            return value
        text = super().to_python(value).strip()
        if not text:
            return None
        return [key.strip() for key in text.split(",") if key.strip()] if text != "-" else []

    def has_changed(self, initial, data):
        return initial != self.to_python(data)


class RouteChoice(forms.MultipleChoiceField):
    """On which of the SOP's routes something holds; none chosen: on all."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(
            required=False, label="hanya pada jalur", help_text="Tidak ada yang dipilih: semua.", **kwargs
        )

    def offer(self, revision: Revision, held: list[str]):
        named = {route["key"]: route["name"] for route in revision.routes}
        self.choices = list((named | {key: key for key in held if key not in named}).items())


def how_read(step: Step) -> str:
    """How the system reads a step's time, or why it cannot."""
    try:
        found = durations.read(step.time_text)
    except durations.Unreadable as error:
        return f"Tidak terbaca: {error}"
    return "Tanpa standar waktu" if found.is_zero else phrase(found, step.basis)


# Papers ---------------------------------------------------------------------------------------------


class PaperKindForm(OwnForm):
    aliases = LinesField(label="Nama lain pada SOP", help_text="Satu nama per baris.")


@admin.register(PaperKind)
class PaperKindAdmin(AgencyAdmin):
    """A kind of paper. Who initials and signs it stays as it is while a letter of the kind is on its way."""

    noun = "jenis_dokumen"
    form = PaperKindForm
    HANDS = ("first_hand", "second_hand", "disposer", "signer")
    fields = ["name", "aliases", "origin", "layout", *HANDS, "verbal", "identity", "agency"]
    list_display = ["name", "origin", *HANDS]
    list_select_related = HANDS
    list_filter = ["origin"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        under_way = obj.papers.filter(drafted_here=True, voided_at__isnull=True, stage__lt=Stage.SIGNED)
        return ["origin", *self.HANDS] if under_way.exists() else []


# SOPs and their revisions ----------------------------------------------------------------------------


@admin.register(Sop)
class SopAdmin(AgencyAdmin):
    """What stays the same through all revisions. How cases open and are numbered is fixed once in force."""

    noun = "sop"
    fields = ["slug", "noun", "code", "opening", "agency"]
    list_display = ["slug", "noun", "code", "opening"]
    search_fields = ["slug", "noun"]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        settled = obj.revisions.exclude(in_force_from=None).exists()
        return ["slug", "noun", "code", "opening"] if settled else ["slug"]


class DraftInline:
    """Inlines of a revision or a step: changed only while the revision is a draft."""

    def may_edit(self, request, obj):
        revision = getattr(obj, "revision", obj)
        return revision is None or revision.editable


class StepInline(DraftInline, AgencyTabular):
    model = Step
    fields = ["order", "key", "number", "activity", "time", "time_reading", "read_as"]
    readonly_fields = ["read_as"]
    show_change_link = True
    formfield_overrides = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "activity":
            field.widget.attrs |= {"rows": 2, "cols": 50}
        return field

    @admin.display(description="dibaca")
    def read_as(self, step):
        return how_read(step) if step.pk else ""


class PartForms(BaseInlineFormSet):
    """Rows inside a revision or one of its steps: their choices are those of the revision."""

    def get_form_kwargs(self, index):
        revision = getattr(self.instance, "revision", self.instance)
        return {**super().get_form_kwargs(index), "revision": revision}


class NoteForm(OwnForm):
    quotes = LinesField(
        separator="\n\n", label="Kutipan", help_text="Pisahkan kutipan dengan satu baris kosong."
    )

    def __init__(self, *args, revision, **kwargs):
        super().__init__(*args, **kwargs)
        if "step" in self.fields:
            self.fields["step"].queryset = self.fields["step"].queryset.filter(revision=revision)


class NoteInline(DraftInline, AgencyStacked):
    model = Note
    classes = ["collapse"]
    form = NoteForm
    formset = PartForms
    fields = ["about", "step", "quotes", "reading"]


class RevisionForm(OwnForm):
    legal_basis = LinesField(label="Dasar hukum", help_text="Satu aturan per baris.")
    routes = RoutesField(label="Jalur masuk", help_text="Satu per baris, misalnya “temuan: Temuan”.")


class DayForm(forms.Form):
    day = forms.DateField(
        label="Berlaku dari", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Alasan", widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(forms.Form):
    file = forms.FileField(label="Berkas SOP (YAML)")


@dataclass(frozen=True)
class Act:
    """A verb on a revision as a page of its own: what it does is said before it is done."""

    label: str
    consequence: str
    states: frozenset[str]
    verb: Callable[..., Revision]
    form: type[forms.Form] = forms.Form
    done: str = ""


State = Revision.State
OPEN = frozenset({State.DRAFT, State.CHECKED})
ACTS = {
    "berlakukan": Act(
        "Berlakukan",
        "Revisi ini diperiksa lalu disegel: setelah itu tidak dapat diubah. Penanganan baru mengikutinya, "
        "penanganan yang berjalan tetap mengikuti revisinya sendiri.",
        OPEN,
        revising.put_in_force,
        DayForm,
        "Revisi {no} berlaku.",
    ),
    "diperiksa": Act(
        "Tandai diperiksa",
        "Menandai bahwa draf ini sudah dibandingkan dengan lembar SOP. Perubahan berikutnya menjadikannya "
        "draf lagi.",
        frozenset({State.DRAFT}),
        revising.mark_checked,
        done="Revisi {no} ditandai diperiksa.",
    ),
    "revisi-baru": Act(
        "Buat revisi baru",
        "Seluruh isi revisi ini disalin menjadi draf yang dapat diubah. Revisi yang berlaku tetap berlaku.",
        frozenset({State.IN_FORCE, State.REPLACED, State.WITHDRAWN}),
        revising.new_revision,
        done="Draf revisi {no} dibuat.",
    ),
    "cabut": Act(
        "Cabut",
        "Penanganan baru tidak dapat lagi dibuka dengan SOP ini. Penanganan yang berjalan diteruskan.",
        frozenset({State.IN_FORCE}),
        revising.withdraw,
        ReasonForm,
        "Revisi {no} dicabut.",
    ),
}


@admin.register(Revision)
class RevisionAdmin(AgencyAdmin):
    """An SOP's editions. A draft's page says all the time what still keeps it from being put in force."""

    noun = "sop"
    form = RevisionForm
    change_form_template = "admin/sops/revision/change_form.html"
    change_list_template = "admin/sops/revision/change_list.html"
    list_display = ["name", "sop", "no", "state", "in_force_from"]
    list_select_related = ["sop"]
    list_filter = ["state", ("sop", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "number", "sop__slug"]
    inlines = [StepInline, NoteInline]
    fieldsets = [
        (None, {"fields": ["sop", "revision_no", "state", "in_force_from", "name", "number"]}),
        (
            "Pengesahan",
            {
                "fields": [
                    ("created_on", "revised_on"),
                    ("ratified_on", "effective_on"),
                    ("ratified_by_name", "ratified_by_nip"),
                ]
            },
        ),
        ("Isi", {"fields": [("term", "term_reading"), "legal_basis", "target", "cost", "routes"]}),
        ("Lembar asli", {"classes": ["collapse"], "fields": ["sheet_as_scanned", "narrative_as_scanned"]}),
    ]

    def may_edit(self, request, obj):
        return obj is None or obj.editable

    def get_readonly_fields(self, request, obj=None):
        fixed = ["revision_no", "state", "in_force_from", "sheet_as_scanned", "narrative_as_scanned"]
        return [*fixed, "sop"] if obj else fixed

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    @admin.display(description="revisi ke")
    def revision_no(self, obj):
        return obj.no or "(diberikan saat disimpan)"

    @admin.display(description="kepala lembar")
    def sheet_as_scanned(self, obj):
        return format_html("<pre>{}</pre>", sopfile.to_yaml(obj.sheet)) if obj.sheet else "–"

    @admin.display(description="uraian proses")
    def narrative_as_scanned(self, obj):
        rows = ((part.get("number"), part.get("text"), part.get("time")) for part in obj.narrative)
        return format_html_join("", "<p>{} {} – {}</p>", rows) or "–"

    def save_model(self, request, obj, form, change):
        if change:
            obj.state = revising.editable(obj).state
        else:
            Sop.objects.select_for_update().get(pk=obj.sop_id)
            obj.no = (obj.sop.revisions.aggregate(no=Max("no"))["no"] or 0) + 1
        super().save_model(request, obj, form, change)

    def get_urls(self):
        acts = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(partial(self.act_view, name=name)),
                name=f"sops_revision_{name}",
            )
            for name in ACTS
        ]
        return [
            path("unggah/", self.admin_site.admin_view(self.upload_view), name="sops_revision_unggah"),
            path(
                "<int:pk>/ekspor/", self.admin_site.admin_view(self.export_view), name="sops_revision_ekspor"
            ),
            *acts,
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        extra = {}
        if found:
            extra["problems"] = plan_of(found).problems() if found.editable else []
            extra["editable"] = found.editable
            extra["acts"] = [(name, act.label) for name, act in ACTS.items() if found.state in act.states]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def _found(self, request, pk) -> Revision:
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return found

    def act_view(self, request, pk, name):
        """Asks, then does one act on a revision; a refusal comes back with its sentences."""
        revision, act = self._found(request, pk), ACTS[name]
        form = act.form(
            request.POST if request.method == "POST" else None, initial={"day": request.officer.day}
        )
        sentences, status = (), 200
        if request.method == "POST" and form.is_valid():
            try:
                found = act.verb(revision, request.officer, **form.cleaned_data)
            except Refused as refused:
                sentences, status = refused.sentences, refused.status
            else:
                messages.success(request, act.done.format(no=found.no))
                return redirect("admin:sops_revision_change", found.pk)
        elif revision.state not in act.states:
            raise Http404
        elif name == "berlakukan":
            sentences = plan_of(revision).problems()
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "revision": revision,
            "act": act,
            "form": form,
            "sentences": sentences,
        }
        return TemplateResponse(request, "admin/sops/revision/act.html", context, status=status)

    def export_view(self, request, pk):
        """The revision as a file, like `manage.py export_sop`."""
        revision = self._found(request, pk)
        text = sopfile.to_yaml(sopfile.dump(revision))
        response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{revision.sop.slug}-{revision.no}.yaml"'
        return response

    def upload_view(self, request):
        """A file as a new draft, like `manage.py import_sop`."""
        if not self.has_add_permission(request):
            raise Http404
        form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
        sentences, status = (), 200
        if request.method == "POST" and form.is_valid():
            agency = request.user.agency
            try:
                data = sopfile.read(form.cleaned_data["file"].read(sopfile.shapes.MAX_BYTES + 1), agency)
                found = sopfile.load(data, agency, request.officer)
            except Refused as refused:
                sentences, status = refused.sentences, refused.status
            else:
                messages.success(request, f"Draf revisi {found.no} disimpan dari berkas.")
                return redirect("admin:sops_revision_change", found.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Unggah berkas SOP",
            "opts": self.opts,
            "form": form,
            "sentences": sentences,
        }
        return TemplateResponse(request, "admin/sops/revision/upload.html", context, status=status)


# Steps ----------------------------------------------------------------------------------------------


class ItemForm(OwnForm):
    routes = RouteChoice()

    def __init__(self, *args, revision, **kwargs):
        super().__init__(*args, **kwargs)
        if "routes" in self.fields:
            self.fields["routes"].offer(revision, self.instance.routes)
        for pointer in ("from_output", "carries"):
            if pointer in self.fields:
                rows = self.fields[pointer].queryset
                self.fields[pointer].queryset = rows.filter(step__revision=revision).select_related("step")


class PerformerInline(DraftInline, AgencyTabular):
    model = Performer
    fields = ["position", "part", "symbol"]


class RequirementInline(DraftInline, AgencyTabular):
    model = Requirement
    form = ItemForm
    formset = PartForms
    fields = ["kind", "stage", "optional", "text", "from_output", "scope", "routes"]


class OutputInline(DraftInline, AgencyTabular):
    model = Output
    form = ItemForm
    formset = PartForms
    fk_name = "step"
    fields = ["key", "kind", "stage", "optional", "text", "carries", "scope", "routes"]


class StepForm(OwnForm):
    after = AfterField()
    routes = RouteChoice()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "routes" in self.fields:
            self.fields["routes"].offer(self.instance.revision, self.instance.routes)


@admin.register(Step)
class StepAdmin(AgencyAdmin):
    """One step with who takes part, what it needs and puts out. New ones begin on the revision's page."""

    noun = "sop"
    form = StepForm
    change_form_template = "admin/sops/step/change_form.html"
    list_display = ["revision", "order", "number", "activity"]
    list_display_links = ["activity"]
    list_select_related = ["revision"]
    list_filter = [("revision", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["activity"]
    ordering = ["revision", "order"]
    inlines = [PerformerInline, RequirementInline, OutputInline]
    fieldsets = [
        (None, {"fields": ["revision", ("order", "key", "number"), "activity"]}),
        (
            "Standar waktu",
            {"fields": [("time", "time_reading", "basis"), "read_as", "narrative_time", "alarm"]},
        ),
        ("Kelengkapan dan keluaran pada lembar", {"fields": ["requires_text", "produces_text", "remark"]}),
        (
            "Urutan dan lingkup",
            {"fields": ["after", "returns_to", "scope", "routes", "condition", "verdict", "finds", "aid"]},
        ),
        ("Berkala", {"fields": [("form", "every_months", "until_years")]}),
    ]
    readonly_fields = ["revision", "read_as"]

    def may_edit(self, request, obj):
        return obj is None or obj.revision.editable

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return obj is not None and super().has_delete_permission(request, obj)

    def about(self, obj):
        return obj.revision

    @admin.display(description="dibaca")
    def read_as(self, step):
        return how_read(step)

    def save_model(self, request, obj, form, change):
        revising.editable(obj.revision)
        super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        revising.editable(obj.revision)
        super().delete_model(request, obj)
