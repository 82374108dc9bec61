"""What an agency's admin sets at the desk: the indicators that the office is measured by."""

from django.contrib import admin

from sopcases.desk.models import Indicator
from sopcases.people.admin import AgencyAdmin, belongs, own
from sopcases.sops.models import Sop

belongs(Indicator, "agency_id")


@admin.register(Indicator)
class IndicatorAdmin(AgencyAdmin):
    noun = "indikator"
    fields = ["name", "measure", "sops", "order", "agency"]
    list_display = ["name", "measure", "order"]
    search_fields = ["name"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        rows = own(Sop.objects.all(), request.user)
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "queryset": rows})
