"""Care in between the steps: how a child was found to be, and the plan made for it."""

from django.db import models
from django.db.models import F, Q

from sopcases.cases.models.case import Case
from sopcases.cases.models.child import Child
from sopcases.people.models import User


class Assessment(models.Model):
    """An asesmen of a child. A later one is a new row; a correction of the same one raises its version."""

    ASPECTS = (
        "physical",
        "psychological",
        "social",
        "spiritual",
        "education",
        "family",
        "environment",
        "strengths",
        "needs",
        "conclusion",
    )

    case = models.ForeignKey(Case, models.PROTECT, related_name="assessments")
    child = models.ForeignKey(Child, models.PROTECT, related_name="assessments")
    assessed_at = models.DateTimeField("waktu asesmen")
    physical = models.TextField("kondisi fisik dan kesehatan", blank=True)
    psychological = models.TextField("kondisi psikis", blank=True)
    social = models.TextField("kondisi sosial", blank=True)
    spiritual = models.TextField("kondisi spiritual", blank=True)
    education = models.TextField("pendidikan", blank=True)
    family = models.TextField("keluarga", blank=True)
    environment = models.TextField("lingkungan", blank=True)
    strengths = models.TextField("potensi dan sumber", blank=True)
    needs = models.TextField("masalah dan kebutuhan", blank=True)
    conclusion = models.TextField("simpulan", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "asesmen"
        verbose_name_plural = "asesmen"
        default_permissions = ()
        ordering = ["-assessed_at", "-id"]
        indexes = [models.Index(fields=["case", "child", "-assessed_at", "-id"], name="assessment_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed_at__lte=F("recorded_at")),
                name="assessment_not_in_future",
                violation_error_message="Waktu asesmen tidak boleh di masa depan.",
            ),
            models.CheckConstraint(
                condition=~Q(
                    physical="",
                    psychological="",
                    social="",
                    spiritual="",
                    education="",
                    family="",
                    environment="",
                    strengths="",
                    needs="",
                    conclusion="",
                ),
                name="assessment_says_something",
                violation_error_message="Isi paling sedikit satu bagian asesmen.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}/{self.child_id} {self.assessed_at:%Y-%m-%d}"


class Goal(models.Model):
    """A tujuan of a child's rencana intervensi: what is to be reached, by whom, until when."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="goals")
    child = models.ForeignKey(Child, models.PROTECT, related_name="goals")
    need = models.TextField("masalah atau kebutuhan", blank=True)
    goal = models.CharField("tujuan", max_length=300)
    action = models.TextField("kegiatan", blank=True)
    responsible = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="goals", verbose_name="penanggung jawab"
    )
    responsible_text = models.CharField("penanggung jawab dari luar", max_length=150, blank=True)
    due_on = models.DateField("batas waktu")
    achieved_on = models.DateField("tercapai pada", null=True, blank=True)
    dropped_on = models.DateField("tidak dilanjutkan sejak", null=True, blank=True)
    drop_reason = models.TextField("alasan", blank=True)
    order = models.PositiveIntegerField("urutan", default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_title = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "tujuan"
        verbose_name_plural = "tujuan"
        default_permissions = ()
        ordering = ["order", "id"]
        indexes = [
            models.Index(fields=["case", "child", "order", "id"], name="goal_of_child"),
            models.Index(
                fields=["responsible", "due_on"],
                condition=Q(achieved_on__isnull=True, dropped_on__isnull=True),
                name="goal_open_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(goal=""), name="goal_says_what", violation_error_message="Isi tujuannya."
            ),
            models.CheckConstraint(
                condition=Q(responsible__isnull=False) | ~Q(responsible_text=""),
                name="goal_names_responsible",
                violation_error_message="Sebutkan penanggung jawab tujuan ini.",
            ),
            models.CheckConstraint(
                condition=Q(achieved_on__isnull=True) | Q(dropped_on__isnull=True),
                name="goal_achieved_or_dropped",
                violation_error_message="Tujuan yang tercapai tidak dapat sekaligus tidak dilanjutkan.",
            ),
            models.CheckConstraint(
                condition=Q(dropped_on__isnull=True) | ~Q(drop_reason=""),
                name="goal_dropped_has_reason",
                violation_error_message="Alasan harus diisi.",
            ),
        ]

    def __str__(self):
        return f"{self.case_id}/{self.child_id} {self.order}"

    @property
    def open(self) -> bool:
        return self.achieved_on is None and self.dropped_on is None
