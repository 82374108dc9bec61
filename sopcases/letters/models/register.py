"""The register of outgoing numbers (Agenda Surat Keluar), one series per classification."""

from django.db import models
from django.db.models import Q

from sopcases.people.models import Agency, User
from sopcases.sops.models import PaperKind


class Series(models.Model):
    """A number series of an agency; its sequence restarts each year."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="series", verbose_name="perangkat daerah")
    name = models.CharField("nama", max_length=100)
    pattern = models.CharField(
        "pola nomor",
        max_length=100,
        default="{klasifikasi}/{urut}/{unit}/{tahun}",
        help_text="Isian: {klasifikasi}, {urut}, {unit}, {tahun}, {bulan_romawi}.",
    )
    classification = models.CharField("kode klasifikasi", max_length=30, blank=True)
    unit = models.CharField("kode unit", max_length=30, blank=True)
    kinds = models.ManyToManyField(PaperKind, related_name="series", verbose_name="jenis dokumen", blank=True)

    class Meta:
        verbose_name = "seri nomor"
        verbose_name_plural = "seri nomor"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="series_name_once",
                violation_error_message="Seri nomor dengan nama ini sudah ada.",
            ),
            models.CheckConstraint(
                condition=Q(pattern__contains="{urut}") & Q(pattern__contains="{tahun}"),
                name="series_pattern_tells_apart",
                violation_error_message="Pola nomor harus memuat {urut} dan {tahun}.",
            ),
        ]

    def __str__(self):
        return self.name


class Counter(models.Model):
    """The last sequence number given in a series and year; the row that takers of numbers lock."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="counters")
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="counter_once")]

    def __str__(self):
        return f"{self.series_id}/{self.year}: {self.last}"


class Number(models.Model):
    """One line of the register. Once void, the database itself refuses to change it (see the migration)."""

    class State(models.TextChoices):
        USED = "used", "Dipakai"
        RESERVED = "reserved", "Dicadangkan"
        OUTSIDE = "outside", "Dipakai di luar aplikasi"
        VOID = "void", "Dibatalkan"

    TRANSITIONS = {
        State.RESERVED: {State.USED, State.VOID},
        State.USED: {State.VOID},
        State.OUTSIDE: {State.USED, State.VOID},
        State.VOID: set(),
    }

    series = models.ForeignKey(Series, models.PROTECT, related_name="numbers")
    year = models.PositiveIntegerField("tahun")
    seq = models.PositiveIntegerField("nomor urut")
    suffix = models.CharField("sisipan", max_length=5, blank=True, default="")
    text = models.CharField("nomor", max_length=100)
    state = models.CharField("status", max_length=10, choices=State.choices, default=State.USED)
    reason = models.CharField("keterangan", max_length=300, blank=True)
    letter = models.ForeignKey(
        "letters.Letter", models.PROTECT, null=True, blank=True, related_name="numbers"
    )
    at = models.DateTimeField("diambil pada")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="diambil oleh")

    class Meta:
        verbose_name = "nomor surat"
        verbose_name_plural = "nomor surat"
        default_permissions = ("view",)
        ordering = ["-year", "-seq", "-suffix"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year", "seq", "suffix"],
                name="number_once",
                violation_error_message="Nomor ini sudah ada dalam agenda.",
            ),
            models.UniqueConstraint(
                fields=["letter"],
                condition=Q(state="used"),
                name="number_one_per_letter",
                violation_error_message="Surat ini sudah bernomor.",
            ),
            models.UniqueConstraint(
                fields=["letter"],
                condition=Q(state="reserved"),
                name="number_one_promised",
                violation_error_message="Surat ini sudah mempunyai nomor cadangan.",
            ),
            models.CheckConstraint(
                condition=Q(state="used") | ~Q(reason=""),
                name="number_unused_has_reason",
                violation_error_message="Keterangan harus diisi.",
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="number_starts_at_one"),
        ]

    def __str__(self):
        return self.text
