"""A report asked for as a file: by whom, what, how far it is made, and the file while it is kept."""

from django.db import models
from django.db.models import F, Q

from sopcases.people.models import Agency, User


class Exports(models.QuerySet):
    def unfinished(self):
        return self.filter(state__in=Export.OPEN)

    def outdated(self, at):
        """Those whose file, or whose half, is kept no longer."""
        return self.exclude(state=Export.State.EXPIRED).filter(expires_at__lte=at)


class Export(models.Model):
    """Rows are gathered slice by slice into parts, then written into one file, then forgotten.

    `after` is the report's key of the last row gathered, `done` of `total` its progress; `printed` rows of a
    long register are drawn. `hats` are the
    positions (each with its area) under which it was asked: without one of them the file is not his. The
    row itself stays: it says who took what along.
    """

    class State(models.TextChoices):
        GATHERING = "gathering", "Sedang dikumpulkan"
        WRITING = "writing", "Sedang disusun"
        READY = "ready", "Siap diunduh"
        FAILED = "failed", "Tidak dapat dibuat"
        EXPIRED = "expired", "Sudah dihapus"

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "Excel (XLSX)"
        CSV = "csv", "CSV"

    OPEN = (State.GATHERING, State.WRITING)

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="exports")
    user = models.ForeignKey(User, models.PROTECT, related_name="exports")
    report = models.SlugField("laporan")
    parameters = models.JSONField("saringan", default=dict)
    format = models.CharField("bentuk", max_length=4, choices=Format.choices)
    named = models.BooleanField("dengan nama lengkap anak", default=False)
    hats = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.GATHERING)
    after = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0)
    printed = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to="exports/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField("alasan", max_length=300, blank=True)

    objects = Exports.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="export_of_user"),
            models.Index(fields=["id"], condition=Q(state__in=["gathering", "writing"]), name="export_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(file="") & ~Q(sha256="") & Q(finished_at__isnull=False),
                name="export_ready_has_file",
            ),
            models.CheckConstraint(condition=~Q(state="expired") | Q(file=""), name="export_expired_is_gone"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="export_failed_says_why"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="export_is_kept_a_while"),
        ]

    def __str__(self):
        return f"{self.report}.{self.format} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def open(self) -> bool:
        return self.state in self.OPEN

    @property
    def progress(self) -> int:
        """Of `total`: on paper half of it is gathering, half drawing."""
        if self.format != self.Format.PDF:
            return self.done
        drawn = self.total * self.printed // self.rows if self.rows else 0
        return (self.done + drawn) // 2


class ExportPart(models.Model):
    """A slice of an export that was gathered, until the file is written; `no` rows stand before it."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    no = models.PositiveIntegerField()
    rows = models.JSONField()

    class Meta:
        default_permissions = ()
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["export", "no"], name="exportpart_once")]

    def __str__(self):
        return f"{self.export_id}/{self.no}"


class ExportPages(models.Model):
    """Pages of a long register that are drawn, until they are joined; `no` rows stand before them."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="pages")
    no = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["export", "no"], name="exportpages_once")]

    def __str__(self):
        return f"{self.export_id}/{self.no}"
