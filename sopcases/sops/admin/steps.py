"""The steps of a draft: rows on the page of its revision, and each a page of its own."""

from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.utils.html import format_html_join

from sopcases.people.admin import AgencyAdmin, AgencyTabular, OwnForm, own
from sopcases.people.models import Position
from sopcases.sops import durations, revising
from sopcases.sops.admin.fields import AfterField, NamedField, Offered, RouteChoice
from sopcases.sops.flow import number_of
from sopcases.sops.models import Output, PaperKind, Performer, Requirement, Step
from sopcases.sops.plans import plan_of
from sopcases.worktime.calendar import phrase


class DraftInline:
    """Inlines of a revision or a step: changed only while the revision is a draft."""

    def may_edit(self, request, obj):
        revision = getattr(obj, "revision", obj)
        return revision is None or revision.editable


class PartForms(BaseInlineFormSet):
    """Rows inside a revision or one of its steps: their choices are those of the revision."""

    def get_form_kwargs(self, index):
        revision = getattr(self.instance, "revision", self.instance)
        return {**super().get_form_kwargs(index), "revision": revision}


def how_read(step: Step) -> str:
    """How the system reads a step's time, or why it cannot."""
    try:
        found = durations.read(step.time_text)
    except durations.Unreadable as error:
        return f"Tidak terbaca: {error}"
    return "Tanpa standar waktu" if found.is_zero else phrase(found, step.basis)


class StepInline(DraftInline, AgencyTabular):
    model = Step
    fields = ["moving", "order", "key", "number", "activity", "time", "time_reading", "read_as", "in_short"]
    readonly_fields = ["moving", "read_as", "in_short"]
    show_change_link = True
    formfield_overrides = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "activity":
            field.widget.attrs |= {"rows": 2, "cols": 50}
        return field

    def get_queryset(self, request):
        parts = ("performers__position", "requirements__kind", "outputs__kind")
        return super().get_queryset(request).select_related("revision").prefetch_related(*parts)

    @admin.display(description="geser")
    def moving(self, step):
        """Up and down by a button each: everything typed on the page is saved on the way."""
        if not step.pk or not step.revision.editable:
            return ""
        button = '<button type="submit" name="_move" value="{}:{}" aria-label="{} langkah {}">{}</button>'
        told = number_of(step)
        ways = (("up", "Naikkan", "↑"), ("down", "Turunkan", "↓"))
        return format_html_join(" ", button, ((step.pk, way, word, told, sign) for way, word, sign in ways))

    @admin.display(description="dibaca")
    def read_as(self, step):
        return how_read(step) if step.pk else ""

    @admin.display(description="pelaksana, kelengkapan, keluaran")
    def in_short(self, step):
        if not step.pk:
            return "Diisi sesudah langkah disimpan."
        lines = (
            ("Pelaksana", [str(performer) for performer in step.performers.all()]),
            ("Kelengkapan", [item.kind.name for item in step.requirements.all()]),
            ("Keluaran", [item.kind.name for item in step.outputs.all()]),
        )
        told = ((word, "; ".join(names) or "–") for word, names in lines)
        return format_html_join("", "<p><strong>{}:</strong> {}</p>", told)


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


class ByName:
    """An inline in which positions and kinds of paper are typed by their names."""

    named = {"position": "nama-jabatan", "kind": "nama-dokumen"}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        listed = self.named.get(db_field.name)
        if listed is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        rows = own(db_field.remote_field.model._default_manager.all(), request.user)
        return NamedField(Offered(rows), listed, label=db_field.verbose_name)


class PerformerInline(ByName, DraftInline, AgencyTabular):
    model = Performer
    fields = ["position", "part", "symbol"]


class RequirementInline(ByName, DraftInline, AgencyTabular):
    model = Requirement
    form = ItemForm
    formset = PartForms
    fields = ["kind", "stage", "optional", "text", "from_output", "scope", "routes"]


class OutputInline(ByName, DraftInline, AgencyTabular):
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
            {
                "fields": [
                    "after",
                    ("returns_to", "refusal_to", "refusal_ends"),
                    "scope",
                    "routes",
                    "condition",
                    "verdict",
                    "finds",
                    "aid",
                ]
            },
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

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        extra = {}
        if found:
            steps = list(found.revision.steps.only("id", "number", "key", "activity", "revision_id"))
            at = [step.pk for step in steps].index(found.pk)
            extra = {
                "before": steps[at - 1] if at else None,
                "behind": steps[at + 1] if at + 1 < len(steps) else None,
                "problems": plan_of(found.revision).problems() if found.revision.editable else [],
                "listed": [
                    (name, Offered(own(model.objects.all(), request.user)).words)
                    for name, model in (("nama-jabatan", Position), ("nama-dokumen", PaperKind))
                ],
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def save_model(self, request, obj, form, change):
        revising.editable(obj.revision)
        super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        revising.editable(obj.revision)
        super().delete_model(request, obj)
