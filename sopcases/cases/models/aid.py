"""Aid planned for a child and handed out against a receipt."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Child
from sopcases.cases.models.dossier import Photo
from sopcases.cases.models.walk import Attempt
from sopcases.people.models import User


class Aid(models.Model):
    """One kind of aid for one child: planned, and given once somebody received it and signed.

    What was recorded in error is voided with its reason; it stays and counts no more.
    """

    class Receipt(models.TextChoices):
        NONE = "none", "Belum ada tanda terima"
        SIGNED = "signed", "Tanda tangan"
        THUMB = "thumb", "Cap jempol"

    case = models.ForeignKey(Case, models.PROTECT, related_name="aid")
    child = models.ForeignKey(Child, models.PROTECT, related_name="aid")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, blank=True, related_name="aid")
    kind = models.CharField("jenis bantuan", max_length=150)
    amount = models.DecimalField("jumlah", max_digits=10, decimal_places=2)
    unit = models.CharField("satuan", max_length=40)
    value = models.BigIntegerField("nilai", help_text="Rupiah, tanpa sen, untuk seluruh jumlahnya.")
    source = models.CharField("sumber", max_length=150)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)

    given_at = models.DateTimeField("diserahkan pada", null=True, blank=True)
    at_home = models.BooleanField("diantar ke rumah", default=False)
    received_by = models.CharField("diterima oleh", max_length=150, blank=True)
    relation = models.CharField("hubungan dengan anak", max_length=80, blank=True)
    receipt = models.CharField("tanda terima", max_length=8, choices=Receipt.choices, default=Receipt.NONE)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="aid")
    given_recorded_at = models.DateTimeField(null=True, blank=True)
    given_recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    given_title = models.CharField(max_length=200, blank=True)

    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.TextField("alasan pembatalan", blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "bantuan"
        verbose_name_plural = "bantuan"
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="aid_amount_positive",
                violation_error_message="Jumlah bantuan harus lebih dari nol.",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="aid_value_not_negative",
                violation_error_message="Nilai bantuan tidak boleh kurang dari nol.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(unit="") & ~Q(source=""),
                name="aid_is_named",
                violation_error_message="Jenis, satuan, dan sumber bantuan harus diisi.",
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, receipt="none", received_by="")
                | (
                    Q(
                        given_at__isnull=False,
                        receipt__in=["signed", "thumb"],
                        given_recorded_by__isnull=False,
                    )
                    & ~Q(received_by="")
                ),
                name="aid_given_has_receipt",
                violation_error_message=(
                    "Bantuan yang diserahkan harus bertanggal, bernama penerima, dan bertanda terima."
                ),
            ),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | Q(given_recorded_at__gte=F("given_at")),
                name="aid_not_given_in_future",
                violation_error_message="Waktu penyerahan tidak boleh di masa depan.",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="aid_void_has_reason",
                violation_error_message="Alasan pembatalan harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}/{self.child_id}: {self.kind}"
