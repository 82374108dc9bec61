"""What the office is measured by (SPM): an indicator from its own list, and the target that it enters."""

from django.db import models
from django.db.models import Q

from sopcases.people.models import Agency, User
from sopcases.sops.models import Sop


class Indicator(models.Model):
    """Served ÷ target × 100 (Permensos 9/2018). How the served are counted is one of a few ways; of which
    SOPs, and under which name, is the office's own."""

    class Measure(models.TextChoices):
        HANDLED = "handled", "Anak yang ditangani"
        AIDED = "aided", "Anak yang menerima bantuan"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="indicators")
    name = models.CharField("nama indikator", max_length=200)
    measure = models.CharField("yang dihitung", max_length=8, choices=Measure.choices)
    sops = models.ManyToManyField(
        Sop,
        blank=True,
        related_name="+",
        verbose_name="SOP",
        help_text="Kosong: semua SOP perangkat daerah ini.",
    )
    order = models.PositiveIntegerField("urutan", default=0)

    class Meta:
        verbose_name = "indikator SPM"
        verbose_name_plural = "indikator SPM"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="indicator_name_once",
                violation_error_message="Indikator ini sudah ada.",
            )
        ]

    def __str__(self):
        return self.name


class Target(models.Model):
    """The target of an indicator for a year as it was entered: a correction is a new row, the last counts."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets")
    year = models.PositiveIntegerField("tahun")
    number = models.PositiveIntegerField("target")
    basis = models.CharField("dasar", max_length=200)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [models.Index(fields=["indicator", "year", "-id"], name="target_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="target_is_a_number",
                violation_error_message="Target paling sedikit 1.",
            ),
            models.CheckConstraint(
                condition=~Q(basis=""),
                name="target_has_basis",
                violation_error_message="Sebutkan dasar targetnya.",
            ),
        ]

    def __str__(self):
        return f"{self.indicator_id}/{self.year}: {self.number}"
