"""The yearly evaluation of an SOP's revision: what the office found of each step, and what it will do."""

from django.db import models
from django.db.models import Q

from sopcases.people.append_only import Guard, rewritten
from sopcases.people.models import User
from sopcases.sops.models import Revision


class Evaluation(models.Model):
    """One revision in one year. `facts` are the figures as they were when it was finished: from then on
    nothing of it changes, whatever is done or corrected later."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="evaluations")
    year = models.PositiveSmallIntegerField("tahun")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    finished_title = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(null=True)
    draft = models.OneToOneField(Revision, models.SET_NULL, null=True, related_name="evaluated")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["revision", "year"], name="evaluation_once_a_year"),
            models.CheckConstraint(
                condition=Q(
                    finished_at__isnull=True,
                    finished_by__isnull=True,
                    finished_title="",
                    facts__isnull=True,
                    draft__isnull=True,
                )
                | Q(finished_at__isnull=False, finished_by__isnull=False, facts__isnull=False)
                & ~Q(finished_title=""),
                name="evaluation_finished_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.revision_id} {self.year}"


class Finding(models.Model):
    """What the office says of one step: how it worked, what will be done, which standard it should have."""

    class Verdict(models.TextChoices):
        NONE = "", "Belum dinilai"
        WELL = "well", "Berjalan baik"
        POORLY = "poorly", "Kurang baik"
        NOT = "not", "Tidak berjalan"

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="findings")
    step_key = models.CharField(max_length=40)
    verdict = models.CharField("penilaian", max_length=6, choices=Verdict.choices, blank=True, default="")
    action = models.TextField("tindak lanjut", blank=True)
    proposal = models.CharField("usulan waktu baku", max_length=100, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "step_key"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", "well", "poorly", "not"]), name="finding_verdict_known"
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id}/{self.step_key}"


FINISHED = "evaluasi yang sudah diselesaikan tidak dapat diubah atau dihapus"


def _evaluation_stays(vendor: str) -> dict[str, str]:
    """Of a finished one only the draft that comes of it may still be named, or go."""
    fields = [field.column for field in Evaluation._meta.concrete_fields if field.name != "draft"]
    over = "OLD.finished_at IS NOT NULL"
    return {"UPDATE": f"{over} AND {rewritten(vendor, fields)}", "DELETE": over}


def _findings_stay(vendor: str) -> dict[str, str]:
    def over(row: str) -> str:
        of_it = f"SELECT 1 FROM desk_evaluation e WHERE e.id = {row}.evaluation_id"  # noqa: S608 - our own
        return f"EXISTS ({of_it} AND e.finished_at IS NOT NULL)"

    return {"INSERT": over("NEW"), "UPDATE": f"{over('OLD')} OR {over('NEW')}", "DELETE": over("OLD")}


GUARDS = [
    Guard(Evaluation._meta.db_table, FINISHED, _evaluation_stays),
    Guard(Finding._meta.db_table, FINISHED, _findings_stay),
]
"""Once finished, the database refuses to change what was found."""
