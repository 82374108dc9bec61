"""A running case carried over to another revision of its SOP, and what stood where before."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.case import Case
from sopcases.cases.models.walk import Attempt
from sopcases.people.append_only import Guard
from sopcases.people.models import User
from sopcases.sops.models import Revision, Step


class Carrying(models.Model):
    """One deliberate act. `mapping`: key of a step of the old revision → key of the one that goes on for it;
    a step that is not in it stays in the log as of the old revision. Only added to."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="carryings")
    old = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="revisi lama")
    new = models.ForeignKey(Revision, models.PROTECT, related_name="+", verbose_name="revisi baru")
    mapping = models.JSONField("pemetaan langkah", default=dict)
    reason = models.TextField("alasan")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="carrying_has_reason",
                violation_error_message="Alasan harus diisi.",
            ),
            models.CheckConstraint(
                condition=~Q(old=F("new")),
                name="carrying_changes_revision",
                violation_error_message="Penanganan ini sudah mengikuti revisi itu.",
            ),
            models.UniqueConstraint(
                fields=["case", "new"],
                name="carrying_once",
                violation_error_message="Penanganan ini sudah dialihkan ke revisi itu.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}: {self.old_id} → {self.new_id}"


class CarriedAttempt(models.Model):
    """The step at which an attempt was made before it went on at another revision's."""

    carrying = models.ForeignKey(Carrying, models.PROTECT, related_name="attempts")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="carried")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["carrying", "attempt"], name="carriedattempt_once")]

    def __str__(self):
        return f"{self.attempt_id}: {self.step_id}"


GUARDS = [
    Guard(model._meta.db_table, "pengalihan revisi tidak dapat diubah atau dihapus")
    for model in (Carrying, CarriedAttempt)
]
"""What happened to a case is only added to."""
