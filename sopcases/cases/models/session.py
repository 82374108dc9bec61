"""A recurring session held for children of many cases, and who attended."""

from django.db import models
from django.db.models import Q

from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Child
from sopcases.cases.models.dossier import Paper
from sopcases.people.models import Agency, User
from sopcases.sops.models import Sop


class Session(models.Model):
    """One session per SOP, step, period and group: held, or not held with the reason."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="sessions")
    sop = models.ForeignKey(Sop, models.PROTECT, related_name="sessions")
    step_key = models.CharField(max_length=40)
    period = models.DateField("masa")
    group = models.CharField("kelompok", max_length=80, blank=True)
    held_at = models.DateTimeField("dilaksanakan pada", null=True, blank=True)
    place = models.CharField("tempat", max_length=200, blank=True)
    acted_by = models.ManyToManyField(User, related_name="+", verbose_name="dilaksanakan oleh")
    reason = models.CharField("alasan tidak terlaksana", max_length=300, blank=True)
    reports = models.ManyToManyField(Paper, related_name="sessions", verbose_name="laporan kegiatan")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "sop", "step_key", "period", "group"],
                name="session_once",
                violation_error_message="Kelompok ini sudah dicatat pada masa ini.",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=False, reason="") | Q(held_at__isnull=True) & ~Q(reason=""),
                name="session_held_or_reason",
                violation_error_message="Isi kapan kegiatan dilaksanakan, atau mengapa tidak terlaksana.",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | Q(held_at__lte=models.F("recorded_at")),
                name="session_not_in_future",
                violation_error_message="Waktu pelaksanaan tidak boleh di masa depan.",
            ),
        ]

    def __str__(self):
        return f"{self.sop_id}/{self.step_key} {self.period:%Y-%m}"


class Attendance(models.Model):
    """Whether a child of a case came to a session."""

    class Status(models.TextChoices):
        PRESENT = "present", "Hadir"
        ABSENT = "absent", "Tidak hadir"
        NOT_HELD = "not_held", "Tidak terlaksana"

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance")
    case = models.ForeignKey(Case, models.PROTECT, related_name="attendance")
    child = models.ForeignKey(Child, models.PROTECT, related_name="attendance")
    status = models.CharField(max_length=8, choices=Status.choices)
    reason = models.CharField("alasan", max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["session", "child"], name="attendance_once"),
            models.CheckConstraint(
                condition=~Q(status="absent") | ~Q(reason=""),
                name="attendance_absent_has_reason",
                violation_error_message="Alasan tidak hadir harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.session_id}/{self.child_id}"
