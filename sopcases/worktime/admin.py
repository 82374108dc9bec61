"""Admin pages of the office's hours and days off."""

from django.contrib import admin, messages
from django.utils import timezone

from sopcases.people.admin import AgencyAdmin, AgencyTabular, belongs, is_agency_admin
from sopcases.worktime.models import Holiday, WorkHours, WorkPeriod
from sopcases.worktime.seeding import JOINT_LEAVE, uncertain_years

belongs(WorkPeriod, "agency_id")
belongs(WorkHours, "period__agency_id")
belongs(Holiday, "agency_id")


class HoursInline(AgencyTabular):
    model = WorkHours
    fields = "weekday opens closes break_starts break_ends".split()


@admin.register(WorkPeriod)
class WorkPeriodAdmin(AgencyAdmin):
    noun = "jam_kerja"
    fields = ["name", "valid_from", "valid_until", "origin", "agency"]
    list_display = ["name", "valid_from", "valid_until", "origin"]
    inlines = [HoursInline]


@admin.register(Holiday)
class HolidayAdmin(AgencyAdmin):
    """The agency's own days off, and beside them the national ones to read: those are the superuser's."""

    noun = "hari_libur"
    fields = ["date", "name", "kind", "origin", "agency"]
    list_display = ["date", "name", "kind", "whose", "origin"]
    list_filter = ["kind"]
    date_hierarchy = "date"
    search_fields = ["name"]

    def changelist_view(self, request, extra_context=None):
        """Says which of this and the coming year have no cuti bersama yet."""
        if self.has_view_permission(request):
            for year in uncertain_years(timezone.localdate(request.at), request.user.agency):
                self.message_user(request, JOINT_LEAVE.format(year=year), messages.WARNING)
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request):
        rows = admin.ModelAdmin.get_queryset(self, request)
        return rows.of(request.user.agency) if is_agency_admin(request.user) else rows.filter(agency=None)

    def may_edit(self, request, obj):
        return obj is None or obj.agency_id == request.user.agency_id

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_view_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        allowed = request.user.is_superuser or is_agency_admin(request.user)
        return allowed and self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    @admin.display(description="berlaku untuk")
    def whose(self, obj):
        return "Semua" if obj.agency_id is None else "Perangkat daerah ini"
