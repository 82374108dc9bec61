"""The one thing of this room that an agency's admin sets: the ways a child may leave a case.

No case, child or paper is ever registered.
"""

from django.contrib import admin

from sopcases.cases.models import Outcome
from sopcases.people.admin import AgencyAdmin, belongs

belongs(Outcome, "agency_id")


@admin.register(Outcome)
class OutcomeAdmin(AgencyAdmin):
    noun = "hasil_akhir"
    fields = ["name", "order", "agency"]
    list_display = ["name", "order"]
    search_fields = ["name"]
