"""What an agency's admin sets that casework hangs on: the ways a child may leave a case, the categories
(PPKS), and the calendar, whose changes are shown before they move what is open.

No case, child or paper is ever registered.
"""

from datetime import date
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.template.response import TemplateResponse

from sopcases.cases import retiming
from sopcases.cases.models import Category, Outcome
from sopcases.people.admin import AgencyAdmin, belongs
from sopcases.people.models import Agency
from sopcases.worktime.admin import HolidayAdmin, WorkPeriodAdmin
from sopcases.worktime.calendar import NoWorkingHours
from sopcases.worktime.models import Holiday, WorkPeriod

belongs(Outcome, "agency_id")
belongs(Category, "agency_id")


@admin.register(Outcome)
class OutcomeAdmin(AgencyAdmin):
    noun = "hasil_akhir"
    fields = ["name", "order", "agency"]
    list_display = ["name", "order"]
    search_fields = ["name"]


@admin.register(Category)
class CategoryAdmin(AgencyAdmin):
    noun = "kategori"
    fields = ["name", "order", "agency"]
    list_display = ["name", "order"]
    search_fields = ["name"]


class _Unseen(Exception):
    """A change that was not confirmed yet, taken back: what it would move."""

    def __init__(self, outlook: retiming.Outlook):
        self.outlook = outlook


class FirstSeen:
    """Saving or deleting says first whose due moments would move. `starts`: the field that holds the first
    day that the row concerns."""

    starts = ""
    seen = "_geser"
    back = "_ubah"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.held_back = (
            "Belum disimpan. Ubah isinya, lalu simpan lagi." if self.back in request.POST else ""
        )
        act = partial(super().changeform_view, request, object_id, form_url, extra_context)
        try:
            return act()
        except _Unseen as found:
            return self._preview(request, found.outlook)
        except NoWorkingHours as error:
            request.held_back = str(error)
            return act()

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except _Unseen as found:
            return self._preview(request, found.outlook)
        except NoWorkingHours as error:
            self.message_user(request, str(error), messages.ERROR)
            return self.response_post_save_change(request, None)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (_HeldBack, form), {"sentence": getattr(request, "held_back", "")})

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        before, now = form.initial.get(self.starts), getattr(form.instance, self.starts)
        self._retime(request, form.instance, min(before or now, now), "diubah" if change else "ditambahkan")

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        self._retime(request, obj, getattr(obj, self.starts), "dihapus")

    def _retime(self, request, obj, since: date, what: str) -> None:
        agencies = [obj.agency_id] if obj.agency_id else list(Agency.objects.values_list("pk", flat=True))
        if self.seen not in request.POST:
            if outlook := retiming.weigh(agencies, since, request.officer):
                raise _Unseen(outlook)
            return
        because = f"{obj._meta.verbose_name} {obj} {what}"
        if outlook := retiming.retime(agencies, since, request.officer, because):
            self.message_user(
                request,
                f"{outlook.count} batas waktu pada {outlook.cases} penanganan sudah bergeser; "
                "alasannya tercatat pada riwayat masing-masing.",
            )

    def _preview(self, request, outlook: retiming.Outlook) -> TemplateResponse:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            "outlook": outlook,
            "sent": [pair for pair in sent if pair[0] != "csrfmiddlewaretoken"],
            "deletes": "post" in request.POST,
        }
        return self.own_page(request, "admin/cases/retiming.html", "Batas waktu yang akan bergeser", context)


class _HeldBack(forms.BaseModelForm):
    """Shown again with what was typed, saying why it was not saved."""

    sentence = ""

    def clean(self):
        data = super().clean()
        if self.sentence:
            raise forms.ValidationError(self.sentence)
        return data


admin.site.unregister([Holiday, WorkPeriod])


@admin.register(Holiday)
class HolidayFirstSeen(FirstSeen, HolidayAdmin):
    starts = "date"


@admin.register(WorkPeriod)
class WorkPeriodFirstSeen(FirstSeen, WorkPeriodAdmin):
    starts = "valid_from"
