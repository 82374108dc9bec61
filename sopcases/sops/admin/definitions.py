"""What stays the same through all revisions: the kinds of paper, and the SOPs themselves."""

from django.contrib import admin

from sopcases.people.admin import AgencyAdmin, LinesField, OwnForm
from sopcases.sops.models import PaperKind, Sop, Stage


class PaperKindForm(OwnForm):
    aliases = LinesField(label="Nama lain pada SOP", help_text="Satu nama per baris.")


@admin.register(PaperKind)
class PaperKindAdmin(AgencyAdmin):
    """A kind of paper. Who initials and signs it stays as it is while a letter of the kind is on its way."""

    noun = "jenis_dokumen"
    form = PaperKindForm
    HANDS = ("first_hand", "second_hand", "disposer", "signer")
    fields = ["name", "aliases", "origin", "layout", *HANDS, "verbal", "identity", "proposed", "agency"]
    list_display = ["name", "origin", *HANDS, "proposed"]
    list_select_related = HANDS
    list_filter = ["origin", "proposed"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        under_way = obj.papers.filter(drafted_here=True, voided_at__isnull=True, stage__lt=Stage.SIGNED)
        return ["origin", *self.HANDS] if under_way.exists() else []


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
