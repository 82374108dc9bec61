"""The sheet of a recurring visit to a child."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.dossier import Paper
from sopcases.cases.models.walk import Attempt
from sopcases.people.models import User


class Visit(models.Model):
    """What was found at a child's on a visit; one for the attempt that records it. `report` is the sheet
    written as a paper when the visit was finished."""

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="visit")
    visited_at = models.DateTimeField("waktu kunjungan")
    met = models.CharField("bertemu dengan", max_length=200)
    condition = models.TextField("keadaan anak")
    aid_use = models.TextField("pemanfaatan bantuan", blank=True)
    schooling = models.TextField("pendidikan", blank=True)
    needs = models.TextField("kebutuhan", blank=True)
    follow_up = models.TextField("tindak lanjut", blank=True)
    conclusion = models.TextField("simpulan", blank=True)
    report = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "lembar kunjungan"
        verbose_name_plural = "lembar kunjungan"
        default_permissions = ()
        ordering = ["visited_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visited_at__lte=F("recorded_at")),
                name="visit_not_in_future",
                violation_error_message="Waktu kunjungan tidak boleh di masa depan.",
            ),
            models.CheckConstraint(
                condition=~Q(met="") & ~Q(condition=""),
                name="visit_tells_whom_and_how",
                violation_error_message="Siapa yang ditemui dan keadaan anak harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.attempt_id} {self.visited_at:%Y-%m-%d}"
