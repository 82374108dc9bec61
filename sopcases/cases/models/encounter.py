"""A child met again: told to those who have it in hand, also by one who may not see its file."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Child
from sopcases.people.models import User


class Encounter(models.Model):
    """Terjangkau kembali. `case` is where it is told, `met_in` the case in whose course the child was met."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="encounters")
    child = models.ForeignKey(Child, models.PROTECT, related_name="encounters")
    met_in = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="met_again")
    at = models.DateTimeField("waktu")
    place = models.CharField("tempat", max_length=200, blank=True)
    note = models.TextField("catatan", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "met_in"],
                condition=Q(met_in__isnull=False),
                name="encounter_once_a_round",
                violation_error_message="Anak ini sudah dicatat terjangkau kembali pada kegiatan ini.",
            ),
            models.CheckConstraint(
                condition=Q(at__lte=F("recorded_at")),
                name="encounter_not_in_future",
                violation_error_message="Waktu terjangkau tidak boleh di masa depan.",
            ),
            models.CheckConstraint(
                condition=Q(met_in__isnull=True) | ~Q(met_in=F("case")), name="encounter_elsewhere"
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.at:%Y-%m-%d}"
