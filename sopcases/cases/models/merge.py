"""Two records declared to be one child, by a pointer that can be taken back."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.child import Child
from sopcases.people.models import User


class Merge(models.Model):
    """`child` was declared to be the same child as `into`, by whom and why; and by whom that was undone."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Child, models.PROTECT, related_name="merges_taken")
    reason = models.CharField("alasan", max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undone_title = models.CharField(max_length=200, blank=True)
    undone_reason = models.CharField("alasan pembatalan", max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(undone_at__isnull=True),
                name="merge_one_standing",
                violation_error_message="Anak ini sudah dinyatakan sama dengan anak lain.",
            ),
            models.CheckConstraint(
                condition=~Q(child=F("into")),
                name="merge_of_two",
                violation_error_message="Pilih dua data anak yang berbeda.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="merge_has_reason",
                violation_error_message="Isi alasannya.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | (Q(undone_at__gte=F("at"), undone_by__isnull=False) & ~Q(undone_reason="")),
                name="merge_undone_says_by_whom_and_why",
                violation_error_message="Isi alasan pembatalannya.",
            ),
        ]

    def __str__(self):
        return f"{self.child_id} = {self.into_id}"
