"""The editions of an SOP: a draft is edited, tried and checked here; what is in force is only read."""

from functools import partial

from django.contrib import admin
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join

from sopcases.people.admin import AgencyAdmin, AgencyStacked, AgencyTabular, LinesField, OwnForm
from sopcases.sops import revising, sopfile, trial_page, verbatim
from sopcases.sops.admin import acts, sharing
from sopcases.sops.admin.fields import RoutesField
from sopcases.sops.admin.steps import DraftInline, PartForms, StepInline
from sopcases.sops.models import Note, Revision, RevisionAct, Sop
from sopcases.sops.plans import plan_of
from sopcases.sops.verbatim import VerbatimForm


class NoteForms(PartForms):
    @cached_property
    def steps(self) -> list[tuple[int | str, str]]:
        """The steps a note may be about, asked once for all notes."""
        return [("", "–"), *((step.pk, str(step)) for step in self.instance.steps.all())]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "step" in form.fields:
            form.fields["step"].widget.choices = self.steps


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
    formset = NoteForms
    fields = ["about", "step", "quotes", "reading"]


class ActInline(AgencyTabular):
    """What became of the revision; only read."""

    model = RevisionAct
    classes = ["collapse"]
    fields = readonly_fields = ["verb", "day", "official", "reason", "at", "by"]

    def may_edit(self, request, obj):
        return False


class RevisionForm(VerbatimForm):
    legal_basis = LinesField(label="Dasar hukum", help_text="Satu aturan per baris.")
    routes = RoutesField(label="Jalur masuk", help_text="Satu per baris, misalnya “temuan: Temuan”.")


@admin.register(Revision)
class RevisionAdmin(AgencyAdmin):
    """An SOP's editions. A draft's page says all the time what still keeps it from being put in force."""

    noun = "sop"
    form = RevisionForm
    change_form_template = "admin/sops/revision/change_form.html"
    change_list_template = "admin/sops/revision/change_list.html"
    list_display = ["name", "sop", "no", "stands", "in_force_from"]
    list_select_related = ["sop"]
    list_filter = ["state", ("sop", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "number", "sop__slug"]
    inlines = [StepInline, NoteInline, ActInline]
    fieldsets = [
        (None, {"fields": ["sop", "revision_no", "stands", "in_force_from", "name", "number"]}),
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

    def get_fieldsets(self, request, obj=None):
        """The cells of the sheet are put right while it is a draft; what nobody may change is shown whole."""
        found = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return found
        told = "Persis seperti pada lembar. Yang tidak terbaca dapat diisi dari lembar aslinya."
        return [
            *found,
            ("Kepala lembar", {"classes": ["collapse"], "description": told, "fields": verbatim.CELLS}),
        ]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["revision_no", "stands", "in_force_from", "sheet_as_scanned", "narrative_as_scanned"]
        return [*fixed, "sop"] if obj else fixed

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_queryset(self, request):
        return super().get_queryset(request).as_on(request.officer.day)

    @admin.display(description="status", ordering="stands")
    def stands(self, obj):
        return obj.stands_text

    @admin.display(description="revisi ke")
    def revision_no(self, obj):
        return obj.no or "(diberikan saat disimpan)"

    @admin.display(description="kepala lembar")
    def sheet_as_scanned(self, obj):
        cells = verbatim.others(obj.sheet) if obj.editable else obj.sheet
        return format_html("<pre>{}</pre>", sopfile.to_yaml(cells)) if cells else "–"

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

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        pk, _, way = request.POST.get("_move", "").partition(":")
        if step := pk.isdecimal() and form.instance.steps.filter(pk=pk).first():
            revising.move_step(step, way)

    def response_change(self, request, obj):
        if "_move" in request.POST:
            return redirect(f"{reverse('admin:sops_revision_change', args=[obj.pk])}#steps-group")
        return super().response_change(request, obj)

    def get_urls(self):
        def page(address, view, name):
            return path(address, self.admin_site.admin_view(view), name=f"sops_revision_{name}")

        return [
            page("unggah/", self.upload_view, "unggah"),
            page("<int:pk>/uji-jalan/", self.trial_view, "uji-jalan"),
            page("<int:pk>/ekspor/", self.export_view, "ekspor"),
            *(page(f"<int:pk>/{name}/", partial(self.act_view, name=name), name) for name in acts.ACTS),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        extra = {}
        if found:
            extra["problems"] = plan_of(found).problems() if found.editable else []
            extra["editable"] = found.editable
            extra["intake"] = getattr(found, "intake", None)
            extra["frozen"] = found.frozen.living().first()
            before = found.sop.revisions.filter(no__lt=found.no)
            extra["earlier"] = before.aggregate(no=Max("no"))["no"]
            extra["acts"] = [
                (name, act.label) for name, act in acts.ACTS.items() if found.stands in act.states
            ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def _found(self, request, pk) -> Revision:
        found = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return found

    def upload_view(self, request):
        """A file as a new draft, like `manage.py import_sop`."""
        if not self.has_add_permission(request):
            raise Http404
        return sharing.upload_page(self, request)

    def export_view(self, request, pk):
        """The revision as a file, like `manage.py export_sop`."""
        return sharing.export(self._found(request, pk))

    def act_view(self, request, pk, name):
        """An act on the revision, on a page of its own."""
        return acts.act_page(self, request, self._found(request, pk), name)

    def trial_view(self, request, pk):
        """The revision walked without a case: whose desk gets what, when it falls due, what is missing."""
        revision = self._found(request, pk)
        plan, positions = plan_of(revision), trial_page.positions_of(revision)
        form = trial_page.TrialForm(
            request.GET,
            revision=revision,
            plan=plan,
            positions=positions,
            now=timezone.localtime(request.officer.at),
        )
        trial = trial_page.tried(revision, plan, form, positions) if form.is_valid() else None
        context = {"revision": revision, "form": form, "trial": trial}
        return self.own_page(request, "admin/sops/revision/trial.html", "Uji jalan", context)
